"""A leveraged fund's page and its row: who hedges it, when it resets, what was created."""

import msgspec

from deskview.analytics.leverage import Leverage
from deskview.board import Board
from deskview.screens.frame.target import Kind, Target
from deskview.screens.leverage.today import fund_entries
from deskview.screens.subjects import detail_of
from tests.screens.moments import whole, with_leverage

FIGURES = 42
"""Cells a line of a detail's figures has at 80 and at 120 columns."""


def figures_of(board: Board, ticker: str) -> str:
    detail = detail_of(board, Target(Kind.FUND, ticker))
    return "\n".join("   ".join("".join(piece.text for piece in fact) for fact in line) for line in detail.figures)


def test_a_fund_says_who_hedges_when_it_resets_and_what_was_created(board: Board) -> None:
    told = whole(board)
    note, weekly, unknown = (figures_of(told, ticker) for ticker in ("TQQQ", "SOXL", "SQQQ"))
    assert "ETN: its issuer hedges" in note and "resets daily" in note
    assert "resets weekly, next Fri 6 Feb" in weekly and "ETN" not in weekly
    assert "no trade before its reset day" in weekly and "its week –  it resets weekly" in weekly
    assert "shares of 3 Feb 2026" in weekly
    due = figures_of(told, "TECL")
    assert "resets today (weekly)" in due and "today −$1.20B" in due
    assert "creations of 3 Feb +$1.00M, not in today" in weekly
    assert "creations of 3 Feb – share count not known" in unknown
    assert max(map(len, "\n".join((note, weekly, unknown, due)).splitlines())) <= FIGURES


def test_a_fund_whose_underlying_is_not_known_follows_its_own_return(board: Board) -> None:
    reading = board.leverage.value
    assert reading is not None
    alone = msgspec.structs.replace(reading.by_fund[0], underlying=f"fund:{reading.by_fund[0].ticker}")
    told = with_leverage(board, by_fund=[alone])
    assert "follows not known, its own return" in figures_of(told, alone.ticker)


def test_a_fund_that_resets_today_says_so_in_the_list(board: Board) -> None:
    entries = {entry.key: entry for entry in fund_entries(whole_reading(board), board.session)}
    assert "weekly, today" in [cell.text for cell in entries["TECL"].cells]
    assert "−$1.20B" in [cell.text for cell in entries["TECL"].cells]
    assert "+$0" not in [cell.text for cell in entries["SOXL"].cells]


def whole_reading(board: Board) -> Leverage:
    value = whole(board).leverage.value
    assert value is not None
    return value
