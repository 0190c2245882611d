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
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

MOST_S = 1.0
"""A key waits no longer than this for the one before."""
ROUNDS = 3
"""A key's action, the message the action sends, and the screen that opens upon it."""

Place = tuple[Screen[Any] | None, Widget | None]
"""The screen, and what has the focus."""


class InTurn:
    """Hands what is typed to the app, one piece at a time, by `act_on`.

    `arrived` is set while what is shown has its rows.
    """

    def __init__(self, app: App[Any], act_on: Callable[[Message], None], arrived: asyncio.Event) -> None:
        self._app = app
        self._act_on = act_on
        self._arrived = arrived
        self._waiting: deque[Message] = deque()
        self._handing: asyncio.Task[None] | None = None

    async def take(self, typed: Message) -> bool:
        """Takes a key or a paste: it is acted on at once where nothing is before it."""
        if self._handing is not None and not self._handing.done():
            self._waiting.append(typed)
        else:
            self._act_on(typed)
            self._handing = asyncio.create_task(self._hand_over())
        return True

    async def all_taken(self) -> None:
        """Returns when nothing waits and the last key's effect has come about."""
        if self._handing is not None:
            await asyncio.wait([self._handing])

    async def _hand_over(self) -> None:
        await self._patiently()
        while self._waiting:
            self._act_on(self._waiting.popleft())
            await self._patiently()

    async def _patiently(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(MOST_S):
                await self._taken()

    async def _taken(self) -> None:
        """Returns when a key's effect has come about: several rounds, the last without a change, and rows to act on."""
        rounds, before = 0, None
        await _worked_off(self._app)
        while rounds < ROUNDS or before != self._place():
            rounds, before = rounds + 1, self._place()
            for pump in self._way_of_a_key():
                await _worked_off(pump)
        await self._arrived.wait()

    def _place(self) -> Place:
        stack = self._app.screen_stack
        return (stack[-1], stack[-1].focused) if stack else (None, None)

    def _way_of_a_key(self) -> Iterable[DOMNode]:
        """From what has the focus up to the app; nothing before the first screen is there."""
        screen, focused = self._place()
        first = focused or screen
        return first.ancestors_with_self if first is not None else ()


async def _worked_off(pump: MessagePump) -> None:
    """Returns when the pump has dealt with all that waits for it now; one that is closing takes nothing more."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()
