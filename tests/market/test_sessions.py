"""The exchange's calendar: days off and half days as published, moments to the second, both changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from deskview.market.sessions import NEW_YORK, Calendar, Closure, Phase

HOLIDAYS = """
2024-01-01 2024-01-15 2024-02-19 2024-03-29 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-11-28 2024-12-25
2025-01-01 2025-01-20 2025-02-17 2025-04-18 2025-05-26 2025-06-19 2025-07-04 2025-09-01 2025-11-27 2025-12-25
2026-01-01 2026-01-19 2026-02-16 2026-04-03 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-11-26 2026-12-25
2027-01-01 2027-01-18 2027-02-15 2027-03-26 2027-05-31 2027-06-18 2027-07-05 2027-09-06 2027-11-25 2027-12-24
2028-01-17 2028-02-21 2028-04-14 2028-05-29 2028-06-19 2028-07-04 2028-09-04 2028-11-23 2028-12-25
"""
"""As the exchange announced them; 2028 has no New Year's holiday, which falls on a Saturday."""
MOURNING = "2025-01-09"
"""A day of national mourning the exchange was closed on."""
HALF_DAYS = """
2024-07-03 2024-11-29 2024-12-24
2025-07-03 2025-11-28 2025-12-24
2026-11-27 2026-12-24
2027-11-26
2028-07-03 2028-11-24
"""
YEARS = range(2024, 2029)
ORDINARY = date(2026, 11, 20)
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (20, 21, 22, 23))
THANKSGIVING, HALF_DAY = date(2026, 11, 26), date(2026, 11, 27)
SECOND = timedelta(seconds=1)
CALENDAR = Calendar()


def days(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in text.split()]


def weekdays() -> list[date]:
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in every if day.weekday() < 5]


def at(day: date, clock: str) -> datetime:
    """The moment of that New York wall clock, in UTC."""
    return datetime.combine(day, time.fromisoformat(clock), NEW_YORK).astimezone(UTC)


def test_days_off_are_those_the_exchange_published_and_no_others() -> None:
    assert [day for day in weekdays() if not CALENDAR.is_session(day)] == sorted(days(HOLIDAYS + MOURNING))


def test_half_days_are_those_the_exchange_published_and_no_others() -> None:
    assert [day for day in weekdays() if CALENDAR.is_half_day(day)] == days(HALF_DAYS)


def test_no_weekend_trades() -> None:
    assert not CALENDAR.is_session(SATURDAY)
    assert not CALENDAR.is_session(SUNDAY)
    assert not CALENDAR.is_half_day(SATURDAY)


def test_a_year_has_as_many_sessions_as_the_exchange_counts() -> None:
    counts = {year: sum(CALENDAR.is_session(day) for day in weekdays() if day.year == year) for year in YEARS}
    assert counts == {2024: 252, 2025: 250, 2026: 251, 2027: 251, 2028: 251}


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        (date(2026, 3, 6), "14:30", "21:00"),  # the Friday before the clocks go forward
        (date(2026, 3, 9), "13:30", "20:00"),
        (date(2026, 10, 30), "13:30", "20:00"),  # the Friday before they go back
        (date(2026, 11, 2), "14:30", "21:00"),
        (HALF_DAY, "14:30", "18:00"),
        (date(2024, 7, 3), "13:30", "17:00"),  # a half day of the summer
    ],
)
def test_trading_hours_in_utc(day: date, opens: str, closes: str) -> None:
    hours = CALENDAR.opens(day), CALENDAR.closes(day)
    assert [moment.strftime("%H:%M:%S") for moment in hours] == [f"{opens}:00", f"{closes}:00"]
    assert {moment.date() for moment in hours} == {day}
    assert {moment.tzinfo for moment in hours} == {UTC}


@pytest.mark.parametrize("day", [ORDINARY, date(2026, 3, 9), date(2026, 11, 2)], ids=str)
def test_phases_of_a_session_change_to_the_second(day: date) -> None:
    for clock, before, after in (
        ("04:00:00", Phase.CLOSED, Phase.PRE_MARKET),
        ("09:30:00", Phase.PRE_MARKET, Phase.OPEN),
        ("16:00:00", Phase.OPEN, Phase.AFTER_HOURS),
        ("20:00:00", Phase.AFTER_HOURS, Phase.CLOSED),
    ):
        moment = at(day, clock)
        assert (CALENDAR.phase(moment - SECOND), CALENDAR.phase(moment)) == (before, after), clock


