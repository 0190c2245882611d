"""The Textual app: one feed, one board at a time, screens built once."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.events import Key, Paste, Resize
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkType

from deskview import paths
from deskview.following import Door, Following, Refusal
from deskview.logs import plain_traceback
from deskview.screens.actions import Scope, bindings
from deskview.screens.alerting import AlertingApp
from deskview.screens.ascii import AsciiFilter
from deskview.screens.breath import Breath
from deskview.screens.cards import card_of
from deskview.screens.cards.screen import CardScreen
from deskview.screens.desk import DeskScreen
from deskview.screens.find import FindScreen
from deskview.screens.help import HelpScreen
from deskview.screens.here import in_view, topic_of
from deskview.screens.in_turn import InTurn
from deskview.screens.keymap import keymap_of
from deskview.screens.looks import UserThemes
from deskview.screens.pages import PageScreen
from deskview.screens.palette import DeskCommands
from deskview.screens.small import SmallScreen, too_small
from deskview.screens.strip import segments
from deskview.screens.warning import sentence
from deskview.screens.welcome import WelcomeScreen
from deskview.settings import Settings
from deskview.text import Secret
from deskview.themes import default_variables, in_grey, load_themes
from deskview.widgets.lines import Lines
from deskview.widgets.strip import Segment, StatusStrip
from deskview.widgets.textual_private import GuardedApp

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board

log = logging.getLogger(__name__)
NEVER = datetime.min.replace(tzinfo=UTC)
THEMES_S = 2.0
"""How often the user's theme files are looked at, where there is a folder of them."""
YOUNG_COLLECTIONS = 20
"""After so many boards everything is looked through for cycles, not only what is new."""
PANES = "panes"
"""The group of the worker that fills the desk's panes."""


