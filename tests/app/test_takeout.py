"""Freezing, copying, exporting and saving what is on the screen."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from deskview import paths
from deskview.app import DeskApp, takeout
from deskview.board import Board
from deskview.screens.frame.target import Kind, Target
from deskview.screens.parts import PARTS
from deskview.screens.subjects import table_of
from deskview.themes import DEFAULT_THEME
from deskview.widgets.lines import Lines
from tests.app.desk import Door, Seat, seated
from tests.screens.listed import with_lists


class Key:
    """A secret that got onto the screen somehow."""

    def reveal(self) -> str:
        return "SNDK"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's state folder."""
    monkeypatch.setattr(paths, "state_folder", lambda: tmp_path)
    yield tmp_path


async def test_a_frozen_display_stands_still_and_says_so(board: Board) -> None:
    async with seated(board) as seat:
        before = seat.app.board
        await seat.press("space")
        assert "FROZEN" in seat.lines[0]
        later = replace(board, phase="later")
        await seat.see(later)
        assert seat.app.board is before
        await seat.press("m")
        assert "FROZEN" in seat.lines[0]
        await seat.press("escape", "space")
        assert seat.app.board is not None
        assert seat.app.board.phase == "later"
        assert "FROZEN" not in seat.lines[0]


async def test_the_row_under_the_cursor_is_copied_whole(board: Board) -> None:
    async with seated(board) as seat:
        await seat.press("y")
        lines = seat.app.screen.focused
        assert isinstance(lines, Lines)
        cells = seat.app.clipboard.split("\t")
        assert cells[0] == lines.cursor_key
        assert len(cells) == 6


async def test_secrets_are_masked_in_what_is_copied_and_saved(board: Board, state: Path) -> None:
    async with seated(board) as seat:
        assert "SNDK" in seat.text
        seat.app.takeout._secrets = (Key(),)
        await seat.press("y", "S")
        assert "SNDK" not in seat.app.clipboard
    saved = list((state / "screens").iterdir())
    assert sorted(path.suffix for path in saved) == [".svg", ".txt"]
    for path in saved:
        text = path.read_text(encoding="utf-8")
        assert "SNDK" not in text
        assert "SIMULATED" in text
        assert path.stat().st_mode & 0o077 == 0


async def test_e_exports_the_pane_the_cursor_is_in(board: Board, state: Path) -> None:
    async with seated(board) as seat:
        await seat.press("3", "e")
        (file,) = (state / "exports").iterdir()
        assert file.name.startswith("deskview-leverage-2026-02-04-")
        assert [notice.message for notice in seat.app._notifications] == [f"Exported to {file}"]
    with file.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert board.leverage.value is not None
    assert [row["ticker"] for row in rows] == [row.ticker for row in board.leverage.value.by_name]
    assert {row["source"] for row in rows} == {"SIMULATED momentum-crash"}
    assert float(rows[0]["today_usd"]) == board.leverage.value.by_name[0].today_usd


async def test_a_saved_screen_is_without_the_notices_over_it(board: Board, state: Path) -> None:
    door = Door()
    app = DeskApp(door, theme_name=DEFAULT_THEME, secrets=())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await door.opened.wait()
        seat = Seat(app, pilot, door)
        await seat.settle()
        await seat.see(board)
        app.notify("a notice that lies over the rows", timeout=60)
        await seat.settle()
        assert "lies over" in seat.text
        await seat.press("S")
        assert "lies over" in seat.text
        assert any(notice.message.startswith("Saved as") for notice in app._notifications)
    for path in (state / "screens").iterdir():
        saved = path.read_text(encoding="utf-8").replace("&#160;", " ").replace("\xa0", " ")
        assert "SIMULATED" in saved
        assert "lies over" not in saved
        assert "Saved as" not in saved


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
@pytest.mark.parametrize("part", [part.name for part in PARTS if part.name != "crowding"])
def test_every_part_in_every_format(board: Board, part: str, kind: str) -> None:
    table = table_of(with_lists(board) if part == "lists" else board, part)
    assert table is not None
    path = takeout.export(table, "deskview", kind)
    assert path.stat().st_mode & 0o077 == 0
    if kind == "json":
        rows = json.loads(path.read_text(encoding="utf-8"))
    else:
        rows = (pl.read_parquet(path) if kind == "parquet" else pl.read_csv(path, infer_schema_length=None)).to_dicts()
    assert rows
    assert {row["source"] for row in rows} == {"SIMULATED momentum-crash"}


def test_details_export_their_own_tables(board: Board) -> None:
    assert board.leverage.value is not None
    assert board.rotation.value is not None
    fund, name = board.leverage.value.by_fund[0].ticker, board.leverage.value.by_name[0].ticker
    group = board.rotation.value.groups[0].name
    bars = table_of(board, Target(Kind.NAME, name))
    members = table_of(board, Target(Kind.GROUP, group))
    steps = table_of(board, Target(Kind.FUND, fund))
    assert bars is not None and members is not None and steps is not None
    assert bars["ticker"].unique().to_list() == [name]
    assert members.height > 1
    assert steps["leverage"].to_list() == [board.leverage.value.by_fund[0].leverage]


def test_a_file_name_holds_nothing_from_outside_that_could_steer(board: Board) -> None:
    stem = takeout.file_stem(board, Target(Kind.GROUP, "../../etc/passwd\x1b[2J & more"))
    assert "/" not in stem
    assert stem.isprintable()
    assert " " not in stem


async def test_without_figures_nothing_is_written(board: Board, state: Path) -> None:
    assert table_of(board, Target(Kind.NAME, "NONE")) is None
    async with seated(board) as seat:
        await seat.press("A", "e")
        assert [notice.message for notice in seat.app._notifications] == ["No figures to export here."]
    assert not (state / "exports").exists()
