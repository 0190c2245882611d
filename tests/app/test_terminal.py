"""Terminals too small or without Unicode, and themes of the user's own."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deskview import paths
from deskview.app.appearance import in_ascii
from deskview.board import Board
from deskview.settings import Settings
from tests.app.seats import seat_with

GOOD = 'name = "mine"\nbase = "amber"\n[colors]\naccent = "{}"\n'


async def test_below_the_minimum_a_sentence_with_the_numbers(board: Board) -> None:
    async with seat_with(Settings(), board, size=(59, 15)) as seat:
        assert "needs 60x15, this terminal has 59x15" in seat.text
        await seat.pilot.resize_terminal(60, 15)
        await seat.settle()
        assert "MOMO" in seat.lines[0]
        await seat.press("question_mark")
        await seat.pilot.resize_terminal(60, 14)
        await seat.settle()
        assert "needs 60x15" in seat.text
        await seat.pilot.resize_terminal(120, 40)
        await seat.settle()
        assert seat.app.screen is seat.app._help


async def test_in_ascii_every_cell_is_ascii_and_as_wide_as_before(board: Board) -> None:
    async with seat_with(Settings(ascii=True), board) as seat:
        for key in ("4", "question_mark", "escape", "1", "enter"):
            await seat.press(key)
            assert [line for line in seat.lines if not line.isascii()] == []
            assert {len(line) for line in seat.lines} == {120}


@given(st.text())
def test_ascii_keeps_the_width(text: str) -> None:
    printable = "".join(char for char in text if char.isprintable())
    assert in_ascii(printable).isascii()
    assert cell_len(in_ascii(printable)) == sum(cell_len(char) for char in printable)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's theme folder."""
    monkeypatch.setattr(paths, "themes_folder", lambda: tmp_path)
    return tmp_path


async def test_own_themes_load_the_broken_one_is_told_and_a_saved_one_is_put_on(folder: Path, board: Board) -> None:
    file = folder / "mine.toml"
    file.write_text(GOOD.format("#112233"))
    (folder / "broken.toml").write_text('name = "broken"\n[colors]\nacent = "#112233"\n')
    async with seat_with(Settings(), board, theme="mine") as seat:
        app = seat.app
        assert app.theme == "mine"
        assert app.current_theme.accent == "#112233"
        (problem,) = [notice.message for notice in app._notifications]
        assert "broken.toml: colors.acent" in problem
        file.write_text(GOOD.format("#445566"))
        os.utime(file, ns=(1, 1))
        app.appearance.reload()
        await seat.settle()
        assert app.current_theme.accent == "#445566"
        assert app.theme_variables["accent"].lower() == "#445566"
        assert len(app._notifications) == 1
        assert "mine" in app.appearance.names


async def test_without_a_theme_folder_nothing_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: Board
) -> None:
    monkeypatch.setattr(paths, "themes_folder", lambda: tmp_path / "none")
    async with seat_with(Settings(), board) as seat:
        assert not seat.app.appearance.own.changed()
        assert seat.app.appearance.own.names == ()
