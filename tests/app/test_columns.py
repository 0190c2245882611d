"""Choosing columns: at once, in the order wanted, kept between runs, refused by name."""

import json
import re
from pathlib import Path

import pytest

from deskview import paths
from deskview.board import Board
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.overlays.columns import Choices, ColumnsScreen, meaning
from deskview.screens.subjects import LISTS
from deskview.settings import Settings, SettingsError
from deskview.widgets.lines import Lines
from tests.app.desk import Seat, seated
from tests.app.scopes import PAGES_OF_PARTS
from tests.app.seats import seat_with


def head(seat: Seat, list_id: str = "long") -> list[str]:
    """The titles that stand over a list."""
    lines = seat.app.base.query_one(f"#{list_id}", Lines)
    return "".join(piece.text for piece in lines.head_line()).split()


def at(seat: Seat) -> str | None:
    """The column the overlay's cursor is on."""
    return seat.app.screen.query_one(Lines).cursor_key


async def to(seat: Seat, key: str) -> None:
    """Moves the overlay's cursor to a column."""
    await seat.press("g")
    while at(seat) != key:
        before = at(seat)
        await seat.press("j")
        assert at(seat) != before, key


async def test_a_column_is_hidden_at_once_in_both_legs_and_shown_again_in_its_place(board: Board) -> None:
    async with seated(board) as seat:
        shipped = head(seat)
        assert shipped[:4] == ["LONG", "now", "bp", "12-1"]
        await seat.press("c")
        assert isinstance(seat.app.screen, ColumnsScreen)
        await to(seat, "contribution")
        await seat.press("space")
        assert "bp" not in head(seat)
        assert "bp" not in head(seat, "short")
        await seat.press("enter")
        assert head(seat)[:4] == shipped[:4]
        await seat.press("escape")
        assert isinstance(seat.app.screen, DeskScreen)


async def test_columns_move_and_the_first_one_stays(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("c")
        await seat.press("space")
        await seat.press("K", "J")
        assert head(seat)[:3] == ["LONG", "now", "bp"]
        await to(seat, "score")
        await seat.press("K", "shift+up")
        assert head(seat)[:4] == ["LONG", "12-1", "now", "bp"]
        assert at(seat) == "score"
        await seat.press("shift+down")
        assert head(seat)[:4] == ["LONG", "now", "12-1", "bp"]
        await seat.press("0")
        assert head(seat)[:4] == ["LONG", "now", "bp", "12-1"]


async def test_what_has_no_room_is_marked_and_brought_in_by_asking_for_it(board: Board) -> None:
    async with seated(board, size=(80, 24)) as seat:
        await seat.press("m", "c")
        page = seat.app.base.query_one("#long", Lines)
        left_out = page.dropped
        assert "company" in left_out
        assert head(seat)[-1].endswith("…")
        assert "no room" in seat.text
        await to(seat, "company")
        await seat.press("space")
        assert "company" not in page.dropped
        assert "name" in {title.rstrip("…") for title in head(seat)}


async def test_fewer_columns_let_others_appear(board: Board) -> None:
    async with seated(board, size=(80, 24)) as seat:
        await seat.press("m", "c")
        page = seat.app.base.query_one("#long", Lines)
        assert "weight" in page.dropped
        for key in ("now", "contribution", "score"):
            await to(seat, key)
            await seat.press("space")
        assert head(seat)[0] == "LONG"
        assert "weight" in head(seat)


async def test_the_heatmap_shows_the_horizons_chosen(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("o", "c")
        await to(seat, "1d")
        await seat.press("space", "J")
        await to(seat, "12m")
        await seat.press(*["K"] * 6)
        titles = head(seat, "heatmap")
        assert "1d" not in titles
        assert titles.index("12m") < next(place for place, title in enumerate(titles) if title.startswith("now"))
        heatmap = seat.app.base.query_one("#heatmap", Lines)
        assert heatmap.row_line(0, "")[1].text.strip() != ""


async def test_the_lists_of_a_drill_down_have_columns_too(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("2", "enter", "c")
        assert "A group: its members" in seat.text
        await to(seat, "contribution")
        await seat.press("space", "escape")
        assert "adds" not in head(seat, "list-0")
        await seat.press("escape", "down", "enter")
        assert "adds" not in head(seat, "list-0")


async def test_sorting_goes_through_the_columns_shown(board: Board) -> None:
    async with seat_with(Settings(columns={"momentum-legs": ("score", "now")}), board) as seat:
        await seat.press("m")
        seen = []
        for _ in range(3):
            await seat.press("s")
            seen.append(next(title for title in head(seat) if title[-1] in "▾▴")[:-1])
        assert seen == ["LONG", "12-1", "now"]


async def test_a_choice_outlives_the_run_and_is_above_the_settings(board: Board) -> None:
    settings = Settings(columns={"desk-momentum": ("sector",)})
    async with seat_with(settings, board) as seat:
        assert head(seat) == ["LONG", "sector"]
        await seat.press("c")
        await to(seat, "return")
        await seat.press("space", "escape")
        assert head(seat) == ["LONG", "now", "sector"]
    async with seat_with(settings, board) as seat:
        assert head(seat) == ["LONG", "now", "sector"]
        await seat.press("c", "0", "escape")
        assert head(seat) == ["LONG", "sector"]
    assert json.loads(paths.columns_file().read_text(encoding="utf-8")) == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "ignored"),
        ('{"desk-momentun": ["now"]}', "did you mean 'desk-momentum'"),
        ('{"desk-momentum": ["scor"]}', "no column 'scor'; did you mean 'score'"),
        ('["now"]', "ignored"),
    ],
)
async def test_a_broken_file_is_told_and_ignored(board: Board, content: str, words: str) -> None:
    paths.columns_file().write_text(content, encoding="utf-8")
    async with seated(board) as seat:
        assert any(words in note.message for note in seat.app._notifications)
        assert head(seat)[:3] == ["LONG", "now", "bp"]


