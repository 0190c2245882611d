"""The user's own keys: which actions get which, and what can't be."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from deskview.screens.actions import ACTIONS, Action, Scope
from deskview.screens.alert_form import AlertForm
from deskview.screens.cards.screen import CardScreen
from deskview.screens.columns.chooser import ColumnsScreen
from deskview.screens.desk import DeskScreen
from deskview.screens.detail import DetailScreen
from deskview.screens.find import FindScreen
from deskview.screens.help import HelpScreen
from deskview.screens.jump import JumpScreen
from deskview.screens.keynames import is_key
from deskview.screens.pages import PAGES
from deskview.screens.small import SmallScreen
from deskview.screens.welcome import WelcomeScreen
from deskview.settings import SettingsError, where
from deskview.widgets.lines import Lines


def keymap_of(own: Mapping[str, str | Sequence[str]], file: Path | None = None) -> dict[str, str]:
    """The settings' `[keys]` as Textual takes them: an action's name to its keys; `file` is where they stand.

    Raises SettingsError, naming file and line, for an unknown action, a key no terminal sends, and a key with two
    meanings on one screen.
    """
    try:
        return _keymap(own)
    except OwnKeyError as fault:
        raise SettingsError(f"{where(file, ('keys', fault.name))}: {fault}") from None


class OwnKeyError(ValueError):
    """What is wrong with the keys of the action called `name` in the settings."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


def _keymap(own: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    names = {action.name: action for action in ACTIONS}
    keymap: dict[str, str] = {}
    for name, keys in own.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
            raise OwnKeyError(name, f"keys: there is no action {name!r}; did you mean {near!r}?")
        keymap[name] = ",".join(_checked(name, [keys] if isinstance(keys, str) else list(keys)))
    _refuse_conflicts(keymap)
    return keymap


def _checked(name: str, keys: list[str]) -> list[str]:
    if not keys:
        raise OwnKeyError(name, f"keys.{name}: an action needs a key; leave the line out to keep its own")
    for key in keys:
        if not is_key(key):
            raise OwnKeyError(
                name, f"keys.{name}: {key!r} is no key; write a character, or a name such as f2, ctrl+g, pagedown"
            )
    return [_normal(key) for key in keys]


def _normal(keys: str) -> str:
    return App._normalize_keymap({"": "comma" if keys == "," else keys})[""]


def _refuse_conflicts(keymap: Mapping[str, str]) -> None:
    keys = {action.name: _keys(action, keymap) for action in ACTIONS}
    for alive in alive_together():
        for mine in sorted(alive & keymap.keys()):
            for other in sorted(alive - {mine}):
                for key in sorted(keys[mine] & keys[other]):
                    raise OwnKeyError(
                        mine,
                        f"keys.{mine}: {key!r} is the key of {other} already;"
                        f" choose another, or give {other} another too",
                    )


def _keys(action: Action, keymap: Mapping[str, str]) -> set[str]:
    return {_normal(key.strip()) for key in keymap.get(action.name, action.keys).split(",")}


def alive_together() -> Iterator[frozenset[str]]:
    """For each screen the names of the actions that work on it at the same time."""
    common = {action.name for action in ACTIONS if action.scope in {Scope.EVERYWHERE, Scope.LISTS}}
    screens: list[type[Screen[None]]] = [DeskScreen, DetailScreen, *PAGES.values()]
    modals: list[type[Screen[Any]]] = [HelpScreen, CardScreen, FindScreen, JumpScreen, WelcomeScreen, SmallScreen]
    yield from (frozenset(common | _bound(screen)) for screen in screens)
    yield from (frozenset(_bound(modal)) for modal in modals)
    yield frozenset(_bound(ColumnsScreen) | _bound(Lines))
    yield frozenset(_bound(AlertForm))


def _bound(screen: type[Widget]) -> set[str]:
    """Names of the actions a screen or list binds, its bases' among them."""
    found = [binding for base in screen.__mro__ for binding in base.__dict__.get("BINDINGS", [])]
    return {binding.id for binding in found if isinstance(binding, Binding) and binding.id}
