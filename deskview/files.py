"""Writing a file whole or not at all: whoever reads it, and whatever happens meanwhile, sees the old one or the new."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

WRITING = ".writing-"
"""What the names of files begin with that are not whole yet: a killed program leaves one behind."""


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
