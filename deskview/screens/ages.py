"""How old what is shown is, in the words and the state every border and heading tells it in."""

from time import monotonic
from typing import TYPE_CHECKING, Any

from deskview.screens.format import age
from deskview.widgets.pane import State

if TYPE_CHECKING:
    from deskview.board import Part

NOT_YET = 0.99
"""What is fetched whole is still to be computed: until then not all is there."""
STALE_AFTER_S = 60.0
"""Older figures are stale, whatever their part says, unless it is one that is refreshed more slowly."""


def age_of(part: "Part[Any]", stale_after_s: float) -> tuple[str, State]:
    """The age of a part and its state; a part without figures says whether they are on their way."""
    if part.value is None:
        return ("loading", "loading") if part.progress is not None else ("–", "loading")
    seconds = monotonic() - part.received
    if part.status.value == "stale" or seconds > stale_after_s:
        return f"stale {age(seconds)}", "stale"
    if part.progress is not None:
        return f"{min(part.progress, NOT_YET):.0%}  {age(seconds)}", "live"
    return age(seconds), "live"
