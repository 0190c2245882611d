"""What the feed has gathered so far. Only the event loop touches it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from deskview.analytics.flow import FlowState
from deskview.board import Basis
from deskview.feed.slot import Slot
from deskview.market.schema import DETAILS, SPLITS, TICKERS, empty
from deskview.market.sessions import Calendar
from deskview.store import Store


class Task(StrEnum):
    """The feed's kinds of work; a fault or progress belongs to one of them."""

    SNAPSHOT = "market snapshot"
    DAILY = "daily history"
    DETAILS = "details"
    PRINTS = "prints"
    FLOW_YEAR = "year of flow"


UNITS: Mapping[Task, str] = {
    Task.DAILY: "sessions",
    Task.DETAILS: "instruments",
    Task.FLOW_YEAR: "sessions",
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
    return (
        f"{task}: {progress.done} of {progress.total} {UNITS.get(task, 'calls')}, "
        f"about {max(1, round(progress.seconds_left))} s left"
    )


@dataclass
class Daily:
    """The tables that change once a day."""

    tickers: pl.DataFrame = field(default_factory=lambda: empty(TICKERS))
    splits: pl.DataFrame = field(default_factory=lambda: empty(SPLITS))
    details: pl.DataFrame = field(default_factory=lambda: empty(DETAILS))
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass
class FeedState:
    """Everything between the provider and the board.

    `now` and `phase` are the provider's. `snapshot` is SNAPSHOT at `snapshot_at`, `flow_today` the prints counted
    until `flow_at`, `flow_year` the FLOW_BARS of the sampled year.
    """

    calendar: Calendar
    store: Slot[Store] = field(default_factory=Slot)
    session: Slot[date] = field(default_factory=Slot)
    basis: Slot[Basis] = field(default_factory=Slot)
    now: datetime | None = None
    phase: str = ""
    daily: Daily = field(default_factory=Daily)
    snapshot: pl.DataFrame | None = None
    snapshot_left_out: int = 0
    snapshot_at: datetime | None = None
    snapshot_received: float = 0.0
    flow_today: FlowState | None = None
    flow_year: pl.DataFrame | None = None
    flow_names: tuple[str, ...] = ()
    flow_at: datetime | None = None
    flow_received: float = 0.0
    faults: dict[Task, str] = field(default_factory=dict)
    progress: dict[Task, Progress] = field(default_factory=dict)
