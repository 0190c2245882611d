"""A value that others wait for."""

import asyncio
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Slot(Generic[Value]):
    """Holds one value or none; `get` waits until there is one."""

    def __init__(self) -> None:
        self._filled = asyncio.Event()
        self._value: Value | None = None

    def set(self, value: Value) -> None:
        """Fills the slot; whoever waits goes on."""
        self._value = value
        self._filled.set()

    def clear(self) -> None:
        """Empties the slot."""
        self._value = None
        self._filled.clear()

    @property
    def value(self) -> Value | None:
        """What is in it now."""
        return self._value

    async def get(self) -> Value:
        """The value, waiting for it if need be."""
        while self._value is None:
            await self._filled.wait()
        return self._value
