"""What is told of single names in the vendor's own forms: old orders, odd zeros, contradictions, days that move."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deskview.market.schema import EARNINGS, FILINGS, FLOATS, SHORT_INTEREST, require
from deskview.providers.base import Provider, Table
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.provider import Massive
from tests.providers.massive.answers import Absent, Json, answering, results
from tests.providers.massive.every_table import DAY, OPEN, counted, filing, free, report
from tests.providers.scripted import Server, failed, ok

SINCE = date(2026, 10, 1)
SETTLED, BEFORE = "2026-10-30", "2026-10-15"


async def counts_of(*rows: object) -> Table:
    return await answering(results(*rows)).short_interest(SINCE)


async def floats_of(*rows: object) -> Table:
    return await answering(results(*rows)).floats()


async def reports_of(*rows: object, since: date = SINCE, until: date = DAY) -> Table:
    return await answering(results(*rows)).earnings(since, until)


ASKED: list[tuple[str, Callable[[Provider], Any], str]] = [
    (
        "short interest",
        lambda provider: provider.short_interest(SINCE),
        "/stocks/v1/short-interest?settlement_date.gte=2026-10-01&sort=settlement_date.desc&limit=50000",
    ),
    ("floats", lambda provider: provider.floats(), "/stocks/vX/float?sort=ticker.asc&limit=5000"),
    (
        "earnings",
        lambda provider: provider.earnings(SINCE, DAY),
        "/benzinga/v1/earnings?date.gte=2026-10-01&date.lte=2026-11-20&sort=date.asc&limit=50000",
    ),
    (
        "filings",
        lambda provider: provider.filings(SINCE, DAY),
        "/stocks/filings/vX/index?form_type.any_of=10-K%2C10-Q&filing_date.gte=2026-10-01&filing_date.lte=2026-11-20"
        "&sort=filing_date.asc&limit=10000",
    ),
    (
        "news",
        lambda provider: provider.news("BRK.B", OPEN),
        "/v2/reference/news?ticker=BRK.B&published_utc.gte=2026-11-20T14%3A30%3A00Z&order=desc&sort=published_utc"
        "&limit=1000",
    ),
    (
        "news of all",
        lambda provider: provider.news(None, OPEN),
        "/v2/reference/news?published_utc.gte=2026-11-20T14%3A30%3A00Z&order=desc&sort=published_utc&limit=1000",
    ),
]


@pytest.mark.parametrize(("ask", "target"), [case[1:] for case in ASKED], ids=[case[0] for case in ASKED])
async def test_order_and_size_are_always_asked_for(
    server: Server, massive: Massive, ask: Callable[[Provider], Any], target: str
) -> None:
    """Else short interest comes ten rows at a time from the oldest of A on, and reports by their last change."""
    server.will(ok(results()))
    await ask(massive)
    assert [seen.target.replace(":", "%3A") for seen in server.seen] == [target.replace(":", "%3A")]


REFUSED: list[tuple[str, Callable[[Provider], Any], Capability, str]] = [
    ("short interest", ASKED[0][1], Capability.SHORT_INTEREST, "Stocks Advanced"),
    ("floats", ASKED[1][1], Capability.FLOAT, "Stocks Advanced"),
    ("earnings", ASKED[2][1], Capability.EARNINGS, "Benzinga Earnings"),
    ("filings", ASKED[3][1], Capability.FILINGS, "Stocks Advanced"),
]


@pytest.mark.parametrize(
    ("ask", "capability", "plan"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_a_refusal_of_the_newer_kind_costs_its_table_alone(
    server: Server, massive: Massive, ask: Callable[[Provider], Any], capability: Capability, plan: str
) -> None:
    words = "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing"
    server.will(failed(403, {"status": "ERROR", "request_id": "r", "error": words}))
    with pytest.raises(ProviderError) as caught:
        await ask(massive)
    assert caught.value.kind is Kind.NOT_ENTITLED
    assert plan in caught.value.sentence
    denied = {each for each in massive.capabilities.denied if massive.capabilities.retry_at(each) is not None}
    assert denied == {capability}


async def test_halts_are_not_to_be_had() -> None:
    provider = answering(results())
    assert provider.capabilities.denied[Capability.HALTS].sentence.startswith("Massive does not have trading halts")
    assert provider.capabilities.retry_at(Capability.HALTS) is None


async def test_a_count_as_the_wire_has_it() -> None:
    table = await counts_of(counted(ticker="BRK.B"))
    row = ("BRK.B", date(2026, 10, 30), 3_906_231.0, 2_340_158.0, 1.67, None, None)
    assert require(table.frame, SHORT_INTEREST, "short interest").rows() == [row]


async def test_of_several_settlements_the_newest_is_taken_name_by_name_with_the_one_before() -> None:
    table = await counts_of(
        counted(0, settlement_date=BEFORE, short_interest=1),
        counted(1, settlement_date=BEFORE, short_interest=2),
        counted(0, settlement_date=SETTLED, short_interest=3),
        counted(0, settlement_date="2026-10-14", short_interest=4),
    )
    told = table.frame.select("ticker", "settlement", "shares_short", "before", "shares_before").rows()
    assert told == [
        ("GOOD0", date(2026, 10, 30), 3.0, date(2026, 10, 15), 1.0),
        ("GOOD1", date(2026, 10, 15), 2.0, None, None),
    ]
    assert table.left_out == 0, "older ones are no fault"


async def test_of_counts_that_contradict_each_other_none_is_taken_but_the_one_before() -> None:
    table = await counts_of(
        counted(0, short_interest=100), counted(0, short_interest=103), counted(0, settlement_date=BEFORE)
    )
    assert table.frame["settlement"].to_list() == [date(2026, 10, 15)]
    assert (table.left_out, table.reasons) == (2, ("several counts of one settlement (2)",))


async def test_a_count_told_twice_is_one() -> None:
    table = await counts_of(counted(0), counted(0), counted(1))
    assert table.frame["ticker"].to_list() == ["GOOD0", "GOOD1"]
    assert (table.left_out, table.reasons) == (1, ("the same ticker and settlement a second time (1)",))


@pytest.mark.parametrize("told", [Absent, None], ids=str)
async def test_a_row_without_a_count_does_not_hide_the_one_before(told: object) -> None:
    table = await counts_of(counted(0, short_interest=told), counted(0, settlement_date=BEFORE, short_interest=7))
    assert table.frame["shares_short"].to_list() == [7.0]
    assert table.reasons == ("without a count of shares (1)",)


async def test_nothing_sold_short_is_a_count() -> None:
    table = await counts_of(counted(0, short_interest=0, days_to_cover=0))
    assert table.frame.row(0)[2:5] == (0.0, 2_340_158.0, 0.0)


@pytest.mark.parametrize(("volume", "kept"), [(0, 0.0), (None, None), (Absent, None)], ids=str)
async def test_without_trading_there_are_no_days_to_cover(volume: object, kept: float | None) -> None:
    table = await counts_of(counted(0, avg_daily_volume=volume, days_to_cover=999.99))
    assert table.frame.row(0)[2:5] == (3_906_231.0, kept, None)
    assert table.left_out == 0


async def test_days_to_cover_are_the_files_own_and_never_recomputed() -> None:
    table = await counts_of(counted(0, short_interest=1_000, avg_daily_volume=10, days_to_cover=1.0))
    assert table.frame["days_to_cover"].to_list() == [1.0]


async def test_more_may_be_sold_short_than_is_free_to_trade() -> None:
    assert (await counts_of(counted(0, short_interest=9_000_000))).frame["shares_short"].to_list() == [9e6]
    table = await floats_of(free(0, free_float=6_000_000, free_float_percent=60))
    assert table.frame["free_float"].to_list() == [6e6]


async def test_a_count_of_before_the_day_asked_for_is_left_out() -> None:
    table = await counts_of(counted(0, settlement_date="2026-09-30"), counted(1))
    assert (table.frame["ticker"].to_list(), table.reasons) == (["GOOD1"], ("settled before the day asked for (1)",))


async def test_the_whole_market_over_pages_is_one_count_a_name(server: Server, massive: Massive) -> None:
    pages = [results(counted(0), counted(1)), results(counted(0, settlement_date=BEFORE), counted(2))]
    pages[0]["next_url"] = f"{server.url}/stocks/v1/short-interest?cursor=2"
    server.will(*map(ok, pages))
    table = await massive.short_interest(SINCE)
    assert table.frame["ticker"].to_list() == ["GOOD0", "GOOD1", "GOOD2"]
    assert set(table.frame["settlement"].to_list()) == {date(2026, 10, 30)}


async def test_a_float_as_the_wire_has_it() -> None:
    table = await floats_of(free(ticker="BRK.B"))
    assert require(table.frame, FLOATS, "floats").rows() == [("BRK.B", 15e9, 98.5, date(2026, 11, 1))]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"free_float": 0}, (None, 98.5)),
        ({"free_float_percent": 0}, (15e9, None)),
        ({"free_float_percent": None}, (15e9, None)),
        ({"free_float": Absent}, (None, 98.5)),
        ({"free_float_percent": 100}, (15e9, 100.0)),
    ],
    ids=str,
)
async def test_a_zero_is_no_float(told: Json, kept: tuple[float | None, float | None]) -> None:
    table = await floats_of(free(0, **told))
    assert table.frame.select("free_float", "free_float_percent").rows() == [kept]
    assert table.left_out == 0


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"free_float": 0, "free_float_percent": 0}, "neither shares nor per cent"),
        ({"free_float": Absent, "free_float_percent": None}, "neither shares nor per cent"),
        ({"free_float_percent": 100.01}, "more than all of the shares"),
        ({"effective_date": "soon"}, "the day is no date"),
        ({"effective_date": ""}, "the day is no date"),
        ({"effective_date": "2036-11-01"}, "the day is years ahead"),
    ],
    ids=str,
)
async def test_a_float_that_can_t_be_is_left_out(told: Json, reason: str) -> None:
    table = await floats_of(free(1), free(0, **told), free(2))
    assert table.frame["ticker"].to_list() == ["GOOD1", "GOOD2"]
    assert table.reasons == (f"{reason} (1)",)


async def test_a_float_without_a_day_gives_way_to_one_with() -> None:
    alone = await floats_of(free(0, effective_date=Absent))
    assert alone.frame["effective"].to_list() == [None]
    table = await floats_of(free(0, effective_date=None, free_float=1), free(0, effective_date="2025-04-01"))
    assert table.frame["effective"].to_list() == [date(2025, 4, 1)]


async def test_of_several_floats_the_newest_is_taken() -> None:
    old = free(0, effective_date="2026-04-01", free_float=1)
    table = await floats_of(old, free(0), old, free(1, free_float=5), free(1, free_float=6))
    assert table.frame.select("ticker", "free_float").rows() == [("GOOD0", 15e9)]
    assert table.left_out == 3
    assert table.reasons[0] == "several floats of one day (2)"


async def test_a_report_as_the_wire_has_it() -> None:
    table = await reports_of(report(ticker="BRK.B"))
    assert require(table.frame, EARNINGS, "earnings").rows() == [("BRK.B", DAY, "after", True)]


@pytest.mark.parametrize(
    ("day", "clock", "when"),
    [
        *((str(DAY), clock, "before") for clock in ("00:00:01", "07:00:00", "09:29:59")),
        *((str(DAY), clock, "during") for clock in ("09:30:00", "12:00:00", "15:59:59")),
        *((str(DAY), clock, "after") for clock in ("16:00:00", "16:05:00", "23:59:59")),
        *((str(DAY), clock, None) for clock in ("00:00:00", "", "soon", "25:00:00", "16:05", None, Absent)),
        *(("2026-07-15", clock, when) for clock, when in (("15:59:59", "during"), ("16:00:00", "after"))),
        *(("2026-11-27", clock, when) for clock, when in (("12:59:59", "during"), ("13:00:00", "after"))),
        *((day, "08:00:00", None) for day in ("2026-11-26", "2026-11-28")),
    ],
    ids=str,
)
async def test_the_time_is_of_the_clock_in_new_york_and_of_that_days_session(
    day: str, clock: object, when: str | None
) -> None:
    """In July too, whatever the vendor calls it; on a half day the session ends at 13:00."""
    table = await reports_of(report(0, date=day, time=clock), since=date(2026, 7, 1), until=date(2026, 11, 30))
    assert (table.frame["when"].to_list(), table.left_out) == ([when], 0)


@pytest.mark.parametrize(
    ("told", "confirmed"),
    [("confirmed", True), ("projected", False), ("unheard of", None), ("", None), (None, None), (Absent, None)],
    ids=str,
)
async def test_a_projected_day_is_not_a_confirmed_one(told: object, confirmed: bool | None) -> None:
    table = await reports_of(report(0, date_status=told))
    assert (table.frame["confirmed"].to_list(), table.left_out) == ([confirmed], 0)


async def test_of_a_day_that_was_moved_the_last_change_counts() -> None:
    moved = report(0, date="2026-11-12", date_status="projected", last_updated="2026-09-01T00:00:00Z")
    for rows in ((moved, report(0)), (report(0), moved)):
        table = await reports_of(*rows, report(0, fiscal_period="Q2", date="2026-10-05"))
        assert table.frame["day"].to_list() == [date(2026, 10, 5), DAY]
        assert (table.left_out, table.reasons) == (1, ("an older row of a report (1)",))


async def test_reports_of_no_period_are_told_apart_by_their_day() -> None:
    rows = [report(0, fiscal_period=period, date=day) for period, day in ((None, "2026-11-12"), ("", "2026-11-13"))]
    table = await reports_of(*rows, report(0, fiscal_year=None, fiscal_period="FY"), report(0, fiscal_period=None))
    assert table.frame["day"].to_list() == [date(2026, 11, 12), date(2026, 11, 13), DAY]
    assert table.reasons == ("the same ticker and day a second time (1)",)


async def test_reports_outside_the_days_asked_for_are_left_out() -> None:
    table = await reports_of(report(0, date="2026-11-21"), report(1, date="2026-10-01"), report(2, date="2026-09-30"))
    assert table.frame["ticker"].to_list() == ["GOOD1"]
    assert table.reasons == ("the day is outside the dates asked for (2)",)


async def test_a_filing_is_known_by_its_issuer() -> None:
    rows = [filing(0, cik="320193"), filing(7, ticker=Absent), filing(8, ticker="", form_type="10-K")]
    table = await answering(results(*rows)).filings(SINCE, DAY)
    assert require(table.frame, FILINGS, "filings").rows() == [
        ("0000000007", None, "10-Q", DAY), ("0000000008", None, "10-K", DAY), ("0000320193", "GOOD0", "10-Q", DAY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"cik": "x"}, "the issuer's number is none"),
        ({"cik": "12345678901"}, "the issuer's number is none"),
        ({"form_type": "10-Q/A"}, "the form is another"),
        ({"form_type": "8-K"}, "the form is another"),
        ({"ticker": "A B"}, "the ticker is none"),
        ({"filing_date": "2026-11-21"}, "the day is outside the dates asked for"),
        ({"cik": "0000000001"}, "the same cik and form and day a second time"),
    ],
    ids=str,
)
async def test_a_filing_that_was_not_asked_for_is_left_out(told: Json, reason: str) -> None:
    table = await answering(results(filing(1), filing(0, **told), filing(2))).filings(SINCE, DAY)
    assert table.frame["cik"].to_list() == ["0000000001", "0000000002"]
    assert table.reasons == (f"{reason} (1)",)
