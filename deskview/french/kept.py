"""The user's copies of the library's files: one file each, as it came, with what is known of it on a line before.

Both are written in one go, so a checksum never stands beside bytes of another vintage. A copy is verified whenever it
is read; one that is damaged is refused by name and not used. A new one takes the place of the last only where it
reaches as far.
"""

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from deskview import paths
from deskview.files import UnusableFileError, read_bytes, write_whole
from deskview.french import FILES, RecordError
from deskview.french.reader import MOST_BYTES, Record, read
from deskview.text import neutralise

AGAIN = "`deskview backfill record` gets it anew"
_MOST_HEAD = 10_000
"""Bytes of the line before a copy."""


class Copy(msgspec.Struct, frozen=True):
    """What is known of a copy: where it is from (a host or a file), when it was got (UTC), the SHA-256 of its bytes.

    The rest is as the reader had it, told without reading it again: days, rows, what `Record` says beside its table.
    """

    name: str
    source: str
    fetched: datetime
    sha256: str
    vintage: str
    first: date
    last: date
    rows: int
    unreadable: int = 0
    left_out: tuple[str, ...] = ()


class _DamagedError(RecordError):
    """A copy that can't be trusted, in place of which any good one may be put."""


def load(name: str) -> Record | None:
    """The record of the copy held; None where there is none. Takes 20 ms, of the deciles 100.

    Raises RecordError where the copy is damaged or can't be read: it is not used then.
    """
    held = _open(name)
    return None if held is None else _read(name, held[1])


def about(name: str) -> Copy | None:
    """What is known of the copy held, its bytes verified and not parsed; None where there is none. Raises as `load`."""
    held = _open(name)
    return None if held is None else held[0]


def keep(record: Record, data: bytes, *, called: str, source: str, now: datetime) -> Copy:
    """Keeps the bytes a record was read from; `called` is what they are called in sentences, `source` the host or file.

    Raises RecordError for a record that ends or begins short of the copy held, or is of days to come, and where it
    can't be written; the copy held stays as it is then.
    """
    if record.last > now.astimezone(UTC).date():
        raise RecordError(f"{called} ends {record.last}, which is still to come: not kept.")
    _check_reach(record, called)
    copy = Copy(
        name=record.name,
        source=neutralise(source),
        fetched=now.astimezone(UTC),
        sha256=sha256(data).hexdigest(),
        vintage=record.vintage,
        first=record.first,
        last=record.last,
        rows=record.table.height,
        unreadable=record.unreadable,
        left_out=record.left_out,
    )
    file = _file(record.name)
    try:
        write_whole(file, msgspec.json.encode(copy) + b"\n" + data)
    except OSError as error:
        raise RecordError(f"{file} can't be written ({error.strerror or error}): {called} is not kept.") from None
    return copy


def keep_file(path: Path, *, now: datetime) -> Copy:
    """Keeps a file the user has, which of the library's it is told by its columns. Raises RecordError, as `keep`."""
    try:
        data = read_bytes(path, MOST_BYTES)
    except FileNotFoundError:
        raise RecordError(f"{path}: there is no such file.") from None
    except UnusableFileError as error:
        raise RecordError(f"{error}.") from None
    return keep(read(data, str(path)), data, called=str(path), source=str(path.absolute()), now=now)


def _check_reach(record: Record, called: str) -> None:
    """Raises RecordError for a record that ends or begins short of the copy held."""
    try:
        held = about(record.name)
    except _DamagedError:
        return
    if held is None:
        return
    if record.last < held.last:
        raise RecordError(f"{called} ends {record.last}, your copy {held.last}: your copy is kept.")
    if record.first > held.first:
        raise RecordError(f"{called} begins {record.first}, your copy {held.first}: your copy is kept.")


def _file(name: str) -> Path:
    return paths.french_folder() / f"{FILES[name].name}.copy"


def _open(name: str) -> tuple[Copy, bytes] | None:
    """What is known of the copy, and its bytes, which are those it was written with."""
    file = _file(name)
    try:
        line, _, data = read_bytes(file, MOST_BYTES + _MOST_HEAD).partition(b"\n")
    except FileNotFoundError:
        return None
    except UnusableFileError as error:
        raise RecordError(f"Your copy of {FILES[name].title} is not used: {error}.") from None
    try:
        copy = msgspec.json.decode(line, type=Copy)
    except (msgspec.DecodeError, ValueError):
        raise _damaged(name, "its first line is not deskview's") from None
    if copy.name != name:
        raise _damaged(name, "it is another file's")
    if copy.sha256 != sha256(data).hexdigest():
        raise _damaged(name, "its bytes are not those that were kept")
    return copy, data


def _read(name: str, data: bytes) -> Record:
    record = read(data, f"Your copy {_file(name)}")
    if record.name != name:
        raise _damaged(name, "it is another file's")
    return record


def _damaged(name: str, why: str) -> _DamagedError:
    return _DamagedError(f"Your copy of {FILES[name].title} ({_file(name)}) is damaged, {why}: not used. {AGAIN}.")
