"""An app around the widgets under test, and a terminal that shows what the app sent."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pyte
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.widget import Widget

from deskview.themes import DEFAULT_THEME, default_variables, load_themes
from deskview.widgets import Chart, Table
from deskview.widgets.textual_private import LeanScreen

STEERING = re.compile(r"\x1b\[[^A-Za-z]*[A-Za-z]")


class Host(App[None]):
    """Shows the given widgets one below the other and keeps the messages they post."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme: str = DEFAULT_THEME, css: str = "") -> None:
        self.CSS = css  # type: ignore[misc]
        super().__init__()
        self._widgets = widgets
        self.heard: list[tuple[str, str]] = []
        self.drawn = asyncio.Event()
        for shipped in load_themes():
            self.register_theme(shipped)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_variables()

    def get_default_screen(self) -> LeanScreen[None]:
        return LeanScreen(id="_default")

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def on_lines_highlighted(self, message: Table.Highlighted) -> None:
        self.heard.append(("highlighted", message.key))

    def on_lines_opened(self, message: Table.Opened) -> None:
        self.heard.append(("opened", message.key))

    def on_table_sort_requested(self, message: Table.SortRequested) -> None:
        self.heard.append(("sort", message.key))

    def on_chart_drawn(self, message: Chart.Drawn) -> None:
        self.heard.append(("drawn", message.version))
        self.drawn.set()

    def keys(self, kind: str) -> list[str]:
        """The keys of the messages of one kind, in order."""
        return [key for heard, key in self.heard if heard == kind]


def lines_of(widget: Widget) -> list[str]:
    """The texts of the widget's lines as it would draw them now."""
    return [widget.render_line(y).text for y in range(widget.scrollable_content_region.height)]


class Terminal:
    """A terminal emulator fed with what the app writes."""

    def __init__(self, width: int, height: int) -> None:
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self._screen)
        self.sent = 0
        self.printed = ""
        """What was written but for the sequences that steer."""

    def write(self, data: str) -> None:
        self.sent += len(data.encode())
        self.printed += STEERING.sub("", data)
        self._stream.feed(data)

    def cells(self) -> list[tuple[str, str, str, bool]]:
        """Every cell's character, colours and weight."""
        rows = (self._screen.buffer[y] for y in range(self._screen.lines))
        return [(row[x].data, row[x].fg, row[x].bg, row[x].bold) for row in rows for x in range(self._screen.columns)]


@contextmanager
def terminal(width: int, height: int) -> Iterator[Terminal]:
    """Apps run inside write to the terminal, as they would outside of tests."""
    shown = Terminal(width, height)
    with (
        patch.object(HeadlessDriver, "is_headless", False),
        patch.object(HeadlessDriver, "write", lambda _, data: shown.write(data)),
    ):
        yield shown
