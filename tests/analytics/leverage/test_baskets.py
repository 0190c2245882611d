"""What an index holds: weights from membership and market values, within the limits on single names."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.analytics.leverage import CAPPING, Baskets, Capping, baskets_from_caps
from deskview.analytics.leverage.baskets import capped
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
        [(t, NAME.get(t, t), "CS", "Information Technology", None, cap, None, True, None) for t, cap in CAPS.items()],
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


SEMICONDUCTORS = Capping(0.08, 5, 0.04)


def test_what_a_cap_cuts_off_goes_to_the_names_below_it() -> None:
    weights = capped(np.array([60.0, 20.0, 10.0, 10.0]), Capping(0.4, 4, 0.4))
    assert weights.tolist() == pytest.approx([0.4, 0.3, 0.15, 0.15])


def test_the_overflow_may_push_another_name_over_its_cap() -> None:
    weights = capped(np.array([60.0, 25.0, 10.0, 5.0]), Capping(0.35, 4, 0.35))
    assert weights.tolist() == pytest.approx([0.35, 0.35, 0.2, 0.1])


def test_equal_weights() -> None:
    assert capped(np.array([9.0, 1.0, 5.0, 5.0]), Capping(0.0, 0, 0.0)).tolist() == pytest.approx([0.25] * 4)


def test_caps_that_can_not_hold_everything_are_raised_together() -> None:
    weights = capped(np.array([5.0, 4.0, 3.0]), Capping(0.08, 1, 0.04))
    assert weights.tolist() == pytest.approx([0.5, 0.25, 0.25])


@given(st.lists(st.floats(1e6, 5e12), min_size=1, max_size=60))
def test_weights_sum_to_one_and_keep_their_order(values: list[float]) -> None:
    caps = np.array(values)
    weights = capped(caps, SEMICONDUCTORS)
    assert weights.sum() == pytest.approx(1.0, abs=1e-9)
    assert (weights > 0).all()
    in_order = weights[np.argsort(-caps, kind="stable")]
    assert (np.diff(in_order) <= 1e-12).all()
    if len(values) >= 30:
        assert weights.max() <= 0.08 + 1e-12
        assert np.sort(weights)[:-5].max() <= 0.04 + 1e-12
