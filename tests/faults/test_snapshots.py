"""Every kind of fault of the clock and the snapshot, on boards made step by step: nothing wrong passes as live."""

import pytest

from tests.faults.desks import SnapshotDesk, World, live_through
from tests.faults.judging import Seen, well_again
from tests.faults.kinds import OF_SNAPSHOTS


@pytest.mark.parametrize("label", OF_SNAPSHOTS)
async def test_nothing_wrong_passes_as_live(undisturbed: World, label: str) -> None:
    kind = OF_SNAPSHOTS[label]
    well = undisturbed.boards[kind.clock]
    desk = SnapshotDesk(well, undisturbed.cache, kind.clock)
    try:
        assert well_again(Seen.of(await desk.board()), Seen.of(well), desk.parts) == []
        outcome = await live_through(desk, kind, well)
    finally:
        await desk.aclose()
    assert outcome.asked
    assert "\n".join(outcome.complaints) == ""
