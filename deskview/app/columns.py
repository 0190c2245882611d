"""The columns of the lists as the user wants them, chosen on the screen and kept between runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.app import App

from deskview.screens.frame.keys import COLUMNS, shown
from deskview.screens.frame.pane import base_screen
from deskview.screens.overlays.columns import Choices, ColumnsScreen
from deskview.screens.subjects import LISTS
from deskview.widgets.lines import Lines


class Columns:
    """The user's choice of columns; raises SettingsError for a list or column of the settings that does not exist."""

    def __init__(self, app: App[Any], own: Mapping[str, Sequence[str]], settings_file: Path | None) -> None:
        self._app = app
        self._choices = Choices(own, settings_file)

    def load(self) -> None:
        """Takes the columns chosen in earlier runs; what can't be used is told."""
        for problem in self._choices.load():
            self._app.notify(problem, severity="warning", markup=False)

    def of(self, list_name: str) -> tuple[str, ...] | None:
        """The columns of a list to show, None for all."""
        return self._choices.of(list_name)

    def choose(self, list_name: str, keys: tuple[str, ...] | None) -> None:
        """Shows these columns of a list from now on; None: those of the settings, or all."""
        self._choices.choose(list_name, keys)
        for lines in base_screen(self._app).query(Lines):
            if lines.list_name == list_name:
                lines.rearrange()

    def keep(self) -> None:
        """Keeps what was chosen for the next run."""
        try:
            self._choices.keep()
        except OSError as error:
            self._app.notify(f"The columns hold for this run only: {error}", severity="warning", markup=False)

    @property
    def focused_list(self) -> Lines | None:
        """The list one is in, where its columns can be chosen."""
        lines = self._app.screen.focused
        return lines if isinstance(lines, Lines) and lines.list_name in LISTS else None

    def open(self, keymap: Mapping[str, str]) -> None:
        """The columns of the list one is in, to choose from."""
        if self.focused_list is not None:
            self._app.push_screen(ColumnsScreen(self.focused_list, self, _keys(keymap)))


def _keys(keymap: Mapping[str, str]) -> str:
    """The overlay's keys, the user's own where there are any."""
    first = {action.name: shown(action, keymap).split()[0] for action in COLUMNS}
    moves = f"{first['column-up']} {first['column-down']} move"
    ends = f"{first['reset-columns']} resets · {first['close-columns']} closes"
    return f"{first['toggle-column']} shows, hides · {moves} · {ends}"
