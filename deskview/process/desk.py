"""The desk's side: starts the market's process, takes its boards, starts it again should it die."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from deskview.credentials import ApiKey
from deskview.process.life import Life, MarketRefusedError
from deskview.process.parcels import AskAgain, Order
from deskview.process.revival import stale, standing_in

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board

log = logging.getLogger(__name__)
AGAIN_S = 5.0
"""A market's process that died is started again after so long."""
STARTS_WITHOUT_FIGURES = 3
"""So often in a row the process may die before it has sent a figure; then it is no accident."""


class FeedProcess:
    """A feed that lives in another process. The subscriber gets its boards on this event loop; of those that have come
    meanwhile only the newest.
    """

    def __init__(self, order: Order, key: ApiKey, subscriber: "Callable[[Board], None]") -> None:
        self._order = order
        self._key = key
        self._subscriber = subscriber
        self._life: Life | None = None
        self._shown: Board | None = None
        self._reviving = False

    async def run(self) -> None:
        """Follows the market until it is cancelled. Raises MarketRefusedError where that can't be done."""
        starts = 0
        while True:
            self._life = Life(self._take)
            try:
                how = await self._life.live(self._order, self._key)
            except OSError as fault:
                how = f"could not be started ({fault.strerror})"
            finally:
                starts = 0 if self._life.had_figures else starts + 1
                self._life = None
            if starts >= STARTS_WITHOUT_FIGURES and self._shown is None:
                raise MarketRefusedError(f"The market's process {how} before its first figures, {starts} times.")
            log.error("the market's process %s; it is started again", how)
            if self._shown is not None:
                self._reviving = True
                self._show(stale(self._shown, f"The market's process {how}; it is started again in {AGAIN_S:.0f} s."))
            await asyncio.sleep(AGAIN_S)

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """INTRADAY of one name in the session shown; None where it can't be had."""
        return await self._life.bars(ticker) if self._life is not None else None

    def refresh_now(self) -> None:
        """Every loop asks again without waiting for its turn."""
        if self._life is not None:
            self._life.send(AskAgain())

    def _take(self, board: "Board") -> None:
        if self._reviving and self._shown is not None:
            board, self._reviving = standing_in(self._shown, board)
        self._show(board)

    def _show(self, board: "Board") -> None:
        self._shown = board
        self._subscriber(board)
