"""Every key of the table, as the bytes a terminal sends, at the real program: each is seen to do its work."""

from pathlib import Path

import pytest

from tests.app.scopes import EVERY_SCOPE, Scope
from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat
from tests.e2e.test_terminal import DEMO, at_the_desk, filled
from tests.e2e.typing import Typist, all_of, lacks

ANYWHERE, DESK, LISTS, DRILL = Scope.EVERYWHERE, Scope.DESK, Scope.LISTS, Scope.DRILL
HELP, CARD, FORM, FINDING = "─ Help", "esc closes", "─ Set an alert", "─ Find"
TO_CLIPBOARD = b"\x1b]52;c;"
SETTLED_S = 3.0


def test_some_keys_of_the_desk_and_its_pages(warm_home: Path) -> None:
    with at_the_desk(warm_home) as seat:
        seat.wait_for(filled)
        typist = Typist(seat)
        for walk in (panes, filtering, momentum, taking):
            walk(typist)
        seat.press("q")
        assert seat.wait_for_end() == 0


@pytest.mark.long
def test_every_key_of_the_desk_its_pages_and_overlays(warm_home: Path) -> None:
    with at_the_desk(warm_home) as seat:
        seat.wait_for(filled)
        seat.wait_for(lambda text: "calls/min" in text and "loading" not in text)
        typist = Typist(seat)
        for walk in (
            panes,
            overlays,
            finding,
            filtering,
            forms,
            alerts,
            columns,
            momentum,
            breadth,
            rotation,
            views,
            name,
            taking,
        ):
            walk(typist)
        typist.press(ANYWHERE, "r")
        seat.press("\x11")
        assert seat.wait_for_end() == 0
        typist.pressed |= {("quit", ANYWHERE, "ctrl+q"), ("quit", ANYWHERE, "q")}
        scopes = EVERY_SCOPE - {Scope.WELCOME, Scope.SMALL}
        assert not all_of(*scopes) - typist.pressed


def panes(typist: Typist) -> None:
    """From pane to pane, into the zoom and out by every way."""
    press = typist.press
    for key in "2341":
        press(DESK, key)
    press(DESK, "tab")
    press(DESK, "shift+tab")
    for way_out in ("escape", "backspace", "left", "h"):
        press(DESK, "z", lacks("2 Rotation"))
        press(DESK, way_out, "2 Rotation")


def overlays(typist: Typist) -> None:
    """Help, cards, labels and the palette, left by every way."""
    press = typist.press
    for number, way_out in enumerate(("escape", "q", "backspace", "left", "h", "question_mark", "f1", "i")):
        press(ANYWHERE, ("question_mark", "f1")[number % 2], HELP)
        press(Scope.OVERLAY, way_out, lacks(HELP))
    for way_out in ("escape", "q", "semicolon", "backspace"):
        press(ANYWHERE, "semicolon", "[a]")
        press(Scope.LABELS, way_out, lacks("[a]"))
    press(ANYWHERE, "i", CARD)
    press(Scope.CARD, "plus", FORM)
    press(Scope.ALERT_FORM, "escape", lacks(FORM))
    press(ANYWHERE, "ctrl+p", "Help on what is shown")
    typist.type("\x1b", lacks("Help on what is shown"))


def finding(typist: Typist) -> None:
    """A name is found, its list gone into."""
    press = typist.press
    press(ANYWHERE, "slash", FINDING)
    typist.type("nv", "Nvidia")
    press(Scope.FIND, "down")
    press(LISTS, "down")
    press(Scope.FIND, "escape", lacks(FINDING))


def filtering(typist: Typist) -> None:
    """A list is filtered, by what was typed and by what it had before, and shown whole again."""
    press = typist.press
    press(ANYWHERE, "F", "─ Filter")
    typist.type("now<-5 and nown>2", "did you mean")
    press(Scope.FILTER, "escape", lacks("─ Filter"))
    press(ANYWHERE, "F", "─ Filter")
    typist.type("now<0", "rows pass")
    typist.type("\r", "filter now<0: ")
    press(ANYWHERE, "F", "before")
    press(Scope.FILTER, "down")
    press(LISTS, "enter", lacks("─ Filter"))
    press(ANYWHERE, "F", "─ Filter")
    typist.type("\x7f", "every row")
    typist.type("\r", lacks("filter now<0: "))


def forms(typist: Typist) -> None:
    """A rule that fires at once is set, with every key of the form."""
    press = typist.press
    press(ANYWHERE, "plus", FORM)
    press(Scope.ALERT_FORM, "down")
    press(LISTS, "down")
    press(Scope.ALERT_FORM, "tab")
    press(Scope.ALERT_FORM, "shift+tab")
    press(Scope.ALERT_FORM, "shift+tab")
    typist.type("momentum.return", "(momentum.return)")
    typist.type("\r", among="fires  ")
    for key in ("right", "left", "l", "h", "space", "left"):
        press(Scope.ALERT_FORM, key, among="fires  ")
    press(Scope.ALERT_FORM, "enter", among="fires  ")
    typist.type("9", "it fires at once")
    typist.type("\r", "ALERT 1")


