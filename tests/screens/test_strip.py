"""The top line: what matters most is left out last."""

from dataclasses import replace

import pytest

from deskview.board import Board, Part
from deskview.market.source import Source
from deskview.screens.strip import segments
from deskview.widgets import StatusStrip
from tests.widgets.host import Host, lines_of


async def shown(board: Board | None, width: int) -> str:
    strip = StatusStrip(segments(board))
    async with Host(strip).run_test(size=(width, 5)):
        return lines_of(strip)[0]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 160, 240])
async def test_the_simulated_market_is_marked_at_every_width(board: Board, width: int) -> None:
    line = await shown(board, width)
    assert "SIMULATED" in line
    assert len(line) == width


async def test_a_real_market_is_never_called_simulated(board: Board) -> None:
    line = await shown(replace(board, source=Source("massive")), 240)
    assert "SIMULATED" not in line
    assert "MASSIVE" in line


async def test_all_the_figures_stand_where_there_is_room(board: Board) -> None:
    line = await shown(board, 240)
    momentum, leverage, breadth = board.momentum.value, board.leverage.value, board.breadth.value
    assert momentum is not None
    assert leverage is not None
    assert breadth is not None
    assert f"MOMO −{abs(momentum.return_ or 0):.1%} −{abs(momentum.sigma or 0):.1f}σ" in line
    assert f"LETF −${abs(leverage.today_usd or 0) / 1e9:.1f}B" in line
    assert f"{breadth.beat_share or 0:.0%} beat" in line
    assert "16:00:00 ET" in line


async def test_parts_without_figures_leave_no_zeros(board: Board) -> None:
    nothing = Part.awaited("not yet")  # type: ignore[var-annotated]
    empty = replace(board, momentum=nothing, breadth=nothing, rotation=nothing, leverage=nothing, flow=nothing)
    line = await shown(empty, 240)
    assert "MOMO" not in line
    assert "$0" not in line
    assert "0.0%" not in line


async def test_before_the_first_board() -> None:
    assert "opening the market" in await shown(None, 80)
