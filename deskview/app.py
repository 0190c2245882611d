"""The Textual app: one feed, one board at a time, screens built once."""

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.app import App
from textual.binding import BindingType

from deskview.logs import plain_traceback
from deskview.screens.actions import Scope, bindings
from deskview.screens.desk import DeskScreen
from deskview.screens.detail import DetailScreen
from deskview.screens.details import detail_of
from deskview.screens.find import FindScreen
from deskview.screens.help import HelpScreen
from deskview.screens.pages import PAGES, PageScreen
from deskview.screens.target import Opened, Target
from deskview.screens.welcome import WelcomeScreen
from deskview.text import Secret
from deskview.themes import default_variables, load_themes

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.feed import Feed

log = logging.getLogger(__name__)
Subscriber = Callable[["Board"], None]


class Door(Protocol):
    """How the app gets at a market; the command line makes one."""

    def open(self, subscriber: Subscriber) -> "Awaitable[Feed]":
        """A feed on the chosen market; raises where there is no key, with a `report` of why."""

    def use_demo(self) -> None:
        """The next market opened is the simulated one."""

    async def log_in(self, text: str) -> str:
        """Takes a typed key; returns what happened to it."""


@dataclass(frozen=True)
class Stop:
    """A place on the way: a detail or a page, and where a detail's cursors were."""

    place: Target | str
    cursors: tuple[str | None, ...] = ()

    @property
    def label(self) -> str:
        """Its name in the breadcrumb."""
        return self.place.key if isinstance(self.place, Target) else self.place


