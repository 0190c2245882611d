"""The Monte Carlo of a feed that runs."""

from pathlib import Path

from deskview.board import Board
from tests.feed.markets import simulated
from tests.feed.running import running


def is_simulated(board: Board) -> bool:
    return board.leverage.value is not None and board.leverage.value.next_week.simulation is not None


async def test_it_comes_after_the_basis_and_stays_beside_every_later_board(warm: Path) -> None:
    async with running(simulated(), warm) as shown:
        first = await shown.until(is_simulated)
        shown.feed.refresh_now()
        later = await shown.until(lambda board: board.leverage.received > first.leverage.received)
    assert first.leverage.value is not None and later.leverage.value is not None
    week = later.leverage.value.next_week
    assert week.simulation is not None
    assert week.simulation.as_of == first.as_of
    assert [point.session for point in week.simulation.fan] == week.sessions
    assert week.conditional == week.simulation.conditional
