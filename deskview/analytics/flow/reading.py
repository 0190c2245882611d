"""The flow reading: who bought and who sold today, when, and how unusual that is.

Net is bought less sold dollars of the signed prints; every name of the sample counts with its weight, so that the sums
stand for all stocks it was drawn from. Intensity is net over bought plus sold, from -1 to 1. The percentile is that of
`compare`: today's windows among those of earlier sessions up to the same hour. "Morning" is before 12:00 New York; a
print at 12:00 belongs to the afternoon, which ends at 16:00, on a half day at 13:00. Both sides are sums over the
prints that could be signed; auctions stand apart. Funds are in no sum of stocks.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from deskview.analytics.flow import groups
from deskview.analytics.flow.percentile import Comparison, Ranked
from deskview.analytics.flow.schema import FLOW_BARS, SAMPLE
from deskview.analytics.flow.structs import Flow, FundsFlow, HalfHour, NameFlow, Side
from deskview.market.schema import require

NO_CORE = "blocks, sweeps and crosses are part of non-retail; retail has no such part"
UNSURE = "too few windows to tell how sure it is"
NOT_USUAL = "no earlier windows of it by this hour"
PERCENTILES = ("percentile", "percentile_low", "percentile_high")
FULL_DAY, HALF_DAY = 13, 7
#: Half-hours before noon.
MORNING = 5

KEYS: Final = {"retail": "retail", "other": "institutional"}
"""Both sides and their keys in the JSON."""
LABELS = {
    "retail": "retail, identified by sub-penny price",
    "other": "non-retail: all signed prints not identified as retail",
}
NOTES = {
    "retail": "About a third of retail trades are identified; of these 28 % are signed wrongly by the sub-penny "
    "price, 5 % by quotes (Barber et al. 2024).",
    "other": "Includes the retail trades that are not identified. Signed by trade prices alone the tick rule was "
    "wrong for 21 % of prints, with quotes Lee-Ready for 15 % (Odders-White 2000).",
}


def read(
    bars: pl.DataFrame,
    sample: pl.DataFrame,
    comparison: Comparison,
    session: date,
    half_day: bool,
    *,
    counted: Iterable[str],
    funds_comparison: Comparison | None = None,
    left_out: Mapping[str, int] | None = None,
    universe: int = 0,
    universe_share: float | None = None,
    sizing: str = "",
) -> Flow:
    """FLOW_BARS of the session, SAMPLE and what `compare` found for its stocks and for its funds to the reading.

    Names that are not `counted` are in no sum, and nothing is scaled up for them: `names` of `focus` says so, and there
    are no limits while one is lacking. Rows of other sessions or names are not read. `universe` stocks stand behind
    the sample, which trades `universe_share` of their dollars; 0 where its names stand for themselves.
    """
    today = require(bars, FLOW_BARS, "FLOW_BARS").filter(pl.col("session") == session)
    chosen, halves = require(sample, SAMPLE, "SAMPLE"), HALF_DAY if half_day else FULL_DAY
    fund, there = pl.col("kind") == "fund", set(counted)
    stocks = _names(today, chosen.filter(~fund), there, comparison, halves, universe=universe)
    funds = _names(today, chosen.filter(fund), there, funds_comparison or Comparison(), halves)
    missing = stocks.lacking(universe_share)
    retail, institutional = (stocks.side(side, missing) for side in KEYS)
    by_name = stocks.by_name(missing)
    return Flow(
        retail=retail,
        institutional=institutional,
        comparison=stocks.compared(),
        classified_share=stocks.classified_share,
        unsigned_usd=_total(stocks.bars, "unsigned_usd"),
        auction_usd=_total(stocks.bars, "auction_usd"),
        left_out=dict(left_out or {}),
        by_name=by_name,
        divergence=_opposed(by_name, 1),
        converse=_opposed(by_name, -1),
        names=stocks.sums.height,
        focus=stocks.chosen.height,
        universe=universe,
        universe_share=universe_share,
        sizing=sizing,
        by_leg=groups.by_leg(stocks.sums, stocks.why_no_limits, missing),
        by_sector=groups.by_sector(stocks.sums, stocks.why_no_limits, missing),
        funds=_funds_flow(funds, missing) if funds.chosen.height else None,
        missing=missing,
    )


@dataclass(frozen=True)
class _Names:
    """The names of one kind: all that were `chosen` (SAMPLE), and of those counted the FLOW_BARS, dollars times the
    weight, and each name's own `sums`. `universe` stocks stand behind them; 0 where they stand for themselves."""

    chosen: pl.DataFrame
    bars: pl.DataFrame
    sums: pl.DataFrame
    comparison: Comparison
    halves: int
    universe: int

    @property
    def awaited(self) -> int:
        """Of how many the prints are still to come."""
        return self.chosen.height - self.sums.height

    @property
    def why_no_limits(self) -> str:
        """What stands against saying how far the sums may be off; empty where nothing does."""
        if self.awaited:
            return f"the prints of {self.awaited} of {self.chosen.height} names are still to come"
        return "" if self.universe else groups.ITSELF

    @property
    def classified_share(self) -> float | None:
        """The signed part of the dollars outside auctions."""
        signed = sum(_total(self.bars, f"{side}_{way}_usd") for side in KEYS for way in ("buy", "sell"))
        return _ratio(signed, signed + _total(self.bars, "unsigned_usd"))

    def lacking(self, universe_share: float | None) -> dict[str, str]:
        """Why figures of all of them together are null."""
        unclassified = {"classified_share": "no prints counted in this session"}
        no_share = {"universe_share": "the sample's names stand for themselves"}
        return (unclassified if self.classified_share is None else {}) | (no_share if universe_share is None else {})

    def side(self, side: str, missing: dict[str, str], above: str = "") -> Side:
        """One side of them, with the reasons for what it lacks."""
        ranked, names = _ranked(self.comparison, side), self.sums.height
        return side_of(
            self.bars,
            side,
            self.halves,
            ranked,
            clock=self.comparison.clock,
            names=names if ranked.percentile is None else min(names, self.comparison.names),
            limits=groups.net_limits(self.sums, side, self.why_no_limits),
            missing=missing,
            above=above,
        )

    def by_name(self, missing: dict[str, str], above: str = "") -> list[NameFlow]:
        """One row per name with prints, by itself, largest turnover first."""
        names = _by_name(self.sums, self.comparison.usual)
        for name in names:
            missing |= _reasons_of(name, f"{above}by_name.{name.ticker}", self.comparison)
        return names

    def compared(self) -> str:
        """What the percentiles compare and, while names are lacking, what the sums are of."""
        found, sides = self.comparison, [_ranked(self.comparison, side) for side in KEYS]
        known = [ranked.days for ranked in sides if ranked.percentile is not None]
        text = f"no percentile: {sides[0].reason}"
        if known:
            text = (
                f"today's windows up to {found.clock} against those of {min(known)} sessions up to {found.clock},"
                f" {found.names} names"
            )
        return f"{text}; the sums are of {self.sums.height} of {self.chosen.height} names" if self.awaited else text


