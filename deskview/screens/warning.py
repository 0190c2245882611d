"""What an alert does outside the screen: the terminal's bell and its notification."""

from typing import TYPE_CHECKING

from deskview.screens.pages.alerts import condition, figure
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.board.alerts import Watch


def sentence(watch: "Watch") -> str:
    """Such as "momentum.sigma −4.02: below −3"."""
    return neutralise(f"{watch.rule.reading} {figure(watch.fired_value)}: {condition(watch.rule)}")


def osc_9(text: str) -> str:
    """The sequence that makes a terminal show a notification."""
    return f"\x1b]9;deskview: {neutralise(text)}\x07"
