"""The provider's clock against its last answer and ours: a wrong one would change the session and every age."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deskview.market.sessions import NEW_YORK

TOLERANCE = timedelta(seconds=90)
"""An answer may be a minute old, as where a proxy keeps answers; of a fast simulated market as many of its own."""
DAY_ENDS = 20
BACK = timedelta(minutes=20)
"""A simulated day that begins again goes back by more than this."""
BELIEVED_AFTER = 3
"""A clock that was set, or a computer that slept, says the same again; a fault of one answer does not."""


@dataclass(frozen=True)
class ClockSeen:
    """`now` is what is taken for the market's time, at the moments `monotonic` and `wall` (seconds) of our clocks.

    `answered` is what the provider said, since `same_since` of our clock, `odd` how many times in a row it did not fit,
    `doubt` a sentence while so.
    """

    now: datetime
    answered: datetime
    monotonic: float
    wall: float
    same_since: float = 0.0
    odd: int = 0
    doubt: str = ""

    def moved_on(self, moment: datetime, *, monotonic: float, wall: float, speed: float) -> tuple[datetime, datetime]:
        """The moment moved on to these of our clocks: the one stands still while a computer sleeps, one may be set."""
        passed = (monotonic - self.monotonic, wall - self.wall)
        by_ours, by_wall = (moment + timedelta(seconds=max(seconds, 0.0) * speed) for seconds in passed)
        return by_ours, by_wall


def judge_clock(
    answered: datetime,
    before: ClockSeen | None,
    *,
    monotonic: float,
    wall: float,
    speed: float,
    simulated: bool = False,
) -> ClockSeen:
    """What the clock is taken to be: the answer where it fits, else the last one moved on, with a doubt.

    An answer that does not fit is believed when the next ones agree with it. `speed` is how many times as fast as ours
    the market's clock runs; one that is `simulated` may begin its day again.
    """
    if before is None:
        return ClockSeen(answered, answered, monotonic, wall, monotonic)

    def fits(moment: datetime) -> bool:
        expected = before.moved_on(moment, monotonic=monotonic, wall=wall, speed=speed)
        return any(abs(answered - each) <= TOLERANCE * max(1.0, speed) for each in expected)

    begins_again = simulated and answered < before.now - BACK and _day(answered) == _day(before.now)
    same_since = before.same_since if answered == before.answered else monotonic
    stands = speed > 0 and monotonic - same_since > TOLERANCE.total_seconds() and not _is_night(answered)
    odd = before.odd + 1 if before.odd and fits(before.answered) else 1
    if not stands and (begins_again or fits(before.now) or odd >= BELIEVED_AFTER):
        return ClockSeen(answered, answered, monotonic, wall, same_since)
    now, _ = before.moved_on(before.now, monotonic=monotonic, wall=wall, speed=speed)
    due = f"The provider's clock says {_spelt(answered)} where {_spelt(now)} was due"
    doubt = f"{due}: not believed {'while it stands still' if stands else 'unless it says so again'}."
    return ClockSeen(now, answered, monotonic, wall, same_since, odd, doubt)


def _day(moment: datetime) -> date:
    return moment.astimezone(NEW_YORK).date()


def _is_night(answered: datetime) -> bool:
    """Whether no exchange trades: a simulated market's clock ends its day there."""
    return answered.astimezone(NEW_YORK).hour >= DAY_ENDS


def _spelt(moment: datetime) -> str:
    return f"{moment.astimezone(NEW_YORK):%Y-%m-%d %H:%M}"
