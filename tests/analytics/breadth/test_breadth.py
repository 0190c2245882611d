"""The inside of the index."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics import breadth
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.breadth import POWER_OF_THE_HOUR, BreadthReading, Sectors, cross_section
from deskview.analytics.hours import VarianceClock
from deskview.analytics.panel import panel_of
from deskview.market.schema import HISTORY, NAMES, SPLITS, empty
from tests.analytics.markets import CLOSES, LAST, NOW, TODAY, Market, halted, market, not_finite, nulls, unpriced

OPENS = CLOSES - timedelta(hours=6, minutes=30)
CLOCK = VarianceClock(OPENS, CLOSES, np.linspace(1 / 78, 1.0, 78), 60)
"""The variance after the open spreads evenly over the session."""
NO_CLOCK = "no five-minute bars of SPY are held"


def model_of(given_: Market, clock: VarianceClock | None = CLOCK) -> breadth.BreadthModel:
    history = adjusted_history(given_.bars, empty(SPLITS), basis=TODAY)
    panel = panel_of(history, before=TODAY)
    return breadth.prepare(panel, given_.names, closes=CLOSES, clock=clock, clock_missing=NO_CLOCK)


def reading_of(given_: Market, now: datetime = NOW, clock: VarianceClock | None = CLOCK) -> BreadthReading:
    return breadth.read(model_of(given_, clock), given_.live, now)


def builtins(reading: BreadthReading) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(reading)
    return plain


@pytest.fixture(scope="module")
def small() -> Market:
    return market()


@pytest.fixture(scope="module")
def fresh(small: Market) -> Market:
    """The same market, nobody's price growing stale before the close."""
    times = pl.lit(CLOSES).cast(small.live.schema["price_time"])
    return Market(small.bars, small.names, small.live.with_columns(price_time=times))


def test_the_reference_vector(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["6.1_breadth"]
    weights, returns = np.array(vector["inputs"]["w"]), np.array([vector["inputs"]["r"]])
    expected = vector["expected"]
    index = returns @ weights
    figures = cross_section(returns, index, weights[None, :], Sectors(np.zeros(5, dtype=np.int64), 1))
    named = {
        "cap_weight_return": "index",
        "beat_share": "share_beating",
        "cap_beat_share": "cap_share_beating",
        "up_share": "share_up",
        "gap": "ew_minus_cw",
        "dispersion": "disp_ew",
        "dispersion_cap": "disp_cw",
    }
    assert {ours: float(figures[ours][0]) for ours in named} == pytest.approx(
        {ours: expected[theirs] for ours, theirs in named.items()}, rel=1e-9
    )


def test_beating_and_rising_are_strict() -> None:
    returns = np.array([[0.01, 0.01, 0.02, 0.0]])
    figures = cross_section(returns, np.array([0.01]), np.ones((1, 4)), Sectors(np.zeros(4, dtype=np.int64), 1))
    assert figures["beat_share"][0] == 0.25
    assert figures["up_share"][0] == 0.75


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), names=st.integers(2, 30), sectors=st.integers(1, 5))
def test_variance_between_and_within_sectors_adds_up(seed: int, names: int, sectors: int) -> None:
    rng = np.random.default_rng(seed)
    returns, code = rng.normal(0, 0.02, (1, names)), rng.integers(0, sectors, names)
    figures = cross_section(returns, np.zeros(1), np.ones((1, names)), Sectors(code, sectors))
    between = sum(((returns[0][code == one].mean() - returns.mean()) ** 2) * (code == one).mean() for one in set(code))
    assert figures["between_variance"][0] == pytest.approx(between, abs=1e-15)
    total = figures["between_variance"][0] + figures["within_variance"][0]
    assert total == pytest.approx(returns.var(), rel=1e-9)


def test_today_is_measured_as_the_past_is(small: Market) -> None:
    """The last close of the history read as if it were live gives the figures of the history."""
    history = adjusted_history(small.bars, empty(SPLITS), basis=TODAY)
    close = history.filter(pl.col("session") == LAST).select("ticker", price="close")
    prev = history.filter(pl.col("session") == LAST - timedelta(days=1)).select("ticker", prev_close="close")
    live = (
        small.live.drop("price", "prev_close", "ret")
        .join(close, on="ticker")
        .join(prev, on="ticker")
        .with_columns(ret=pl.col("price") / pl.col("prev_close") - 1)
    )
    moved = small.names.join(live.select("ticker", "ret"), on="ticker").with_columns(
        market_cap_usd=pl.col("market_cap_usd") / (1 + pl.col("ret"))
    )
    before = breadth.prepare(panel_of(history, before=LAST), moved, closes=NOW)
    reading = builtins(breadth.read(before, live, NOW))
    after = breadth.prepare(panel_of(history, before=TODAY), small.names)
    assert set(after.past) == set(reading["percentile"])
    for name, past in after.past.items():
        assert reading[name] == pytest.approx(past[-1], rel=1e-9), name


