"""Files of own lists, written and read."""

from pathlib import Path

from deskview.market.own_lists import OwnList, OwnLists, load_own_lists


def written(folder: Path, text: str | bytes, name: str = "book.csv") -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(0o600)
    return file


def read(folder: Path, text: str | bytes, name: str = "book.csv") -> OwnLists:
    written(folder, text, name)
    return load_own_lists(folder)


def only(found: OwnLists) -> OwnList:
    assert found.refused == ()
    (one,) = found.lists
    return one


def rows(found: OwnLists) -> list[tuple[object, ...]]:
    return only(found).rows.rows()
