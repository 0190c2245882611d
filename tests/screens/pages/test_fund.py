"""A leveraged fund's page and its row: who hedges it, when it resets, what was created."""

from datetime import date

import msgspec
import pytest

from deskview.analytics.leverage import Leverage, fund_steps
from deskview.analytics.leverage.book import NO_SHARES
from deskview.analytics.leverage.readings import LeftOut
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


@pytest.mark.parametrize("source", ["shares", "assets"])
def test_a_fund_of_the_users_file_says_so_with_its_day_and_age(board: Board, source: str) -> None:
    assert board.leverage.value is not None and board.session == date(2026, 2, 4)
    fund = next(row for row in board.leverage.value.by_fund if row.ticker == "TQQQ")
    assert "your" not in figures_of(board, "TQQQ")

    def told(day: str) -> Board:
        return with_leverage(board, by_fund=[msgspec.structs.replace(fund, aum_source=source, aum_as_of=day)])

    young, old = figures_of(told("2026-01-20"), "TQQQ"), figures_of(told("2025-12-05"), "TQQQ")
    assert f"{source} of 20 Jan 2026\nfrom your names_file\n" in young
    assert f"{source} of 5 Dec 2025\nfrom your names_file, 61 days old\n" in old
    assert max(map(len, old.splitlines())) <= FIGURES
    reading = told("2025-12-05").leverage.value
    assert reading is not None
    (step,) = [step for step in fund_steps(reading.by_fund[0], board.session) if "your" in step.label]
    assert step == (f"{source}, your names_file", "2025-12-05")


def test_a_fund_nobody_knows_the_shares_of_says_who_was_asked(board: Board) -> None:
    out = LeftOut("UPRO", "ProShares UltraPro S&P500", "index", "all", NO_SHARES)
    told = with_leverage(board, by_fund=[], left_out=[out])
    assert "left out: no shares from the provider, none in names_file: its AUM is not known" in figures_of(told, "UPRO")
