"""Overlap of two baskets, and the tax-season regression: do retail favourites and the momentum legs coincide?

A basket is a table (ticker, weight). Weights that are null, negative or missing count as nothing; measures that
compare shares scale each basket to a sum of one first. An empty basket has no overlap: the measures are null.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from deskview.analytics.measures import percentile

DRAWS = 1_000


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """How far two baskets coincide, all from 0 to 1 but `spearman` (-1 to 1); null where a basket is empty.

    `weighted_jaccard` is sum(min) / sum(max), `overlap` sum(min), `jaccard` the
    share of common names, `common` their number.
    """

    jaccard: float | None
    weighted_jaccard: float | None
    overlap: float | None
    cosine: float | None
    common: int


class Abnormal(msgspec.Struct, frozen=True, kw_only=True):
    """The weighted Jaccard against baskets of the same sectors and sizes drawn at random.

    `percentile` (0-100) is the share of draws strictly below `value`; `mean` and `sd` describe the draws; `unplaced`
    counts names whose sector or size is not known, which only trade places among themselves.
    """

    value: float | None
    percentile: float | None
    mean: float | None
    sd: float | None
    draws: int
    unplaced: int


class Regression(msgspec.Struct, frozen=True, kw_only=True):
    """A line fitted by least squares; t-values of the slope under three covariances.

    HC0: White (1980). HC3: MacKinnon and White (1985), the one to trust with few points.
    """

    beta: float
    alpha: float
    t_ols: float | None
    t_hc0: float | None
    t_hc3: float | None
    r2: float | None
    correlation: float | None
    count: int


def overlap(first: pl.DataFrame, second: pl.DataFrame) -> Overlap:
    """Overlap of two baskets (ticker, weight)."""
    both = _side_by_side(first, second)
    a, b = (both.get_column(side).to_numpy() for side in ("first", "second"))
    common = int(((a > 0) & (b > 0)).sum())
    if not a.sum() or not b.sum():
        return Overlap(jaccard=None, weighted_jaccard=None, overlap=None, cosine=None, common=0)
    least = float(np.minimum(a, b).sum())
    return Overlap(
        jaccard=common / len(a),
        weighted_jaccard=least / float(np.maximum(a, b).sum()),
        overlap=least,
        cosine=float(a @ b / np.sqrt((a @ a) * (b @ b))),
        common=common,
    )


def spearman(scores: pl.DataFrame, first: str, second: str) -> float | None:
    """Rank correlation of two score columns over the names that have both; ties get average ranks.

    Give it the whole universe: over the union of two short lists it is biased downwards.
    """
    known = scores.select(first, second).drop_nulls().filter(pl.all_horizontal(pl.col(first, second).is_finite()))
    ranks = known.select(pl.all().rank("average"))
    return _correlation(ranks.get_column(first).to_numpy(), ranks.get_column(second).to_numpy())


def abnormal(
    first: pl.DataFrame, second: pl.DataFrame, universe: pl.DataFrame, *, seed: int, draws: int = DRAWS
) -> Abnormal:
    """Weighted Jaccard against a permutation null: the weights of `first` shuffled within sector and size bucket.

    `universe`: (ticker, sector, size_bucket), every name that could have been in a basket; names of the baskets
    that are not in it are added without sector.
    """
    table = _cells(_side_by_side(first, second), universe)
    a, b = (table.get_column(side).to_numpy() for side in ("first", "second"))
    value = _weighted_jaccard(a, b)
    unplaced = int(table.get_column("unplaced").sum())
    if value is None:
        return Abnormal(value=None, percentile=None, mean=None, sd=None, draws=0, unplaced=unplaced)
    cell = table.get_column("cell").to_numpy()
    drawn = _draws(a, b, cell, np.random.default_rng(seed), draws)
    return Abnormal(
        value=value,
        percentile=percentile(drawn, value - 1e-12).rank,
        mean=float(drawn.mean()),
        sd=float(drawn.std()),
        draws=draws,
        unplaced=unplaced,
    )


def size_buckets(universe: pl.DataFrame, buckets: int = 5) -> pl.DataFrame:
    """The universe (ticker, sector, market_cap_usd) with `size_bucket`, equal numbers of names from small (0) up."""
    cap = pl.col("market_cap_usd")
    rank = (cap.rank("ordinal") - 1) * buckets // cap.count()
    return universe.with_columns(size_bucket=rank.cast(pl.Int8))


def regress(x: Sequence[float], y: Sequence[float]) -> Regression:
    """y on x with an intercept; x and y of equal length, at least three.

    For the season: x is the January return of the retail basket or of each name, y its February and March return.
    With about ten Januaries such a test has almost no power: show the points beside it.
    """
    if len(x) != len(y) or len(x) < 3:
        raise ValueError(f"a regression needs two equal lists of at least three numbers, not {len(x)} and {len(y)}")
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    spread = xs - xs.mean()
    sxx = float(spread @ spread)
    if sxx == 0:
        raise ValueError("a regression needs an x that varies")
    beta = float(spread @ ys) / sxx
    alpha = float(ys.mean() - beta * xs.mean())
    rest = ys - alpha - beta * xs
    leverage = 1 / len(xs) + spread**2 / sxx
    total = float(((ys - ys.mean()) ** 2).sum())
    return Regression(
        beta=beta,
        alpha=alpha,
        t_ols=_t(beta, float(rest @ rest) / (len(xs) - 2) / sxx),
        t_hc0=_t(beta, float((spread**2 * rest**2).sum()) / sxx**2),
        t_hc3=_t(beta, float((spread**2 * (rest / (1 - leverage)) ** 2).sum()) / sxx**2)
        if leverage.max() < 1
        else None,
        r2=1 - float(rest @ rest) / total if total > 0 else None,
        correlation=_correlation(xs, ys),
        count=len(xs),
    )


def _side_by_side(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Both baskets' shares over the union of their names, sorted by name."""
    left, right = _shares(first, "first"), _shares(second, "second")
    return left.join(right, on="ticker", how="full", coalesce=True).fill_null(0.0).sort("ticker")


