"""Headlines in the vendor's own forms: whatever they hold, a line of text, a link that is one or none, a time."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest
from hypothesis import given, settings

from deskview.credentials.key import ApiKey
from deskview.market.schema import NEWS, require
from deskview.providers import connect
from deskview.providers.base import Table
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.provider import Massive
from tests.hostile_text import HOSTILE, foreign
from tests.providers.massive.answers import Absent, Json, answering, results
from tests.providers.massive.every_table import OPEN, article
from tests.providers.scripted import Server, ok


async def news_of(*rows: object, ticker: str | None = None) -> Table:
    return await answering(results(*rows)).news(ticker, OPEN)


async def test_an_article_as_the_wire_has_it_is_read_without_what_a_machine_thinks(
    server: Server, massive: Massive
) -> None:
    beside: Json = {"insights": [{"ticker": "X", "sentiment": "negative", "sentiment_reasoning": "doomed"}]}
    beside |= {"image_url": f"{server.url}/picture", "amp_url": f"{server.url}/amp", "description": "doomed"}
    server.will(ok(results(article(0, tickers=["X", "BRK.B"]) | beside)))
    table = await massive.news("X", OPEN)
    assert require(table.frame, NEWS, "news").rows() == [
        ("GOOD0", datetime(2026, 11, 20, 15, tzinfo=UTC), ["X", "BRK.B"], "Headline 0", "Newswire", "newswire.example",
         "https://newswire.example/0"),
    ]  # fmt: skip
    assert "doomed" not in str(table)
    assert len(server.seen) == 1, "nothing else is fetched"


@given(title=HOSTILE, publisher=HOSTILE)
@settings(max_examples=150, deadline=None)
def test_whatever_a_title_holds_it_is_one_printable_line(title: str, publisher: str) -> None:
    title, publisher = (text.encode("utf-8", "replace").decode() for text in (title, publisher))
    table = asyncio.run(news_of(article(0, title=title, publisher={"name": publisher}), article(1)))
    assert table.frame.height + table.left_out == 2
    for name, most in (("title", 200), ("publisher", 120)):
        for text in table.frame[name].drop_nulls().to_list():
            assert foreign(text) == []
            assert 0 < len(text) <= most
            assert "  " not in text


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("\x1b]0;owned\x07Up\x1b[2J", "]0;ownedUp[2J"),
        ("a\u202eb\u2066c\u200bd\ufeffe", "abcde"),
        ("first\r\nsecond\u2028third\tend", "first second third end"),
        ("[red]x[/] [link=https://evil.example]y[/link]", "[red]x[/] [link=https://evil.example]y[/link]"),
        ("\u6771\u4eac \u0645\u062d\u0627\u0643\u0627\u0629", "\u6771\u4eac \u0645\u062d\u0627\u0643\u0627\u0629"),
        ("Z" + "\u0301" * 50 + "algo", "Z\u0301\u0301algo"),
        ("x" * 2_000, "x" * 199 + "\u2026"),
        ("x" * 200, "x" * 200),
    ],
    ids=["escapes", "unseen", "lines", "markup", "scripts", "marks", "long", "longest"],
)
async def test_a_title_is_text_and_nothing_else(title: str, kept: str) -> None:
    assert (await news_of(article(0, title=title))).frame["title"].to_list() == [kept]


@pytest.mark.parametrize("title", ["", " ", "\u200b\u202e", "\x00"], ids=ascii)
async def test_without_a_title_there_is_no_headline(title: str) -> None:
    table = await news_of(article(0, title=title), article(1))
    assert (table.frame["id"].to_list(), table.reasons) == (["GOOD1"], ("without a title (1)",))


@pytest.mark.parametrize(
    ("told", "host"),
    [
        ("https://newswire.example", "newswire.example"),
        ("https://WWW.Newswire.Example/A?b=c&d=%20#e", "www.newswire.example"),
        ("https://newswire.example:443/a", "newswire.example"),
        ("https://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai"),
        ("https://newswire.example?x=https://other.example", "newswire.example"),
    ],
)
async def test_a_link_is_kept_as_it_is_with_its_host(told: str, host: str) -> None:
    table = await news_of(article(0, article_url=told))
    assert table.frame.select("host", "link").rows() == [(host, told)]


@pytest.mark.parametrize(
    "told",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://newswire.example/", "HTTPS:newswire",
        "//newswire.example/", "newswire.example/x", "https://", "https:///x", "https://localhost/", "https://10.0.0.1/",
        "https://[::1]/", "https://user@newswire.example/", "https://user:secret@newswire.example/",
        "https://newswire.example:8443/", "https://newswire.example\\@evil.example/", "https://newswire.example/a b",
        "https://newswire.example/\x1b]8;;x", "https://newswire.example/\n", "https://newswire.example/`id`",
        "https://newswire.example/\u202ex", "https://n\u0435wswire.example/", "https://-a.example/", "https://a..example/",
        " https://newswire.example/", f"https://newswire.example/{'x' * 2_000}", "", None, Absent,
    ],
    ids=lambda told: ascii(told)[:50],
)  # fmt: skip
async def test_a_link_that_is_none_costs_the_link_alone(told: object) -> None:
    table = await news_of(article(0, article_url=told))
    assert table.frame.select("title", "host", "link").rows() == [("Headline 0", None, None)]
    assert table.left_out == 0


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (["X", "BRK.B", "X"], ["X", "BRK.B"]),
        (["X", "", "a b", "\x1b[2J", 5, None, "X:BTCUSD"], ["X", "X:BTCUSD"]),
        ([], []),
        (None, []),
        (Absent, []),
        ([f"N{number}" for number in range(30)], [f"N{number}" for number in range(30)]),
    ],
    ids=str,
)
async def test_what_is_no_ticker_is_not_among_them(told: object, kept: list[str]) -> None:
    assert (await news_of(article(0, tickers=told))).frame["tickers"].to_list() == [kept]


async def test_of_a_name_only_what_is_about_it_is_kept() -> None:
    table = await news_of(article(0), article(1, tickers=["Y"]), article(2, tickers=["Y", "X"]), ticker="X")
    assert table.frame["id"].to_list() == ["GOOD0", "GOOD2"]
    assert table.reasons == ("about other names (1)",)


@pytest.mark.parametrize("told", [None, Absent, {}, {"name": None}, {"name": ""}, {"name": "\u202e"}], ids=ascii)
async def test_a_publisher_may_be_nobody(told: object) -> None:
    table = await news_of(article(0, publisher=told))
    assert (table.frame["publisher"].to_list(), table.left_out) == ([None], 0)


async def test_headlines_are_the_newest_first_each_once() -> None:
    times = {0: "2026-11-20T15:00:00Z", 1: "2026-11-20T16:00:00.25Z", 2: "2026-11-20T11:00:00-05:00"}
    rows = [article(number, published_utc=told) for number, told in times.items()]
    table = await news_of(*rows, article(0, title="Once more"))
    assert table.frame.select("id", "published").rows() == [
        ("GOOD1", datetime(2026, 11, 20, 16, 0, 0, 250_000, tzinfo=UTC)),
        ("GOOD2", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ("GOOD0", datetime(2026, 11, 20, 15, tzinfo=UTC)),
    ]
    assert table.reasons == ("the same id a second time (1)",)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("2026-11-20T14:29:59Z", "published before the time asked for"),
        ("2611-06-02T15:00:00Z", "the time of publication is none"),
        ("2046-11-20T15:00:00Z", "published years ahead"),
        ("2026-11-20T15:00:00", "the time of publication is none"),
        ("2026-11-20", "the time of publication is none"),
        ("soon", "the time of publication is none"),
    ],
)
async def test_a_time_that_can_t_be_costs_the_headline(told: str, reason: str) -> None:
    table = await news_of(article(0, published_utc=told), article(1))
    assert (table.frame["id"].to_list(), table.reasons) == (["GOOD1"], (f"{reason} (1)",))


async def test_a_fraction_of_a_second_is_asked_for_as_the_second_and_kept_to(server: Server, massive: Massive) -> None:
    rows = [article(number, published_utc=f"2026-11-20T14:30:0{number}Z") for number in (0, 1)]
    server.will(ok(results(*rows)))
    since = (OPEN + timedelta(milliseconds=500)).astimezone(timezone(timedelta(hours=9)))
    table = await massive.news(None, since)
    assert "published_utc.gte=2026-11-20T14:30:00Z" in server.seen[0].target.replace("%3A", ":")
    assert (table.frame["id"].to_list(), table.left_out) == (["GOOD1"], 0)


async def test_a_time_without_a_zone_can_t_be_asked_for() -> None:
    with pytest.raises(ValueError, match="zone"):
        await answering(results()).news(None, datetime(2026, 11, 20))  # noqa: DTZ001


async def test_a_next_page_that_names_the_port_is_the_same_server() -> None:
    """As the vendor's news have it; of another port none is fetched."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        body = results(article(len(asked)))
        if len(asked) == 1:
            body["next_url"] = "https://api.massive.com:443/v2/reference/news?cursor=2"
        elif len(asked) == 3:
            body["next_url"] = "https://api.massive.com:8443/v2/reference/news?cursor=2"
        return httpx.Response(200, json=body)

    provider = connect("massive", {"key": ApiKey("key")}, transport=httpx.MockTransport(reply))
    assert (await provider.news(None, OPEN)).frame["id"].to_list() == ["GOOD1", "GOOD2"]
    with pytest.raises(ProviderError) as caught:
        await provider.news(None, OPEN)
    assert caught.value.kind is Kind.FOREIGN_PAGE
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "x" * 201}, "the id is none"),
        ({"id": "\x00"}, "the id is none"),
        ({"title": " " * 20_000 + "x"}, "without a title"),
    ],
    ids=["long id", "no id", "endless title"],
)
async def test_what_is_longer_than_anything_costs_the_headline(changes: Json, reason: str) -> None:
    table = await news_of(article(0, **changes), article(1, id="x" * 200))
    assert (table.frame.height, table.reasons) == (1, (f"{reason} (1)",))
