"""Snapshot, bars and prints tell one story."""

from datetime import time
from typing import Any

import httpx
import msgspec
import pytest

from tests.simulator.conftest import GROUPED, SNAPSHOT, asking

NAMES = ["NVDA", "AAPL", "SPY", "KRE", "TQQQ"]
NO_VOLUME = {15, 16}
CANCELLED = 8
MINUTE_NS = 60_000_000_000


async def prints_of(client: httpx.AsyncClient, ticker: str, day: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following: str | None = f"/v3/trades/{ticker}?timestamp={day}&order=asc&limit=50000"
    while following:
        body = msgspec.json.decode((await client.get(following)).content)
        found += body["results"]
        following = body.get("next_url")
    return found


def shares(prints: list[dict[str, Any]]) -> float:
    counted = [
        found
        for found in prints
        if not NO_VOLUME & set(found.get("conditions", [])) and found.get("correction") != CANCELLED
    ]
    return sum(round(float(found["decimal_size"]) * 1e6) for found in counted) / 1e6


@pytest.mark.parametrize("ticker", NAMES)
@pytest.mark.parametrize("day", ["2026-02-04", "2025-11-28", "2025-07-15"])
async def test_prints_sum_to_the_bar(ticker: str, day: str) -> None:
    async with asking(at=time(20), compress=False) as client:
        bar = (await client.get(f"/v2/aggs/ticker/{ticker}/range/1/day/{day}/{day}?adjusted=false")).json()["results"][
            0
        ]
        prints = await prints_of(client, ticker, day)
        minutes = (await client.get(f"/v2/aggs/ticker/{ticker}/range/1/minute/{day}/{day}?adjusted=false")).json()
    assert shares(prints) == bar["v"]
    crosses = [found for found in prints if {17, 8} & set(found.get("conditions", []))]
    assert sum(found["v"] for found in minutes["results"]) == bar["v"] - sum(found["size"] for found in crosses)
    assert [found["price"] for found in crosses] == [bar["o"], bar["c"]]
    regular = [f for f in prints if not {12, 15, 16} & set(f.get("conditions", [])) and "correction" not in f]
    outside = [found for found in regular if not bar["l"] <= found["price"] <= bar["h"]]
    assert all("trf_id" in found for found in outside)
    assert all(found["price"] < bar["h"] * 0.94 or found["price"] > bar["l"] * 1.06 for found in outside)
    assert 0 < len(outside) < 0.0015 * len(regular)


@pytest.mark.parametrize("day", ["2026-02-04", "2025-07-15"])
async def test_prints_stand_inside_their_minute(day: str) -> None:
    async with asking(at=time(20), compress=False) as client:
        minutes = (await client.get(f"/v2/aggs/ticker/AMD/range/1/minute/{day}/{day}?adjusted=false")).json()["results"]
        prints = await prints_of(client, "AMD", day)
    by_start = {bar["t"]: bar for bar in minutes}
    crossed = {8, 17, 15, 16}
    far, late = [], 0
    for found in prints:
        if crossed & set(found.get("conditions", [])) or "correction" in found:
            continue
        minute = found["sip_timestamp"] // MINUTE_NS
        if found["sip_timestamp"] - found["participant_timestamp"] >= 10 * MINUTE_NS:
            minute, late = found["participant_timestamp"] // MINUTE_NS, late + 1
        bar = by_start[minute * 60_000]
        if not bar["l"] <= found["price"] <= bar["h"]:
            far.append(found["price"] / bar["c"] - 1)
    assert 0.008 * len(prints) < late < 0.012 * len(prints)
    assert 0.0007 * len(prints) < len(far) < 0.0013 * len(prints)
    assert min(map(abs, far)) > 0.05
    assert -0.96 < min(far) < -0.8
    assert 0.8 < max(far) < 1.02


async def test_snapshot_grouped_and_minutes_agree() -> None:
    async with asking() as client:
        rows = {row["ticker"]: row for row in (await client.get(SNAPSHOT)).json()["tickers"]}
        bars = {bar["T"]: bar for bar in (await client.get(f"{GROUPED}/2026-02-04")).json()["results"]}
        before = {bar["T"]: bar for bar in (await client.get(f"{GROUPED}/2026-02-03")).json()["results"]}
        for ticker in NAMES:
            row, bar = rows[ticker], bars[ticker]
            minutes = (await client.get(f"/v2/aggs/ticker/{ticker}/range/1/minute/2026-02-04/2026-02-04")).json()[
                "results"
            ]
            assert [row["day"][key] for key in "ohlcv"] == [bar[key] for key in "ohlcv"]
            assert row["prevDay"]["c"] == before[ticker]["c"]
            spread = row["lastQuote"]["P"] - row["lastQuote"]["p"]
            assert row["lastQuote"]["p"] <= row["lastTrade"]["p"] <= row["lastQuote"]["P"]
            assert minutes[-1]["c"] == pytest.approx(row["lastTrade"]["p"], abs=spread + 0.011)
            assert max(bar["h"] for bar in minutes if bar["t"] >= 1770215400000) == row["day"]["h"]


async def test_the_closing_price_is_what_tomorrow_calls_the_close() -> None:
    async with asking(at=time(16, 0, 1)) as client:
        snapshot = {row["ticker"]: row["day"]["c"] for row in (await client.get(SNAPSHOT)).json()["tickers"]}
    async with asking(at=time(20)) as client:
        final = {bar["T"]: bar["c"] for bar in (await client.get(f"{GROUPED}/2026-02-04")).json()["results"]}
    assert final
    assert all(snapshot[ticker] == close for ticker, close in final.items())


async def test_adjusted_bars_follow_the_splits() -> None:
    async with asking() as client:
        splits = (await client.get("/stocks/v1/splits")).json()["results"]
        raw, adjusted = [
            {bar["T"]: bar for bar in (await client.get(f"{GROUPED}/2025-03-03?adjusted={word}")).json()["results"]}
            for word in ("false", "true")
        ]
    splits.sort(key=lambda split: split["execution_date"], reverse=True)
    first = {split["ticker"]: split for split in splits if split["execution_date"] > "2025-03-03"}
    assert len(first) >= 6
    for ticker, bar in raw.items():
        factor = first[ticker]["historical_adjustment_factor"] if ticker in first else 1.0
        assert adjusted[ticker]["c"] == pytest.approx(bar["c"] * factor, rel=1e-4, abs=1e-4)
        assert adjusted[ticker]["v"] == pytest.approx(bar["v"] / factor, abs=0.51)


async def test_bars_are_bars() -> None:
    async with asking(at=time(20)) as client:
        for day in ("2025-06-02", "2026-02-04"):
            for bar in (await client.get(f"{GROUPED}/{day}?adjusted=false")).json()["results"]:
                assert 0 < bar["l"] <= min(bar["o"], bar["c"]) <= max(bar["o"], bar["c"]) <= bar["h"]
                assert bar["l"] <= bar["vw"] <= bar["h"]
                assert bar["v"] >= bar["n"] > 0
