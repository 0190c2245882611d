"""One's own lists as a trader reads them: what they are worth, today, what hangs on momentum and on leveraged ETFs, and
what is said where there is nothing."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskview.analytics.assumptions import NO_LIST, NO_READABLE_LIST
from deskview.analytics.holdings import Holdings, ListReading
from deskview.board import Board, Part, Status
from deskview.format import percent, usd, usd_between
from deskview.screens.alerts.offers import matching, offered
from deskview.screens.frame.target import Kind, Target
from deskview.screens.lists import LISTS, line
from deskview.screens.lists.facts import lists_facts
from deskview.screens.subjects import card_of, table_of
from deskview.widgets.facts import Fact
from deskview.widgets.strip import Segment
from deskview.widgets.table import Table
from tests.screens.listed import CORE, shown, with_lists, without_lists
from tests.screens.pages.opened import SIZES, Opener, opened, pressed

WHY = f"{NO_LIST}put a CSV file with a ticker a row into /nowhere/lists"


def first(board: Board) -> ListReading:
    assert board.lists.value is not None
    return board.lists.value.lists[0]


def altered(board: Board, **figures: Any) -> Board:  # noqa: ANN401 - any field of a list
    """The board whose first list has these figures."""
    board = with_lists(board)
    assert board.lists.value is not None
    lists = [msgspec.structs.replace(first(board), **figures), *board.lists.value.lists[1:]]
    return shown(board, Holdings(lists=lists, problems=[], missing={}))


def words(lines: list[list[Fact]]) -> list[str]:
    return ["   ".join("".join(piece.text for piece in fact) for fact in line) for line in lines]


def said(segments: list[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


def positions(app: Opener) -> dict[str, dict[str, str]]:
    """The cells of the positions by ticker and column."""
    table = app.page.query_one("#positions", Table)
    keys = [column.key for column in table.columns]
    texts = [table.row_text(place).split("\t") for place in range(len(table._rows))]
    return {cells[0]: dict(zip(keys, cells, strict=True)) for cells in texts}


@pytest.mark.parametrize("size", SIZES)
async def test_a_trader_reads_off_it_what_he_holds_and_what_hangs_on_it(board: Board, size: tuple[int, int]) -> None:
    board = with_lists(board)
    one = first(board)
    async with opened(board, "lists", size) as (app, _):
        text = " ".join(app.text.split())
        for answer in (
            "Own lists · core · 1 of 2",
            "11 of 12 counted",
            f"gross {usd(one.gross_usd, sign=False)} net {usd(one.net_usd)} ({percent(one.net, 0)})",
            "1 unknown ticker",
            f"today {percent(one.return_today, 2)} {usd(one.pnl_today_usd)}",
            f"in dollars {usd(one.beta_usd)}",
            "net in its legs",
            f"−4σ day {usd_between(one.shock_usd, one.shock_low_usd, one.shock_high_usd)}",
            f"{percent(one.shock)} ({percent(one.shock_low)} to {percent(one.shock_high)})",
            "of gross, 11 names",
            f"today {usd(one.flow_today_usd)} in its names",
            f"per 1% {usd(one.flow_per_1pct_usd, sign=False)}",
            "Info Tech" if size[1] < 36 else "Information Techn",
            "FANG & innovation",
        ):
            assert answer in text
        for column in ("now", "price", "weight", "today", "β mom.", "leg", "LETFs", "per 1%", "sector"):
            assert column in text


@pytest.mark.parametrize("size", SIZES)
async def test_positions_tell_each_name_and_why_one_does_not_count(board: Board, size: tuple[int, int]) -> None:
    board = with_lists(board)
    rows = {row.ticker: row for row in first(board).positions}
    async with opened(board, "lists", size) as (app, _):
        cells = positions(app)
        assert list(cells) == sorted(cells, key=lambda key: -(rows[key].return_ or -9.0))
        for ticker, row in rows.items():
            assert cells[ticker]["now"] == percent(row.return_)
            assert cells[ticker]["gain"] == usd(row.pnl_today_usd)
        assert cells["XOM"]["quantity"] == "−1,500"
        assert cells["XOM"]["weight"].startswith("−")
        assert cells["SNDK"]["leg"] == "long"
        assert cells["ZZZZ"]["weight"] == "–"
        assert cells["ZZZZ"]["remark"] == "no such ticker is listed"


async def test_x_shows_the_next_list_and_one_without_quantities_has_no_dollars(board: Board) -> None:
    async with opened(with_lists(board), "lists") as (app, pilot):
        await pressed(app, pilot, "x")
        assert "watched  ·  2 of 2" in app.text
        assert app.page.variant == "watched"
        assert "equal weights: the list has no quantities" in app.facts
        held = app.facts.partition("LETFs")[0]
        assert "$" not in held
        assert {"quantity", "value", "gain", "since"}.isdisjoint(positions(app)["NVDA"])
        assert {cells["weight"] for cells in positions(app).values()} == {"20.0%"}
        await pressed(app, pilot, "x")
        assert "core  ·  1 of 2" in app.text
        assert "gain" in positions(app)["NVDA"]


async def test_of_one_list_there_is_no_next_one(board: Board) -> None:
    async with opened(with_lists(board, {"core.csv": CORE}), "lists") as (app, pilot):
        await pressed(app, pilot, "x")
        assert app.page.variant == "core"
        assert "core  ·  1 of" not in app.text
        assert any("one list only" in notice.message for notice in app._notifications)


async def test_the_list_shown_stays_while_figures_come_and_gives_way_when_it_goes(board: Board) -> None:
    async with opened(with_lists(board), "lists") as (app, pilot):
        await pressed(app, pilot, "x")
        app.page.receive(with_lists(board, {"a.csv": "SPY\n", "core.csv": CORE, "watched.csv": "NVDA\n"}))
        await pressed(app, pilot)
        assert "watched  ·  3 of 3" in app.text
        app.page.receive(with_lists(board, {"core.csv": CORE}))
        await pressed(app, pilot)
        assert app.page.variant == "core"


async def test_enter_opens_the_name_and_a_sector_and_nothing_of_a_ticker_nobody_knows(board: Board) -> None:
    async with opened(with_lists(board), "lists") as (app, pilot):
        await pressed(app, pilot, "enter")
        assert app.opened == [Target(Kind.NAME, "AAPL")]
        await pressed(app, pilot, "G", "enter")
        assert len(app.opened) == 1
        await pressed(app, pilot, "tab", "enter")
        assert app.opened[-1] == Target(Kind.GROUP, "Information Technology")


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_list_it_says_where_to_put_one_and_the_desk_has_no_line(
    board: Board, size: tuple[int, int]
) -> None:
    none = without_lists(board, WHY)
    assert line(none) == []
    assert line(None) == []
    assert lists_facts(none, "NVDA") == []
    async with opened(none, "lists", size) as (app, _):
        assert "put a CSV file with a ticker a row into /nowhere/lists" in " ".join(app.text.split())


async def test_what_is_missing_says_why(board: Board) -> None:
    none = dict.fromkeys(("beta_spread", "beta_error", "beta_usd", "shock", "shock_usd", "shock_low", "shock_high"))
    why = {"beta_spread": "20% of the list's gross has a beta, half of it is needed", "shock": "so there is no day"}
    gone = altered(board, **none, return_today=None, flow_today_usd=None, flow_per_1pct_usd=None, missing=why)
    async with opened(gone, "lists", (80, 24)) as (app, _):
        text = " ".join(app.facts.split())
        assert "momentum beta – 20% of the list's gross has a beta, half of it is needed" in text
        assert "−4σ day – so there is no day" in text
        assert "LETFs – not known" in text
    assert "20% of the list's gross has a beta" in " ".join(card_of(gone, "lists", None).missing)


async def test_a_sum_that_is_not_of_all_says_over_how_much(board: Board) -> None:
    part = altered(board, return_share=0.5, beta_share=0.62, beta_rows=7, at_previous_close=3, in_doubt=list("ABCDE"))
    async with opened(part, "lists") as (app, _):
        text = " ".join(app.facts.split())
        for told in (
            "on 50% of gross",
            "on 62% of gross, 7 names",
            "3 without a trade today",
            "in doubt A, B, C and 2",
        ):
            assert told in text


async def test_figures_in_doubt_are_marked(board: Board) -> None:
    doubted = with_lists(board, status=Status.DOUBT, doubt="half of the market came")
    async with opened(doubted, "lists") as (app, _):
        assert f"{usd(first(doubted).pnl_today_usd)}?" in app.facts
        assert "half of the market came" in app.text
    assert f"{usd(first(doubted).pnl_today_usd)}?" in said(line(doubted))


def test_the_line_has_today_and_the_day_momentum_falls_of_every_list(board: Board) -> None:
    board = with_lists(board)
    one = first(board)
    fall = usd_between(one.shock_usd, one.shock_low_usd, one.shock_high_usd)
    text = said(line(board))
    assert text.startswith(
        f"Lists core {percent(one.return_today, 2)} {usd(one.pnl_today_usd)} · −4σ {fall} · watched "
    )
    assert [segment.priority for segment in line(board)] == [0, 0, 1, 2, 3]
    assert line(replace(board, lists=Part.awaited("waiting for the daily history"))) == []
    why = f"{NO_READABLE_LIST}core.csv: is not read"
    assert said(line(replace(board, lists=Part.awaited(why)))) == f"Lists {why}"


def test_a_name_s_page_is_told_in_which_lists_it_is(board: Board) -> None:
    board = with_lists(board)
    gain = next(row.pnl_today_usd for row in first(board).positions if row.ticker == "NVDA")
    assert words(lists_facts(board, "NVDA")) == [
        f"in my lists core (1,300 sh, {usd(gain, digits=2)} today)",
        "and watched",
    ]
    assert words(lists_facts(board, "AAPL"))[0].startswith("in my lists core (2,500.5 sh, +$")
    assert words(lists_facts(board, "ZZZZ")) == ["in my lists core (100 sh, no such ticker is listed)"]
    assert lists_facts(board, "GS") == []


def test_the_card_has_the_arithmetic_and_what_of_the_files_is_not_used(board: Board) -> None:
    board = with_lists(board)
    one = first(board)
    assert one.beta_spread is not None
    assert one.sigma is not None
    card = card_of(board, "lists", "XOM", "core")
    text = card.content.plain
    assert card.lines[0].label == "XOM"
    assert "−1,500 ×" in card.lines[0].text
    assert f"= {percent(-4 * one.sigma * one.beta_spread, 2)}" in text
    assert "line 14, quantity" in text or "line 13, quantity" in text
    assert "NVDA stands on line" in text
    assert "not counted: no such ticker is listed, line 11" in card_of(board, "lists", "ZZZZ", "core").content.plain
    watched = card_of(board, "lists", None, "watched")
    assert watched.title == "Own list watched"
    assert "mean of their returns" in watched.content.plain


def test_the_export_has_every_position_of_every_list_with_all_that_is_known(board: Board) -> None:
    board = with_lists(board)
    table = table_of(board, "lists")
    assert table is not None
    assert table.height == 12 + 5
    assert {"list", "ticker", "quantity", "weight", "beta_spread", "flow_per_1pct_usd", "themes", "reason"} <= set(
        table.columns
    )
    assert table.get_column("list").unique(maintain_order=True).to_list() == ["core", "watched"]


def test_alerts_are_offered_on_the_sums_of_every_list(board: Board) -> None:
    board = with_lists(board)
    listed = [reading.path for reading in matching(offered(board, "lists", None), "")]
    assert listed[: 2 * len(LISTS.alerts.figures) - 2]
    assert {f"lists.lists.{name}.return_today" for name in ("core", "watched")} <= set(listed[:10])
    assert "lists.lists.core.shock_usd" in listed[:10]
