"""The desk's side: keeps the market's process running, and says what is the matter while it does not run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from deskview.clock import monotonic
from deskview.credentials import Credentials
from deskview.market_client import LEAVE_AND_RESTART, SEE_LOG, MarketUnavailableError
from deskview.process.connection import WorkerConnection
from deskview.process.messages import ChangeAlerts, FetchRecord, MarketConfig, OpenName, RefreshRequest

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board
    from deskview.board.alerts import AlertChange

log = logging.getLogger(__name__)

KEY_AGAIN_S = 60.0
"""The keyring is asked no more often, however many requests a refused key costs: it may open a window each time."""


@dataclass(frozen=True)
class RestartPolicy:
    """When a process that died is started again: after `first_s`, then twice as long each time, at most `longest_s`.

    After so many `restarts` in a row it is given up; after only `restarts_unseen` where no board has come yet, as there
    is nothing on the screen then that could say so. A run with figures that lasted `steady_s` ends the row.
    """

    first_s: float = 5.0
    longest_s: float = 60.0
    restarts: int = 5
    restarts_unseen: int = 2
    steady_s: float = 300.0

    def delay_s(self, restart: int) -> float:
        """How long to wait before this restart, counted from 1."""
        return min(self.first_s * 2.0 ** (restart - 1), self.longest_s)


async def wait_at_most(event: asyncio.Event, timeout_s: float | None) -> None:
    """Returns when the event is set or the time is over; None waits for the event alone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()


