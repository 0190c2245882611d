"""Bars of single names inside the session, for their charts: fetched when asked for, kept for a minute."""

from collections import OrderedDict
from datetime import date
from time import monotonic

import polars as pl

from deskview.providers.base import Provider

MINUTES = 5
FRESH_S = 60.0
KEPT = 64


class IntradayBars:
    """Five-minute bars by name. Raises ProviderError where the provider has none to give."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._kept: OrderedDict[tuple[str, date], tuple[float, pl.DataFrame]] = OrderedDict()

    async def of(self, ticker: str, session: date) -> pl.DataFrame:
        """INTRADAY of the name in the session, not older than a minute."""
        key = (ticker, session)
        kept = self._kept.get(key)
        if kept is not None and monotonic() - kept[0] < FRESH_S:
            return kept[1]
        table = await self._provider.intraday(ticker, session, MINUTES)
        self._kept[key] = (monotonic(), table.frame)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return table.frame
