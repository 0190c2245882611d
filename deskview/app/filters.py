"""The filters of the lists: each belongs to a list by its name and is kept while the program is open."""

from collections.abc import Sequence
from typing import Any

from textual.app import App

from deskview.screens.frame.keys import EVERYWHERE, hint
from deskview.screens.frame.pane import base_screen
from deskview.screens.frame.sieve import sieve
from deskview.screens.overlays.filter import FilterScreen
from deskview.widgets.lines import Keyed, Lines
from deskview.widgets.records import Sieve

KEPT = 5
"""The last filters of a list that are offered again."""


class Filters:
    """What the user typed, by the list's name."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._texts: dict[str, str] = {}
        self._last: dict[str, tuple[str, ...]] = {}
        self.screen = FilterScreen(self)

    def of(self, list_name: str) -> str:
        """The filter of a list; empty without one."""
        return self._texts.get(list_name, "")

    def last(self, list_name: str) -> Sequence[str]:
        """The filters it had, the last first."""
        return self._last.get(list_name, ())

    def sieve_of(self, lines: Lines, rows: Sequence[Keyed]) -> Sieve | None:
        """What the lists ask: which of these rows pass; None without a filter."""
        text = self.of(lines.list_name)
        return sieve(text, lines, rows, f"{hint(self._app, EVERYWHERE, 'filter')} changes") if text else None

    def apply(self, list_name: str, text: str) -> None:
        """Filters every list of that name from now on; an empty text takes the filter away."""
        text = text.strip()
        if text:
            self._texts[list_name] = text
            self._last[list_name] = tuple(dict.fromkeys((text, *self.last(list_name))))[:KEPT]
        else:
            self._texts.pop(list_name, None)
        for lines in base_screen(self._app).query(Lines):
            if lines.list_name == list_name:
                lines.sift_again()

    @property
    def focused_list(self) -> Lines | None:
        """The list one is in, where it can be filtered."""
        lines = self._app.screen.focused
        return lines if isinstance(lines, Lines) and lines.list_name else None

    def open(self) -> None:
        """Asks for a filter of the list one is in."""
        if (lines := self.focused_list) is not None:
            self.screen.point(lines)
            self._app.push_screen(self.screen)
