"""What the leveraged-ETF method hands out. Field names are the keys of the JSON Board; USD, positive is buying."""

from datetime import date, datetime

from msgspec import Struct, field

from deskview.analytics.leverage.supply import SupplyBasis, SupplyRow

EQUITY_KINDS = ("index", "sector", "stock")
OTHER_KINDS = ("commodity", "bond", "crypto", "currency", "volatility")


class FundRow(Struct, frozen=True, gc=False):
    """The arithmetic of one fund. `aum_usd` is at the previous close, `base_aum_usd` rolled by today's move.

    `return_source` says which return was used: `underlying` (its proxy's), `fund` (its own divided by L), or
    null when there is neither. `creation_usd` is L times the net creations of `Leverage.creation_session`, which are
    known a session later and are in no figure of today; null where the share count of one of its days is not known.
    A fund whose `reset` is not daily trades on its reset day alone (`resets_on`, null for daily ones): on other days
    its figures of today are 0.
    `structure` is ETF, or ETN: a note its issuer hedges. A fund that does not reset daily trades on `period_return`,
    the underlying's since its last reset, from `period_aum_usd`, its assets then (null where its price then is not
    known); for daily ones they are `return` and `aum_usd`.
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
    creation_usd: float | None
    today_usd: float | None
    wiped_out: bool
    tracking_gap: float | None
    base_aum_usd: float
    week_p05_usd: float | None
    week_es05_usd: float | None
    week_p95_usd: float | None
    structure: str = "ETF"
    reset: str = "daily"
    resets_on: str | None = None
    period_return: float | None = None
    period_aum_usd: float | None = None

    def trades_on(self, session: date | None) -> bool:
        """Whether it resets in that session."""
        return self.reset == "daily" or (session is not None and self.resets_on == session.isoformat())


def in_next_week(fund: FundRow) -> bool:
    """Whether the coming week's spread counts the fund: it follows equities and resets daily."""
    return fund.kind in EQUITY_KINDS and fund.reset == "daily"


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
    """Flow in one stock. `of_adv` and `of_close` carry the flow's sign; `impact_bp` is the square-root estimate.

    `week_sd_usd` is 1σ of the coming sessions' net flow in it, either way, `week_of_adv` that over ONE day's volume.
    """

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
    week_sd_usd: float | None = None
    week_of_adv: float | None = None


class FamilyRow(Struct, frozen=True, gc=False):
    """Index and sector funds of one family of underlyings: nasdaq, semiconductors or technology."""

    family: str
    today_usd: float | None
    per_1pct_usd: float
    funds: int


class Rank(Struct, frozen=True, gc=False):
    """The flow of daily funds today, as if the session closed now, among that of whole sessions at today's assets.

    Today is among the `of` sessions, `of_side` of which were sales (or purchases, as `side` says): `place` 1 is the
    largest of these. `since` is the oldest session.
    """

    place: int
    of: int
    side: str
    since: str
    of_side: int = 0


class IndexWeights(Struct, frozen=True, gc=False):
    """How an index's flow is carried into names. `basis` is implied (by the fund that holds it), rule (equal- or
    price-weighted), prior (capped market values) or none: its flow goes to no name.

    `r2` and `residual_bp` (daily) are of sessions predicted from the other ones, by the implied weights or by those
    that were refused; `known` of its `members` have what the weights need. `reason` says why it is prior or none, which
    names are too young to be told apart, and which have no market value. `start` is what implied and prior weights
    start from, "market values" or "equal weights"; empty for the others.
    """

    index: str
    name: str
    basis: str
    fund: str | None
    r2: float | None
    residual_bp: float | None
    members: int
    known: int
    reason: str | None
    start: str = ""


class Unregistered(Struct, frozen=True, gc=False):
    """A listed fund whose name looks leveraged and that is in no registry: it is in no figure."""

    ticker: str
    name: str


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

    `sd_usd` holds today's move as the newest of the days it is estimated from (brought to a whole day by the share of
    a day's variance that is usually behind one, `day_share`); `sd_without_today_usd` does not. `percentile` is where
    `sd_usd` stands among those of the `percentile_of` sessions before, at today's assets. `day_share` is null before
    the open, and where it is not known: the move then counts as it stands. `coverage` is the share of the daily funds'
    per-1 % (those gone from the listing of late among them) whose underlying has a risk figure. `p01_usd` and
    `es05_usd` have the tails of Student's t with 5 degrees of freedom, the percentiles between are normal.
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
    sd_without_today_usd: float | None = None
    day_share: float | None = None
    coverage: float | None = None
    p01_usd: float | None = None
    percentile: float | None = None
    percentile_of: int = 0


class Score(Struct, frozen=True, kw_only=True):
    """How the forecasts held. `hit_rate`: share of the `weeks` whose flow fell inside the 90 % band, with its 95 %
    Wilson interval.

    `after_shocks` are the weeks forecast after a session beyond 2.5 of its day-before sd, `shock_hits` those that held.

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
    after_shocks: int = 0
    shock_hits: int = 0


class Leverage(Struct, frozen=True, kw_only=True):
    """Part `leverage` of the Board. The headline covers the equity kinds: index, sector, stock.

    `today_usd`, `per_1pct_usd`, `aum_usd` and `funds` are over the same funds: those with assets and a return. Of
    `funds_known` with assets, `coverage` is the share of their per-1 % that these have; funds gone from the listing, or
    without a count, that had assets and traded until some sessions ago are in that whole. Before the first return of a
    session all with assets count and `coverage` is 0.

    `aum_as_of` is the date typical for the share counts, `aum_oldest_as_of` the oldest: a count that did not change is
    as of the day it last did. `creation_usd` is L times the net creations of `creation_session` over the
    `creation_funds` whose counts of it and of the session before are known, which have `creation_coverage` of the
    assets; it is in no figure of today.

    `unallocated_usd` is what can't be traced to names; `by_name` and it sum to `today_usd`, as do `by_underlying`,
    `by_fund` (equity kinds), `by_kind` and `by_sector`. `technology_usd` is the sum of `by_family`. `score` is null
    until past weeks are scored. `missing` and `notes` map a path to words.
    """

    today_usd: float | None
    creation_usd: float | None
    creation_session: str | None = None
    creation_funds: int = 0
    creation_coverage: float | None = None
    per_1pct_usd: float | None
    funds: int
    funds_known: int = 0
    coverage: float | None = None
    aum_usd: float | None
    aum_as_of: str | None
    aum_oldest_as_of: str | None
    rank: Rank | None = None
    technology_usd: float | None = None
    by_family: list[FamilyRow] = []
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
    cash_share: float = 1.0
    left_out: list[LeftOut]
    index_weights: list[IndexWeights] = []
    unregistered: list[Unregistered] = []
    next_week: NextWeek
    supply: list[SupplyRow] = []
    supply_basis: SupplyBasis | None = None
    missing: dict[str, str]
    notes: dict[str, str]
    score: Score | None = None
