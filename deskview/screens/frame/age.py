"""How old and how sure a part of the board is, in words: for borders, notices and the top line."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from deskview.clock import monotonic
from deskview.format import MISSING, NEW_YORK, age, tone

if TYPE_CHECKING:
    from deskview.board import Board, Part
    from deskview.widgets.pane import State


OPEN = "open"
NOON = time(12)
NOT_YET = 0.99
"""What is fetched whole is still to be computed: until then not all is there."""
STALE_AFTER_S = 60.0
"""Older figures are stale, whatever their part says, unless it is one that is refreshed more slowly. As all ages these
are seconds of the market's clock, which runs faster than ours in a simulated market."""
NEXT_TRY_STEP_S, NEXT_TRY_MINUTES_S = 5, 120
"""The next try counts down in these steps; from so many seconds on in minutes."""


def in_doubt(part: "Part[Any]") -> bool:
    """Whether the figures may be wrong."""
    return part.status.value == "doubt" or bool(part.doubt)


def marked(text: str, part: "Part[Any]") -> str:
    """A figure of the part as text, with ? behind it where it is in doubt."""
    return f"{text}?" if text != MISSING and in_doubt(part) else text


def change(board: "Board", path: str, text: Callable[[float], str], flat: float = 0.0) -> tuple[str, str]:
    """How fast a headline figure moves, such as "30m −1.2%", and its tone; up to `flat` it has no direction.

    Empty where that is not known.
    """
    value = board.d30m.get(path)
    if value is None:
        return "", ""
    said = text(value)
    return f"30m {said}", tone(value, flat) if abs(value) > flat and said.strip("≈$0.%") else "dim"


def data_time(part: "Part[Any]") -> "datetime | None":
    """When the newest data of the part were true; of one that does not say, the market's time of its reading."""
    return part.data_as_of or part.as_of


def state_of(part: "Part[Any]", stale_after_s: float, speed: float) -> "State":
    """loading, doubt, stale or live; `speed` is that of the market's clock."""
    if part.value is None:
        return "loading"
    if in_doubt(part):
        return "doubt"
    seconds = part.age_at(monotonic(), speed)
    old = seconds is not None and seconds > stale_after_s
    return "stale" if old or part.status.value == "stale" else "live"


def age_of(part: "Part[Any]", stale_after_s: float, speed: float) -> "tuple[str, State]":
    """The age of a part, of final figures their day and time, and its state.

    A part without figures says whether they are on their way.
    """
    state = state_of(part, stale_after_s, speed)
    if part.value is None:
        return ("loading" if part.progress is not None else MISSING), state
    seconds = part.age_at(monotonic(), speed)
    text = _day_and_time(part) if seconds is None else age(seconds)
    if state == "doubt":
        return f"in doubt {text}", state
    if state == "stale":
        return f"stale {text}", state
    if part.progress is not None:
        return f"{min(part.progress, NOT_YET):.0%}  {text}", state
    return (f"final {text}" if seconds is None else text), state


def _day_and_time(part: "Part[Any]") -> str:
    moment = data_time(part)
    return MISSING if moment is None else f"{moment.astimezone(NEW_YORK):%-d %b %H:%M}"


def notice_of(part: "Part[Any]", note: str) -> str:
    """What is said above the figures: the doubt, the note, and when it is tried again."""
    doubt = part.doubt if part.doubt not in note else ""
    *before, last = [sentence for sentence in (doubt, note, next_try(part)) if sentence] or [""]
    return " ".join([*(sentence if sentence[-1] in ".!?" else f"{sentence}." for sentence in before), last])


def next_try(part: "Part[Any]") -> str:
    """When what failed is tried again, in steps of five seconds; empty where that is not known."""
    if part.retry_at is None:
        return ""
    left = part.retry_at - monotonic()
    if left < NEXT_TRY_STEP_S:
        return "Trying now."
    if left < NEXT_TRY_MINUTES_S:
        return f"Next try in {int(left // NEXT_TRY_STEP_S) * NEXT_TRY_STEP_S} s."
    return f"Next try in {int(left // 60)} min."


def market_state(board: "Board") -> str:
    """open, closed, pre-market or after-hours; a provider's own word where it is another, empty before it is known.

    Providers call both ends of the day extended hours: the clock tells which it is.
    """
    if board.phase != "extended-hours" or board.as_of is None:
        return board.phase
    return "pre-market" if board.as_of.astimezone(NEW_YORK).time() < NOON else "after-hours"


def official_closes(board: "Board", moment: datetime | None) -> date | None:
    """The session whose official closes are the prices of that moment; None while they are the last trades."""
    if board.basis is None or moment is None or moment < board.basis.prices.bell:
        return None
    return board.basis.session
