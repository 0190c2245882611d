"""Keys, routes, envelopes, compression."""

import httpx
import pytest

from tests.simulator.conftest import GROUPED, KEY, SNAPSHOT, asking


@pytest.mark.parametrize(
    ("headers", "path", "text"),
    [
        ({}, "/v1/marketstatus/now", "API Key was not provided"),
        ({"Authorization": "Bearer wrong"}, "/v1/marketstatus/now", "Unknown API Key"),
        ({}, "/v1/marketstatus/now?apiKey=wrong", "Unknown API Key"),
        ({"Authorization": "Bearer wrong"}, "/v1/marketstatus/now?apiKey=demo", "Unknown API Key"),
    ],
)
async def test_a_missing_or_wrong_key_is_refused(headers: dict[str, str], path: str, text: str) -> None:
    async with asking(headers) as client:
        answer = await client.get(path)
    assert answer.status_code == 401
    assert answer.json() == {"status": "ERROR", "request_id": answer.json()["request_id"], "error": text}


@pytest.mark.parametrize(("headers", "query"), [(KEY, ""), ({}, "?apiKey=demo")])
async def test_the_key_is_taken_from_header_or_query(headers: dict[str, str], query: str) -> None:
    async with asking(headers) as client:
        assert (await client.get(f"/v1/marketstatus/now{query}")).status_code == 200


async def test_without_a_key_none_is_asked_for() -> None:
    async with asking({}, key=None) as client:
        assert (await client.get("/v1/marketstatus/now")).status_code == 200


async def test_an_unknown_route_is_plain_text(noon: httpx.AsyncClient) -> None:
    answer = await noon.get("/stocks/v1/exchanges")
    assert (answer.status_code, answer.text.strip()) == (404, "404 page not found")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/v3/reference/tickers/NOPE", f"{SNAPSHOT}/NOPE", f"{SNAPSHOT}/nvda"])
async def test_an_unknown_ticker_is_json(noon: httpx.AsyncClient, path: str) -> None:
    answer = await noon.get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "path",
    [
        f"{GROUPED}/yesterday",
        "/v3/trades/NVDA?limit=50001",
        "/v3/trades/NVDA?timestamp.gte=soon",
        "/v3/trades/NVDA?cursor=%%%",
        "/stocks/v1/splits?limit=0",
        "/stocks/v1/splits?sort=nothing.asc",
        "/v2/aggs/ticker/NVDA/range/1/lustrum/2026-02-04/2026-02-04",
    ],
)
async def test_a_bad_parameter_is_a_400_with_a_reason(noon: httpx.AsyncClient, path: str) -> None:
    answer = await noon.get(path)
    assert answer.status_code == 400
    assert answer.json()["status"] == "ERROR"
    assert answer.json()["error"]


async def test_unknown_parameters_are_tolerated(noon: httpx.AsyncClient) -> None:
    plain, extra = await noon.get(f"{GROUPED}/2026-02-03"), await noon.get(f"{GROUPED}/2026-02-03?market_type=stocks")
    assert plain.json()["results"] == extra.json()["results"]


async def test_answers_are_compressed_on_request() -> None:
    async with asking() as client:
        plain = await client.get(SNAPSHOT, headers={"Accept-Encoding": "identity"})
        packed = await client.get(SNAPSHOT, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.content == plain.content
    async with asking(compress=False) as client:
        assert "content-encoding" not in (await client.get(SNAPSHOT)).headers
