"""Massive's rows as they come over the wire, by the vendor's field names.

Unknown fields are ignored; a field of another type, or a required one that is absent, makes the row unfit.
Everything the wire has been seen to leave out is optional here, whatever the vendor's schema promises.
Times are integers of 19 digits in places: never a float on the way. What comes by the ten thousand carries no
pattern (its tickers are checked as a column, `columns.unfit_ticker`) and is no concern of the garbage collector.
"""

from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct, field

from deskview.providers.origin import TICKER

Row = TypeVar("Row")

Nanos = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Millis = Annotated[int, Meta(ge=0, le=9 * 10**12)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Ticker = Annotated[str, Meta(pattern=rf"^{TICKER}\Z")]  # Python's $ lets a line break through


class Envelope(Struct, Generic[Row]):
    """What most tables come in. `results` is absent, null or empty when there is nothing."""

    results: list[Row] | None = None
    next_url: str | None = None
    status: object = None
    error: object = None
    message: object = None


class SnapshotEnvelope(Struct, Generic[Row]):
    """The same for the v2 snapshot, which names its rows otherwise."""

    results: list[Row] | None = field(default=None, name="tickers")
    next_url: str | None = None
    status: object = None
    error: object = None
    message: object = None


class RowError(Struct):
    """A row that is an error of its own."""

    error: str
    ticker: str = "?"


class Day(Struct, gc=False):
    """What is read of the session so far. All zero before the open."""

    o: float | None = None
    h: float | None = None
    l: float | None = None  # noqa: E741 - the wire's name
    c: float | None = None
    v: float | None = None


class Minute(Struct, gc=False):
    """What is read of the last minute's bar; `t` is Unix ms, start of the window."""

    c: float | None = None
    t: Millis | None = None


class PreviousDay(Struct, gc=False):
    """What is read of the session before."""

    c: float | None = None


class LastTrade(Struct, gc=False):
    """Absent by plan; `t` is Unix ns, `c` the codes of its conditions."""

    p: float | None = None
    t: Nanos | None = None
    c: tuple[Int32, ...] | None = None


class SnapshotRow(Struct, gc=False):
    """One name of the snapshot; `updated` is Unix ns."""

    ticker: str
    day: Day | None = None
    min: Minute | None = None
    prev_day: PreviousDay | None = field(default=None, name="prevDay")
    last_trade: LastTrade | None = field(default=None, name="lastTrade")
    updated: Nanos | None = None


class GroupedBar(Struct, gc=False):
    """One name's day; `t` is Unix ms, END of the window (16:00 New York)."""

    T: str
    o: float
    h: float
    l: float  # noqa: E741 - the wire's name
    c: float
    v: float
    t: Millis
    vw: float | None = None
    n: Int64 | None = None
    otc: bool | None = None


class CustomBar(Struct, gc=False):
    """One window of one name; `t` is Unix ms, START of the window."""

    o: float
    h: float
    l: float  # noqa: E741 - the wire's name
    c: float
    v: float
    t: Millis


class Trade(Struct, gc=False):
    """A print. `size` truncates fractions, `decimal_size` does not."""

    price: float
    sip_timestamp: Nanos
    exchange: Int32
    sequence_number: Int64
    id: str | None = None
    size: float | None = None
    decimal_size: str | None = None
    participant_timestamp: Nanos | None = None
    conditions: tuple[Int32, ...] | None = None
    correction: Int32 | None = None
    trf_id: Int32 | None = None


class TickerRow(Struct, gc=False):
    """An instrument of the listing."""

    ticker: str
    name: str
    type: str | None = None
    primary_exchange: str | None = None
    active: bool | None = None
    cik: str | None = None
    composite_figi: str | None = None
    delisted_utc: str | None = None


class Overview(Struct):
    """An instrument in detail; funds have neither market_cap nor sic_code."""

    ticker: Ticker
    name: str | None = None
    type: str | None = None
    share_class_shares_outstanding: float | None = None
    market_cap: float | None = None
    sic_code: str | None = None
    list_date: str | None = None


class OverviewEnvelope(Struct):
    """The envelope of a single object."""

    results: Overview | None = None
    status: object = None
    error: object = None
    message: object = None


class Split(Struct):
    """A split; dates are YYYY-MM-DD."""

    ticker: Ticker
    execution_date: str
    split_from: float
    split_to: float
    historical_adjustment_factor: float | None = None


class Dividend(Struct):
    """A cash dividend; dates are YYYY-MM-DD. Rows of one `id` are one dividend."""

    ticker: Ticker
    ex_dividend_date: str
    cash_amount: float
    currency: str | None = None
    id: str | None = None


class ShortVolume(Struct):
    """Off-exchange volume of one name on one date."""

    ticker: Ticker
    date: str
    total_volume: float
    short_volume: float


class ShortInterest(Struct, gc=False):
    """What was sold short of one name on a day of settlement."""

    ticker: str
    settlement_date: str
    short_interest: float | None = None
    avg_daily_volume: float | None = None
    days_to_cover: float | None = None


class Float(Struct, gc=False):
    """The shares of one name that are free to trade; a zero stands for nothing."""

    ticker: str
    effective_date: str | None = None
    free_float: float | None = None
    free_float_percent: float | None = None


class Earnings(Struct, gc=False):
    """One report of results, of which there may be older rows. `time` is of the clock in New York, whatever the season,
    `last_updated` RFC 3339."""

    ticker: str
    date: str
    time: str | None = None
    date_status: str | None = None
    fiscal_year: Int64 | None = None
    fiscal_period: str | None = None
    last_updated: str | None = None


class Filing(Struct, gc=False):
    """A filing with the SEC."""

    cik: str
    form_type: str
    filing_date: str
    ticker: str | None = None


class Publisher(Struct, gc=False):
    """Who published an article."""

    name: str | None = None


class Article(Struct, gc=False):
    """What is read of an article: never its text, its pictures or what a machine thinks of it."""

    id: str
    title: str
    published_utc: str
    article_url: str | None = None
    tickers: list[object] | None = None
    publisher: Publisher | None = None


class ContractDetails(Struct, gc=False):
    """What a contract is; the root stands in its ticker."""

    ticker: str
    contract_type: str
    expiration_date: str
    strike_price: float
    exercise_style: str | None = None
    shares_per_contract: float | None = None


class ContractQuote(Struct, gc=False):
    """Absent by plan."""

    bid: float | None = None
    ask: float | None = None


class ContractDay(Struct, gc=False):
    """What is read of its session; often empty."""

    close: float | None = None


class UnderlyingAsset(Struct, gc=False):
    """A stock has a price, an index a value, by plan."""

    price: float | None = None
    value: float | None = None


class ContractRow(Struct, gc=False):
    """A contract of a chain. On its last day it has no greeks and often no volatility."""

    details: ContractDetails
    implied_volatility: float | None = None
    open_interest: float | None = None
    last_quote: ContractQuote | None = None
    day: ContractDay | None = None
    underlying_asset: UnderlyingAsset | None = None


class Yields(Struct):
    """Treasury yields of a day in per cent; tenors nobody issued then are left out."""

    date: str
    yield_1_month: float | None = None
    yield_3_month: float | None = None
    yield_6_month: float | None = None
    yield_1_year: float | None = None
    yield_2_year: float | None = None
    yield_3_year: float | None = None
    yield_5_year: float | None = None
    yield_7_year: float | None = None
    yield_10_year: float | None = None
    yield_20_year: float | None = None
    yield_30_year: float | None = None


class Rules(Struct):
    """What a print with a condition updates."""

    updates_volume: bool | None = None
    updates_high_low: bool | None = None
    updates_open_close: bool | None = None


class UpdateRules(Struct):
    """The rules for the consolidated tape; those per market centre are not read."""

    consolidated: Rules | None = None


class Condition(Struct):
    """A condition code. Ids repeat across data types."""

    id: Int32
    name: str
    data_types: list[str]
    asset_class: str | None = None
    update_rules: UpdateRules | None = None


class StatusNow(Struct, rename="camel"):
    """The market's state; `server_time` is RFC 3339 with New York's offset."""

    market: str
    server_time: str


class Upcoming(Struct):
    """A coming holiday or half day, one row per exchange."""

    exchange: str
    date: str
    status: str
