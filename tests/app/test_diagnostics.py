"""The desk's own figures: on every board, without painting what is not shown; how keys are timed; what is kept."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot

from deskview import paths
from deskview.app.diagnostics import DeskDiagnostics, KeyTimes, written
from deskview.board import Board
from deskview.board.diagnostics import Diagnostics
from deskview.credentials import ApiKey
from deskview.logs import LAST_LINES, configure_logging, log_figures
from deskview.screens.diagnostics.page import TICKS, DiagnosticsPage
from deskview.screens.frame.status_lines import KeyLine
from deskview.widgets.textual_private import TerminalOutput
from tests.app.desk import Seat, seated

SECRET = "Canary_7f3kQz9Lw2Vx8Rt5Yb1Nc6Md4"


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def typed_at(moment: float) -> Key:
    key = Key("j", "j")
    key.time = moment
    return key


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_key_is_timed_from_when_it_was_read_to_the_next_frame(clock: Clock) -> None:
    times = KeyTimes(TerminalOutput(), clock)
    for read_at, painted_at in ((1.0, 1.018), (2.0, 2.010), (3.0, 3.090)):
        times.acted_on(typed_at(read_at))
        clock.now = painted_at
        times.painted()
        times.painted()
    assert times.keys == 3
    assert times.median_ms == pytest.approx(18)
    assert times.worst is not None
    assert times.worst[0] == pytest.approx(0.090)


def test_a_key_that_changes_nothing_is_not_timed_by_a_later_frame(clock: Clock) -> None:
    times = KeyTimes(TerminalOutput(), clock)
    key = typed_at(1.0)
    times.acted_on(key)
    times.settled(key)
    clock.now = 11.0
    times.painted()
    assert (times.keys, times.median_ms, times.worst) == (0, None, None)


def test_a_key_whose_frame_was_left_out_waits_for_the_next(clock: Clock) -> None:
    output = TerminalOutput()
    times = KeyTimes(output, clock)
    key = typed_at(1.0)
    times.acted_on(key)
    output.frames_skipped += 1
    times.settled(key)
    clock.now = 4.0
    times.painted()
    assert times.median_ms == pytest.approx(3000)


async def test_keys_pressed_are_timed_and_those_without_effect_are_not(board: Board) -> None:
    async with seated(board) as seat:
        for key in ("2", "j", "m", "f12"):
            await seat.press(key)
        await seat.see(replace(board))
        screen = own_of(seat).screen
        assert screen is not None
        assert screen.keys == 3
        assert screen.median_ms is not None
        assert screen.median_ms > 0


async def test_every_board_has_the_desks_figures_beside_the_markets(board: Board) -> None:
    async with seated(board) as seat:
        own = own_of(seat)
    assert own.desk is not None
    assert own.desk.tasks > 0
    assert own.market == board.diagnostics.market, "of the process that fetches"
    assert own.refreshes == board.diagnostics.refreshes


async def test_its_page_tells_the_desks_figures_of_now_where_no_board_comes(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("ctrl+p", *"diagnostics page", "enter")
        seat.app.shown_boards.freeze()
        await seat.settle()
        assert "FROZEN" in seat.lines[0]
        before = own_of(seat).screen
        assert before is not None
        page = seat.app.base
        assert isinstance(page, DiagnosticsPage)
        strip = seat.lines[0]
        for _ in range(TICKS):
            page.tick()
        await seat.settle()
        assert seat.lines[0] == strip, "the desk's marks stay"
        keys = len("diagnostics page") + 2
        assert before.keys == 0
        assert re.search(rf"median of the last ({keys - 2}|{keys - 1}|{keys}) keys", seat.text)


async def test_it_opens_from_the_palette(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("ctrl+p", *"diagnostics page", "enter")
        assert seat.app.journey.place == "diagnostics"
        assert "Diagnostics" in seat.lines[1]
        await seat.press("escape")
        assert seat.app.journey.place is None


async def test_it_opens_by_a_click_on_the_traffic_and_by_none_beside_it(board: Board) -> None:
    async with seated(board) as seat:
        await clicked(seat.pilot, 2)
        await seat.settle()
        assert seat.app.journey.place is None
        await clicked(seat.pilot, seat.app.screen.query_one(KeyLine).size.width - 3)
        await seat.settle()
        assert seat.app.journey.place == "diagnostics"


async def clicked(pilot: Pilot[int], x: int) -> None:
    await pilot.click(KeyLine, offset=(x, 0))


def own_of(seat: Seat) -> Diagnostics:
    """What is shown of the program itself."""
    assert seat.app.board is not None
    return seat.app.board.diagnostics


async def test_the_last_figures_are_kept_when_the_desk_is_left(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("q")
    kept = json.loads(paths.diagnostics_file(simulated=True).read_text())
    assert kept["versions"] == board.diagnostics.versions
    assert kept["desk"]["up_s"] >= 0
    assert not paths.diagnostics_file(simulated=False).exists()


async def test_a_state_folder_that_can_not_be_written_costs_the_figures_alone(board: Board, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "diagnostics_file", lambda **_: tmp_path / "file" / "below")
        own = DeskDiagnostics(KeyTimes(TerminalOutput()), TerminalOutput())
        assert own.on(board).momentum is board.momentum
        own.keep()


def test_what_is_kept_tells_ages_and_no_moments_of_a_clock_nobody_knows(board: Board) -> None:
    kept = json.loads(written(board.diagnostics))
    assert "began" not in kept["market"]
    assert kept["market"]["seconds_ago"] >= 0
    assert datetime.fromisoformat(kept["kept_at"]).tzinfo is not None


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    handlers, level, raises = logger.handlers[:], logger.level, logging.raiseExceptions
    yield logger
    configure_logging(None, ())
    logging.captureWarnings(False)
    logger.handlers[:], logger.level, logging.raiseExceptions = handlers, level, raises


def test_warnings_and_errors_are_counted_and_the_last_are_held_without_secrets(
    root: logging.Logger, tmp_path: Path
) -> None:
    secrets: list[ApiKey] = []
    configure_logging(tmp_path / "a.log", secrets)
    for number in range(LAST_LINES + 3):
        root.warning("number %d", number)
    root.info("not counted")
    root.error("key %s \x1b[2J", SECRET)
    assert (before := log_figures()) is not None
    assert SECRET in before.last[-1], "nobody has said yet that it is one"
    secrets.append(ApiKey(SECRET))
    figures = log_figures()
    assert figures is not None
    assert (figures.file, figures.warnings, figures.errors) == (str(tmp_path / "a.log"), LAST_LINES + 3, 1)
    assert len(figures.last) == LAST_LINES
    assert SECRET not in "".join(figures.last)
    assert "\x1b" not in "".join(figures.last)
    assert f"{datetime.now(UTC):%Y-%m}" in figures.last[-1]
