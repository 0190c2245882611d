"""The first screen where there is no key: log in, look at the simulated market, or leave."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from deskview.credentials import entries_of, listed
from deskview.providers import PROVIDERS, Vendor
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

ABOUT_SEVERAL = (
    "The {secrets} are what a market-data provider gives with its plan, on the account's page at the provider."
    " deskview reads from {title}, {plans}. They are sent to the provider alone and kept in this system's keyring,"
    " encrypted; where there is no keyring they stay in memory for this session."
)
"""Where the provider wants more than one secret."""

NO_KEY, NO_KEYS = "No API key yet.", "Not logged in yet."
FIELD = "{title}, then enter; esc puts the field away"
DOCTOR = "`deskview doctor` prints the way to one; a key typed here is kept for this session."
NOTHING_TO_TYPE = "log in: nothing to type, this provider needs no key"
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
        super().__init__(password=True, compact=True)

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
        """Every secret was typed; they can be taken once, so that no message keeps them."""

        def __init__(self, texts: Sequence[str]) -> None:
            super().__init__()
            self._texts = tuple(texts)

        def take(self) -> Sequence[str]:
            """The typed texts, in the vendor's order; none the second time."""
            texts, self._texts = self._texts, ()
            return texts

    def __init__(self, provider: str) -> None:
        super().__init__()
        self._provider = provider
        self._typed: list[str] = []
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
        choices = {**CHOICES, "type-key": self._log_in_choice()}
        lines = [
            Content.assemble((f"{shown(action, own):<3}", "bold"), Content(choices[action.name])) for action in offered
        ]
        self.query_one("#choices", Static).update(Content("\n").join(lines))
        self._show_texts()

    @property
    def _vendor(self) -> Vendor:
        return PROVIDERS[self._provider]

    def _log_in_choice(self) -> str:
        """The choice to log in, in the words of what this provider wants."""
        wanted = len(self._vendor.secrets)
        if wanted == 1:
            return CHOICES["type-key"]
        return f"log in: type {self._secrets()}; nothing shows" if wanted else NOTHING_TO_TYPE

    def _secrets(self) -> str:
        """As "the API key ID and the secret key"."""
        return listed((entry.noun for entry in entries_of(self._provider, self._vendor.secrets)), "the")

    def explain(self, sentence: str, way_out: str, *, keyless: bool = False) -> None:
        """Sets what is the matter and the way out; where secrets of the provider are wanting, what these are."""
        if keyless:
            vendor = self._vendor
            several = len(vendor.secrets) > 1
            about = (ABOUT_SEVERAL if several else ABOUT).format(
                title=vendor.title, plans=vendor.needs, secrets=self._secrets().removeprefix("the ")
            )
            out = f"{sentence} {_short(way_out)}".rstrip()
            self._texts = {"sentence": NO_KEYS if several else NO_KEY, "about": about, "way-out": out}
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
        """Asks for the first of the provider's secrets, masked."""
        self._typed.clear()
        if not self._vendor.secrets:
            self.notify(NOTHING_TO_TYPE, markup=False)
            return
        self._ask()

    def _ask(self) -> None:
        """Asks for the next secret in the same field; of several the first line says which, also while it is typed."""
        wanted, number = self._vendor.secrets, len(self._typed)
        title = wanted[number].title
        field = self.query_one(Input)
        field.clear()
        field.placeholder = FIELD.format(title=title)
        if len(wanted) > 1:
            self.query_one("#sentence", Static).update(f"{title}, {number + 1} of {len(wanted)}")
        field.add_class("-asked")
        self.set_focus(field)

    def action_put_away(self) -> None:
        """Takes the input away again, and forgets what was typed."""
        self._typed.clear()
        field = self.query_one(Input)
        field.clear()
        field.remove_class("-asked")
        self.query_one("#sentence", Static).update(self._texts["sentence"])
        self.set_focus(None)

    def action_demo(self) -> None:
        """Chooses the simulated market."""
        self.post_message(self.Demo())

    def action_refresh(self) -> None:
        """Tries the same market again."""
        self.post_message(self.Retry())

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Asks for the next secret; after the last hands all over and forgets them."""
        event.stop()
        self._typed.append(event.value)
        if len(self._typed) < len(self._vendor.secrets):
            self._ask()
            return
        self.post_message(self.KeyTyped(self._typed))
        self.action_put_away()