def test_figures_of_a_whole_market(small: Market) -> None:
    reading = reading_of(small)
    returns = small.live.filter(pl.col("ticker") != "SPY")["ret"].to_numpy()
    assert reading.members == 60
    assert reading.left_out == 0
    assert reading.missing == {}
    assert reading.index_return == small.ret("SPY")
    assert reading.beat_share == np.mean(returns > small.ret("SPY"))
    assert reading.equal_weight_return == pytest.approx(returns.mean())
    assert reading.gap == pytest.approx(reading.equal_weight_return - reading.cap_weight_return)  # type: ignore[operator]
    assert reading.days["beat_share"] == 252
    assert reading.days["average_correlation_63d"] == 210
    past = [day for day in reading.percentile.values() if day is not None]
    assert len(past) == len(reading.percentile)
    assert min(past) >= 0
    assert max(past) <= 100


def test_who_is_left_out_is_counted_with_the_reason(small: Market) -> None:
    live = unpriced(small.live, "N001").filter(pl.col("ticker") != "N002")
    live = halted(live, "N003", NOW - timedelta(minutes=20))
    live = live.with_columns(ret=pl.when(pl.col("ticker") != "N004").then("ret"))
    reading = reading_of(Market(small.bars, small.names, live))
    assert reading.left_out_reasons == {
        "N001": "no trade today",
        "N002": "not in the market's snapshot",
        "N003": "last trade more than 15 minutes old",
        "N004": "no previous close",
    }
    assert (reading.members, reading.left_out) == (56, 4)
    assert reading.coverage == pytest.approx(56 / 60)
    assert reading.coverage_note is not None


def test_after_the_close_nobody_grows_stale(fresh: Market) -> None:
    assert reading_of(fresh, CLOSES + timedelta(hours=3)).left_out == 0


def test_a_market_hardly_open_states_nothing(small: Market) -> None:
    live = unpriced(small.live, *small.live["ticker"][1:50])
    reading = reading_of(Market(small.bars, small.names, live))
    assert reading.beat_share is None
    assert reading.missing["beat_share"] == "only 18% of the members have a fresh price"
    assert reading.index_return == small.ret("SPY")


def test_without_market_caps_the_weighted_figures_are_null(small: Market) -> None:
    reading = reading_of(market(caps=False))
    assert reading.cap_weight_return is None
    assert reading.dispersion_cap is None
    assert reading.implied_correlation is None
    assert reading.missing["gap"] == "market caps of too many members are unknown"
    assert reading.equal_weight_return == reading_of(small).equal_weight_return


def test_every_null_has_its_reason_and_no_nan_leaves(small: Market) -> None:
    recent = small.bars.filter(pl.col("session") > LAST - timedelta(days=30))
    for given_ in (
        small,
        market(caps=False),
        Market(recent, small.names, small.live),
        Market(small.bars.filter(pl.col("ticker") != "SPY"), small.names, small.live),
        Market(small.bars, small.names, small.live.filter(pl.col("ticker") != "SPY")),
        Market(small.bars, small.names, small.live.clear()),
        Market(small.bars, small.names.with_columns(in_index=False), small.live),
        Market(small.bars.clear(), small.names, small.live),
    ):
        plain = builtins(reading_of(given_))
        assert not_finite(plain) == []
        named = set(nulls({key: value for key, value in plain.items() if key != "coverage_note"}))
        assert named == set(plain["missing"])


def test_an_empty_market_is_a_reading() -> None:
    reading = breadth.read(breadth.prepare(panel_of(empty(HISTORY)), empty(NAMES)), market(names=1).live.clear(), NOW)
    assert reading.members == 0
    assert reading.beat_share is None


def test_row_order_changes_nothing(small: Market) -> None:
    tables = (small.bars, small.names, small.live)
    shuffled = Market(*(table.sample(fraction=1.0, shuffle=True, seed=5) for table in tables))
    assert reading_of(shuffled) == reading_of(small)


