"""What the user is looking at: the part of the board under the cursor, or the detail that is open."""

from typing import Any

from textual.app import App
from textual.screen import ModalScreen, Screen

from deskview.screens.panes.base import BoardPane
from deskview.screens.target import Target


def base_of(app: App[Any]) -> Screen[object]:
    """The screen below any overlays: what stands still or goes on while one reads them."""
    stack = app.screen_stack
    return next((screen for screen in reversed(stack) if not isinstance(screen, ModalScreen)), stack[0])


def in_view(screen: Screen[Any]) -> bool:
    """Whether the screen is seen, if only below overlays one sees through: what is not need not be painted."""
    stack = screen.app.screen_stack
    if screen not in stack:
        return False
    above = stack[stack.index(screen) + 1 :]
    return all(isinstance(other, ModalScreen) and other.styles.background.a < 1 for other in above)


def topic_of(screen: Screen[object], place: Target | str | None) -> str:
    """The key of the help text for what is shown: a part, a kind of detail, or a page's name.

    `place` is the last stop of the way; None on the desk, where the focused pane decides.
    """
    if isinstance(place, Target):
        return str(place.kind)
    if place is not None:
        return place
    pane = pane_of(screen)
    return pane.PART if pane is not None else "momentum"


def pane_of(screen: Screen[object]) -> BoardPane[object] | None:
    """The pane of the desk the cursor is in."""
    panes = list(screen.query(BoardPane))
    return next((pane for pane in panes if pane.has_focus_within), panes[0] if panes else None)
