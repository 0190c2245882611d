"""The provider's clock: one wrong answer is not believed, a clock that was set is."""

from datetime import UTC, datetime, timedelta

import pytest

from deskview.analytics.gate import ClockSeen, judge_clock

NOON = datetime(2026, 2, 4, 17, tzinfo=UTC)
TEN = timedelta(seconds=10)


def answers(*given: timedelta, speed: float = 1.0, slept: float = 0.0) -> ClockSeen:
    """What is taken for the time after answers ten seconds apart, each so far from the true one."""
    seen = judge_clock(NOON, None, monotonic=0.0, wall=1e9, speed=speed)
    for step, off in enumerate(given, 1):
        true = NOON + (TEN * step + timedelta(seconds=slept)) * speed
        seen = judge_clock(true + off, seen, monotonic=10.0 * step, wall=1e9 + 10 * step + slept, speed=speed)
    return seen


@pytest.mark.parametrize("off", [timedelta(days=1), -timedelta(days=1), timedelta(hours=2), timedelta(days=-365)])
def test_an_answer_that_does_not_fit_is_not_believed_once_or_twice(off: timedelta) -> None:
    for given in ([off], [off, off]):
        seen = answers(*given)
        assert seen.now == NOON + TEN * len(given)
        assert seen.doubt.startswith("The provider's clock says 202")
        assert seen.doubt.endswith("was due: not believed unless it says so again.")


def test_nor_are_three_that_do_not_agree() -> None:
    assert answers(timedelta(days=1), timedelta(days=2), timedelta(days=3)).now == NOON + 3 * TEN


def test_after_one_wrong_answer_the_right_one_ends_the_doubt() -> None:
    seen = answers(timedelta(days=1), timedelta(0))
    assert (seen.now, seen.doubt, seen.odd) == (NOON + 2 * TEN, "", 0)


def test_a_clock_that_was_set_is_believed_the_third_time() -> None:
    off = -timedelta(hours=1)
    assert answers(off, off, off).now == NOON + 3 * TEN + off


def test_a_computer_that_slept_is_no_fault_of_the_provider() -> None:
    """Our counting clock stood still, the one on the wall did not."""
    seen = answers(timedelta(0), slept=7_200)
    assert (seen.now, seen.doubt) == (NOON + TEN + timedelta(hours=2), "")


@pytest.mark.parametrize("speed", [0.0, 1.0, 10.0, 60.0])
def test_a_market_of_another_speed_keeps_its_own_time(speed: float) -> None:
    assert answers(*[timedelta(0)] * 20, speed=speed).doubt == ""
    assert answers(timedelta(days=1), speed=speed).doubt


def test_an_answer_a_minute_old_is_taken() -> None:
    assert answers(-timedelta(seconds=60)).doubt == ""


def test_a_clock_that_stands_still_is_followed_by_ours() -> None:
    """A proxy that keeps its first answer: for a minute and a half it is taken, then ours goes on."""
    given = [-TEN * step for step in range(1, 60)]
    seen = answers(*given)
    assert seen.answered == NOON
    assert NOON + 57 * TEN - timedelta(seconds=90) <= seen.now <= NOON + 59 * TEN
    assert seen.doubt.endswith("not believed while it stands still.")
    assert answers(*given, timedelta(0)).now == NOON + 60 * TEN
