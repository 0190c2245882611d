"""What figures mean now and what they meant before: of readings, for the rules set on them; of what is recorded.

A reading that comes to mean something else gets a row in REDEFINED and the JSON another SCHEMA. A kind of record whose
rows come to mean something else gets another sentence in RECORDED: rows carry the number of the definition they were
made under, and those of another are never mixed in. Light to import.
"""

from fnmatch import fnmatchcase
from typing import Final, NamedTuple

SCHEMA: Final = 2
"""Of the Board's JSON; 1 had no number."""

_CLOSE = "from official closing prices"
RECORDED: Final[dict[str, tuple[str, ...]]] = {
    "week-forecasts": (
        "leveraged funds' coming week from assets at the last trades there were when it was recorded",
        f"the same {_CLOSE}",
        "the same with the session's own move in its spread, of funds that are listed and reset daily",
    ),
    "week-realised": (
        "leveraged funds' net flow of a session at the last trades there were when it was recorded",
        f"the same {_CLOSE}",
        "the same of funds that are listed and reset daily",
    ),
    "gamma-mornings": (
        "dealers' gamma of SPX and SPY by the naive convention at the open, at the close before, 60 days and ±15 %",
    ),
    "flow-windows": ("retail and non-retail dollars of the first prints from a moment on, as they were printed",),
    "overlaps": (
        "weighted Jaccard of the retail favourites and each leg, from 100 names on",
        "the same from 300 names on",
    ),
}
"""Every kind of record by its name, with its definitions, the first first: the last holds."""


def definition_of(kind: str) -> int:
    """The number of the definition that holds for a kind of record; the first is 1."""
    return len(RECORDED[kind])


class Redefined(NamedTuple):
    """Readings that mean something else since SCHEMA: patterns of their paths, what they meant, and what they mean."""

    paths: tuple[str, ...]
    before: str
    now: str


def _of_baskets(*figures: str) -> tuple[str, ...]:
    return tuple(f"{basket}.{figure}" for basket in ("momentum", "momentum.sector_neutral") for figure in figures)


_HALVES = ("momentum.horizons.intermediate", "momentum.horizons.recent")
_OF_THE_HOUR = (
    *("index_return", "equal_weight_return", "cap_weight_return", "gap", "dispersion", "dispersion_cap"),
    *("between_variance", "within_variance"),
)
_SHARES = ("beat_share", "cap_beat_share", "up_share", "between_share")


def _of_part(part: str, *figures: str) -> tuple[str, ...]:
    """A figure of the part itself, and of whatever lies below it."""
    return tuple(pattern for figure in figures for pattern in (f"{part}.{figure}", f"{part}.*.{figure}"))


def _of_sides(*figures: str) -> tuple[str, ...]:
    return tuple(f"flow.{side}.{figure}" for side in ("retail", "institutional") for figure in figures)


_AT_THE_CLOSE = (
    *_of_part("momentum", "return", "long_return", "short_return", "market_return", "sigma", "sigma_ewma"),
    *_of_part("momentum", "long_share", "long_share_raw", "contribution"),
    *_of_part("breadth", "index_return", "equal_weight_return", "cap_weight_return", "gap", "top_10_contribution"),
    *_of_part("breadth", "beat_share", "cap_beat_share", "up_share", "dispersion", "dispersion_cap", "percentile.*"),
    *_of_part("breadth", "between_variance", "within_variance", "between_share", "*_correlation*"),
    *_of_part("rotation", "returns.now", "relative.now", "rank.now", "rank_change", "benchmark_returns.now"),
    *_of_part("leverage", "today_usd", "return", "of_adv", "of_close", "impact_bp", "tracking_gap"),
    *_of_part("leverage", "single_stock_usd", "index_usd", "unallocated_usd", "base_aum_usd", "week_*"),
    "leverage.next_week.*",
    "leverage.score.*",
    "names.*.price",
    "names.*.return",
)

