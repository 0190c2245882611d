"""`?`: what is on the screen, how it is computed, and every key."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from deskview.screens.actions import ACTIONS, LIST_KEYS, Action, Scope
from deskview.screens.texts import PANES

KEY_WIDTH = 12


def key_table() -> str:
    """Every key with what it does, by where it works."""
    lines: list[str] = []
    for scope in Scope:
        lines += ["", f"[b]{scope}[/b]"]
        lines += [_line(action) for action in ACTIONS if action.scope is scope]
        if scope is Scope.LISTS:
            lines += [f"  {keys:<{KEY_WIDTH}} {title}" for keys, title in LIST_KEYS]
    return "\n".join(lines)


def _line(action: Action) -> str:
    return f"  {action.shown:<{KEY_WIDTH}} {action.title}"


class HelpScreen(ModalScreen[None]):
    """The texts of the panes and the table of keys; any of the leaving keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,backspace,left,f1", "dismiss", "Close")]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll {
        width: 90; max-width: 96%; height: 90%; border: round $accent; background: $surface; padding: 0 2;
    }
    HelpScreen .keys { color: $foreground; }
    """

    def compose(self) -> ComposeResult:
        """Pane by pane, then the keys."""
        with VerticalScroll() as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "esc closes"
            for title, text in PANES:
                yield Static(f"[b]{title}[/b]\n{text}\n")
            yield Static(key_table(), classes="keys")
