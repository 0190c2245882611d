"""The Board: all readings of one moment, each part with its time, its status and the reasons for what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

import polars as pl

from deskview.analytics import breadth, deleveraging, flow, gamma, holdings, leverage, momentum, rotation
from deskview.analytics.events import HistoryReading, Record
from deskview.analytics.favourites import Crowding
from deskview.analytics.figure import place
from deskview.analytics.flow import NameDay
from deskview.board.alerts import AlertState
from deskview.board.basis import Basis
from deskview.board.diagnostics import Diagnostics
from deskview.board.inputs import Companies, Headlines, OffExchange, Wire
from deskview.board.summary import ReadReading
from deskview.market.source import Source

Reading = TypeVar("Reading")
OF_THE_MARKET = ("momentum", "breadth", "rotation", "leverage", "deleveraging", "gamma", "lists")
"""The parts that are read from the market's snapshot, as single names' figures are."""
WATCHED = (*OF_THE_MARKET, "flow", "crowding")
"""The parts with figures rules are set on; the others are of past days, and of what these say."""
PARTS = (*WATCHED, "history", "read")


class Status(StrEnum):
    """How far a part can be trusted."""

    LIVE = "live"
    STALE = "stale"
    PARTIAL = "partial"
    DOUBT = "doubt"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Part(Generic[Reading]):
    """A reading of one moment.

    `as_of` is the market's time of the reading, `data_as_of` when its newest data were true, `note` one sentence on
    what failed or is still to come, `doubt` one on why the figures may be wrong, `progress` the share done (0..1) of
    what it waits for. `received` is the monotonic clock when its data came and `age_s` how old they were then, in
    seconds of the market's clock beyond the `delay_s` of the plan; None where they are final: the session is over.
    `retry_at` is the monotonic clock of the next try after a failure.
    """

    value: Reading | None = None
    as_of: datetime | None = None
    status: Status = Status.UNAVAILABLE
    missing: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    progress: float | None = None
    received: float = 0.0
    data_as_of: datetime | None = None
    doubt: str = ""
    age_s: float | None = 0.0
    delay_s: float = 0.0
    retry_at: float | None = None

    @classmethod
    def awaited(cls, reason: str, progress: float | None = None, retry_at: float | None = None) -> "Part[Reading]":
        """A part that has no reading yet, and why."""
        return cls(missing={"": reason}, note=reason, progress=progress, retry_at=retry_at)

    def age_at(self, moment: float, speed: float) -> float | None:
        """How old the data are at a moment of the monotonic clock, in seconds of a market's clock of this speed."""
        return None if self.age_s is None else self.age_s + (moment - self.received) * speed


@dataclass(frozen=True)
class Board:
    """All readings of one moment; immutable. `live` is the LIVE table they rest on, `basis` the session's models.

    `snapshot` is the SNAPSHOT LIVE was made of, with the session's open, high and low; `records` the days `history` is
    of, the longest first; `opened` the prints of names the user opened and `news` their headlines, by ticker;
    `companies` what is told of all names once a day; `d30m` by how much headline figures changed over 30 minutes, by
    their paths, in their own unit, and `d30m_missing` why that of others is not known; `alerts` the rules and what
    became of them; `diagnostics` how the program itself is.
    """

    source: Source
    as_of: datetime | None
    phase: str
    session: date | None
    momentum: Annotated[Part[momentum.MomentumReading], place("momentum")]
    breadth: Annotated[Part[breadth.BreadthReading], place("breadth")]
    rotation: Annotated[Part[rotation.RotationReading], place("rotation")]
    leverage: Annotated[Part[leverage.Leverage], place("leveraged ETFs")]
    deleveraging: Annotated[Part[deleveraging.DeleveragingReading], place("positions cut")]
    gamma: Annotated[Part[gamma.Gamma], place("dealers' gamma")]
    flow: Annotated[Part[flow.Flow], place("flow")]
    crowding: Annotated[Part[Crowding], place("favourites")] = field(default_factory=Part)
    lists: Annotated[Part[holdings.Holdings], place("own lists")] = field(default_factory=Part)
    history: Annotated[Part[HistoryReading], place("past days like this")] = field(default_factory=Part)
    read: Annotated[Part[ReadReading], place("the read")] = field(default_factory=Part)
    basis: Basis | None = None
    live: pl.DataFrame | None = None
    snapshot: pl.DataFrame | None = None
    off_exchange: OffExchange = field(default_factory=OffExchange)
    companies: Companies = field(default_factory=Companies)
    wire: Wire = field(default_factory=Wire)
    records: tuple[Record, ...] = ()
    opened: Mapping[str, NameDay] = field(default_factory=dict)
    news: Mapping[str, Headlines] = field(default_factory=dict)
    d30m: Mapping[str, float] = field(default_factory=dict)
    d30m_missing: Mapping[str, str] = field(default_factory=dict)
    alerts: AlertState = field(default_factory=AlertState)
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    @property
    def parts(self) -> dict[str, Part[Any]]:
        """The parts by their names in the JSON."""
        return {name: getattr(self, name) for name in PARTS}