def _names(
    today: pl.DataFrame,
    chosen: pl.DataFrame,
    counted: Set[str],
    comparison: Comparison,
    halves: int,
    *,
    universe: int = 0,
) -> _Names:
    there = chosen.filter(pl.col("ticker").is_in(list(counted)))
    return _Names(chosen, groups.weighted(today, there), groups.name_sums(today, there), comparison, halves, universe)


def _funds_flow(funds: _Names, missing: dict[str, str]) -> FundsFlow:
    retail, institutional = (funds.side(side, missing, "funds.") for side in KEYS)
    return FundsFlow(
        retail=retail,
        institutional=institutional,
        names=funds.sums.height,
        focus=funds.chosen.height,
        by_name=funds.by_name(missing, "funds."),
    )


def intensity(side: str) -> pl.Expr:
    """(bought - sold) / (bought + sold) of `retail` or `other`, null where nothing was signed."""
    bought, sold = pl.col(f"{side}_buy_usd"), pl.col(f"{side}_sell_usd")
    return pl.when(bought + sold > 0).then((bought - sold) / (bought + sold))


def side_of(
    today: pl.DataFrame,
    side: str,
    halves: int,
    ranked: Ranked,
    *,
    clock: str,
    names: int,
    limits: groups.Limits,
    missing: dict[str, str],
    above: str = "",
) -> Side:
    """`retail` or `other` of FLOW_BARS over `halves` half-hours, with what `compare` found.

    Why figures are null goes into `missing`, by their path below `above`.
    """
    halves_usd = _half_hours(today, side, halves)
    bought, sold = sum(b for b, _ in halves_usd), sum(s for _, s in halves_usd)
    nets = [b - s for b, s in halves_usd]
    value = _ratio(bought - sold, bought + sold)
    signed = value is not None
    missing |= _unsigned(today, side, above) if not signed else _unlimited(side, limits, above)
    missing |= _uncompared(side, ranked, above)
    morning, afternoon = sum(nets[:MORNING]), sum(nets[MORNING:])
    core = _total(today, "core_buy_usd") - _total(today, "core_sell_usd")
    return Side(
        label=LABELS[side],
        sign_error_note=NOTES[side],
        net_usd=morning + afternoon if signed else None,
        net_low_usd=limits.low if signed else None,
        net_high_usd=limits.high if signed else None,
        intensity=value,
        percentile=ranked.percentile,
        percentile_low=ranked.low,
        percentile_high=ranked.high,
        days=ranked.days,
        clock=clock if ranked.percentile is not None else "",
        morning_usd=morning if signed else None,
        afternoon_usd=afternoon if signed else None,
        by_half_hour=_half_hour_rows(halves_usd, signed),
        prints=_prints(today, side),
        names=names,
        core_net_usd=core if signed and side == "other" else None,
        median_intensity=ranked.median,
        recent=list(ranked.recent),
    )


def _ranked(comparison: Comparison, side: str) -> Ranked:
    return comparison.retail if side == "retail" else comparison.other