class DeskApp(AlertingApp, GuardedApp[int]):
    """The desk. It starts the feed after the first paint and hands every board to the screen that is shown."""

    TITLE = "deskview"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.EVERYWHERE)]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {DeskCommands}

    def __init__(
        self,
        door: Door,
        *,
        theme_name: str,
        secrets: Iterable[Secret],
        settings: Settings | None = None,
        settings_file: Path | None = None,
    ) -> None:
        settings = settings or Settings()
        super().__init__(secrets, settings, settings_file)
        self.own_keys = keymap_of(settings.keys, settings_file)
        self.ascii_only = settings.ascii or not _speaks_utf8()
        self._ascii_filter = AsciiFilter(enabled=self.ascii_only)
        self._user_themes = UserThemes(paths.themes_folder())
        self._door = door
        self._following = Following(door, self.receive, self._refused)
        self._theme_name = theme_name
        self._newest: Board | None = None
        self._frozen = False
        self._leaving = False
        self._unshown = False
        self._breath = Breath()
        self._in_turn = InTurn(self, self._act_on, self.arrived)
        self._desk = DeskScreen()
        self._help = HelpScreen()
        self._card = CardScreen()
        self._find = FindScreen()
        self._small = SmallScreen()
        self._welcome = WelcomeScreen()
        self.animation_level = "none"

    @property
    def desk_themes(self) -> list[str]:
        """Names of the themes one may choose."""
        return [*(theme.name for theme in load_themes()), *self._user_themes.names]

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the one that keeps the screen in ASCII where it has to be."""
        return [*super().get_line_filters(), *([self._ascii_filter] if self.ascii_only else [])]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables a theme without them gets."""
        return default_variables()

    def on_mount(self) -> None:
        """Themes and the desk first, the market after the first paint."""
        self.set_keymap(self.own_keys)
        for theme in load_themes():
            self._offer_theme(theme)
        self._take_user_themes()
        self.load_columns()
        if self._user_themes.folder.is_dir():
            self.set_interval(THEMES_S, self._reload_themes)
        self.theme = self._theme_name if self._theme_name in self.available_themes else "deskview-dark"
        for name in ("desk", "detail", "help", "card", "find", "welcome", "small", "alert_form"):
            self.install_screen(getattr(self, f"_{name}"), name)
        for name, page in self._pages.items():
            self.install_screen(page, name)
        self.push_screen("desk")
        self._fit(self.size)
        self._leave_on_hangup()
        self.call_after_refresh(self._start)

    def _offer_theme(self, theme: Theme) -> None:
        """Makes the theme one may choose; in greys where no colours are wanted."""
        self.register_theme(in_grey(theme) if self.no_color else theme)

    def _take_user_themes(self) -> None:
        themes, problems = self._user_themes.load()
        for theme in themes:
            self._offer_theme(theme)
        for problem in problems:
            self.notify(problem, title="A theme is left out", severity="warning", markup=False)

    def _reload_themes(self) -> None:
        """A saved theme is put on at once where it is the one in use."""
        if self._user_themes.changed():
            self._take_user_themes()
            if self.theme in self._user_themes.names:
                self.mutate_reactive(App.theme)

    def on_resize(self, event: Resize) -> None:
        """A terminal too small for the desk gets a sentence."""
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        if self._desk not in self.screen_stack:
            return  # the first size comes before the first screen
        if not too_small(size):
            if self.screen is self._small:
                self.pop_screen()
        elif self._small not in self.screen_stack:
            self.push_screen("small")

    def _leave_on_hangup(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.leave)

    def _start(self) -> None:
        gc.freeze()  # widgets and styles stay: looking for cycles among them would hold up a key
        self._following.start()

    def _refused(self, refusal: Refusal) -> None:
        """Without a market the first screen takes over."""
        provider = self._settings.provider if refusal.keyless else ""
        self._welcome.explain(refusal.sentence, refusal.way_out, provider=provider)
        if self.screen is self._small:
            self.pop_screen()
        self.push_screen("welcome")
        self._fit(self.size)

    def receive(self, board: "Board") -> None:
        """Takes a board from the market; one that can't be shown costs its own figures and no more."""
        self._guarded(partial(self.take, board))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Does what a board asks for; a fault of it is logged, and told once."""
        try:
            work()
        except Exception:
            log.exception("a board could not be shown")
            if not self._unshown:
                self.notify("The newest figures can't be shown; the log has the details.", severity="error")
            self._unshown = True
        else:
            self._unshown = False

    def take(self, board: "Board") -> None:
        """Shows a board on the screen that is shown, unless the display is frozen."""
        if self._leaving:
            return
        self._newest = board
        self.watch_rules(board)
        if not self._frozen:
            self.board = board
            self.show_board()

    def accept_typed(self, typed: Key | Paste) -> Coroutine[Any, Any, bool]:
        """A key that comes in a burst waits for what the one before opened."""
        self._breath.key()
        return self._in_turn.take(typed)

    def _act_on(self, typed: Message) -> None:
        """It is its turn: a key that had to wait has its effect now, and boards wait for that."""
        self._breath.key()
        self.post_message(typed)

    async def intraday(self, ticker: str) -> "pl.DataFrame | None":
        """The session's bars of a name, None where there are none to be had."""
        return await self._following.intraday(ticker)

    def show_board(self) -> None:
        """Shows the board on the screen that is shown; below an overlay it goes on."""
        base, board = self.base, self.board if in_view(self.base) else None
        if base is self._detail and board is not None:
            self._show_detail()
            return
        self.arrived.set()
        if board is not None:
            self._show_on(base, board)

    def _show_on(self, base: Screen[Any], board: "Board") -> None:
        if isinstance(base, DeskScreen):
            filling: WorkType[None] = self._fill_panes
            self.run_worker(filling, group=PANES, exclusive=True, exit_on_error=False)
        elif isinstance(base, PageScreen):
            base.show(board)
            self.show_marks()

    async def _fill_panes(self) -> None:
        """Takes the board when it runs: a worker is freed late, and would keep the board it was given."""
        if self.board is not None:
            await self._desk.show_panes(self.board, self._breath)
            self._guarded(self._show_ends)
            await self._breath.take()
            gc.collect(2 if gc.get_count()[2] > YOUNG_COLLECTIONS else 1)

    def _show_ends(self) -> None:
        """The top line and the bottom line come last: they never tell more than the panes."""
        if self.board is not None and self.base is self._desk:
            self._desk.show_ends(self.board)
            self.show_marks()

    def show_marks(self) -> None:
        """The strip tells what is not the board's: that the display is frozen, that alerts wait."""
        waiting = [watch for watch in self.watches if watch.waiting]
        if self.board is None or not (self._frozen or waiting):
            return
        found = segments(self.board, frozen=self._frozen, waiting=len(waiting))
        if waiting:
            newest = max(waiting, key=lambda watch: watch.fired_at or NEVER)
            found.append(Segment("alert", sentence(newest), "warning", spare=True))
        self.base.query(StatusStrip).first().show(found)

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A page that is not there has no key."""
        return parameters[0] in self._pages if action == "page" else super().check_action(action, parameters)

    def action_help(self) -> None:
        """The help, what is shown first."""
        alive = {found.binding.id or "" for found in self.screen.active_bindings.values() if found.enabled}
        self._help.point(topic_of(self.screen, self.place), alive, self.own_keys)
        self.push_screen("help")

    async def action_card(self) -> None:
        """The card of what is under the cursor: what it is and how it was computed."""
        if self.board is None:
            self.notify("No figures yet: the market is being opened.")
            return
        lines = self.screen.focused
        key = lines.cursor_key if isinstance(lines, Lines) else None
        variant = self.base.variant if isinstance(self.base, PageScreen) else ""
        self._card.point(await asyncio.to_thread(card_of, self.board, self.subject, key, variant))
        self.push_screen("card")

    def action_find(self) -> None:
        """Search over names, groups and funds."""
        if self.board is not None and self.board.basis is not None:
            self._find.offer(self.board)
            self.push_screen("find")

    def action_freeze(self) -> None:
        """Holds the display still, or brings it up to date again."""
        self._frozen = not self._frozen
        if self._frozen:
            self.show_marks()
            return
        if self._newest is not None:
            self.board = self._newest
        self.show_board()

    def action_refresh(self) -> None:
        """Asks the provider again now; a page's lists are put in order."""
        if isinstance(self.base, PageScreen):
            self.base.sort_anew()
        self._following.refresh_now()

    def action_next_theme(self) -> None:
        """The next of the shipped themes."""
        names = self.desk_themes
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]
        self.notify(f"Theme {self.theme}", timeout=2, markup=False)

    async def action_quit(self) -> None:
        """Leaves."""
        self.leave()

    def leave(self) -> None:
        """Ends the app; a board that is still on its way is not shown on panes that are being taken apart."""
        self._leaving = True
        self.workers.cancel_group(self, PANES)
        self.exit(0)

    async def on_unmount(self) -> None:
        """Ends the feed before the loop does."""
        self._following.stop()

    def describe_crash(self, error: BaseException) -> str:
        """A plain traceback without the user's secrets."""
        return plain_traceback(error, self._secrets)


def _speaks_utf8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