@pytest.mark.parametrize(
    ("phase", "clocks"),
    [
        (Phase.CLOSED, "00:00 03:30 20:30 23:59:59"),
        (Phase.PRE_MARKET, "04:30 06:00 09:29"),
        (Phase.OPEN, "09:31 12:00 13:00 15:59"),
        (Phase.AFTER_HOURS, "16:30 17:59:59 18:00 19:00 19:59"),
    ],
)
def test_phases_between_the_changes(phase: Phase, clocks: str) -> None:
    assert {CALENDAR.phase(at(ORDINARY, clock)) for clock in clocks.split()} == {phase}


def test_a_half_day_ends_at_one() -> None:
    ends = at(HALF_DAY, "13:00")
    assert (CALENDAR.phase(ends - SECOND), CALENDAR.phase(ends)) == (Phase.OPEN, Phase.AFTER_HOURS)


@pytest.mark.parametrize("day", [THANKSGIVING, SATURDAY, SUNDAY], ids=str)
@pytest.mark.parametrize("clock", ["04:00", "09:30", "12:00", "16:00", "19:59"])
def test_a_day_off_is_closed_all_day(day: date, clock: str) -> None:
    assert CALENDAR.phase(at(day, clock)) is Phase.CLOSED


def test_the_phase_is_of_new_york_wherever_the_moment_is_told() -> None:
    tokyo = datetime.fromisoformat("2026-11-21T00:00:00+09:00")
    assert CALENDAR.phase(tokyo) is Phase.OPEN
    assert CALENDAR.session_at(tokyo) == ORDINARY


@pytest.mark.parametrize(
    ("day", "clock", "session"),
    [
        (FRIDAY, "00:00", date(2026, 11, 19)),
        (FRIDAY, "03:59:59", date(2026, 11, 19)),
        (FRIDAY, "04:00", FRIDAY),
        (FRIDAY, "20:00", FRIDAY),
        (FRIDAY, "23:59:59", FRIDAY),
        (SATURDAY, "04:00", FRIDAY),
        (SUNDAY, "12:00", FRIDAY),
        (MONDAY, "03:59:59", FRIDAY),
        (MONDAY, "04:00", MONDAY),
        (THANKSGIVING, "12:00", date(2026, 11, 25)),
        (HALF_DAY, "03:59:59", date(2026, 11, 25)),
        (HALF_DAY, "04:00:00", HALF_DAY),
        (date(2026, 3, 9), "03:59:59", date(2026, 3, 6)),  # the first session on summer time
        (date(2026, 3, 9), "04:00", date(2026, 3, 9)),
    ],
)
def test_a_session_lasts_from_four_in_the_morning_to_the_next_ones(day: date, clock: str, session: date) -> None:
    assert CALENDAR.session_at(at(day, clock)) == session


def test_neighbours_leap_over_weekends_and_holidays() -> None:
    assert CALENDAR.previous(MONDAY) == FRIDAY
    assert CALENDAR.previous(HALF_DAY) == date(2026, 11, 25)
    assert CALENDAR.before(HALF_DAY, 3) == [MONDAY, date(2026, 11, 24), date(2026, 11, 25)]
    assert CALENDAR.after(FRIDAY, 5) == [*(date(2026, 11, day) for day in (23, 24, 25)), HALF_DAY, date(2026, 11, 30)]
    assert CALENDAR.before(FRIDAY, 0) == CALENDAR.after(FRIDAY, 0) == []


def test_announced_closures_override_the_rules_both_ways() -> None:
    known = CALENDAR.with_closures([(ORDINARY, Closure.CLOSED), (MONDAY, Closure.EARLY_CLOSE)])
    assert not known.is_session(ORDINARY)
    assert known.phase(at(ORDINARY, "12:00")) is Phase.CLOSED
    assert known.session_at(at(ORDINARY, "12:00")) == date(2026, 11, 19)
    assert known.is_session(MONDAY)
    assert known.is_half_day(MONDAY)
    assert known.closes(MONDAY) == at(MONDAY, "13:00")
    assert CALENDAR.is_session(ORDINARY)


def test_later_announcements_add_to_and_replace_earlier_ones() -> None:
    first = CALENDAR.with_closures([(ORDINARY, Closure.CLOSED), (MONDAY, Closure.CLOSED)])
    then = first.with_closures([(MONDAY, Closure.EARLY_CLOSE)])
    assert (then.is_session(ORDINARY), then.is_half_day(MONDAY)) == (False, True)
    assert not first.is_session(MONDAY)
