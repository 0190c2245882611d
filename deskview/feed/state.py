"""What the feed has gathered so far. Only the event loop touches it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from deskview.analytics.favourites import Crowding
from deskview.analytics.flow import FlowState
from deskview.board import Basis, WeekInputs
from deskview.feed.slot import Slot
from deskview.market.schema import DETAILS, DIVIDENDS, SPLITS, TICKERS, empty
from deskview.market.sessions import Calendar
from deskview.providers.errors import TRANSIENT, Kind, ProviderError
from deskview.store import Store

STAY = TRANSIENT | {Kind.MALFORMED, Kind.TOO_LARGE}
"""Failures after which the last figures are still good ones, only older."""


class Task(StrEnum):
    """The feed's kinds of work; a fault or progress belongs to one of them."""

    SNAPSHOT = "market snapshot"
    DAILY = "daily history"
    DETAILS = "details"
    PRINTS = "prints"
    FLOW_YEAR = "year of flow"
    CROWDING = "retail favourites"
    OFF_EXCHANGE = "off-exchange volume"
    SIMULATION = "simulated week"
    SCORE = "forecast score"


UNITS: Mapping[Task, str] = {
    Task.DAILY: "sessions",
    Task.DETAILS: "instruments",
    Task.PRINTS: "names",
    Task.FLOW_YEAR: "sessions",
    Task.CROWDING: "sessions",
}


@dataclass(frozen=True)
class Progress:
    """How far a task is and about how long it still takes."""

    done: int
    total: int
    seconds_left: float

    @property
    def share(self) -> float:
        """Share done, 0..1."""
        return self.done / self.total if self.total else 1.0


def sentence(task: Task, progress: Progress) -> str:
    """Such as "daily history: 120 of 273 sessions, about 20 s left"."""
    if progress.done >= progress.total:
        return f"{task}: all {progress.total} {UNITS.get(task, 'calls')} are in, being computed"
    return (
        f"{task}: {progress.done} of {progress.total} {UNITS.get(task, 'calls')}, "
        f"about {max(1, round(progress.seconds_left))} s left"
    )


def said(fault: ProviderError) -> str:
    """A failure on a board: what failed, that the figures before it stay, and when it is tried again."""
    stay = " The last good figures stay." if fault.kind in STAY else ""
    wait = "" if fault.retry_after_s is None else f" Next try in {max(1, round(fault.retry_after_s))} s."
    return fault.sentence + stay + wait


@dataclass
class Daily:
    """The tables that change once a day; `problems` are sentences on what could not be had."""

    tickers: pl.DataFrame = field(default_factory=lambda: empty(TICKERS))
    splits: pl.DataFrame = field(default_factory=lambda: empty(SPLITS))
    dividends: pl.DataFrame = field(default_factory=lambda: empty(DIVIDENDS))
    details: pl.DataFrame = field(default_factory=lambda: empty(DETAILS))
    left_out: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def same_tables(self, other: "Daily") -> bool:
        """Whether both have the same rows, whatever was left out and whatever could not be had."""
        return all(
            getattr(self, name).equals(getattr(other, name)) for name in ("tickers", "splits", "dividends", "details")
        )


@dataclass(frozen=True)
class Seen:
    """Until when (market time) a name's prints are counted, and the monotonic clock when the last of them came."""

    at: datetime
    received: float


@dataclass
class FeedState:
    """Everything between the provider and the board.

    `now` and `phase` are the provider's. `whole` is the basis once it has all of its sessions; `owed`
    tells that something it rests on has changed since it was made. `snapshot` is SNAPSHOT
    at `snapshot_at`, `flow_today` the prints counted so far, `seen` until when by name, `reread` whether the session
    was read anew after its close, `flow_year` the FLOW_DAYS of the sampled year,
    `focus` the names that hold for the session (none while they are still to be chosen), `off_exchange` OFF_EXCHANGE
    of the session before. `settled` is the session whose history and details are all in, `recorded` the last whose
    forecast and flow were stored.
    """

    calendar: Calendar
    store: Slot[Store] = field(default_factory=Slot)
    session: Slot[date] = field(default_factory=Slot)
    basis: Slot[Basis] = field(default_factory=Slot)
    whole: Slot[Basis] = field(default_factory=Slot)
    now: datetime | None = None
    phase: str = ""
    daily: Daily = field(default_factory=Daily)
    owed: bool = False
    snapshot: pl.DataFrame | None = None
    snapshot_left_out: int = 0
    snapshot_at: datetime | None = None
    snapshot_received: float = 0.0
    flow_today: FlowState | None = None
    flow_year: pl.DataFrame | None = None
    seen: dict[str, Seen] = field(default_factory=dict)
    reread: bool = False
    samples_left_out: int = 0
    focus: tuple[str, ...] = ()
    off_exchange: pl.DataFrame | None = None
    crowding: Crowding | None = None
    crowding_received: float = 0.0
    week: WeekInputs = field(default_factory=WeekInputs)
    settled: date | None = None
    recorded: date | None = None
    faults: dict[Task, str] = field(default_factory=dict)
    progress: dict[Task, Progress] = field(default_factory=dict)
