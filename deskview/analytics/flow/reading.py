"""The flow reading: who bought and who sold today, when, and how unusual that is.

Net is bought less sold dollars of the signed prints. Intensity is net over bought plus sold, from -1 to 1. The
percentile is the share, in percent, of up to 252 earlier sessions whose intensity was strictly lower. "Morning" is
before 12:00 New York; a print at 12:00 belongs to the afternoon, which ends at 16:00, on a half day at 13:00.
Both sides are sums over the prints that could be signed; auctions stand apart.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast

import polars as pl

from deskview.analytics.assumptions import YEAR
from deskview.analytics.flow.schema import FLOW_BARS, FLOW_DAYS
from deskview.analytics.flow.structs import DayMark, Flow, HalfHour, NameFlow, Side
from deskview.analytics.measures import percentile
from deskview.market.schema import require

NO_CORE = "blocks, sweeps and crosses are part of non-retail; retail has no such part"
RECENT = 5
FULL_DAY, HALF_DAY = 13, 7
#: Half-hours before noon.
MORNING = 5

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
    history: pl.DataFrame,
    session: date,
    half_day: bool,
    *,
    as_of: datetime | None = None,
    closes: datetime | None = None,
    left_out: Mapping[str, int] | None = None,
    names: int | None = None,
    focus: int | None = None,
) -> Flow:
    """FLOW_BARS of the session and FLOW_DAYS of the sessions before it to the reading.

    Rows of other sessions in `bars`, and of this or later sessions in `history`, are not read. With `as_of` before
    `closes` the comparison says that a part of the day is held against full days; with fewer `names` counted than
    there are in `focus`, that those are held against the days of all.
    """
    today = require(bars, FLOW_BARS, "FLOW_BARS").filter(pl.col("session") == session)
    days = require(history, FLOW_DAYS, "FLOW_DAYS").filter(pl.col("session") < session).sort("session").tail(YEAR)
    missing: dict[str, str] = {}
    halves = HALF_DAY if half_day else FULL_DAY
    retail = _side(today, days, "retail", halves, missing)
    institutional = _side(today, days, "other", halves, missing)
    by_name = _by_name(today)
    counted = today.get_column("ticker").n_unique() if names is None else names
    running = as_of is not None and closes is not None and as_of < closes
    comparison = "the session so far against full sessions" if running else "full session against full sessions"
    if focus is not None and counted < focus:
        comparison += f", {counted} of {focus} names against all"
    signed, unsigned = _signed_usd(today), _total(today, "unsigned_usd")
    if not signed + unsigned:
        missing["classified_share"] = "no prints counted in this session"
    return Flow(
        retail=retail,
        institutional=institutional,
        comparison=comparison,
        classified_share=_ratio(signed, signed + unsigned),
        unsigned_usd=unsigned,
        auction_usd=_total(today, "auction_usd"),
        left_out=dict(left_out or {}),
        by_name=by_name,
        divergence=_opposed(by_name, 1),
        converse=_opposed(by_name, -1),
        names=counted,
        focus=counted if focus is None else focus,
        missing=missing | _reasons_of_names(by_name),
    )


def intensity(side: str) -> pl.Expr:
    """(bought - sold) / (bought + sold) of `retail` or `other`, null where nothing was signed."""
    bought, sold = pl.col(f"{side}_buy_usd"), pl.col(f"{side}_sell_usd")
    return pl.when(bought + sold > 0).then((bought - sold) / (bought + sold))


def _side(today: pl.DataFrame, days: pl.DataFrame, side: str, halves: int, missing: dict[str, str]) -> Side:
    past = days.select("session", value=intensity(side)).drop_nulls("value")
    known = past.get_column("value")
    halves_usd = _half_hours(today, side, halves)
    bought, sold = sum(b for b, _ in halves_usd), sum(s for _, s in halves_usd)
    nets = [b - s for b, s in halves_usd]
    value = _ratio(bought - sold, bought + sold)
    signed = value is not None
    missing |= _reasons(side, _prints(today, side), _count(today, "prints"), signed, not known.is_empty())
    morning, afternoon = sum(nets[:MORNING]), sum(nets[MORNING:])
    core = _total(today, "core_buy_usd") - _total(today, "core_sell_usd")
    return Side(
        label=LABELS[side],
        sign_error_note=NOTES[side],
        net_usd=morning + afternoon if signed else None,
        intensity=value,
        percentile=percentile(known, value).rank,
        days=known.len(),
        morning_usd=morning if signed else None,
        afternoon_usd=afternoon if signed else None,
        by_half_hour=_half_hour_rows(halves_usd, signed),
        prints=_prints(today, side),
        names=_names(today, side),
        core_net_usd=core if signed and side == "other" else None,
        median_intensity=None if known.is_empty() else cast("float", known.median()),
        recent=[
            DayMark(session=s, intensity=v, percentile=percentile(known, v).rank) for s, v in past.tail(RECENT).rows()
        ],
    )


def _reasons(side: str, prints: int, all_prints: int, signed: bool, compared: bool) -> dict[str, str]:
    """Why figures of a side are null, by their path."""
    key = "retail" if side == "retail" else "institutional"
    reasons = {"retail.core_net_usd": NO_CORE} if key == "retail" else {}
    if not signed:
        reason = "no print of this side could be signed"
        if not prints:
            reason = "no print identified as retail" if all_prints and key == "retail" else "no prints counted"
        figures = ["net_usd", "intensity", "percentile", "morning_usd", "afternoon_usd", "by_half_hour"]
        figures += ["core_net_usd"] if key == "institutional" else []
        reasons |= {f"{key}.{figure}": f"{reason} in this session" for figure in figures}
    elif not compared:
        reasons[f"{key}.percentile"] = "no earlier session to compare with"
    if not compared:
        reasons[f"{key}.median_intensity"] = "no earlier session to compare with"
    return reasons


def _reasons_of_names(names: list[NameFlow]) -> dict[str, str]:
    """Why figures of a name are null, by its ticker."""
    reasons = {}
    for name in names:
        if name.retail_intensity is None:
            reasons[f"by_name.{name.ticker}.retail_intensity"] = "no print identified as retail"
        if name.other_intensity is None:
            reasons[f"by_name.{name.ticker}.other_intensity"] = "no non-retail print could be signed"
        if name.retail_share is None:
            reasons[f"by_name.{name.ticker}.retail_share"] = "no dollars counted"
    return reasons


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


def _by_name(today: pl.DataFrame) -> list[NameFlow]:
    """One row per name with prints, largest turnover first."""
    signed = pl.sum_horizontal("retail_buy_usd", "retail_sell_usd", "other_buy_usd", "other_sell_usd")
    turnover = pl.col("turnover_usd")
    retail = pl.col("retail_buy_usd") + pl.col("retail_sell_usd")
    table = (
        today.group_by("ticker")
        .agg(pl.col(pl.Float64).sum(), pl.col("prints").sum())
        .filter(pl.col("prints") > 0)
        .with_columns(turnover_usd=signed + pl.col("unsigned_usd"))
        .select(
            "ticker",
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


def _names(today: pl.DataFrame, side: str) -> int:
    prints = pl.col("retail_prints") if side == "retail" else pl.col("prints") - pl.col("retail_prints")
    return today.filter(prints > 0).get_column("ticker").n_unique()


def _signed_usd(today: pl.DataFrame) -> float:
    return sum(_total(today, f"{side}_{way}_usd") for side in ("retail", "other") for way in ("buy", "sell"))


def _total(today: pl.DataFrame, column: str) -> float:
    return float(today.get_column(column).sum())


def _count(today: pl.DataFrame, column: str) -> int:
    return int(today.get_column(column).sum())


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
