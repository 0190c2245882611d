"""Every key of the table does what it says, on the screen it says."""

from pathlib import Path

import pytest

from deskview.board import Board
from deskview.screens.frame.pane import BoardPane
from deskview.screens.subjects import ACTIONS
from deskview.widgets.table import Table
from tests.app.desk import Seat, seated
from tests.app.scopes import Scope

ESCAPES = ["escape", "backspace", "left"]


def pane_of(seat: Seat) -> str | None:
    """The pane the cursor is in."""
    return next((pane.id for pane in seat.app.screen.query(BoardPane) if pane.has_focus_within), None)


def named(scope: str) -> list[str]:
    return [action.keys.split(",")[0] for action in ACTIONS if action.scope is scope]


@pytest.mark.parametrize(("key", "pane"), [("1", "pane-1"), ("2", "pane-2"), ("3", "pane-3"), ("4", "pane-4")])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_number_goes_to_its_pane(board: Board, key: str, pane: str, size: tuple[int, int]) -> None:
    async with seated(board, size=size) as seat:
        await seat.press(key)
        assert pane_of(seat) == pane
        shown = [each.id for each in seat.app.screen.query(BoardPane) if each.display]
        assert pane in shown
        assert len(shown) == (1 if size == (80, 24) else 4)


async def test_tab_walks_over_all_lists(board: Board) -> None:
    async with seated(board) as seat:
        seen = []
        for _ in range(5):
            seen.append(pane_of(seat))
            await seat.press("tab")
        assert seen == ["pane-1", "pane-1", "pane-2", "pane-3", "pane-4"]


async def test_zoom_shows_one_pane_and_all_again(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("3", "z")
        assert [pane.id for pane in seat.app.screen.query(BoardPane) if pane.display] == ["pane-3"]
        await seat.press("z")
        assert all(pane.display for pane in seat.app.screen.query(BoardPane))


async def test_help_names_every_key_of_the_desk(board: Board) -> None:
    async with seated(board, size=(120, 400)) as seat:
        await seat.press("question_mark")
        help_text = seat.text
        for action in ACTIONS:
            if action.scope in {Scope.EVERYWHERE, Scope.DESK}:
                assert action.title in help_text
        await seat.press("escape")
        assert "1 Momentum" in seat.text


async def test_find_opens_what_is_typed_and_the_way_back_leads_to_the_desk(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("slash", *"NVDA")
        assert "Nvidia" in seat.text
        await seat.press("enter")
        assert "desk › NVDA" in seat.text
        await seat.press("escape")
        assert "1 Momentum" in seat.text
        await seat.press("slash", *"nothing of this name")
        assert "nothing of that name" in seat.text
        await seat.press("enter")
        await seat.press("escape")
        assert "1 Momentum" in seat.text


@pytest.mark.parametrize("escape", ESCAPES)
async def test_from_a_name_to_a_fund_and_back_with_the_cursors_where_they_were(board: Board, escape: str) -> None:
    async with seated(board) as seat:
        await seat.press("3", "down", "down")
        table = seat.app.screen.focused
        assert isinstance(table, Table)
        name = table.cursor_key
        await seat.press("enter")
        assert f"desk › {name}" in seat.text
        seat.app.screen.query_one("#list-0", Table).focus()
        await seat.press("down")
        funds = seat.app.screen.query_one("#list-0", Table)
        fund = funds.cursor_key
        await seat.press("enter")
        assert f"desk › {name} › {fund}" in seat.text
        assert "L(L−1)" in seat.text
        await seat.press(escape)
        assert f"desk › {name}" in seat.text
        assert seat.app.screen.query_one("#list-0", Table).cursor_key == fund
        await seat.press(escape)
        assert pane_of(seat) == "pane-3"
        again = seat.app.screen.focused
        assert isinstance(again, Table)
        assert again.cursor_key == name


async def test_a_group_opens_its_members(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("2", "enter")
        assert "members, equally weighted" in seat.text
        table = seat.app.screen.query_one("#list-0", Table)
        table.focus()
        member = table.cursor_key
        await seat.press("enter")
        assert f"› {member}" in seat.text
        await seat.press("escape", "escape")
        assert pane_of(seat) == "pane-2"


async def test_the_next_theme_changes_every_colour_table_and_comes_round(board: Board) -> None:
    async with seated(board) as seat:
        first = seat.app.theme
        seen = [first]
        while True:
            await seat.press("t")
            if seat.app.theme == first:
                break
            seen.append(seat.app.theme)
        assert len(seen) == len(set(seen)) > 2


async def test_refresh_asks_the_market(board: Board) -> None:
    async with seated(board) as seat:
        assert seat.door.market is not None
        await seat.press("r")
        assert seat.door.market.refreshes == 1


async def test_quit_ends_well(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("q")
    assert seat.app.return_code == 0
    assert seat.app.return_value == 0


async def test_no_key_brings_a_drill_down_to_an_end(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    async with seated(board) as seat:
        for key in named(Scope.EVERYWHERE):
            if key != "q":
                await seat.press("3", "enter", key)
                assert seat.app.is_running, key
                assert seat.app.return_code is None, key
                await seat.press("escape", "escape", "escape")
                assert pane_of(seat) == "pane-3", key


async def test_keys_before_the_first_board_are_harmless() -> None:
    keys = [*named(Scope.DESK), *named(Scope.LISTS), "slash", "question_mark", "escape", "r", "enter"]
    async with seated() as seat:
        for key in keys:
            await seat.press(key)
        assert "opening the market" in seat.text
        assert seat.app.is_running
