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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from deskview import paths
from deskview.analytics.definitions import SCHEMA
from deskview.app.diagnostics import DeskDiagnostics
from deskview.board import Board, Status
from deskview.board.board import OF_THE_MARKET
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.settings import Settings
from deskview.themes import DEFAULT_THEME, load_themes
from tests.app.seats import seat_with
from tests.feed.markets import made, running
from tests.screens.gammas import with_gamma
from tests.screens.listed import with_lists
from tests.screens.moments import days_old
from tests.screens.pictured import Line, drawn, lines_of, read, written

FOLDER = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (120, 40), (200, 60))
PLACES: dict[str, str | tuple[str, ...] | Target] = {
    "desk": "1",
    "momentum": "m",
    "breadth": "b",
    "rotation": "o",
    "leverage": "v",
    "flow": "f",
    "alerts": "A",
    "name": Target(Kind.NAME, "NVDA"),
    "diagnostics": ("ctrl+p", *"diagnostics page", "enter"),
    "read": ("ctrl+p", *"read page", "enter"),
    "gamma": ("ctrl+p", *"gamma page", "enter"),
    "lists": ("ctrl+p", *"own lists page", "enter"),
}
"""The key, the keys or the target that lead there."""
RULES = """\
[[alert]]
reading = "momentum.sigma"
below = -3.0

[[alert]]
reading = "names.NVDA.return"
below = -0.2
"""
AGE_S, CALLS = 2.0, 12
"""The age every part that is not final has, and the calls a minute: both are of the moment."""
AT = datetime(2026, 2, 4, 20, 42, 10, tzinfo=UTC)
"""When the newest data of a market something is the matter with were true."""


def doubted(board: Board) -> Board:
    """The board whose market came with half of its names."""
    why = "1,480 of 2,960 names came; figures are of 15:42:10"
    return _with_market(board, AT, age_s=10.0, status=Status.DOUBT, doubt=why)


def stale(board: Board) -> Board:
    """The board whose market has not come again since."""
    note = "The provider did not answer. The last good figures stay."
    return _with_market(board, AT, age_s=190.0, status=Status.STALE, note=note)


def delayed(board: Board) -> Board:
    """The board of a plan whose data come a quarter of an hour late."""
    return _with_market(board, AT, delay_s=900.0)


def _with_market(
    board: Board,
    at: datetime,
    *,
    age_s: float = 0.0,
    delay_s: float = 0.0,
    **fields: Any,  # noqa: ANN401 - any field of a Part
) -> Board:
    """The board of an open market whose data are of `at`, so old beyond the delay of the plan; its prints are new."""
    board = running(board)
    newest = at + timedelta(seconds=age_s)
    parts: dict[str, Any] = {
        name: replace(board.parts[name], as_of=at, data_as_of=at, age_s=age_s, delay_s=delay_s, **fields)
        for name in (*OF_THE_MARKET, "read")
    }
    parts["flow"] = replace(board.flow, as_of=newest, data_as_of=newest, delay_s=delay_s)
    return replace(board, **parts, as_of=newest + timedelta(seconds=delay_s))


def moving(board: Board) -> Board:
    """The board of an open market whose headlines have moved over 30 minutes."""
    changes = {"momentum.return": -0.0123, "leverage.today_usd": -2.13e9, "flow.retail.net_usd": 9.8e9}
    return replace(_with_market(board, AT), d30m=changes)


MOMENTS: dict[str, Callable[[Board], Board]] = {
    "doubt": doubted,
    "stale": stale,
    "delayed": delayed,
    "moving": moving,
}
"""What may be the matter with a market, and one that is well and moves."""


@dataclass(frozen=True)
class Shot:
    """What is taken: a place, in a terminal of that size, in a theme, at one of the moments or an ordinary one."""

    place: str
    size: tuple[int, int]
    theme: str = DEFAULT_THEME
    moment: str = ""

    @property
    def name(self) -> str:
        """Of the file; the shipped theme is not named."""
        columns, rows = self.size
        others = (self.moment, "" if self.theme == DEFAULT_THEME else self.theme)
        return "-".join([self.place, f"{columns}x{rows}", *filter(None, others)])


SHOTS = {
    shot.name: shot
    for shot in (
        *(Shot(place, size) for place in PLACES for size in SIZES),
        *(Shot("desk", (120, 40), theme.name) for theme in load_themes()),
        *(Shot("desk", size, moment=moment) for moment in MOMENTS for size in SIZES),
    )
}


@contextmanager
def stillness(folder: Path) -> Iterator[None]:
    """Ages do not count, rules are those above, nobody is told what they meant before, and neither colours nor files
    are those of who takes the snapshot.
    """
    with (
        patch("deskview.screens.frame.age.monotonic", lambda: AGE_S),
        patch.object(DeskDiagnostics, "on", lambda _, board: board),
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
    wire = replace(board.wire, calls_per_minute=CALLS)
    return replace(board, **parts, wire=wire, diagnostics=days_old())


async def take(shot: Shot, board: Board) -> list[Line]:
    """The screen's lines."""
    board = stilled(board)
    board = with_gamma(with_lists(board) if shot.place == "lists" else board)
    paths.firings_file(simulated=True).unlink(missing_ok=True)  # no picture has the alerts of another
    if shot.moment:
        board = MOMENTS[shot.moment](board)
    async with seat_with(Settings(), board, size=shot.size, theme=shot.theme) as seat:
        place = PLACES[shot.place]
        if isinstance(place, Target):
            seat.app.screen.post_message(Opened(place))
            await seat.settle()
        else:
            await seat.press(*((place,) if isinstance(place, str) else place))
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