def alerts(typist: Typist) -> None:
    """Rules acknowledged, added, changed and removed."""
    press = typist.press
    press(ANYWHERE, "A", "1 not acknowledged")
    press(Scope.ALERTS, "a", "0 not acknowledged")
    press(Scope.ALERTS, "plus", FORM)
    typist.type("momentum.sigma", "(momentum.sigma)")
    typist.type("\r", among="fires  ")
    press(Scope.ALERT_FORM, "enter", among="fires  ")
    typist.type("-90", "−90")
    typist.type("\r", "2 rules")
    press(Scope.ALERTS, "E", "─ Change the alert")
    press(Scope.ALERT_FORM, "escape", lacks("─ Change the alert"))
    press(Scope.ALERTS, "minus", "1 rule ")
    press(Scope.ALERTS, "delete", "0 rules")
    press(DRILL, "escape", "1 Momentum")


def columns(typist: Typist) -> None:
    """Columns hidden, moved and brought back."""
    press = typist.press
    for way_out in ("escape", "q", "c", "backspace", "left", "h"):
        press(ANYWHERE, "c", "─ Columns")
        press(Scope.COLUMNS, way_out, lacks("─ Columns"))
    press(ANYWHERE, "c", "─ Columns")
    press(LISTS, "G")
    press(Scope.COLUMNS, "space")
    press(Scope.COLUMNS, "0")
    for key in ("K", "shift+up", "J", "shift+down"):
        press(Scope.COLUMNS, key)
    press(Scope.COLUMNS, "escape", lacks("─ Columns"))


def momentum(typist: Typist) -> None:
    """Both baskets, the chart, the order of a list."""
    press = typist.press
    press(ANYWHERE, "m", "raw deciles")
    press(Scope.MOMENTUM, "x", "neutral to sectors")
    press(Scope.CHARTS, "w")
    press(Scope.CHARTS, "w")
    press(DRILL, "tab")
    press(DRILL, "shift+tab")
    press(LISTS, "s")
    press(LISTS, "d")
    press(DRILL, "backspace", "1 Momentum")


def breadth(typist: Typist) -> None:
    """Up and down a list by every key: the chart's title follows the cursor."""
    press = typist.press
    press(ANYWHERE, "b", "members")
    for key in ("down", "j", "up", "k", "pagedown", "pageup", "end", "home", "G", "g"):
        press(LISTS, key)
    press(DRILL, "left", "1 Momentum")


def rotation(typist: Typist) -> None:
    """What is shown of which groups."""
    press = typist.press
    press(ANYWHERE, "o", "absolute")
    press(Scope.ROTATION, "x", "less the index")
    press(Scope.ROTATION, "u", "·  sectors  ·")
    press(DRILL, "h", "1 Momentum")


def views(typist: Typist) -> None:
    """The pages of several views."""
    press = typist.press
    press(ANYWHERE, "v", "view 1 of")
    press(Scope.VIEWS, "x", "view 2 of")
    press(ANYWHERE, "f", lacks("Leveraged ETFs"))
    typist.type("\x1b", "Leveraged ETFs")
    typist.type("\x1b", "1 Momentum")


def name(typist: Typist) -> None:
    """A name opened by every key, its neighbours, its chart."""
    press = typist.press
    press(DESK, "3")
    for key in ("right", "l", "enter"):
        press(LISTS, key, "desk › ")
        if key != "enter":
            press(DRILL, "escape", "1 Momentum")
    press(Scope.DETAIL, "n", "  2/")
    press(Scope.DETAIL, "p", "  1/")
    press(Scope.DETAIL, "left_square_bracket", "3m, adjusted")
    press(Scope.DETAIL, "right_square_bracket", "1y, adjusted")
    press(Scope.DETAIL, "x", "1y less SPY")
    press(Scope.DETAIL, "z", lacks("Figures"))
    press(Scope.DETAIL, "z", "Figures")
    press(DRILL, "escape", "1 Momentum")


def taking(typist: Typist) -> None:
    """What leaves the screen, what holds it and what colours it."""
    press, seat = typist.press, typist.seat
    press(ANYWHERE, "space", "FROZEN")
    press(ANYWHERE, "space", lacks("FROZEN"))
    press(ANYWHERE, "y", "Copied: ")
    assert TO_CLIPBOARD in seat.written
    press(ANYWHERE, "e", "Exported to")
    press(ANYWHERE, "S", "Saved as")
    press(ANYWHERE, "t")


def test_every_key_of_the_first_screen(warm_home: Path) -> None:
    with Seat(*DESKVIEW, environment=surroundings(warm_home), size=(60, 15)) as seat:
        seat.wait_for("try again")
        typist = Typist(seat)
        typist.press(Scope.WELCOME, "r", "log in")
        seat.watch(SETTLED_S)  # the screen is opened anew: what comes before goes to the one that closes
        for onward, back in (("down", "up"), ("j", "k"), ("pagedown", "pageup")):
            typist.press(Scope.WELCOME, onward, lacks("log in"))
            typist.press(Scope.WELCOME, back, "log in")
        typist.press(Scope.WELCOME, "l", "API key, then enter")
        typist.type("\x1b", lacks("API key, then enter"))
        typist.press(Scope.WELCOME, "d", "SIMULATED")
        seat.press("q")
        assert seat.wait_for_end() == 0
        assert all_of(Scope.WELCOME) - typist.pressed == {("quit", Scope.WELCOME, "q")}


@pytest.mark.parametrize(
    ("command", "size", "words"), [(DESKVIEW, (60, 15), "log in"), (DEMO, (50, 10), "needs 60x15")]
)
def test_q_leaves(warm_home: Path, command: tuple[str, ...], size: tuple[int, int], words: str) -> None:
    with Seat(*command, environment=surroundings(warm_home), size=size) as seat:
        seat.wait_for(words)
        seat.press("q")
        assert seat.wait_for_end() == 0
