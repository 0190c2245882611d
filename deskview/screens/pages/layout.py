"""What the pages with a chart share: the chart gives way in a low terminal, and a key gives it the whole page."""

from typing import ClassVar

from textual.binding import BindingType

from deskview.screens.actions import Scope, bindings
from deskview.screens.pages.base import PageScreen
from deskview.widgets.lines import Lines

LOW, TALL, NARROW = 36, 54, 110
"""Rows from which chart and list are shown at once, and the chart larger; columns from which they have all theirs."""


class ChartPage(PageScreen):
    """A page of a `.chart-area` and a `.list-area`, both at once where the terminal is high enough, else the list."""

    KEYS: ClassVar[tuple[Scope, ...]] = (Scope.CHARTS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.CHARTS)]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high"), (TALL, "-tall")]  # noqa: RUF012 - Textual declares it so
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012
    DEFAULT_CSS = """
    ChartPage .body { padding: 0 1; }
    ChartPage .chart-area { height: 13; margin-top: 1; }
    ChartPage .list-area { height: 1fr; margin-top: 1; }
    ChartPage.-tall .chart-area { height: 38%; }
    ChartPage.-low .chart-area { display: none; }
    ChartPage.-charted .chart-area { display: block; height: 1fr; }
    ChartPage.-charted .list-area { display: none; }
    """

    def on_resize(self) -> None:
        """What flows with the width is laid out anew."""
        self.show_again()

    def begin(self) -> None:
        """The list again."""
        self.remove_class("-charted")
        super().begin()

    def action_chart(self) -> None:
        """The chart in place of the list, and back."""
        self.toggle_class("-charted")
        self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        """The first list of what is shown gets the focus."""
        shown = ".chart-area" if self.has_class("-charted") else ".list-area"
        first = next(iter(self.query(f"{shown} Lines").results(Lines)), None)
        self.set_focus(first if first is not None and first.display else None)