def test_names_without_a_sector_are_a_group_of_their_own(small: Market) -> None:
    named = small.names.with_columns(pl.col("sector").fill_null("Elsewhere"))
    assert reading_of(Market(small.bars, named, small.live)).between_variance == pytest.approx(
        reading_of(small).between_variance
    )


CORRELATIONS = (
    "average_correlation_21d",
    "average_correlation_63d",
    "implied_correlation",
    "implied_correlation_dirty",
)
HOUR = {
    "index_return": 0.5,
    "equal_weight_return": 0.5,
    "cap_weight_return": 0.5,
    "gap": 0.5,
    "dispersion": 0.5,
    "dispersion_cap": 0.5,
    "between_variance": 1,
    "within_variance": 1,
}


def test_a_percentile_is_against_past_closing_figures_brought_to_the_hour(small: Market) -> None:
    now = OPENS + timedelta(hours=2)
    reading, past = builtins(reading_of(small, now)), model_of(small).past
    share = 0.35 + 0.65 * 2 / 6.5
    assert reading["hour"] == {"variance_share": pytest.approx(share)}
    for name, figures in past.items():
        usual = figures[~np.isnan(figures)] * share ** HOUR.get(name, 0)
        assert reading["percentile"][name] == pytest.approx(100 * np.mean(usual < reading[name])), name


def test_the_same_figures_rank_higher_in_the_morning_and_shares_where_they_were(fresh: Market) -> None:
    morning, close = (reading_of(fresh, now) for now in (OPENS + timedelta(minutes=30), CLOSES))
    for name in ("dispersion", "dispersion_cap", "within_variance"):
        early, late = morning.percentile[name], close.percentile[name]
        assert early is not None and late is not None
        assert early > late
    for name in set(close.percentile) - set(HOUR) - set(CORRELATIONS):
        assert morning.percentile[name] == close.percentile[name]


def test_correlations_are_of_whole_sessions(fresh: Market) -> None:
    """Until the close of those up to the session before, however far today has moved."""
    morning, noon, close = (
        builtins(reading_of(fresh, now)) for now in (OPENS + timedelta(minutes=5), OPENS + timedelta(hours=3), CLOSES)
    )
    past = model_of(fresh).past
    for name in CORRELATIONS:
        assert morning[name] == noon[name] == pytest.approx(past[name][-1], rel=1e-12)
        assert close[name] != pytest.approx(past[name][-1], rel=1e-3)


@pytest.mark.parametrize("clock", [CLOCK, None])
@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=2), timedelta(days=2)])
def test_from_the_close_on_closes_are_compared_with_closes(
    fresh: Market, clock: VarianceClock | None, later: timedelta
) -> None:
    reading = builtins(reading_of(fresh, CLOSES + later, clock))
    assert reading["hour"] == {"variance_share": 1.0}
    for name, figures in model_of(fresh).past.items():
        known = figures[~np.isnan(figures)]
        assert reading["percentile"][name] == 100 * int((known < reading[name]).sum()) / len(known), name


@pytest.mark.parametrize(
    ("now", "clock", "why"),
    [
        (OPENS + timedelta(minutes=29), None, NO_CLOCK),
        (OPENS + timedelta(minutes=29), CLOCK, "before 10:00 New York too little of a day is behind one"),
        (OPENS - timedelta(hours=1), CLOCK, "before 10:00 New York too little of a day is behind one"),
        (OPENS + timedelta(hours=1), None, NO_CLOCK),
        (CLOSES - timedelta(seconds=1), None, NO_CLOCK),
    ],
)
def test_an_hour_that_cannot_be_compared_has_no_percentile_and_says_why(
    fresh: Market, now: datetime, clock: VarianceClock | None, why: str
) -> None:
    reading = reading_of(fresh, now, clock)
    of_days = {name for name in reading.percentile if "correlation" in name}
    if clock is None and now >= OPENS + timedelta(minutes=30):
        of_days |= {name for name, power in POWER_OF_THE_HOUR.items() if power == 0}
    assert of_days == {name for name, rank in reading.percentile.items() if rank is not None}
    assert reading.hour.variance_share is None
    assert reading.missing == {
        "hour.variance_share": why,
        **{f"percentile.{name}": why for name in set(reading.percentile) - of_days},
    }
    assert reading.days["dispersion"] == 252


def test_a_figure_that_is_missing_itself_says_so_at_any_hour(small: Market) -> None:
    live = small.live.filter(pl.col("ticker") != "SPY")
    reading = reading_of(Market(small.bars, small.names, live), OPENS)
    assert reading.missing["percentile.beat_share"] == reading.missing["beat_share"] == "SPY has no live return"