def _shares(basket: pl.DataFrame, name: str) -> pl.DataFrame:
    held = basket.select(pl.col("ticker").cast(pl.String), pl.col("weight").cast(pl.Float64)).filter(
        pl.col("weight") > 0
    )
    held = held.filter(pl.col("weight").is_finite()).group_by("ticker").agg(pl.col("weight").sum()).sort("ticker")
    return held.select("ticker", (pl.col("weight") / pl.col("weight").sum()).alias(name))


def _cells(both: pl.DataFrame, universe: pl.DataFrame) -> pl.DataFrame:
    """All names with their shares and the number of their sector and size cell, sorted by cell."""
    placed = universe.select("ticker", "sector", "size_bucket").unique("ticker", keep="first", maintain_order=True)
    table = placed.join(both, on="ticker", how="full", coalesce=True)
    cell = pl.struct("sector", "size_bucket").rank("dense")
    return table.with_columns(
        pl.col("first", "second").fill_null(0.0),
        unplaced=pl.col("sector").is_null() | pl.col("size_bucket").is_null(),
        cell=cell,
    ).sort("cell", "ticker")


def _draws(
    a: NDArray[np.float64], b: NDArray[np.float64], cell: NDArray[np.uint32], rng: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    """The weighted Jaccard of each shuffle. Rows come sorted by cell: sorting random keys by cell shuffles within."""
    values = np.empty(draws)
    for draw in range(draws):
        shuffled = a[np.lexsort((rng.random(len(a)), cell))]
        values[draw] = np.minimum(shuffled, b).sum() / np.maximum(shuffled, b).sum()
    return values


def _weighted_jaccard(a: NDArray[np.float64], b: NDArray[np.float64]) -> float | None:
    if not a.sum() or not b.sum():
        return None
    return float(np.minimum(a, b).sum() / np.maximum(a, b).sum())


def _correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    if len(x) < 2:
        return None
    dx, dy = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((dx @ dx) * (dy @ dy)))
    return float(dx @ dy) / scale if scale > 0 else None


def _t(beta: float, variance: float) -> float | None:
    return beta / float(np.sqrt(variance)) if variance > 0 else None
