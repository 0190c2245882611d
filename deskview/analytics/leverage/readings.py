"""What the leveraged-ETF method hands out. Field names are the keys of the JSON Board; USD, positive is buying."""

from datetime import date
from typing import Annotated, TypeAlias

from msgspec import Struct, field

from deskview.analytics.figure import Unit, figure, place, text
from deskview.analytics.leverage.forecast import BASE_AUM_USD, NextWeek, Score, SupplyBasis, SupplyRow

EQUITY_KINDS = ("index", "sector", "stock")
OTHER_KINDS = ("commodity", "bond", "crypto", "currency", "volatility")

_BUYING = "buying"

TODAY_USD = figure("today", Unit.USD, "What the funds must trade by the close at today's move so far.", sign=_BUYING)
PER_1PCT_USD = figure(
    "for a move of 1%", Unit.USD, "What the funds trade, in the move's direction, if their underlyings move by 1 %."
)
AUM_USD = figure("assets", Unit.USD, "Assets at the previous close.")
FUNDS = figure("funds", Unit.COUNT, "Funds counted.")
RETURN = figure("return", Unit.FRACTION, "The underlying's move today, against its previous close.")
CREATION_USD = figure(
    "creations times leverage",
    Unit.USD,
    "Leverage times the last session's net creations, which are known a session late and in no figure of today.",
    sign=_BUYING,
)
TICKER = text("ticker")
NAME = text("name")
UNDERLYING = text("underlying")
KIND = text("kind", "index, sector or stock; commodity, bond, crypto, currency or volatility.")
AUM_AS_OF = text("aum as of", "The day the share count is as of: one that did not change is as of the day it last did.")

PROVIDER = "provider"
"""Who knows a fund's shares, where it is not the user."""
Words: TypeAlias = dict[str, Annotated[str, text("words")]]


class FundRow(Struct, frozen=True, gc=False):
    """The arithmetic of one fund.

    A fund whose `reset` is not daily trades on its reset day alone: on other days its figures of today are 0. It trades
    on `period_return`, from `period_aum_usd`; for daily ones these are `return` and `aum_usd`. `week_p05_usd`,
    `week_es05_usd` and `week_p95_usd` are the fund's own lognormal week.
    """

    ticker: Annotated[str, TICKER]
    name: Annotated[str, NAME]
    underlying: Annotated[str, UNDERLYING]
    kind: Annotated[str, KIND]
    leverage: Annotated[float, figure("leverage", Unit.NUMBER, "L: the fund makes L times the underlying's return.")]
    aum_usd: Annotated[float, AUM_USD]
    aum_as_of: Annotated[str | None, AUM_AS_OF]
    return_: Annotated[float | None, RETURN] = field(name="return")
    return_source: Annotated[
        str | None, text("return source", "underlying: its proxy's return; fund: the fund's own over L; null: neither.")
    ]
    per_1pct_usd: Annotated[float, PER_1PCT_USD]
    creation_usd: Annotated[float | None, CREATION_USD]
    today_usd: Annotated[float | None, TODAY_USD]
    wiped_out: Annotated[bool, text("wiped out", "Whether today's move takes all of its assets.")]
    tracking_gap: Annotated[
        float | None,
        figure(
            "fund's return less leverage times underlying's",
            Unit.FRACTION,
            "How far the fund is from what its leverage says: far from zero, the registry or a price is wrong.",
        ),
    ]
    base_aum_usd: Annotated[float, BASE_AUM_USD]
    week_p05_usd: Annotated[
        float | None,
        figure("next week, 5th percentile", Unit.USD, "Net flow that 5 % of its weeks lie below.", sign=_BUYING),
    ]
    week_es05_usd: Annotated[
        float | None,
        figure(
            "next week, mean of the worst 5%",
            Unit.USD,
            "Mean net flow of its 5 % of weeks that sell most.",
            sign=_BUYING,
        ),
    ]
    week_p95_usd: Annotated[
        float | None,
        figure("next week, 95th percentile", Unit.USD, "Net flow that 95 % of its weeks lie below.", sign=_BUYING),
    ]
    structure: Annotated[str, text("structure", "ETF, or ETN: a note its issuer hedges.")] = "ETF"
    reset: Annotated[str, text("reset", "How often its leverage is reset, such as daily or monthly.")] = "daily"
    resets_on: Annotated[str | None, text("resets on", "Its next reset day; null for daily ones.")] = None
    period_return: Annotated[
        float | None,
        figure("return since the last reset", Unit.FRACTION, "The underlying's return since the fund's last reset."),
    ] = None
    period_aum_usd: Annotated[
        float | None,
        figure("assets at the last reset", Unit.USD, "Assets then; null where its price then is not known."),
    ] = None
    aum_source: Annotated[
        str,
        text(
            "source of the assets",
            "provider: its share count; shares: that of your names_file; assets: those of your names_file, as shares at"
            " the close of their day.",
        ),
    ] = PROVIDER

    def trades_on(self, session: date | None) -> bool:
        """Whether it resets in that session."""
        return self.reset == "daily" or (session is not None and self.resets_on == session.isoformat())