async def test_a_folder_that_can_not_be_written_to_costs_the_keeping_only(board: Board, own_state: Path) -> None:
    async with seated(board) as seat:
        await seat.press("c")
        await to(seat, "return")
        folder = paths.columns_file().parent
        paths.columns_file().mkdir()
        await seat.press("space")
        assert head(seat)[:2] == ["LONG", "bp"]
        assert any("for this run only" in note.message for note in seat.app._notifications)
        assert not list(folder.glob(".writing-*"))


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"momentum-leg": ("now",)}, "there is no list 'momentum-leg'; did you mean 'momentum-legs'?"),
        ({"momentum-legs": ("scor",)}, "columns.momentum-legs: there is no column 'scor'; did you mean 'score'?"),
        ({"leverage-supply": ("life",)}, "there is no column 'life'; did you mean 'life-'?"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(columns: dict[str, tuple[str, ...]], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        Choices(columns)


def test_the_half_lives_of_the_ladder_can_be_named() -> None:
    assert Choices({"leverage-supply": ("life-23.0", "total")}).of("leverage-supply") == ("life-23.0", "total")


async def test_every_list_is_known_by_its_name_and_every_column_described(board: Board) -> None:
    seen: set[str] = set()

    def look(seat: Seat) -> None:
        for lines in seat.app.base.query(Lines):
            assert lines.list_name or not lines.columns, lines
            if lines.list_name and lines.columns:
                seen.add(lines.list_name)
                for column in lines.columns:
                    if not column.title:
                        continue
                    assert meaning(lines.list_name, column.key), (lines.list_name, column.key)
                    assert Choices({lines.list_name: (column.key,)}).of(lines.list_name)

    async with seated(board, size=(300, 80)) as seat:
        look(seat)
        for page in PAGES_OF_PARTS:
            await seat.press(page)
            look(seat)
            await seat.press("escape")
        diagnostics = ("ctrl+p", *"diagnostics page", "enter")
        read = ("ctrl+p", *"read page", "enter")
        gamma = ("ctrl+p", *"gamma page", "enter")
        lists = ("ctrl+p", *"own lists page", "enter")
        for keys in (("2", "enter"), ("3", "enter"), ("v", "tab", "tab", "enter"), diagnostics, read, gamma, lists):
            await seat.press(*keys)
            look(seat)
            await seat.press("escape", "escape")
    assert set(LISTS) - seen <= {"leverage-supply"}


async def test_where_there_is_no_list_there_is_no_key_for_columns(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("slash", "escape")
        seat.app.screen.set_focus(None)
        await seat.press("c")
        assert isinstance(seat.app.screen, DeskScreen)
