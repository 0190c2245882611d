"""An app whose lists show the columns the user wants, and where one goes to any list by its letter."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from textual.screen import Screen
from textual.widget import Widget

from deskview.screens.actions import ACTIONS, Scope, shown
from deskview.screens.columns.choices import Choices
from deskview.screens.columns.chooser import ColumnsScreen
from deskview.screens.columns.lists import LISTS
from deskview.screens.here import base_of
from deskview.screens.jump import JumpScreen, spots
from deskview.screens.taking import TakingApp
from deskview.text import Secret
from deskview.widgets.lines import Lines


class SteeredApp(TakingApp):
    """Overlays stand over the `base`, the desk, page or drill-down that goes on below them."""

    def __init__(
        self,
        secrets: Iterable[Secret],
        export_format: str,
        columns: Mapping[str, Sequence[str]] | None = None,
        settings_file: Path | None = None,
    ) -> None:
        super().__init__(secrets, export_format)
        self.own_keys: dict[str, str] = {}
        self._columns = Choices(columns or {}, settings_file)

    @property
    def base(self) -> Screen[object]:
        """What is shown below any overlay."""
        return base_of(self)

    def load_columns(self) -> None:
        """Takes the columns chosen in earlier runs; what can't be used is told."""
        for problem in self._columns.load():
            self.notify(problem, severity="warning", markup=False)

    def chosen_columns(self, list_name: str) -> tuple[str, ...] | None:
        """What the lists ask: the columns to show, None for all."""
        return self._columns.of(list_name)

    def choose_columns(self, list_name: str, keys: tuple[str, ...] | None) -> None:
        """Shows these columns of a list from now on; None: those of the settings, or all."""
        self._columns.choose(list_name, keys)
        for lines in self.base.query(Lines):
            if lines.list_name == list_name:
                lines.rearrange()

    def keep_columns(self) -> None:
        """Keeps what was chosen for the next run."""
        try:
            self._columns.keep()
        except OSError as fault:
            self.notify(f"The columns hold for this run only: {fault}", severity="warning", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a list has columns to choose."""
        return self._focused_list is not None if action == "columns" else super().check_action(action, parameters)

    @property
    def _focused_list(self) -> Lines | None:
        lines = self.screen.focused
        return lines if isinstance(lines, Lines) and lines.list_name in LISTS else None

    def action_columns(self) -> None:
        """The columns of the list one is in, to choose from."""
        if self._focused_list is not None:
            self.push_screen(ColumnsScreen(self._focused_list, self, self._columns_keys()))

    def _columns_keys(self) -> str:
        """The overlay's keys, the user's own where there are any."""
        keys = {action.name: shown(action, self.own_keys) for action in ACTIONS if action.scope is Scope.COLUMNS}
        first = {name: key.split()[0] for name, key in keys.items()}
        moves = f"{first['column-up']} {first['column-down']} move"
        ends = f"{first['reset-columns']} resets · {first['close-columns']} closes"
        return f"{first['toggle-column']} shows, hides · {moves} · {ends}"

    def action_jump(self) -> None:
        """A letter on every list that is shown."""
        found = spots(self.screen)
        if found:
            self.push_screen(JumpScreen(found, self.size), _go_to)


def _go_to(widget: Widget | None) -> None:
    if widget is not None:
        widget.focus()