class MarketSupervisor:
    """A market followed in another process; the subscriber gets its boards on this event loop.

    Should the process die, the last figures stay, marked as stale with the reason and what happens next. Where the key
    is refused, `read_credentials` is asked for what is stored now; where it differs it is used in a new process. `wait`
    and `clock` (seconds) stand in for time in tests.
    """

    def __init__(
        self,
        config: MarketConfig,
        credentials: Credentials,
        subscriber: "Callable[[Board], None]",
        *,
        read_credentials: Callable[[], Awaitable[Credentials | None]] | None = None,
        policy: RestartPolicy = RestartPolicy(),
        wait: Callable[[asyncio.Event, float | None], Awaitable[None]] = wait_at_most,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._config = config
        self._credentials = credentials
        self._subscriber = subscriber
        self._read_credentials = read_credentials
        self._key_read_at = float("-inf")
        self._key_reading: asyncio.Task[None] | None = None
        self._key_changed = False
        self._policy = policy
        self._wait = wait
        self._clock = clock
        self._worker: WorkerConnection | None = None
        self._board: Board | None = None
        self._opened: str | None = None
        self._record_wanted = False
        self._keeps_old = False
        self._refresh_wanted = asyncio.Event()

    async def run(self) -> None:
        """Follows the market until it is cancelled.

        Raises MarketUnavailableError where that can't be done and no board says so in its place.
        """
        deaths = 0
        while True:
            try:
                outcome, steady = await self._run_worker()
            except MarketUnavailableError as error:
                if self._board is None:
                    raise
                await self._until_refresh(f"{error.sentence} {error.way_out}")
                deaths = 0
                continue
            if self._key_changed:
                self._key_changed, deaths = False, 0
                self._show_stale("Another key lies in the keyring now: it is being tried.", logging.INFO)
                continue
            deaths = 1 if steady else deaths + 1
            restarts = self._policy.restarts_unseen if self._board is None else self._policy.restarts
            if deaths <= restarts:
                await self._before_restart(outcome, deaths, restarts)
            elif self._board is None:
                raise MarketUnavailableError(
                    f"The market's process {outcome} before its first figures, {deaths} times.",
                    f"{SEE_LOG} {LEAVE_AND_RESTART}",
                )
            else:
                await self._until_refresh(
                    f"The market's process {outcome}, {deaths} times in a row: given up. "
                    "r (refresh) tries again; the log says more."
                )
                deaths = 0

    def open_name(self, ticker: str | None) -> None:
        """The name whose prints the user looks at from now on, None for none; a new process is told of it too."""
        self._opened = ticker
        if self._worker is not None:
            self._worker.send(OpenName(ticker))

    def change_alerts(self, change: "AlertChange") -> None:
        """Changes the alert rules; lost where the process is being started again."""
        if self._worker is not None:
            self._worker.send(ChangeAlerts(change))

    def fetch_record(self) -> None:
        """Has the long record of past days got; by the next process where one is being started."""
        self._record_wanted = self._worker is None or not self._worker.send(FetchRecord())

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """INTRADAY of one name in the session shown; None where it can't be had."""
        return await self._worker.intraday(ticker) if self._worker is not None else None

    def refresh_now(self) -> None:
        """Every loop asks the provider now; without a process one is started now."""
        self._refresh_wanted.set()
        self._key_read_at = float("-inf")
        if self._worker is not None:
            self._worker.send(RefreshRequest())

    async def _run_worker(self) -> tuple[str, bool]:
        """One run of the process: how it ended, and whether it had run well before."""
        began = self._clock()
        self._worker = worker = WorkerConnection(self._receive, self._started, self._key_refused)
        try:
            outcome = await worker.run(self._config, self._credentials)
        finally:
            self._worker = None
        return outcome, worker.had_figures and self._clock() - began >= self._policy.steady_s

    def _started(self) -> None:
        if self._opened is not None and self._worker is not None:
            self._worker.send(OpenName(self._opened))
        if self._record_wanted:
            self.fetch_record()

    def _key_refused(self) -> None:
        """Has the keyring read, at most once a minute or after a refresh the user asked for."""
        reading = self._key_reading is not None and not self._key_reading.done()
        if self._read_credentials is None or reading or self._clock() - self._key_read_at < KEY_AGAIN_S:
            return
        self._key_read_at = self._clock()
        self._key_reading = asyncio.create_task(self._use_stored_key())

    async def _use_stored_key(self) -> None:
        """Ends the worker where another key than its own is stored: the next one starts with that."""
        stored = await self._read_credentials() if self._read_credentials is not None else None
        if stored is None or stored == self._credentials:
            return
        self._credentials = stored
        if self._worker is not None:
            self._key_changed = True
            self._worker.stop()

    async def _before_restart(self, outcome: str, restart: int, restarts: int) -> None:
        """Waits for the time of the restart, or until it is asked for."""
        delay_s = self._policy.delay_s(restart)
        attempt = f"restart {restart} of {restarts}"
        again = self._clock() + delay_s
        self._show_stale(f"The market's process {outcome}; it is started again ({attempt}).", retry_at=again)
        self._refresh_wanted.clear()
        await self._wait(self._refresh_wanted, delay_s)
        self._show_stale(f"The market's process {outcome}; it is being started again ({attempt}).", logging.INFO)

    async def _until_refresh(self, note: str) -> None:
        self._show_stale(note)
        self._refresh_wanted.clear()
        await self._wait(self._refresh_wanted, None)
        self._show_stale("The market's process is being started again.", logging.INFO)

    def _receive(self, board: "Board") -> None:
        if self._keeps_old and self._board is not None:
            board, self._keeps_old = with_old_figures(board, self._board)
        self._show(board)

    def _show_stale(self, note: str, level: int = logging.ERROR, retry_at: float | None = None) -> None:
        log.log(level, "%s", note)
        if self._board is not None:
            self._keeps_old = True
            self._show(stale(self._board, note, retry_at))

    def _show(self, board: "Board") -> None:
        self._board = board
        self._subscriber(board)


def stale(board: "Board", note: str, retry_at: float | None = None) -> "Board":
    """The board with the note on every part; figures there are stay, marked as stale, the others are awaited.

    `retry_at` is the monotonic clock of the next try.
    """
    from deskview.board import Part, Status  # noqa: PLC0415 - with a board the module is there

    old: dict[str, Any] = {
        name: Part.awaited(note, retry_at=retry_at)
        if part.value is None
        else replace(part, status=Status.STALE, note=note, progress=None, retry_at=retry_at)
        for name, part in board.parts.items()
    }
    return replace(board, **old)


def with_old_figures(new: "Board", old: "Board") -> "tuple[Board, bool]":
    """The new board, and where it has no figures yet the old ones of the same session; whether any were wanted.

    The old keep their own time and stay marked as stale.
    """
    if new.session is not None and new.session != old.session:
        return new, False
    missing = [name for name, part in new.parts.items() if part.value is None and old.parts[name].value is not None]
    if not missing:
        return new, False
    parts: dict[str, Any] = {
        name: replace(old.parts[name], note=new.parts[name].note or old.parts[name].note) for name in missing
    }
    rest: dict[str, Any] = {
        name: getattr(old, name)
        for name in ("as_of", "session", "basis", "live", "snapshot")
        if getattr(new, name) is None
    }
    if "history" in missing:
        rest["records"] = old.records
    return replace(new, **parts, **rest), True
