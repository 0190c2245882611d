"""The lines of every screen: the status line on top, the heading below it, and the line of keys at the bottom."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message

from deskview.screens.frame.keys import LISTS, Action, own_keys, shown
from deskview.widgets.painted import Painted
from deskview.widgets.records import Line, Piece
from deskview.widgets.strip import Segment, StatusStrip
from deskview.widgets.text import ELLIPSIS, plain, shorten

if TYPE_CHECKING:
    from deskview.board import Board


WAY, DOT = " › ", "  ·  "


class Heading(Painted):
    """What is shown is never given up for the places before it: those give way from the first on."""

    DEFAULT_CSS = """
    Heading { height: 1; width: 1fr; padding: 0 1; text-style: bold; }
    """

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._places: tuple[str, ...] = ()
        self._title = title

    def show(self, places: Sequence[str], title: str) -> None:
        """Shows the places one came by and what is shown."""
        self._places, self._title = tuple(places), title
        self.repaint()

    def line_at(self, y: int) -> Line:  # noqa: ARG002 - there is one line
        """The heading in the room there is."""
        return (Piece(plain(fitted(self._places, self._title, self.line_width))),)


def fitted(places: Sequence[str], title: str, width: int) -> str:
    """As many of the last places as there is room for and the title, in so many cells; an ellipsis for the rest."""
    text, left = title, len(places)
    for place in reversed(places):
        longer, left_out = f"{place}{WAY}{text}", f"{ELLIPSIS}{WAY}" if left > 1 else ""
        if cell_len(left_out + longer) > width:
            break
        text, left = longer, left - 1
    whole = f"{ELLIPSIS}{WAY}{text}" if left else text
    if cell_len(whole) <= width:
        return whole
    return shorten(title if cell_len(title) <= width else title.replace(DOT, DOT.replace("  ", " ")), width)


TRAFFIC_PRIORITY = 50
"""The traffic gives way before any key does."""


class KeyLine(StatusStrip):
    """Keys of the actions that the bottom line has, in their order; the user's own keys where there are any."""

    class TrafficClicked(Message):
        """The calls and failures at the right end were clicked."""

    def __init__(self, *actions: Action, panes: Sequence[Action] = ()) -> None:
        super().__init__()
        self._actions = tuple(action for action in actions if action.footer)
        self._panes = panes
        self._keys: list[Segment] = []

    def on_mount(self) -> None:
        """The app knows the user's own keys."""
        own = own_keys(self.app)
        keys = [(_range([shown(pane, own) for pane in self._panes]), "pane")] if self._panes else []
        opens = next(action for action in LISTS if action.name == "open-row")
        keys.append((shown(opens, own).split()[0], "open"))
        keys += [(shown(action, own), action.title.split()[0].lower().rstrip(":")) for action in self._actions]
        self._keys = [Segment(title, f"{key} {title}", "dim", priority=n) for n, (key, title) in enumerate(keys)]
        self.show(self._keys)

    def on_click(self, event: Click) -> None:
        """A click on the traffic asks what is behind it."""
        shown = next((one for one in self.shown if one.key == "traffic"), None)
        if shown is not None and event.x >= self.line_width - shown.cells - 1:
            self.post_message(self.TrafficClicked())

    def show_traffic(self, board: "Board") -> None:
        """Calls of the last minute, rows that were not used (why is told by every card), failures so far, and sessions
        of history where all rows were."""
        wire = board.wire
        rows, failed = sum(wire.left_out.values()), f"{wire.failures} err"
        calls, left_out = f"{wire.calls_per_minute} calls/min", f"{rows:,} row{'s' * (rows != 1)} left out"
        told = [calls, left_out, *([failed] if wire.failures else [])] if rows else [calls, failed]
        text = " · ".join(told if rows else [*told, f"cache {wire.sessions} d"])
        tone, short = "warning" if wire.failures else "dim", f"{rows:,} left out" if rows else ""
        self.show([*self._keys, Segment("traffic", text, tone, priority=TRAFFIC_PRIORITY, right=True, short=short)])


def _range(keys: list[str]) -> str:
    """1 2 3 4 as 1-4."""
    whole = "".join(keys)
    return f"{keys[0]}-{keys[-1]}" if len(keys) > 2 and whole in "123456789" else " ".join(keys)


Segments = Callable[["Board | None"], list[Segment]]
"""What the top line shows of a board."""


class DeskStrip(StatusStrip):
    """The top line: what it has no room for is on the panes, so nothing marks its end."""

    MORE = ""

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments(None))
        self._segments_of = segments
        self._made: Callable[[], list[Segment]] = partial(segments, None)

    def show_board(self, board: "Board") -> None:
        """Shows a board's figures."""
        self.show_made(partial(self._segments_of, board))

    def show_made(self, segments: Callable[[], list[Segment]]) -> None:
        """Shows what is made by `segments`, now and with every tick: how old figures are changes without a board."""
        self._made = segments
        self.tick()

    def tick(self) -> None:
        """Brings up to date what depends on the time."""
        self.show(self._made())
