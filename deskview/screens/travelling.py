"""An app one moves about in: from row to detail, from page to page, and back the way one came."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.await_complete import AwaitComplete
from textual.worker import WorkType

from deskview.screens.detail import DetailScreen
from deskview.screens.pages import PAGES
from deskview.screens.steering import SteeredApp
from deskview.screens.target import Kind, Opened, Target
from deskview.screens.trail import Cursor, Stop
from deskview.text import Secret
from deskview.widgets.lines import Lines

if TYPE_CHECKING:
    import polars as pl

HORIZONS = ("1d", "5d", "1m", "3m", "1y")
"""How far back the price chart goes."""


class TravellingApp(SteeredApp):
    """Keeps the way from the desk to what is shown; the screens on it are built once and pointed anew.

    `arrived` is set while the screen of the last stop has the rows of that stop.
    """

    def __init__(
        self,
        secrets: Iterable[Secret],
        export_format: str,
        columns: Mapping[str, Sequence[str]] | None = None,
        settings_file: Path | None = None,
    ) -> None:
        super().__init__(secrets, export_format, columns, settings_file)
        self._detail = DetailScreen()
        self._pages = {name: page() for name, page in PAGES.items()}
        self._horizon = len(HORIZONS) - 1
        self._to_restore: tuple[Cursor, ...] | None = None
        self.arrived = asyncio.Event()
        self.arrived.set()

    def show_board(self) -> None:
        """Shows the board on the screen that is shown."""
        raise NotImplementedError

    def show_marks(self) -> None:
        """Shows in the strip what is not the board's."""
        raise NotImplementedError

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """The session's bars of a name, fetched if need be; None where there are none to be had."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a chart there is none to turn and none to enlarge."""
        of_the_chart = action in ("shorter", "longer", "enlarge")
        return self._detail.charted if of_the_chart else super().check_action(action, parameters)

    @on(Opened)
    def open_target(self, event: Opened) -> None:
        """Opens a detail; the list it was opened from can be stepped through."""
        lines = self.screen.focused
        siblings = lines.keys if isinstance(lines, Lines) and event.target.key in lines.keys else ()
        self._go_on(Stop(event.target, siblings=siblings))

    def action_page(self, name: str) -> None:
        """Opens a page, unless it is the one shown."""
        if name in self._pages and not self._pages[name].is_current:
            self._pages[name].begin()
            self._go_on(Stop(name))

    def _go_on(self, stop: Stop) -> None:
        """One place further; the way back is remembered with the cursors."""
        if self.trail and self._detail.is_current:
            self.trail[-1] = replace(self.trail[-1], cursors=self._detail.cursors)
        self.trail.append(stop)
        self._enter(first=len(self.trail) == 1)

    async def action_back(self) -> None:
        """One place back, from an enlarged chart to the detail, from the first place to the desk."""
        if self._detail.is_current and self._detail.enlarged:
            self.action_enlarge()
            return
        self.trail.pop()
        if self.trail:
            self._enter()
        else:
            self.pop_screen()

    def pop_screen(self) -> AwaitComplete:
        """As any app's; what comes to the front shows what has arrived meanwhile."""
        popped = super().pop_screen()
        self.call_after_refresh(self.show_board)
        return popped

    def _enter(self, *, first: bool = False) -> None:
        """Brings the screen of the last stop to the front."""
        stop = self.trail[-1]
        self.arrived.clear()
        if isinstance(stop.place, str):
            self._pages[stop.place].came_by = tuple(before.label for before in self.trail[:-1])
        name = "detail" if isinstance(stop.place, Target) else stop.place
        if first:
            self.push_screen(name)
        elif self.get_screen(name) is not self.screen:
            self.switch_screen(name)
        if isinstance(stop.place, Target):
            self._show_detail(restore=stop.cursors)
        else:
            self.call_after_refresh(self.show_board)

    def _show_detail(self, restore: tuple[Cursor, ...] | None = None) -> None:
        """Draws the detail anew; `restore` is kept until it is done, should a board begin the drawing once more."""
        if restore is not None:
            self._to_restore = restore
        building: WorkType[None] = self._build_detail
        self.run_worker(building, group="detail", exclusive=True, exit_on_error=False)

    async def _build_detail(self) -> None:
        """Shows what is known at once; the session's own bars are filled in when they have come."""
        if self.board is None or not isinstance(self.place, Target):
            self.arrived.set()
            return
        target, span = self.place, HORIZONS[self._horizon]
        try:
            await self._draw(target, span)
        except Exception:
            self.arrived.set()  # there will be no rows to wait for
            raise
        if span == "1d" and target.kind is not Kind.GROUP:
            bars = await self.intraday(target.key)
            if self.place == target and HORIZONS[self._horizon] == span:
                await self._draw(target, span, bars=bars, note="there are no bars of it to be had")

    async def _draw(self, target: Target, span: str, **bars: Any) -> None:  # noqa: ANN401 - the view's own fields
        from deskview.screens.details.spans import View, viewed  # noqa: PLC0415 - polars loads late

        board, stop = self.board, self.trail[-1]
        if board is None:
            return
        view = View(span, self._detail.enlarged, **bars)
        detail = await asyncio.to_thread(viewed, board, target, view)
        self._detail.show(board, detail, crumbs=[stop.label for stop in self.trail], count=stop.count)
        self.show_marks()
        restore, self._to_restore = self._to_restore, None
        if restore is not None:
            self._detail.restore(restore)
        self.arrived.set()

    def action_next_one(self) -> None:
        """The next of the list the detail was opened from."""
        self._step(1)

    def action_previous_one(self) -> None:
        """The one before in the list the detail was opened from."""
        self._step(-1)

    def _step(self, by: int) -> None:
        stop = self.trail[-1].step(by) if self.trail else None
        if stop is None:
            self.notify("The end of the list, or not opened from one.", timeout=2)
        else:
            self.trail[-1] = stop
            self.arrived.clear()
            self._show_detail(restore=())

    def action_shorter(self) -> None:
        """The next shorter span of the chart."""
        self._turn_horizon(-1)

    def action_longer(self) -> None:
        """The next longer span of the chart."""
        self._turn_horizon(1)

    def _turn_horizon(self, by: int) -> None:
        self._horizon = max(0, min(len(HORIZONS) - 1, self._horizon + by))
        self._show_detail()

    def action_enlarge(self) -> None:
        """The chart alone, with candles, or all of the detail again."""
        self._detail.enlarge(chart=not self._detail.enlarged)
        self._show_detail()
