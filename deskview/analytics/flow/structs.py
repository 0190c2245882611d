"""The flow reading as records; their fields are the keys of the Board's JSON."""

from datetime import date

import msgspec


class HalfHour(msgspec.Struct, frozen=True, kw_only=True):
    """Dollars bought and sold in one half-hour; `start` is New York time, "09:30"."""

    start: str
    buy_usd: float | None
    sell_usd: float | None


class DayMark(msgspec.Struct, frozen=True, kw_only=True):
    """One of the last five sessions on today's scale: percentile within the same history."""

    session: date
    intensity: float
    percentile: float | None


class NameFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One name today. `turnover_usd` is all counted dollars outside auctions, `retail_share` retail's part of it."""

    ticker: str
    retail_net_usd: float
    other_net_usd: float
    core_net_usd: float
    retail_intensity: float | None
    other_intensity: float | None
    retail_share: float | None
    turnover_usd: float


class OffExchangeShare(msgspec.Struct, frozen=True, kw_only=True):
    """The part (0 to 1) of all stocks' volume that was traded off exchange in the last complete session."""

    share: float | None = None
    session: date | None = None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Retail, or everything else. Dollars are signed, positive for buying; percentile runs 0-100.

    `days` is the number of sessions the percentile rests on, `median_intensity` the middle of their intensities: what
    the side is used to. `core_net_usd` is the part of the net in blocks,
    intermarket sweeps and crosses, null for retail. Dollars of a half-hour still to come are 0: nothing was bought
    or sold in it so far; they are null where the side has no signed print at all.
    """

    label: str
    sign_error_note: str
    net_usd: float | None
    intensity: float | None
    percentile: float | None
    days: int
    morning_usd: float | None
    afternoon_usd: float | None
    by_half_hour: list[HalfHour]
    prints: int
    names: int
    core_net_usd: float | None
    recent: list[DayMark]
    median_intensity: float | None = None


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of today's prints.

    `names` of the `focus` names' prints are counted so far. `comparison` says what the percentiles compare.
    `classified_share` is the signed part of the dollars outside auctions. `left_out` counts the prints not used, by
    reason. `divergence` holds names that retail buys and others sell, `converse` the reverse, the largest opposition
    first. `off_exchange` is the whole market's. `missing` has a reason for every null figure; of a name by its
    ticker, of half-hours by their side.
    """

    retail: Side
    institutional: Side
    comparison: str
    classified_share: float | None
    unsigned_usd: float
    auction_usd: float
    left_out: dict[str, int]
    by_name: list[NameFlow]
    divergence: list[NameFlow]
    converse: list[NameFlow]
    missing: dict[str, str]
    names: int = 0
    focus: int = 0
    off_exchange: OffExchangeShare = OffExchangeShare()
