"""What an index holds: implied by the fund that holds it, by its rule, or from market values within its limits."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from deskview.analytics.leverage import CAPPING, Baskets, Capping, baskets_of
from deskview.analytics.leverage.index_weights import EQUAL
from deskview.market.groups import GROUPS
from tests.analytics.leverage.indices import (
    THIRTY,
    flat,
    index,
    members_table,
    names_table,
    one_index,
    panel_of,
    registry,
    weights,
)

CAPS = {"AAPL": 3e12, "NVDA": 4e12, "GOOG": 4e12, "GOOGL": 4e12, "TSM": 1e12, "NEW": None}
CIK = {"GOOG": "1652044", "GOOGL": "1652044"}


def made(capping: Mapping[str, Capping]) -> Baskets:
    members = members_table({t: [] if t == "TSM" else ["SPX", "NDX"] for t in CAPS})
    sector = [("Information Technology", "sector", ticker) for ticker in ("AAPL", "NVDA", "TSM")]
    themes = [("Chips", "theme", "NVDA"), ("Chips", "theme", "TSM"), ("Space", "theme", "NEW")]
    groups = pl.DataFrame([*sector, *themes], schema=dict(GROUPS), orient="row")
    table = registry(
        ("NDX", "index", "QQQ", "index:NDX", "cap"),
        ("TECH", "sector", "XLK", "sector:Information Technology", "cap"),
        ("SEMIS", "sector", "SMH", "theme:Chips", "cap"),
        ("SPACE", "sector", "UFO", "theme:Space", "cap"),
        ("RUT", "index", "IWM", None, None),
        ("WHAT", "index", "WHA", "index:NONE", "implied"),
    )
    priced = [ticker for ticker in CAPS if ticker != "NEW"]
    return baskets_of(table, members, groups, names_table(CAPS, CIK), flat(priced), capping=capping)


@pytest.fixture
def baskets() -> Baskets:
    return made(CAPPING)


def capless() -> Baskets:
    return made({})


def test_weights_are_market_values_and_sum_to_one(baskets: Baskets) -> None:
    assert weights(baskets, "SEMIS") == pytest.approx({"NVDA": 0.8, "TSM": 0.2})
    sums = baskets.weights.group_by("underlying").agg(pl.col("weight").sum()).get_column("weight")
    assert sums.to_list() == pytest.approx([1.0] * 3, abs=1e-12)
    row = index(baskets, "SEMIS")
    assert (row.basis, row.fund, row.r2, row.start) == ("prior", None, None, "market values")
    assert row.reason == "market values: weights are not implied here"


def test_share_classes_of_one_company_count_once() -> None:
    assert weights(capless(), "NDX") == pytest.approx({"AAPL": 3 / 11, "NVDA": 4 / 11, "GOOG": 2 / 11, "GOOGL": 2 / 11})


def test_a_limit_is_on_the_company_not_on_the_line() -> None:
    found = weights(made({"NDX": Capping(0.34, 4, 0.34)}), "NDX")
    assert found["GOOG"] + found["GOOGL"] == pytest.approx(0.34)
    assert found["NVDA"] == pytest.approx(0.34)


def test_a_sector_caps_its_largest_names_unless_told_otherwise(baskets: Baskets) -> None:
    assert weights(baskets, "TECH") == pytest.approx({"AAPL": 0.5, "NVDA": 0.5})
    assert weights(capless(), "TECH") == pytest.approx({"AAPL": 3 / 7, "NVDA": 4 / 7})


def test_a_sector_keeps_to_the_index(baskets: Baskets) -> None:
    assert set(weights(baskets, "TECH")) == {"AAPL", "NVDA"}


def test_names_without_a_price_are_counted(baskets: Baskets) -> None:
    rows = {row.index: row for row in baskets.indexes}
    assert (rows["NDX"].members, rows["NDX"].known) == (5, 4)
    assert (rows["SPACE"].members, rows["SPACE"].known) == (1, 0)
    assert rows["WHAT"].members == 0
    assert "RUT" not in rows
    assert "approximate" in baskets.remark()
    assert "NDX 1 of 5" in baskets.remark()


def test_a_basket_without_constituents_or_values_takes_no_flow_and_says_so(baskets: Baskets) -> None:
    for name, reason in (
        ("WHAT", "no constituents are known: its flow goes to no name"),
        ("SPACE", "market values known of 0 of 1 constituents: its flow goes to no name"),
    ):
        assert (index(baskets, name).basis, index(baskets, name).reason) == ("none", reason)
        assert weights(baskets, name) == {}
    assert "no flow to names: 2 (SPACE, WHAT)" in baskets.remark()


@pytest.mark.parametrize("rule", ["cap", "implied"])
def test_one_known_market_value_of_thirty_does_not_take_all_the_flow(rule: str) -> None:
    caps = dict.fromkeys(THIRTY) | {"N07": 1e12}
    found = one_index(caps, flat([*THIRTY, "ETF"]), rule=rule, fund="ETF")
    assert found.weights.is_empty()
    assert index(found).basis == "none"
    assert index(found).reason == "market values known of 1 of 30 constituents: its flow goes to no name"
    assert (index(found).members, index(found).known) == (30, 1)


def test_half_the_names_are_not_half_the_basket_when_the_large_ones_are_missing() -> None:
    caps = dict.fromkeys(THIRTY, 1e9) | dict.fromkeys(THIRTY[:5])
    panel = flat(THIRTY, dict.fromkeys(THIRTY, 1e6) | dict.fromkeys(THIRTY[:5], 1e9))
    found = one_index(caps, panel)
    assert found.weights.is_empty()
    assert "25 of 30 constituents, 0% of their dollar volume" in str(index(found).reason)
    assert weights(one_index(caps, flat(THIRTY))) == pytest.approx(dict.fromkeys(THIRTY, 1 / 30))


def test_a_market_value_that_is_not_known_is_taken_from_dollar_volume_and_it_is_told() -> None:
    """At the median ratio of the others: 100 times its dollar volume."""
    caps = {"A": 1e11, "B": 4e11, "C": 9e12, "D": None, "E": None}
    traded = flat(caps, {"A": 1e9, "B": 4e9, "C": 3e9, "D": 2e9, "E": 1e7})
    found = one_index(caps, traded, note="the funds choose names actively")
    total = 1e11 + 4e11 + 9e12 + 2e11 + 1e9
    assert weights(found) == pytest.approx({t: c / total for t, c in (caps | {"D": 2e11, "E": 1e9}).items() if c})
    assert (index(found).basis, index(found).known, index(found).members) == ("prior", 3, 5)
    assert index(found).reason == (
        "market values: the funds choose names actively; D: no market value, taken from its dollar volume"
    )
    assert "without a market value weighed by dollar volume: 1 (X 2 of 5)" in found.remark()


def test_a_name_that_does_not_trade_and_has_no_market_value_has_no_weight() -> None:
    caps = {"A": 1e11, "B": 4e11, "C": None}
    found = one_index(caps, flat(caps, {"A": 1e9, "B": 4e9, "C": 0.0}))
    assert weights(found) == pytest.approx({"A": 0.2, "B": 0.8})


def test_equal_weights_need_no_market_value_so_none_is_missed() -> None:
    found = one_index({"A": 1e11, "B": 4e11, "C": None}, flat("ABC"), capping={"X": EQUAL})
    assert weights(found) == pytest.approx(dict.fromkeys("ABC", 1 / 3))
    assert index(found).reason == "equal weights: weights are not implied here"


def test_a_member_that_no_longer_trades_takes_no_flow() -> None:
    gone = panel_of({"A": [10.0] * 20, "B": [10.0] * 20, "C": [10.0] * 12 + [np.nan] * 8})
    for rule in ("cap", "equal", "price"):
        assert weights(one_index(dict.fromkeys("ABC", 1e9), gone, rule=rule)) == pytest.approx({"A": 0.5, "B": 0.5})


def test_an_equal_weighted_index_needs_no_market_values() -> None:
    found = one_index(
        dict.fromkeys("ABCD"), panel_of({"A": [10.0], "B": [20.0], "C": [30.0], "D": [40.0]}), rule="equal"
    )
    assert weights(found) == pytest.approx(dict.fromkeys("ABCD", 0.25))
    row = index(found)
    assert (row.basis, row.known, row.reason, row.start) == ("rule", 4, None, "")


def test_a_price_weighted_index_goes_by_the_last_price() -> None:
    closes = {"A": [500.0, 10.0], "B": [10.0, 20.0], "C": [10.0, 70.0]}
    found = one_index({"A": 9e12, "B": 1e9, "C": 1e9}, panel_of(closes), rule="price")
    assert weights(found) == pytest.approx({"A": 0.1, "B": 0.2, "C": 0.7})
    assert index(found).basis == "rule"


def test_a_rule_without_prices_of_half_the_names_gives_no_weights() -> None:
    found = one_index(dict.fromkeys("ABC", 1e9), panel_of({"A": [10.0]}), rule="equal")
    assert found.weights.is_empty()
    assert index(found).reason == "prices known of 1 of 3 constituents: its flow goes to no name"


def test_lines_of_an_issuer_share_its_value_by_what_each_is_worth() -> None:
    caps = {"BRK.A": 1e12, "BRK.B": 1e12, "Z": 1e12}
    panel = panel_of({"BRK.A": [750_000.0], "BRK.B": [500.0], "Z": [10.0]})
    cik = {"BRK.A": "1067983", "BRK.B": "1067983", "Z": "1"}
    known = one_index(caps, panel, cik=cik, shares={"BRK.A": 0.5e6, "BRK.B": 1.25e9})
    assert weights(known) == pytest.approx({"BRK.A": 0.5 * 0.375, "BRK.B": 0.5 * 0.625, "Z": 0.5})
    half = one_index(caps, panel, cik=cik, shares={"BRK.A": 0.5e6})
    assert weights(half) == pytest.approx({"BRK.A": 0.25, "BRK.B": 0.25, "Z": 0.5})


def test_an_issuer_is_its_cik_whatever_the_names_say() -> None:
    panel = flat(("FOX", "FOXA", "P", "Q"))
    caps = {"FOX": 2e9, "FOXA": 2e9, "P": 1e9, "Q": 1e9}
    words = {"FOX": "Fox Corporation B", "FOXA": "Fox Corporation", "P": "X Class A", "Q": "X Class A"}
    found = weights(one_index(caps, panel, cik={"FOX": "1", "FOXA": "1", "P": "2", "Q": "3"}, words=words))
    assert found == pytest.approx(dict.fromkeys(caps, 0.25))
    unknown = weights(one_index(caps, panel, cik={"P": "2"}, words=words))
    assert unknown == pytest.approx({"FOX": 1 / 3, "FOXA": 1 / 3, "P": 1 / 6, "Q": 1 / 6})
