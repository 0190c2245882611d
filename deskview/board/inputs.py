"""What a board is made of: the market, the day's prints, what is made less often, and the notices beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from deskview.analytics import flow, gamma, holdings, leverage
from deskview.analytics.assumptions import NO_LIST
from deskview.analytics.events import HistoryReading, Record
from deskview.analytics.favourites import Crowding
from deskview.board.basis import Basis
from deskview.market.sessions import Calendar
from deskview.market.source import Source


@dataclass(frozen=True)
class FlowInputs:
    """Today's counted prints, SAMPLE, and FLOW_WINDOWS of today and the sessions before; None while still to come.

    `received` is the monotonic clock of the last fetch, `counted` the names whose prints are in up to `as_of`.
    `universe` is the number of stocks the sample was drawn from (0: its names stand for themselves), `universe_share`
    the part of their dollar volume that the sample's names trade, `sizing` what is sampled and what it costs.
    """

    today: flow.FlowState | None = None
    as_of: datetime | None = None
    received: float = 0.0
    sample: pl.DataFrame | None = None
    windows: pl.DataFrame | None = None
    counted: tuple[str, ...] = ()
    universe: int = 0
    universe_share: float | None = None
    sizing: str = ""


@dataclass(frozen=True)
class Headline:
    """An article's title, whose link is to be copied and never opened; empty where it was none that may be. `names` is
    how many names it is about."""

    published: datetime
    title: str
    host: str
    link: str
    names: int


@dataclass(frozen=True)
class Headlines:
    """Those of one name, its own first, as of `as_of`; `note` says why there are none or what was left out."""

    rows: tuple[Headline, ...] = ()
    as_of: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class OpenedName:
    """A name the user opened: its counted prints of today up to `as_of`, FLOW_WINDOWS of its own (today's among them).

    `note` says what is still to come or what failed. `news` are its headlines, None until they have been asked for.
    """

    today: flow.FlowState | None = None
    windows: pl.DataFrame | None = None
    as_of: datetime | None = None
    received: float = 0.0
    note: str = ""
    news: Headlines | None = None


@dataclass(frozen=True)
class CrowdingInputs:
    """The reading of the retail favourites, made once a session, and of the names sampled retail's part of their
    dollars (ticker, share); None while the samples are still to come."""

    reading: Crowding | None = None
    received: float = 0.0
    shares: pl.DataFrame | None = None


@dataclass(frozen=True)
class HistoryInputs:
    """What followed such days in the past, made once a session as of the close before it, `as_of`; None until then.

    `records` are the days it rests on, the longest first, among which today's is ranked. `note` is what is wrong with
    the user's copy of a record, `model` and `copies` are what is studied anew once it is another.
    """

    reading: HistoryReading | None = None
    records: tuple[Record, ...] = ()
    as_of: datetime | None = None
    received: float = 0.0
    note: str = ""
    model: object = None
    copies: tuple[object, ...] = ()


@dataclass(frozen=True)
class GammaInputs:
    """The option chains of a session; None while the first is still to come. `left_out` counts rows that did not fit,
    `reasons` names the commonest."""

    kept: gamma.Kept | None = None
    session: date | None = None
    left_out: int = 0
    reasons: tuple[str, ...] = ()


SHORT, FLOAT, CALENDAR, FILINGS_TOLD = "short interest", "float", "earnings calendar", "filings"
"""What `Companies.reasons` go by."""


@dataclass(frozen=True)
class Companies:
    """What is told of companies once a day; `table` (COMPANIES) is None while it is still to come.

    `reasons` say by SHORT, FLOAT, CALENDAR and FILINGS_TOLD why something is not to be had or older. `left_out` counts
    rows that did not fit, table by table, `left_out_reasons` names the commonest.
    """

    table: pl.DataFrame | None = None
    session: date | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    left_out_reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, ticker: str) -> Mapping[str, Any]:
        """The row of one name by column; without anything where nothing is told of it."""
        rows = [] if self.table is None else self.table.filter(pl.col("ticker") == ticker).rows(named=True)
        return rows[0] if rows else {}


@dataclass(frozen=True)
class ListsInputs:
    """The user's own lists by name, and their model for a session; None while there is no basis and without a list.

    `problems` are sentences on what of the files can't be used, `fault` why there is no model; `folder` is where they
    are looked for. `stamps` and `basis` are what they are read and prepared anew by.
    """

    names: tuple[str, ...] = ()
    model: holdings.HoldingsModel | None = None
    problems: tuple[str, ...] = ()
    fault: str = ""
    folder: str = ""
    stamps: Mapping[str, object] = field(default_factory=dict, repr=False)
    basis: Basis | None = field(default=None, repr=False)

    @property
    def reason(self) -> str:
        """Why there is no reading where there is no model."""
        if not self.names:
            how = f"put a CSV file with a ticker a row into {self.folder}"
            return f"no list can be read: {self.problems[0]}; {how}" if self.problems else NO_LIST + how
        return self.fault or "waiting for the daily history"


@dataclass(frozen=True)
class OffExchange:
    """Shares of volume traded off exchange in the session before, name by name, or the fault that kept them away.

    `table`: OFF_EXCHANGE.
    """

    table: pl.DataFrame | None = None
    fault: str = ""

    @property
    def session(self) -> date | None:
        """The session they are of."""
        found: date | None = None if self.table is None else self.table.get_column("session").max()  # type: ignore[assignment]
        return found

    @property
    def market_share(self) -> float | None:
        """The share over all names, by volume."""
        return None if self.table is None else flow.market_share(self.table)

    def of(self, ticker: str) -> float | None:
        """The share of one name."""
        if self.table is None:
            return None
        found = self.table.filter(pl.col("ticker") == ticker).get_column("share")
        return float(found[0]) if found.len() else None

    @property
    def reason(self) -> str:
        """Why there are none."""
        return self.fault or ("waiting for last session's volumes" if self.table is None else "none reported yet")


@dataclass(frozen=True)
class WeekInputs:
    """What is made less often than a board: the Monte Carlo, the score, and a remark on what the score rests on."""

    simulation: leverage.Simulation | None = None
    score: leverage.Score | None = None
    score_note: str = ""


@dataclass(frozen=True)
class Notice:
    """What is to be said of a part beside its figures: a fault, or how far its data are.

    `keeps_figures`: the last figures are still good ones, only older; `doubt`: what the part rests on was taken though
    it may be wrong; `whole`: it costs the figures nothing. `retry_at` is the monotonic clock of the next try.
    """

    text: str
    fault: bool = False
    progress: float | None = None
    keeps_figures: bool = False
    retry_at: float | None = None
    doubt: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Wire:
    """The traffic with the provider: requests of the last minute, failures so far, sessions of history in use.

    `left_out` counts, table by table, the rows that did not fit and were not used; `reasons` names the commonest.
    """

    calls_per_minute: int = 0
    failures: int = 0
    sessions: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """Everything a board is made of. `notices` are keyed by part; the snapshot is of the market's moment `snapshot_at`,
    which is `delay_s` (the plan's) before the clock, and came at `snapshot_received` of the monotonic clock.
    `snapshot_left_out` counts its unfit rows."""

    source: Source
    now: datetime | None
    phase: str
    session: date | None
    basis: Basis | None
    snapshot: pl.DataFrame | None
    snapshot_at: datetime | None
    snapshot_received: float = 0.0
    snapshot_left_out: int = 0
    delay_s: float = 0.0
    flow: FlowInputs = FlowInputs()
    crowding: CrowdingInputs = field(default_factory=CrowdingInputs)
    history: HistoryInputs = field(default_factory=HistoryInputs)
    gamma: GammaInputs = GammaInputs()
    lists: ListsInputs = field(default_factory=ListsInputs)
    off_exchange: OffExchange = field(default_factory=OffExchange)
    companies: Companies = field(default_factory=Companies)
    week: WeekInputs = field(default_factory=WeekInputs)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    wire: Wire = field(default_factory=Wire)
    opened: Mapping[str, OpenedName] = field(default_factory=dict)
    calendar: Calendar | None = None
