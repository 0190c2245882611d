"""How much of a day's variance is behind one at a time of day."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from deskview.analytics.hours import OVERNIGHT_SHARE, VarianceClock, VolumeClock, of_hour, variance_clock, volume_clock
from deskview.market.schema import INTRADAY
from deskview.market.sessions import Calendar

CALENDAR = Calendar()
SESSION = date(2026, 2, 4)
OPENS, CLOSES = CALENDAR.opens(SESSION), CALENDAR.closes(SESSION)


def bars(returns: np.ndarray, days: list[date], *, extended: bool = False) -> pl.DataFrame:
    """Five-minute bars whose closes move by these returns from an open of 100, slot by slot."""
    rows = []
    for day in days:
        price, start = 100.0, CALENDAR.opens(day)
        for slot, move in enumerate(returns):
            opened, price = price, price * (1 + move)
            rows.append(("SPY", start + slot * timedelta(minutes=5), opened, opened, price, price, 1e6))
        if extended:
            outside = (start - timedelta(minutes=30), CALENDAR.closes(day) + timedelta(minutes=30))
            rows += [("SPY", early, 500.0, 500.0, 1.0, 1.0, 1e6) for early in outside]
    return pl.DataFrame(rows, schema=dict(INTRADAY), orient="row")


def clock(returns: np.ndarray, *, sessions: int = 60, extended: bool = False) -> VarianceClock:
    return variance_clock(
        bars(returns, CALENDAR.before(SESSION, sessions), extended=extended), CALENDAR, opens=OPENS, closes=CLOSES
    )


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 2, 4, hour + 5, minute, tzinfo=UTC)


EVEN = np.tile([0.001, 0.001 / 1.001 * -1], 39)


def test_vector_9_3(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["9.3_sigma_of_hour"]
    given, expected = vector["inputs"], vector["expected"]
    share = given["intraday_variance_share_so_far"]
    made = VarianceClock(OPENS, CLOSES, np.linspace(share, share, 78), 60)
    assert made.share(at(12, 0)) == pytest.approx(expected["v"])
    z, reason = of_hour(given["return"] / given["sigma_day"], made, at(12, 0), why_none="")
    assert z == pytest.approx(expected["z_of_hour"])
    assert reason == ""


@pytest.mark.parametrize("extended", [False, True])
def test_the_overnight_part_is_there_at_the_open_and_all_at_the_close(*, extended: bool) -> None:
    found = clock(EVEN, sessions=70, extended=extended)
    assert found.sessions == 60
    assert found.share(at(9, 29)) is None
    assert found.share(OPENS) == pytest.approx(OVERNIGHT_SHARE)
    assert found.share(at(12, 45)) == pytest.approx(OVERNIGHT_SHARE + (1 - OVERNIGHT_SHARE) / 2, abs=0.001)
    assert found.share(CLOSES) == found.share(CLOSES + timedelta(hours=3)) == pytest.approx(1.0)


def test_a_wild_morning_leaves_less_to_come() -> None:
    found = clock(np.concatenate((EVEN[:26] * 3, EVEN[26:])))
    even = clock(EVEN)
    assert (found.share(at(11, 40)) or 0) > (even.share(at(11, 40)) or 0) + 0.2


def test_a_wild_session_weighs_as_much_as_a_quiet_one() -> None:
    days = CALENDAR.before(SESSION, 40)
    tables = pl.concat([bars(EVEN * (50 if day == days[-1] else 1), [day]) for day in days])
    found = variance_clock(tables, CALENDAR, opens=OPENS, closes=CLOSES)
    assert found.share(at(11, 0)) == pytest.approx(clock(EVEN).share(at(11, 0)) or 0, abs=1e-3)


def test_a_half_day_runs_through_the_profile_in_less_time() -> None:
    found = clock(EVEN)
    half = VarianceClock(OPENS, OPENS + timedelta(hours=3, minutes=30), found.behind, found.sessions)
    assert half.share(OPENS + timedelta(minutes=105)) == pytest.approx(found.share(OPENS + timedelta(minutes=195)))


def test_too_few_sessions_are_refused_and_half_days_are_none() -> None:
    with pytest.raises(ValueError, match="needs 20 sessions of the index's five-minute bars, 19 are held"):
        clock(EVEN, sessions=19)
    half_day = date(2025, 11, 28)
    days = [*CALENDAR.before(half_day, 19), half_day]
    with pytest.raises(ValueError, match="19 are held"):
        variance_clock(bars(EVEN[:42], days), CALENDAR, opens=OPENS, closes=CLOSES)


def test_the_live_sessions_own_bars_do_not_count() -> None:
    days = CALENDAR.before(SESSION, 30)
    wild = pl.concat([bars(EVEN, days), bars(EVEN * 9, [SESSION])])
    found = variance_clock(wild, CALENDAR, opens=OPENS, closes=CLOSES)
    assert found.sessions == 29  # one of the thirty is a half day


def test_an_index_that_does_not_move_gives_no_clock() -> None:
    with pytest.raises(ValueError, match="do not move"):
        clock(np.zeros(78))


def test_without_a_clock_or_before_the_open_there_is_no_sigma_of_the_hour() -> None:
    assert of_hour(-2.0, None, at(12, 0), why_none="no bars") == (None, "no bars")
    z, reason = of_hour(-2.0, clock(EVEN), at(8, 0), why_none="")
    assert z is None
    assert "before the open" in reason
    assert of_hour(None, clock(EVEN), at(12, 0), why_none="")[0] is None


def volumes(*, early: float = 0.0, late: float = 0.0, sessions: int = 30, volume: float = 1e6) -> VolumeClock:
    """Of sessions with the same volume in each slot, twice that in the first, and some before and after them."""
    days = CALENDAR.before(SESSION, sessions)
    regular = bars(EVEN, days, extended=True)
    clock_time = pl.col("start").dt.convert_time_zone("America/New_York").dt.time()
    times = (
        pl.when(clock_time < time(9, 30))
        .then(early)
        .when(clock_time == time(9, 30))
        .then(2.0)
        .when(clock_time >= time(16))
        .then(late)
        .otherwise(1.0)
    )
    return volume_clock(regular.with_columns(volume=times * volume), CALENDAR, opens=OPENS, closes=CLOSES)


def test_the_share_of_a_days_volume_counts_what_traded_before_the_open_and_after_the_close() -> None:
    found = volumes(early=6.0, late=15.0)
    assert found.sessions == 29
    assert found.share(at(9, 29)) is None
    assert found.share(OPENS) == pytest.approx(0.06)
    assert found.share(at(9, 35)) == pytest.approx(0.08)
    assert found.share(at(12, 45)) == pytest.approx((6 + 40) / 100)
    assert found.share(CLOSES - timedelta(seconds=1)) == pytest.approx(0.85, abs=1e-4)
    assert found.share(CLOSES) == found.share(CLOSES + timedelta(hours=2)) == 1.0


def test_bars_without_volume_give_no_clock() -> None:
    with pytest.raises(ValueError, match="bars with volume, 0 are held"):
        volumes(volume=0.0)
    with pytest.raises(ValueError, match="five-minute bars, 19 are held"):
        volumes(sessions=19)
