"""A page of many panes: as many at once as the terminal has room for, the others in views a key goes through."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from deskview.screens.actions import Scope, bindings
from deskview.screens.pages.base import PageScreen
from deskview.widgets.pane import Pane


class View(NamedTuple):
    """Panes shown together in so many columns; `spans` are those that take more than one."""

    panes: tuple[str, ...]
    columns: int = 1
    spans: Mapping[str, int] = {}


class PanesPage(PageScreen):
    """Panes with the ids `pane-NAME` in a Grid. A subclass says which views a size has and fills what is shown."""

    KEYS: ClassVar[tuple[Scope, ...]] = (Scope.VIEWS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.VIEWS)]
    DEFAULT_CSS = """
    PanesPage Grid { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._views = self.views_for(80, 24)
        self._at = 0

    def views_for(self, columns: int, rows: int) -> Sequence[View]:
        """The views of a terminal of this size; every pane is in one of them."""
        raise NotImplementedError

    @property
    def view(self) -> View:
        """What is shown now."""
        return self._views[self._at]

    def heading(self) -> str:
        """The page and which of its views."""
        return f"{self.HEADING}  ·  view {self._at + 1} of {len(self._views)}" if len(self._views) > 1 else self.HEADING

    def on_mount(self) -> None:
        """The first view."""
        self._arrange()

    def on_resize(self) -> None:
        """The views of the new size; the one with what was shown first."""
        first = self.view.panes[0]
        self._views = self.views_for(self.size.width, self.size.height)
        self._at = next(index for index, view in enumerate(self._views) if first in view.panes)
        self._arrange()

    def begin(self) -> None:
        """The first view again."""
        super().begin()
        self._at = 0
        if self.is_mounted:
            self._arrange()
            self._focus_first()

    def action_next_view(self) -> None:
        """The next view, after the last the first."""
        self._turn(1)

    def action_previous_view(self) -> None:
        """The view before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self._at = (self._at + by) % len(self._views)
        self._arrange()
        self._focus_first()

    def _focus_first(self) -> None:
        panes = [self.query_one(f"#pane-{name}") for name in self.view.panes]
        self.set_focus(next((widget for pane in panes for widget in pane.query("*") if widget.focusable), None))

    def _arrange(self) -> None:
        """Shows the view's panes in its columns."""
        view = self.view
        self.query_one("Grid").styles.grid_size_columns = view.columns
        for pane in self.query(Pane):
            name = (pane.id or "").removeprefix("pane-")
            pane.display = name in view.panes
            pane.styles.column_span = view.spans.get(name, 1)
        self.show_again()
