"""Every key of the desk, once: bindings, footer, help, palette and the README's table are made from this table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding

from deskview.screens.keynames import shown_keys
from deskview.widgets.lines import Lines
from deskview.widgets.sorting import SortedTable


class Scope(StrEnum):
    """Where an action works."""

    EVERYWHERE = "Everywhere"
    DESK = "On the desk"
    LISTS = "In lists"
    DRILL = "In a drill-down or page"
    CHARTS = "On the pages momentum, breadth, rotation"
    MOMENTUM = "On the momentum page"
    ROTATION = "On the rotation page"
    VIEWS = "On a page of several views"
    DETAIL = "On a name, group or fund"
    ALERTS = "On the alerts page"
    ALERT_FORM = "While setting an alert"
    CARD = "On a card"
    OVERLAY = "In help and cards"
    COLUMNS = "While choosing columns"
    LABELS = "While lists have letters"
    FIND = "While finding"
    WELCOME = "On the first screen"
    SMALL = "In too small a terminal"


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
    def name(self) -> str:
        """What the action is called in the settings: page('momentum') is page-momentum."""
        return re.sub(r"[\W_]+", "-", self.id.removeprefix("app.")).strip("-")

    @property
    def binding(self) -> Binding:
        """The action as Textual binds it."""
        return Binding(self.keys, self.id, self.title, show=False, key_display=self.shown, id=self.name)


def _of_lists() -> tuple[Action, ...]:
    """The keys the list widgets bind themselves."""
    found = [*Lines.BINDINGS, *SortedTable.BINDINGS]
    return tuple(
        _ListAction(binding.action, binding.key, shown_keys(binding.key), binding.description, Scope.LISTS, False, id_)
        for binding in found
        if isinstance(binding, Binding) and (id_ := binding.id)
    )


@dataclass(frozen=True)
class _ListAction(Action):
    """An action bound by a widget under a name of its own."""

    bound_as: str = ""

    @property
    def name(self) -> str:
        """The widget's name for it."""
        return self.bound_as


