"""Pages: followed to the end, on the provider's own server only."""

from datetime import date

import pytest

from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient, follow
from deskview.providers.massive.decode import Rows
from deskview.providers.massive.provider import Massive
from tests.providers.conftest import CANARY
from tests.providers.scripted import Server, ok

SINCE = date(2026, 1, 1)


def split(ticker: str) -> dict[str, object]:
    return {"ticker": ticker, "execution_date": "2026-05-01", "split_from": 1, "split_to": 2}


def page(ticker: str, next_url: object = None) -> object:
    return {"status": "OK", "results": [split(ticker)], "next_url": next_url}


@pytest.mark.parametrize("end", [{}, {"next_url": None}, {"next_url": ""}])
async def test_ends_where_no_next_page_is_named(server: Server, massive: Massive, end: dict[str, object]) -> None:
    server.will(
        ok(page("A", f"{server.url}/stocks/v1/splits?cursor=YXA9MiZhcz0%3D")),
        ok(page("B", "/stocks/v1/splits?cursor=two")),
        ok({"status": "OK", "results": [split("C")], **end}),
    )
    table = await massive.splits(SINCE)
    assert table.frame["ticker"].to_list() == ["A", "B", "C"]
    assert [seen.target for seen in server.seen[1:]] == [
        "/stocks/v1/splits?cursor=YXA9MiZhcz0%3D",
        "/stocks/v1/splits?cursor=two",
    ]
    assert all(seen.headers["authorization"] == f"Bearer {CANARY}" for seen in server.seen)


async def test_an_empty_page_in_between_is_no_end(server: Server, massive: Massive) -> None:
    server.will(ok({"status": "OK", "next_url": "/p?cursor=2"}), ok(page("B")))
    assert (await massive.splits(SINCE)).frame.height == 1


@pytest.mark.parametrize(
    "lure",
    ["http://[", "https://127.0.0.1:{port}/x", "//evil.example/x", "http://127.0.0.1:{port}@evil.example/", "ftp://h/"],
)
async def test_odd_next_urls_are_refused(server: Server, massive: Massive, lure: str) -> None:
    server.will(ok(page("A", lure.format(port=server.port))))
    with pytest.raises(ProviderError) as caught:
        await massive.splits(SINCE)
    assert caught.value.kind is Kind.FOREIGN_PAGE
    assert len(server.seen) == 1


async def test_key_in_a_next_url_is_taken_out(server: Server, massive: Massive) -> None:
    server.will(ok(page("A", f"/stocks/v1/splits?cursor=x&apiKey={CANARY}")), ok(page("B")))
    await massive.splits(SINCE)
    assert server.seen[1].target == "/stocks/v1/splits?cursor=x"


async def test_repeated_page_is_refused(server: Server, massive: Massive) -> None:
    server.will(ok(page("A", "/p?cursor=1")), ok(page("B", "/p?cursor=1")))
    with pytest.raises(ProviderError, match="same page twice") as caught:
        await massive.splits(SINCE)
    assert caught.value.kind is Kind.MALFORMED


async def test_endless_pages_are_cut(server: Server, massive: Massive) -> None:
    server.will(*[ok(page("A", f"/p?cursor={number}")) for number in range(9)])
    http: HttpClient = massive._client.http
    first = await http.get("p")

    async def read(answer: object) -> Rows[object]:
        return Rows([], f"/p?cursor={len(server.seen)}")

    with pytest.raises(ProviderError, match="more than 3 pages"):
        async for _ in follow(http, first, read, most=3):
            pass
    assert len(server.seen) == 3
