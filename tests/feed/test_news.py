"""Headlines of the name that is looked at: one call each, its own first, and what is said where there are none."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from deskview.board import Headlines, OpenedName
from deskview.feed.news import is_young
from deskview.feed.opened import SETTLE_S
from deskview.feed.tasks import Task
from deskview.market.schema import NEWS
from deskview.providers.base import Table
from deskview.providers.errors import Kind, ProviderError
from tests.feed.opening import NOON, Tape, desk

NEVER: Callable[[], None] = lambda: None  # noqa: E731 - a default


class Wire(Tape):
    """A market with headlines, that counts who asks for them; `fails` may raise."""

    def __init__(self, clock: datetime) -> None:
        super().__init__(clock)
        self.news_asked: Counter[str] = Counter()
        self.since_asked: list[datetime] = []
        self.articles: list[tuple[timedelta, Sequence[str], str]] = []
        self.news_left_out = 0
        self.fails = NEVER

    async def news(self, ticker: str | None, since: datetime) -> Table:
        self.news_asked[ticker or ""] += 1
        self.since_asked.append(since)
        self.fails()
        rows = [
            (
                title,
                self.clock - past,
                list(about),
                title,
                "Publisher",
                "host.example",
                f"https://host.example/{number}",
            )
            for number, (past, about, title) in enumerate(self.articles)
        ]
        frame = pl.DataFrame(rows, schema=dict(NEWS), orient="row")
        return Table(frame.sort("published", descending=True), self.news_left_out)


def has_news(one: OpenedName) -> bool:
    return one.news is not None


def refusing(kind: Kind) -> Callable[[], None]:
    def fails() -> None:
        raise ProviderError(kind, "No headlines now.")

    return fails


async def titles(folder: Path, market: Wire) -> tuple[list[str], str]:
    """The titles of XOM in their order, and the note."""
    async with desk(folder, market) as shown:
        one = await shown.open("XOM", has_news)
    assert one.news is not None
    return [row.title for row in one.news.rows], one.news.note


async def test_its_own_come_first_and_what_is_of_many_names_behind_them(tmp_path: Path) -> None:
    market, minute = Wire(NOON), timedelta(minutes=1)
    market.articles = [
        (minute, ["XOM", *"ABCDEFG"], "of the market"),
        (5 * minute, ["XOM"], "its own"),
        (9 * minute, ["XOM", "CVX"], "of two"),
    ]
    assert await titles(tmp_path, market) == (["its own", "of two", "of the market"], "")
    assert market.since_asked[0] == NOON - timedelta(days=4)


async def test_what_is_not_published_yet_is_left_out_and_counted(tmp_path: Path) -> None:
    market = Wire(NOON)
    market.articles = [(-timedelta(hours=2), ["XOM"], "of tomorrow"), (timedelta(0), ["XOM"], "of now")]
    market.news_left_out = 2
    found, note = await titles(tmp_path, market)
    assert found == ["of now"]
    assert note == "3 articles are left out: they can't be as they came"


async def test_a_plan_without_news_says_so_and_the_prints_come_all_the_same(tmp_path: Path) -> None:
    market = Wire(NOON)
    market.fails = refusing(Kind.NOT_ENTITLED)
    async with desk(tmp_path, market) as shown:
        one = await shown.open("XOM", lambda one: one.news is not None and one.today is not None)
        assert Task.NEWS not in shown.state.faults
    assert one.news is not None
    assert (one.news.rows, one.news.note) == ((), "No headlines now.")


async def test_what_came_before_stays_while_nothing_comes(tmp_path: Path) -> None:
    market = Wire(NOON)
    market.articles = [(timedelta(0), ["XOM"], "of now")]
    async with desk(tmp_path, market) as shown:
        await shown.open("XOM", has_news)
        market.fails = refusing(Kind.SERVER)
        await shown.at(NOON + timedelta(minutes=3))
        one = await shown.open("XOM", lambda one: one.news is not None and one.news.note)
    assert one.news is not None
    assert [row.title for row in one.news.rows] == ["of now"]
    assert one.news.note == "No headlines now. Asked again by itself"


async def test_who_comes_back_within_two_minutes_asks_for_nothing(tmp_path: Path) -> None:
    market = Wire(NOON)
    async with desk(tmp_path, market) as shown:
        for ticker in ("XOM", "JPM", "XOM"):
            await shown.open(ticker, has_news)
        await asyncio.sleep(SETTLE_S * 2)
        assert market.news_asked == {"XOM": 1, "JPM": 1}
        await shown.at(NOON + timedelta(minutes=3))
        await shown.open("XOM", lambda _: market.news_asked["XOM"] == 2)


def test_of_a_clock_that_went_back_nothing_is_young() -> None:
    headlines = Headlines(as_of=NOON)
    assert is_young(headlines, NOON)
    assert is_young(headlines, NOON + timedelta(minutes=1))
    assert not is_young(headlines, NOON + timedelta(minutes=2))
    assert not is_young(headlines, NOON - timedelta(hours=1)), "else none would be asked for in that hour"


async def test_a_key_held_down_through_a_hundred_names_asks_for_the_last_alone(tmp_path: Path) -> None:
    market = Wire(NOON)
    async with desk(tmp_path, market) as shown:
        for number in range(100):
            shown.names.open(f"N{number}")
            await asyncio.sleep(SETTLE_S / 50)
        await shown.open("XOM", has_news)
        assert market.news_asked == {"XOM": 1}
        assert set(market.days_asked) <= {"XOM"}
        assert not market.windows_asked


@pytest.mark.parametrize("ticker", ["XOM", "JPM"])
async def test_a_name_that_is_opened_costs_one_call_for_headlines(tmp_path: Path, ticker: str) -> None:
    market = Wire(NOON)
    async with desk(tmp_path, market) as shown:
        await shown.open(ticker, lambda one: one.news is not None and one.today is not None)
    assert market.news_asked == {ticker: 1}
