"""The rules while the desk is open: watched on every board, heard when they fire, set and changed on the screen."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import App

from deskview.alert_rules import Rules, RulesError
from deskview.screens.alerts.explain import meanings_card
from deskview.screens.alerts.form import AlertForm
from deskview.screens.alerts.levels import condition, notifications, sentence
from deskview.screens.alerts.offers import offered
from deskview.screens.alerts.page import AlertsPage
from deskview.screens.frame.card import Card
from deskview.screens.frame.pane import base_screen
from deskview.screens.frame.target import Target
from deskview.screens.parts import label_of
from deskview.settings import Alert, Settings
from deskview.widgets.textual_private import write_to_terminal

if TYPE_CHECKING:
    from deskview.board import Board

log = logging.getLogger(__name__)


class AlertControl:
    """Between the rules and the screen; `changed` is called when what the pages show of the rules has changed."""

    def __init__(
        self,
        app: App[Any],
        rules: Rules,
        form: AlertForm,
        settings: Settings,
        *,
        changed: Callable[[], None],
        show_card: Callable[[Card], None],
    ) -> None:
        self._app = app
        self._rules = rules
        self._form = form
        self._settings = settings
        self._changed = changed
        self._show_card = show_card

    def watch(self, board: "Board") -> None:
        """Looks at the rules, frozen display or not; what has just fired rings once."""
        if self._app.screen is self._form:
            self._form.follow(board)
        try:
            fired = self._rules.watch(board)
        finally:
            for problem in self._rules.new_problems():
                self._app.notify(problem, title="An alert rule is left out", severity="warning", markup=False)
        if self._rules.new_meanings() is not None:
            # a board comes from outside Textual: what mounts a widget waits for the app's own turn
            self._app.call_later(self._show_meanings)
        if fired:
            self._ring([sentence(watch) for watch in fired])

    def _show_meanings(self) -> None:
        """Once after an upgrade: which rules look at figures that mean something else now; over no other overlay."""
        found = self._rules.new_meanings()
        if found is None or base_screen(self._app) is not self._app.screen:
            return
        if found:
            self._show_card(meanings_card(found))
        self._rules.meanings_shown()

    def _ring(self, sentences: list[str]) -> None:
        for text in sentences:
            log.info("alert: %s", text)
        if self._settings.alert_bell:
            self._app.bell()
        for sequence in notifications(" · ".join(sentences), self._settings.alert_notification):
            write_to_terminal(self._app, sequence)

    async def open_form(
        self, board: "Board | None", shown: Target | str, row: str | None, instead: Alert | None = None
    ) -> None:
        """The form for a new rule, the figure of the row under the cursor first; or for another in place of one."""
        if board is None:
            self._app.notify("No figures yet: the market is being opened.")
            return
        offers = await asyncio.to_thread(offered, board, shown, row)
        self._form.offer(board, offers, instead)
        self._app.push_screen(self._form)

    def set_rule(self, event: AlertForm.Made) -> None:
        """A rule was set or changed: it holds from now on."""
        rule, old = event.rule, event.instead
        if old is None and any(watch.rule == rule for watch in self._rules.watches):
            self._app.notify("There is such a rule already.", markup=False)
            return
        self._change(
            lambda: self._rules.set(rule, instead=old), f"Alert set: {label_of(rule.reading)} {condition(rule)}"
        )

    async def change_rule(self, event: AlertsPage.Asked, board: "Board | None", shown: Target | str) -> None:
        """A rule of the Alerts page is to be changed or removed; one of the settings is the user's own file."""
        watch = event.watch
        if not watch.own:
            self._app.notify(f"This rule stands in {watch.where}; change it there.", markup=False)
        elif event.remove:
            done = f"Alert removed: {label_of(watch.rule.reading)} {condition(watch.rule)}"
            self._change(lambda: self._rules.remove(watch.rule), done)
        else:
            await self.open_form(board, shown, None, watch.rule)

    def _change(self, change: Callable[[], None], done: str) -> None:
        """Changes the rules set here, says what was done, and looks at the board anew."""
        board = self._rules.board
        if board is None:
            self._app.notify("No figures yet: the market is being opened.")
            return
        try:
            change()
            self._app.notify(done, markup=False)
        except RulesError as error:
            self._app.notify(str(error), title=done, severity="warning", markup=False)
        self.watch(board)
        self._changed()

    def acknowledge(self) -> None:
        """Every alert that waits has been seen."""
        self._rules.acknowledge()
        self._changed()