def _unsigned(today: pl.DataFrame, side: str, above: str) -> dict[str, str]:
    """Why a side of which nothing could be signed has no dollars, by their path."""
    key, reason = f"{above}{KEYS[side]}", "no print of this side could be signed"
    if not _prints(today, side):
        identified = side == "retail" and _count(today, "prints")
        reason = "no print identified as retail" if identified else "no prints counted"
    figures = ["net_usd", "net_low_usd", "net_high_usd", "intensity", "morning_usd", "afternoon_usd", "by_half_hour"]
    reasons = {f"{key}.{figure}": f"{reason} in this session" for figure in (*figures, "core_net_usd")}
    return reasons | ({f"{key}.core_net_usd": NO_CORE} if side == "retail" else {})


def _unlimited(side: str, limits: groups.Limits, above: str) -> dict[str, str]:
    """Why the net of a side has no limits, and retail no core."""
    key = f"{above}{KEYS[side]}"
    reasons = {f"{key}.core_net_usd": NO_CORE} if side == "retail" else {}
    if limits.low is None:
        reasons |= {f"{key}.net_{end}_usd": limits.reason for end in ("low", "high")}
    return reasons


def _uncompared(side: str, ranked: Ranked, above: str) -> dict[str, str]:
    """Why a side has no percentile, no limits of it or no median."""
    key, reasons = f"{above}{KEYS[side]}", {}
    if ranked.percentile is None:
        reasons = {f"{key}.{figure}": ranked.reason for figure in PERCENTILES}
    elif ranked.low is None or ranked.high is None:
        reasons = {f"{key}.{figure}": UNSURE for figure in PERCENTILES[1:]}
    return reasons | ({f"{key}.median_intensity": ranked.reason} if ranked.median is None else {})


def _reasons_of(name: NameFlow, path: str, comparison: Comparison) -> dict[str, str]:
    """Why figures of a name are null, by their path."""
    why = {
        "retail_intensity": "no print identified as retail",
        "other_intensity": "no non-retail print could be signed",
        "retail_share": "no dollars counted",
        "usual_retail": NOT_USUAL if comparison.clock else comparison.retail.reason,
        "usual_other": NOT_USUAL if comparison.clock else comparison.other.reason,
    }
    return {f"{path}.{figure}": reason for figure, reason in why.items() if getattr(name, figure) is None}


def _half_hours(today: pl.DataFrame, side: str, halves: int) -> list[tuple[float, float]]:
    """Bought and sold dollars of each half-hour over all names."""
    sums = today.group_by("half_hour").agg(pl.col(f"{side}_buy_usd", f"{side}_sell_usd").sum())
    found = {half: (bought, sold) for half, bought, sold in sums.iter_rows()}
    return [found.get(half, (0.0, 0.0)) for half in range(halves)]


def _half_hour_rows(halves_usd: list[tuple[float, float]], known: bool) -> list[HalfHour]:
    minutes = [570 + 30 * half for half in range(len(halves_usd))]
    return [
        HalfHour(start=f"{m // 60:02}:{m % 60:02}", buy_usd=b if known else None, sell_usd=s if known else None)
        for m, (b, s) in zip(minutes, halves_usd, strict=True)
    ]


def _by_name(sums: pl.DataFrame, usual: pl.DataFrame) -> list[NameFlow]:
    signed = pl.sum_horizontal("retail_buy_usd", "retail_sell_usd", "other_buy_usd", "other_sell_usd")
    turnover = pl.col("turnover_usd")
    retail = pl.col("retail_buy_usd") + pl.col("retail_sell_usd")
    table = (
        sums.filter(pl.col("prints") > 0)
        .join(usual.select("ticker", usual_retail="retail", usual_other="other"), on="ticker", how="left")
        .with_columns(turnover_usd=signed + pl.col("unsigned_usd"))
        .select(
            *("ticker", "sector", "leg", "weight", "usual_retail", "usual_other"),
            retail_net_usd=pl.col("retail_buy_usd") - pl.col("retail_sell_usd"),
            other_net_usd=pl.col("other_buy_usd") - pl.col("other_sell_usd"),
            core_net_usd=pl.col("core_buy_usd") - pl.col("core_sell_usd"),
            retail_intensity=intensity("retail"),
            other_intensity=intensity("other"),
            retail_share=pl.when(turnover > 0).then(retail / turnover),
            turnover_usd=turnover,
        )
        .sort(["turnover_usd", "ticker"], descending=[True, False])
    )
    return [NameFlow(**row) for row in table.iter_rows(named=True)]


def _opposed(names: list[NameFlow], retail_sign: int) -> list[NameFlow]:
    """Names where retail is on one side and the rest on the other, by the smaller of the two."""
    found = [n for n in names if n.retail_net_usd * retail_sign > 0 > n.other_net_usd * retail_sign]
    return sorted(found, key=lambda n: -min(abs(n.retail_net_usd), abs(n.other_net_usd)))


def _prints(today: pl.DataFrame, side: str) -> int:
    retail = _count(today, "retail_prints")
    return retail if side == "retail" else _count(today, "prints") - retail


def _total(today: pl.DataFrame, column: str) -> float:
    return float(today.get_column(column).sum())


def _count(today: pl.DataFrame, column: str) -> int:
    return int(today.get_column(column).sum())


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
