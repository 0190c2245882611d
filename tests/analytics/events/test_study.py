"""What holds of an event study whatever the days: nothing looks ahead, nothing is made of few events."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.events import (
    ENOUGH,
    Record,
    RecordRank,
    Series,
    Study,
    below,
    by_legs,
    by_sigma,
    declustered,
    panic_days,
    rank_of,
    read_record,
    study,
    untold_days,
)
from deskview.analytics.events.outcomes import matched, wealth_of
from deskview.analytics.events.rules import above_usual, sds_before
from deskview.analytics.panel import Floats, Ints

FALL = -0.04


def series_of(returns: Floats, *, panic: bool | None = None) -> Series:
    days = [date(1990, 1, 1) + timedelta(days=place) for place in range(len(returns))]
    return Series(days, returns, None if panic is None else np.full(len(returns), panic))


def walk(count: int, seed: int, falls: int = 0) -> Floats:
    """Calm days, with falls that stand apart."""
    rng = np.random.default_rng(seed)
    returns = rng.normal(0.0003, 0.006, count)
    returns[np.linspace(300, count - 5, falls, dtype=np.int64)] = FALL
    return returns


def of(series: Series, chosen: Ints | None = None) -> Study:
    return study(series, below(series.returns, FALL) if chosen is None else chosen, rule="4 %", definition="a fall")


@given(st.sets(st.integers(0, 2_000), max_size=80), st.integers(0, 40))
def test_events_kept_stand_apart_and_every_other_is_near_one(days: set[int], apart: int) -> None:
    events = np.array(sorted(days), dtype=np.int64)
    kept = declustered(events, apart)
    assert all(np.diff(kept) > apart)
    for event in set(events.tolist()) - set(kept.tolist()):
        before = kept[kept < event]
        assert len(before)
        assert event - before[-1] <= apart


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_without_the_last_event_the_others_are_what_they_were(seed: int) -> None:
    series = series_of(walk(4_000, seed, falls=30))
    events = declustered(below(series.returns, FALL))
    whole, less = of(series, events), of(series, events[:-1])
    assert less.all_events == whole.all_events[1:]
    assert (less.events, whole.events) == (len(events) - 1, len(events))


def test_what_follows_begins_the_day_after_and_what_has_not_come_is_missing() -> None:
    returns = np.zeros(400)
    returns[[100, 390]] = FALL
    returns[101], returns[391] = 0.01, 0.02
    newest, first = of(series_of(returns)).all_events
    assert first.after["1"] == pytest.approx(0.01)
    assert first.after["63"] == pytest.approx(0.01)
    assert newest.after["1"] == pytest.approx(0.02)
    assert newest.after["5"] == pytest.approx(0.02)
    assert newest.after["10"] is None
    assert newest.peak_to_trough == pytest.approx(FALL)


def test_days_near_an_event_count_with_it() -> None:
    returns = np.zeros(500)
    returns[[100, 105, 121, 122, 300]] = FALL
    found = of(series_of(returns))
    assert (found.days, found.events) == (5, 3)
    assert [event.days for event in found.all_events] == [1, 1, 3]
    first = found.all_events[-1]
    assert [(day - first.session).days for day in first.with_it] == [5, 21]


def test_of_few_events_there_are_counts_and_the_reason() -> None:
    found = of(series_of(walk(4_000, 1, falls=ENOUGH - 1), panic=False))
    for outcome in found.outcomes:
        assert outcome.n == ENOUGH - 1 or outcome.sessions != "1"
        assert 0 <= outcome.up <= outcome.n
        figures = (outcome.median, outcome.low, outcome.high, outcome.hit, outcome.control, outcome.difference)
        assert figures == (None,) * 6
        assert "only counts" in found.missing[f"outcomes.{outcome.sessions}.median"]
    assert found.peak_to_trough is None
    assert all(day.median is None for day in found.path)
    assert found.calm is not None
    assert found.calm.events == ENOUGH - 1
    assert "only counts" in found.missing["calm.outcomes.21.median"]


def test_of_enough_events_every_figure_is_there_with_limits_around_it() -> None:
    found = of(series_of(walk(6_000, 2, falls=ENOUGH + 5)))
    outcome = next(each for each in found.outcomes if each.sessions == "21")
    assert outcome.median is not None
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.low <= outcome.median <= outcome.high
    assert outcome.hit == outcome.up / outcome.n
    assert outcome.difference_low is not None
    assert not [path for path in found.missing if path.startswith("outcomes")]
    assert [day.n for day in found.path][-1] == ENOUGH + 4
    assert found.missing["panic"]


def test_a_constant_on_every_day_leaves_the_difference_to_the_control() -> None:
    returns, constant = walk(6_000, 4, falls=40), 1e-6
    events = declustered(below(returns, FALL))
    before, after = of(series_of(returns), events), of(series_of(returns + constant), events)
    for one, other in zip(before.outcomes, after.outcomes, strict=True):
        assert one.median is not None
        assert other.median is not None
        length = int(one.sessions.split("-")[-1]) - (42 if "-" in one.sessions else 0)
        assert other.median - one.median == pytest.approx(length * constant, rel=0.15)
        assert other.difference == pytest.approx(one.difference, abs=0.15 * length * constant)


def test_sigma_of_a_day_is_of_the_days_before_it() -> None:
    returns = walk(800, 5)
    shifted = returns.copy()
    shifted[500] = -0.2
    before, after = sds_before(returns, 252), sds_before(shifted, 252)
    changed = np.flatnonzero(np.nan_to_num(before) != np.nan_to_num(after))
    assert np.isnan(before[:252]).all()
    assert np.isfinite(before[252:]).all()
    assert changed[0] == 501
    assert by_sigma(shifted, -4).tolist() == [500]
    assert before[252] == pytest.approx(float(returns[:252].std(ddof=1)))


def test_controls_are_as_volatile_as_the_event_and_far_from_every_event() -> None:
    """The first half is calm and rises, the second wild and falls: an event of each is compared with its own half."""
    rng = np.random.default_rng(6)
    calm, wild = rng.normal(0.001, 0.002, 3_000), rng.normal(-0.001, 0.02, 3_000)
    returns = np.concatenate([calm, wild])
    found = matched(returns, wealth_of(returns), np.array([1_500, 4_500]), 21)
    assert found[0] == pytest.approx(0.021, abs=0.006)
    assert found[1] < 0
    assert np.isnan(matched(returns[:100], wealth_of(returns[:100]), np.array([50]), 21)).all()


@given(st.lists(st.floats(-1, 1, width=32), max_size=60), st.integers(1, 10))
def test_above_the_usual_is_above_the_median_of_those_before(values: list[float], least: int) -> None:
    array = np.array(values, dtype=np.float64)
    expected = [place >= least and array[place] > np.median(array[:place]) for place in range(len(array))]
    assert above_usual(array, least).tolist() == expected


def test_a_panic_is_a_fallen_market_of_high_volatility_known_before_the_day() -> None:
    rng = np.random.default_rng(7)
    market = np.concatenate([rng.normal(0.0006, 0.006, 2_500), rng.normal(-0.003, 0.02, 400)])
    panic = panic_days(market)
    assert not panic[:2_500].any()
    assert panic[-100:].all()
    later = market.copy()
    later[2_700] = 0.5
    assert panic_days(later)[:2_701].tolist() == panic[:2_701].tolist()


def test_of_the_first_years_it_can_t_be_told_whether_they_were_a_panic() -> None:
    returns = np.full(3_000, 0.001)
    returns[[200, 900, 1_500, 2_000]] = -0.05
    days = series_of(returns, panic=False)
    told = np.arange(3_000) >= untold_days()
    found = study(Series(days.sessions, returns, days.panic, told), np.array([200, 900, 1_500, 2_000]), rule="a rule")
    assert untold_days() == 1_386
    assert [event.panic for event in found.all_events] == [False, False, None, None]
    assert found.calm is not None and found.calm.events == 2
    assert found.panic is not None and found.panic.events == 0


def test_both_legs_have_to_fall() -> None:
    spread, long = np.array([-0.08, -0.08, -0.02, -0.07]), np.array([-0.06, 0.01, -0.06, -0.05])
    assert by_legs(spread, long, spread_most=-0.07, long_most=-0.05).tolist() == [0, 3]


def ranked(value: float, returns: Floats) -> RecordRank:
    found = rank_of(value, series_of(returns), "the record")
    assert found is not None
    return found


def test_a_fall_is_ranked_among_falls_and_a_rise_among_rises() -> None:
    returns = np.array([-0.05, 0.02, -0.09, -0.03, 0.07, -0.01])
    fall, rise, worst = ranked(-0.04, returns), ranked(0.07, returns), ranked(-0.1, returns)
    assert (fall.place, fall.days, fall.since) == (3, 6, date(1990, 1, 3))
    assert (rise.place, rise.since) == (1, date(1990, 1, 5))
    assert (worst.place, worst.since) == (1, None)
    assert rank_of(-0.1, series_of(np.empty(0)), "none") is None


@pytest.mark.parametrize("returns", [[-0.02], [0.0] * 300, [-0.01] * 300], ids=["one day", "still", "all alike"])
def test_a_record_without_a_sigma_has_no_event_by_it(returns: list[float]) -> None:
    sessions = [date(2020, 1, 1) + timedelta(days=place) for place in range(len(returns))]
    reading = read_record(
        Record(record="x", title="x", short="x", series=Series(sessions, np.array(returns)), source="made up")
    )
    threshold = reading.rules[0]
    assert (threshold.days, threshold.judged, threshold.events) == (0, 0, 0)
    assert threshold.title == "≤ –"
