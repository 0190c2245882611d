"""The first screen where there is no key: log in, look at the simulated market, or leave."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from deskview.providers import PROVIDERS
from deskview.screens.frame.keys import WELCOME, bindings, own_keys, shown
from deskview.widgets.textual_private import LeanModal

CHOICES = {
    "type-key": "log in: type an API key; nothing of it shows",
    "demo": "demo: a simulated market; no key, no real prices",
    "refresh": "try again",
    "quit": "quit",
}
"""The ways on, by action, in the words of one who is new here."""
ABOUT = (
    "An API key is the long word a market-data provider gives with its plan, on the account's page at the provider."
    " deskview reads from {title}, {plans}. The key is sent to the provider alone and kept in this system's keyring,"
    " encrypted; where there is no keyring it stays in memory for this session."
)

NO_KEY = "No API key yet."
DOCTOR = "`deskview doctor` prints the way to one; a key typed here is kept for this session."
LONGEST = 60
"""A command longer than this can't be copied off the screen."""


def _short(way_out: str) -> str:
    """The way out; where it is a command too long for the frame, the command that prints it."""
    return (
        DOCTOR
        if any(len(line.strip()) > LONGEST for line in way_out.splitlines() if line.startswith("    "))
        else way_out
    )


class KeyInput(Input):
    """A masked field: what is typed into it gets onto no clipboard."""

    def __init__(self) -> None:
        super().__init__(password=True, placeholder="API key, then enter; esc puts the field away", compact=True)

    def action_copy(self) -> None:
        """Nothing: a key is not to be copied off the screen."""

    def action_cut(self) -> None:
        """Nothing, as with copying."""


class WelcomeScreen(LeanModal[None]):
    """Says why there is no market and offers the ways on."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*WELCOME),
        Binding("escape", "put_away", "Put the field away", show=False),
    ]
    DEFAULT_CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen.-alone { background: $background; }
    WelcomeScreen VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%; border: round $accent; background: $surface;
        padding: 0 2; scrollbar-size-vertical: 1;
    }
    WelcomeScreen Static { margin-bottom: 1; }
    WelcomeScreen #about, WelcomeScreen #way-out { color: $dim; }
    WelcomeScreen #way-out { margin-bottom: 0; }
    WelcomeScreen Input { display: none; margin-bottom: 1; }
    WelcomeScreen Input.-asked { display: block; }
    """

    class Demo(Message):
        """The simulated market was chosen."""

    class Retry(Message):
        """The market is to be tried again."""

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
        self._texts = {"sentence": "", "about": "", "way-out": ""}

    def compose(self) -> ComposeResult:
        """What is the matter, the ways on, what a key is, and how to get at a keyring."""
        with VerticalScroll(can_focus=False) as frame:
            frame.border_title = "deskview"
            yield Static(id="sentence", markup=False)
            yield Static(id="choices", markup=False)
            yield KeyInput()
            yield Static(id="about", markup=False)
            yield Static(id="way-out", markup=False)

    def on_mount(self) -> None:
        """The keys are the user's own where there are any."""
        own = own_keys(self.app)
        offered = [action for action in WELCOME if action.name in CHOICES]
        lines = [
            Content.assemble((f"{shown(action, own):<3}", "bold"), Content(CHOICES[action.name])) for action in offered
        ]
        self.query_one("#choices", Static).update(Content("\n").join(lines))
        self._show_texts()

    def explain(self, sentence: str, way_out: str, *, provider: str = "") -> None:
        """Sets what is the matter and the way out; with a provider, that its key is wanting and what that is."""
        if provider:
            vendor = PROVIDERS[provider]
            about = ABOUT.format(title=vendor.title, plans=vendor.needs)
            out = f"{sentence} {_short(way_out)}".rstrip()
            self._texts = {"sentence": NO_KEY, "about": about, "way-out": out}
        else:
            self._texts = {"sentence": sentence, "about": "", "way-out": way_out}
        if self.is_mounted:
            self._show_texts()

    def action_read_on(self) -> None:
        """Further down, where the terminal is low."""
        self.query_one(VerticalScroll).scroll_page_down(animate=False)

    def action_read_back(self) -> None:
        """Further up."""
        self.query_one(VerticalScroll).scroll_page_up(animate=False)

    def _show_texts(self) -> None:
        self.set_class(bool(self._texts["about"]), "-alone")
        for name, text in self._texts.items():
            part = self.query_one(f"#{name}", Static)
            part.update(text)
            part.display = bool(text)
        self.query_one(VerticalScroll).scroll_home(animate=False)

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

    def action_refresh(self) -> None:
        """Tries the same market again."""
        self.post_message(self.Retry())

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Hands the key over and forgets it."""
        event.stop()
        self.post_message(self.KeyTyped(event.value))
        self.action_put_away()