def in_next_week(fund: FundRow) -> bool:
    """Whether the coming week's spread counts the fund: it follows equities and resets daily."""
    return fund.kind in EQUITY_KINDS and fund.reset == "daily"


class UnderlyingRow(Struct, frozen=True, gc=False):
    """Funds on one underlying."""

    underlying: Annotated[str, UNDERLYING]
    name: Annotated[str, NAME]
    kind: Annotated[str, KIND]
    return_: Annotated[float | None, RETURN] = field(name="return")
    return_source: Annotated[
        str | None,
        text("return source", "proxy: the proxy's return; fund: the funds' own over L, by exposure; null: neither."),
    ]
    per_1pct_usd: Annotated[float, PER_1PCT_USD]
    today_usd: Annotated[float | None, TODAY_USD]
    funds: Annotated[int, FUNDS]
    aum_usd: Annotated[float, AUM_USD]


class NameRow(Struct, frozen=True, gc=False):
    """Flow in one stock. `of_adv` and `of_close` carry the flow's sign."""

    ticker: Annotated[str, TICKER]
    name: Annotated[str | None, NAME]
    sector: Annotated[str | None, text("sector")]
    today_usd: Annotated[
        float | None, figure("today, all funds", Unit.USD, "What all funds must trade in it today.", sign=_BUYING)
    ]
    single_stock_usd: Annotated[
        float | None,
        figure("today, single-stock funds only", Unit.USD, "What funds on it alone must trade today.", sign=_BUYING),
    ]
    index_usd: Annotated[
        float | None,
        figure(
            "today, index and sector funds only",
            Unit.USD,
            "Its part of what index and sector funds must trade today, by its weights.",
            sign=_BUYING,
        ),
    ]
    per_1pct_usd: Annotated[
        float,
        figure("for a move of 1%, all funds", Unit.USD, "What is traded in it if all underlyings move by 1 %."),
    ]
    adv_usd: Annotated[float | None, figure("mean daily volume", Unit.USD, "Mean daily dollar volume.")]
    of_adv: Annotated[
        float | None,
        figure("today, % of daily volume", Unit.FRACTION, "Today's flow over the mean daily volume.", sign=_BUYING),
    ]
    of_close: Annotated[
        float | None,
        figure(
            "today, % of the close (estimate)",
            Unit.FRACTION,
            "The part of the flow in stocks at the close over the closing auction's volume, both shares assumed.",
            sign=_BUYING,
        ),
    ]
    impact_bp: Annotated[
        float | None,
        figure("price impact (estimate)", Unit.BASIS_POINTS, "By the square root of the flow over the daily volume."),
    ]
    week_sd_usd: Annotated[
        float | None,
        figure("next week, one σ", Unit.USD, "Standard deviation of the coming sessions' net flow in it, either way."),
    ] = None
    week_of_adv: Annotated[
        float | None,
        figure(
            "next week, one σ in % of a day's volume", Unit.FRACTION, "One σ of the week's flow over a day's volume."
        ),
    ] = None


class FamilyRow(Struct, frozen=True, gc=False):
    """Index and sector funds of one family of underlyings."""

    family: Annotated[str, text("family", "nasdaq, semiconductors or technology.")]
    today_usd: Annotated[float | None, TODAY_USD]
    per_1pct_usd: Annotated[float, PER_1PCT_USD]
    funds: Annotated[int, FUNDS]


