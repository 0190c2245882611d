"""The desk or a page without a terminal: one board as text or as an SVG picture."""

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from deskview.screens.desk.desk import DeskScreen
from deskview.screens.desk.strip import segments
from deskview.screens.overlays.columns import Choices
from deskview.screens.subjects import PAGES
from deskview.themes import default_variables, load_themes
from deskview.widgets.bars import EIGHTHS
from deskview.widgets.textual_private import GuardedApp, screen_lines

if TYPE_CHECKING:
    from deskview.board import Board


_TEXT = re.compile(
    r'<text class="(?P<shade>[^"]+)" x="(?P<x>[\d.]+)" y="[\d.]+" textLength="(?P<width>[\d.]+)"'
    r' clip-path="url\(#(?P<line>[^)]+)\)">(?P<glyphs>[^<]*)</text>'
)
_LINE = re.compile(
    r'<clipPath id="([^"]+-line-\d+)">\s*<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/>'
)
_BLOCKS = frozenset(EIGHTHS[1:])


def with_solid_bars(svg: str) -> str:
    """The picture with a rectangle in the place of every run of eighth blocks."""
    lines = {name: (float(top), float(height)) for name, top, height in _LINE.findall(svg)}
    return _TEXT.sub(lambda match: _solid(match, lines), svg)


def _solid(text: re.Match[str], lines: dict[str, tuple[float, float]]) -> str:
    glyphs = text["glyphs"]
    if not glyphs or not _BLOCKS.issuperset(glyphs) or text["line"] not in lines:
        return text[0]
    top, height = lines[text["line"]]
    cell, at, areas = float(text["width"]) / len(glyphs), float(text["x"]), []
    for glyph, run in groupby(glyphs):
        width, filled = cell * len(list(run)), height * EIGHTHS.index(glyph) / 8
        areas.append(
            f'<rect class="{text["shade"]}" x="{at:g}" y="{top + height - filled:g}" width="{width:g}"'
            f' height="{filled:g}" shape-rendering="crispEdges"/>'
        )
        at += width
    return "".join(areas)


class StillApp(GuardedApp[None]):
    """Shows one board and nothing else."""

    TITLE = "deskview"

    def __init__(self, board: "Board", page: str, theme_name: str, columns: Choices | None = None) -> None:
        super().__init__()
        self._columns = columns or Choices({})
        self._board = board
        self._page = page
        self._theme_name = theme_name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables a theme without them gets."""
        return default_variables()

    def chosen_columns(self, list_name: str) -> tuple[str, ...] | None:
        """What the lists ask: the columns to show, None for all."""
        return self._columns.of(list_name)

    async def on_mount(self) -> None:
        """The desk or the page with the board on it."""
        for theme in load_themes():
            self.register_theme(theme)
        if self._theme_name in self.available_themes:
            self.theme = self._theme_name
        screen = PAGES[self._page](segments) if self._page in PAGES else DeskScreen()
        await self.push_screen(screen)
        screen.show(self._board)


async def still(
    board: "Board",
    *,
    page: str = "desk",
    size: tuple[int, int],
    theme: str,
    svg: bool,
    columns: Choices | None = None,
) -> str:
    """The desk or a page at `size` columns and rows, its lists with the chosen columns, as SVG or as plain text."""
    app = StillApp(board, page, theme, columns)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        if svg:
            return picture_of(app)
        return screen_text(app.screen)


def screen_text(screen: Screen[object]) -> str:
    """What the screen shows as plain text, a line each line."""
    return "\n".join(line.text.rstrip() for line in screen_lines(screen)) + "\n"


def picture_of(app: App[Any]) -> str:
    """What the app shows as an SVG picture."""
    return with_solid_bars(app.export_screenshot(title="deskview", simplify=True))
