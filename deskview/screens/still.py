"""The desk or a page without a terminal: one board as text or as an SVG picture."""

from typing import TYPE_CHECKING

from textual.app import App
from textual.screen import Screen

from deskview.screens.desk import DeskScreen
from deskview.screens.pages import PAGES
from deskview.themes import default_variables, load_themes

if TYPE_CHECKING:
    from deskview.board import Board


class StillApp(App[None]):
    """Shows one board and nothing else."""

    TITLE = "deskview"

    def __init__(self, board: "Board", page: str, theme_name: str) -> None:
        super().__init__()
        self._board = board
        self._page = page
        self._theme_name = theme_name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables a theme without them gets."""
        return default_variables()

    async def on_mount(self) -> None:
        """The desk or the page with the board on it."""
        for theme in load_themes():
            self.register_theme(theme)
        if self._theme_name in self.available_themes:
            self.theme = self._theme_name
        screen = PAGES[self._page]() if self._page in PAGES else DeskScreen()
        await self.push_screen(screen)
        screen.show(self._board)


async def still(board: "Board", *, page: str = "desk", size: tuple[int, int], theme: str, svg: bool) -> str:
    """The desk or a page at `size` columns and rows, as SVG or as plain text."""
    app = StillApp(board, page, theme)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        if svg:
            return app.export_screenshot(title="deskview", simplify=True)
        return screen_text(app.screen)


def screen_text(screen: Screen[object]) -> str:
    """What the screen shows as plain text, a line each line."""
    lines = screen._compositor.render_strips()
    return "\n".join(line.text.rstrip() for line in lines) + "\n"
