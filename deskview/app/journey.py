"""The way from the desk to what is shown: from row to detail, from page to page, and back the way one came."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.worker import WorkType

from deskview.screens.frame.detail import DetailScreen
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.pane import focused_pane
from deskview.screens.frame.target import Cursor, Kind, Stop, Target
from deskview.screens.parts import PARTS
from deskview.screens.subjects import detail_of
from deskview.widgets.lines import Lines

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from deskview.board import Board
    from deskview.screens.frame.chart_view import View
    from deskview.screens.frame.detail import Detail

SPANS = ("1d", "5d", "1m", "3m", "1y")
"""How far back the price chart goes."""
SETTLE_S = 0.2
"""Bars are asked for of a name that is looked at for so long: a key held down goes through many."""


class Journey:
    """The places between the desk and what is shown; their screens are built once and pointed anew.

    `board` gives the board that is shown, `intraday` the session's bars of a name, `open_name` hears which name is
    looked at from now on, None for none, `show_board` shows the board on what is in front, `drawn` is called when a
    detail has been drawn. `arrived` is set while the screen of the last stop has the rows of that stop.
    """

    def __init__(
        self,
        app: App[Any],
        pages: Mapping[str, PageScreen],
        detail: DetailScreen,
        *,
        board: "Callable[[], Board | None]",
        intraday: "Callable[[str], Awaitable[pl.DataFrame | None]]",
        open_name: Callable[[str | None], None],
        show_board: Callable[[], None],
        drawn: Callable[[], None],
    ) -> None:
        self._app = app
        self._pages = pages
        self.detail = detail
        detail.turn_chart = self.turn_chart
        self._board = board
        self._intraday = intraday
        self._open_name = open_name
        self._show_board = show_board
        self._drawn = drawn
        self._span = len(SPANS) - 1
        self._turn, self._turns = 0, 1
        self._bars: tuple[tuple[Target, date | None, bool], Mapping[str, Any]] | None = None
        self._name: str | None = None
        self._to_restore: tuple[Cursor, ...] | None = None
        self.stops: list[Stop] = []
        self.arrived = asyncio.Event()
        self.arrived.set()

    @property
    def place(self) -> Target | str | None:
        """What is shown; None on the desk."""
        return self.stops[-1].place if self.stops else None

    @property
    def shown(self) -> Target | str:
        """What is shown, on the desk the part of the pane the cursor is in."""
        if self.place is not None:
            return self.place
        pane = focused_pane(self._app.screen)
        return pane.PART if pane is not None else PARTS[0].part

    @property
    def way(self) -> tuple[Stop, ...]:
        """The stops on the way to what is shown, which is the last, with its cursors."""
        if self.stops and self.detail.is_current:
            return (*self.stops[:-1], replace(self.stops[-1], cursors=self.detail.cursors))
        return tuple(self.stops)

    def go_again(self, way: tuple[Stop, ...]) -> None:
        """From the desk straight to the end of a way gone before; its pages are there."""
        self.stops = list(way)
        for stop in way:
            if isinstance(stop.place, str):
                self._pages[stop.place].begin()
        if way:
            self._enter(first=True)

    def open(self, target: Target) -> None:
        """Opens a detail; the list it was opened from can be stepped through."""
        lines = self._app.screen.focused
        siblings = lines.keys if isinstance(lines, Lines) and target.key in lines.keys else ()
        self._go_to(Stop(target, siblings=siblings))

    def open_page(self, name: str) -> None:
        """Opens a page, unless it is the one shown."""
        if name in self._pages and not self._pages[name].is_current:
            self._pages[name].begin()
            self._go_to(Stop(name))

    def _go_to(self, stop: Stop) -> None:
        """One place further; the way back is remembered with the cursors."""
        self.stops = [*self.way, stop]
        self._enter(first=len(self.stops) == 1)

    def back(self) -> None:
        """One place back, from an enlarged chart to the detail, from the first place to the desk, which has none."""
        if not self.stops:
            return
        if self.detail.is_current and self.detail.enlarged:
            self.enlarge()
            return
        self.stops.pop()
        if self.stops:
            self._enter()
        else:
            self._look_at_name()
            self._app.pop_screen()

    def _enter(self, *, first: bool = False) -> None:
        """Brings the screen of the last stop to the front."""
        stop = self.stops[-1]
        self._look_at_name()
        self.arrived.clear()
        screen: PageScreen | DetailScreen = self.detail
        if isinstance(stop.place, str):
            screen = self._pages[stop.place]
            screen.came_by = tuple(before.label for before in self.stops[:-1])
        if first:
            self._app.push_screen(screen)
        elif screen is not self._app.screen:
            self._app.switch_screen(screen)
        if isinstance(stop.place, Target):
            self.show_detail(restore=stop.cursors)
        else:
            self._app.call_after_refresh(self._show_board)

    def _look_at_name(self) -> None:
        """Tells which name's page is shown, where that is another one now."""
        place = self.place
        name = place.key if isinstance(place, Target) and place.kind is Kind.NAME else None
        if name != self._name:
            self._name = name
            self._open_name(name)

    def show_detail(self, restore: tuple[Cursor, ...] | None = None) -> None:
        """Draws the detail anew; `restore` is kept until it is done, should a board begin the drawing once more."""
        if restore is not None:
            self._to_restore = restore
        build: WorkType[None] = self._build_detail
        self._app.run_worker(build, group="detail", exclusive=True, exit_on_error=False)

    async def _build_detail(self) -> None:
        """Shows what is known at once; the session's own bars are filled in when they have come."""
        if self._board() is None or not isinstance(self.place, Target):
            self.arrived.set()
            return
        target, span, session = self.place, SPANS[self._span], self._board_session
        wanted = (target, session, bool(self._turn))
        held = self._bars[1] if self._bars is not None and self._bars[0] == wanted else {}
        try:
            priced = await self._draw(target, span, **held)
        except Exception:
            self.arrived.set()  # there will be no rows to wait for
            raise
        if span == "1d" and priced:
            if not held:
                await asyncio.sleep(SETTLE_S)
            bars = await self._fetch_bars(target.key)
            if self.place == target and SPANS[self._span] == span and self._board_session == session:
                self._bars = (wanted, bars)
                if not held or any(_differ(held[name], bars[name]) for name in held):
                    await self._draw(target, span, **bars)

    @property
    def _board_session(self) -> "date | None":
        board = self._board()
        return board.session if board is not None else None

    async def _fetch_bars(self, ticker: str) -> dict[str, Any]:
        """The session's bars of the name and, where its chart is relative, of the index, as the view has them."""
        from deskview.screens.frame.chart_view import INDEX  # noqa: PLC0415 - polars loads late

        index = await self._intraday(INDEX) if self._turn else None
        return {"bars": await self._intraday(ticker), "index_bars": index, "note": "there are no bars of it to be had"}

    async def _draw(self, target: Target, span: str, **bars: Any) -> bool:  # noqa: ANN401 - the view's own fields
        """Draws it; whether it has a price to chart."""
        from deskview.screens.frame.chart_view import View  # noqa: PLC0415 - polars loads late

        board, stop = self._board(), self.stops[-1]
        if board is None:
            return False
        detail = await asyncio.to_thread(_charted, board, target, View(span, self._turn, **bars))
        self._turns = detail.turns
        self.detail.show(board, detail, crumbs=[stop.label for stop in self.stops], count=stop.count)
        self._drawn()
        restore, self._to_restore = self._to_restore, None
        if restore is not None:
            self.detail.restore(restore)
        self.arrived.set()
        return bool(detail.price_of)

    def step(self, by: int) -> None:
        """The next or previous of the list the detail was opened from."""
        stop = self.stops[-1].step(by) if self.stops else None
        if stop is None:
            self._app.notify("The end of the list, or not opened from one.", timeout=2)
        else:
            self.stops[-1] = stop
            self._look_at_name()
            self.arrived.clear()
            self.show_detail(restore=())

    def turn_span(self, by: int) -> None:
        """The next longer or shorter span of the chart."""
        self._span = max(0, min(len(SPANS) - 1, self._span + by))
        self.show_detail()

    def turn_chart(self) -> None:
        """The next form of the chart: the price, less the index, less its group."""
        if self._turns == 1:
            self._app.notify("There is nothing to set this chart against.", timeout=2)
            return
        self._turn = (min(self._turn, self._turns - 1) + 1) % self._turns
        self.show_detail()

    def enlarge(self) -> None:
        """The chart alone, or all of the detail again."""
        self.detail.enlarge(chart=not self.detail.enlarged)
        self.show_detail()


def _differ(before: Any, after: Any) -> bool:  # noqa: ANN401 - bars, a sentence or None
    if before is None or after is None or isinstance(after, str):
        return before is not after
    return not after.equals(before)


def _charted(board: "Board", target: Target, view: "View") -> "Detail":
    from deskview.screens.frame.price_chart import with_chart  # noqa: PLC0415 - polars loads late

    return with_chart(board, detail_of(board, target), view)
