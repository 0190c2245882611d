"""Every row exactly once, whatever the page size."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.conftest import asking

WINDOW = "timestamp.gte=1770215385000000000&timestamp.lt=1770215461000000000"


async def pages(client: httpx.AsyncClient, path: str, rows: str = "results") -> list[list[dict[str, Any]]]:
    found = []
    following: str | None = path
    while following:
        body = (await client.get(following)).raise_for_status().json()
        found.append(body[rows])
        following = body.get("next_url")
    return found


def together(found: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [row for page in found for row in page]


@pytest.mark.parametrize(
    ("path", "largest"),
    [
        (f"/v3/trades/NVDA?{WINDOW}", 50_000),
        (f"/v3/trades/NVDA?{WINDOW}&order=asc", 50_000),
        ("/v3/reference/tickers?market=stocks&active=true&type=ETF", 1000),
        ("/v3/reference/conditions?asset_class=stocks", 1000),
        ("/stocks/v1/splits?sort=ticker.asc", 5000),
        ("/v3/snapshot/options/AAPL?expiration_date.lte=2026-02-20&sort=strike_price", 250),
        ("/stocks/v1/dividends?ex_dividend_date.gte=2026-01-20", 5000),
        ("/fed/v1/treasury-yields?sort=date.desc", 50_000),
        ("/stocks/v1/short-interest?ticker.any_of=NVDA,AAPL,SMCI", 50_000),
        ("/stocks/vX/float?free_float_percent.gte=95", 5_000),
        ("/benzinga/v1/earnings?date=2026-02-05&sort=date.asc", 50_000),
        ("/stocks/filings/vX/index?filing_date=2025-02-04", 10_000),
        ("/v2/reference/news?published_utc.gte=2026-02-03", 1000),
        ("/v2/aggs/ticker/NVDA/range/1/day/2025-11-01/2026-02-04?adjusted=false", 50_000),
        ("/v2/aggs/ticker/NVDA/range/1/day/2025-11-01/2026-02-04?sort=desc", 50_000),
        ("/v2/aggs/ticker/NVDA/range/1/minute/2026-02-03/2026-02-04?sort=asc", 50_000),
    ],
)
@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(7, 400))
async def test_any_page_size_gives_all_rows_once(path: str, largest: int, limit: int) -> None:
    limit = min(limit, largest)
    async with asking() as client:
        joint = "&" if "?" in path else "?"
        whole = together(await pages(client, f"{path}{joint}limit={largest}"))
        found = await pages(client, f"{path}{joint}limit={limit}")
    assert together(found) == whole
    assert whole
    assert all(len(page) == limit for page in found[:-1])
    assert 0 < len(found[-1]) <= limit


async def test_a_full_last_page_has_no_next(noon: httpx.AsyncClient) -> None:
    count = len((await noon.get("/stocks/v1/splits")).json()["results"])
    assert "next_url" not in (await noon.get(f"/stocks/v1/splits?limit={count}")).json()
    assert "next_url" in (await noon.get(f"/stocks/v1/splits?limit={count - 1}")).json()


async def test_next_url_is_on_the_host_called_and_without_the_key() -> None:
    async with asking({}) as client:
        headers = {"Host": "127.0.0.1:4711"}
        for path in ("/stocks/v1/splits?limit=2", "/v3/trades/NVDA?limit=2", "/v3/reference/tickers?limit=2"):
            link = (await client.get(f"{path}&apiKey=demo", headers=headers)).json()["next_url"]
            assert link.startswith("http://127.0.0.1:4711/")
            assert "demo" not in link
            assert (await client.get(link, headers=headers)).status_code == 401


async def test_bars_move_the_start_in_the_path(noon: httpx.AsyncClient) -> None:
    body = (await noon.get("/v2/aggs/ticker/NVDA/range/1/day/2026-01-05/2026-01-30?limit=3")).json()
    following = (await noon.get(body["next_url"])).json()
    assert f"/range/1/day/{following['results'][0]['t']}/2026-01-30?cursor=" in body["next_url"]


async def test_default_page_sizes(noon: httpx.AsyncClient) -> None:
    for path, size in (("/v3/trades/NVDA", 1000), ("/v3/reference/tickers", 100), ("/v3/reference/conditions", 10),
                       ("/stocks/v1/dividends", 100)):  # fmt: skip
        assert len((await noon.get(path)).json()["results"]) == size


async def test_newer_endpoints_ignore_order(noon: httpx.AsyncClient) -> None:
    plain = (await noon.get("/stocks/v1/splits")).json()["results"]
    assert (await noon.get("/stocks/v1/splits?order=asc")).json()["results"] == plain
    dates = [row["execution_date"] for row in plain]
    assert dates == sorted(dates, reverse=True)
    risen = (await noon.get("/stocks/v1/splits?sort=execution_date.asc")).json()["results"]
    assert [row["execution_date"] for row in risen] == sorted(dates)


async def test_filters_of_newer_endpoints(noon: httpx.AsyncClient) -> None:
    rows = (await noon.get("/stocks/v1/splits?execution_date.gte=2025-12-01")).json()["results"]
    assert rows
    assert all(row["execution_date"] >= "2025-12-01" for row in rows)
    one, two = rows[0]["ticker"], rows[1]["ticker"]
    assert {
        row["ticker"] for row in (await noon.get(f"/stocks/v1/splits?ticker.any_of={one},{two}")).json()["results"]
    } == {one, two}
