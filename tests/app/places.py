"""Every place of the app keys are pressed at: how one gets there, and which parts of the key table hold there."""

from collections.abc import Callable
from dataclasses import dataclass

from deskview.cli.context import NoKeyError
from deskview.credentials.reports import KeyringReport, KeyringState, WayOut
from tests.app.desk import Door
from tests.app.scopes import Scope

RULES = """\
[[alert]]
reading = "momentum.sigma"
above = -99.0

[[alert]]
reading = "momentum.return"
below = -0.99
"""
"""Two rules set on the screen, the first of which fires at once."""
REPORT = KeyringReport("none", KeyringState.MISSING, "There is no keyring service.", WayOut("Do this:", ("dbus-run",)))


@dataclass(frozen=True)
class Place:
    """`keys` lead here from the first screen; `whole` is where all are pressed, also those no list makes different."""

    keys: tuple[str, ...]
    scopes: tuple[str, ...]
    size: tuple[int, int] = (120, 40)
    whole: bool = False
    rules: str = ""
    door: Callable[[], Door] = Door


def locked() -> Door:
    """A market one needs a key for."""
    return Door(fault=NoKeyError(REPORT))


def _desk(*keys: str, whole: bool = False, size: tuple[int, int] = (120, 40)) -> Place:
    return Place(keys, (Scope.DESK, Scope.EVERYWHERE, Scope.LISTS), size, whole)


def _page(*keys: str, scopes: tuple[str, ...] = (), rules: str = "") -> Place:
    common = (Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS)
    return Place(keys, (*scopes, *common), whole=len(keys) == 1, rules=rules)


def _detail(*keys: str) -> Place:
    scopes = (Scope.DRILL, Scope.DETAIL, Scope.EVERYWHERE, Scope.LISTS)
    return Place(keys, scopes, whole=keys == ("3", "enter"))


_MOMENTUM = (Scope.CHARTS, Scope.MOMENTUM)
_ROTATION = (Scope.CHARTS, Scope.ROTATION)
_FORM = (Scope.ALERT_FORM,)
_DIAGNOSTICS = ("ctrl+p", *"diagnostics page", "enter")
_READ = ("ctrl+p", *"read page", "enter")
_LISTS = ("ctrl+p", *"own lists page", "enter")
_GAMMA = ("ctrl+p", *"gamma page", "enter")

PLACES: dict[str, Place] = {
    "desk": _desk("1", whole=True),
    "desk, second list": _desk("1", "tab"),
    "desk, rotation": _desk("2"),
    "desk, leverage": _desk("3"),
    "desk, flow": _desk("4"),
    "desk, zoomed": _desk("3", "z"),
    "desk, one pane at a time": _desk("2", size=(80, 24)),
    "momentum": _page("m", scopes=_MOMENTUM),
    "momentum, sectors": _page("m", "tab", "tab", scopes=_MOMENTUM),
    "momentum, charted": _page("m", "w", scopes=_MOMENTUM),
    "momentum, neutral": _page("m", "x", scopes=_MOMENTUM),
    "breadth": _page("b", scopes=(Scope.CHARTS,)),
    "breadth, charted": _page("b", "w", scopes=(Scope.CHARTS,)),
    "rotation": _page("o", scopes=_ROTATION),
    "rotation, charted": _page("o", "w", scopes=_ROTATION),
    "rotation, relative": _page("o", "x", scopes=_ROTATION),
    "rotation, themes": _page("o", "u", "u", scopes=_ROTATION),
    "leverage": _page("v", scopes=(Scope.VIEWS,)),
    "leverage, second list": _page("v", "tab", scopes=(Scope.VIEWS,)),
    "leverage, second view": _page("v", "x", scopes=(Scope.VIEWS,)),
    "leverage, kinds": _page("v", "x", "tab", scopes=(Scope.VIEWS,)),
    "flow": _page("f", scopes=(Scope.VIEWS,)),
    "flow, second view": _page("f", "x", scopes=(Scope.VIEWS,)),
    "flow, favourites": _page("f", "x", "tab", "tab", scopes=(Scope.VIEWS,)),
    "flow, quality": _page("f", "x", "x", scopes=(Scope.VIEWS,)),
    "alerts": _page("A", scopes=(Scope.ALERTS,), rules=RULES),
    "alerts, firings": _page("A", "tab", scopes=(Scope.ALERTS,), rules=RULES),
    "diagnostics": Place(_DIAGNOSTICS, (Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS), whole=True),
    "read": Place(_READ, (Scope.VIEWS, Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS), whole=True),
    "read, events": Place((*_READ, "tab"), (Scope.VIEWS, Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS)),
    "gamma": Place(_GAMMA, (Scope.VIEWS, Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS), whole=True),
    "gamma, strikes": Place((*_GAMMA, "x"), (Scope.VIEWS, Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS)),
    "lists": Place(_LISTS, (Scope.VIEWS, Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS), whole=True),
    "lists, sectors": Place((*_LISTS, "tab"), (Scope.VIEWS, Scope.DRILL, Scope.EVERYWHERE, Scope.LISTS)),
    "name": _detail("3", "enter"),
    "name, second list": _detail("3", "enter", "tab"),
    "name, figures": _detail("3", "enter", "tab", "tab"),
    "name, chart alone": _detail("3", "enter", "z"),
    "group": _detail("2", "enter"),
    "fund": _detail("3", "enter", "down", "enter"),
    "help": Place(("question_mark",), (Scope.OVERLAY,)),
    "card": Place(("i",), (Scope.OVERLAY, Scope.CARD)),
    "find": Place(("slash", *"nv"), (Scope.FIND,)),
    "find, list": Place(("slash", *"nv", "down"), (Scope.FIND, Scope.LISTS)),
    "filter": Place(("m", "F"), (Scope.FILTER,)),
    "filter, list": Place(("m", "F", "down"), (Scope.FILTER, Scope.LISTS)),
    "columns": Place(("m", "c"), (Scope.COLUMNS, Scope.LISTS)),
    "labels": Place(("semicolon",), (Scope.LABELS,)),
    "alert, field": Place(("plus",), _FORM),
    "alert, list": Place(("plus", "down"), (*_FORM, Scope.LISTS)),
    "alert, conditions": Place(("plus", "enter"), _FORM),
    "alert, level": Place(("plus", "enter", "enter"), _FORM),
    "welcome": Place((), (Scope.WELCOME,), size=(60, 15), door=locked),
    "too small": Place((), (Scope.SMALL,), size=(50, 10)),
}
