"""The desk or a page without a terminal: one board as text or as an SVG picture."""

from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from deskview.screens.columns.choices import Choices
from deskview.screens.desk import DeskScreen
from deskview.screens.pages import PAGES
from deskview.screens.picture import with_solid_bars
from deskview.themes import default_variables, load_themes
from deskview.widgets.textual_private import GuardedApp, screen_lines

if TYPE_CHECKING:
    from deskview.board import Board


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
        screen = PAGES[self._page]() if self._page in PAGES else DeskScreen()
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
