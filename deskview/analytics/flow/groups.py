"""Sums over the names of a sample: each stands for `weight` times its own dollars, and what that leaves unsure.

The names that are not certain were drawn, each with a probability in proportion to what it usually trades: how far
their weighted nets lie apart tells how far the sum may be off (Hansen and Hurwitz 1943). Certain names are counted
themselves and add nothing to it.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import polars as pl

from deskview.analytics.flow.percentile import Z90
from deskview.analytics.flow.schema import FLOW_BARS
from deskview.analytics.flow.structs import GroupFlow

SIDES: Final = ("retail", "other")
DOLLARS: Final = [name for name, dtype in FLOW_BARS.items() if dtype == pl.Float64()]
COUNTS: Final = ["retail_prints", "prints"]

LEGS: Final = ("long", "short", "neither")
NO_SECTOR: Final = "no sector"
LEAST: Final = 2
"""So many names have to be drawn to tell how far they lie apart."""
ITSELF: Final = "every name is counted itself: nothing is estimated"
TOO_FEW: Final = "fewer than two of its names were drawn"


class Limits(NamedTuple):
    """80 % limits of a net in dollars; `reason` says why there are none."""

    low: float | None = None
    high: float | None = None
    reason: str = ""


def name_sums(today: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The names of SAMPLE with the sums of their own FLOW_BARS, not weighted; zeros without a print."""
    sums = today.group_by("ticker").agg(pl.col(DOLLARS + COUNTS).sum())
    return names.join(sums, on="ticker", how="left", maintain_order="left").with_columns(
        pl.col(DOLLARS + COUNTS).fill_null(0)
    )


def weighted(today: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """FLOW_BARS of the names of SAMPLE, their dollars times the weight."""
    rows = today.join(names.select("ticker", "weight"), on="ticker", how="inner", maintain_order="left")
    return rows.with_columns(pl.col(DOLLARS) * pl.col("weight")).select(list(FLOW_BARS))


def net_limits(sums: pl.DataFrame, side: str, why_not: str = "") -> Limits:
    """The limits of the weighted net of `name_sums`; `why_not` says what stands against estimating them."""
    if why_not:
        return Limits(reason=why_not)
    net, drawn = pl.col("weight") * _net(side), sums.filter(~pl.col("certain"))
    if drawn.height < LEAST:
        return Limits(reason=TOO_FEW if drawn.height else ITSELF)
    total = float(sums.select(net.sum()).item())
    spread = float(drawn.select(net.std(ddof=1)).item()) * drawn.height**0.5
    reach = _t90(drawn.height - 1) * spread
    return Limits(total - reach, total + reach)


def by_leg(sums: pl.DataFrame, why_not: str, missing: dict[str, str]) -> list[GroupFlow]:
    """The long leg, the short leg and the rest, as far as the sample has names of them."""
    leg = pl.when(pl.col("leg") == "").then(pl.lit("neither")).otherwise("leg")
    return sorted(_groups("by_leg", sums, leg, why_not, missing), key=lambda flow: LEGS.index(flow.group))


def by_sector(sums: pl.DataFrame, why_not: str, missing: dict[str, str]) -> list[GroupFlow]:
    """The sectors by the larger of both sides' nets, what has no sector last."""
    groups = _groups("by_sector", sums, pl.col("sector").fill_null(NO_SECTOR), why_not, missing)
    largest = sorted(groups, key=lambda flow: (-max(abs(flow.retail_net_usd), abs(flow.other_net_usd)), flow.group))
    return sorted(largest, key=lambda flow: flow.group == NO_SECTOR)


def _groups(
    path: str, sums: pl.DataFrame, group: pl.Expr, why_not: str, missing: dict[str, str]
) -> Iterator[GroupFlow]:
    """Every group; why figures of it are null goes into `missing`."""
    for (name,), part in sums.with_columns(group=group).partition_by("group", as_dict=True).items():
        at = f"{path}.{name}"
        yield GroupFlow(
            group=str(name),
            names=part.height,
            **_of_side("retail", part, why_not, missing, at),
            **_of_side("other", part, why_not, missing, at),
        )


def _of_side(side: str, part: pl.DataFrame, why_not: str, missing: dict[str, str], at: str) -> dict[str, Any]:
    bought, sold = (float((part["weight"] * part[f"{side}_{way}_usd"]).sum()) for way in ("buy", "sell"))
    limits = net_limits(part, side, why_not)
    if limits.low is None:
        missing |= {f"{at}.{side}_{end}_usd": limits.reason for end in ("low", "high")}
    if not bought + sold:
        missing[f"{at}.{side}_intensity"] = "no print of this side could be signed"
    return {
        f"{side}_net_usd": bought - sold,
        f"{side}_low_usd": limits.low,
        f"{side}_high_usd": limits.high,
        f"{side}_intensity": (bought - sold) / (bought + sold) if bought + sold else None,
    }


def _net(side: str) -> pl.Expr:
    return pl.col(f"{side}_buy_usd") - pl.col(f"{side}_sell_usd")


def _t90(freedom: int) -> float:
    """The 90 % quantile of Student's t, as the names are few: exact for 1 and 2 degrees of freedom, from there by the
    normal one's expansion in 1 / freedom (Abramowitz and Stegun 26.7.5), right to 0.001."""
    if freedom <= LEAST:
        return (3.077683537175254, 1.8856180831641267)[freedom - 1]
    z, n = Z90, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )
