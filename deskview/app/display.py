"""What is shown of the boards: each on the screen in front, part by part, unless the display is frozen."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.worker import WorkType

from deskview.app.journey import Journey
from deskview.app.keys import Pacer
from deskview.memory import collect_cycles
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.desk.strip import segments
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.pane import base_screen, is_visible
from deskview.screens.frame.status_lines import DeskStrip
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board

log = logging.getLogger(__name__)
PANES = "panes"
"""The group of the worker that fills the desk's panes."""
UNCOLLECTED = 5
"""Boards at most until cycles are looked for where no filling of panes comes to its end: a page stays open for days."""


class Display:
    """`board` is the one that is shown, which stays while the display is frozen; `watch` sees every board,
    `completed` is the board with what the desk adds."""

    def __init__(
        self,
        app: App[Any],
        *,
        desk: DeskScreen,
        journey: Journey,
        pacer: Pacer,
        watch: "Sequence[Callable[[Board], None]]",
        completed: "Callable[[Board], Board]",
    ) -> None:
        self._app = app
        self._desk = desk
        self._journey = journey
        self._pacer = pacer
        self._watch = watch
        self._completed = completed
        self._newest: Board | None = None
        self._frozen = self.closed = self._failed = False
        self._uncollected = 0
        self.board: Board | None = None

    def receive(self, board: "Board") -> None:
        """Takes a board from the market; one that can't be shown costs its own figures and no more."""
        self._guarded(partial(self.take, board))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Does what a board asks for; an error in it is logged, and shown once."""
        try:
            work()
        except Exception:
            log.exception("a board could not be shown")
            if not self._failed:
                self._app.notify("The newest figures can't be shown; the log has the details.", severity="error")
            self._failed = True
        else:
            self._failed = False

    def take(self, board: "Board") -> None:
        """Shows a board on the screen that is shown, unless the display is frozen."""
        if self.closed:
            return
        self._newest = board = self._completed(board)
        for watch in self._watch:
            watch(board)
        if not self._frozen:
            self.board = board
            self.show()
        self._uncollected += 1
        if self._uncollected > UNCOLLECTED:
            self._app.run_worker(self._collect(), exit_on_error=False)

    def show(self) -> None:
        """Shows the board on the screen that is shown; below an overlay it goes on."""
        base = base_screen(self._app)
        board = self.board if is_visible(base) else None
        if base is self._journey.detail and board is not None:
            self._journey.show_detail()
            return
        self._journey.arrived.set()
        if board is None:
            return
        if base is self._desk:
            fill: WorkType[None] = self._fill_panes
            self._app.run_worker(fill, group=PANES, exclusive=True, exit_on_error=False)
        elif isinstance(base, PageScreen):
            base.receive(board)
            self.show_marks()

    async def _fill_panes(self) -> None:
        """Takes the board when it runs: a worker is freed late, and would keep the board it was given."""
        if self.board is not None:
            await self._desk.show_panes(self.board, self._pacer.wait)
            self._guarded(self._show_ends)
            await self._collect()

    async def _collect(self) -> None:
        """Looks for cycles once no key waits."""
        self._uncollected = 0
        await self._pacer.wait()
        collect_cycles()

    def _show_ends(self) -> None:
        """The top line and the bottom line come last: they never tell more than the panes."""
        if self.board is not None and base_screen(self._app) is self._desk:
            self._desk.show_ends(self.board)
            self.show_marks()

    def show_marks(self) -> None:
        """The strip shows what is not the board's: that the display is frozen, that alerts wait."""
        newest = self._newest or self.board
        alerts = newest.alerts if newest is not None else None
        waiting = sum(watch.waiting for watch in alerts.watches) if alerts is not None else 0
        if self.board is None or not (self._frozen or waiting):
            return
        last = alerts.firings[0].sentence if alerts is not None and alerts.firings else ""
        if strips := base_screen(self._app).query(DeskStrip):  # none on a page that is still being built
            strips.first().show_made(partial(self._marked, self.board, waiting, last))

    def _marked(self, board: "Board", waiting: int, last: str) -> list[Segment]:
        """The strip with the newest of the alerts that wait in the room it leaves."""
        marks = segments(board, frozen=self._frozen, waiting=waiting)
        if waiting and last:
            marks.append(Segment("alert", last, "warning", spare=True))
        return marks

    def freeze(self) -> None:
        """Holds the display still, or brings it up to date again."""
        self._frozen = not self._frozen
        if self._frozen:
            self.show_marks()
            return
        if self._newest is not None:
            self.board = self._newest
        self.show()

    def close(self) -> None:
        """A board that is still on its way is not shown on panes that are being taken apart."""
        self.closed = True
        self._app.workers.cancel_group(self._app, PANES)
