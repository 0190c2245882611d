"""The market that is followed: opened after the first paint, left with the app, refused with a way out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from deskview.text import printable

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board

log = logging.getLogger(__name__)
Subscriber = Callable[["Board"], None]


class Market(Protocol):
    """What the app asks of a market that is being followed."""

    async def run(self) -> None:
        """Hands boards to the subscriber until it is cancelled; raises where that can't be done."""

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """The session's bars of a name, None where there are none to be had."""

    def refresh_now(self) -> None:
        """Asks the provider again without waiting."""


class Door(Protocol):
    """How the app gets at a market; the command line makes one."""

    def open(self, subscriber: Subscriber) -> "Awaitable[Market]":
        """A feed on the chosen market; raises where there is no key, with a `report` of why."""

    def use_demo(self) -> None:
        """The next market opened is the simulated one."""

    async def log_in(self, text: str) -> str:
        """Takes a typed key; returns what happened to it."""


@dataclass(frozen=True)
class Refusal:
    """Why no market is followed (any more), and the way out; `keyless` where only a key is wanting."""

    sentence: str
    way_out: str
    keyless: bool


class Following:
    """One market at a time; `refused` hears why there is none."""

    def __init__(self, door: Door, subscriber: Subscriber, refused: Callable[[Refusal], None]) -> None:
        self._door = door
        self._subscriber = subscriber
        self._refused = refused
        self._market: Market | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Opens the door's market and follows it from now on."""
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Follows it no longer."""
        if self._task is not None:
            self._task.cancel()

    def refresh_now(self) -> None:
        """Asks the provider again without waiting."""
        if self._market is not None:
            self._market.refresh_now()

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """The session's bars of a name; None where the provider gives none, which costs the chart and no more."""
        bars_of = getattr(self._market, "intraday", None)
        try:
            return await bars_of(ticker) if bars_of is not None else None
        except Exception:
            log.exception("no intraday bars of %s", printable(ticker))
            return None

    async def _run(self) -> None:
        try:
            self._market = await self._door.open(self._subscriber)
            await self._market.run()
        except Exception as fault:
            self._market = None
            report = getattr(fault, "report", None)
            if report is not None:
                self._refused(Refusal(report.sentence, str(report.way_out), keyless=True))
            else:
                log.exception("the feed ended")
                self._refused(Refusal(str(fault), "The log has the details.", keyless=False))
