"""The top line: the whole desk at a glance."""

from typing import TYPE_CHECKING

from deskview.screens.format import NEW_YORK, OPEN, clock, market_state
from deskview.screens.parts import PARTS
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


ALERT_WIDTH = len("ALERT 9")
"""Cells kept free for the alerts, so that nothing moves when one comes."""


def segments(board: "Board | None", *, frozen: bool = False, waiting: int = 0) -> list[Segment]:
    """The strip's figures, the ones that matter least to be left out first; `waiting` alerts are told at its head."""
    if board is None:
        return [Segment("name", "deskview", "strong"), Segment("state", "opening the market", "dim")]
    return [*_source(board), _alerts(waiting), *_time(board, frozen=frozen), *_figures(board)]


def _source(board: "Board") -> list[Segment]:
    source = board.source
    line = [Segment("name", "deskview", "strong", priority=9)]
    if source.simulated:
        line.append(Segment("simulated", f" SIMULATED{_speed(source.speed)} ", "simulated", priority=0))
        line.append(Segment("scenario", source.scenario or "", "", priority=7))
    else:
        line.append(Segment("provider", source.provider.upper(), "accent", priority=6))
    return line


def _speed(speed: float) -> str:
    """How fast the simulated clock runs, where it does not run as ours."""
    return "" if speed in (0, 1) else f" ×{speed:g}"


def _alerts(waiting: int) -> Segment:
    text = f"ALERT {waiting}" if waiting else ""
    return Segment("alerts", f"{text:<{ALERT_WIDTH}}", "warning" if waiting else "", priority=0)


def _time(board: "Board", *, frozen: bool) -> list[Segment]:
    """The clock, as wide while the display is frozen, and the state of the market: what is not usual stays longer."""
    if frozen and board.as_of is not None:
        line = [Segment("frozen", f"FROZEN {board.as_of.astimezone(NEW_YORK):%H:%M}", "simulated", priority=0)]
    else:
        line = [Segment("clock", f"{clock(board.as_of)} ET ", "", priority=1)]
    if state := market_state(board):
        line.append(Segment("phase", state, "dim" if state == OPEN else "accent", priority=4 if state == OPEN else 1))
    return line


def _figures(board: "Board") -> list[Segment]:
    return [segment for part in PARTS if part.headline is not None for segment in part.headline(board)]
