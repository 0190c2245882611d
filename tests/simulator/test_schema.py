"""Every answer validates against the vendor's published OpenAPI description."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator

from tests.simulator.conftest import GROUPED, SNAPSHOT, asking

BARS = "/v2/aggs/ticker/{stocksTicker}/range/{multiplier}/{timespan}/{from}/{to}"
CALLS = [
    ("/v1/marketstatus/now", "/v1/marketstatus/now"),
    ("/v1/marketstatus/upcoming", "/v1/marketstatus/upcoming"),
    ("/v3/reference/tickers", "/v3/reference/tickers?limit=1000&cursor="),
    ("/v3/reference/tickers", "/v3/reference/tickers?active=false"),
    ("/v3/reference/tickers/{ticker}", "/v3/reference/tickers/NVDA"),
    ("/v3/reference/tickers/{ticker}", "/v3/reference/tickers/TQQQ?date=2026-02-04"),
    ("/v3/reference/tickers/{ticker}", "/v3/reference/tickers/BRK.B"),
    ("/v3/reference/tickers/types", "/v3/reference/tickers/types"),
    ("/v3/reference/conditions", "/v3/reference/conditions?limit=1000"),
    ("/v2/aggs/grouped/locale/us/market/stocks/{date}", f"{GROUPED}/2025-12-01?adjusted=true"),
    ("/v2/aggs/grouped/locale/us/market/stocks/{date}", f"{GROUPED}/2026-02-04?adjusted=false"),
    ("/v2/aggs/grouped/locale/us/market/stocks/{date}", f"{GROUPED}/2026-02-01"),
    (BARS, "/v2/aggs/ticker/NVDA/range/1/day/2025-01-01/2026-02-04?limit=9"),
    (BARS, "/v2/aggs/ticker/NVDA/range/15/minute/2026-02-04/2026-02-04"),
    (BARS, "/v2/aggs/ticker/NOPE/range/1/hour/2026-02-04/2026-02-04"),
    ("/v2/aggs/ticker/{stocksTicker}/prev", "/v2/aggs/ticker/NVDA/prev"),
    ("/v3/trades/{stockTicker}", "/v3/trades/NVDA?limit=3000"),
    ("/v3/trades/{stockTicker}", "/v3/trades/NVDA?timestamp=2026-02-01"),
    ("/stocks/v1/splits", "/stocks/v1/splits"),
    ("/stocks/v1/dividends", "/stocks/v1/dividends?limit=3000"),
    ("/stocks/v1/short-volume", "/stocks/v1/short-volume?date=2026-02-03&limit=5000"),
    ("/stocks/v1/short-interest", "/stocks/v1/short-interest?limit=5000"),
    ("/fed/v1/treasury-yields", "/fed/v1/treasury-yields?limit=50&sort=date.desc"),
    ("/stocks/vX/float", "/stocks/vX/float?limit=5000"),
    ("/benzinga/v1/earnings", "/benzinga/v1/earnings?limit=5000"),
    ("/stocks/filings/vX/index", "/stocks/filings/vX/index?limit=5000"),
    ("/v2/reference/news", "/v2/reference/news?limit=1000"),
]
CHAIN = "/v3/snapshot/options/{underlyingAsset}"
CHAINS = [
    "/v3/snapshot/options/NVDA?limit=250&expiration_date.gt=2026-02-04",
    "/v3/snapshot/options/I:SPX?limit=250&expiration_date.gt=2026-02-04&sort=strike_price",
    "/v3/snapshot/options/SPY?limit=250",
]
SNAPSHOTS = [(SNAPSHOT, SNAPSHOT), (f"{SNAPSHOT}/{{stocksTicker}}", f"{SNAPSHOT}/NVDA")]


@cache
def description(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def schema(data: Path, path: str) -> dict[str, Any]:
    described = description(data / "openapi" / "massive.json")["paths"][path]["get"]["responses"]["200"]
    of_the_body: dict[str, Any] = described["content"]["application/json"]["schema"]
    return of_the_body


def check(data: Path, path: str, body: object) -> None:
    Draft7Validator(schema(data, path)).validate(body)


@pytest.mark.parametrize(("path", "call"), CALLS)
async def test_answers_follow_the_description(data: Path, noon: httpx.AsyncClient, path: str, call: str) -> None:
    answer = await noon.get(call.removesuffix("&cursor="))
    assert answer.status_code == 200
    check(data, path, answer.json())


async def test_exchanges_follow_it_but_for_the_type_the_wire_adds(data: Path, noon: httpx.AsyncClient) -> None:
    body = (await noon.get("/v3/reference/exchanges")).json()
    beyond = [row for row in body["results"] if row["type"] == "ORF"]
    assert [row["id"] for row in beyond] == [62]
    beyond[0]["type"] = "exchange"
    check(data, "/v3/reference/exchanges", body)


@pytest.mark.parametrize("call", CHAINS)
async def test_chains_follow_it_but_for_empty_parts(data: Path, noon: httpx.AsyncClient, call: str) -> None:
    body = (await noon.get(call)).json()
    fields = schema(data, CHAIN)["properties"]["results"]["items"]["properties"]
    assert body["results"]
    for row in body["results"]:
        for part in ("day", "greeks"):
            if row.get(part) == {}:
                row[part] = dict.fromkeys(fields[part]["required"], 0)
    check(data, CHAIN, body)


@pytest.mark.parametrize(("path", "call"), SNAPSHOTS)
@pytest.mark.parametrize("delayed", [False, True])
async def test_snapshots_follow_it_but_for_null_conditions(data: Path, path: str, call: str, *, delayed: bool) -> None:
    async with asking(plan="starter" if delayed else "advanced") as client:
        body = (await client.get(call)).json()
    rows = body["tickers"] if "tickers" in body else [body["ticker"]]
    assert all(("lastTrade" in row) is not delayed for row in rows)
    for row in rows:
        if not delayed and row["lastTrade"]["c"] is None:
            row["lastTrade"]["c"] = []
    check(data, path, body)
