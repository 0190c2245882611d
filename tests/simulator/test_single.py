"""Single names on the wire, as unkind as the vendor's: late counts, zero floats, days that move, hostile headlines."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
import pytest
from massive import RESTClient  # type: ignore[import-untyped]

from deskview.simulator.world.world import World
from tests.simulator.conftest import asking, served
from tests.simulator.test_paging import pages, together

SHORT, FLOAT, EARNINGS = "/stocks/v1/short-interest", "/stocks/vX/float", "/benzinga/v1/earnings"
FILINGS, NEWS = "/stocks/filings/vX/index", "/v2/reference/news"
TODAY = date(2026, 2, 4)
Row = dict[str, Any]


async def rows_of(client: httpx.AsyncClient, call: str) -> list[Row]:
    return together(await pages(client, call))


@pytest.mark.parametrize(
    ("path", "default", "largest"),
    [(SHORT, 10, 50_000), (FLOAT, 100, 5_000), (EARNINGS, 100, 50_000), (FILINGS, 1_000, 10_000), (NEWS, 10, 1_000)],
)
async def test_pages_are_short_unless_asked_and_bounded(
    noon: httpx.AsyncClient, path: str, default: int, largest: int
) -> None:
    assert len((await noon.get(path)).json()["results"]) == default
    assert (await noon.get(f"{path}?limit={largest}")).status_code == 200
    assert (await noon.get(f"{path}?limit={largest + 1}")).status_code == 400


async def test_unless_asked_short_interest_is_of_the_first_letters_and_reports_of_the_last_change(
    noon: httpx.AsyncClient,
) -> None:
    assert {row["ticker"] for row in (await noon.get(SHORT)).json()["results"]} == {"A"}
    changed = [row["last_updated"] for row in (await noon.get(EARNINGS)).json()["results"]]
    assert changed == sorted(changed, reverse=True)
    filed = [row["filing_date"] for row in (await noon.get(FILINGS)).json()["results"]]
    assert filed == sorted(filed, reverse=True)


async def test_settlements_are_twice_a_month_and_told_two_weeks_later(noon: httpx.AsyncClient, world: World) -> None:
    rows = await rows_of(noon, f"{SHORT}?ticker=AAPL&limit=50000")
    days = {date.fromisoformat(row["settlement_date"]) for row in rows}
    assert max(days) == date(2026, 1, 15), "that of 30 January is not told yet"
    assert {date(2025, 12, 15), date(2025, 12, 31)} < days
    months = Counter((day.year, day.month) for day in days)
    assert {months[month] for month in sorted(months)[1:-1]} == {2}
    assert all(world.calendar.is_session(day) for day in days)


async def test_a_settlement_is_told_ten_sessions_later_and_revises_those_before() -> None:
    newest = f"{SHORT}?settlement_date=2026-01-15&limit=50000"
    before = f"{SHORT}?settlement_date=2025-12-31&limit=50000"
    async with asking(sessions=8) as client:
        early = [await rows_of(client, call) for call in (newest, before)]
    async with asking() as client:
        late = [await rows_of(client, call) for call in (newest, before)]
    assert (len(early[0]), len(late[0]) > 3_000) == (0, True)
    assert len(early[1]) == len(late[1])
    revised = [one["ticker"] for one, two in zip(early[1], late[1], strict=True) if one != two]
    assert 0 < len(revised) < 0.1 * len(late[1])


async def test_some_counts_are_there_twice_some_not_at_all_and_some_of_names_nobody_lists(
    noon: httpx.AsyncClient, world: World
) -> None:
    rows = await rows_of(noon, f"{SHORT}?settlement_date=2026-01-15&limit=50000")
    assert [row for row in rows if "short_interest" not in row]
    twice = {ticker for ticker, count in Counter(row["ticker"] for row in rows).items() if count > 1}
    counts = {ticker: {row.get("short_interest") for row in rows if row["ticker"] == ticker} for ticker in twice}
    assert twice
    assert all(len(found) == 2 for found in counts.values())
    strangers = [row for row in rows if row["ticker"] not in world.roster.index]
    assert {row["days_to_cover"] for row in strangers} == {999.99}
    assert {row["avg_daily_volume"] for row in strangers} == {0}
    assert any("." in row["ticker"] for row in rows if row not in strangers)
    assert not any(row["ticker"] == "SPY" for row in rows), "of stocks alone"


async def test_counts_are_on_the_share_basis_of_their_settlement(noon: httpx.AsyncClient, world: World) -> None:
    """The vendor adjusts nothing for a split that came later."""
    stocks = [
        each for each in world.splits if each.position < world.roster.stocks and each.session > world.sessions - 250
    ]
    large = [each for each in stocks if max(each.old, each.new) >= 8 and world.days[each.session] < date(2026, 1, 15)]
    assert len(large) > 1
    for split in large:
        ticker, day = world.roster.tickers[split.position], world.days[split.session].isoformat()
        rows = await rows_of(noon, f"{SHORT}?ticker={ticker}&sort=settlement_date.asc&limit=50000")
        before, after = (
            [row["short_interest"] for row in rows if (row["settlement_date"] < day) is is_before and len(row) == 5]
            for is_before in (True, False)
        )
        assert after[0] / before[-1] == pytest.approx(split.new / split.old, rel=0.6)


async def test_more_may_be_sold_short_than_is_free_to_trade(noon: httpx.AsyncClient) -> None:
    short = {
        row["ticker"]: row.get("short_interest", 0)
        for row in await rows_of(noon, f"{SHORT}?settlement_date=2026-01-15&limit=50000")
    }
    free = {row["ticker"]: row["free_float"] for row in await rows_of(noon, f"{FLOAT}?limit=5000") if row["free_float"]}
    shares = sorted(short[ticker] / free[ticker] for ticker in free if ticker in short)
    assert shares[-1] > 1
    assert 0.01 < shares[len(shares) // 2] < 0.1


async def test_floats_may_be_zero_undated_old_and_are_of_companies_at_home(
    noon: httpx.AsyncClient, world: World
) -> None:
    rows = await rows_of(noon, f"{FLOAT}?limit=5000")
    assert any(row["free_float"] == row["free_float_percent"] == 0 for row in rows)
    assert any(row["free_float"] > 0 == row["free_float_percent"] for row in rows)
    assert any("effective_date" not in row for row in rows)
    twice = [ticker for ticker, count in Counter(row["ticker"] for row in rows).items() if count > 1]
    assert twice
    days = {row["effective_date"] for row in rows if row["ticker"] == twice[0]}
    assert len(days) == 2
    assert {world.roster.entries[world.roster.index[row["ticker"]]].type for row in rows} == {"CS"}
    assert any("." in row["ticker"] for row in rows)


async def test_a_day_is_projected_until_it_is_near_and_may_move(noon: httpx.AsyncClient) -> None:
    rows = await rows_of(noon, f"{EARNINGS}?date.gte=2026-01-20&date.lte=2026-05-29&sort=date.asc&limit=50000")
    far = (TODAY + timedelta(days=30)).isoformat()
    statuses = Counter(row.get("date_status") for row in rows if row["date"] > far)
    assert statuses["projected"] > 100 > statuses["confirmed"]
    assert any("date_status" not in row for row in rows)
    near = [row for row in rows if row["date"] <= TODAY.isoformat()]
    assert Counter(row.get("date_status") for row in near)["confirmed"] > 100
    reports: dict[tuple[Any, ...], set[str]] = {}
    for row in rows:
        reports.setdefault((row["ticker"], row["fiscal_year"], row["fiscal_period"]), set()).add(row["date"])
    assert max(map(len, reports.values())) == 2, "a day that was moved is there beside the one it was moved from"
    assert {row.get("time") for row in rows} == {"07:30:00", "12:30:00", "16:05:00", "00:00:00", None}
    assert any("eps_surprise" not in row for row in near)


async def test_results_to_come_have_no_figures(noon: httpx.AsyncClient) -> None:
    rows = await rows_of(noon, f"{EARNINGS}?date.gte=2026-02-04&limit=50000")
    assert rows
    assert not any("actual_eps" in row for row in rows)


async def test_what_is_filed_after_results(noon: httpx.AsyncClient) -> None:
    asked = f"{FILINGS}?filing_date.gte=2025-02-01&filing_date.lte=2025-03-31&limit=10000"
    rows = await rows_of(noon, asked)
    forms = Counter(row["form_type"] for row in rows)
    assert forms["10-K"] > 1_000 < forms["8-K"]
    assert forms["6-K"] > 0 < forms["10-K/A"]
    assert any("ticker" not in row for row in rows)
    chosen = await rows_of(noon, f"{asked}&form_type.any_of=10-K,10-Q")
    assert {row["form_type"] for row in chosen} == {"10-K"}
    assert len(chosen) == forms["10-K"]
    assert max(row["filing_date"] for row in (await noon.get(FILINGS)).json()["results"]) < TODAY.isoformat()


async def test_a_report_was_filed_about_a_year_before(noon: httpx.AsyncClient) -> None:
    coming = await rows_of(noon, f"{EARNINGS}?ticker=NVDA&date.gte=2025-11-01&limit=100")
    filed = await rows_of(noon, f"{FILINGS}?ticker=NVDA&form_type.any_of=10-K,10-Q&limit=100")
    days = [date.fromisoformat(row["filing_date"]) for row in filed]
    for row in coming:
        a_year_before = date.fromisoformat(row["date"]) - timedelta(days=364)
        assert min(abs((day - a_year_before).days) for day in days) <= 16


async def test_headlines_are_of_now_and_before_and_newest_first(noon: httpx.AsyncClient) -> None:
    rows = await rows_of(noon, f"{NEWS}?limit=1000")
    told = [row["published_utc"] for row in rows]
    assert told == sorted(told, reverse=True)
    assert "2026-02-04T15:00:00Z" < told[0] <= "2026-02-04T17:00:00Z"
    risen = await rows_of(noon, f"{NEWS}?limit=1000&order=asc")
    assert risen == rows[::-1]
    async with asking(at=time(15)) as later:
        assert (await later.get(NEWS)).json()["results"][0]["published_utc"] > told[0]


async def test_headlines_of_a_name_and_since_a_time(noon: httpx.AsyncClient) -> None:
    of_one = await rows_of(noon, f"{NEWS}?ticker=NVDA&limit=1000")
    assert of_one
    assert all("NVDA" in row["tickers"] for row in of_one)
    assert (await noon.get(f"{NEWS}?ticker=ZZZZZ")).json()["results"] == []
    for since in ("2026-02-03", "2026-02-03T00:00:00Z", "2026-02-02T19:00:00-05:00"):
        rows = (await noon.get(NEWS, params={"published_utc.gte": since, "limit": 1000})).json()["results"]
        assert min(row["published_utc"] for row in rows).startswith("2026-02-03")
    assert (await noon.get(f"{NEWS}?published_utc.gte=soon")).status_code == 400


async def test_some_headlines_are_what_nobody_should_send(noon: httpx.AsyncClient) -> None:
    rows = await rows_of(noon, f"{NEWS}?limit=1000")
    titles = "".join(row["title"] for row in rows)
    for strange in ("\x1b]0;", "\u202e", "[@click=app.quit]", "\r\n", "\u200b", "\x00", "\u6771", "\u0645"):
        assert strange in titles, ascii(strange)
    assert max(len(row["title"]) for row in rows) > 2_000
    links = {row["article_url"].partition(":")[0] for row in rows}
    assert {"https", "http", "javascript", "data", ""} <= links
    assert max(len(row["tickers"]) for row in rows) == 30
    assert all("imulated" in row["title"] for row in rows), "nobody takes one for a real company's"


async def test_the_next_page_of_news_names_the_port() -> None:
    async with asking() as client:
        assert (await client.get(f"{NEWS}?limit=5")).json()["next_url"].startswith("http://sim.test:80/v2/reference/")
        headers = {"Host": "127.0.0.1:4711"}
        link = (await client.get(f"{NEWS}?limit=5", headers=headers)).json()["next_url"]
        assert link.startswith("http://127.0.0.1:4711/v2/reference/news?cursor=")


@pytest.mark.parametrize("path", [SHORT, FLOAT, EARNINGS, FILINGS])
async def test_a_column_that_is_missing_in_places_can_be_sorted_by(noon: httpx.AsyncClient, path: str) -> None:
    column = {SHORT: "days_to_cover", FLOAT: "free_float_percent", EARNINGS: "date_status", FILINGS: "ticker"}[path]
    assert (await noon.get(f"{path}?sort={column}.asc&limit=2000")).status_code == 200
    assert (await noon.get(f"{path}?sort=nothing.asc")).status_code == 400


@contextmanager
def theirs() -> Iterator[RESTClient]:
    """The vendor's own client."""
    with served() as url:
        yield RESTClient("demo", base=url, retries=0)


def test_the_vendors_own_client_reads_all_of_them() -> None:
    with theirs() as client:
        settled = next(client.list_short_interest(ticker="NVDA", sort="settlement_date.desc", limit=1))
        assert (settled.ticker, settled.settlement_date) == ("NVDA", "2026-01-15")
        assert settled.days_to_cover >= 1
        free = list(client.list_stocks_floats(limit=1_000))
        assert len(free) > 2_500
        assert next(row for row in free if row.ticker == "NVDA").free_float > 1e9
        reports = list(
            client.list_benzinga_earnings(date_gte="2026-02-01", date_lte="2026-02-28", sort="date.asc", limit=500)
        )
        assert len(reports) > 500
        assert {row.date_status for row in reports} >= {"confirmed"}
        filed = list(
            client.list_stocks_filings_index(
                filing_date_gte="2025-02-01", filing_date_lte="2025-02-28", form_type_any_of="10-K,10-Q", limit=300
            )
        )
        assert len(filed) > 300
        news = list(client.list_ticker_news(ticker="NVDA", limit=3))
        assert len(news) > 3
        assert news[0].publisher.name
        assert datetime.fromisoformat(news[0].published_utc).tzinfo is not None
