"""Is it safe to be short this into tomorrow? What a name's page tells of its company, its trading and its headlines."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from deskview.analytics.companies import COMPANIES
from deskview.board import Board, Companies, Headline, Headlines
from deskview.board.inputs import CALENDAR, FILINGS_TOLD, FLOAT, SHORT
from deskview.format import percent, price
from deskview.market.schema import UTC_NS
from deskview.screens.frame.companies import told_of
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.subjects import detail_of, table_of
from tests.app.desk import seated
from tests.hostile_text import ESCAPES
from tests.screens.pages.test_name import NVDA, about

KNOWN: dict[str, Any] = {
    "settlement": date(2026, 1, 15),
    "shares_short": 2.2e8,
    "short_of_float": 0.214,
    "days_to_cover": 4.1,
    "short_change": 0.12,
    "free_float": 1.03e9,
    "float_of_shares": 0.96,
    "earnings": date(2026, 2, 5),
    "earnings_when": "before",
    "earnings_by": "confirmed",
    "earnings_sessions": 1,
    "calendar_sessions": 1,
    "reported": None,
    "reported_when": None,
}
SIZES = [(80, 24), (120, 40), (200, 60)]


def told(board: Board, reasons: dict[str, str] | None = None, **own: Any) -> Board:  # noqa: ANN401 - any column
    """The board with this told of NVDA, and of nobody else."""
    row = {**KNOWN, "ticker": "NVDA", **own}
    table = pl.DataFrame([row], schema=dict(COMPANIES))
    return replace(board, companies=Companies(table, board.session, reasons or {}))


def nothing(board: Board, reasons: dict[str, str] | None = None, *, came: bool = True) -> Board:
    table = pl.DataFrame(schema=dict(COMPANIES)) if came else None
    return replace(board, companies=Companies(table, board.session, reasons or {}))


@pytest.mark.parametrize(
    ("own", "text"),
    [
        ({}, "Thu 5 Feb, before the open   in 1 session   confirmed"),
        ({"earnings_by": "expected"}, "Thu 5 Feb, before the open   in 1 session   expected, not confirmed"),
        ({"earnings_when": None}, "Thu 5 Feb, hour not told   in 1 session   confirmed"),
        (
            {"earnings": date(2026, 2, 4), "earnings_sessions": 0, "earnings_when": "after"},
            "Wed 4 Feb, after the close   today   confirmed",
        ),
        (
            {"earnings": date(2026, 2, 4), "earnings_sessions": 0},
            "Wed 4 Feb, before the open   this morning: it should be out   confirmed",
        ),
        (
            {"earnings_by": "estimated", "earnings_when": None, "earnings": date(2026, 2, 25), "earnings_sessions": 14},
            "~25 Feb   about in 14 sessions   by last year's filing; may be out earlier",
        ),
    ],
    ids=["confirmed", "expected", "no-hour", "today", "this-morning", "guess"],
)
def test_the_next_report_says_how_its_day_is_known(board: Board, own: dict[str, Any], text: str) -> None:
    assert about(told(board, **own))["earnings"] == text


def test_last_evenings_report_stands_before_the_next(board: Board) -> None:
    past: dict[str, Any] = {"reported": date(2026, 2, 3), "reported_when": "after"}
    text = about(told(board, **past, earnings=date(2026, 5, 5), earnings_sessions=62))["earnings"]
    assert text.startswith("reported Tue 3 Feb, after the close;   next   Tue 5 May, before the open   in 62 sessions")
    alone: dict[str, Any] = {"earnings": None, "earnings_by": None, "earnings_sessions": None}
    assert about(told(board, **past, **alone))["earnings"].startswith("reported Tue 3 Feb, after the close;   next   –")


def test_without_a_report_the_reason_stands(board: Board) -> None:
    bare = {"earnings": None, "earnings_by": None, "earnings_sessions": None}
    denied = "The key's plan does not include it."
    assert about(told(board, {CALENDAR: denied}, **bare))["earnings"] == f"–  {denied}"
    assert about(told(board, {FILINGS_TOLD: denied}, **bare))["earnings"] == f"–  {denied}"
    assert about(nothing(board))["earnings"] == "–  no report is told of it"
    assert about(nothing(board, came=False))["earnings"] == "–  still to come"


def test_short_interest_stands_with_its_day_and_its_age(board: Board) -> None:
    text = about(told(board))["short"]
    assert text == "21.4% of float   4.1 d to cover   settled 15 Jan, 20 days old, +12% on the count before"
    assert "137.0% of float" in about(told(board, short_of_float=1.37))["short"], "more than is free is shown"
    no_float = about(told(board, {FLOAT: "no floats here"}, short_of_float=None, short_change=None))["short"]
    assert no_float == "short interest 220M   no floats here   4.1 d to cover   settled 15 Jan, 20 days old"
    assert about(told(board, days_to_cover=None))["short"].split("   ")[1] == "– d to cover"
    assert about(nothing(board, {SHORT: "refused"}))["short"] == "short interest –  refused"


def test_figures_of_an_older_table_say_so(board: Board) -> None:
    stands = "No answer came. That of 2 Feb stands."
    found = about(told(board, {CALENDAR: stands}))
    assert found["earnings"].endswith(f"confirmed   {stands}")
    assert stands not in found["short"]
    assert about(told(board, {SHORT: stands}))["short"].endswith(f"before   {stands}")


def test_a_fund_has_neither_report_nor_float(board: Board) -> None:
    assert not {"earnings", "short", "peers"} & about(board, "SPY").keys()


def test_the_rank_is_that_of_what_ranks_the_legs(board: Board) -> None:
    reading = board.momentum.value
    assert reading is not None
    best = max(reading.long, key=lambda name: name.rank_score)
    worst = min(reading.short, key=lambda name: name.rank_score)
    assert about(board, best.ticker)["momentum"].startswith(f"long leg, 1st of {len(reading.long)}")
    assert about(board, worst.ticker)["momentum"].startswith(f"short leg, 1st of {len(reading.short)}")


def test_peers_are_the_names_of_its_industry_nearest_in_size(board: Board) -> None:
    assert board.basis is not None and board.live is not None
    own = board.basis.names.filter(pl.col("ticker") == "NVDA").row(0, named=True)
    others = board.basis.names.filter(
        pl.col("industry") == own["industry"], pl.col("ticker") != "NVDA", pl.col("market_cap_usd") > 0
    ).join(board.live.select("ticker", "ret"), on="ticker")
    caps = {
        row["ticker"]: abs(row["market_cap_usd"].__truediv__(own["market_cap_usd"]) - 1) for row in others.to_dicts()
    }
    shown = about(board)["peers"].split("   ")
    assert len(shown) == 3
    returns = dict(others.select("ticker", "ret").iter_rows())
    for text in shown:
        ticker, moved = text.split(" ")
        assert ticker in caps
        assert moved == percent(returns[ticker])


def test_no_peer_is_the_company_itself_or_the_same_one_twice(board: Board) -> None:
    assert board.basis is not None and board.live is not None
    assert "GOOG " not in about(board, "GOOGL")["peers"]
    both = [row for row in about(board, "META")["peers"].split("   ") if row.startswith("GOOG")]
    assert len(both) == 1
    first = about(board)["peers"].split(" ")[0]
    doubtful = pl.when(pl.col("ticker") == first).then(pl.lit("odd")).otherwise("doubt").alias("doubt")
    text = about(replace(board, live=board.live.with_columns(doubtful)))["peers"]
    assert text.split("   ")[0].endswith("%?"), "a return in doubt is marked as everywhere"


def test_before_anything_has_traded_the_peers_say_so(board: Board) -> None:
    assert board.live is not None
    silent = board.live.with_columns(ret=pl.lit(None, pl.Float64))
    assert about(replace(board, live=silent))["peers"] == "–  none of them has a return today"


def test_ranges_reach_to_todays_prices(board: Board) -> None:
    assert board.snapshot is not None
    low, high = board.snapshot.filter(pl.col("ticker") == "NVDA").select("low", "high").row(0)
    text = about(board)["range"]
    assert text.startswith(f"day {price(low)} ▕")
    assert f"▏ {price(high)}   52w " in text


def quiet(board: Board, minutes: int, phase: str = "open") -> Board:
    """The board at 14:00 in New York, the market's prices of that time, NVDA's so much older."""
    assert board.live is not None and board.basis is not None
    at = board.basis.prices.opens + timedelta(hours=4, minutes=30)
    times = pl.when(pl.col("ticker") == "NVDA").then(pl.lit(at - timedelta(minutes=minutes))).otherwise(pl.lit(at))
    live = board.live.with_columns(price_time=times.cast(UTC_NS))
    return replace(board, live=live, as_of=at, phase=phase)


def test_where_nothing_trades_while_the_market_does_it_may_be_halted(board: Board) -> None:
    assert "no trade for 7 minutes: halted?" in about(quiet(board, 7))["price"]
    assert "halted" not in about(quiet(board, 4))["price"]
    assert "halted" not in about(quiet(board, 7, "closed"))["price"]
    told_now = told_of(quiet(told(board), 7), ["NVDA", "AAPL"])
    assert told_now["NVDA"].flags == "E S H?"
    assert "AAPL" not in told_now


def test_a_market_that_stands_still_halts_nobody(board: Board) -> None:
    still = quiet(board, 7)
    assert still.as_of is not None
    assert "halted" not in about(replace(still, as_of=still.as_of + timedelta(minutes=10)))["price"]


@pytest.mark.parametrize(
    ("own", "flags"),
    [
        ({}, "E S"),
        ({"earnings_sessions": 2}, "S"),
        ({"earnings_when": "after"}, "S"),
        ({"earnings_when": "during"}, "S"),
        ({"earnings_when": None}, "E S"),
        ({"earnings_sessions": 0, "earnings_when": "before"}, "S"),
        ({"earnings_sessions": 0, "earnings_when": "after"}, "E S"),
        ({"short_of_float": 0.2}, "E"),
        ({"earnings_by": "estimated", "earnings_sessions": 3, "short_of_float": None}, "E?"),
        ({"earnings_by": "estimated", "earnings_sessions": 4}, "S"),
        ({"earnings_sessions": None, "short_of_float": None}, ""),
    ],
    ids=[
        "both",
        "later",
        "tomorrow-evening",
        "tomorrow-noon",
        "tomorrow",
        "this-morning",
        "tonight",
        "no-more-than-20",
        "guess",
        "later-guess",
        "nothing",
    ],
)
def test_flags_behind_a_name(board: Board, own: dict[str, Any], flags: str) -> None:
    assert told_of(told(board, **own), ["NVDA"])["NVDA"].flags == flags


def headline(board: Board, minutes: float, title: str = "Simulated: a title", **own: Any) -> Headline:  # noqa: ANN401
    assert board.as_of is not None
    published: datetime = board.as_of - timedelta(minutes=minutes)
    given = {"host": "newswire.example", "link": "https://newswire.example/a", "names": 1, **own}
    return Headline(published=published, title=title, **given)


def with_news(board: Board, *rows: Headline, note: str = "") -> Board:
    return replace(board, news={"NVDA": Headlines(rows, board.as_of, note)})


def test_headlines_have_age_host_and_how_many_names_they_are_about(board: Board) -> None:
    rows = (headline(board, 12), headline(board, 60 * 26, names=30, host="", link=""))
    section = detail_of(with_news(board, *rows), NVDA).news
    assert section is not None
    assert [[cell.text for cell in row.cells] for row in section.rows] == [
        ["12m", "Simulated: a title", "", "newswire.example"],
        ["1d", "Simulated: a title", "30 names", "no link"],
    ]
    assert [row.copied for row in section.rows] == ["https://newswire.example/a", ""]


def test_the_age_of_a_headline_goes_on_where_prices_stand_still_at_the_close(board: Board) -> None:
    assert board.as_of is not None
    asked = board.as_of + timedelta(hours=20)
    news = Headlines((headline(board, -60), headline(board, 12)), asked)
    section = detail_of(replace(board, news={"NVDA": news}), NVDA).news
    assert section is not None
    assert [row.cells[0].text for row in section.rows] == ["19h", "20h"]


def test_why_there_are_no_headlines(board: Board) -> None:
    def empty_of(told_board: Board) -> str:
        section = detail_of(told_board, NVDA).news
        assert section is not None and not section.rows
        return section.empty

    assert empty_of(board) == "headlines come a moment after a name is opened"
    assert empty_of(with_news(board)) == "no headline in four days"
    assert empty_of(with_news(board, note="The key's plan has no news.")) == "The key's plan has no news."


async def test_the_key_that_copies_takes_the_link(board: Board) -> None:
    hostile = headline(board, 3, "".join(ESCAPES), link="https://newswire.example/b?c=1")
    async with seated(with_news(board, hostile), size=(120, 40)) as seat:
        seat.app.post_message(Opened(NVDA))
        await seat.settle()
        await seat.press("shift+tab", "y")
        assert seat.app.clipboard == "https://newswire.example/b?c=1"
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in "".join(seat.lines))
        await seat.press("enter")
        assert "NVDA" in seat.lines[1], "nothing is opened"


@pytest.mark.parametrize("size", SIZES)
async def test_a_position_over_tonight_is_answered_without_a_key(board: Board, size: tuple[int, int]) -> None:
    """Price, report, short interest, leg and the first headlines stand on the screen at every size."""
    async with seated(with_news(told(board), headline(board, 12, "Simulated: cuts its outlook")), size=size) as seat:
        seat.app.post_message(Opened(NVDA))
        await seat.settle()
        shown = seat.text
        for text in ("official close", "Thu 5 Feb, before the open", "21.4% of float", "4.1 d to cover"):
            assert text in shown, text
        for text in ("20 days old", "in neither leg", "Simulated: cuts its outlook", "Leveraged funds"):
            assert text in shown, text


def test_an_export_of_the_legs_has_what_is_told_of_its_names(board: Board) -> None:
    table = table_of(board, "momentum")
    assert table is not None
    assert board.companies.table is not None
    told_table = board.companies.table.select("ticker", told="short_of_float")
    both = table.join(told_table, on="ticker", how="left")
    assert both.get_column("short_of_float").equals(both.get_column("told"), check_names=False)
    waiting = table_of(replace(board, companies=Companies()), "momentum")
    assert waiting is not None and waiting.get_column("short_of_float").null_count() == waiting.height


def test_a_name_nobody_knows_says_so_line_by_line(board: Board) -> None:
    lines = about(board, Target(Kind.NAME, "ZZZZQ").key)
    assert lines["price"].startswith(("official close –", "last –"))
    assert lines["momentum"] == "in neither leg"
    assert lines["peers"] == "–  its market cap is not known"
