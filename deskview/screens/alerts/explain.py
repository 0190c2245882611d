"""What rules are, and what has come to mean something else of what they look at: help, card and notice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from deskview.alerts.rules import another_name
from deskview.alerts.sentences import condition, title, watched_label
from deskview.analytics.definitions import redefined
from deskview.format import clock
from deskview.screens.frame.card import Card, Line, Topic
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.analytics.definitions import Redefined
    from deskview.board import Board
    from deskview.board.alerts import AlertState, Firing, Watch
    from deskview.settings import Alert

TOPIC = Topic(
    "Alerts",
    "Rules set on the screen with +, those of the settings' [[alert]] tables, and some that come with the program, for"
    " a reason each one's card gives. They are looked at with every refresh, whatever is on the screen. A rule fires"
    " once, when its reading comes to lie beyond the level, or has lain there without a break for as long as its 'for'"
    " says. It is armed again when the reading is back, past 'clears at' where it has that, or after 'again'. While its"
    " reading is in doubt or stale a rule waits as it was. 'to go' is how far the reading still is from the level. A"
    " percentile of flow counts only once its whole 80 % interval lies beyond the level. σ is the reading's own, either"
    " way. E changes and - removes a rule set here; - turns a shipped one off and on again; one of the settings is"
    " changed in that file. Below stand the day's firings, each with what it rests on; what fires in quiet hours is"
    " kept and rings no bell. + works on any row, pane, card and name. Rules set in the demo are kept apart and hold"
    " there only.",
)
_OF_A_RULE, _OF_A_FIRING = "rule", "firing"


def rule_key(place: int) -> str:
    """The key of a rule's row: where it stands among the board's."""
    return f"{_OF_A_RULE} {place}"


def firing_key(firing: "Firing") -> str:
    """The key of a firing's row: its number of the day."""
    return f"{_OF_A_FIRING} {firing.number}"


def rule_of(alerts: "AlertState", key: str | None) -> "Watch | None":
    """The rule of the row of that key; None where it is gone, or the row is none of a rule."""
    kind, _, place = (key or "").partition(" ")
    return alerts.watches[int(place)] if kind == _OF_A_RULE and int(place) < len(alerts.watches) else None


def firing_of(alerts: "AlertState", key: str | None) -> "Firing | None":
    """The firing of the row of that key; None where it is gone, or the row is none of a firing."""
    return next((firing for firing in alerts.firings if firing_key(firing) == key), None)


def card(board: "Board", _value: None, key: str | None, _variant: str) -> Card:
    """What rules are; of the row under the cursor the rule with its reason and last firing, or the whole firing."""
    watch, firing = rule_of(board.alerts, key), firing_of(board.alerts, key)
    if watch is not None:
        return _of_rule(watch, board.alerts)
    return Card(TOPIC.title, TOPIC.text, ()) if firing is None else _of_firing(firing)


def _of_firing(firing: "Firing") -> Card:
    quiet = () if firing.rings else (Line("rang", "no: it fired in quiet hours"),)
    lines = (Line("fired at", f"{clock(firing.at)} ET"), *quiet, *_what(firing.rule))
    return Card(firing.title, firing.sentence, lines)


def _of_rule(watch: "Watch", alerts: "AlertState") -> Card:
    last = next((firing for firing in alerts.firings if firing.rule == watch.rule), None)
    fired = (Line("last fired", f"{clock(last.at)} ET: {last.sentence}"),) if last else ()
    lines = (*_what(watch.rule), *_state(watch), *fired, *(_changes(watch.rule) if watch.source != "shipped" else ()))
    return Card(title(watch.rule), _standing(watch), lines)


def _what(rule: "Alert") -> tuple[Line, Line]:
    return (
        Line("looks at", neutralise(f"{watched_label(rule)}  ({rule.reading})")),
        Line("fires", condition(rule)),
    )


def _standing(watch: "Watch") -> str:
    """Why the rule is there, and how it is changed."""
    if watch.source == "shipped":
        return f"{watch.reason} It comes with the program: - turns it {'on again' if watch.off else 'off'}."
    return "Set here: E changes it, - removes it." if watch.own else neutralise(stands_in(watch))


def stands_in(watch: "Watch") -> str:
    """Where a rule of the settings is to be changed."""
    return f"This rule stands in {watch.where}; change it there." if watch.where else "This rule is the settings' own."


def _state(watch: "Watch") -> "Iterator[Line]":
    """What keeps the rule from being looked at now."""
    if why := watch.fault or (f"as it was: the reading is {watch.pending}" if watch.pending else ""):
        yield Line("not watched" if watch.fault else "waits", neutralise(why))


def _changes(rule: "Alert") -> list[Line]:
    """What its reading meant before and means now, where that changed."""
    other_name = another_name(rule.reading)
    rows = redefined(rule.reading, rule.condition) if other_name is None else (other_name,)
    return [line for row in rows for line in _meanings(row)]


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
