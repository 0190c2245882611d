"""Files no user should have and some do: what can't be read, has no end, or says what nobody can mean."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest


def fifo(file: Path) -> None:
    """A pipe nobody writes to."""
    os.mkfifo(file)


def device(file: Path) -> None:
    """A file without an end."""
    file.symlink_to("/dev/zero")


def loop(file: Path) -> None:
    """A link that leads to itself."""
    file.symlink_to(file.name)


def folder(file: Path) -> None:
    """A folder of that name."""
    file.mkdir()


def below_a_file(file: Path) -> None:
    """A file where a folder of the way should be."""
    (file.parent / "plain").write_text("")
    file.symlink_to(Path("plain") / "below")


def holding(data: bytes) -> Callable[[Path], None]:
    """A file that holds this."""

    def write(file: Path) -> None:
        file.write_bytes(data)

    return write


UNREADABLE = [
    pytest.param(fifo, "is no regular file", id="pipe"),
    pytest.param(device, "is no regular file", id="device"),
    pytest.param(loop, "symbolic links", id="loop"),
    pytest.param(folder, "is a folder", id="folder"),
    pytest.param(below_a_file, "Not a directory", id="below a file"),
    pytest.param(holding(b"# \n" * 1_000_000), "has more than 2,000,000 bytes", id="huge"),
    pytest.param(holding(b"a = 1\nb = '\xe9'\n"), "line 2 is not UTF-8 (byte 0xe9)", id="Latin-1"),
    pytest.param(holding("a = 1".encode("utf-16")), "line 1 is not UTF-8 (byte 0xff)", id="UTF-16"),
]
"""What makes the file, and what is said of it, of whatever kind it should be."""
NO_TOML = [
    pytest.param(holding(b"a = 1\nb = " + b"9" * 5_000), "line 2: the number has too many digits", id="digits"),
    pytest.param(holding(b"a = " + b"[" * 50_000 + b"]" * 50_000), "is nested too deeply", id="brackets"),
    pytest.param(holding(b"a = 1\n\x00"), "is not TOML", id="NUL"),
    pytest.param(holding(b"a = 1\na = 2\n"), "is not TOML", id="twice"),
]
