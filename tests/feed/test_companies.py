"""What is told of companies: asked for once a day, kept, and told of where it is wanting."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import polars as pl
import pytest

from deskview.analytics.companies import ESTIMATED, EXPECTED
from deskview.board import Basis, Companies
from deskview.board.inputs import CALENDAR, FILINGS_TOLD, FLOAT, SHORT
from deskview.board.readings import reading_at, readings_of
from deskview.feed.companies import refresh_companies
from deskview.feed.context import Context, Registry
from deskview.feed.scheduler import Scheduler
from deskview.feed.state import FeedState
from deskview.market.schema import EARNINGS, FILINGS, FLOATS, NAMES, SHORT_INTEREST, Schema, empty
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.settings import Settings
from deskview.simulator import create_app
from deskview.store import Store
from tests.feed.markets import CLOSE, QUICK, Made, provider, refreshed

SESSION = date(2026, 2, 4)
NOON = datetime(2026, 2, 4, 17, 0, tzinfo=UTC)
TABLES: dict[str, Schema] = {
    "short_interest": SHORT_INTEREST,
    "floats": FLOATS,
    "earnings": EARNINGS,
    "filings": FILINGS,
}
TITLES = {"short_interest": SHORT, "floats": FLOAT, "earnings": CALENDAR, "filings": FILINGS_TOLD}
NEVER: Callable[[str], None] = lambda _: None  # noqa: E731 - a default


def rows_of(names: int) -> dict[str, list[dict[str, Any]]]:
    """So many names, each with all that can be told of it."""
    tickers = [f"N{number}" for number in range(names)]
    settled = {"settlement": date(2026, 1, 15), "shares_short": 2e6, "days_to_cover": 3.0}
    return {
        "short_interest": [{"ticker": ticker, **settled} for ticker in tickers],
        "floats": [{"ticker": ticker, "free_float": 1e7, "effective": date(2026, 1, 1)} for ticker in tickers],
        "earnings": [{"ticker": ticker, "day": date(2026, 2, 5), "when": "after"} for ticker in tickers[:1]],
        "filings": [
            {"cik": cik, "form": "10-K", "day": day}
            for cik, day in (
                *((f"{number:010}", date(2025, 2, 20)) for number in range(names)),
                ("9999999999", date(2026, 1, 30)),
            )
        ],
    }


class Told:
    """A provider of what is told of companies that counts what is asked; `fails` raises for a table."""

    def __init__(self, names: int = 4) -> None:
        self.source = SimpleNamespace(speed=1.0)
        self.asked: Counter[str] = Counter()
        self.spans: list[tuple[date, date]] = []
        self.rows = rows_of(names)
        self.fails = NEVER
        self.left_out = 0
        self.settled_since = date.max

    def _table(self, name: str) -> Table:
        self.asked[name] += 1
        self.fails(name)
        schema = TABLES[name]
        frame = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in self.rows[name]], schema=dict(schema))
        return Table(frame, self.left_out, ("odd (1)",) if self.left_out else ())

    async def short_interest(self, since: date) -> Table:
        self.settled_since = since
        return self._table("short_interest")

    async def floats(self) -> Table:
        return self._table("floats")

    async def earnings(self, since: date, until: date) -> Table:
        assert until - since == timedelta(days=50)
        return self._table("earnings")

    async def filings(self, since: date, until: date) -> Table:
        self.spans.append((since, until))
        table = self._table("filings")
        return Table(table.frame.filter(pl.col("day").is_between(since, until)))


def context_of(folder: Path, market: Told, at: datetime = NOON) -> Context:
    """A feed whose history is in."""
    state = FeedState(Calendar())
    names = pl.DataFrame(
        [
            {**dict.fromkeys(NAMES), "ticker": f"N{number}", "cik": f"{number:010}", "in_index": False}
            for number in range(4)
        ],
        schema=dict(NAMES),
    )
    state.session.set(at.date())
    state.complete.set(cast(Basis, SimpleNamespace(session=at.date(), names=names)))
    state.store.set(Store(folder))
    state.now = at
    return Context(cast(Provider, market), folder, Settings(), Registry(Settings()), state, Scheduler(state))


async def read(context: Context) -> Companies:
    await refresh_companies(context)
    return context.state.companies


def refusing(kind: Kind, *names: str) -> Callable[[str], None]:
    """Raises such an error for these tables."""

    def fails(name: str) -> None:
        if name in names:
            raise ProviderError(kind, f"No {name} now.")

    return fails


async def test_all_of_it_is_asked_for_once_a_day_and_a_restart_asks_for_nothing(tmp_path: Path) -> None:
    market = Told()
    first = await read(context_of(tmp_path, market))
    assert market.asked == {"short_interest": 1, "floats": 1, "earnings": 1, "filings": 2}
    again = await read(context_of(tmp_path, market, NOON + timedelta(hours=4)))
    assert market.asked.total() == 5, "five questions a day"
    assert market.settled_since < SESSION - timedelta(days=60), "two settlements lie within"
    assert first.table is not None and again.table is not None
    assert again.table.equals(first.table)
    row = first.of("N0")
    assert (row["short_of_float"], row["earnings_by"], row["earnings_sessions"]) == (0.2, EXPECTED, 1)
    assert first.of("N1")["earnings_by"] == ESTIMATED
    assert first.of("NONE") == {}


async def test_the_filings_of_a_year_ago_are_of_the_days_to_come(tmp_path: Path) -> None:
    market = Told()
    await read(context_of(tmp_path, market))
    lately, year_ago = market.spans
    assert lately[1] == SESSION
    assert year_ago[0] + timedelta(weeks=52) == SESSION


async def test_before_seven_what_was_told_the_day_before_stands_and_then_it_is_asked_anew(tmp_path: Path) -> None:
    market = Told()
    await read(context_of(tmp_path, market))
    early = datetime(2026, 2, 5, 11, 30, tzinfo=UTC)
    await read(context_of(tmp_path, market, early))
    assert market.asked["floats"] == 1
    await read(context_of(tmp_path, market, early + timedelta(hours=1)))
    assert market.asked["floats"] == 2


@pytest.mark.parametrize("name", TABLES)
async def test_what_the_plan_does_not_have_is_wanting_alone_and_says_why(tmp_path: Path, name: str) -> None:
    market = Told()
    market.fails = refusing(Kind.NOT_ENTITLED, name)
    found = await read(context_of(tmp_path, market))
    assert found.reasons == {TITLES[name]: f"No {name} now."}
    row = found.of("N0")
    wanting = {
        "short_interest": "shares_short",
        "floats": "short_of_float",
        "earnings": "earnings_when",
        "filings": "",
    }[name]
    assert not wanting or row[wanting] is None
    others = {
        "short_interest": "free_float",
        "floats": "shares_short",
        "earnings": "shares_short",
        "filings": "earnings",
    }
    assert row[others[name]] is not None
    if name == "filings":
        assert found.of("N1")["earnings"] is None


async def test_an_older_table_stands_for_a_week_with_its_day(tmp_path: Path) -> None:
    market = Told()
    await read(context_of(tmp_path, market))
    market.fails = refusing(Kind.SERVER, "short_interest")
    later = context_of(tmp_path, market, NOON + timedelta(days=2))
    found = await read(later)
    assert found.of("N0")["shares_short"] == 2e6
    assert found.reasons == {SHORT: "No short_interest now. That of 4 Feb stands."}
    old = await read(context_of(tmp_path, market, NOON + timedelta(days=12)))
    assert old.of("N0")["shares_short"] is None
    assert old.reasons[SHORT] == "No short_interest now."


async def test_half_a_table_is_no_market(tmp_path: Path) -> None:
    market = Told()
    await read(context_of(tmp_path, market))
    market.rows = rows_of(1)
    found = await read(context_of(tmp_path, market, NOON + timedelta(days=1)))
    assert found.of("N3")["shares_short"] == 2e6
    assert found.reasons[SHORT] == "short interest came with 1 of 4 rows. That of 4 Feb stands."


async def test_a_calendar_that_shrinks_with_the_season_is_taken_as_it_is(tmp_path: Path) -> None:
    market = Told()
    market.rows["earnings"] = [{"ticker": f"N{number}", "day": date(2026, 2, 5)} for number in range(4)]
    await read(context_of(tmp_path, market))
    market.rows["earnings"] = [{"ticker": "N0", "day": date(2026, 2, 6)}]
    found = await read(context_of(tmp_path, market, NOON + timedelta(days=1)))
    assert found.of("N0")["earnings"] == date(2026, 2, 6)
    assert found.reasons == {}
    market.rows["earnings"] = []
    found = await read(context_of(tmp_path, market, NOON + timedelta(days=2)))
    assert found.of("N0")["earnings"] == date(2026, 2, 6), "an empty calendar is no calendar"
    assert found.reasons[CALENDAR] == "earnings calendar came with 0 of 1 rows. That of 5 Feb stands."


async def test_a_table_from_weeks_ago_is_no_measure_of_a_new_one(tmp_path: Path) -> None:
    market = Told()
    await read(context_of(tmp_path, market))
    market.rows = rows_of(1)
    later = context_of(tmp_path, market, NOON + timedelta(days=12))
    assert (await read(later)).of("N0")["shares_short"] == 2e6
    market.asked.clear()
    again = context_of(tmp_path, market, NOON + timedelta(days=12, hours=1))
    assert (await read(again)).reasons == {}
    assert market.asked["short_interest"] == 0, "it is kept, and not asked for again all day"


async def test_a_refused_key_is_no_wanting_table(tmp_path: Path) -> None:
    market = Told()
    market.fails = refusing(Kind.KEY_REFUSED, "floats")
    with pytest.raises(ProviderError, match="No floats now"):
        await refresh_companies(context_of(tmp_path, market))


async def test_rows_left_out_are_told_after_a_restart_too(tmp_path: Path) -> None:
    market = Told()
    market.left_out = 3
    for _ in range(2):
        found = await read(context_of(tmp_path, market))
        assert found.left_out[SHORT] == 3
        assert found.left_out_reasons[SHORT] == ("odd (1)",)


async def test_another_session_has_its_own(tmp_path: Path) -> None:
    market = Told()
    context = context_of(tmp_path, market)
    context.state.session.set(date(2026, 2, 5))
    assert (await read(context)).table is None, "what was read is of a session that is over"


async def test_the_simulated_market_tells_it_in_at_most_ten_calls(crash: Made, tmp_path: Path) -> None:
    app = create_app(at=CLOSE, speed=0, compress=False)
    asked: Counter[str] = Counter()
    wanted = ("short-interest", "float", "earnings", "filings")

    class Counted(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.update(path for path in wanted if path in request.url.path)
            return await super().handle_async_request(request)

    board = await refreshed(provider(Counted(app)), tmp_path, QUICK)
    assert board.companies.table is not None
    assert sum(asked.values()) <= 10, asked
    assert crash.board.companies.table is not None
    assert board.companies.table.equals(crash.board.companies.table)


async def test_rules_read_what_is_told_of_a_company(crash: Made) -> None:
    board, told = crash.board, crash.board.companies
    assert told.table is not None
    known = told.table.drop_nulls(["short_of_float", "calendar_sessions"]).row(0, named=True)
    guessed = told.table.filter(pl.col("earnings_by") == ESTIMATED).row(0, named=True)

    def value(ticker: str, figure: str) -> float | None:
        return reading_at(board, f"names.{ticker}.{figure}")

    assert value(known["ticker"], "short_of_float") == known["short_of_float"]
    assert value(known["ticker"], "sessions_to_earnings") == known["earnings_sessions"]
    assert value(guessed["ticker"], "sessions_to_earnings") is None, "no alarm on a guess"
    bare = replace(board, companies=Companies(told.table.clear(), told.session))
    assert reading_at(bare, f"names.{known['ticker']}.short_of_float") is None
    with pytest.raises(LookupError, match="no 'NVDAA'"):
        value("NVDAA", "short_of_float")
    paths = {reading.path for reading in readings_of(board, known["ticker"])}
    assert {f"names.{known['ticker']}.short_of_float", f"names.{known['ticker']}.sessions_to_earnings"} <= paths


def test_of_an_empty_table_nothing_is_known() -> None:
    assert Companies(empty(NAMES)).of("NVDA") == {}
