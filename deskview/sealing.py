"""The seal of a stored file: a checksum of its bytes and the name it is to have, in the file's own metadata."""

import re
from io import BytesIO
from pathlib import PurePosixPath
from zlib import crc32

import polars as pl

CHECKSUM = b"deskview-crc32="
_NO_CHECKSUM = b"00000000"
_NAME = re.compile(rb"%b[0-9a-f]{8} ([^\n]*)\n" % CHECKSUM)
UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


def sealed(frame: pl.DataFrame, name: str = "") -> bytes:
    """The frame as a Parquet file that holds the checksum (CRC-32) of its own bytes, taken with zeros in its place.

    It stands in the file's own metadata, and after it the name the file is to have: the file is one any reader of
    Parquet takes, and is written in one piece with its checksum.
    """
    out = BytesIO()
    seal = (CHECKSUM + _NO_CHECKSUM).decode() + (f" {name}\n" if name else "")
    frame.write_parquet(out, compression="zstd", metadata={"deskview": seal})
    data = bytearray(out.getbuffer())
    at = data.rindex(CHECKSUM) + len(CHECKSUM)
    data[at : at + len(_NO_CHECKSUM)] = b"%08x" % crc32(data)
    return bytes(data)


def is_whole(data: bytes) -> bool:
    """Whether the bytes are those that were written; files of 0.1.0 have no checksum and are taken for it.

    Such a file has no entry of ours in its metadata: where one is and the checksum is not, that has been altered.
    """
    at = data.rfind(CHECKSUM)
    if at < 0:
        try:
            return pl.read_parquet_metadata(BytesIO(data)).keys() <= {"ARROW:schema"}
        except UNREADABLE:
            return False
    at += len(CHECKSUM)
    after = at + len(_NO_CHECKSUM)
    view = memoryview(data)
    return data[at:after] == b"%08x" % crc32(view[after:], crc32(_NO_CHECKSUM, crc32(view[:at])))


def is_named(data: bytes, name: str) -> bool:
    """Whether the bytes were written as this file and not as another, such as that of another session.

    Those sealed without a name, and those of 0.1.0, are judged by the sessions of their rows.
    """
    sealed_as = _NAME.match(data, max(data.rfind(CHECKSUM), 0))
    if sealed_as is not None:
        return sealed_as[1] == name.encode()
    if "/" not in name:
        return True
    try:
        sessions = pl.read_parquet(BytesIO(data), columns=["session"]).to_series()
    except UNREADABLE:
        return True  # what it lacks is found when its columns are looked at
    return sessions.is_empty() or {str(sessions.min()), str(sessions.max())} == {PurePosixPath(name).stem}
