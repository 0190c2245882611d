"""The user's own lists as a part of the board: when they are read anew, what is said beside them, and on what they
rest."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from deskview.analytics.holdings import ListReading
from deskview.board import Board, Inputs, ListsInputs, Notice, Status, Wire, build, build_board
from deskview.feed.lists import model_of
from deskview.feed.state import Daily
from deskview.market.own_lists import load_own_lists

CLOSE = datetime(2026, 2, 4, 21, tzinfo=UTC)


@pytest.fixture
def inputs(board: Board, tmp_path: Path) -> Inputs:
    """What the crash's board is made of, but for the prints, and a list."""
    basis = board.basis
    assert basis is not None
    (tmp_path / "core.csv").write_text("NVDA,100\nSNDK,-20\n")
    found = load_own_lists(tmp_path)
    model, fault = model_of(found.lists, basis, basis.reference.groups, Daily())
    assert not fault
    return Inputs(
        source=board.source,
        now=CLOSE,
        phase="open",
        session=board.session,
        basis=basis,
        snapshot=board.snapshot,
        snapshot_at=CLOSE,
        lists=ListsInputs(("core",), model, folder=str(tmp_path), basis=basis),
    )


def core(board: Board) -> ListReading:
    assert board.lists.value is not None
    (one,) = board.lists.value.lists
    return one


def test_it_is_read_at_the_prices_of_the_board_beside_momentum_and_funds(inputs: Inputs) -> None:
    board = build_board(inputs)
    assert board.lists.status is Status.LIVE
    assert board.live is not None
    prices = dict(board.live.select("ticker", "price").iter_rows())
    assert {row.ticker: row.value_usd for row in core(board).positions} == {
        "NVDA": pytest.approx(100 * prices["NVDA"]),
        "SNDK": pytest.approx(-20 * prices["SNDK"]),
    }
    assert {row.ticker: row.leg for row in core(board).positions} == {"NVDA": "neither", "SNDK": "long"}
    assert core(board).flow_rows == 2


def test_it_is_kept_while_market_and_lists_are_the_same_and_read_anew_with_another_list(inputs: Inputs) -> None:
    first = build(inputs)
    assert build_board(replace(inputs, wire=Wire(5)), first).lists is first.board.lists
    told = replace(inputs, lists=replace(inputs.lists, problems=("core.csv, line 3: is odd.",)))
    assert build_board(told, first).lists is not first.board.lists
    fault = {"leverage": Notice("the simulation failed", fault=True)}
    assert build_board(replace(inputs, notices=fault), first).lists.status is Status.STALE
    moved = inputs.snapshot.with_columns(day_close=pl.col("day_close") * 1.01)  # type: ignore[union-attr]
    assert core(build_board(replace(inputs, snapshot=moved), first)).gross_usd != core(first.board).gross_usd


def test_problems_of_the_files_stand_beside_the_figures_whatever_else_is_told(inputs: Inputs) -> None:
    told = replace(inputs, lists=replace(inputs.lists, problems=("a: one.", "b: two.", "c: three.")))
    first = build(told)
    assert first.board.lists.status is Status.PARTIAL
    assert first.board.lists.note == "a: one; 2 more like this (i has them)."
    assert first.board.lists.value is not None
    assert first.board.lists.value.problems == ["a: one.", "b: two.", "c: three."]
    again = build_board(replace(told, wire=Wire(5)), first)
    assert again.lists.note == first.board.lists.note
    late = replace(told, notices={"lists": Notice("The provider did not answer.", fault=True, keeps_figures=True)})
    part = build_board(late, first).lists
    assert part.status is Status.STALE
    assert part.note.startswith("The provider did not answer.")
    assert part.note.endswith("a: one; 2 more like this (i has them).")


def test_without_momentum_or_funds_the_rest_of_it_stands(inputs: Inputs) -> None:
    assert inputs.basis is not None
    bare = replace(inputs.basis, momentum=None, leverage=None)
    board = build_board(replace(inputs, basis=bare, lists=replace(inputs.lists, basis=bare)))
    one = core(board)
    assert one.pnl_today_usd is not None
    assert (one.legs, one.flow_today_usd) == (None, None)
    assert {"legs", "flow_today_usd"} <= set(one.missing)


@pytest.mark.parametrize("phase", ["no list", "unreadable", "at first", "broken", "another session"])
def test_where_there_is_no_reading_the_reason_is_told(inputs: Inputs, phase: str) -> None:
    given, reason = {
        "no list": (ListsInputs(folder="/f"), "no list: put a CSV file with a ticker a row into /f"),
        "unreadable": (ListsInputs(folder="/f", problems=("/f/a.csv: is not read.",)), "no list can be read: /f/a.csv"),
        "at first": (ListsInputs(("core",), folder="/f"), "its history is still coming"),
        "broken": (replace(inputs.lists, model=None, fault="a fault"), "a fault"),
        "another session": (replace(inputs.lists, basis=None), "its history is still coming"),
    }[phase]
    part = build_board(replace(inputs, lists=given)).lists
    assert part.value is None
    assert part.note.startswith(reason)
    assert part.missing[""] == part.note