class Rank(Struct, frozen=True, gc=False):
    """The flow of daily funds today, as if the session closed now, among that of whole sessions at today's assets."""

    place: Annotated[
        int, figure("place", Unit.NUMBER, "Today's place by size among the sessions on its side, 1 the largest.")
    ]
    of: Annotated[int, figure("sessions compared", Unit.COUNT, "Sessions compared, today among them.", watched=False)]
    side: Annotated[str, text("side", "sale or purchase.")]
    since: Annotated[str, text("since", "The oldest session.")]
    of_side: Annotated[
        int, figure("sessions on the same side", Unit.COUNT, "Sessions that sold (or bought) as today, and today.")
    ] = 0


class IndexWeights(Struct, frozen=True, gc=False):
    """How an index's flow is carried into names. `r2` and `residual_bp` are of sessions predicted from the other ones,
    by the implied weights or by those that were refused."""

    index: Annotated[str, text("index")]
    name: Annotated[str, NAME]
    basis: Annotated[
        str,
        text(
            "basis",
            "implied by the fund that holds it, rule (equal- or price-weighted), prior (capped market values) or none:"
            " its flow goes to no name.",
        ),
    ]
    fund: Annotated[str | None, text("fund", "The fund that holds the index.")]
    r2: Annotated[float | None, figure("R²", Unit.NUMBER, "The part of the fund's variance that the weights explain.")]
    residual_bp: Annotated[
        float | None, figure("daily residual", Unit.BASIS_POINTS, "Daily σ of the returns the weights leave over.")
    ]
    members: Annotated[int, figure("members", Unit.COUNT, "Members of the index.")]
    known: Annotated[int, figure("members with all it takes", Unit.COUNT, "Members that have what the weights need.")]
    reason: Annotated[
        str | None,
        text("reason", "Why it is prior or none, which names are too young to tell apart, which have no market value."),
    ]
    start: Annotated[
        str, text("start", "What implied and prior weights start from: market values or equal weights; else empty.")
    ] = ""


class Unregistered(Struct, frozen=True, gc=False):
    """A listed fund whose name looks leveraged and that is in no registry: it is in no figure."""

    ticker: Annotated[str, TICKER]
    name: Annotated[str, NAME]


class KindRow(Struct, frozen=True, gc=False):
    """Funds of one kind."""

    kind: Annotated[str, KIND]
    today_usd: Annotated[float | None, TODAY_USD]
    per_1pct_usd: Annotated[float, PER_1PCT_USD]
    funds: Annotated[int, FUNDS]
    aum_usd: Annotated[float, AUM_USD]


class SectorRow(Struct, frozen=True, gc=False):
    """Look-through by the sector of the names. Rows sum to the headline, with what has no sector or no basket."""

    sector: Annotated[str, text("sector")]
    today_usd: Annotated[float, TODAY_USD]
    per_1pct_usd: Annotated[float, PER_1PCT_USD]
    names: Annotated[int, figure("names counted", Unit.COUNT, "Names of the sector the funds reach.")]


class LeftOut(Struct, frozen=True, gc=False):
    """A fund outside the totals."""

    ticker: Annotated[str, TICKER]
    name: Annotated[str, NAME]
    kind: Annotated[str | None, KIND]
    from_: Annotated[str, text("from", "all, or today when only today's flow is unknown.")] = field(name="from")
    reason: Annotated[str, text("reason")]


