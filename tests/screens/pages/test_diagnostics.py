"""The diagnostics page: what a trader and who supports one read off it, at three sizes, hostile text among it."""

from dataclasses import replace

import pytest

from deskview.board import Board
from deskview.board.diagnostics import Diagnostics, RefreshFigures
from deskview.board.inputs import Wire
from deskview.clock import monotonic
from deskview.screens.subjects import KEYLESS_PAGES, card_of
from deskview.widgets.table import Table
from tests.screens.moments import days_old, process
from tests.screens.pages.opened import SIZES, opened, pressed

HOSTILE = "\x1b[2Jdone\x07 \u202egnp.exe [red]x[/red] " + "a\u0301\u0301\u0301\u0301" * 40


def with_(board: Board, own: Diagnostics) -> Board:
    return replace(board, diagnostics=own, wire=Wire(12, 12, 530, {"splits": 3}, {"splits": ("no ratio",)}))


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_asked_first_is_read_without_a_key(board: Board, size: tuple[int, int]) -> None:
    async with opened(with_(board, days_old()), "diagnostics", size) as (app, _):
        text = " ".join(app.text.split())
    for words in (
        "up 3d 4h desk 251 MB market 612 MB",
        "key to paint 18 ms longest 90 ms at",
        "1.2 kB/s to the terminal 7 frames skipped",
        "31,204 calls, 12 in the last minute 12 failed: 9 unreachable, 3 rate limited",
        "market snapshot: last 0.8 s longest 6.1 s missed turns: daily history 2 failed turns: market snapshot 12",
        "1 error, 4 warnings",
    ):
        assert words in text, (size, words)


async def test_each_refresh_has_its_turns_and_times(board: Board) -> None:
    async with opened(with_(board, days_old()), "diagnostics") as (app, _):
        lines = [" ".join(line.split()) for line in app.text.splitlines()]
    assert "market snapshot 27,360 12 0 0.8 s 6.1 s 5h The provider did not answer within 10 s." in lines
    assert "daily history 76 0 2 12.0 s 61.0 s" in lines


async def test_every_figure_of_every_section_is_there(board: Board) -> None:
    async with opened(with_(board, days_old()), "diagnostics", (200, 60)) as (app, _):
        text = " ".join(app.text.split())
    for words in (
        "deskview 9.8 Python 3.11.9, textual 8.2.8",
        "market simulated scenario momentum-crash",
        "desk's process 251 MB at most 301 MB, 34 descriptors, 12 threads, 25 tasks, 1.0% of a core, up 3d 4h",
        "calls 31,204 12 in the last minute; 104 MB received",
        "rate limited 3",
        "frames skipped 7 while the terminal did not read: 2 times, for 3.5 s at most",
        "splits 3 no ratio",
        "history 152 MB 530 sessions of bars, 530 in use; 1,204 files in /home/trader/.cache/deskview/massive",
        "set aside 1 damaged, fetched again where that can be done: bars/x.damaged",
        "errors 1 since the start",
        "20:42:10Z error x: The provider did not answer",
    ):
        assert words in text, words


async def test_what_is_in_doubt_is_listed_by_part(board: Board) -> None:
    doubted = replace(board, momentum=replace(board.momentum, doubt="1,480 of 2,960 names came"))
    async with opened(with_(doubted, days_old()), "diagnostics", (200, 60)) as (app, _):
        assert "in doubt  1,480 of 2,960 names came" in app.text


async def test_a_board_without_a_desk_says_so(board: Board) -> None:
    own = replace(days_old(), desk=None, screen=None, log=None)
    async with opened(with_(board, own), "diagnostics") as (app, _):
        assert "one refresh without a desk: nothing was painted" in app.text
        assert "desk's process" not in app.text


async def test_a_market_process_that_tells_nothing_any_more_is_noticed(board: Board) -> None:
    own = days_old()
    assert own.market is not None
    silent = replace(own, market=replace(own.market, at=monotonic() - 300))
    async with opened(with_(board, silent), "diagnostics") as (app, _):
        assert "has told nothing of itself for 5m: its figures here are that old" in app.text


async def test_a_market_process_that_was_started_again_is_told(board: Board) -> None:
    own = replace(days_old(), market=process(130.0, 300))
    async with opened(with_(board, own), "diagnostics") as (app, _):
        assert "the market's process was started again 2m ago" in app.text


async def test_a_board_of_before_there_were_any_is_shown(board: Board) -> None:
    async with opened(replace(board, diagnostics=Diagnostics()), "diagnostics", (80, 24)) as (app, _):
        assert "The market's process has told nothing of itself yet." in app.text
        assert "No refresh has had its turn yet." in app.text


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_text_stays_text(board: Board, size: tuple[int, int]) -> None:
    async with opened(with_(board, days_old(HOSTILE)), "diagnostics", size) as (app, _):
        assert "\x1b" not in app.text
        assert "\u202e" not in app.text
        assert "\u0301\u0301\u0301" not in app.text
    card = card_of(with_(board, days_old(HOSTILE)), "diagnostics", "error unreachable")
    assert "\x1b" not in card.content.plain
    assert "[red]x[/red]" in card.content.plain, "text of others is no markup"


async def test_the_card_has_the_whole_of_a_row(board: Board) -> None:
    shown = with_(board, days_old())
    async with opened(shown, "diagnostics", (80, 24)) as (app, pilot):
        figures = app.page.query_one("#figures", Table)
        assert app.screen.focused is figures
        await pressed(app, pilot, "j")
        card = card_of(shown, "diagnostics", figures.cursor_key)
        assert card.title == "Program: market"
        assert "no price is real" in card.content.plain
    assert "27,360 turns, 12 failed, 0 missed" in card_of(shown, "diagnostics", "market snapshot").content.plain
    assert "the machine's own" in card_of(shown, "diagnostics", None).content.plain


async def test_the_rows_can_be_taken_elsewhere(board: Board) -> None:
    async with opened(with_(board, days_old()), "diagnostics") as (app, _):
        table = app.page.own_table()
    assert table is not None
    assert ("Requests", "calls", "31,204") in table.select("section", "figure", "now").rows()
    assert table.filter(table.get_column("section") == "Refreshes").height == 2


async def test_a_first_turn_under_way_has_taken_no_time_yet(board: Board) -> None:
    own = replace(days_old(), refreshes=(RefreshFigures("prints", turns=1),))
    async with opened(with_(board, own), "diagnostics") as (app, _):
        assert "prints 1 0 0 – –" in " ".join(app.text.split())
        assert "last 0.0 s" not in app.text
    assert "none is over yet" in card_of(with_(board, own), "diagnostics", "prints").content.plain


def test_it_has_no_key() -> None:
    assert KEYLESS_PAGES == {
        "diagnostics": "Diagnostics",
        "read": "Read",
        "gamma": "Dealers' gamma",
        "lists": "Own lists",
    }
