"""Every kind of fault that needs a whole refresh: one desk lives through them in turn.

A kind that needs a store of its own, or after which the desk is right to wait, gets a desk of its own.
"""

from pathlib import Path

import pytest

from tests.faults.desks import World, listed, live_in_turn
from tests.faults.kinds import IN_REFRESHES, KINDS, OF_REFRESHES


async def wrong_of(undisturbed: World, folder: Path, labels: list[str]) -> dict[str, list[str]]:
    """What was wrong, kind by kind."""
    kinds = {label: KINDS[label] for label in labels}
    outcomes = {label: outcome async for label, outcome in live_in_turn(undisturbed, folder, kinds)}
    assert all(outcome.asked for outcome in outcomes.values())
    return {label: outcome.complaints for label, outcome in outcomes.items() if outcome.complaints}


async def test_a_desk_lives_through_the_commonest(undisturbed: World, tmp_path: Path) -> None:
    assert listed(await wrong_of(undisturbed, tmp_path, list(IN_REFRESHES))) == ""


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_desk_lives_through_all(undisturbed: World, tmp_path: Path) -> None:
    assert listed(await wrong_of(undisturbed, tmp_path, list(OF_REFRESHES))) == ""