class Leverage(Struct, frozen=True, kw_only=True):
    """Part `leverage` of the Board. The headline covers the equity kinds: index, sector, stock.

    `today_usd`, `per_1pct_usd`, `aum_usd` and `funds` are over the same funds: those with assets and a return. Before
    the first return of a session all with assets count and `coverage` is 0.

    `by_name` and `unallocated_usd` sum to `today_usd`, as do `by_underlying`, `by_fund` (equity kinds), `by_kind` and
    `by_sector`. `score` is null until past weeks are scored. `missing` and `notes` map a path to words.
    """

    today_usd: Annotated[float | None, TODAY_USD]
    creation_usd: Annotated[float | None, CREATION_USD]
    creation_session: Annotated[str | None, text("creation session", "The session of the creations.")] = None
    creation_funds: Annotated[
        int,
        figure(
            "creation funds",
            Unit.COUNT,
            "Funds whose share counts of that session and of the one before are known.",
            watched=False,
        ),
    ] = 0
    creation_coverage: Annotated[
        float | None,
        figure(
            "part of the assets with known creations",
            Unit.FRACTION,
            "The part of all assets in funds whose creations are known.",
        ),
    ] = None
    per_1pct_usd: Annotated[float | None, PER_1PCT_USD]
    funds: Annotated[int, FUNDS]
    funds_known: Annotated[int, figure("funds with assets", Unit.COUNT, "Funds with assets.", watched=False)] = 0
    own_funds: Annotated[
        int,
        figure(
            "funds with assets from your file",
            Unit.COUNT,
            "Of the funds with assets those whose shares or assets are of your names_file.",
            watched=False,
        ),
    ] = 0
    coverage: Annotated[
        float | None,
        figure(
            "part of per-1% with a return",
            Unit.FRACTION,
            "The part of what all funds with assets, those gone from the listing of late too, trade for a move of 1 %"
            " whose return is known.",
        ),
    ] = None
    aum_usd: Annotated[float | None, AUM_USD]
    aum_as_of: Annotated[str | None, text("aum as of", "The date typical for the share counts.")]
    aum_oldest_as_of: Annotated[str | None, text("aum oldest as of", "The oldest date of a share count.")]
    rank: Annotated[Rank | None, place("leveraged ETFs, rank of today")] = None
    technology_usd: Annotated[
        float | None,
        figure(
            "today, funds on Nasdaq, semiconductors and technology",
            Unit.USD,
            "The sum of the families' flow today.",
            sign=_BUYING,
        ),
    ] = None
    by_family: Annotated[
        list[FamilyRow], place("by family", row="leveraged ETFs, index and sector funds on {row}")
    ] = []
    by_underlying: Annotated[
        list[UnderlyingRow], place("by underlying", row="{underlying}: leveraged ETFs on it alone")
    ]
    by_kind: Annotated[list[KindRow], place("by kind", row="leveraged ETFs, kind {row}")]
    other_kinds: Annotated[list[KindRow], place("other kinds", row="leveraged ETFs, kind {row}")]
    by_name: Annotated[list[NameRow], place("by name", row="{row}: leveraged ETFs")]
    by_sector: Annotated[list[SectorRow], place("by sector", row="leveraged ETFs, sector {row}")]
    by_fund: Annotated[list[FundRow], place("by fund", row="fund {row}")]
    unallocated_usd: Annotated[
        float | None,
        figure("today, not traced to names", Unit.USD, "The part of today's flow that can't be traced.", sign=_BUYING),
    ]
    threshold_usd: Annotated[
        float, figure("threshold", Unit.USD, "Flow from which a name is marked, by the settings.", watched=False)
    ]
    threshold_names: Annotated[
        list[Annotated[str, text("ticker", "Its flow is that large, either way.")]], place("threshold names")
    ]
    closing_share: Annotated[
        float,
        figure(
            "closing share", Unit.FRACTION, "The closing auction's share of a name's volume, assumed.", watched=False
        ),
    ]
    cash_share: Annotated[
        float,
        figure(
            "cash share", Unit.FRACTION, "The part of a flow traded in stocks at the close, assumed.", watched=False
        ),
    ] = 1.0
    left_out: Annotated[list[LeftOut], place("left out", row="left out: {row}")]
    index_weights: Annotated[list[IndexWeights], place("index weights", row="weights of {underlying}")] = []
    unregistered: Annotated[list[Unregistered], place("unregistered", row="unregistered: {row}")] = []
    next_week: Annotated[NextWeek, place("leveraged ETFs, next week")]
    supply: Annotated[list[SupplyRow], place("systematic supply")] = []
    supply_basis: Annotated[SupplyBasis | None, place("systematic supply")] = None
    missing: Annotated[Words, place("missing")]
    notes: Annotated[Words, place("notes")]
    score: Annotated[Score | None, place("score of past forecasts")] = None
