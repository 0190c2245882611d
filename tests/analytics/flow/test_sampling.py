"""The sampling plan covers the day evenly and for good; windows add up to the day they were taken from."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from deskview.analytics.flow import (
    FLOW_DAYS,
    FLOW_SAMPLES,
    days_of,
    hours_of,
    name_readings,
    names_in_turn,
    sample_plan,
    windows_per_name,
    with_silent_names,
)
from tests.analytics.flow.market import CALENDAR, SESSION, clock, hours, lit, one, prints

NAMES = [f"N{i:02}" for i in range(26)]
HALF_DAY = date(2026, 11, 27)
YEAR = CALENDAR.before(date(2026, 11, 20), 252)


def half_hour(session: date, since: object) -> int:
    return (since - hours(session).opens) // timedelta(minutes=30)  # type: ignore[operator,no-any-return]


def test_every_half_hour_of_a_session_is_covered_evenly() -> None:
    plan = sample_plan([SESSION], NAMES, 7, 1)
    assert sorted(Counter(half_hour(*row) for row in plan.select("session", "since").iter_rows()).items()) == [
        (half, 2) for half in range(13)
    ]
    assert plan.schema == {"session": pl.Date, "ticker": pl.String, "since": pl.Datetime("ns", "UTC")}


def test_every_name_is_seen_at_every_time_of_the_day() -> None:
    plan = sample_plan(YEAR, NAMES, 7, 1)
    assert plan.height == 252 * 26
    for name, own in plan.group_by("ticker"):
        seen = Counter(half_hour(*row) for row in own.select("session", "since").iter_rows())
        assert set(seen) >= set(range(13)), name
        assert max(seen.values()) <= 2 * min(seen.values()), name


@pytest.mark.parametrize("names", [1, 2, 5, 7, 10, 14, 35])
def test_rotation_reaches_every_place_whatever_the_number_of_names(names: int) -> None:
    plan = sample_plan(YEAR, NAMES[: min(names, 26)], 1, 1).sort("session", "since")
    first = plan.group_by("session", maintain_order=True).agg(pl.col("ticker").first())
    assert first.get_column("ticker").n_unique() == min(names, 26)


def test_windows_of_one_name_are_spread_over_the_day() -> None:
    plan = sample_plan([SESSION], NAMES[:4], 3, 3).filter(pl.col("ticker") == "N02").sort("since")
    gaps = plan.get_column("since").diff().drop_nulls().unique()
    assert plan.height == 3
    assert (gaps.max() - gaps.min()) < timedelta(milliseconds=1)  # type: ignore[operator]


def test_all_starts_lie_in_regular_hours_on_half_days_too() -> None:
    for since in sample_plan([HALF_DAY], NAMES, 7, 2).get_column("since"):
        assert hours(HALF_DAY).opens <= since < hours(HALF_DAY).closes


def test_the_plan_depends_on_seed_and_date_only() -> None:
    short, long = sample_plan(YEAR[:5], NAMES, 7, 1), sample_plan(YEAR, NAMES[::-1], 7, 1)
    assert short.equals(long.filter(pl.col("session").is_in(YEAR[:5])))
    assert not short.equals(sample_plan(YEAR[:5], NAMES, 8, 1))


def test_days_without_trading_and_empty_lists_give_no_windows() -> None:
    assert sample_plan([date(2026, 12, 25), date(2026, 2, 7)], NAMES, 7, 1).is_empty()
    assert sample_plan([SESSION], [], 7, 1).is_empty()
    with pytest.raises(ValueError, match="windows_per_day"):
        sample_plan([SESSION], NAMES, 7, 0)


def window(start: str, seconds: float, price_e4: int, ticker: str = "ABC") -> pl.DataFrame:
    """Ten retail prints of 100 shares spread over so many seconds from the start."""
    rows = []
    for i in range(1, 11):
        row = one(price_e4, at=start, ticker=ticker)
        row["time"] += timedelta(seconds=seconds * i / 10)
        rows.append(row)
    return prints(rows).with_columns(since=pl.lit(clock(start)).cast(pl.Datetime("ns", "UTC")))


def day(*windows: pl.DataFrame, count: int | None = 10) -> pl.DataFrame:
    return days_of(name_readings(pl.concat(windows), hours_of([SESSION]), count=count))


def test_a_busy_window_weighs_by_its_dollars_per_second() -> None:
    row = day(window("09:30", 10, 100_099), window("13:00", 100, 100_001)).row(0, named=True)
    assert row["retail_buy_usd"] == pytest.approx(10_009.9 / 10 * 23_400 / 2, rel=1e-6)
    assert row["retail_sell_usd"] == pytest.approx(10_000.1 / 100 * 23_400 / 2, rel=1e-6)
    assert (row["prints"], row["names"]) == (20, 1)


def test_names_are_added_up_not_averaged() -> None:
    one_name = day(window("10:00", 60, 100_099)).item(0, "retail_buy_usd")
    both = day(window("10:00", 60, 100_099), window("11:00", 60, 100_099, "XYZ"))
    assert both.item(0, "retail_buy_usd") == pytest.approx(2 * one_name)
    assert both.schema == dict(FLOW_DAYS)


def test_windows_of_one_name_may_overlap() -> None:
    first = window("10:00", 60, 100_099)
    again = first.with_columns(since=pl.lit(clock("09:59:30")).cast(pl.Datetime("ns", "UTC")))
    assert day(first, again).item(0, "prints") == 20


def test_a_window_that_ran_out_of_prints_reaches_to_the_close() -> None:
    rate = day(window("15:00", 60, 100_099), count=50).item(0, "retail_buy_usd")
    assert rate == pytest.approx(10_009.9 / 3600 * 23_400, rel=1e-6)


def test_no_counted_print_no_row() -> None:
    rows = prints([lit(100_000, at="17:00")]).with_columns(since=pl.lit(clock("15:59")).cast(pl.Datetime("ns", "UTC")))
    assert day(rows).is_empty()


def by_volume(*windows: pl.DataFrame, volumes: dict[str, float]) -> pl.DataFrame:
    known = pl.DataFrame(
        {"session": [SESSION] * len(volumes), "ticker": list(volumes), "dollar_volume_usd": list(volumes.values())}
    )
    return name_readings(pl.concat(windows), hours_of([SESSION]), count=10, volumes=known)


def test_with_the_days_volume_a_burst_weighs_no_more_than_its_dollars() -> None:
    row = by_volume(window("09:30", 0.1, 100_099), window("13:00", 900, 100_001), volumes={"ABC": 1e6}).row(
        0, named=True
    )
    assert row["retail_buy_usd"] == pytest.approx(1e6 * 10_009.9 / (10_009.9 + 10_000.1))
    assert row["retail_buy_usd"] + row["retail_sell_usd"] == pytest.approx(1e6)


def test_a_thin_window_weighs_little_beside_a_full_one() -> None:
    thin = window("15:59", 20, 100_099).head(1)
    row = by_volume(window("11:00", 60, 100_001), thin, volumes={"ABC": 1e6}).row(0, named=True)
    assert row["retail_buy_usd"] / row["retail_sell_usd"] == pytest.approx(0.1, rel=0.01)


def test_a_name_without_a_volume_is_read_by_its_rates() -> None:
    found = by_volume(window("10:00", 60, 100_099), window("10:00", 60, 100_099, "XYZ"), volumes={"XYZ": 5e6})
    sums = dict(found.select("ticker", "retail_buy_usd").iter_rows())
    assert sums["ABC"] == pytest.approx(10_009.9 / 60 * 23_400, rel=1e-6)
    assert sums["XYZ"] == pytest.approx(5e6)


def test_a_burst_of_one_instant_without_a_volume_is_left_aside() -> None:
    burst = window("10:00", 0, 100_099)
    assert name_readings(burst, hours_of([SESSION]), count=10).is_empty()


def random_windows(session: date, luck: Random) -> pl.DataFrame:
    """Windows of a few names in one session: tape order, odd prices, cancels, one window where nothing counts."""
    opens, windows = hours(session).opens, []
    for name in NAMES[:5]:
        for part in range(2):
            since = opens + timedelta(minutes=luck.randint(1, 160) + 170 * part * (session != HALF_DAY))
            rows = []
            for step in range(30):
                row = one(1_000_000 + luck.randint(0, 300), luck.randint(1, 500), session=session, ticker=name)
                when = since + timedelta(seconds=step + luck.random())
                code = {"correction": 8 if luck.random() < 0.1 or (name == NAMES[4] and part) else 0}
                rows.append(row | {"time": when, "sip_time": when, "off_exchange": luck.random() < 0.5} | code)
            windows.append(prints(rows).with_columns(since=pl.lit(since).cast(pl.Datetime("ns", "UTC"))))
    return pl.concat(windows)


def test_sessions_read_at_once_are_read_as_each_by_itself() -> None:
    luck = Random(3)  # noqa: S311 - no secret
    days = [date(2026, 3, 6), date(2026, 3, 9), HALF_DAY]
    windows = {day: random_windows(day, luck) for day in days}
    volumes = pl.DataFrame(
        [(day, name, 1e8 * luck.random()) for day in days for name in NAMES[1:]],
        schema={"session": pl.Date, "ticker": pl.String, "dollar_volume_usd": pl.Float64},
        orient="row",
    )
    at_once = name_readings(
        pl.concat(windows.values()).sample(fraction=1, shuffle=True, seed=1), hours_of(days), count=30, volumes=volumes
    )
    each = pl.concat(name_readings(rows, hours_of([day]), count=30, volumes=volumes) for day, rows in windows.items())
    assert at_once.height == 5 * len(days)
    assert_frame_equal(at_once, each, rel_tol=1e-12, abs_tol=0.0)


def test_the_panel_goes_round_the_whole_universe() -> None:
    universe = [f"N{number:03}" for number in range(240)]
    four_weeks = CALENDAR.before(date(2026, 3, 28), 20)
    turns = [names_in_turn(universe, day, 12, 1) for day in four_weeks]
    assert sorted(name for turn in turns for name in turn) == universe
    assert max(len(turn) for turn in turns) < 30
    assert names_in_turn(universe[:-3], four_weeks[0], 12, 1) == [name for name in turns[0] if name in universe[:-3]]


@pytest.mark.parametrize(("calls", "names", "windows"), [(16, 8, 2), (4, 4, 1), (16, 3, 5), (2, 8, 1), (5, 0, 5)])
def test_a_name_gets_its_even_part_of_the_calls_and_at_least_one(calls: int, names: int, windows: int) -> None:
    assert windows_per_name(calls, names) == windows


def test_a_name_that_was_asked_for_and_did_not_trade_is_kept_with_zeros() -> None:
    day, other = date(2026, 2, 3), date(2026, 2, 4)
    row = dict.fromkeys(FLOW_SAMPLES, 1.0) | {"ticker": "A", "session": day, "prints": 20, "names": 1}
    later = row | {"session": other}
    read = pl.DataFrame([row, later], schema=dict(FLOW_SAMPLES))
    asked = pl.DataFrame({"ticker": ["A", "B"], "session": [day] * 2})
    found = with_silent_names(read, asked)
    assert dict(found.schema) == dict(FLOW_SAMPLES)
    assert found.row(0, named=True) == row
    assert found.row(1, named=True) == dict.fromkeys(FLOW_SAMPLES, 0) | {"ticker": "B", "session": day}
