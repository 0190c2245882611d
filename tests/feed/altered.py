"""The simulated market with answers altered on their way: what the real wire has been seen to do."""

from collections.abc import Callable
from datetime import time
from typing import Any

import httpx
import msgspec

from tests.feed.markets import CLOSE, transport

Change = Callable[[dict[str, Any]], None]
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks/"
SPLITS, DIVIDENDS, TICKERS = "/stocks/v1/splits", "/stocks/v1/dividends", "/v3/reference/tickers"


class Altered(httpx.AsyncBaseTransport):
    """Answers whose path begins with a key of `changes` and whose query holds its `?` part go through the change."""

    def __init__(self, changes: dict[str, Change], *, at: time = CLOSE) -> None:
        self.changes = changes
        self._market = transport(at=at)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The market's answer, changed where a change is asked for."""
        response = await self._market.handle_async_request(request)
        path, query = request.url.path, request.url.query.decode()
        for key, change in self.changes.items():
            place, _, part = key.partition("?")
            if path.startswith(place) and part in query and response.status_code == 200:
                body = msgspec.json.decode(await response.aread())
                change(body)
                headers = {"content-type": "application/json", **_marks(response)}
                response = httpx.Response(200, headers=headers, content=msgspec.json.encode(body))
        return response


def _marks(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("x-")}


def of_name(ticker: str, change: Change, *, rows: str = "tickers", key: str = "ticker") -> Change:
    """The change done to the rows of one name."""

    def changed(body: dict[str, Any]) -> None:
        for row in body.get(rows) or ():
            if row[key] == ticker:
                change(row)

    return changed
