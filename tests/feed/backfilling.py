"""A small year of flow, fetched from a market made of arithmetic; run as a program it can be killed.

As a program it writes a line to standard output for each call, with the session and name it asks for, before the
call is answered.
"""

import asyncio
import sys
import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

import polars as pl

from deskview.analytics.flow import FRAME, sample_of, window_plan
from deskview.feed.sampling import SEED, Sampler, fetch_windows
from deskview.market.schema import TRADES, UTC_NS, empty
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider, Table, Window
from deskview.store import Store

CALENDAR = Calendar()
SESSIONS = CALENDAR.before(date(2026, 2, 4), 60)
NAMES = ("AAA", "BBB")
WINDOWS, PRINTS = 2, 20


class Arithmetic:
    """Prints that follow from name and time; `asked` holds the calls."""

    def __init__(self, tell: bool = False) -> None:
        self.asked: list[tuple[date, str]] = []
        self._tell = tell

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """The first `count` prints from a time, one a second, retail and others in turn."""
        session = since.date()
        self.asked.append((session, ticker))
        if self._tell:
            print(session, ticker, flush=True)  # noqa: T201 - the parent reads it
        await asyncio.sleep(0)
        rows = [self._print(ticker, since + timedelta(seconds=step + 1)) for step in range(count)]
        return Window(ticker, since, rows)

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES with `since`."""
        rows = [{**row, "since": window.since} for window in windows for row in window.rows]
        return Table(pl.DataFrame(rows, schema={**TRADES, "since": UTC_NS}, orient="row"))

    @staticmethod
    def _print(ticker: str, time: datetime) -> dict[str, object]:
        number = int(time.timestamp())
        odd = number % 100 + (0 if number % 3 else 1)
        return {
            "ticker": ticker,
            "time": time,
            "sip_time": time,
            "sequence": number,
            "id": str(number),
            "price": 100.0,
            "price_e4": 1_000_000 + odd,
            "size": float(100 + number % 7),
            "exchange": 4,
            "off_exchange": True,
            "conditions": [],
            "correction": 0,
        }


def sampler_of(provider: Arithmetic, store: Store) -> Sampler:
    """How its windows are fetched into the store."""
    return Sampler(cast(Provider, provider), store, CALENDAR, PRINTS, threading.Lock())


async def fetched(provider: Arithmetic, store: Store, names: Sequence[str] = NAMES) -> pl.DataFrame:
    """The year of the names' windows, fetched or taken from the store."""
    sample = sample_of(empty(FRAME), names, calls=WINDOWS * len(names))
    plan = window_plan(SESSIONS, sample, SEED, CALENDAR)
    return await fetch_windows(sampler_of(provider, store), plan)


if __name__ == "__main__":
    asyncio.run(fetched(Arithmetic(tell=True), Store(Path(sys.argv[1]))))
