"""History on disk: Parquet files under the user's cache folder, one folder a market.

Bars are kept unadjusted, one file a session, with the splits beside them, so nothing goes stale at the
next split. Every file is written whole under another name and moved into place: two programs at once
each leave a complete file. Every file carries a checksum of its bytes; one that can't be read or was altered is set
aside and reported missing, to be fetched again. What the disk does not take is kept in memory, compressed as on disk,
and tried again, unless another program has written the file by then.
"""

import errno
import logging
import re
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from io import BytesIO
from math import inf
from pathlib import Path

import polars as pl

from deskview.files import (
    WRITING,
    Stamp,
    UnusableFileError,
    Unwritten,
    check_owner,
    private_folder,
    read_text,
    stamp_of,
    write_whole,
)
from deskview.market.schema import (
    BARS,
    CONDITIONS,
    DELISTED,
    DETAILS,
    DIVIDENDS,
    INDEX_DAYS,
    INTRADAY,
    SHARE_COUNTS,
    SPLITS,
    TICKERS,
    Schema,
    empty,
    require,
)
from deskview.sealing import UNREADABLE, is_named, is_whole, sealed

log = logging.getLogger(__name__)
FORMAT = 1
"""Raised where an earlier deskview could not read, or would spoil, what this one writes."""
FORMAT_FILE = "format"
_FORMAT_LINE = re.compile(r"\s*deskview cache, format ([0-9]{1,99})\b")
FRESH_SESSIONS = 3
"""The newest sessions are fetched again: vendors correct bars for days after the close."""

