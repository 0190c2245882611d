"""The top line: what matters most is left out last."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from deskview.board import Board, Part
from deskview.market.source import Source
from deskview.screens.desk.strip import segments
from deskview.screens.frame.status_lines import DeskStrip
from deskview.widgets.strip import Segment
from tests.feed.markets import running
from tests.screens.moments import drawn_flow, early_flow, with_basis, with_flow
from tests.widgets.host import Host, lines_of


async def shown(board: Board | None, width: int) -> str:
    strip = DeskStrip(lambda _: segments(board))
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


AFTER: dict[str, Any] = {"phase": "extended-hours", "as_of": datetime(2026, 2, 4, 23, 12, tzinfo=UTC)}
EARLY: dict[str, Any] = {"phase": "extended-hours", "as_of": datetime(2026, 2, 4, 12, 12, tzinfo=UTC)}


@pytest.mark.parametrize("width", [80, 100, 120, 160, 240])
@pytest.mark.parametrize(
    ("when", "word"), [(AFTER, "after-hours"), (EARLY, "pre-market"), ({"phase": "closed"}, "closed")]
)
async def test_the_state_of_a_market_that_is_not_open_stands_at_every_width(
    board: Board, width: int, when: dict[str, Any], word: str
) -> None:
    assert f"ET {word}" in " ".join((await shown(replace(board, **when), width)).split())


async def test_at_80_columns_after_the_close_the_flow_is_read_with_the_state(board: Board) -> None:
    by_the_rule = with_basis(board, "rule")
    line = await shown(replace(by_the_rule, **AFTER, source=replace(board.source, speed=60.0)), 80)
    assert "SIMULATED ×60" in line
    assert "after-hours" in line
    assert "LETF −$" in line


@pytest.mark.parametrize(("speed", "word"), [(60.0, "SIMULATED ×60 "), (0.5, "SIMULATED ×0.5 ")])
async def test_a_clock_that_does_not_run_as_ours_is_told(board: Board, speed: float, word: str) -> None:
    assert word in await shown(replace(board, source=replace(board.source, speed=speed)), 80)


@pytest.mark.parametrize("speed", [0.0, 1.0])
async def test_one_that_stands_or_runs_as_ours_is_not(board: Board, speed: float) -> None:
    assert "×" not in await shown(replace(board, source=replace(board.source, speed=speed)), 240)


@pytest.mark.parametrize("width", [80, 100, 120, 160, 240])
async def test_nothing_moves_when_an_alert_comes_or_the_display_is_frozen(board: Board, width: int) -> None:
    def begins(line: str) -> dict[str, int]:
        return {word: line.find(word) for word in ("SIMULATED", "MOMO", "SPY", "LETF", "wk ", "retail", "non-ret")}

    lines = []
    for frozen, waiting in ((False, 0), (True, 0), (False, 3), (True, 3)):
        found = segments(board, frozen=frozen, waiting=waiting)
        if waiting:
            found.append(Segment("alert", "momentum.sigma −4.02σ: below −3σ", "warning", spare=True))
        strip = DeskStrip(lambda _, found=found: found)  # type: ignore[misc]
        async with Host(strip).run_test(size=(width, 5)):
            lines.append(lines_of(strip)[0])
    assert [("FROZEN 16:00" in line, "ALERT 3" in line) for line in lines] == [
        (False, False), (True, False), (False, True), (True, True),
    ]  # fmt: skip
    assert all(begins(line) == begins(lines[0]) for line in lines)


@pytest.mark.parametrize("width", [80, 120])
async def test_what_has_no_room_leaves_no_mark_that_leads_nowhere(board: Board, width: int) -> None:
    assert "…" not in await shown(board, width)


async def test_the_index_beaten_is_named_where_there_is_room(board: Board) -> None:
    assert "beat SPY" in await shown(board, 240)
    assert "beat SPY" not in await shown(board, 120)


@pytest.mark.parametrize("source", [None, Source("massive")])
async def test_in_session_retail_stands_with_its_limits_at_80_columns(board: Board, source: Source | None) -> None:
    told = running(with_flow(with_basis(board, "rule"), drawn_flow()))
    line = await shown(replace(told, source=source or told.source), 80)
    assert "retail 16 (9–27)" in line
    assert "LETF −$" in line
    assert len(line) == 80


async def test_both_sides_stand_with_their_limits(board: Board) -> None:
    for width in (120, 160, 240):
        line = " ".join((await shown(with_flow(with_basis(board, "rule"), drawn_flow()), width)).split())
        assert "retail 16 (9–27) non-ret 8 (3–15)" in line
    assert "retail – non-ret –" in " ".join((await shown(with_flow(board, early_flow()), 240)).split())


def test_a_rank_has_no_colour_of_another_figures_sign(board: Board) -> None:
    tones = {segment.key: segment.tone for segment in segments(board)}
    assert (tones["retail"], tones["other"]) == ("", "")


SPEEDS = {"momentum.return": -0.0123, "leverage.today_usd": -2.13e9, "flow.retail.net_usd": 0.41e9}


def moving(board: Board) -> Board:
    """An open market whose headlines have moved over 30 minutes."""
    return replace(running(with_flow(with_basis(board, "rule"), drawn_flow())), d30m=SPEEDS)


@pytest.mark.parametrize("width", [40, 80, 100, 120, 140, 160, 180])
async def test_how_fast_headlines_move_costs_nothing_that_is_there(board: Board, width: int) -> None:
    told = moving(board)
    assert await shown(told, width) == await shown(replace(told, d30m={}), width)


async def test_at_210_columns_the_strip_tells_how_fast_headlines_move(board: Board) -> None:
    line = await shown(moving(board), 210)
    assert "σ 30m −1.2%  SPY" in line
    assert "B 30m −$2.1B  wk" in line
    real = await shown(replace(moving(board), source=Source("massive")), 210)
    assert "retail 16 (9–27) 30m ≈+$410M   non-ret" in real
    words = (await shown(replace(moving(board), d30m={}), 210)).split()
    assert [word for word in words if word not in line.split()] == []


async def test_how_fast_old_or_doubtful_figures_moved_is_not_told(board: Board) -> None:
    told = moving(board)
    assert told.momentum.age_s is not None
    old = replace(told, momentum=replace(told.momentum, age_s=3600.0))
    doubted = replace(told, momentum=replace(told.momentum, doubt="the prices are odd"))
    for wrong in (old, doubted):
        line = await shown(wrong, 240)
        assert "MOMO" in line and "30m −1.2%" not in line
        assert "30m −$2.1B" in line


def test_what_moved_within_its_limits_has_no_direction(board: Board) -> None:
    def tones(retail: float) -> str:
        told = replace(moving(board), d30m={"flow.retail.net_usd": retail, "momentum.return": 0.0})
        return {segment.key: segment.more_tone for segment in segments(told)}["retail"]

    assert [tones(usd) for usd in (-0.3e9, -0.2e9, 0.2e9, 0.3e9)] == ["loss", "dim", "dim", "gain"]
    flat = {segment.key: (segment.more, segment.more_tone) for segment in segments(replace(moving(board), d30m={}))}
    assert flat["momentum"] == ("", "")
    still = replace(moving(board), d30m={"momentum.return": -0.0001})
    assert {(s.more, s.more_tone) for s in segments(still) if s.key == "momentum"} == {("30m 0.0%", "dim")}
