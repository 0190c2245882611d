"""The Textual app: one feed, one board at a time, screens built once. What it does in detail, what it holds does."""

import asyncio
import gc
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.command import Provider
from textual.events import Key, Paste, Resize
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen

from deskview import paths
from deskview.app.alerts import AlertControl
from deskview.app.appearance import Appearance
from deskview.app.columns import Columns
from deskview.app.diagnostics import DeskDiagnostics, KeyTimes
from deskview.app.display import Display
from deskview.app.filters import Filters
from deskview.app.journey import Journey
from deskview.app.keys import KeyQueue, Pacer, keymap_of
from deskview.app.place import Place
from deskview.app.takeout import Takeout
from deskview.logs import plain_traceback
from deskview.market_client import MarketClient, MarketOpener, MarketUnavailableError
from deskview.memory import start_workers
from deskview.screens.alerts.form import AlertForm
from deskview.screens.alerts.page import AlertsPage
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.desk.strip import segments
from deskview.screens.frame.card import Card
from deskview.screens.frame.detail import DetailScreen
from deskview.screens.frame.keys import bindings
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.pane import base_screen
from deskview.screens.frame.status_lines import KeyLine
from deskview.screens.frame.target import Opened, Target
from deskview.screens.overlays.find import DeskCommands, FindScreen, open_palette
from deskview.screens.overlays.help import CardScreen, HelpScreen
from deskview.screens.overlays.jump import JumpScreen, focus_chosen, spots
from deskview.screens.overlays.small import SmallScreen, too_small
from deskview.screens.overlays.welcome import WelcomeScreen
from deskview.screens.subjects import BEHIND_TRAFFIC, EVERYWHERE_ACTIONS, PAGES, card_of
from deskview.settings import Settings
from deskview.text import Secret
from deskview.themes import default_variables
from deskview.widgets.lines import Lines
from deskview.widgets.textual_private import GuardedApp

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.alerts import AlertChange

log = logging.getLogger(__name__)


