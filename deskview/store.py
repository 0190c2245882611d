"""History on disk: Parquet files under the user's cache folder, one folder a market.

Bars are kept unadjusted, one file a session, with the splits beside them, so nothing goes stale at the
next split. Every file is written whole under another name and moved into place: two programs at once
each leave a complete file. A file that can't be read is set aside and reported missing, to be fetched again.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from io import BytesIO
from math import inf
from pathlib import Path

import polars as pl

from deskview.files import WRITING, write_whole
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

FRESH_SESSIONS = 3
"""The newest sessions are fetched again: vendors correct bars for days after the close."""

ABANDONED_S = 86_400.0
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


class Store:
    """The history of one market."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.set_aside: list[Path] = []
        (folder / "bars").mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()

    def sessions(self) -> set[date]:
        """Sessions that have a file whose head and columns are as they should be; damaged files are set aside.

        A file that is no session's is left alone. What is damaged further inside shows when the bars are read.
        """
        found = set()
        for file in (self.folder / "bars").glob("????-??-??.parquet"):
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
        self._bars_file(session).unlink(missing_ok=True)

    def bars(self, sessions: Iterable[date], columns: Sequence[str] = tuple(BARS)) -> pl.DataFrame:
        """BARS of those sessions that are stored, or those columns of them; damaged files are set aside."""
        files = [file for file in map(self._bars_file, sorted(sessions)) if file.exists()]
        if not files:
            return empty(BARS).select(columns)
        try:
            return pl.scan_parquet(files, schema=dict(BARS)).select(columns).collect()
        except (pl.exceptions.PolarsError, OSError):
            frames = [frame.select(columns) for file in files if (frame := self._read(file, BARS)) is not None]
            return pl.concat(frames) if frames else empty(BARS).select(columns)

    def table(self, name: str, schema: Schema | None = None) -> pl.DataFrame | None:
        """A table kept under a name, None when there is none or it was damaged."""
        return self._read(self.folder / f"{name}.parquet", schema or TABLES[name])

    def age_days(self, name: str) -> float:
        """Days since the table was stored; infinite where it never was."""
        file = self.folder / f"{name}.parquet"
        return (time.time() - file.stat().st_mtime) / 86_400 if file.exists() else inf

    def put_table(self, name: str, frame: pl.DataFrame, schema: Schema | None = None) -> None:
        """Keeps a table under a name. It outlasts a power cut: some hold what can't be fetched again."""
        self._write(self.folder / f"{name}.parquet", require(frame, schema or TABLES[name], name), sync=True)

    def put_day(self, name: str, session: date, frame: pl.DataFrame, schema: Schema) -> None:
        """Keeps one session's rows of a table that has a file a session, in place of those before."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        self._write(folder / f"{session.isoformat()}.parquet", require(frame, schema, name))

    def days(self, name: str, schema: Schema, sessions: Iterable[date] | None = None) -> pl.DataFrame:
        """The sessions' rows of such a table, by default all, oldest first; damaged files are set aside."""
        folder = self.folder / name
        files = sorted(
            folder.glob("????-??-??.parquet")
            if sessions is None
            else (folder / f"{session.isoformat()}.parquet" for session in sessions)
        )
        frames = [frame for file in files if (frame := self._read(file, schema)) is not None]
        return pl.concat(frames) if frames else empty(schema)

    def _bars_file(self, session: date) -> Path:
        return self.folder / "bars" / f"{session.isoformat()}.parquet"

    def _fits(self, file: Path, schema: Schema) -> bool:
        try:
            columns = pl.read_parquet_schema(file)
        except FileNotFoundError:
            return False
        except (pl.exceptions.PolarsError, OSError):
            columns = {}
        if all(columns.get(column) == kind for column, kind in schema.items()):
            return True
        self._put_aside(file)
        return False

    def _read(self, file: Path, schema: Schema) -> pl.DataFrame | None:
        if not file.exists():
            return None
        try:
            frame = pl.read_parquet(file)
            absent = [name for name in ADDED if name in schema and name not in frame.columns]
            frame = frame.with_columns(pl.lit(ADDED[name], schema[name]).alias(name) for name in absent)
            return require(frame, schema, file.name)
        except (pl.exceptions.PolarsError, OSError, ValueError):
            self._put_aside(file)
            return None

    def _put_aside(self, file: Path) -> None:
        """Renames a file that can't be used; another program may have done so first."""
        target = file.with_name(f"{file.name}.damaged")
        try:
            file.replace(target)
        except FileNotFoundError:
            return
        self.set_aside.append(target)

    def _sweep(self) -> None:
        """Removes what writes left behind that were killed half-way; another program may be writing right now."""
        for part in (*self.folder.glob(f"{WRITING}*"), *self.folder.glob(f"*/{WRITING}*")):
            with suppress(FileNotFoundError):
                if time.time() - part.stat().st_mtime > ABANDONED_S:
                    part.unlink()

    def _write(self, file: Path, frame: pl.DataFrame, *, sync: bool = False) -> None:
        held = BytesIO()
        frame.write_parquet(held, compression="zstd")
        write_whole(file, held.getvalue(), sync=sync)
