"""What is in doubt, old, delayed or left out, as top line, panes, pages, cards and footer say it."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.widgets import Static

from deskview.board import Board, Part, Status
from deskview.board.board import OF_THE_MARKET
from deskview.screens.desk.strip import segments
from deskview.screens.frame.age import age_of, next_try, notice_of
from deskview.screens.frame.pane import BoardPane
from deskview.screens.frame.status_lines import DeskStrip
from deskview.screens.subjects import card_of
from tests.app.desk import seated
from tests.app.scopes import PAGES_OF_PARTS
from tests.feed.markets import running
from tests.screens.snapshots import delayed, doubted
from tests.widgets.host import Host, lines_of

NOW = 1000.0
Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the monotonic clock of the ages, in seconds after NOW."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(sys.modules[age_of.__module__], "monotonic", lambda: NOW + seconds)

    set_to(0.0)
    return set_to


def at_once(board: Board) -> Board:
    """The board of a running market, all received NOW."""
    board = running(board)
    parts: dict[str, Any] = {name: replace(part, received=NOW) for name, part in board.parts.items()}
    return replace(board, **parts)


async def strip(board: Board, width: int) -> str:
    line = DeskStrip(lambda _: segments(board))
    async with Host(line).run_test(size=(width, 5)):
        return lines_of(line)[0]


WHOLE = ("MOMO", "SPY", "beat", "LETF", "wk", "retail", "non-ret")


@pytest.mark.parametrize("width", [80, 100, 120, 160, 240])
async def test_doubt_stands_at_every_width_and_no_digit_is_cut(board: Board, width: int, clock: Clock) -> None:
    board = at_once(board)
    line, whole = await strip(doubted(board), width), await strip(doubted(board), 400)
    assert "in doubt" in line
    assert " open " not in line
    assert "?" in line
    for figure in line.replace(";", " ").split():
        assert figure in whole.replace(";", " ").split(), figure


async def test_every_figure_of_a_part_in_doubt_bears_a_mark_and_no_other(board: Board, clock: Clock) -> None:
    board = at_once(board)
    one = replace(board, leverage=replace(board.leverage, status=Status.DOUBT, doubt="assets of 12 funds came as 0"))
    texts = {segment.key: segment.text for segment in segments(one)}
    assert {key for key, text in texts.items() if "?" in text} == {"letf", "week"}
    assert texts["letf"].count("?") == texts["week"].count("?") == 1
    assert texts["doubt"] == "assets of 12 funds came as 0"
    momentum = {segment.key: segment.text for segment in segments(doubted(board))}["momentum"]
    assert momentum.count("?") == 2


async def test_the_sentence_takes_the_room_of_what_matters_less(board: Board, clock: Clock) -> None:
    board = at_once(board)
    wide, narrow = await strip(doubted(board), 240), await strip(doubted(board), 120)
    assert "1,480 of 2,960 names came; figures are of 15:42:10" in wide
    assert "1,480 of 2,960 names came" in narrow
    assert "figures are of" not in narrow
    assert "wk" not in narrow


async def test_a_sentence_there_is_no_room_for_costs_nothing_its_place(board: Board, clock: Clock) -> None:
    board = at_once(board)
    endless: dict[str, Any] = {
        name: replace(board.parts[name], status=Status.DOUBT, doubt="why " * 60) for name in OF_THE_MARKET
    }
    line = await strip(replace(board, **endless), 160)
    assert "why" not in line
    assert all(word in line for word in ("MOMO", "SPY", "LETF", "retail"))


@pytest.mark.parametrize(
    ("part", "fields", "word"),
    [
        ("flow", {"status": Status.STALE}, "stale"),
        ("flow", {"status": Status.PARTIAL}, "incomplete"),
        ("flow", {"value": None, "status": Status.UNAVAILABLE}, "incomplete"),
        ("flow", {"status": Status.PARTIAL, "progress": 0.5}, "loading"),
        ("breadth", {"status": Status.DOUBT, "doubt": "prices stand elsewhere"}, "in doubt"),
    ],
)
async def test_the_worst_of_what_is_stated_is_shown_and_never_merely_open(
    board: Board, part: str, fields: dict[str, Any], word: str, clock: Clock
) -> None:
    board = at_once(board)
    assert " open " in await strip(board, 240)
    worse: dict[str, Any] = {part: replace(board.parts[part], **fields)}
    line = await strip(replace(board, **worse), 240)
    assert word in line
    assert " open " not in line
    assert f"after-hours {word}" in " ".join(
        (await strip(replace(board, **worse, phase="extended-hours"), 240)).split()
    )


async def test_yesterdays_close_is_never_shown_as_open(board: Board, clock: Clock) -> None:
    close = datetime(2026, 2, 3, 21, tzinfo=UTC)
    parts: dict[str, Any] = {
        name: replace(part, as_of=close, data_as_of=close, age_s=None) for name, part in at_once(board).parts.items()
    }
    line = await strip(replace(at_once(board), **parts, as_of=close), 120)
    assert "close of 3 Feb" in line
    assert " open " not in line


async def test_the_clock_stands_with_the_figures(board: Board, clock: Clock) -> None:
    frozen = datetime(2026, 2, 4, 20, 42, 10, tzinfo=UTC)
    parts: dict[str, Any] = {name: replace(at_once(board).parts[name], data_as_of=frozen) for name in OF_THE_MARKET}
    later = replace(at_once(board), **parts, as_of=frozen + timedelta(minutes=9))
    assert "15:42:10 ET" in await strip(later, 160)
    texts = [segment.text for segment in segments(later, frozen=True)]
    assert "FROZEN 15:42" in texts


async def test_the_top_line_turns_stale_without_a_board(board: Board, clock: Clock) -> None:
    async with seated(at_once(board)) as seat:
        assert " open " in seat.lines[0]
        for key in ("1", "m"):
            clock(0.0)
            await seat.press(key)
            clock(61.0)
            seat.app.base.tick()  # type: ignore[attr-defined]
            await seat.settle()
            assert " stale " in seat.lines[0]


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_a_delayed_plan_is_told_once_and_is_not_stale_for_it(board: Board, width: int, clock: Clock) -> None:
    late = delayed(at_once(board))
    line = await strip(late, width)
    assert ("15 min delayed" in line) or ("15m delayed" in line)
    assert "stale" not in line
    async with seated(late, size=(200, 60)) as seat:
        assert seat.text.count("delayed") == 1
        assert {pane.state for pane in seat.app.screen.query(BoardPane)} == {"live"}


def test_ages_count_by_the_markets_clock(clock: Clock) -> None:
    part: Part[Any] = Part(value=object(), status=Status.LIVE, received=NOW, age_s=5.0)
    clock(5.0)
    assert age_of(part, 60.0, 10.0) == ("55s", "live")
    clock(6.0)
    assert age_of(part, 60.0, 10.0) == ("stale 1m", "stale")
    assert age_of(part, 60.0, 0.0) == ("5s", "live")
    assert age_of(replace(part, age_s=90.0), 60.0, 0.0) == ("stale 1m", "stale")


def test_final_figures_bear_their_day_and_time_in_place_of_an_age(clock: Clock) -> None:
    close = datetime(2026, 2, 4, 21, tzinfo=UTC)
    part: Part[Any] = Part(value=object(), status=Status.LIVE, received=NOW, data_as_of=close, age_s=None)
    clock(100_000.0)
    assert age_of(part, 60.0, 1.0) == ("final 4 Feb 16:00", "live")
    assert age_of(replace(part, status=Status.STALE), 60.0, 1.0) == ("stale 4 Feb 16:00", "stale")
    assert age_of(replace(part, status=Status.DOUBT, doubt="why"), 60.0, 1.0) == ("in doubt 4 Feb 16:00", "doubt")


def test_the_next_try_counts_down_in_steps_of_five_seconds(clock: Clock) -> None:
    part: Part[Any] = Part.awaited("The connection was refused.", retry_at=NOW + 19.0)
    found = []
    for seconds in range(25):
        clock(float(seconds))
        found.append(next_try(part))
    assert list(dict.fromkeys(found)) == ["Next try in 15 s.", "Next try in 10 s.", "Next try in 5 s.", "Trying now."]
    clock(0.0)
    assert next_try(replace(part, retry_at=NOW + 600.0)) == "Next try in 10 min."
    assert next_try(replace(part, retry_at=None)) == ""


def test_a_notice_is_the_doubt_the_note_and_the_next_try(clock: Clock) -> None:
    part: Part[Any] = Part(value=object(), doubt="1,480 of 2,960 names came", retry_at=NOW + 16.0)
    assert notice_of(part, "It broke off.") == "1,480 of 2,960 names came. It broke off. Next try in 15 s."
    assert notice_of(replace(part, retry_at=None), "") == "1,480 of 2,960 names came"
    assert notice_of(replace(part, retry_at=None), "1,480 of 2,960 names came") == "1,480 of 2,960 names came"
    assert notice_of(Part(value=object()), "") == ""


async def test_a_pane_counts_down_and_lays_out_again_only_when_the_words_change(board: Board, clock: Clock) -> None:
    board = at_once(board)
    failed = replace(board.momentum, status=Status.STALE, note="It broke off.", retry_at=NOW + 17.0)
    async with seated(replace(board, momentum=failed)) as seat:
        pane = next(pane for pane in seat.app.screen.query(BoardPane) if pane.PART == "momentum")
        notice, updates = pane.query_one(".pane-notice", Static), 0

        def counted(*_: object, update: Callable[..., None] = notice.update, **__: object) -> None:
            nonlocal updates
            updates += 1
            update(*_, **__)

        notice.update = counted  # type: ignore[method-assign]
        words = []
        for seconds in range(14):
            clock(float(seconds))
            pane.tick()
            words.append(pane.notice)
        tries = (*(f"Next try in {seconds} s." for seconds in (15, 10, 5)), "Trying now.")
        assert list(dict.fromkeys(words)) == [f"It broke off. {each}" for each in tries]
        assert updates == 3
        await seat.see(replace(board, momentum=replace(board.momentum, status=Status.LIVE)))
        assert pane.notice == ""


async def test_a_part_that_is_still_to_come_says_when_it_is_tried_again(board: Board, clock: Clock) -> None:
    awaited: Part[Any] = Part.awaited("No connection to the provider.", retry_at=NOW + 11.0)
    async with seated(replace(at_once(board), flow=awaited), size=(160, 50)) as seat:
        assert "Next try in 10 s." in seat.text
        await seat.press("f")
        assert "No connection to the provider. Next try in 10 s." in seat.text


async def test_a_pane_in_doubt_says_so_in_its_border_and_why_above_its_figures(board: Board, clock: Clock) -> None:
    async with seated(doubted(at_once(board))) as seat:
        panes = {pane.PART: pane for pane in seat.app.screen.query(BoardPane)}
        for name in ("momentum", "rotation", "leverage"):
            assert panes[name].state == "doubt"
            assert panes[name].notice.startswith("1,480 of 2,960 names came")
        assert panes["flow"].state == "live"
        assert "in doubt" in seat.lines[3], "below the strip, the read and the dealers"


@pytest.mark.parametrize("page", [page for page in PAGES_OF_PARTS if page != "f"])
async def test_a_page_in_doubt_says_so_in_its_heading_and_why_below(board: Board, page: str, clock: Clock) -> None:
    async with seated(doubted(at_once(board))) as seat:
        await seat.press(page)
        assert "in doubt" in seat.lines[1]
        assert "1,480 of 2,960 names came; figures are of 15:42:10" in seat.lines[2]


@pytest.mark.parametrize("part", ["momentum", "breadth", "rotation", "leverage"])
def test_a_card_tells_the_doubt_the_time_of_the_data_and_the_rows_left_out(board: Board, part: str) -> None:
    at = datetime(2026, 2, 4, 20, 42, 10, tzinfo=UTC)
    found = doubted(board)
    timed: dict[str, Any] = {part: replace(found.parts[part], data_as_of=at, delay_s=900.0)}
    wire = replace(
        board.wire, left_out={"snapshot": 3, "splits": 1}, reasons={"snapshot": ("a ticker that is no text",)}
    )
    foot = {line.label: line.text for line in card_of(replace(found, **timed, wire=wire), part, None).foot}
    assert foot["as of"].endswith("in doubt")
    assert foot["in doubt"] == "1,480 of 2,960 names came; figures are of 15:42:10"
    assert foot["newest data"] == "of 15:42:10 ET, 15 min delayed by the plan"
    assert foot["rows left out"] == "snapshot 3: a ticker that is no text"
    assert foot[""] == "splits 1"


@pytest.mark.parametrize(
    ("part", "limit_s"), [("momentum", 60), ("breadth", 60), ("rotation", 60), ("leverage", 60), ("flow", 180)]
)
def test_a_card_is_live_no_longer_than_the_border(board: Board, part: str, limit_s: int, clock: Clock) -> None:
    def state(board: Board) -> str:
        foot = {line.label: line.text for line in card_of(board, part, None).foot}
        return foot["as of"].rpartition(", ")[2]

    board = at_once(board)
    whole: dict[str, Any] = {part: replace(board.parts[part], status=Status.LIVE)}
    board = replace(board, **whole)
    clock(limit_s - 0.1)
    assert state(board) == "live"
    assert state(replace(board, phase="extended-hours")) == "after-hours"
    clock(limit_s + 0.1)
    assert state(board) == state(replace(board, phase="extended-hours")) == "stale"
    close: dict[str, Any] = {part: replace(board.parts[part], age_s=None)}
    assert state(replace(board, **close)) == "final"


@pytest.mark.parametrize(
    ("size", "words"),
    [((80, 24), "3 left out"), ((120, 40), "12 calls/min · 3 rows left out"), ((200, 60), "3 rows left out · 2 err")],
)
async def test_the_footer_counts_the_rows_left_out(board: Board, size: tuple[int, int], words: str) -> None:
    failures = 2 if size[0] == 200 else 0
    wire = replace(board.wire, calls_per_minute=12, failures=failures, left_out={"snapshot": 2, "splits": 1})
    async with seated(replace(board, wire=wire), size=size) as seat:
        assert words in seat.lines[-1]
        assert "q quit" in seat.lines[-1]
        await seat.see(replace(board, wire=replace(wire, left_out={})))
        assert "left out" not in seat.lines[-1]
