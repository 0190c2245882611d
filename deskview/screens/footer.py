"""The bottom line: the keys that work here."""

from deskview.screens.actions import Scope, footer
from deskview.widgets.strip import Segment, StatusStrip


class KeyLine(StatusStrip):
    """Keys of the given scopes, in the table's order."""

    def __init__(self, *scopes: Scope) -> None:
        keys = [("1-4", "pane")] if Scope.DESK in scopes else []
        keys += [("⏎", "open"), *((shown, title.split()[0].lower()) for shown, title in footer(*scopes))]
        super().__init__(
            [Segment(shown, f"{shown} {title}", "dim", priority=n) for n, (shown, title) in enumerate(keys)]
        )
