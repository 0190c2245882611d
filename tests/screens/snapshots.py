"""What every page looks like at three sizes, and the desk in every theme, kept to be compared with.

A snapshot is a text file in `tests/screens/pictures`: the lines of the screen as one reads them, then the runs of cells
of one style in each line, then what the styles are called. Kept like that and not as SVG, a change can be read wherever
differences of files are, a tenth of the size suffices, and another way of drawing SVG changes nothing.

    python -m tests.screens.snapshots                    takes them all anew (half a minute)
    python -m tests.screens.snapshots desk-120x40 ...    takes these anew
    python -m tests.screens.snapshots --svg FOLDER       draws those that are kept as SVG, to be looked at
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from deskview import paths
from deskview.analytics.definitions import SCHEMA
from deskview.board import Board
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.settings import Settings
from deskview.themes import DEFAULT_THEME, load_themes
from tests.app.seats import seat_with
from tests.feed.markets import made
from tests.screens.pictured import Line, drawn, lines_of, read, written

FOLDER = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (120, 40), (200, 60))
PLACES: dict[str, str | Target] = {
    "desk": "1",
    "momentum": "m",
    "breadth": "b",
    "rotation": "o",
    "leverage": "v",
    "flow": "f",
    "alerts": "A",
    "name": Target(Kind.NAME, "NVDA"),
}
"""The key or the target that leads there."""
RULES = """\
[[alert]]
reading = "momentum.sigma"
below = -3.0

[[alert]]
reading = "names.NVDA.return"
below = -0.2
"""
AGE_S, CALLS = 2.0, 12
"""The age every part has, and the calls a minute: both are of the moment."""


@dataclass(frozen=True)
class Shot:
    """What is taken: a place, in a terminal of that size, in a theme."""

    place: str
    size: tuple[int, int]
    theme: str = DEFAULT_THEME

    @property
    def name(self) -> str:
        """Of the file; the shipped theme is not named."""
        columns, rows = self.size
        return f"{self.place}-{columns}x{rows}" + ("" if self.theme == DEFAULT_THEME else f"-{self.theme}")


SHOTS = {
    shot.name: shot
    for shot in (
        *(Shot(place, size) for place in PLACES for size in SIZES),
        *(Shot("desk", (120, 40), theme.name) for theme in load_themes()),
    )
}


@contextmanager
def stillness(folder: Path) -> Iterator[None]:
    """Ages do not count, rules are those above, nobody is told what they meant before, and neither colours nor files
    are those of who takes the snapshot.
    """
    with (
        patch("deskview.screens.frame.pane.monotonic", lambda: AGE_S),
        patch.object(paths, "alerts_file", lambda: folder / "alerts.toml"),
        patch.object(paths, "state_folder", lambda: folder),
        patch.dict("os.environ"),
    ):
        for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
            os.environ.pop(name, None)
        paths.demo_alerts_file().write_text(RULES)
        paths.meanings_file().write_text(json.dumps({"simulated": SCHEMA}))
        yield


def stilled(board: Board) -> Board:
    """The board without what is of the moment it was computed in."""
    parts: dict[str, Any] = {name: replace(part, received=0.0) for name, part in board.parts.items()}
    return replace(board, **parts, wire=replace(board.wire, calls_per_minute=CALLS))


async def take(shot: Shot, board: Board) -> list[Line]:
    """The screen's lines."""
    async with seat_with(Settings(), stilled(board), size=shot.size, theme=shot.theme) as seat:
        place = PLACES[shot.place]
        if isinstance(place, Target):
            seat.app.screen.post_message(Opened(place))
            await seat.settle()
        else:
            await seat.press(place)
        return lines_of(seat.app)


def file_of(name: str) -> Path:
    """Where the snapshot is kept."""
    return FOLDER / f"{name}.txt"


def take_anew(names: list[str]) -> None:
    """Takes these snapshots and keeps them; without any, all, and those no longer taken go."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        board = made(Path(folder)).board
        for name in names or SHOTS:
            with stillness(Path(folder)):
                file_of(name).write_text(written(asyncio.run(take(SHOTS[name], board))), encoding="utf-8")
    for file in FOLDER.glob("*.txt"):
        if file.stem not in SHOTS:
            file.unlink()


def draw(folder: Path) -> None:
    """Draws what is kept as SVG into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.glob("*.txt"):
        picture = drawn(read(file.read_text(encoding="utf-8")), file.stem)
        (folder / f"{file.stem}.svg").write_text(picture, encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.screens.snapshots", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help="snapshots to take anew (default: all)")
    parser.add_argument("--svg", type=Path, metavar="FOLDER", help="draw those that are kept into this folder instead")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - SHOTS.keys():
        parser.error(f"no such snapshot: {', '.join(sorted(unknown))}; there are {', '.join(SHOTS)}")
    if arguments.svg:
        draw(arguments.svg)
    else:
        take_anew(arguments.names)


if __name__ == "__main__":
    main()
