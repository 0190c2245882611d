"""Overlap of baskets, the permutation null, and the tax-season regression."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deskview.analytics import crowding
from deskview.analytics.crowding import abnormal, overlap, regress, size_buckets, spearman


def basket(**weights: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"ticker": list(weights), "weight": list(weights.values())}, schema_overrides={"weight": pl.Float64}
    )


def vector(data: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data / "test_vectors.json").read_text())[name]
    return found


def test_overlap_of_the_worked_example(data: Path) -> None:
    case = vector(data, "7.1_overlap")
    got = overlap(basket(**case["inputs"]["retail"]), basket(**case["inputs"]["mom_long"]))
    expected = case["expected"]
    assert got.jaccard == pytest.approx(expected["jaccard_set"], abs=1e-9)
    assert got.weighted_jaccard == pytest.approx(expected["weighted_jaccard"], abs=1e-9)
    assert got.overlap == pytest.approx(expected["overlap_min"], abs=1e-9)
    assert got.cosine == pytest.approx(expected["cosine"], abs=1e-9)
    assert got.common == 3


def test_baskets_are_shares_whatever_their_scale() -> None:
    assert overlap(basket(A=1, B=1), basket(A=500, B=500)) == overlap(basket(A=0.5, B=0.5), basket(A=0.5, B=0.5))
    assert overlap(basket(A=1, B=1), basket(A=5, B=5)).weighted_jaccard == 1


@pytest.mark.parametrize("nothing", [basket(), basket(A=0), basket(A=None), basket(A=-1), basket(A=float("nan"))])
def test_an_empty_basket_has_no_overlap(nothing: pl.DataFrame) -> None:
    assert overlap(nothing, basket(A=1)).weighted_jaccard is None
    assert overlap(basket(A=1), nothing).cosine is None


def test_rank_correlation_with_ties() -> None:
    scores = pl.DataFrame({"a": [1.0, 2, 3, 4, 5, 6, None], "b": [2.0, 1, 4, 3, 6, 5, 9]})
    assert spearman(scores, "a", "b") == pytest.approx(1 - 6 * 6 / 210)
    tied = pl.DataFrame({"a": [10.0, 20, 20, 30], "b": [1.0, 2.5, 2.5, 4]})
    assert spearman(tied, "a", "b") == pytest.approx(1)


def test_rank_correlation_needs_variation() -> None:
    assert spearman(pl.DataFrame({"a": [1.0, 1, 1], "b": [1.0, 2, 3]}), "a", "b") is None
    assert spearman(pl.DataFrame({"a": [1.0], "b": [2.0]}), "a", "b") is None


def universe(names: int, sectors: int = 2) -> pl.DataFrame:
    rows = [{"ticker": f"N{i:03}", "sector": f"S{i % sectors}", "size_bucket": i // (names // 2)} for i in range(names)]
    return pl.DataFrame(rows)


def test_identical_baskets_are_abnormal_and_the_same_seed_gives_the_same_answer() -> None:
    held = pl.DataFrame({"ticker": [f"N{i:03}" for i in range(0, 20, 2)], "weight": [1.0] * 10})
    result = abnormal(held, held, universe(200), seed=5, draws=400)
    assert result.value == 1
    assert result.percentile == 100
    assert 0 < (result.mean or 0) < 0.3
    assert result == abnormal(held, held, universe(200), seed=5, draws=400)
    assert result != abnormal(held, held, universe(200), seed=6, draws=400)


def test_shuffles_stay_within_sector_and_size() -> None:
    sector = universe(40).filter((pl.col("sector") == "S0") & (pl.col("size_bucket") == 0)).get_column("ticker")
    held = pl.DataFrame({"ticker": sector, "weight": [1.0] * len(sector)})
    result = abnormal(held, held, universe(40), seed=1, draws=50)
    assert (result.mean, result.sd, result.percentile) == (1.0, 0.0, 0.0)


def test_names_outside_the_universe_are_counted() -> None:
    result = abnormal(basket(X=1, N001=1), basket(X=1, N001=1), universe(40), seed=1, draws=50)
    assert result.unplaced == 1


def test_no_basket_no_percentile() -> None:
    assert abnormal(basket(), basket(A=1), universe(40), seed=1).percentile is None


def test_size_buckets_hold_equal_numbers_and_unknown_sizes_none() -> None:
    caps = pl.DataFrame(
        {"ticker": list("abcdefghijk"), "sector": ["S"] * 11, "market_cap_usd": [*map(float, range(10)), None]}
    )
    assert size_buckets(caps).get_column("size_bucket").to_list() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, None]


def test_tax_season_regression_of_the_worked_example(data: Path) -> None:
    case = vector(data, "7.3_tax_regression")
    got = regress(case["inputs"]["jan"], case["inputs"]["feb_mar"])
    expected = case["expected"]
    assert [got.beta, got.alpha, got.t_ols, got.t_hc0, got.t_hc3, got.r2, got.correlation] == pytest.approx(
        [expected[key] for key in ("beta", "alpha", "t_ols", "t_hc0", "t_hc3", "r2", "corr")], abs=1e-9
    )
    assert got.count == 6


def test_regression_refuses_what_has_no_slope() -> None:
    with pytest.raises(ValueError, match="varies"):
        regress([1, 1, 1], [1, 2, 3])
    with pytest.raises(ValueError, match="at least three"):
        regress([1, 2], [1, 2])


def test_a_perfect_line_has_no_t_value() -> None:
    got = regress([1, 2, 3], [2, 4, 6])
    assert got.beta == pytest.approx(2)
    assert got.r2 == 1
    assert got.t_ols is None


def test_a_point_that_alone_makes_the_slope_has_no_hc3() -> None:
    assert regress([0, 0, 0, 1], [0.1, 0.2, 0.3, 1.0]).t_hc3 is None


def test_public_figures_are_bounded() -> None:
    got = overlap(basket(A=0.2, B=0.8), basket(B=0.5, C=0.5))
    for figure in (got.jaccard, got.weighted_jaccard, got.overlap, got.cosine):
        assert figure is not None
        assert 0 <= figure <= 1
    assert crowding.DRAWS == 1_000
