"""Every page looks as it did when its snapshot was taken; what does not is told line by line."""

from pathlib import Path

import pytest

from deskview.board import Board
from tests.screens.pictured import difference, drawn, read, written
from tests.screens.snapshots import FOLDER, SHOTS, file_of, stillness, take

ANEW = "meant so? python -m tests.screens.snapshots"


@pytest.mark.parametrize("name", SHOTS)
async def test_it_looks_as_it_did(name: str, board: Board, tmp_path: Path) -> None:
    kept = read(file_of(name).read_text(encoding="utf-8"))
    with stillness(tmp_path):
        now = await take(SHOTS[name], board)
    if changes := difference(kept, now):
        for when, lines in (("before", kept), ("now", now)):
            (tmp_path / f"{name}-{when}.svg").write_text(drawn(lines, name), encoding="utf-8")
        pytest.fail(f"{name}\n{changes}\npictures: {tmp_path}\n{ANEW} {name}", pytrace=False)


def test_no_snapshot_is_kept_that_is_not_taken() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == SHOTS.keys()


def test_words_are_told_before_colours() -> None:
    old = [[("one ", "bold red on black"), ("two", "red on black")], [("same", "red on black")]]
    new = [[("one ", "bold red on black"), ("six", "red on black")], [("sa", "red on black"), ("me", "blue on black")]]
    assert difference(old, old) == ""
    assert difference(old, new).split("\n") == [
        "line 1",
        "  - one two",
        "  + one six",
        "line 2, columns 3 to 4 'me': was red on black, is blue on black",
    ]


def test_what_is_kept_is_read_again() -> None:
    lines = [[("", "none")][:0], [(" ▁▂ ", "#ffffff on #000000"), ("   ", "bold default on default")]]
    assert read(written(lines)) == lines
    assert "▁▂" in drawn(lines, "a picture")
