"""One open desk over a socket lives through kinds of faults in turn, and needs no restart."""

from collections.abc import Sequence
from datetime import time
from pathlib import Path

import pytest

from tests.faults.desks import World, listed, live_through, opened
from tests.faults.kind import AFTERNOON, EVENING
from tests.faults.kinds import KINDS, OVER_A_SOCKET


async def lived_through(undisturbed: World, folder: Path, labels: Sequence[str], clock: time) -> dict[str, list[str]]:
    """What was wrong, kind by kind. After one it has not got over it is opened anew."""
    wrong: dict[str, list[str]] = {}
    left = list(labels)
    while left:
        async with opened(undisturbed.copy(folder / str(len(left))), undisturbed.boards[clock], clock) as desk:
            while left:
                kind = KINDS[label := left.pop(0)]
                outcome = await live_through(desk, kind, undisturbed.boards[clock])
                if outcome.complaints:
                    wrong[label] = outcome.complaints
                if not outcome.recovered:
                    break
    return wrong


async def test_it_lives_through_the_commonest(undisturbed: World, tmp_path: Path) -> None:
    assert listed(await lived_through(undisturbed, tmp_path, OVER_A_SOCKET, AFTERNOON)) == ""


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("clock", [AFTERNOON, EVENING])
async def test_it_lives_through_all(undisturbed: World, tmp_path: Path, clock: time) -> None:
    labels = [label for label, kind in KINDS.items() if kind.clock == clock and kind.prepare is None]
    assert listed(await lived_through(undisturbed, tmp_path, labels, clock)) == ""