ABANDONED_S = 86_400.0
RETRY_S = 30.0
"""How long what the disk did not take waits until it is tried again, if nothing is written in between."""
CLOCK_SLACK_S = 2.0
"""How far a file's time may be off: the tick of a file system, or another machine's clock."""
_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""Errors no other file would be spared."""
DEFINITION = "definition"
"""The column with the number of the definition a recorded row was made under."""
ADDED: dict[str, int | None] = {DEFINITION: 1, "figi": None, "sd_without_today_usd": None}
"""Columns files of earlier versions lack, and what they hold there."""
TABLES: dict[str, Schema] = {
    "splits": SPLITS,
    "dividends": DIVIDENDS,
    "tickers": TICKERS,
    "details": DETAILS,
    "conditions": CONDITIONS,
    "delisted": DELISTED,
    "index-days": INDEX_DAYS,
    "index-minutes": INTRADAY,
    "share-counts": SHARE_COUNTS,
}
"""Tables kept under a name of their own."""

READ_AT_ONCE = 32
"""Files whose bytes are held while they are read: few enough to cost little memory, enough to keep all cores busy."""


class Store:
    """The history of one market.

    `set_aside` are the files that were damaged. No method raises where the folder can't be written or must not be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.set_aside: list[Path] = []
        self._error = ""
        self._uses_disk = True
        self._again_at = time.monotonic() + RETRY_S
        self._unwritten: dict[Path, Unwritten] = {}
        self._ignored: set[Path] = set()
        self._checked: dict[Path, Stamp] = {}
        self._lock = threading.RLock()
        self._open()

    @property
    def write_error(self) -> str:
        """A sentence while something is kept in memory alone, else empty. Whoever looks waits for no disk."""
        if self._error and time.monotonic() >= self._again_at:
            threading.Thread(target=self._try_again, daemon=True).start()
        return self._error

    def sessions(self) -> set[date]:
        """Sessions that are held whole and have the columns of bars; damaged files are set aside.

        A file that is no session's is left alone. One that has not changed since is not looked through again.
        """
        self._try_again()
        found = set()
        for file in self._files("bars"):
            with suppress(ValueError):
                session = date.fromisoformat(file.stem)
                if self._fits(file, BARS):
                    found.add(session)
        return found

    def to_fetch(self, wanted: Sequence[date]) -> list[date]:
        """Of the wanted sessions: those without a file and the newest three, newest first."""
        have = self.sessions()
        newest = set(sorted(wanted)[-FRESH_SESSIONS:])
        return sorted((day for day in wanted if day not in have or day in newest), reverse=True)

    def put_bars(self, session: date, bars: pl.DataFrame) -> None:
        """Keeps one session's bars."""
        self._write(self._bars_file(session), require(bars, BARS, "bars"))

    def forget_bars(self, session: date) -> None:
        """Takes one session's bars away: they turned out to be none of a market's day."""
        file = self._bars_file(session)
        with self._lock:
            self._unwritten.pop(file, None)
            self._tell()
            try:
                if self._uses_disk:
                    file.unlink(missing_ok=True)
            except OSError:
                self._ignored.add(file)

    def bars(self, sessions: Iterable[date], columns: Sequence[str] = tuple(BARS)) -> pl.DataFrame:
        """BARS of those sessions that are stored, or those columns of them; damaged files are set aside.

        The bytes that are read are those that were checked: the files are not opened again.
        """
        files = [self._bars_file(session) for session in sorted(sessions)]
        frames = []
        for at in range(0, len(files), READ_AT_ONCE):
            found = {file: data for file in files[at : at + READ_AT_ONCE] if (data := self._data(file)) is not None}
            if found:
                frames.append(self._bars_of(found, columns))
        return pl.concat(frames) if frames else empty(BARS).select(columns)

    def table(self, name: str, schema: Schema | None = None) -> pl.DataFrame | None:
        """A table kept under a name, None when there is none or it was damaged."""
        self._try_again()
        return self._read(self.folder / f"{name}.parquet", schema or TABLES[name])

    def age_days(self, name: str) -> float:
        """Days since the table was stored; infinite where it never was."""
        file = self.folder / f"{name}.parquet"
        held = self._kept(file)
        stamp = None if held else self._stamp(file)
        if held is None and stamp is None:
            return inf
        made = held.made if held else stamp[0] / 1e9 if stamp else 0.0
        return (time.time() - made) / 86_400

    def put_table(self, name: str, frame: pl.DataFrame, schema: Schema | None = None) -> None:
        """Keeps a table under a name. It outlasts a power cut: some hold what can't be fetched again."""
        self._write(self.folder / f"{name}.parquet", require(frame, schema or TABLES[name], name), sync=True)

    def put_day(self, name: str, session: date, frame: pl.DataFrame, schema: Schema) -> None:
        """Keeps one session's rows of a table that has a file a session, in place of those before."""
        self._write(self.folder / name / f"{session.isoformat()}.parquet", require(frame, schema, name))

    def days(self, name: str, schema: Schema, sessions: Iterable[date] | None = None) -> pl.DataFrame:
        """The sessions' rows of such a table, by default all, oldest first; damaged files are set aside."""
        self._try_again()
        folder = self.folder / name
        files = self._files(name) if sessions is None else [folder / f"{day.isoformat()}.parquet" for day in sessions]
        frames = [frame for file in sorted(files) if (frame := self._read(file, schema)) is not None]
        return pl.concat(frames) if frames else empty(schema)

    def _bars_file(self, session: date) -> Path:
        return self.folder / "bars" / f"{session.isoformat()}.parquet"

    def _files(self, name: str) -> set[Path]:
        """The files of a table that has one a session."""
        folder = self.folder / name
        on_disk = folder.glob("????-??-??.parquet") if self._uses_disk else ()
        return {*on_disk, *(file for file in list(self._unwritten) if file.parent == folder)}

    def _data(self, file: Path) -> bytes | None:
        """What a file holds; None where there is none or it is damaged, and set aside."""
        held = self._kept(file)
        if held is not None:
            return held.data
        if (stamp := self._stamp(file)) is None:
            return None
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            data = b""
        if is_whole(data) and (self._checked.get(file) == stamp or is_named(data, self._name_of(file))):
            return data
        self._put_aside(file)
        return None

    def _name_of(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()

    def _kept(self, file: Path) -> Unwritten | None:
        """What memory holds of a file; dropped where another program has written that file since.

        The last writer of a session's file has it: a vendor's day can be fetched again. A table may hold rows that
        can't be, so it yields only to one that is not older.
        """
        held = self._unwritten.get(file)
        if held is None or not self._uses_disk:
            return held
        there = stamp_of(file)
        if there is None or there == held.replaces:
            return held
        if file.parent == self.folder and there[0] / 1e9 < held.made - CLOCK_SLACK_S:
            return held
        with self._lock:
            if self._unwritten.get(file) is held:
                del self._unwritten[file]
                self._ignored.discard(file)
                self._tell()
        return None

    def _stamp(self, file: Path) -> Stamp | None:
        """What differs once a file has been written anew; None where there is none to use."""
        return None if not self._uses_disk or file in self._ignored else stamp_of(file)

    def _fits(self, file: Path, schema: Schema) -> bool:
        stamp = self._stamp(file)
        if self._kept(file) or (stamp is not None and self._checked.get(file) == stamp):
            return True
        data = self._data(file)
        if data is None:
            return False
        try:
            columns = pl.read_parquet_schema(BytesIO(data))
        except UNREADABLE:
            columns = {}
        if all(columns.get(column) == kind for column, kind in schema.items()):
            if stamp is not None:
                self._checked[file] = stamp
            return True
        self._put_aside(file)
        return False

    def _bars_of(self, found: dict[Path, bytes], columns: Sequence[str]) -> pl.DataFrame:
        try:
            return pl.scan_parquet(list(found.values()), schema=dict(BARS)).select(columns).collect()
        except UNREADABLE:
            parsed = [self._parsed(file, data, BARS) for file, data in found.items()]
            return pl.concat([empty(BARS), *(frame for frame in parsed if frame is not None)]).select(columns)

    def _read(self, file: Path, schema: Schema) -> pl.DataFrame | None:
        data = self._data(file)
        return None if data is None else self._parsed(file, data, schema)

    def _parsed(self, file: Path, data: bytes, schema: Schema) -> pl.DataFrame | None:
        try:
            frame = pl.read_parquet(data)
            absent = [name for name in ADDED if name in schema and name not in frame.columns]
            frame = frame.with_columns(pl.lit(ADDED[name], schema[name]).alias(name) for name in absent)
            return require(frame, schema, file.name)
        except (*UNREADABLE, ValueError):
            self._put_aside(file)
            return None

    def _put_aside(self, file: Path) -> None:
        """Renames a file that can't be used; another program may have done so first.

        Where it can't be renamed it is passed over.
        """
        target = file.with_name(f"{file.name}.damaged")
        try:
            file.replace(target)
        except FileNotFoundError:
            return
        except OSError:
            self._ignored.add(file)
            target = file
        log.warning("%s is damaged and not used; what it held is fetched again where that can be done", file)
        self.set_aside.append(target)

    def _open(self) -> None:
        """Takes the folder into use, or notes why it can't be."""
        try:
            with suppress(FileNotFoundError):
                check_owner(self.folder.parent)
            private_folder(self.folder)
            for below in ("bars", *(found.name for found in self.folder.iterdir() if found.is_dir())):
                private_folder(self.folder / below)
            is_marked = self._is_marked()
        except UnusableFileError as error:
            self._uses_disk = False
            self._note(f"{error.file} {error.reason}")
        except OSError as error:
            self._uses_disk = False
            self._note(f"{self.folder} can't be read ({error.strerror or error})")
        else:
            self._uses_disk = True
            self._sweep()
            if not is_marked:
                self._keep(self.folder / FORMAT_FILE, f"deskview cache, format {FORMAT}\n".encode(), sync=True)

    def _is_marked(self) -> bool:
        """Whether the folder says its format. Raises UnusableFileError where that is a newer one."""
        try:
            found = _FORMAT_LINE.match(read_text(self.folder / FORMAT_FILE))
        except (FileNotFoundError, UnusableFileError):
            return False
        if found is not None and int(found[1]) > FORMAT:
            raise UnusableFileError(self.folder, "was written by a newer deskview and is left alone")
        return found is not None and int(found[1]) == FORMAT

    def _sweep(self) -> None:
        """Removes what writes left behind that were killed half-way; another program may be writing right now."""
        for part in (*self.folder.glob(f"{WRITING}*"), *self.folder.glob(f"*/{WRITING}*")):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > ABANDONED_S:
                    part.unlink()

    def _write(self, file: Path, frame: pl.DataFrame, *, sync: bool = False) -> None:
        self._keep(file, sealed(frame, self._name_of(file)), sync=sync)

    def _keep(self, file: Path, data: bytes, *, sync: bool) -> None:
        """Writes a file, then those the disk would not take before, if it is not the same ones it refuses."""
        with self._lock:
            self._unwritten[file] = Unwritten(data, sync, time.time(), stamp_of(file))
            if self._uses_disk:
                due = (name for name, held in self._unwritten.items() if held.again_at <= time.monotonic())
                self._write_out([file, *(other for other in due if other != file)])

    def _try_again(self) -> None:
        """Gives the disk what it has not taken, if that is due; does not wait for a write under way."""
        if not self._error or time.monotonic() < self._again_at or not self._lock.acquire(blocking=False):
            return
        try:
            self._again_at = time.monotonic() + RETRY_S
            if not self._uses_disk:
                self._open()
            if self._uses_disk:
                self._write_out(list(self._unwritten))
        finally:
            self._lock.release()

    def _write_out(self, files: Iterable[Path]) -> None:
        """Writes files as long as the disk takes any; one with a fault of its own waits and holds up no other."""
        for file in files:
            held = self._kept(file)
            if held is None:
                continue
            try:
                if file not in self._ignored and file.is_dir():
                    self._put_aside(file)
                write_whole(file, held.data, sync=held.sync)
            except OSError as error:
                is_full = error.errno in _OF_THE_DISK
                again_at = 0.0 if is_full else time.monotonic() + RETRY_S
                self._unwritten[file] = held._replace(reason=error.strerror or str(error), again_at=again_at)
                if is_full:
                    break
            else:
                self._ignored.discard(file)
                del self._unwritten[file]
        self._tell()

    def _tell(self) -> None:
        """Brings the sentence up to what is still unwritten; of a single file with a fault of its own it names that."""
        faults = [(file, held) for file, held in self._unwritten.items() if held.reason]
        if self._uses_disk and faults:
            file, held = faults[-1]
            place = file if len(self._unwritten) == 1 and held.again_at else self.folder
            self._note(f"{place} can't be written ({held.reason})")
        elif self._uses_disk:
            self._error = ""

    def _note(self, why: str) -> None:
        sentence = f"{why}: what is fetched is kept in memory until the desk ends."
        if sentence != self._error:
            log.warning("%s", sentence)
        self._error = sentence
