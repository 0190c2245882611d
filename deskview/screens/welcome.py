"""The first screen where there is no key: log in, look at the simulated market, or leave."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from deskview.screens.actions import Scope, bindings


class WelcomeScreen(ModalScreen[None]):
    """Says why there is no market and offers the ways on."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Scope.WELCOME),
        Binding("escape", "put_away", "Put the field away", show=False),
    ]
    DEFAULT_CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen Vertical {
        width: 76; max-width: 96%; height: auto; border: round $accent; background: $surface; padding: 1 2;
    }
    WelcomeScreen Static { margin-bottom: 1; }
    WelcomeScreen #way-out { color: $dim; }
    WelcomeScreen Input { display: none; }
    WelcomeScreen Input.-asked { display: block; }
    """

    class Demo(Message):
        """The simulated market was chosen."""

    class KeyTyped(Message):
        """A key was typed; it can be taken once, so that no message keeps it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self._text = text

        def take(self) -> str:
            """The typed text; empty the second time."""
            text, self._text = self._text, ""
            return text

    def __init__(self) -> None:
        super().__init__()
        self._sentence = ""
        self._way_out = ""

    def compose(self) -> ComposeResult:
        """What is the matter, the way out, the keys."""
        with Vertical() as frame:
            frame.border_title = "deskview"
            yield Static(self._sentence, id="sentence", markup=False)
            yield Static(self._way_out, id="way-out", markup=False)
            yield Static("[b]l[/b]  type a key (kept in the keyring, else for this session only)", classes="choice")
            yield Static("[b]d[/b]  open the simulated market: no key, no network", classes="choice")
            yield Static("[b]q[/b]  quit", classes="choice")
            yield Input(password=True, placeholder="API key, then enter")

    def explain(self, sentence: str, way_out: str) -> None:
        """Sets what is the matter and the way out."""
        self._sentence, self._way_out = sentence, way_out
        if self.is_mounted:
            self.query_one("#sentence", Static).update(sentence)
            self.query_one("#way-out", Static).update(way_out)

    def action_type_key(self) -> None:
        """Asks for a key, masked."""
        field = self.query_one(Input)
        field.add_class("-asked")
        self.set_focus(field)

    def action_put_away(self) -> None:
        """Takes the input away again."""
        field = self.query_one(Input)
        field.clear()
        field.remove_class("-asked")
        self.set_focus(None)

    def action_demo(self) -> None:
        """Chooses the simulated market."""
        self.post_message(self.Demo())

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Hands the key over and forgets it."""
        event.stop()
        self.post_message(self.KeyTyped(event.value))
        self.action_put_away()
