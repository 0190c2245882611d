"""Keys in turn: one that comes in a burst waits until what the one before opened is there to take it.

Textual hands a key to whatever has the focus when it comes; after a lag of SSH several come at once, and all but the
first would go to the screen that is about to be covered.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

MOST_S = 1.0
"""A key waits no longer than this for the one before."""
ROUNDS = 3
"""A key's action, the message the action sends, and the screen that opens upon it."""

Place = tuple[Screen[Any] | None, Widget | None]
"""The screen, and what has the focus."""


class InTurn:
    """Hands what is typed to the app, one piece at a time."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Message] = deque()
        self._handing: asyncio.Task[None] | None = None

    async def take(self, typed: Message) -> bool:
        """Takes a key or a paste; it reaches the app at once where nothing is before it."""
        self._waiting.append(typed)
        if self._handing is None or self._handing.done():
            self._handing = asyncio.create_task(self._hand_over())
        return True

    async def _hand_over(self) -> None:
        while self._waiting:
            before = self._place()
            self._app.post_message(self._waiting.popleft())
            with suppress(TimeoutError):
                async with asyncio.timeout(MOST_S):
                    await self._taken(before)

    async def _taken(self, before: Place) -> None:
        """Returns when a key's effect has come about, and what it led to, if anything, has got its rows."""
        rounds, now = 0, before
        while rounds < ROUNDS or now != self._place():
            rounds, now = rounds + 1, self._place()
            for pump in (self._app, *self._way_of_a_key()):
                await _done(pump.call_later)
        if now != before:
            await _done(self._app.call_after_refresh)

    def _place(self) -> Place:
        stack = self._app.screen_stack
        return (stack[-1], stack[-1].focused) if stack else (None, None)

    def _way_of_a_key(self) -> Iterable[DOMNode]:
        """From what has the focus up to the app; nothing before the first screen is there."""
        screen, focused = self._place()
        first = focused or screen
        return first.ancestors_with_self if first is not None else ()


async def _done(call: Callable[[Callable[[], None]], bool]) -> None:
    """Returns when what waits there now has been done; one that is closing calls nobody any more."""
    done = asyncio.Event()
    if call(done.set):
        await done.wait()
