"""What an index holds, when the provider doesn't say: weights from membership, market values and the index's limits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from msgspec import Struct

from deskview.analytics.leverage.book import floats, listed
from deskview.analytics.leverage.formula import Floats


class Capping(Struct, frozen=True):
    """The `count` largest names weigh at most `largest`, the others at most `rest`."""

    largest: float
    count: int
    rest: float


#: By underlying, else by kind of basket. NYSE Semiconductor: five names at 8 %, the rest at 4 %. NYSE FANG+ and the
#: Magnificent Seven weigh their names equally. Select Sector indices keep a name at or below 24 % at a rebalance;
#: their second rule, on the sum of the large names, is not reproduced.
CAPPING = {
    "SOX": Capping(0.08, 5, 0.04),
    "FANG_PLUS": Capping(0.0, 0, 0.0),
    "MAGNIFICENT_7": Capping(0.0, 0, 0.0),
    "sector": Capping(0.24, 1000, 0.24),
}


def capped(values: Floats, capping: Capping) -> Floats:
    """Weights summing to 1 from market values (all positive): what a cap cuts off goes to the names below theirs.

    Caps that can't hold 1 in sum are raised in proportion, or all equal when they are zero.
    """
    rank = np.argsort(np.argsort(-values, kind="stable"), kind="stable")
    limit = np.where(rank < capping.count, capping.largest, capping.rest)
    if limit.sum() <= 1.0:
        return np.asarray(limit / limit.sum() if limit.any() else np.full(len(values), 1.0 / len(values)))
    weights = values / values.sum()
    held = np.zeros(len(values), dtype=np.bool_)
    while (over := ~held & (weights > limit)).any():
        held |= over
        free = 1.0 - limit[held].sum()
        weights = np.where(held, limit, values * free / values[~held].sum())
    return np.asarray(weights, dtype=np.float64)


WEIGHTS = {"underlying": pl.String(), "ticker": pl.String(), "weight": pl.Float64()}


@dataclass(frozen=True)
class Baskets:
    """Approximate baskets. `weights`: underlying, ticker, weight, each underlying's weights summing to 1.

    `coverage`: underlying, basket, members, without_cap; an underlying whose basket has no member with a known
    market value has coverage but no weights.
    """

    weights: pl.DataFrame
    coverage: pl.DataFrame
    method: str = "cap-weighted from membership and market values, single names capped: approximate"

    def remark(self) -> str:
        """The method and how many constituents it leaves out, in words."""
        table = self.coverage.filter(pl.col("without_cap") > 0)
        without = [f"{name} {count} of {of}" for name, of, count in table.drop("basket").iter_rows()]
        return f"{self.method}; constituents without a market value left out: {listed(without) if without else 'none'}"


def baskets_from_caps(
    underlyings: pl.DataFrame,
    members: pl.DataFrame,
    groups: pl.DataFrame,
    names: pl.DataFrame,
    *,
    capping: Mapping[str, Capping] = CAPPING,
) -> Baskets:
    """Cap-weighted baskets for every underlying of the registry with a `basket`.

    `members` (MEMBERS) gives `index:SPX`, `groups` (GROUPS) `theme:Space` and `sector:Energy`; a sector keeps to
    the S&P 500, as the sector funds do. Market values are those of NAMES; names without one are left out and
    counted. A vendor values each share class at the whole company: the classes of one issuer share one value.
    `capping` is by underlying or by kind of basket.
    """
    in_index = members.explode("indexes").drop_nulls("indexes")
    large = in_index.filter(pl.col("indexes") == "SPX").get_column("ticker")
    kept = groups.filter((pl.col("kind") != "sector") | pl.col("ticker").is_in(large.implode()))
    constituents = pl.concat(
        [
            in_index.select(pl.format("index:{}", "indexes").alias("basket"), "ticker"),
            kept.select(pl.format("{}:{}", "kind", "group").alias("basket"), "ticker"),
        ]
    ).unique(maintain_order=True)
    rows = (
        underlyings.drop_nulls("basket")
        .select("underlying", "basket")
        .join(constituents, on="basket", how="left", maintain_order="left")
        .join(_values(names), on="ticker", how="left", maintain_order="left")
    )
    cap = pl.col("market_cap_usd") / pl.len().over("underlying", "issuer")
    has_cap = (pl.col("market_cap_usd") > 0).fill_null(value=False)
    coverage = rows.group_by("underlying", "basket", maintain_order=True).agg(
        members=pl.col("ticker").count(), without_cap=(pl.col("ticker").is_not_null() & ~has_cap).sum()
    )
    return Baskets(_weights(rows.filter(has_cap).with_columns(cap=cap), capping), coverage)


def _weights(rows: pl.DataFrame, capping: Mapping[str, Capping]) -> pl.DataFrame:
    """Weights of one underlying after the other, under its own capping or that of its kind of basket."""
    tables = []
    for (underlying, basket), members in rows.group_by("underlying", "basket", maintain_order=True):
        rule = capping.get(str(underlying)) or capping.get(str(basket).partition(":")[0])
        cap = floats(members, "cap")
        weight = capped(cap, rule) if rule else cap / cap.sum()
        tables.append(members.select("underlying", "ticker").with_columns(weight=pl.Series(weight)))
    return pl.concat(tables) if tables else pl.DataFrame(schema=dict(WEIGHTS))


def _values(names: pl.DataFrame) -> pl.DataFrame:
    """Market value and issuer per ticker; the issuer is the name up to its share class, else the ticker itself."""
    stem = pl.col("name").str.extract(r"(?i)^(.+?)[\s,(]+(?:class|series)\s+[a-z]\b")
    return names.unique("ticker", keep="first", maintain_order=True).select(
        "ticker", "market_cap_usd", issuer=pl.coalesce(stem, "ticker")
    )