class DeskApp(App[int]):
    """The desk. It starts the feed after the first paint and hands every board to the screen that is shown."""

    TITLE = "deskview"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.EVERYWHERE)]

    def __init__(self, door: Door, *, theme_name: str, secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._door = door
        self._theme_name = theme_name
        self._secrets = secrets
        self._feed: Feed | None = None
        self._feeding: asyncio.Task[None] | None = None
        self._board: Board | None = None
        self._trail: list[Stop] = []
        self._desk = DeskScreen()
        self._detail = DetailScreen()
        self._pages = {name: page() for name, page in PAGES.items()}
        self._help = HelpScreen()
        self._find = FindScreen()
        self._welcome = WelcomeScreen()
        self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables a theme without them gets."""
        return default_variables()

    def on_mount(self) -> None:
        """Themes and the desk first, the market after the first paint."""
        for theme in load_themes():
            self.register_theme(theme)
        self.theme = self._theme_name if self._theme_name in self.available_themes else "deskview-dark"
        for name in ("desk", "detail", "help", "find", "welcome"):
            self.install_screen(getattr(self, f"_{name}"), name)
        for name, page in self._pages.items():
            self.install_screen(page, name)
        self.push_screen("desk")
        self._leave_on_hangup()
        self.call_after_refresh(self._start)

    def _leave_on_hangup(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.exit, 0)

    def _start(self) -> None:
        self._feeding = asyncio.create_task(self._run_feed())

    async def _run_feed(self) -> None:
        """Opens the market and refreshes until the app ends; without a key the first screen takes over."""
        try:
            await asyncio.to_thread(_import_heavy)
            self._feed = await self._door.open(self.take)
            await self._feed.run()
        except Exception as fault:
            report = getattr(fault, "report", None)
            if report is not None:
                self._welcome.explain(report.sentence, str(report.way_out))
            else:
                log.exception("the feed ended")
                self._welcome.explain(str(fault), "The log has the details.")
            self.push_screen("welcome")

    def take(self, board: "Board") -> None:
        """Shows a board on the screen that is shown."""
        self._board = board
        self._show_board()

    def _show_board(self) -> None:
        if self._board is None:
            return
        if self._detail.is_current:
            self._show_detail()
        elif isinstance(self.screen, DeskScreen | PageScreen):
            self.screen.show(self._board)

    @on(WelcomeScreen.Demo)
    def open_demo(self) -> None:
        """The simulated market in place of the real one."""
        self._door.use_demo()
        self.pop_screen()
        self._start()

    @on(WelcomeScreen.KeyTyped)
    async def log_in(self, event: WelcomeScreen.KeyTyped) -> None:
        """A key was typed on the first screen."""
        try:
            sentence = await self._door.log_in(event.take())
        except ValueError as fault:
            self._welcome.explain(str(fault), "")
            return
        self.notify(sentence, markup=False)
        self.pop_screen()
        self._start()

    @on(Opened)
    def open_target(self, event: Opened) -> None:
        """Opens a detail."""
        self._go_on(event.target)

    def action_page(self, name: str) -> None:
        """Opens a page, unless it is the one shown."""
        if name in self._pages and not self._pages[name].is_current:
            self._go_on(name)

    def _go_on(self, place: Target | str) -> None:
        """One place further; the way back is remembered with the cursors."""
        if self._trail and self._detail.is_current:
            self._trail[-1] = replace(self._trail[-1], cursors=self._detail.cursors)
        self._trail.append(Stop(place))
        self._enter(first=len(self._trail) == 1)

    async def action_back(self) -> None:
        """One place back, from the first one to the desk."""
        self._trail.pop()
        if self._trail:
            self._enter()
        else:
            self.pop_screen()
            self._show_board()

    def _enter(self, *, first: bool = False) -> None:
        """Brings the screen of the last stop to the front."""
        stop = self._trail[-1]
        name = "detail" if isinstance(stop.place, Target) else stop.place
        if first:
            self.push_screen(name)
        elif self.get_screen(name) is not self.screen:
            self.switch_screen(name)
        if isinstance(stop.place, Target):
            self._show_detail(restore=stop.cursors)
        else:
            self.call_after_refresh(self._show_board)

    def _show_detail(self, restore: tuple[str | None, ...] | None = None) -> None:
        self.run_worker(self._build_detail(restore), group="detail", exclusive=True, exit_on_error=False)

    async def _build_detail(self, restore: tuple[str | None, ...] | None) -> None:
        if self._board is None or not self._trail:
            return
        board, target = self._board, self._trail[-1].place
        if not isinstance(target, Target):
            return
        detail = await asyncio.to_thread(detail_of, board, target)
        self._detail.show(board, detail, crumbs=[stop.label for stop in self._trail])
        if restore:
            self._detail.restore(restore)

    def action_help(self) -> None:
        """The help."""
        self.push_screen("help")

    def action_find(self) -> None:
        """Search over names, groups and funds."""
        if self._board is not None and self._board.basis is not None:
            self._find.offer(self._board)
            self.push_screen("find")

    def action_palette(self) -> None:
        """The command palette."""
        self.action_command_palette()

    def action_refresh(self) -> None:
        """Asks the provider again now."""
        if self._feed is not None:
            self._feed.refresh_now()

    def action_next_theme(self) -> None:
        """The next of the shipped themes."""
        names = [theme.name for theme in load_themes()]
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]

    async def action_quit(self) -> None:
        """Leaves."""
        self.exit(0)

    async def on_unmount(self) -> None:
        """Ends the feed before the loop does."""
        if self._feeding is not None:
            self._feeding.cancel()

    def _handle_exception(self, error: Exception) -> None:
        """A crash prints a plain traceback: Textual's own shows local variables, secrets among them."""
        log.error("crash: %s", plain_traceback(error, self._secrets))
        self._exception = error
        self._exception_event.set()
        self._return_code = 1
        self._close_messages_no_wait()
        self._crash = plain_traceback(error, self._secrets)

    def print_crash(self) -> None:
        """The traceback of a crash, after the terminal is back."""
        if crash := getattr(self, "_crash", None):
            print(crash, file=sys.stderr)  # noqa: T201 - the terminal is ours no more


def _import_heavy() -> None:
    """The libraries the first paint does without."""
    import deskview.feed  # noqa: F401, PLC0415
