"""Every key of the desk, once: bindings, footer and help are made from this table."""

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding


class Scope(StrEnum):
    """Where an action works."""

    EVERYWHERE = "Everywhere"
    DESK = "On the desk"
    LISTS = "In lists"
    DRILL = "In a drill-down"


@dataclass(frozen=True)
class Action:
    """One thing a key does. `keys` are Textual's key names, `shown` how they are printed."""

    id: str
    keys: str
    shown: str
    title: str
    scope: Scope
    footer: bool = False

    @property
    def binding(self) -> Binding:
        """The action as Textual binds it."""
        return Binding(self.keys, self.id, self.title, show=False, key_display=self.shown, id=self.id)


ACTIONS: tuple[Action, ...] = (
    Action("help", "question_mark,f1", "?", "Help on what is shown", Scope.EVERYWHERE, footer=True),
    Action("find", "slash", "/", "Find a name, group or fund", Scope.EVERYWHERE, footer=True),
    Action("page('momentum')", "m", "m", "Momentum page", Scope.EVERYWHERE),
    Action("page('breadth')", "b", "b", "Breadth page", Scope.EVERYWHERE),
    Action("page('rotation')", "o", "o", "Rotation page", Scope.EVERYWHERE),
    Action("page('leverage')", "v", "v", "Leveraged ETFs page", Scope.EVERYWHERE),
    Action("refresh", "r", "r", "Refresh now", Scope.EVERYWHERE, footer=True),
    Action("next_theme", "t", "t", "Next theme", Scope.EVERYWHERE),
    Action("palette", "ctrl+p", "^p", "Command palette", Scope.EVERYWHERE),
    Action("quit", "q,ctrl+q", "q", "Quit", Scope.EVERYWHERE, footer=True),
    Action("pane(1)", "1", "1", "Momentum", Scope.DESK),
    Action("pane(2)", "2", "2", "Rotation", Scope.DESK),
    Action("pane(3)", "3", "3", "Leveraged ETFs", Scope.DESK),
    Action("pane(4)", "4", "4", "Flow", Scope.DESK),
    Action("next_pane", "tab", "tab", "Next list", Scope.DESK),
    Action("zoom", "z", "z", "Zoom the pane", Scope.DESK, footer=True),
    Action("app.back", "escape,backspace,left", "esc", "Back to where you came from", Scope.DRILL, footer=True),
)

LIST_KEYS: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "Move"),
    ("PgUp PgDn", "Move by a screenful"),
    ("home end g G", "First, last row"),
    ("⏎", "Open"),
    ("s", "Sort by the next column"),
    ("d", "Turn the sort direction"),
)
"""Keys the list widgets bind themselves, for the help screen."""


def bindings(*scopes: Scope) -> list[Binding]:
    """The bindings of the scopes."""
    return [action.binding for action in ACTIONS if action.scope in scopes]


def footer(*scopes: Scope) -> list[tuple[str, str]]:
    """Keys and titles a footer shows for the scopes, in the table's order."""
    return [(action.shown, action.title) for action in ACTIONS if action.scope in scopes and action.footer]
