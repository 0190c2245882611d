"""The flow reading as records; their fields are the keys of the Board's JSON."""

from datetime import date, datetime

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
    """One name today, by itself and not scaled to anything.

    `turnover_usd` is all counted dollars outside auctions, `retail_share` retail's part of it; `usual_retail` and
    `usual_other` are the medians of its intensities by this hour. `weight` is how many dollars of all stocks one of its
    dollars stands for in the sums. `leg` is long, short or empty.
    """

    ticker: str
    retail_net_usd: float
    other_net_usd: float
    core_net_usd: float
    retail_intensity: float | None
    other_intensity: float | None
    retail_share: float | None
    turnover_usd: float
    usual_retail: float | None = None
    usual_other: float | None = None
    sector: str | None = None
    leg: str = ""
    weight: float = 1.0


class GroupFlow(msgspec.Struct, frozen=True, kw_only=True):
    """A sector's or momentum leg's flow today: sums that stand for all its stocks, each with its 80 % limits.

    `names` counts the stocks of the sample in it. Limits are null with fewer than two names that are not certain.
    """

    group: str
    names: int
    retail_net_usd: float
    retail_low_usd: float | None
    retail_high_usd: float | None
    retail_intensity: float | None
    other_net_usd: float
    other_low_usd: float | None
    other_high_usd: float | None
    other_intensity: float | None


class OffExchangeShare(msgspec.Struct, frozen=True, kw_only=True):
    """The part (0 to 1) of all stocks' volume that was traded off exchange in the last complete session."""

    share: float | None = None
    session: date | None = None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Retail, or everything else. Dollars are signed, positive for buying; percentile runs 0-100.

    The percentile compares today's windows with those of `days` earlier sessions up to the same `clock` (New York,
    "10:30"; empty without one), of the same names; `percentile_low` and `percentile_high` are its 80 % limits. `basis`
    says what is compared: "sample" or "every print". `median_intensity` is the middle of the earlier sessions'
    intensities: what the side is used to by this hour. `net_low_usd` and `net_high_usd` are the 80 % limits of the net,
    null where every name is counted itself. `core_net_usd` is the part of the net in blocks,
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
    percentile_low: float | None = None
    percentile_high: float | None = None
    basis: str = "sample"
    clock: str = ""
    net_low_usd: float | None = None
    net_high_usd: float | None = None


class FundsFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Exchange-traded funds by themselves, in no sum and no percentile of stocks: `names` of `focus` are counted."""

    retail: Side
    institutional: Side
    names: int
    focus: int
    by_name: list[NameFlow]


class NameDay(msgspec.Struct, frozen=True, kw_only=True):
    """A name that was opened: its own day and the percentile of the hour among its own year.

    `volume_share` is what the counted prints are of its volume today (0 to 1), `retail_share` retail's part of the
    dollars counted. `note` says what is still to come, `missing` why a figure is null, by its path.
    """

    ticker: str
    as_of: datetime | None
    retail: Side
    institutional: Side
    turnover_usd: float
    volume_share: float | None
    retail_share: float | None
    note: str
    missing: dict[str, str]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of today's prints.

    Dollars are estimates for the `universe` stocks the sample is drawn from, which trade 1 / `universe_share` of what
    the sample's names do (`universe` 0: the names stand for themselves). `names` of the `focus` names' prints are
    counted so far. `by_leg` and `by_sector` add up to both sides' nets. `comparison` says what the percentiles compare,
    `sizing` what is sampled and what that costs.
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
    universe: int = 0
    universe_share: float | None = None
    sizing: str = ""
    by_leg: list[GroupFlow] = []
    by_sector: list[GroupFlow] = []
    funds: FundsFlow | None = None
