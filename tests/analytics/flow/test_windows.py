"""Where windows start, and what was in them."""

from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from deskview.analytics.flow import FLOW_WINDOWS, names_in_turn, sample_of, window_plan, window_sums
from deskview.analytics.flow.sample import FRAME
from deskview.analytics.flow.windows import PLAN, PROFILE
from deskview.market.schema import TRADES, UTC_NS
from tests.analytics.flow.market import CALENDAR, SESSION, clock, hours, lit, one, prints

HALF_DAY = date(2026, 11, 27)
YEAR = CALENDAR.before(date(2026, 11, 20), 252)
NOTHING_KNOWN = pl.DataFrame(schema=FRAME)


def names(count: int, windows: int) -> pl.DataFrame:
    return sample_of(NOTHING_KNOWN, [f"N{number:02}" for number in range(count)], calls=count * windows)


def minute(since: object) -> float:
    return (since - hours(since.date()).opens) / timedelta(minutes=1)  # type: ignore[attr-defined,operator,no-any-return]


def test_a_plan_has_the_windows_of_each_name_in_each_session() -> None:
    plan = window_plan(YEAR[:3], names(5, 4), 7)
    assert plan.schema == PLAN
    assert plan.equals(plan.sort("session", "ticker", "since"))
    assert plan.group_by("session", "ticker").len().get_column("len").to_list() == [4] * 15
    assert plan.select(pl.struct("ticker", "since").is_unique().all()).item()


