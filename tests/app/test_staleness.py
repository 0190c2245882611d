"""From which age on figures are stale: a minute, those of the flow three, on every pane and every page."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deskview.board import Board, Part, Status
from deskview.screens.frame.age import age_of
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.pane import BoardPane
from tests.app.desk import seated
from tests.app.scopes import PAGES_OF_PARTS
from tests.feed.markets import running
from tests.screens.gammas import with_gamma
from tests.screens.listed import with_lists

LIMITS_S = {"momentum": 60, "breadth": 60, "rotation": 60, "leverage": 60, "gamma": 60, "lists": 60, "flow": 180}
RECEIVED = 1000.0
Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets how many seconds ago the figures were received."""
    return lambda seconds: monkeypatch.setattr(sys.modules[age_of.__module__], "monotonic", lambda: RECEIVED + seconds)


def received_at_once(board: Board) -> Board:
    """The board with all its parts received in one moment, of a market whose clock runs as ours."""
    board = running(board)
    parts: dict[str, Any] = {name: replace(part, received=RECEIVED) for name, part in board.parts.items()}
    return replace(board, **parts)


@pytest.mark.parametrize("limit_s", [60.0, 180.0])
@pytest.mark.parametrize("progress", [None, 0.5])
def test_figures_are_live_up_to_the_limit_and_stale_beyond(
    clock: Clock, limit_s: float, progress: float | None
) -> None:
    part = Part(value=object(), status=Status.LIVE, progress=progress, received=RECEIVED)
    found = {}
    for seconds in (0.0, limit_s - 0.1, limit_s + 0.1, 10 * limit_s):
        clock(seconds)
        found[seconds] = age_of(part, limit_s, 1.0)[1]
    assert list(found.values()) == ["live", "live", "stale", "stale"]


def test_what_the_feed_calls_stale_is_stale_at_any_age(clock: Clock) -> None:
    clock(1.0)
    assert age_of(Part(value=object(), status=Status.STALE, received=RECEIVED), 60.0, 1.0) == ("stale 1s", "stale")


@pytest.mark.parametrize(
    "keys",
    [*((key,) for key in PAGES_OF_PARTS), *(("ctrl+p", *page, "enter") for page in ("gamma page", "own lists page"))],
    ids="".join,
)
async def test_a_page_is_live_up_to_its_limit_and_stale_beyond(
    board: Board, keys: tuple[str, ...], clock: Clock
) -> None:
    clock(0.0)
    async with seated(with_lists(with_gamma(received_at_once(board)))) as seat:
        await seat.press(*keys)
        shown = seat.app.base
        assert isinstance(shown, PageScreen)
        for seconds, stale in ((LIMITS_S[shown.PART] - 0.1, False), (LIMITS_S[shown.PART] + 0.1, True)):
            clock(seconds)
            shown.tick()
            await seat.settle()
            assert ("stale" in seat.lines[1], " old" in seat.lines[1]) == (stale, not stale)


async def test_a_pane_is_live_up_to_its_limit_and_stale_beyond(board: Board, clock: Clock) -> None:
    clock(0.0)
    async with seated(received_at_once(board)) as seat:
        panes = list(seat.app.screen.query(BoardPane))
        assert {pane.PART for pane in panes} == {"momentum", "rotation", "leverage", "flow"}
        for pane in panes:
            for seconds, state in ((LIMITS_S[pane.PART] - 0.1, "live"), (LIMITS_S[pane.PART] + 0.1, "stale")):
                clock(seconds)
                pane.tick()
                assert pane.state == state, pane.PART
                assert ("stale" in str(pane.border_title)) == (state == "stale"), pane.PART
