"""The folder of the user's own lists, whatever lies in it, and that no sentence has what is held or what paints."""

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.market.own_lists import MOST_LISTS, list_stamps, load_own_lists
from tests.hostile import UNREADABLE
from tests.hostile_text import ESCAPES, UNSEEN
from tests.market.own_files import read, rows, written


@pytest.mark.parametrize(("make", "reason"), UNREADABLE)
def test_whatever_a_file_turns_out_to_be_it_is_told(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    make(tmp_path / "mine.csv")
    written(tmp_path, "AAPL\n")
    found = load_own_lists(tmp_path)
    assert [one.name for one in found.lists] == ["book"]
    assert reason.replace("2,000,000", "1,000,000") in found.problems[0]


@pytest.mark.parametrize("name", [".book.csv", "book.csv~", "book.csv.bak", "#book.csv#", "~$book.csv", ".writing-x1"])
def test_hidden_files_and_backups_are_no_lists(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, "AAPL\n", name)
    assert found.lists == ()
    assert found.problems == ()


def test_what_else_lies_in_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.csv").mkdir()
    written(tmp_path, "AAPL\n", "a.tsv")
    written(tmp_path, "MSFT\n", "a.csv")
    written(tmp_path, "PK", "book.xlsx")
    found = load_own_lists(tmp_path)
    assert [(one.name, one.rows["ticker"].to_list()) for one in found.lists] == [("a", ["MSFT"])]
    assert [sentence.partition(str(tmp_path))[2] for sentence in found.problems] == [
        "/a.tsv: is not read: 'a.csv' is a list of the same name",
        "/book.xlsx: is no list: the name of one ends in .csv or .tsv",
        "/old.csv: is a folder",
    ]


def test_a_folder_of_very_many_files_is_not_read_to_the_end(tmp_path: Path) -> None:
    for number in range(MOST_LISTS + 2):
        written(tmp_path, "AAPL\n", f"{number:03d}.csv")
    found = load_own_lists(tmp_path)
    assert len(found.lists) == MOST_LISTS
    assert len(found.problems) == 2


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "lists").write_text("AAPL")
    assert "can't be looked into" in load_own_lists(tmp_path / "lists").problems[0]
    assert list_stamps(tmp_path / "lists"), "else it would not be read, and so not told"


@pytest.mark.parametrize("whose", ["folder", "file"])
def test_what_belongs_to_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str) -> None:
    file = written(tmp_path, "AAPL\n")
    if os.getuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(tmp_path if whose == "folder" else file, 12345, -1)
    found = load_own_lists(tmp_path)
    assert found.lists == ()
    assert found.problems[0].endswith("belongs to another user")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_open_to_others_is_read_with_a_warning(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path, "AAPL,3\n", "my book.csv")
    file.chmod(mode)
    found = load_own_lists(tmp_path)
    assert rows(found) == [("AAPL", 3.0, None, 1)]
    assert f"chmod 600 '{file}'" in found.problems[0]
    file.chmod(0o600)
    assert load_own_lists(tmp_path).problems == ()


def test_a_file_that_changes_comes_or_goes_is_seen(tmp_path: Path) -> None:
    seen = [list_stamps(tmp_path / "lists")]
    file = written(tmp_path / "lists", "AAPL,3\n")
    seen.append(list_stamps(file.parent))
    assert list_stamps(file.parent) == seen[-1]
    file.chmod(0o640)
    seen.append(list_stamps(file.parent))
    written(file.parent, "AAPL,33\n")
    seen.append(list_stamps(file.parent))
    file.unlink()
    seen.append(list_stamps(file.parent))
    assert all(before != after for before, after in pairwise(seen))
    assert seen[-1] == seen[0] == {}


@pytest.mark.parametrize("name", [".#core.csv", "other.csv"])
def test_what_leads_nowhere_hides_no_other_list(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path / "lists", "AAPL,3\n").parent
    before = list_stamps(folder)
    (folder / name).symlink_to("user@host.123:456")  # as an editor locks a file it has open
    assert list_stamps(folder).items() >= before.items()
    assert len(load_own_lists(folder).lists) == 1


HOSTILE = "ticker,quan\x1b[31mtity,price\nA\x1b[2JL,3\nM\u202eT,\x9b2J\n\x1b]0;x\x07\n".encode()


def test_control_characters_reach_no_sentence(tmp_path: Path) -> None:
    found = read(tmp_path, HOSTILE + b"AAPL\n", "ev\x1b[2J\u202eil\n.csv")
    assert found.lists[0].name == "ev[2Jil"
    assert len(found.problems) >= 4
    for sentence in found.problems:
        assert sentence.isprintable()


@pytest.mark.parametrize("text", [*ESCAPES, *UNSEEN[:4]], ids=range(len(ESCAPES) + 4))
def test_hostile_text_in_any_field_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, f"AAPL,1\n{text},{text},{text}\nAAPL{text},1\n".encode("utf-8", "surrogatepass"))
    assert found.problems
    assert all(sentence.isprintable() for sentence in found.problems)


def test_nothing_that_is_held_is_told_by_a_repr_or_a_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The digits of every quantity and price, in rows that are good, bad, doubled or in another order."""
    text = (
        "AAPL,7771,8881.5\nAAPL,7772,8882.5\nMSFT,-7773\n"
        "7774,NVDA,8883\nTSLA,7775x\n\"AMD,7776\nINTC;7777;8884\nF,\"7,778\"\nGE,7779,88,85\nT,0,8886\n"
    )  # fmt: skip
    caplog.set_level(0)
    found = read(tmp_path, text)
    shown = repr(found) + repr(found.lists) + "".join(found.problems) + str(found.lists[0]) + caplog.text
    shown = shown.replace(str(tmp_path), "")
    assert len(found.problems) == 8
    assert "777" not in shown
    assert "7,77" not in shown
    assert "888" not in shown


PIECES = st.sampled_from(
    [
        "AAPL",
        "msft",
        "98765",
        "-98765.5",
        ",",
        ";",
        "\t",
        '"',
        "#",
        "\n",
        "\n",
        " ",
        "ticker",
        "price",
        "qty",
        "\x1b[2J",
    ]
)


@settings(deadline=None)
@given(
    st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=60)).map(str.encode) | st.binary(max_size=60)
)
def test_whatever_is_in_a_file_is_read_or_told_and_no_amount_of_it(
    tmp_path_factory: pytest.TempPathFactory, text: bytes
) -> None:
    folder = tmp_path_factory.mktemp("lists")
    found = read(folder, text)
    shown = [sentence.replace(str(folder), "") for sentence in found.problems]
    assert all(sentence.isprintable() for sentence in shown)
    assert "98765" not in "".join(shown)
    for one in found.lists:
        assert one.rows["ticker"].is_unique().all()
        assert one.rows.select(pl.col("quantity", "price").is_finite().fill_null(value=True).all()).row(0) == (
            True,
            True,
        )
        assert not (one.rows["quantity"] == 0).any()
