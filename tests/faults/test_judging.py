"""The judge of the matrix itself: a well board passes, and every way of passing off a wrong figure is seen."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deskview.board import Status
from tests.faults.desks import SnapshotDesk, World, live_through
from tests.faults.judging import Seen, complaints, well_again
from tests.faults.kind import AFTERNOON, HARMLESS, SET_ASIDE, Kind
from tests.faults.kinds import FOR_SNAPSHOT, IN_REFRESHES, KINDS, OVER_A_SOCKET

SCALED = KINDS["prices: prices x2"]
Read = dict[str, Any]


def told(read: Read, status: Status = Status.DOUBT, sentence: str = "prices moved by half: shown is 14:59") -> Read:
    """The board as one that says of all its parts that they are in doubt."""
    for part in ("momentum", "breadth", "rotation", "leverage"):
        read[part] |= {"status": status.value, "doubt": sentence or None}
    return read


def moved(read: Read) -> Read:
    """Another figure, and nothing else."""
    read["momentum"]["return"] *= 1.2
    return read


def without(read: Read) -> Read:
    """A figure missing without a reason."""
    read["breadth"]["beat_share"] = None
    return read


def infinite(read: Read) -> Read:
    """A figure that is none, beside well ones."""
    read["momentum"]["long_return"] = float("inf")
    return read


def tower(read: Read) -> Read:
    """A text no terminal should get."""
    read["momentum"]["note"] = "N" + "\u0301" * 50
    return read


def own_fault(read: Read) -> Read:
    """A sentence no input may cause."""
    read["momentum"]["note"] = "market snapshot: a fault of deskview's own, see the log."
    return read


@pytest.fixture
def well(undisturbed: World) -> Seen:
    """A board without a fault."""
    return Seen.of(undisturbed.boards[AFTERNOON])


def changed(seen: Seen, *changes: Callable[[Read], Read]) -> Seen:
    """The same board with changes."""
    read = copy.deepcopy(seen.read)
    for change in changes:
        read = change(read)
    return Seen(read, seen.doubted)


def test_figures_kept_and_told_are_right(well: Seen) -> None:
    assert complaints(changed(well, told), well, SCALED) == []
    assert complaints(well, well, replace(SCALED, expected=HARMLESS)) == []
    assert well_again(well, well) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ((), "is live, not doubt or stale"),
        ((moved,), "live"),
        ((told, moved), "in place of"),
        ((without,), "missing without a reason"),
        ((told, infinite), "long_return"),
        ((told, tower), "note"),
        ((told, own_fault), "a fault of deskview's own"),
        ((lambda read: told(read, sentence=""),), "says nothing of it"),
        ((lambda read: told(read, Status.UNAVAILABLE),), "is unavailable"),
    ],
)
def test_what_is_wrong_is_seen(well: Seen, changes: tuple[Callable[[Read], Read], ...], word: str) -> None:
    assert SCALED.expected is SET_ASIDE
    found = complaints(changed(well, *changes), well, SCALED)
    assert any(word in each for each in found), found


def test_a_desk_that_stays_ill_is_seen(well: Seen) -> None:
    assert well_again(changed(well, moved), well)
    assert well_again(changed(well, told), well)


async def test_a_fault_that_does_nothing_passes_and_a_wrong_expectation_does_not(undisturbed: World) -> None:
    board = undisturbed.boards[AFTERNOON]
    idle = Kind("idle", "proof", SCALED.paths, HARMLESS, lambda answer: answer)
    for kind, right in ((idle, True), (replace(idle, expected=SET_ASIDE), False)):
        desk = SnapshotDesk(board, undisturbed.cache, AFTERNOON)
        await desk.board()
        outcome = await live_through(desk, kind, board)
        await desk.aclose()
        assert outcome.asked
        assert (outcome.complaints == []) is right


def test_there_are_enough_kinds_and_each_is_of_one_name() -> None:
    assert len(KINDS) >= 80
    assert len({kind.family for kind in KINDS.values()}) >= 15
    assert {*OVER_A_SOCKET, *FOR_SNAPSHOT, *IN_REFRESHES} <= set(KINDS)