REDEFINED: Final = (
    Redefined(
        (*_of_baskets("return"), *(f"{half}.return" for half in _HALVES)),
        "long leg less hedge ratio times short leg, the ratio from the names' shrunk betas",
        "long leg less short leg, dollar for dollar; beta-neutral is momentum.beta_neutral.return",
    ),
    Redefined(
        _of_baskets("sigma", "sigma_ewma"),
        "the hedged return over its sd, of today's names run back where the rule's own history was short",
        "the dollar-neutral return over its sd, of the rule's own history from 200 days on, else σ*: today's names",
    ),
    Redefined(
        _of_baskets("sigma_252_return", "sigma_ewma_return"),
        "sd of the hedged return, of today's names run back where the rule's own history was short",
        "sd of the dollar-neutral return, of the rule's own history from 200 days on, else of today's names",
    ),
    Redefined(
        tuple(f"{half}.{figure}" for half in _HALVES for figure in ("sigma", "sigma_252_return")),
        "from the hedged return of today's names run back",
        "from the dollar-neutral return of the rule's own history from 200 days on, else of today's names",
    ),
    Redefined(
        _of_baskets("hedge_ratio"),
        "ratio of the legs' betas, those of the names shrunk",
        "1; the beta-neutral ratio is momentum.beta_neutral.hedge_ratio",
    ),
    Redefined(
        _of_baskets("long_share_raw"),
        "long leg's part of the hedged return",
        "long leg's part of the dollar-neutral return",
    ),
    Redefined(
        _of_baskets("short.*.contribution"),
        "weight times return times hedge ratio, its sign turned",
        "weight times return, its sign turned",
    ),
    Redefined(
        _of_baskets("crowding.long", "crowding.short"),
        "correlation within the leg over the weeks up to the last close",
        "correlation within the leg over the weeks before it was formed",
    ),
    Redefined(
        tuple(f"momentum.state.{figure}" for figure in ("market_return_24m", "market_vol_126d", "market_vol_median")),
        "from the index fund's history as long as it was kept, a year or so, with dividends",
        "from the index's own daily closes, five years or more",
    ),
    Redefined(
        tuple(f"breadth.percentile.{figure}" for figure in _OF_THE_HOUR),
        "percentile among a year's closing figures, whatever the hour",
        "percentile among a year's closing figures brought to the same hour; none before 10:00",
    ),
    Redefined(
        tuple(f"breadth.percentile.{figure}" for figure in _SHARES),
        "percentile among a year's closing figures, from the open on",
        "percentile among a year's closing figures, none before 10:00",
    ),
    Redefined(
        ("rotation.groups.*.rank.*", "rotation.groups.*.rank_change"),
        "rank among all groups with a return",
        "rank among groups with five members and half of them priced; none for a thinner group",
    ),
    Redefined(
        (
            *("breadth.cap_weight_return", "breadth.cap_beat_share", "breadth.gap", "breadth.dispersion_cap"),
            *("breadth.top_10_contribution", "breadth.implied_correlation", "breadth.implied_correlation_dirty"),
        ),
        "each share class weighed as its whole company",
        "share classes of one company weigh as the company once",
    ),
    Redefined(
        ("leverage.per_1pct_usd", "leverage.aum_usd", "leverage.funds"),
        "of all funds with assets",
        "of the funds that also have a return, the same as today's flow; leverage.coverage is their share",
    ),
    Redefined(
        _of_part("leverage", "index_usd", "of_adv", "of_close", "impact_bp"),
        "index flows carried into names by capped market values",
        "by weights the returns of the index's fund imply, by the index's rule, else by capped market values",
    ),
    Redefined(
        ("leverage.next_week.*sd_usd", "leverage.next_week.p*_usd", "leverage.next_week.gross_usd"),
        "spread from the sessions before",
        "spread with today's move as the newest session",
    ),
    Redefined(
        ("leverage.next_week.es05_usd",),
        "mean of the worst 5 % of a normal distribution",
        "mean of the worst 5 % of Student's t, with today's move in its spread",
    ),
    Redefined(
        ("leverage.score.*",),
        "of non-overlapping weeks that were recorded or backfilled",
        "of a week from every session held, with that session's move in its spread",
    ),
    Redefined(
        (
            *_of_sides("net_usd", "morning_usd", "afternoon_usd", "core_net_usd"),
            "flow.unsigned_usd",
            "flow.auction_usd",
        ),
        "dollars of the focus names",
        "estimate of all stocks' dollars from a drawn sample of them; funds stand under flow.funds",
    ),
    Redefined(
        (*_of_sides("intensity"), "flow.classified_share"),
        "of the focus names together",
        "of all stocks, estimated from a drawn sample of them",
    ),
    Redefined(
        _of_sides("percentile", "median_intensity"),
        "rank or middle among whole sessions, whatever the hour; today from every print, the sessions from samples",
        "rank or middle among earlier sessions up to the same hour, the same windows and names; no rank before 10:30,"
        " and a rule fires once the whole 80 % interval is beyond its level",
    ),
    Redefined(
        _of_sides("names"),
        "names with a print of the side",
        "names the sums and the percentile rest on",
    ),
    Redefined(
        ("flow.names", "flow.focus"),
        "focus names",
        "stocks of the drawn sample; funds are counted by themselves",
    ),
    Redefined(
        ("crowding.long.*", "crowding.short.*", "crowding.spearman"),
        "of at least 100 sampled names",
        "of at least 300 sampled names; none of fewer",
    ),
    Redefined(
        _AT_THE_CLOSE,
        "after the close: moved on with the evening's last trades",
        "after the close: rests on the official closing prices",
    ),
)
"""What SCHEMA 2 means by readings that SCHEMA 1 had by the same path."""

NEW: Final = ("momentum.beta_neutral.*", "momentum.*.beta_neutral.*")
"""Figures there were none of before SCHEMA, though patterns above fit them."""

RENAMED: Final = {"sigma_days": "sigma_n", "rebalance_usd": "today_usd"}
"""Figures that go by another name since SCHEMA."""

RENAMED_ABOVE: Final = {
    "leverage.by_underlying.SOX.": "leverage.by_underlying.NYSE_SEMIS.",
    "leverage.systematic_supply.": "leverage.supply_basis.",
}
"""Beginnings of paths that are others since SCHEMA."""


def redefined(reading: str, condition: str = "") -> tuple[Redefined, ...]:
    """What has come to mean something else of a rule's reading, and of the σ or percentile its condition looks at."""
    parent, _, figure = reading.rpartition(".")
    if any(fnmatchcase(reading, new) for new in NEW):
        return ()
    looked_at = {
        "sigma": (f"{parent}.sigma",),
        "percentile": (f"{reading}.percentile", f"{parent}.percentile", f"{parent}.percentile.{figure}"),
    }.get(condition, ())
    paths = (reading, *looked_at)
    return tuple(row for row in REDEFINED if any(fnmatchcase(path, own) for path in paths for own in row.paths))


def renamed(path: str) -> str | None:
    """The path a figure has now where it goes by another name; None where it does not."""
    parent, _, figure = path.rpartition(".")
    if figure in RENAMED:
        return f"{parent}.{RENAMED[figure]}"
    moved = (now + path.removeprefix(before) for before, now in RENAMED_ABOVE.items() if path.startswith(before))
    return next(moved, None)
