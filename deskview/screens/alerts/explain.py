"""What rules are, and what has come to mean something else of what they look at: help, card and notice."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deskview.alert_rules import another_name
from deskview.analytics.definitions import redefined
from deskview.screens.frame.card import Card, Line, Topic
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.analytics.definitions import Redefined
    from deskview.board import Board
    from deskview.settings import Alert

TOPIC = Topic(
    "Alerts",
    "Rules set on the screen with + and those of the settings' [[alert]] tables, looked at with every refresh. A"
    " rule fires when its reading comes to lie beyond the level, once, and is armed again when it is back. While its"
    " reading is in doubt or stale a rule waits as it was. 'to go' is how far the reading still is from the level. A"
    " percentile of flow counts only once its whole 80 % interval lies beyond the level. σ is the reading's own, either"
    " way. E changes and - removes a rule set here; one of the settings is changed in that file. Below stand the latest"
    " firings; one within a minute of the last is counted only. + works on any row, pane, card and name. Rules set in"
    " the demo are kept apart and hold there only.",
)


def row_key(number: int, rule: "Alert") -> str:
    """The key of a rule's row: its number, its condition and its reading, which the card needs."""
    return f"{number} {rule.condition} {rule.reading}"


def row_number(key: str) -> int:
    """The number in the key of a rule's row."""
    return int(key.partition(" ")[0])


def card(_board: "Board", _value: None, key: str | None, _variant: str) -> Card:
    """What rules are; of the rule under the cursor, what its reading meant before and means now where that changed."""
    if key is None:
        return Card(TOPIC.title, TOPIC.text, ())
    _, condition, reading = key.split(" ", 2)
    other_name = another_name(reading)
    rows = redefined(reading, condition) if other_name is None else (other_name,)
    changes = [line for row in rows for line in _meanings(row)]
    return Card(TOPIC.title, TOPIC.text, (Line("looks at", neutralise(reading)), *changes))


def meanings_card(found: "Mapping[Redefined, Sequence[str]]") -> Card:
    """Which readings mean something else, what they meant before and what they mean now."""
    definition = (
        "Some figures your alert rules look at mean something else than they did, or go by another name; look whether"
        " the levels are still those you want, and set anew the rules that are not watched. This is shown once: the"
        " Alerts page keeps it on each rule's card."
    )
    lines: list[Line] = []
    for row, readings in found.items():
        lines += [Line("", "")] if lines else []
        lines += [Line("rules on", neutralise(", ".join(readings))), *_meanings(row)]
    return Card("Alert rules on figures that mean something else now", definition, tuple(lines))


def _meanings(row: "Redefined") -> tuple[Line, Line]:
    return Line("meant before", neutralise(row.before)), Line("means now", neutralise(row.now))