ACTIONS: tuple[Action, ...] = (
    Action("help", "question_mark,f1", "?", "Help on what is shown", Scope.EVERYWHERE, footer=True),
    Action("find", "slash", "/", "Find a name, group or fund", Scope.EVERYWHERE, footer=True),
    Action("card", "i", "i", "Info: how the figures here are computed", Scope.EVERYWHERE, footer=True),
    Action("page('momentum')", "m", "m", "Momentum page", Scope.EVERYWHERE),
    Action("page('breadth')", "b", "b", "Breadth page", Scope.EVERYWHERE),
    Action("page('rotation')", "o", "o", "Rotation page", Scope.EVERYWHERE),
    Action("page('leverage')", "v", "v", "Leveraged ETFs page", Scope.EVERYWHERE),
    Action("page('flow')", "f", "f", "Flow page", Scope.EVERYWHERE),
    Action("page('alerts')", "A", "A", "Alerts page", Scope.EVERYWHERE),
    Action("refresh", "r", "r", "Refresh now; a page's lists are sorted anew", Scope.EVERYWHERE, footer=True),
    Action("alert", "plus", "+", "Alert: set one on the figure here", Scope.EVERYWHERE),
    Action("freeze", "space", "space", "Freeze the display; the data go on", Scope.EVERYWHERE),
    Action("next_theme", "t", "t", "Next theme", Scope.EVERYWHERE),
    Action("jump", "semicolon", ";", "Jump: a letter on every list that is shown", Scope.EVERYWHERE),
    Action("columns", "c", "c", "Columns of the list: which, and in what order", Scope.EVERYWHERE),
    Action("copy", "y", "y", "Copy the row under the cursor", Scope.EVERYWHERE),
    Action("export", "e", "e", "Export the table of the pane or page", Scope.EVERYWHERE),
    Action("save_screen", "S", "S", "Save the screen as SVG and text", Scope.EVERYWHERE),
    Action("command_palette", "ctrl+p", "^p", "Command palette", Scope.EVERYWHERE),
    Action("quit", "q,ctrl+q", "q", "Quit", Scope.EVERYWHERE, footer=True),
    Action("pane(1)", "1", "1", "Momentum pane", Scope.DESK),
    Action("pane(2)", "2", "2", "Rotation pane", Scope.DESK),
    Action("pane(3)", "3", "3", "Leveraged ETFs pane", Scope.DESK),
    Action("pane(4)", "4", "4", "Flow pane", Scope.DESK),
    Action("next_pane", "tab", "tab", "Next list", Scope.DESK),
    Action("previous_pane", "shift+tab", "shift+tab", "List before", Scope.DESK),
    Action("zoom", "z", "z", "Zoom the pane", Scope.DESK, footer=True),
    Action("unzoom", "escape,backspace,left,h", "esc", "Out of the zoom", Scope.DESK),
    Action("chart", "w", "w", "Chart in place of the list, and back", Scope.CHARTS, footer=True),
    Action("neutral", "x", "x", "Basket: raw deciles, or neutral to sectors", Scope.MOMENTUM, footer=True),
    Action("relative", "x", "x", "Returns: absolute, or less the index", Scope.ROTATION, footer=True),
    Action("universe", "u", "u", "Groups: all, sectors, themes", Scope.ROTATION, footer=True),
    Action("app.back", "escape,backspace,left,h", "esc", "Back to where you came from", Scope.DRILL, footer=True),
    Action("app.focus_next", "tab", "tab", "Next list", Scope.DRILL),
    Action("app.focus_previous", "shift+tab", "shift+tab", "List before", Scope.DRILL),
    Action("next_view", "x", "x", "View: the next one", Scope.VIEWS, footer=True),
    Action("previous_view", "X", "X", "View: the one before", Scope.VIEWS),
    Action("app.next_one", "n", "n", "Next of the list one came from", Scope.DETAIL, footer=True),
    Action("app.previous_one", "p", "p", "Previous of the list one came from", Scope.DETAIL, footer=True),
    Action("app.shorter", "left_square_bracket", "[", "Shorter chart", Scope.DETAIL),
    Action("app.longer", "right_square_bracket", "]", "Longer chart", Scope.DETAIL),
    Action("app.enlarge", "z", "z", "Zoom the chart, with candles", Scope.DETAIL),
    Action("app.acknowledge", "a", "a", "Acknowledge the alerts", Scope.ALERTS, footer=True),
    Action("app.alert", "plus", "+", "Alert: set one on the figure here", Scope.ALERTS, footer=True),
    Action("edit_alert", "E", "E", "Edit the rule under the cursor", Scope.ALERTS, footer=True),
    Action("remove_alert", "minus,delete", "-", "Remove the rule under the cursor", Scope.ALERTS, footer=True),
    Action("alert", "plus", "+", "Alert: set one on the figure here", Scope.CARD),
    Action("go_on", "enter", "⏎", "On to the next field; in the last, set the alert", Scope.ALERT_FORM),
    Action("next_condition", "right,l,space", "→", "The next condition", Scope.ALERT_FORM),
    Action("previous_condition", "left,h", "←", "The condition before", Scope.ALERT_FORM),
    Action("into_list", "down", "↓", "From the field into the list", Scope.ALERT_FORM),
    Action("app.focus_next", "tab", "tab", "The next field", Scope.ALERT_FORM),
    Action("app.focus_previous", "shift+tab", "shift+tab", "The field before", Scope.ALERT_FORM),
    Action("leave", "escape", "esc", "Close, nothing set", Scope.ALERT_FORM),
    Action("close", "escape,q,backspace,left,h,question_mark,f1,i", "esc", "Close", Scope.OVERLAY),
    Action("toggle_column", "space", "space", "Show or hide the column", Scope.COLUMNS),
    Action("column_up", "K,shift+up", "K", "Move the column to the front", Scope.COLUMNS),
    Action("column_down", "J,shift+down", "J", "Move the column to the back", Scope.COLUMNS),
    Action("reset_columns", "0", "0", "All columns as they come, or those of the settings", Scope.COLUMNS),
    Action("close_columns", "escape,q,c,backspace,left,h", "esc", "Back to the list", Scope.COLUMNS),
    Action("close_labels", "escape,q,semicolon,backspace", "esc", "Stay where one was", Scope.LABELS),
    Action("leave", "escape", "esc", "Close the search", Scope.FIND),
    Action("into_list", "down", "↓", "From the field into the list", Scope.FIND),
    Action("type_key", "l", "l", "Log in: type a key", Scope.WELCOME),
    Action("demo", "d", "d", "Open the simulated market", Scope.WELCOME),
    Action("app.quit", "q", "q", "Quit", Scope.WELCOME),
    Action("read_on", "down,j,pagedown", "↓", "Read on", Scope.WELCOME),
    Action("read_back", "up,k,pageup", "↑", "Read back", Scope.WELCOME),
    Action("app.quit", "q", "q", "Quit", Scope.SMALL),
    *_of_lists(),
)


def bindings(*scopes: Scope) -> list[Binding]:
    """The bindings of the scopes; a list's own are the widget's."""
    return [action.binding for action in ACTIONS if action.scope in scopes and not isinstance(action, _ListAction)]


def shown(action: Action, keymap: Mapping[str, str]) -> str:
    """How the action's keys are printed, the user's own keys where there are any."""
    own = keymap.get(action.name)
    return shown_keys(own) if own else action.shown


def footer(*scopes: Scope, keymap: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Keys and titles a footer shows, scope by scope in the order given: what is first stays longest."""
    found = [action for scope in scopes for action in ACTIONS if action.scope is scope and action.footer]
    return [(shown(action, keymap or {}), action.title) for action in found]


def key_table_markdown() -> str:
    """Every key as the README's tables, one a scope, with the name the settings know the action by."""
    tables = []
    for scope in Scope:
        rows = [
            f"| {_code(action)} | {action.title} | `{action.name}` |" for action in ACTIONS if action.scope is scope
        ]
        tables.append("\n".join([f"**{scope}**", "", "| key | does | in `[keys]` |", "|---|---|---|", *rows]))
    return "\n\n".join(tables)


def _code(action: Action) -> str:
    return " ".join(f"`{key}`" for key in shown_keys(action.keys).split())
