"""Sums that stand for all stocks: their limits, and that legs and sectors add up to them."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.flow.market import bars_of, drawn, estimated, itself

DOLLARS = st.floats(0, 1e9)
NAMES = st.lists(
    st.tuples(
        st.sampled_from(["Technology", "Energy", None]),
        st.sampled_from(["long", "short", ""]),
        st.booleans(),
        st.floats(1, 200),
        *(DOLLARS for _ in range(4)),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=12,
)


def test_every_name_counts_with_its_weight_in_the_sums_and_by_itself_in_its_row() -> None:
    bars = bars_of({"BIG": {"retail_buy_usd": 100.0}, "TEN": {"retail_sell_usd": 7.0, "unsigned_usd": 1.0}})
    flow = estimated(bars, pl.concat([itself("BIG"), drawn({"TEN": 10.0})]))
    assert flow.retail.net_usd == 30.0
    assert flow.retail.intensity == pytest.approx(30 / 170)
    assert (flow.unsigned_usd, flow.retail.prints) == (10.0, 2)
    ten = next(name for name in flow.by_name if name.ticker == "TEN")
    assert (ten.retail_net_usd, ten.weight, ten.turnover_usd) == (-7.0, 10.0, 8.0)
    assert (flow.universe, flow.universe_share) == (4000, 0.4)


def test_limits_of_a_net_are_those_of_hansen_and_hurwitz() -> None:
    """Three drawn names of weighted nets 10, 20 and 60: sd of the sum 3^.5 x 26.458, t(2) at 90 % 1.8856."""
    bars = bars_of(
        {name: {"retail_buy_usd": usd} for name, usd in {"A": 1.0, "B": 4.0, "C": 30.0, "BIG": 500.0}.items()}
    )
    flow = estimated(bars, pl.concat([itself("BIG"), drawn({"A": 10.0, "B": 5.0, "C": 2.0})]))
    reach = 1.885618 * math.sqrt(3 / 2 * ((10 - 30) ** 2 + (20 - 30) ** 2 + (60 - 30) ** 2))
    assert flow.retail.net_usd == 590.0
    assert flow.retail.net_low_usd == pytest.approx(590 - reach, rel=1e-6)
    assert flow.retail.net_high_usd == pytest.approx(590 + reach, rel=1e-6)
    assert "retail.net_low_usd" not in flow.missing


@pytest.mark.parametrize(("count", "least", "most"), [(4, 0.76, 0.84), (40, 0.77, 0.83)])
def test_limits_hold_the_truth_four_times_in_five(count: int, least: float, most: float) -> None:
    """Of populations whose nets go with size, names drawn with a probability in proportion to it."""
    random, held, times = np.random.default_rng(16), 0, 600
    size = random.lognormal(0.0, 1.0, 5000)
    for _ in range(times):
        net = size * random.normal(0.05, 0.2, size.size)
        chosen = random.choice(size.size, count, p=size / size.sum())
        weights = size.sum() / size[chosen] / count
        names = {f"N{place}": float(weight) for place, weight in enumerate(weights)}
        bought = {name: max(float(net[row]), 0.0) for name, row in zip(names, chosen, strict=True)}
        sold = {name: max(-float(net[row]), 0.0) for name, row in zip(names, chosen, strict=True)}
        bars = bars_of({name: {"other_buy_usd": bought[name], "other_sell_usd": sold[name]} for name in names})
        side = estimated(bars, drawn(names)).institutional
        assert side.net_low_usd is not None and side.net_high_usd is not None
        held += side.net_low_usd <= net.sum() <= side.net_high_usd
    assert least < held / times < most


@pytest.mark.parametrize(
    ("sample", "other", "reason"),
    [
        (itself("A", "B"), {}, "every name is counted itself"),
        (itself("A", "B"), {"universe": 0, "universe_share": None}, "every name is counted itself"),
        (pl.concat([itself("A"), drawn({"B": 3.0})]), {}, "fewer than two"),
        (
            drawn({"A": 2.0, "B": 3.0, "C": 1.0}),
            {"counted": ["A", "B"]},
            "the prints of 1 of 3 names are still to come",
        ),
    ],
)
def test_where_there_are_no_limits_the_reason_is_told(sample: pl.DataFrame, other: dict[str, Any], reason: str) -> None:
    bars = bars_of({"A": {"retail_buy_usd": 1.0}, "B": {"retail_buy_usd": 2.0}})
    flow = estimated(bars, sample, **other)
    assert (flow.retail.net_low_usd, flow.retail.net_high_usd) == (None, None)
    assert flow.missing["retail.net_low_usd"].startswith(reason)
    assert flow.missing["retail.net_high_usd"].startswith(reason)


@given(NAMES)
@settings(max_examples=60, deadline=None)
def test_half_hours_legs_and_sectors_add_up_to_the_net_of_either_side(names: list[tuple[Any, ...]]) -> None:
    tables, bars = [], []
    for number, (sector, leg, certain, weight, *sums, half_hour) in enumerate(names):
        ticker = f"N{number}"
        own = {"sector": sector, "leg": leg, "certain": certain}
        tables.append(itself(ticker, **own).with_columns(weight=pl.lit(1.0 if certain else weight)))
        columns = ("retail_buy_usd", "retail_sell_usd", "other_buy_usd", "other_sell_usd")
        bars.append(bars_of({ticker: dict(zip(columns, sums, strict=True))}, half_hour))
    flow = estimated(pl.concat(bars), pl.concat(tables))
    for side, key in ((flow.retail, "retail"), (flow.institutional, "other")):
        nets = [(half.buy_usd or 0) - (half.sell_usd or 0) for half in side.by_half_hour]
        net = side.net_usd or 0.0
        assert (side.morning_usd or 0.0) + (side.afternoon_usd or 0.0) == net
        near = pytest.approx(net, rel=1e-9, abs=1e-3)
        assert sum(nets) == near
        for groups in (flow.by_leg, flow.by_sector):
            assert sum(getattr(group, f"{key}_net_usd") for group in groups) == near
            assert sum(group.names for group in groups) == len(names)
        assert sum(name.weight * getattr(name, f"{key}_net_usd") for name in flow.by_name) == near


def test_legs_come_in_their_order_and_sectors_with_the_largest_first() -> None:
    bars = bars_of({"A": {"retail_sell_usd": 1.0}, "B": {"retail_sell_usd": 5.0}, "C": {"other_buy_usd": 2.0}})
    rows = [itself("A", sector="Energy"), itself("B", sector="Technology", leg="short"), itself("C", leg="long")]
    flow = estimated(bars, pl.concat(rows))
    assert [group.group for group in flow.by_leg] == ["long", "short", "neither"]
    assert [group.group for group in flow.by_sector] == ["Technology", "Energy", "no sector"]
    assert flow.by_leg[0].retail_intensity is None
    assert "by_leg.long.retail_intensity" in flow.missing
    assert (flow.by_leg[1].retail_net_usd, flow.by_leg[1].retail_intensity) == (-5.0, -1.0)


def test_limits_of_a_group_come_from_its_own_drawn_names() -> None:
    bars = bars_of({name: {"retail_buy_usd": usd} for name, usd in {"A": 1.0, "B": 3.0, "C": 9.0}.items()})
    flow = estimated(bars, pl.concat([drawn({"A": 1.0, "B": 1.0}, sector="Energy"), drawn({"C": 1.0})]))
    energy, rest = flow.by_sector
    assert energy.retail_low_usd == pytest.approx(4 - 3.077684 * math.sqrt(2) * math.sqrt(2), rel=1e-6)
    assert energy.retail_high_usd == pytest.approx(4 + 3.077684 * 2, rel=1e-6)
    assert energy.names == 2
    assert (rest.retail_low_usd, rest.retail_high_usd) == (None, None)
    assert flow.missing["by_sector.no sector.retail_low_usd"].startswith("fewer than two")
