"""What a chart of prices is asked for, and what all of its forms start from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl

from deskview.analytics.hours import SLOT
from deskview.analytics.rotation.model import BENCHMARK
from deskview.format import NEW_YORK, month_ticks
from deskview.market.sessions import OPEN as OPENS
from deskview.screens.frame.age import OPEN, market_state

if TYPE_CHECKING:
    from deskview.board import Basis, Board

SESSIONS = {"1d": 1, "5d": 5, "1m": 21, "3m": 63, "1y": 252}
INDEX = BENCHMARK
"""What returns are relative to first."""
NEAR = 10
"""A month's label this many sessions before the newest gives way to that."""
FETCHING = "the session's bars are being fetched"


@dataclass(frozen=True)
class Today:
    """The session under way: its last price, its candle so far (None before the first trade), and its label."""

    last: float
    label: str
    candle: tuple[float, float, float, float] | None = None
    volume: float | None = None


@dataclass(frozen=True)
class View:
    """What the chart shows: its span, the `turn`th of its forms (0 is the price), and the session's own bars once they
    have come, of the name and, where the form is relative to it, of the index.

    `note` says why there are none.
    """

    span: str
    turn: int = 0
    bars: pl.DataFrame | None = None
    index_bars: pl.DataFrame | None = None
    note: str = FETCHING


@dataclass(frozen=True)
class Hours:
    """The part of a session that is in view (UTC), and how far it has come in slots of five minutes."""

    begins: datetime
    ends: datetime
    now: float
    before_open: bool

    @property
    def slots(self) -> int:
        """How many slots of five minutes it has."""
        return (self.ends - self.begins) // SLOT

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Its beginning, every full hour that is a whole one away from it, and its end."""
        ends, step = float(self.slots), 3600 / SLOT.total_seconds()
        first = (-(self.begins.minute * 60) % 3600) / SLOT.total_seconds()
        hours = (first + step * hour for hour in range(int(ends // step) + 1))
        inner = [place for place in hours if place >= step and ends - place >= step]
        return tuple(
            (place, f"{self.begins.astimezone(NEW_YORK) + place * SLOT:%H:%M}") for place in (0.0, *inner, ends)
        )


def hours_of(board: "Board", basis: "Basis") -> Hours:
    """Regular hours, half a day where it is one; before the open what comes before it."""
    opens = datetime.combine(basis.session, OPENS, NEW_YORK).astimezone(UTC)
    before = board.as_of is not None and board.as_of < opens
    begins, ends = (basis.prices.begins, opens) if before else (opens, basis.prices.bell)
    gone = (ends if board.as_of is None else board.as_of) - begins
    return Hours(begins, ends, min(max(gone / SLOT, 1.0), float((ends - begins) // SLOT)), before)


def today_of(board: "Board", ticker: str) -> Today | None:
    """The name in the board's session, from the close on at its official close; None without a price."""
    if board.snapshot is None or board.live is None or board.session is None:
        return None
    priced = board.live.filter((pl.col("ticker") == ticker) & pl.col("price").is_not_null())
    rows = priced.select("ticker", "price", "volume").join(
        board.snapshot.select("ticker", "open", "high", "low"), on="ticker"
    )
    if rows.is_empty():
        return None
    label = f"{board.session:%d %b}{' now' if market_state(board) == OPEN else ''}"
    last, volume, first, high, low = rows.select("price", "volume", "open", "high", "low").row(0)
    if first is None or high is None or low is None:
        return Today(last, label)
    return Today(last, label, (first, max(high, last), min(low, last), last), volume)


def days_of(board: "Board", basis: "Basis", ticker: str) -> pl.DataFrame:
    """HISTORY of the name before the board's session, in order."""
    days = basis.history.filter(pl.col("ticker") == ticker).sort("session")
    return days if board.session is None else days.filter(pl.col("session") < board.session)


def ticks(days: Sequence[date], newest: str) -> tuple[tuple[float, str], ...]:
    """The first session of each month, over a month or less every day; behind them the `newest`, where there is one."""
    end = ((float(len(days)), newest),) if newest else ()
    if len(days) <= SESSIONS["1m"]:
        return (*((float(index), f"{day:%d %b}") for index, day in enumerate(days)), *end)
    return (*(tick for tick in month_ticks(days) if not end or len(days) - tick[0] > NEAR), *end)
