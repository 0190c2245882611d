"""The checklist in the board: as sure as what it is read from, and read anew when that changes."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import msgspec
import polars as pl
import pytest

from deskview.board import Board, CrowdingInputs, Inputs, Notice, Status, build
from deskview.board.export import board_to_builtins
from tests.feed.markets import Made, refreshed, simulated
from tests.screens.moments import favourites

CLOSE = datetime(2026, 2, 4, 21, tzinfo=UTC)


@pytest.fixture
def inputs(board: Board) -> Inputs:
    """What the crash's board is made of, but for the prints."""
    return Inputs(
        source=board.source,
        now=CLOSE,
        phase="open",
        session=board.session,
        basis=board.basis,
        snapshot=board.snapshot,
        snapshot_at=CLOSE,
    )


async def test_the_crash_before_its_last_hour_shows_four_signs_and_more(warm: Path) -> None:
    board = await refreshed(simulated(at=time(14, 45)), warm)
    reading = board.deleveraging.value
    assert board.deleveraging.status is Status.LIVE
    assert reading is not None
    assert reading.met >= 4
    assert reading.of == 6
    assert reading.words == f"positions cut, {reading.met} of 6 signs"
    assert {flag.name for flag in reading.flags if flag.met} >= {"fall", "long_led", "calm_index", "dispersion"}
    own = {one.name: one for one in reading.drivers}
    assert (own["score"].coefficient_bp or 0) < -50
    assert (own["score"].t or 0) < -3


def test_it_is_told_in_the_json_with_the_keys_that_are_promised(board: Board) -> None:
    plain = board_to_builtins(board)["deleveraging"]
    assert {"flags", "met", "of", "record_n", "drivers", "status", "as_of", "missing"} <= set(plain)
    assert {"name", "value", "rule", "met"} <= set(plain["flags"][0])
    assert plain["met"] == sum(flag["met"] is True for flag in plain["flags"])
    assert plain["of"] == sum(flag["met"] is not None for flag in plain["flags"])
    reading = msgspec.structs.asdict(board.deleveraging.value)  # type: ignore[arg-type]
    assert reading["record_days"] > 0


@pytest.mark.parametrize("part", ["momentum", "breadth", "leverage"])
def test_it_is_no_surer_than_the_parts_it_is_read_from(part: str, inputs: Inputs) -> None:
    first = build(inputs)
    doubted = build(replace(inputs, notices={part: Notice("its data may be wrong", doubt=True)}), first)
    assert (doubted.board.deleveraging.status, doubted.board.deleveraging.doubt) == (
        Status.DOUBT,
        "its data may be wrong",
    )
    healed = build(inputs, doubted)
    assert (healed.board.deleveraging.status, healed.board.deleveraging.doubt) == (Status.LIVE, "")
    stale = build(replace(inputs, notices={part: Notice("no answer.", fault=True, keeps_figures=True)}), first)
    assert stale.board.deleveraging.status is Status.STALE
    assert stale.board.deleveraging.note.startswith("no answer.")


def test_it_is_read_anew_as_the_favourites_come_and_else_kept(inputs: Inputs) -> None:
    first = build(inputs)
    assert build(inputs, first).board.deleveraging is first.board.deleveraging
    assert first.board.live is not None
    shares = first.board.live.select("ticker", share=pl.lit(0.1) + pl.int_range(pl.len()) * 1e-5)
    come = replace(inputs, crowding=CrowdingInputs(favourites(), 1.0, shares))
    later = build(come, first)
    before, after = (one.board.deleveraging.value for one in (first, later))
    assert before is not None
    assert after is not None
    reasons = [{one.name: one.reason for one in reading.drivers}["retail_share"] for reading in (before, after)]
    assert reasons[0] == "the samples that tell retail's share name by name are still to come"
    assert reasons[1] is None
    assert build(come, later).board.deleveraging is later.board.deleveraging
    refused = Notice("The key's plan does not include trades.", fault=True)
    denied = build(replace(inputs, notices={"crowding": refused}), first).board.deleveraging.value
    assert denied is not None
    assert {one.name: one.reason for one in denied.drivers}["retail_share"] == refused.text


def test_without_momentum_it_says_what_momentum_lacks(inputs: Inputs, crash: Made) -> None:
    assert inputs.basis is not None
    reasons = {**inputs.basis.reasons, "deleveraging": "there is no momentum basket: only 3 names qualify"}
    bare = replace(inputs.basis, momentum=None, deleveraging=None, reasons=reasons)
    part = build(replace(inputs, basis=bare)).board.deleveraging
    assert (part.status, part.note) == (Status.UNAVAILABLE, reasons["deleveraging"])
