"""From an underlying to its names: the weights that carry a flow into each stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.assumptions import Parameters
from deskview.analytics.leverage.book import Texts, floats, texts
from deskview.analytics.leverage.formula import Floats

WEIGHT_TOLERANCE = 1e-6
UNCLASSIFIED = "Unclassified"


@dataclass(frozen=True)
class Legs:
    """Weight `weight[k]` of the flow in underlying `underlying[k]` goes into name `name[k]`, one of `names` in all."""

    underlying: npt.NDArray[np.int64]
    name: npt.NDArray[np.int64]
    weight: Floats
    names: int

    @cached_property
    def led(self) -> npt.NDArray[np.bool_]:
        """Whether any leg leads to the name."""
        return np.asarray(np.bincount(self.name, minlength=self.names) > 0)

    def reached(self, flow: Floats) -> npt.NDArray[np.bool_]:
        """Whether a known flow of some underlying leads to the name."""
        finite = np.isfinite(flow)
        if finite.all():
            return self.led
        return np.asarray(np.bincount(self.name[finite[self.underlying]], minlength=self.names) > 0)

    def spread(self, flow: Floats) -> Floats:
        """Flow per name from flow per underlying; 0 where no leg leads, NaN where every leg's flow is unknown."""
        known = self.weight * np.nan_to_num(flow)[self.underlying]
        total = np.bincount(self.name, weights=known, minlength=self.names)
        return np.where(self.led & ~self.reached(flow), np.nan, total)


@dataclass(frozen=True)
class Allocation:
    """The `single` legs of stock funds and the `index` legs of index and sector funds.

    Per name, in the order the legs count: `tickers`, `names`, `sectors`, `adv_usd` and `sigma` (daily; NaN where
    unknown). `reached` is the weight per underlying that is traced. `problems` maps an underlying to what is
    wrong with its basket, `without_adv` lists the names without a mean dollar volume.
    """

    single: Legs
    index: Legs
    tickers: Texts
    names: Texts
    sectors: Texts
    adv_usd: Floats
    sigma: Floats
    reached: Floats
    problems: dict[str, str]
    without_adv: list[str]

    @cached_property
    def sector_groups(self) -> tuple[list[str], npt.NDArray[np.int64]]:
        """The sectors, and per name the place of its own among them."""
        labels, group = np.unique(np.array([s or UNCLASSIFIED for s in self.sectors], dtype=str), return_inverse=True)
        return labels.tolist(), group.astype(np.int64)


def allocation(
    underlyings: pl.DataFrame,
    baskets: pl.DataFrame,
    names: pl.DataFrame,
    history: pl.DataFrame,
    parameters: Parameters,
    *,
    reasons: Mapping[str, str] | None = None,
) -> Allocation:
    """Tie the equity underlyings of the book (with `position`) to names.

    Weights below 1 in sum are taken as they are, the rest stays unallocated; a basket with a negative or
    missing weight, or more than 1 in sum, is refused whole. Each is told under `problems`; `reasons` say of an
    underlying why it has no basket.
    """
    kind, key = pl.col("kind"), pl.col("underlying")
    stocks = underlyings.filter((kind == "stock") & ~key.str.starts_with("fund:"))
    pooled = underlyings.filter(kind.is_in(["index", "sector"]))
    good, problems = _checked(pooled, baskets, reasons or {})
    single = stocks.select("position", ticker="underlying", weight=pl.lit(1.0))
    index = good.join(pooled, on="underlying", maintain_order="left").select("position", "ticker", "weight")
    facts = _facts(pl.concat([single, index]), names, history, parameters)
    place = facts.select("ticker").with_row_index("row")
    legs = (_legs(single, place), _legs(index, place))
    reached = sum(np.bincount(leg.underlying, weights=leg.weight, minlength=underlyings.height) for leg in legs)
    return Allocation(
        legs[0],
        legs[1],
        texts(facts, "ticker"),
        texts(facts, "name"),
        texts(facts, "sector"),
        floats(facts, "adv_usd"),
        floats(facts, "sigma"),
        np.asarray(reached, dtype=np.float64),
        problems,
        facts.filter(pl.col("adv_usd").is_null()).get_column("ticker").to_list(),
    )


def _legs(table: pl.DataFrame, place: pl.DataFrame) -> Legs:
    rows = table.join(place, on="ticker", how="left", maintain_order="left")
    position, row = (rows.get_column(c).to_numpy().astype(np.int64) for c in ("position", "row"))
    return Legs(position, row, floats(rows, "weight"), place.height)


def _checked(
    underlyings: pl.DataFrame, baskets: pl.DataFrame, reasons: Mapping[str, str]
) -> tuple[pl.DataFrame, dict[str, str]]:
    weight = pl.col("weight")
    sums = baskets.group_by("underlying").agg(
        total=weight.sum(), bad=(weight.is_null() | ~weight.is_finite() | (weight < 0)).any()
    )
    problems: dict[str, str] = {}
    refused: list[str] = []
    for name, total, bad in (
        underlyings.select("underlying").join(sums, on="underlying", how="left", maintain_order="left").iter_rows()
    ):
        if total is None:
            problems[name] = reasons.get(name, "no constituents: its flow is not traced to names")
        elif bad or total > 1.0 + WEIGHT_TOLERANCE:
            refused.append(name)
            what = "a missing or negative weight" if bad else f"weights that sum to {total:.4f}"
            problems[name] = f"{what}: the basket is refused, its flow is not traced to names"
        elif total < 1.0 - WEIGHT_TOLERANCE:
            problems[name] = f"weights sum to {total:.4f}: the rest of its flow is not traced to names"
    return baskets.filter(~pl.col("underlying").is_in(refused)).select("underlying", "ticker", "weight"), problems


def _facts(legs: pl.DataFrame, names: pl.DataFrame, history: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Name, sector, mean dollar volume and volatility of every ticker of the legs, in order of appearance."""
    tickers = legs.select("ticker").unique(maintain_order=True)
    span = history.get_column("session").unique().sort().tail(parameters.volatility_sessions + 1)
    recent = history.filter(
        pl.col("ticker").is_in(tickers.get_column("ticker").implode()) & pl.col("session").is_in(span.implode())
    ).sort("ticker", "session")
    volume_span = span.tail(parameters.adv_sessions)
    volume = (
        recent.filter(pl.col("session").is_in(volume_span.implode()))
        .group_by("ticker")
        .agg(adv_usd=pl.col("dollar_volume_usd").mean(), days=pl.col("dollar_volume_usd").count())
        .filter((pl.col("days") * 2 >= volume_span.len()) & (pl.col("adv_usd") > 0))
    )
    returns = (pl.col("close") / pl.col("close").shift(1) - 1).over("ticker")
    sigma = (
        recent.with_columns(r=returns)
        .group_by("ticker")
        .agg(sigma=pl.col("r").std(), days=pl.col("r").count())
        .filter(pl.col("days") >= parameters.least_sessions)
    )
    known = names.select("ticker", "name", "sector").unique("ticker", keep="first", maintain_order=True)
    return (
        tickers.join(known, on="ticker", how="left", maintain_order="left")
        .join(volume.select("ticker", "adv_usd"), on="ticker", how="left", maintain_order="left")
        .join(sigma.select("ticker", "sigma"), on="ticker", how="left", maintain_order="left")
    )
