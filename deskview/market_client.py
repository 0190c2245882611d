"""The app's client of a market: opened after the first paint, closed with the app, unavailable with a way out."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from deskview.french import NOTICE, refused_by_setting
from deskview.settings import Settings
from deskview.text import printable

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board
    from deskview.board.alerts import AlertChange

log = logging.getLogger(__name__)
Subscriber = Callable[["Board"], None]

SEE_LOG = "The log has the details."
LEAVE_AND_RESTART = "Leave (q) and start deskview again."


class MarketUnavailableError(Exception):
    """Why no market is followed (any more), and the way out; `keyless` where only a key is wanting."""

    def __init__(self, sentence: str, way_out: str, *, keyless: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.way_out = way_out
        self.keyless = keyless


class Market(Protocol):
    """What the app asks of a market that is being followed."""

    async def run(self) -> None:
        """Hands boards to the subscriber until it is cancelled. Raises MarketUnavailableError where it can't."""

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """The session's bars of a name, None where there are none to be had."""

    def open_name(self, ticker: str | None) -> None:
        """The name whose prints the user looks at from now on, None for none; they come with the boards."""

    def change_alerts(self, change: "AlertChange") -> None:
        """Changes the alert rules; what became of it comes with the boards."""

    def fetch_record(self) -> None:
        """Gets the long record of past days from its host; what became of it comes with the boards."""

    def refresh_now(self) -> None:
        """Asks the provider again without waiting."""


class MarketOpener(Protocol):
    """How the app gets at a market; the command line makes one."""

    async def open(self, subscriber: Subscriber) -> Market:
        """A feed on the chosen market. Raises MarketUnavailableError, keyless where there is no key."""

    def use_demo(self) -> None:
        """The next market opened is the simulated one."""

    async def log_in(self, texts: Sequence[str]) -> str:
        """Takes the secrets typed, in the vendor's order; returns what happened to them.

        Raises ValueError for a text that can't be one.
        """


class MarketClient:
    """One market at a time; `unavailable` hears why there is none."""

    def __init__(
        self, opener: MarketOpener, subscriber: Subscriber, unavailable: Callable[[MarketUnavailableError], None]
    ) -> None:
        self._opener = opener
        self._subscriber = subscriber
        self._unavailable = unavailable
        self._market: Market | None = None
        self._task: asyncio.Task[None] | None = None
        self._opened: str | None = None

    def start(self) -> None:
        """Opens the market and follows it from now on."""
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Follows it no longer."""
        if self._task is not None:
            self._task.cancel()

    def refresh_now(self) -> None:
        """Asks the provider again without waiting."""
        if self._market is not None:
            self._market.refresh_now()

    def open_name(self, ticker: str | None) -> None:
        """The name whose prints the user looks at from now on, None for none; a market opened later hears of it too."""
        self._opened = ticker
        if self._market is not None:
            self._market.open_name(ticker)

    def change_alerts(self, change: "AlertChange") -> None:
        """Changes the alert rules; lost where no market is followed, as there is nobody who keeps them then."""
        if self._market is not None:
            self._market.change_alerts(change)

    def fetch_record(self, settings: Settings) -> str:
        """Has the long record of past days got where the settings let it; returns what the user is told."""
        if settings.history == "off":
            return refused_by_setting("The settings")
        if self._market is None:
            return "No market is followed yet: ask again once there are figures."
        self._market.fetch_record()
        return NOTICE

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """The session's bars of a name; None where there are none, which costs the chart and no more."""
        try:
            return await self._market.intraday(ticker) if self._market is not None else None
        except Exception:
            log.exception("no intraday bars of %s", printable(ticker))
            return None

    async def _run(self) -> None:
        try:
            self._market = await self._opener.open(self._subscriber)
            if self._opened is not None:
                self._market.open_name(self._opened)
            await self._market.run()
        except MarketUnavailableError as error:
            if not error.keyless:
                log.error("no market is followed: %s", error.sentence)
            self._unavailable(error)
        except Exception as error:
            log.exception("the feed ended")
            self._unavailable(MarketUnavailableError(str(error), SEE_LOG))
        finally:
            self._market = None
