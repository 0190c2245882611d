"""Files of the user's: read with a limit, written whole or not at all, in folders that are closed to others.

Whoever reads a file that is being written, and whatever happens meanwhile, sees the old one or the new.
"""

import os
import re
import stat
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

WRITING = ".writing-"
"""What the names of files begin with that are not whole yet: a killed program leaves one behind."""
Stamp = tuple[int, int, int]
"""What differs once a file has been written anew: its time in nanoseconds, its size and its number on the disk."""
TEXT_LIMIT = 2_000_000
"""No text a user writes by hand has so many bytes."""


class UnusableFileError(ValueError):
    """A file or folder that can't be used; `reason` says why, in words that go after its name."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


def read_text(file: Path, limit: int = TEXT_LIMIT) -> str:
    """The text of a file in UTF-8, with or without a byte order mark; every line ends with a line feed.

    Only a regular file of at most `limit` bytes is read: a device has no end, and a pipe waits for a writer. Raises
    FileNotFoundError where there is none, UnusableFileError for any other that can't be read.
    """
    data = read_bytes(file, limit)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnusableFileError(file, f"line {line} is not UTF-8 (byte 0x{data[error.start]:02x})") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(file: Path, limit: int = TEXT_LIMIT) -> bytes:
    """The bytes of a regular file that has at most `limit` of them; raises as `read_text` does."""
    try:
        mode = file.stat().st_mode  # before it is opened, which can wait or set a device going
        if not stat.S_ISREG(mode):
            raise UnusableFileError(file, "is a folder" if stat.S_ISDIR(mode) else "is no regular file")
        with file.open("rb") as source:
            data = source.read(limit + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnusableFileError(file, error.strerror or str(error)) from None
    except UnusableFileError:
        raise
    except ValueError:  # of the operating system's interface: it takes no such name
        raise UnusableFileError(file, "no file can have such a name") from None
    if len(data) > limit:
        raise UnusableFileError(file, f"has more than {limit:,} bytes")
    return data


def read_toml(file: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and what it says.

    Raises FileNotFoundError where there is none, UnusableFileError where it can't be read or is no TOML.
    """
    text = read_text(file)
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = f"is not TOML: {error}"
    except RecursionError:
        reason = "is nested too deeply"
    except ValueError:  # Python's own limit on the digits of a number
        line = next((at for at, line in enumerate(text.split("\n"), 1) if re.search(r"[0-9_]{4300}", line)), 1)
        reason = f"line {line}: the number has too many digits"
    raise UnusableFileError(file, reason)


def line_of(text: str, path: tuple[str, ...], entry: int = 0) -> int | None:
    """The line of a TOML text that sets the key; where there is none, the first that speaks of a table it is in.

    Of an array of tables the search begins with the table number `entry`, from 0.
    """
    table: tuple[str, ...] = ()
    nearest = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)([^\]]+)\]", line):
            here = table = _names(header[2])
            if entry and header[1] == "[[" and table == path[:1]:
                entry -= 1
                table = ()
                continue
        elif setting := re.match(r"\s*([^=#]+?)\s*=", line):
            here = (*table, *_names(setting[1]))
        else:
            continue
        if entry:
            continue
        if here[: len(path)] == path != ():
            return number
        if nearest is None and here == path[: len(here)]:
            nearest = number
    return nearest


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))


def check_owner(folder: Path) -> None:
    """Raises UnusableFileError where the folder belongs to another user; OSError where it can't be looked at."""
    if os.name == "posix" and folder.stat().st_uid != os.getuid():
        raise UnusableFileError(folder, "belongs to another user")


def private_folder(folder: Path) -> None:
    """Makes the folder where it is not there, and closes it to others where it is open.

    Raises UnusableFileError where it can't be made, belongs to another user, or stays open to what others write.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        check_owner(folder)
        if os.name == "posix" and status.st_mode & 0o077:
            with suppress(OSError):  # some file systems know no modes, and a read-only one keeps those it has
                folder.chmod(0o700)
            if folder.stat().st_mode & 0o022:
                raise UnusableFileError(folder, "can be written by others and can't be closed to them")
    except OSError as error:
        raise UnusableFileError(folder, f"can't be made ({error.strerror or error})") from None


def write_whole(file: Path, data: bytes, *, mode: int = 0o600, sync: bool = True) -> None:
    """Puts `data` into the file in place of what it held; a link is followed to its target, a missing folder is made.

    The bytes are written under another name in the same folder and moved into place. `sync` waits until they are on
    the disk, so that they outlast a power cut; without it the file may be empty after one. Raises OSError, the file
    then being as it was.
    """
    target = Path(os.path.realpath(file))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=WRITING)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            if sync:
                os.fsync(out.fileno())
        part.chmod(mode)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    if sync:
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the new name last too. Some network file systems can't; the file is in its place all the same."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Unwritten(NamedTuple):
    """A file the disk has not taken: its bytes, whether they are to outlast a power cut, and when they were made.

    `replaces` is the file they were made to replace; `reason` and `again_at` are of the last try that failed.
    """

    data: bytes
    sync: bool
    made: float
    replaces: Stamp | None
    reason: str = ""
    again_at: float = 0.0


def stamp_of(file: Path) -> Stamp | None:
    """The stamp of a file; None where there is none to see."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def mode_of(file: Path) -> int:
    """The mode of a file; 0 where there is none to see."""
    try:
        return file.stat().st_mode
    except OSError:
        return 0
