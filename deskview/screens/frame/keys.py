"""Every key that belongs to no subject, once; and how keys are named, printed, bound and listed.

A subject adds its own actions in its room; `deskview.screens.subjects` puts the whole table together, of which
bindings, footer, help, palette, settings and the README are made.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.keys import Keys

from deskview.widgets.lines import Lines
from deskview.widgets.sorting import SortedTable

_PRINTED = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "⏎",
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}
_NAMED = {key.value for key in Keys} | {"space"}


def shown_keys(keys: str) -> str:
    """Keys such as "up,k" as they are printed: "↑ k"."""
    return " ".join(_shown(key.strip()) for key in keys.split(","))


def _shown(key: str) -> str:
    if key in _PRINTED:
        return _PRINTED[key]
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    return key if key in _NAMED and len(key) > 1 else _character(key) or key


def _character(name: str) -> str:
    """The character of a Unicode name such as left_square_bracket; empty where there is none."""
    try:
        return unicodedata.lookup(name.replace("_", " ")) if len(name) > 1 else name
    except KeyError:
        return ""


def is_key(name: str) -> bool:
    """Whether a terminal can send it: a character, a named key, or either behind ctrl+, shift+ or alt+."""
    bare = name
    for modifier in ("ctrl+", "alt+", "shift+"):
        bare = bare.removeprefix(modifier)
    return name in _NAMED or bare in _NAMED or bool(bare.isprintable() and _character(bare))


@dataclass(frozen=True)
class Action:
    """One thing a key does. `keys` are Textual's key names, `shown` how the first of them is printed.

    `scope` is where it works, in words; `footer` whether the bottom line has it. `bound_as` is its name where a widget
    binds it itself.
    """

    id: str
    keys: str
    shown: str
    title: str
    scope: str = ""
    footer: bool = False
    bound_as: str = ""

    @property
    def name(self) -> str:
        """What the action is called in the settings: page('momentum') is page-momentum."""
        return self.bound_as or re.sub(r"[\W_]+", "-", self.id.removeprefix("app.")).strip("-")

    @property
    def binding(self) -> Binding:
        """The action as Textual binds it."""
        return Binding(self.keys, self.id, self.title, show=False, key_display=self.shown, id=self.name)


Actions = tuple[Action, ...]


def scoped(scope: str, *actions: Action) -> Actions:
    """The actions, all working in one place."""
    return tuple(replace(action, scope=scope) for action in actions)


def _of_lists() -> Actions:
    """The keys the list widgets bind themselves."""
    own = [*Lines.BINDINGS, *SortedTable.BINDINGS]
    return tuple(
        Action(binding.action, binding.key, shown_keys(binding.key), binding.description, bound_as=id_)
        for binding in own
        if isinstance(binding, Binding) and (id_ := binding.id)
    )


ANYWHERE, ON_THE_DESK, IN_LISTS = "Everywhere", "On the desk", "In lists"
"""Scopes that others add actions to, or ask for."""
READING = scoped(
    ANYWHERE,
    Action("help", "question_mark,f1", "?", "Help on what is shown", footer=True),
    Action("find", "slash", "/", "Find a name, group or fund", footer=True),
    Action("card", "i", "i", "Info: how the figures here are computed", footer=True),
)
EVERYWHERE = scoped(
    ANYWHERE,
    Action("refresh", "r", "r", "Refresh now; a page's lists are sorted anew", footer=True),
    Action("alert", "plus", "+", "Alert: set one on the figure here"),
    Action("freeze", "space", "space", "Freeze the display; the data go on"),
    Action("next_theme", "t", "t", "Next theme"),
    Action("jump", "semicolon", ";", "Jump: a letter on every list that is shown"),
    Action("columns", "c", "c", "Columns of the list: which, and in what order"),
    Action("filter", "F", "F", "Filter the list: which rows are shown"),
    Action("copy", "y", "y", "Copy the row under the cursor"),
    Action("export", "e", "e", "Export the table of the pane or page"),
    Action("save_screen", "S", "S", "Save the screen as SVG and text"),
    Action("command_palette", "ctrl+p", "^p", "Command palette"),
    Action("quit", "q,ctrl+q", "q", "Quit", footer=True),
)
DESK = scoped(
    ON_THE_DESK,
    Action("next_pane", "tab", "tab", "Next list"),
    Action("previous_pane", "shift+tab", "shift+tab", "List before"),
    Action("zoom", "z", "z", "Zoom the pane", footer=True),
    Action("unzoom", "escape,backspace,left,h", "esc", "Out of the zoom"),
)
LISTS = scoped(IN_LISTS, *_of_lists())
PAGE = scoped(
    "In a drill-down or page",
    Action("app.back", "escape,backspace,left,h", "esc", "Back to where you came from", footer=True),
    Action("app.focus_next", "tab", "tab", "Next list"),
    Action("app.focus_previous", "shift+tab", "shift+tab", "List before"),
)
CHART = scoped("On a page with a chart", Action("chart", "w", "w", "Chart in place of the list, and back", footer=True))
VIEWS = scoped("On a page of several views", Action("next_view", "x", "x", "View: the next one", footer=True))
DETAIL = scoped(
    "On a name, group or fund",
    Action("app.next_one", "n", "n", "Next of the list one came from", footer=True),
    Action("app.previous_one", "p", "p", "Previous of the list one came from", footer=True),
    Action("app.shorter", "left_square_bracket", "[", "Shorter chart"),
    Action("app.longer", "right_square_bracket", "]", "Longer chart"),
    Action("relative", "x", "x", "Chart: the price, or relative to SPY, then to its group"),
    Action("app.enlarge", "z", "z", "Zoom the chart"),
)
CARD = scoped("On a card", Action("alert", "plus", "+", "Alert: set one on the figure here"))
OVERLAY = scoped("In help and cards", Action("close", "escape,q,backspace,left,h,question_mark,f1,i", "esc", "Close"))
COLUMNS = scoped(
    "While choosing columns",
    Action("toggle_column", "space", "space", "Show or hide the column"),
    Action("column_up", "K,shift+up", "K", "Move the column to the front"),
    Action("column_down", "J,shift+down", "J", "Move the column to the back"),
    Action("reset_columns", "0", "0", "All columns as they come, or those of the settings"),
    Action("close_columns", "escape,q,c,backspace,left,h", "esc", "Back to the list"),
)
LABELS = scoped(
    "While lists have letters", Action("close_labels", "escape,q,semicolon,backspace", "esc", "Stay where one was")
)
FIND = scoped(
    "While finding",
    Action("leave", "escape", "esc", "Close the search"),
    Action("into_list", "down", "↓", "From the field into the list"),
)
FILTER = scoped(
    "While filtering",
    Action("leave", "escape", "esc", "Close, the filter as it was"),
    Action("into_list", "down", "↓", "From the field into the list"),
)
WELCOME = scoped(
    "On the first screen",
    Action("type_key", "l", "l", "Log in: type a key"),
    Action("demo", "d", "d", "Open the simulated market"),
    Action("refresh", "r", "r", "Try the market again"),
    Action("app.quit", "q", "q", "Quit"),
    Action("read_on", "down,j,pagedown", "↓", "Read on"),
    Action("read_back", "up,k,pageup", "↑", "Read back"),
)
SMALL = scoped("In too small a terminal", Action("app.quit", "q", "q", "Quit"))


def bindings(*actions: Action) -> list[Binding]:
    """The actions as a screen binds them."""
    return [action.binding for action in actions]


def shown(action: Action, keymap: Mapping[str, str]) -> str:
    """How the action's keys are printed, the user's own keys where there are any."""
    own = keymap.get(action.name)
    return shown_keys(own) if own else action.shown


def own_keys(app: App[Any]) -> Mapping[str, str]:
    """The user's own keys by action; an app that knows of none has none."""
    own: Mapping[str, str] = getattr(app, "own_keys", {})
    return own


def hint(app: App[Any], actions: Iterable[Action], name: str) -> str:
    """The first key of the action of that name, as a hint on the screen prints it."""
    action = next(action for action in actions if action.name == name)
    return shown(action, own_keys(app)).split()[0]


def table_markdown(actions: Iterable[Action]) -> str:
    """The actions as the README's tables, one a scope, with the name the settings know each by."""
    actions = tuple(actions)
    tables = []
    for scope in dict.fromkeys(action.scope for action in actions):
        rows = [
            f"| {_code(action)} | {action.title} | `{action.name}` |" for action in actions if action.scope == scope
        ]
        tables.append("\n".join([f"**{scope}**", "", "| key | does | in `[keys]` |", "|---|---|---|", *rows]))
    return "\n\n".join(tables)


def _code(action: Action) -> str:
    return " ".join(f"`{key}`" for key in shown_keys(action.keys).split())
