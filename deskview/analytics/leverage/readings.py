"""What the leveraged-ETF method hands out. Field names are the keys of the JSON Board; USD, positive is buying."""

from datetime import datetime

from msgspec import Struct, field

from deskview.analytics.leverage.supply import SupplyLadder


class FundRow(Struct, frozen=True, gc=False):
    """The arithmetic of one fund. `aum_usd` is at the previous close, `base_aum_usd` rolled by today's move.

    `return_source` says which return was used: `underlying` (its proxy's), `fund` (its own divided by L), or
    null when there is neither. `creation_usd` is L times the net creations, null where none were given.
    `tracking_gap` = fund's return - L·underlying's: far from zero, the registry or
    a price is wrong. `week_p05_usd`, `week_es05_usd` and `week_p95_usd` are the fund's own lognormal week.
    """

    ticker: str
    name: str
    underlying: str
    kind: str
    leverage: float
    aum_usd: float
    aum_as_of: str | None
    return_: float | None = field(name="return")
    return_source: str | None
    per_1pct_usd: float
    rebalance_usd: float | None
    creation_usd: float | None
    today_usd: float | None
    wiped_out: bool
    tracking_gap: float | None
    base_aum_usd: float
    week_p05_usd: float | None
    week_es05_usd: float | None
    week_p95_usd: float | None


class UnderlyingRow(Struct, frozen=True, gc=False):
    """Funds on one underlying. With `return_source` `fund` the return is the funds' own over L, exposure-weighted."""

    underlying: str
    name: str
    kind: str
    return_: float | None = field(name="return")
    return_source: str | None
    per_1pct_usd: float
    today_usd: float | None
    funds: int
    aum_usd: float


class NameRow(Struct, frozen=True, gc=False):
    """Flow in one stock. `of_adv` and `of_close` carry the flow's sign; `impact_bp` is the square-root estimate."""

    ticker: str
    name: str | None
    sector: str | None
    today_usd: float | None
    single_stock_usd: float | None
    index_usd: float | None
    per_1pct_usd: float
    adv_usd: float | None
    of_adv: float | None
    of_close: float | None
    impact_bp: float | None


class KindRow(Struct, frozen=True, gc=False):
    """Funds of one kind."""

    kind: str
    today_usd: float | None
    per_1pct_usd: float
    funds: int
    aum_usd: float


class SectorRow(Struct, frozen=True, gc=False):
    """Look-through by the sector of the names. Rows sum to the headline, with what has no sector or no basket."""

    sector: str
    today_usd: float
    per_1pct_usd: float
    names: int


class LeftOut(Struct, frozen=True, gc=False):
    """A fund outside the totals. `from_` is `all`, or `today` when only today's flow is unknown."""

    ticker: str
    name: str
    kind: str | None
    from_: str = field(name="from")
    reason: str


class FanPoint(Struct, frozen=True, gc=False):
    """Net flow from now to the close of `session`."""

    session: str
    sd_usd: float
    p05_usd: float
    p16_usd: float
    p50_usd: float
    p84_usd: float
    p95_usd: float


class Scenario(Struct, frozen=True, gc=False):
    """`usd`: every underlying moves by `move`. `beta_usd`: the market moves by it and the rest by their beta."""

    move: float
    usd: float
    beta_usd: float | None


class ImpliedMove(Struct, frozen=True, gc=False):
    """The uniform move of all underlyings in one session that would force `usd`."""

    usd: float
    move: float


class Exceedance(Struct, frozen=True, gc=False):
    """Chance that the week's net flow is `usd` or lower."""

    usd: float
    probability: float


class Conditional(Struct, frozen=True, gc=False):
    """Mean net flow of the paths whose index move over the week lies in (`above`, `up_to`]; null is unbounded."""

    above: float | None
    up_to: float | None
    mean_usd: float | None
    paths: int


class Simulation(Struct, frozen=True, kw_only=True):
    """Monte Carlo of the week; `error_usd` is the standard error of its mean.

    `as_of` is the market's time of the reading it starts from: it is made anew less often than the closed form.
    """

    paths: int
    seed: int
    mean_usd: float
    error_usd: float
    sd_usd: float
    p05_usd: float
    p16_usd: float
    p50_usd: float
    p84_usd: float
    p95_usd: float
    es05_usd: float
    gross_usd: float
    sell_probability: float
    exceedance: list[Exceedance]
    conditional: list[Conditional]
    fan: list[FanPoint]
    method: str
    as_of: datetime | None = None


class NextWeek(Struct, frozen=True, kw_only=True):
    """Distribution of the net flow over the coming sessions: not a point forecast, its mean is zero without a drift.

    `gross_usd` is the expected sum over the sessions of the book's absolute daily net flow; `turnover_usd` the
    same underlying by underlying. `base_aum_usd` is the AUM it starts from, rolled by today's move. `paths`
    is null until a Monte Carlo stands beside the closed form.
    """

    sessions: list[str]
    base_aum_usd: float
    mean_usd: float | None
    sd_usd: float | None
    p05_usd: float | None
    p16_usd: float | None
    p50_usd: float | None
    p84_usd: float | None
    p95_usd: float | None
    es05_usd: float | None
    gross_usd: float | None
    turnover_usd: float | None
    sell_probability: float | None
    exceedance: list[Exceedance]
    fan: list[FanPoint]
    scenarios: list[Scenario]
    implied_move: list[ImpliedMove]
    method: str
    left_out: list[str]
    paths: int | None = None
    conditional: list[Conditional] = []
    simulation: Simulation | None = None


class Score(Struct, frozen=True, kw_only=True):
    """How the forecasts held. `hit_rate`: share of the `weeks` whose flow fell inside the 90 % band, with its 95 %
    Wilson interval.

    `pit_histogram` counts the probability integral transforms in ten equal bins: flat if the forecast is right,
    heavy ends if its band is too narrow. `pending` forecasts have not run their course or lack a session. `apart`
    is how many of the weeks do not overlap: the sample is no better than that.
    """

    band: float
    weeks: int
    hits: int
    hit_rate: float | None
    hit_low: float | None
    hit_high: float | None
    mean_pit: float | None
    pit_histogram: list[int]
    pending: int
    apart: int


class Leverage(Struct, frozen=True, kw_only=True):
    """Part `leverage` of the Board. The headline covers the equity kinds: index, sector, stock.

    `aum_as_of` is the date typical for the share counts, `aum_oldest_as_of` the oldest. `unallocated_usd` is
    what can't be traced to names; `by_name` and it sum to `today_usd`, as do `by_underlying`, `by_fund`
    (equity kinds), `by_kind` and `by_sector`. `score` is null until forecasts are stored. `missing` and `notes` map
    a path to words.
    """

    today_usd: float | None
    creation_usd: float | None
    per_1pct_usd: float | None
    funds: int
    aum_usd: float | None
    aum_as_of: str | None
    aum_oldest_as_of: str | None
    by_underlying: list[UnderlyingRow]
    by_kind: list[KindRow]
    other_kinds: list[KindRow]
    by_name: list[NameRow]
    by_sector: list[SectorRow]
    by_fund: list[FundRow]
    unallocated_usd: float | None
    threshold_usd: float
    threshold_names: list[str]
    closing_share: float
    left_out: list[LeftOut]
    next_week: NextWeek
    systematic_supply: SupplyLadder | None
    missing: dict[str, str]
    notes: dict[str, str]
    score: Score | None = None