def test_each_half_hour_has_its_part_of_the_windows() -> None:
    seen = Counter(int(minute(since) // 30) for since in window_plan(YEAR, names(20, 3), 7).get_column("since"))
    parts = [100 * seen[half] / seen.total() for half in range(13)]
    assert parts == pytest.approx(PROFILE, abs=0.6)


def test_windows_of_a_name_are_spread_over_the_day() -> None:
    """Four windows: one in each quarter of the dollars, so one before about 10:45 in every session."""
    plan = window_plan(YEAR, names(3, 4), 7)
    first = plan.group_by("session", "ticker").agg(pl.col("since").min()).get_column("since")
    assert max(minute(since) for since in first) < 75
    assert min(minute(since) for since in first) < 2


def test_more_windows_contain_the_fewer_and_more_sessions_too() -> None:
    few, many = window_plan(YEAR[:5], names(4, 3), 7), window_plan(YEAR, names(9, 8), 7)
    assert few.join(many, on=list(PLAN), how="semi").height == few.height == 60


def test_seed_name_and_date_decide() -> None:
    plan = window_plan([SESSION], names(4, 3), 7)
    assert_frame_equal(plan, window_plan([SESSION, SESSION], names(4, 3).reverse(), 7))
    assert not plan.equals(window_plan([SESSION], names(4, 3), 8))
    starts = [
        set(map(minute, own.get_column("since")))
        for _, own in window_plan(YEAR[:9], names(1, 3), 7).group_by("session")
    ]
    assert len(set.intersection(*starts)) == 0


def test_half_days_are_planned_to_their_own_close() -> None:
    starts = window_plan([HALF_DAY], names(40, 4), 7).get_column("since")
    assert hours(HALF_DAY).opens <= starts.min() < clock("09:45", HALF_DAY)  # type: ignore[operator]
    assert clock("12:50", HALF_DAY) < starts.max() < hours(HALF_DAY).closes  # type: ignore[operator]


def test_days_without_trading_and_no_names_give_no_windows() -> None:
    assert window_plan([date(2026, 12, 25), date(2026, 2, 7)], names(4, 2), 7).is_empty()
    assert window_plan([], names(4, 2), 7).schema == PLAN
    assert window_plan([SESSION], names(0, 2), 7).schema == PLAN


def asked(*starts: str, ticker: str = "ABC", session: date = SESSION) -> pl.DataFrame:
    rows = [(session, ticker, clock(start, session)) for start in starts]
    return pl.DataFrame(rows, schema=PLAN, orient="row")


def window(start: str, *rows: dict[str, object], session: date = SESSION) -> pl.DataFrame:
    return prints(rows).with_columns(since=pl.lit(clock(start, session)).cast(UTC_NS))


def test_a_window_is_summed_by_kind_and_side() -> None:
    read = window_sums(
        window(
            "10:00",
            lit(100_000, 10, "10:00:01"),
            lit(100_100, 20, "10:00:02"),
            one(100_199, 30, "10:00:03"),
            one(100_101, 40, "10:00:04"),
            lit(100_000, 50, "10:00:05"),
            lit(100_000, 900, "10:00:06", conditions=[2]),
            lit(100_000, 700, "10:00:07", conditions=[17]),
        ),
        asked("10:00"),
        count=7,
    )
    assert read.schema == dict(FLOW_WINDOWS)
    row = read.row(0, named=True)
    assert (row["session"], row["ticker"], row["prints"]) == (SESSION, "ABC", 5)
    assert row["last"] == clock("10:00:07.000001")
    figures = [row[column] for column in FLOW_WINDOWS if column.endswith("_usd")]
    assert figures == pytest.approx([300.597, 400.404, 200.2, 500, 100 + 200.2 + 300.597 + 400.404 + 500], abs=1e-4)


def test_windows_of_a_name_are_read_by_themselves() -> None:
    """The second window starts with an unsigned print, though the first ended with another price."""
    first = window("10:00", lit(100_000, 10, "10:00:01"), lit(100_100, 20, "10:00:02"))
    second = window("10:00:02", lit(100_100, 20, "10:00:02"), lit(100_000, 50, "10:00:03"))
    read = window_sums(pl.concat([second, first]), asked("10:00", "10:00:02"), count=2)
    assert read.get_column("other_buy_usd").to_list() == pytest.approx([200.2, 0], abs=1e-4)
    assert read.get_column("other_sell_usd").to_list() == pytest.approx([0, 500])


def test_every_window_asked_for_has_a_row() -> None:
    read = window_sums(window("10:00", one(100_099)), asked("10:00", "11:00", "12:00"), count=1)
    assert read.get_column("prints").to_list() == [1, 0, 0]
    assert read.get_column("last").to_list()[1:] == [hours().closes] * 2
    assert read.row(1)[4:] == (0, 0, 0, 0, 0, 0)
    nothing = prints([]).with_columns(since=pl.lit(None, UTC_NS))
    assert window_sums(nothing, asked("10:00"), count=1).get_column("counted_usd").to_list() == [0]
    assert window_sums(nothing, asked(), count=1).schema == dict(FLOW_WINDOWS)


def test_a_window_with_fewer_prints_reaches_to_the_close() -> None:
    rows = [one(100_099, at="10:00:01"), one(100_099, at="10:00:02")]
    assert window_sums(window("10:00", *rows), asked("10:00"), count=2).item(0, "last") < clock("10:01")
    assert window_sums(window("10:00", *rows), asked("10:00"), count=3).item(0, "last") == hours().closes
    half = window_sums(
        window("10:00", one(100_099, at="10:00:01", session=HALF_DAY), session=HALF_DAY),
        asked("10:00", session=HALF_DAY),
        count=3,
    )
    assert half.item(0, "last") == hours(HALF_DAY).closes == clock("13:00", HALF_DAY)


def test_a_window_whose_body_did_not_fit_counts_what_did() -> None:
    rows = [one(100_099, at="15:59:59"), one(100_099, at="16:00:01"), one(100_099, at="16:00:02")]
    row = window_sums(window("15:59:58", *rows), asked("15:59:58"), count=3).row(0, named=True)
    assert row["prints"] == 1
    assert row["last"] == hours().closes


def test_prints_of_windows_not_asked_for_are_not_read() -> None:
    both = pl.concat([window("10:00", one(100_099)), window("11:00", one(100_099, at="11:00"))])
    read = window_sums(both, asked("11:00"), count=1)
    assert read.get_column("since").to_list() == [clock("11:00")]


def test_order_and_repetition_of_prints_do_not_matter() -> None:
    rows = window("10:00", *(lit(100_000 + 100 * (i % 3), 10, f"10:00:{i:02}") for i in range(20)))
    read = window_sums(rows, asked("10:00"), count=20)
    shuffled = pl.concat([rows, rows.head(5)]).sample(fraction=1, shuffle=True, seed=2)
    assert_frame_equal(read, window_sums(shuffled, asked("10:00"), count=20))
    assert window_sums(shuffled, asked("10:00"), count=21).item(0, "last") == hours().closes


def test_columns_that_are_missing_are_named() -> None:
    with pytest.raises(ValueError, match="price_e4"):
        window_sums(window("10:00", one(100_099)).drop("price_e4"), asked("10:00"), count=1)
    assert "price_e4" in TRADES


def test_the_panel_goes_round_the_whole_universe() -> None:
    universe = [f"N{number:03}" for number in range(240)]
    four_weeks = CALENDAR.before(date(2026, 3, 28), 20)
    turns = [names_in_turn(universe, day, 12, 1) for day in four_weeks]
    assert sorted(name for turn in turns for name in turn) == universe
    assert max(len(turn) for turn in turns) < 30
    assert names_in_turn(universe[:-3], four_weeks[0], 12, 1) == [name for name in turns[0] if name in universe[:-3]]
