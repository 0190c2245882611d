"""Baskets from membership and market values."""

from collections.abc import Mapping

import polars as pl
import pytest

from deskview.analytics.leverage import CAPPING, Baskets, Capping, baskets_from_caps
from deskview.market.groups import GROUPS
from deskview.market.members import MEMBERS
from deskview.market.schema import NAMES
from tests.analytics.leverage.market import underlyings_table

CAPS = {"AAPL": 3e12, "NVDA": 4e12, "GOOG": 2e12, "GOOGL": 2e12, "TSM": 1e12, "NEW": None}
NAME = {"GOOG": "Alphabet Inc. Class C Capital Stock", "GOOGL": "Alphabet Inc. Class A Common Stock"}


def made(capping: Mapping[str, Capping]) -> Baskets:
    members = pl.DataFrame(
        [(t, t, "Information Technology", None, [] if t == "TSM" else ["SPX", "NDX"]) for t in CAPS],
        schema=dict(MEMBERS),
        orient="row",
    )
    sector = [("Information Technology", "sector", ticker) for ticker in ("AAPL", "NVDA", "TSM")]
    themes = [("Chips", "theme", "NVDA"), ("Chips", "theme", "TSM"), ("Space", "theme", "NEW")]
    groups = pl.DataFrame([*sector, *themes], schema=dict(GROUPS), orient="row")
    names = pl.DataFrame(
        [(t, NAME.get(t, t), "CS", "Information Technology", None, cap, True, None) for t, cap in CAPS.items()],
        schema=dict(NAMES),
        orient="row",
    )
    registry = underlyings_table(
        [
            ("NDX", "index", "QQQ", "index:NDX"),
            ("TECH", "sector", "XLK", "sector:Information Technology"),
            ("SEMIS", "sector", "SMH", "theme:Chips"),
            ("SPACE", "sector", "UFO", "theme:Space"),
            ("RUT", "index", "IWM", None),
            ("WHAT", "index", "WHA", "index:NONE"),
        ]
    )
    return baskets_from_caps(registry, members, groups, names, capping=capping)


@pytest.fixture
def baskets() -> Baskets:
    return made(CAPPING)


def capless() -> Baskets:
    return made({})


def weights(baskets: Baskets, underlying: str) -> dict[str, float]:
    rows = baskets.weights.filter(pl.col("underlying") == underlying)
    return dict(zip(rows["ticker"], rows["weight"], strict=True))


def test_weights_are_market_values_and_sum_to_one(baskets: Baskets) -> None:
    assert weights(baskets, "SEMIS") == pytest.approx({"NVDA": 0.8, "TSM": 0.2})
    sums = baskets.weights.group_by("underlying").agg(pl.col("weight").sum()).get_column("weight")
    assert sums.to_list() == pytest.approx([1.0] * 3, abs=1e-12)


def test_share_classes_of_one_company_count_once(baskets: Baskets) -> None:
    assert weights(baskets, "NDX") == pytest.approx({"AAPL": 3 / 9, "NVDA": 4 / 9, "GOOG": 1 / 9, "GOOGL": 1 / 9})


def test_a_sector_caps_its_largest_names_unless_told_otherwise(baskets: Baskets) -> None:
    assert weights(baskets, "TECH") == pytest.approx({"AAPL": 0.5, "NVDA": 0.5})
    assert weights(capless(), "TECH") == pytest.approx({"AAPL": 3 / 7, "NVDA": 4 / 7})


def test_a_sector_keeps_to_the_index(baskets: Baskets) -> None:
    assert set(weights(baskets, "TECH")) == {"AAPL", "NVDA"}


def test_names_without_a_market_value_are_counted(baskets: Baskets) -> None:
    rows = {row["underlying"]: row for row in baskets.coverage.iter_rows(named=True)}
    assert (rows["NDX"]["members"], rows["NDX"]["without_cap"]) == (5, 1)
    assert (rows["SPACE"]["members"], rows["SPACE"]["without_cap"]) == (1, 1)
    assert rows["WHAT"]["members"] == 0
    assert "RUT" not in rows
    assert "approximate" in baskets.method