class DeskApp(GuardedApp[int]):
    """The desk. It starts the feed after the first paint and hands every board to the screen that is shown."""

    TITLE = "deskview"
    NOTIFICATION_TIMEOUT = 4.0
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*EVERYWHERE_ACTIONS)]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {DeskCommands}

    def __init__(
        self,
        opener: MarketOpener,
        *,
        theme_name: str,
        secrets: Iterable[Secret],
        settings: Settings | None = None,
        settings_file: Path | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings = settings or Settings()
        self._secrets, self._opener, self._theme_name = secrets, opener, theme_name
        self._desk = DeskScreen()
        self._pages: dict[str, PageScreen] = {name: page(segments) for name, page in PAGES.items()}
        self._help, self._card, self._find = HelpScreen(), CardScreen(), FindScreen()
        self._small, self._welcome, self._form = SmallScreen(), WelcomeScreen(settings.provider), AlertForm()
        self.own_keys = keymap_of(settings.keys, settings_file)
        self.columns, self.filters = Columns(self, settings.columns, settings_file), Filters(self)
        self.chosen_columns, self.sieve_of = self.columns.of, self.filters.sieve_of  # what the lists ask
        self.appearance = Appearance(self, paths.themes_folder(), ascii_only=settings.ascii)
        self.ascii_only = self.appearance.ascii_only
        self.takeout = Takeout(self, secrets, settings.export_format)
        self.journey = Journey(
            self,
            self._pages,
            DetailScreen(segments),
            board=lambda: self.board,
            intraday=lambda ticker: self._market.intraday(ticker),  # noqa: PLW0108
            open_name=lambda ticker: self._market.open_name(ticker),  # noqa: PLW0108
            show_board=lambda: self.shown_boards.show(),  # noqa: PLW0108 - these are made below
            drawn=lambda: self.shown_boards.show_marks(),  # noqa: PLW0108
        )
        self._pacer, self._times = Pacer(), KeyTimes(self.output)
        self.key_queue = KeyQueue(self, self._act_on, self.journey.arrived, self._times)
        self.diagnostics = DeskDiagnostics(self._times, self.output)
        self._alerts = AlertControl(self, self._form, settings, change=self.change_alerts, show_card=self.show_card)
        self._place = Place(self, self._desk, self.journey)
        self.shown_boards = Display(
            self,
            desk=self._desk,
            journey=self.journey,
            pacer=self._pacer,
            watch=(self._alerts.watch, self._place.take_up),
            completed=self.diagnostics.on,
        )
        self._market = MarketClient(opener, self.shown_boards.receive, self._refused)
        self.animation_level = "none"

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the one that keeps the screen in ASCII where it has to be."""
        return [*super().get_line_filters(), *self.appearance.filters]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables a theme without them gets."""
        return default_variables()

    @property
    def board(self) -> "Board | None":
        """The board that is shown; None before the first."""
        return self.shown_boards.board

    @property
    def base(self) -> Screen[Any]:
        """What is shown below any overlay: the desk, a page or a drill-down, which goes on there."""
        return base_screen(self)

    def on_mount(self) -> None:
        """Themes and the desk first, the market after the first paint."""
        start_workers(asyncio.get_running_loop())
        self.set_keymap(self.own_keys)
        self.alt_keys = frozenset(",".join(self.own_keys.values()).split(","))
        self.columns.load()
        self.appearance.start(self._theme_name)
        overlays = (self._help, self._card, self._find, self.filters.screen, self._small, self._welcome, self._form)
        for screen in (self._desk, self.journey.detail, *self._pages.values(), *overlays):
            self.install_screen(screen, type(screen).__name__)  # kept when it is left, and not built again
        self.push_screen(self._desk)
        self._fit(self.size)
        self.heed_signals()
        self.call_after_refresh(self._start)

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
            self.push_screen(self._small)

    def _start(self) -> None:
        gc.freeze()  # widgets and styles stay: looking for cycles among them would hold up a key
        self._market.start()

    def _refused(self, refusal: MarketUnavailableError) -> None:
        """Without a market the first screen takes over."""
        self._welcome.explain(refusal.sentence, refusal.way_out, keyless=refusal.keyless)
        if self.screen is self._small:
            self.pop_screen()
        self.push_screen(self._welcome)
        self._fit(self.size)

    def accept_typed(self, typed: Key | Paste) -> Coroutine[Any, Any, bool]:
        """A key that comes in a burst waits for what the one before opened."""
        self._pacer.key_pressed()
        return self.key_queue.put(typed)

    def _act_on(self, typed: Message) -> None:
        """It is its turn: a key that had to wait has its effect now, and boards wait for that."""
        self._pacer.key_pressed()
        self.post_message(typed)

    def post_display_hook(self) -> None:
        """A frame goes to the terminal."""
        super().post_display_hook()
        self._times.painted()

    def pop_screen(self) -> AwaitComplete:
        """As any app's; what comes to the front shows what has arrived meanwhile, in the size of now."""
        popped = super().pop_screen()
        self.call_after_refresh(self.shown_boards.show)
        self.call_after_refresh(lambda: self._fit(self.size))
        return popped

    @on(WelcomeScreen.Demo)
    def open_demo(self) -> None:
        """The simulated market in place of the real one."""
        self._opener.use_demo()
        self.retry()

    @on(WelcomeScreen.Retry)
    def retry(self) -> None:
        """The market is opened again in place of the first screen."""
        self.pop_screen()
        self._start()

    @on(WelcomeScreen.KeyTyped)
    async def log_in(self, event: WelcomeScreen.KeyTyped) -> None:
        """What the provider wants was typed on the first screen."""
        try:
            message = await self._opener.log_in(event.take())
        except ValueError as error:
            self._welcome.explain(str(error), "")
            return
        self.notify(message, markup=False)
        self.retry()

    def change_alerts(self, change: "AlertChange") -> None:
        """Changes the alert rules, which are watched beside the market."""
        if self.board is None:
            self.notify("No figures yet: the market is being opened.")
        else:
            self._market.change_alerts(change)

    @on(KeyLine.TrafficClicked)
    def open_behind_traffic(self) -> None:
        """The calls and failures of the bottom line were clicked."""
        self.journey.open_page(BEHIND_TRAFFIC)

    @on(Opened)
    def open_target(self, event: Opened) -> None:
        """A row was opened."""
        self.journey.open(event.target)

    @on(AlertForm.Made)
    def set_rule(self, event: AlertForm.Made) -> None:
        """A rule was set or changed."""
        self._alerts.set_rule(event)

    @on(AlertsPage.Asked)
    async def change_rule(self, event: AlertsPage.Asked) -> None:
        """A rule of the Alerts page is to be changed or removed."""
        await self._alerts.change_rule(event, self.board, self.journey.shown)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A page that is not there has no key; only a list has columns and a filter, only a chart can be turned."""
        if action == "page":
            return parameters[0] in self._pages
        if action in ("columns", "filter"):
            return (self.columns if action == "columns" else self.filters).focused_list is not None
        if action in ("shorter", "longer", "enlarge"):
            return self.journey.detail.charted
        return super().check_action(action, parameters)

    def action_help(self) -> None:
        """The help, what is shown first."""
        bound = (active.binding for active in self.screen.active_bindings.values() if active.enabled)
        alive = {text for one in bound for text in (one.id or "", one.description)}
        shown = self.journey.shown
        self._help.point(str(shown.kind) if isinstance(shown, Target) else shown, alive, self.own_keys)
        self.push_screen(self._help)

    def action_command_palette(self) -> None:
        """The palette."""
        open_palette(self)

    async def action_card(self) -> None:
        """The card of what is under the cursor: what it is and how it was computed."""
        if self.board is None:
            self.notify("No figures yet: the market is being opened.")
            return
        key = lines.cursor_key if isinstance(lines := self.screen.focused, Lines) else None
        variant = self.base.variant if isinstance(self.base, PageScreen) else ""
        self.show_card(await asyncio.to_thread(card_of, self.board, self.journey.shown, key, variant))

    def show_card(self, card: Card) -> None:
        """A card over what is shown."""
        self._card.point(card)
        self.push_screen(self._card)

    def action_find(self) -> None:
        """Search over names, groups and funds."""
        if self.board is not None and self.board.basis is not None:
            self._find.offer(self.board)
            self.push_screen(self._find)

    def action_page(self, name: str) -> None:
        """Opens a page."""
        self.journey.open_page(name)

    async def action_back(self) -> None:
        """One place back, unless something has come in front of it."""
        if self.screen is self.base:
            self.journey.back()

    def action_next_one(self) -> None:
        """The next of the list the detail was opened from."""
        self.journey.step(1)

    def action_previous_one(self) -> None:
        """The one before in the list the detail was opened from."""
        self.journey.step(-1)

    def action_shorter(self) -> None:
        """The next shorter span of the chart."""
        self.journey.turn_span(-1)

    def action_longer(self) -> None:
        """The next longer span of the chart."""
        self.journey.turn_span(1)

    def action_enlarge(self) -> None:
        """The chart alone, or all of the detail again."""
        self.journey.enlarge()

    async def action_alert(self) -> None:
        """The form for a new rule, the figure under the cursor first."""
        lines = self.screen.focused
        row = lines.cursor_key if isinstance(lines, Lines) else None
        row = self.base.alert_row() if isinstance(self.base, PageScreen) else row
        await self._alerts.open_form(self.board, self.journey.shown, row)

    def action_acknowledge(self) -> None:
        """Every alert that waits has been seen."""
        self._alerts.acknowledge()

    def action_columns(self) -> None:
        """The columns of the list one is in, to choose from."""
        self.columns.open(self.own_keys)

    def action_filter(self) -> None:
        """Which rows of the list one is in are shown."""
        self.filters.open()

    def action_jump(self) -> None:
        """A letter on every list that is shown."""
        if targets := spots(self.screen):
            self.push_screen(JumpScreen(targets, self.size), focus_chosen)

    def action_copy(self) -> None:
        """The row under the cursor to the clipboard."""
        self.takeout.copy()

    async def action_export(self) -> None:
        """The table of the pane or page as a file."""
        await self.takeout.export(self.board, self.journey.shown, self.base)

    def action_save_screen(self) -> None:
        """The screen as a picture and as text."""
        self.takeout.save_screen(self.board, self.journey.place or "desk")

    def action_freeze(self) -> None:
        """Holds the display still, or brings it up to date again."""
        self.shown_boards.freeze()

    def action_refresh(self) -> None:
        """Asks the provider again now; a page's lists are put in order, and all is painted anew."""
        self.repaint()
        if isinstance(self.base, PageScreen):
            self.base.sort_anew()
        self._market.refresh_now()

    def action_fetch_record(self) -> None:
        """Has the long record of past days got, and says who is asked."""
        self.notify(self._market.fetch_record(self._settings), markup=False)

    def action_next_theme(self) -> None:
        """The next of the themes one may choose."""
        self.appearance.next()

    async def action_quit(self) -> None:
        """Leaves."""
        self.leave()

    def cut_off(self) -> None:
        """Ends the app in good order; the next start of the day goes on from the same place."""
        if not self.shown_boards.closed:
            try:
                self._place.keep(self.board)
            finally:  # nothing about the place keeps the desk open
                self.leave()

    def leave(self) -> None:
        """Ends the app."""
        self.shown_boards.close()
        self.exit(0)

    async def on_unmount(self) -> None:
        """Ends the feed before the loop does."""
        self._market.stop()
        self.diagnostics.keep()

    def describe_crash(self, error: BaseException) -> str:
        """A plain traceback without the user's secrets."""
        return plain_traceback(error, self._secrets)
