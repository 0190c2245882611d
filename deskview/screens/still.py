"""The desk without a terminal: one board as text or as an SVG picture."""

from typing import TYPE_CHECKING

from textual.app import App

from deskview.screens.desk import DeskScreen
from deskview.themes import default_variables, load_themes

if TYPE_CHECKING:
    from deskview.board import Board


class StillApp(App[None]):
    """Shows one board and nothing else."""

    TITLE = "deskview"

    def __init__(self, board: "Board", theme_name: str) -> None:
        super().__init__()
        self._board = board
        self._theme_name = theme_name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables a theme without them gets."""
        return default_variables()

    async def on_mount(self) -> None:
        """The desk with the board on it."""
        for theme in load_themes():
            self.register_theme(theme)
        if self._theme_name in self.available_themes:
            self.theme = self._theme_name
        desk = DeskScreen()
        await self.push_screen(desk)
        desk.show(self._board)


async def still(board: "Board", *, size: tuple[int, int], theme: str, svg: bool) -> str:
    """The desk at `size` columns and rows, as SVG or as plain text."""
    app = StillApp(board, theme)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        if svg:
            return app.export_screenshot(title="deskview", simplify=True)
        lines = app.screen._compositor.render_strips()
        return "\n".join(line.text.rstrip() for line in lines) + "\n"
