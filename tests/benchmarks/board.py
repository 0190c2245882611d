"""A snapshot of 12,000 names from its bytes to a Board, beside `json.loads` of the same bytes.

    python -m tests.benchmarks.board [RUNS]

The simulated market's snapshot is widened with made-up tickers; the session's models are prepared beforehand. Memory
is looked after as in the market's process. `json.loads` is measured afterwards: what it leaves behind would slow ours.
"""

import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec

from deskview.board import Board, Inputs, build_board
from deskview.process import MARKET_GC
from deskview.providers.base import Provider
from tests.feed.markets import provider, refreshed, simulated, transport

ROWS = 12_000
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


@dataclass
class Times:
    """Milliseconds of each run, by stage."""

    parse: list[float] = field(default_factory=list)
    decode: list[float] = field(default_factory=list)
    board: list[float] = field(default_factory=list)

    @property
    def whole(self) -> list[float]:
        """From the bytes to the Board."""
        return [decode + board for decode, board in zip(self.decode, self.board, strict=True)]


async def wide_snapshot() -> bytes:
    """The market's snapshot with rows added until there are 12,000."""
    async with httpx.AsyncClient(transport=transport(), base_url="http://simulated.market") as client:
        answer = await client.get(SNAPSHOT, headers={"Authorization": "Bearer demo"})
    body = msgspec.json.decode(answer.content)
    rows = body["tickers"]
    more = [rows[place % len(rows)] | {"ticker": f"Z{place:05d}"} for place in range(ROWS - len(rows))]
    return msgspec.json.encode(body | {"tickers": [*rows, *more], "count": ROWS})


def answering(body: bytes) -> Provider:
    """The desk's client on a market that always answers with these bytes."""
    return provider(
        httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers={"Content-Type": "application/json"}))
    )


async def measure(body: bytes, board: Board, runs: int) -> Times:
    """Takes the time of parsing, of decoding into a table, and of the readings on it."""
    times, market = Times(), answering(body)
    for _ in range(runs):
        began = time.perf_counter()
        table = await market.snapshot()
        decoded = time.perf_counter()
        built = build_board(
            Inputs(
                source=board.source,
                now=board.as_of,
                phase=board.phase,
                session=board.session,
                basis=board.basis,
                snapshot=table.frame,
                snapshot_at=board.as_of,
            )
        )
        done = time.perf_counter()
        assert table.frame.height == ROWS
        assert built.momentum.value is not None
        times.decode.append((decoded - began) * 1e3)
        times.board.append((done - decoded) * 1e3)
    for _ in range(runs):
        began = time.perf_counter()
        json.loads(body)
        times.parse.append((time.perf_counter() - began) * 1e3)
    await market.aclose()
    return times


async def main(runs: int) -> None:
    """Prepares, measures and prints the medians."""
    gc.set_threshold(*MARKET_GC)
    with tempfile.TemporaryDirectory() as folder:
        board = await refreshed(simulated(), Path(folder))
        body = await wide_snapshot()
        times = await measure(body, board, runs)
    print(f"{ROWS} rows, {len(body) / 1e6:.1f} MB, median of {runs} runs")
    stages = {
        "bytes to table": times.decode,
        "table to Board": times.board,
        "bytes to Board": times.whole,
        "json.loads": times.parse,
    }
    for name, took in stages.items():
        print(f"{name:16} {statistics.median(took):7.1f} ms   fastest {min(took):7.1f} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
