"""What is shown of the boards: each on the screen in front, part by part, unless the display is frozen."""

import gc
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.worker import WorkType

from deskview.alert_rules import Rules
from deskview.app.journey import Journey
from deskview.app.keys import Pacer
from deskview.screens.alerts.levels import sentence
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.desk.strip import segments
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.pane import base_screen, is_visible
from deskview.screens.frame.status_lines import DeskStrip
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.alerts import Watch

log = logging.getLogger(__name__)
NEVER = datetime.min.replace(tzinfo=UTC)
YOUNG_COLLECTIONS = 20
"""After so many boards everything is looked through for cycles, not only what is new."""
PANES = "panes"
"""The group of the worker that fills the desk's panes."""


class Display:
    """`board` is the one that is shown, which stays while the display is frozen; `watch` sees every board."""

    def __init__(
        self,
        app: App[Any],
        *,
        desk: DeskScreen,
        journey: Journey,
        pacer: Pacer,
        rules: Rules,
        watch: "Callable[[Board], None]",
    ) -> None:
        self._app = app
        self._desk = desk
        self._journey = journey
        self._pacer = pacer
        self._rules = rules
        self._watch = watch
        self._newest: Board | None = None
        self._frozen = self._closed = self._failed = False
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
        if self._closed:
            return
        self._newest = board
        self._watch(board)
        if not self._frozen:
            self.board = board
            self.show()

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
            await self._pacer.wait()
            gc.collect(2 if gc.get_count()[2] > YOUNG_COLLECTIONS else 1)

    def _show_ends(self) -> None:
        """The top line and the bottom line come last: they never tell more than the panes."""
        if self.board is not None and base_screen(self._app) is self._desk:
            self._desk.show_ends(self.board)
            self.show_marks()

    def show_marks(self) -> None:
        """The strip shows what is not the board's: that the display is frozen, that alerts wait."""
        waiting = [watch for watch in self._rules.watches if watch.waiting]
        if self.board is None or not (self._frozen or waiting):
            return
        if strips := base_screen(self._app).query(DeskStrip):  # none on a page that is still being built
            strips.first().show_made(partial(self._marked, self.board, waiting))

    def _marked(self, board: "Board", waiting: "Sequence[Watch]") -> list[Segment]:
        """The strip with the newest of the alerts that wait in the room it leaves."""
        marks = segments(board, frozen=self._frozen, waiting=len(waiting))
        if waiting:
            newest = max(waiting, key=lambda watch: watch.fired_at or NEVER)
            marks.append(Segment("alert", sentence(newest), "warning", spare=True))
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
        self._closed = True
        self._app.workers.cancel_group(self._app, PANES)
