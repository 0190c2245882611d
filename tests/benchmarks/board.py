"""A snapshot of 12,000 names from its bytes to a Board that is held against the one before, beside `json.loads`.

    python -m tests.benchmarks.board [RUNS]

The simulated market's snapshot is widened with made-up tickers; the session's models are prepared beforehand. Each
snapshot is seconds later than the one before, its prices moved by a little, an hour before the close. Memory is looked
after as in the market's process. `json.loads` is measured afterwards: what it leaves behind would slow ours.
"""

import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import polars as pl

from deskview.analytics.gate import TAKEN, judge
from deskview.analytics.live import live_market
from deskview.board import Board, Built, Inputs, build
from deskview.process import MARKET_GC
from deskview.providers.base import Provider
from tests.feed.markets import provider, refreshed, simulated, transport

ROWS = 12_000
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
PRICES, TIMES = ("trade_price", "minute_close", "day_close"), ("trade_time", "minute_time", "updated")
PACE, EARLIER = timedelta(seconds=10), timedelta(hours=1)


@dataclass
class Times:
    """Milliseconds of each run, by stage."""

    parse: list[float] = field(default_factory=list)
    decode: list[float] = field(default_factory=list)
    board: list[float] = field(default_factory=list)
    gate: list[float] = field(default_factory=list)

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
    before = build(inputs_of(board, (await market.snapshot()).frame, 0))
    for run in range(1, runs + 1):
        began = time.perf_counter()
        table = await market.snapshot()
        times.decode.append((time.perf_counter() - began) * 1e3)
        inputs = inputs_of(board, table.frame, run)
        times.gate.append(judged(inputs, before))
        began = time.perf_counter()
        built = build(inputs, before)
        times.board.append((time.perf_counter() - began) * 1e3)
        assert table.frame.height == ROWS
        assert built.board.momentum.value is not None
        before = built
    for _ in range(runs):
        began = time.perf_counter()
        json.loads(body)
        times.parse.append((time.perf_counter() - began) * 1e3)
    await market.aclose()
    return times


def inputs_of(board: Board, table: pl.DataFrame, run: int) -> Inputs:
    """The inputs of a run: of the board's closed market, but an hour before, while all its rules are asked.

    Prices are moved by some ten thousandths, each by its own, and times are later from run to run.
    """
    assert board.as_of is not None
    later, part = run * PACE - EARLIER, (pl.int_range(pl.len()) + run) % 7 - 3
    at = board.as_of + later
    return Inputs(
        source=board.source,
        now=at,
        phase="open",
        session=board.session,
        basis=board.basis,
        snapshot=table.with_columns(pl.col(PRICES) * (1 + part * 1e-4), pl.col(TIMES) + later),
        snapshot_at=at,
        snapshot_received=float(run),
    )


def judged(inputs: Inputs, before: Built) -> float:
    """Milliseconds the gate takes for a snapshot that is held against the one before."""
    basis, table, at = inputs.basis, inputs.snapshot, inputs.snapshot_at
    assert basis is not None
    assert table is not None
    assert at is not None
    assert before.market is not None
    arrived = live_market(table, basis.prices, at)
    began = time.perf_counter()
    seen = judge(arrived, at, basis.prices, before.market.seen)
    took = (time.perf_counter() - began) * 1e3
    assert seen.verdict == TAKEN
    return took


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
        "of it the gate": times.gate,
        "bytes to Board": times.whole,
        "json.loads": times.parse,
    }
    for name, took in stages.items():
        print(f"{name:16} {statistics.median(took):7.1f} ms   fastest {min(took):7.1f} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
