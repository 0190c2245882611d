"""The top line: the whole desk at a glance."""

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from deskview.format import NEW_YORK, clock
from deskview.screens.frame.age import OPEN, STALE_AFTER_S, data_time, market_state, state_of
from deskview.screens.parts import PARTS
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from datetime import datetime

    from deskview.board import Board, Part


ALERT_WIDTH = len("ALERT 9")
"""Cells kept free for the alerts, so that nothing moves when one comes."""


def segments(board: "Board | None", *, frozen: bool = False, waiting: int = 0) -> list[Segment]:
    """The strip's figures, the ones that matter least to be left out first; `waiting` alerts are told at its head."""
    if board is None:
        return [Segment("name", "deskview", "strong"), Segment("state", "opening the market", "dim")]
    return [*_source(board), _alerts(waiting), *_time(board, frozen=frozen), *_figures(board), *_doubts(board)]


def _source(board: "Board") -> list[Segment]:
    source = board.source
    line = [Segment("name", "deskview", "strong", priority=9)]
    if source.simulated:
        mark = f"SIMULATED{_speed(source.speed)}"
        line.append(Segment("simulated", f" {mark} ", "simulated", priority=0, short=mark))
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
    """The time of the figures, as wide while the display is frozen, by how much the plan is late, and their state.

    What is not usual stays longer.
    """
    at = _data_time(board)
    if frozen and at is not None:
        line = [Segment("frozen", f"FROZEN {at.astimezone(NEW_YORK):%H:%M}", "simulated", priority=0)]
    else:
        line = [Segment("clock", f"{clock(at)} ET ", "", priority=1)]
    return [*line, *_delay(board), *_state(board)]


def _stated(board: "Board") -> "list[tuple[Part[Any], float]]":
    """The parts whose figures are stated, and from which age on each is stale; of what is optional only what there
    is."""
    return [
        (board.parts[subject.part], subject.page.STALE_AFTER_S if subject.page else STALE_AFTER_S)
        for subject in PARTS
        if subject.headline is not None and (not subject.optional or board.parts[subject.part].value is not None)
    ]


def _data_time(board: "Board") -> "datetime | None":
    """When the figures were true: those of the market, as others are refreshed more slowly. Never a clock that runs on
    over figures that stand."""
    times = [
        at
        for part, limit_s in _stated(board)
        if part.value is not None and limit_s <= STALE_AFTER_S and (at := data_time(part)) is not None
    ]
    return min(times, default=board.as_of)


def _delay(board: "Board") -> list[Segment]:
    """By how much the plan's data are late: told here, once."""
    late_s = max(part.delay_s for part, _ in _stated(board))
    if late_s <= 0:
        return []
    minutes = max(1, round(late_s / 60))
    return [Segment("delay", f"{minutes} min delayed", "accent", priority=1, short=f"{minutes}m delayed")]


def _state(board: "Board") -> list[Segment]:
    """The state of the market, and the worst of what is stated: nothing is merely open whose figures are not live."""
    state, (worst, tone, priority) = market_state(board), _worst(board)
    line = [Segment("state", worst, tone, priority=priority)] if worst else []
    if state == OPEN:
        return line or [Segment("phase", state, "dim", priority=5)]
    return [*([Segment("phase", state, "accent", priority=1)] if state else []), *line]


def _worst(board: "Board") -> tuple[str, str, int]:
    """What is the matter with the figures stated, in a word, its tone and its priority; empty where all are live."""
    stated = _stated(board)
    states = {state_of(part, limit_s, board.source.speed) for part, limit_s in stated}
    closes = [data_time(part) for part, _ in stated if part.value is not None and part.age_s is None]
    if "doubt" in states:
        return "in doubt", "warning", 0
    if "stale" in states:
        return "stale", "stale", 0
    if board.phase == OPEN and closes and closes[0] is not None:
        return f"close of {closes[0].astimezone(NEW_YORK):%-d %b}", "stale", 0
    if any(part.progress is not None for part, _ in stated):
        return "loading", "dim", 4
    if any(part.status.value in ("partial", "unavailable") for part, _ in stated):
        return "incomplete", "dim", 4
    return "", "", 0


def _figures(board: "Board") -> list[Segment]:
    """The headlines; how fast one moves is told of live figures alone."""
    segments = []
    for subject in PARTS:
        if subject.headline is not None:
            limit_s = subject.page.STALE_AFTER_S if subject.page else STALE_AFTER_S
            live = state_of(board.parts[subject.part], limit_s, board.source.speed) == "live"
            segments += [each if live else replace(each, more="") for each in subject.headline(board)]
    return segments


def _doubts(board: "Board") -> list[Segment]:
    """Why figures are in doubt, before what matters less than that; in want of room the first clause of it."""
    sentence = next((part.doubt for part, _ in _stated(board) if part.doubt), "")
    if not sentence:
        return []
    return [Segment("doubt", sentence, "warning", priority=2, short=sentence.partition(";")[0], sentence=True)]
