"""What holds of any list: of its rows in another order, of more of everything, of everything held the other way."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.holdings.book import FLOWS, LINES, check_whole, funds, live, reading

QUANTITIES = st.one_of(st.none(), st.integers(-9_000_000, 9_000_000).filter(bool).map(lambda milli: milli / 1000))
TICKERS = st.sampled_from([*(f"N{number:03d}" for number in range(60)), "ZZZZQ", "GONE", "SPY"])
LISTS = st.lists(
    st.tuples(TICKERS, QUANTITIES, st.one_of(st.none(), st.floats(1, 1000))),
    min_size=1,
    max_size=30,
    unique_by=lambda line: line[0],
)
OFTEN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OTHERS = ("name", "sigma_basis", "left_out", "positions", "missing", "by_sector", "by_theme", "in_doubt")
SIGNED = (
    "net_usd",
    "pnl_today_usd",
    "pnl_since_usd",
    "legs_usd",
    "beta_usd",
    "shock_usd",
    "net",
    "legs",
    "beta_spread",
)


@OFTEN
@given(LISTS)
def test_whatever_the_list_nothing_is_nan_and_every_null_has_its_reason(lines: list[LINES]) -> None:
    one = reading(lines, live(), leverage=funds(**FLOWS))
    check_whole(one)
    assert one.counted + sum(one.left_out.values()) == one.rows == len(lines)
    if one.counted:
        assert sum(abs(row.weight) for row in one.positions if row.weight is not None) == pytest.approx(1)


@OFTEN
@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_sum(lines: list[LINES], random: Random) -> None:
    mixed = list(lines)
    random.shuffle(mixed)
    one, other = (reading(some, live(), leverage=funds(**FLOWS)) for some in (lines, mixed))
    for name in one.__struct_fields__:
        if name not in OTHERS:
            value = getattr(one, name)
            assert getattr(other, name) == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)), name
    assert other.left_out == one.left_out
    assert {row.group: row.share for row in other.by_theme} == pytest.approx(
        {row.group: row.share for row in one.by_theme}
    )


@OFTEN
@given(LISTS, st.sampled_from([0.001, 2.0, 1e6]))
def test_so_many_times_as_much_of_everything_is_so_many_times_the_dollars(lines: list[LINES], times: float) -> None:
    more = [(ticker, None if quantity is None else quantity * times, price) for ticker, quantity, price in lines]
    one, other = (reading(some, live(), leverage=funds(**FLOWS)) for some in (lines, more))
    for name in one.__struct_fields__:
        value = getattr(one, name)
        if isinstance(value, float):
            dollars = name.endswith("_usd") and not name.startswith("flow")
            assert getattr(other, name) == pytest.approx(value * (times if dollars else 1), rel=1e-9, abs=1e-12), name


@OFTEN
@given(LISTS)
def test_everything_held_the_other_way_gains_what_was_lost(lines: list[LINES]) -> None:
    turned = [(ticker, None if quantity is None else -quantity, price) for ticker, quantity, price in lines]
    one, other = (reading(some, live(), leverage=funds(**FLOWS)) for some in (lines, turned))
    assert other.gross_usd == pytest.approx(one.gross_usd)
    if not one.has_quantities:
        return
    for name in SIGNED:
        value = getattr(one, name)
        assert getattr(other, name) == (None if value is None else pytest.approx(-value, rel=1e-9, abs=1e-9)), name
    assert other.beta_error == pytest.approx(one.beta_error)
    if one.shock_low is not None:
        assert other.shock_high == pytest.approx(-one.shock_low)
