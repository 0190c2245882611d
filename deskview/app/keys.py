"""Keys: the user's own, each in its turn, and before any board.

Textual hands a key to whatever has the focus when it comes; after a lag of SSH several come at once, and all but the
first would go to the screen that is about to be covered: each waits until what the one before opened is there to take
it. And what a board changes is painted in parts, each of which waits for a key's effect.
"""

import asyncio
import difflib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from deskview.app.diagnostics import KeyTimes
from deskview.screens.alerts.form import AlertForm
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.frame.detail import DetailScreen
from deskview.screens.frame.keys import ANYWHERE, IN_LISTS, Action, is_key
from deskview.screens.overlays.columns import ColumnsScreen
from deskview.screens.overlays.filter import FilterScreen
from deskview.screens.overlays.find import FindScreen
from deskview.screens.overlays.help import CardScreen, HelpScreen
from deskview.screens.overlays.jump import JumpScreen
from deskview.screens.overlays.small import SmallScreen
from deskview.screens.overlays.welcome import WelcomeScreen
from deskview.screens.subjects import ACTIONS, PAGES
from deskview.settings import SettingsError, where
from deskview.widgets.lines import Lines
from deskview.widgets.textual_private import normalised_keys

KEY_WAITS_S = 1.0
"""A key waits no longer than this for the one before."""
ROUNDS = 3
"""A key's action, the message the action sends, and the screen that opens upon it."""
PART_S = 0.005
"""Between two parts of a board: a key takes several turns of the event loop to its effect."""
EFFECT_S = 0.03
"""So long after a key its effect is on its way to the screen."""
PART_WAITS_S = 0.04
"""A part waits no longer than this, however many keys are pressed."""

Focus = tuple[Screen[Any] | None, Widget | None]
"""The screen, and what has the focus."""


class Pacer:
    """Told of keys, it says when the next part of a board may be shown."""

    def __init__(self) -> None:
        self._key_at = -EFFECT_S

    def key_pressed(self) -> None:
        """A key was pressed; on any thread."""
        self._key_at = monotonic()

    async def wait(self) -> None:
        """Returns when no key is waiting for its effect."""
        latest = monotonic() + PART_WAITS_S
        left = PART_S
        while left > 0:
            await asyncio.sleep(left)
            left = min(self._key_at + EFFECT_S, latest) - monotonic()


class KeyQueue:
    """Hands what is typed to the app, one piece at a time, by `act_on`.

    `arrived` is set while what is shown has its rows; `times` are told of each piece.
    """

    def __init__(
        self, app: App[Any], act_on: Callable[[Message], None], arrived: asyncio.Event, times: KeyTimes
    ) -> None:
        self._app = app
        self._forward = act_on
        self._times = times
        self._arrived = arrived
        self._pending: deque[Message] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def put(self, typed: Message) -> bool:
        """Takes a key or a paste: it is acted on at once where nothing is before it."""
        if self._worker is not None and not self._worker.done():
            self._pending.append(typed)
        else:
            self._act_on(typed)
            self._worker = asyncio.create_task(self._work(typed))
        return True

    async def drained(self) -> None:
        """Returns when nothing is pending and the last key's effect has come about."""
        if self._worker is not None:
            await asyncio.wait([self._worker])

    def _act_on(self, typed: Message) -> None:
        self._times.acted_on(typed)
        self._forward(typed)

    async def _work(self, typed: Message) -> None:
        await self._settled_or_late()
        self._app.call_after_refresh(self._times.settled, typed)
        while self._pending:
            self._act_on(typed := self._pending.popleft())
            await self._settled_or_late()
            self._app.call_after_refresh(self._times.settled, typed)

    async def _settled_or_late(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(KEY_WAITS_S):
                await self._settled()

    async def _settled(self) -> None:
        """Returns when a key's effect has come about: several rounds, the last without a change, and rows to act on.

        A round lets every message pump a key passes deal with what it has: what one posts to another comes in the next.
        """
        rounds, before = 0, None
        await _processed(self._app)
        while rounds < ROUNDS or before != self._focus():
            rounds, before = rounds + 1, self._focus()
            for pump in self._pumps():
                await _processed(pump)
        await self._arrived.wait()

    def _focus(self) -> Focus:
        stack = self._app.screen_stack
        return (stack[-1], stack[-1].focused) if stack else (None, None)

    def _pumps(self) -> Iterable[DOMNode]:
        """From what has the focus up to the app; nothing before the first screen is there."""
        screen, focused = self._focus()
        first = focused or screen
        return first.ancestors_with_self if first is not None else ()


async def _processed(pump: MessagePump) -> None:
    """Returns when the pump has dealt with all that waits for it now; one that is closing takes nothing more."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()


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
    return normalised_keys("comma" if keys == "," else keys)


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
    common = {action.name for action in ACTIONS if action.scope in {ANYWHERE, IN_LISTS}}
    screens: list[type[Screen[None]]] = [DeskScreen, DetailScreen, *PAGES.values()]
    modals: list[type[Screen[Any]]] = [HelpScreen, CardScreen, FindScreen, FilterScreen, JumpScreen]
    modals += [WelcomeScreen, SmallScreen]
    yield from (frozenset(common | _bound(screen)) for screen in screens)
    yield from (frozenset(_bound(modal)) for modal in modals)
    yield frozenset(_bound(ColumnsScreen) | _bound(Lines))
    yield frozenset(_bound(AlertForm))


def _bound(screen: type[Widget]) -> set[str]:
    """Names of the actions a screen or list binds, its bases' among them."""
    own = [binding for base in screen.__mro__ for binding in base.__dict__.get("BINDINGS", [])]
    return {binding.id for binding in own if isinstance(binding, Binding) and binding.id}
