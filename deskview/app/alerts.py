"""Alerts on the desk: heard when they fire, set and changed on the screen; the rules are watched beside the market."""

import asyncio
from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

from textual.app import App

from deskview.alerts.rules import meanings_shown, unseen_meanings
from deskview.screens.alerts.explain import meanings_card
from deskview.screens.alerts.form import AlertForm
from deskview.screens.alerts.levels import notifications
from deskview.screens.alerts.offers import offered
from deskview.screens.alerts.page import AlertsPage
from deskview.screens.frame.card import Card
from deskview.screens.frame.pane import base_screen
from deskview.screens.frame.target import Target
from deskview.settings import Alert, Settings
from deskview.widgets.textual_private import write_to_terminal

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.alerts import AlertChange


MOST_SHOWN = 3
"""Of alerts that fire together so many are shown as notices; the Alerts page has all."""


def changes() -> ModuleType:
    """The changes there are of rules; the board's package brings polars, which with a board is there."""
    from deskview.board import alerts  # noqa: PLC0415

    return alerts


class AlertControl:
    """Between the rules and the screen; `change` hands a change of them to the market's process."""

    def __init__(
        self,
        app: App[Any],
        form: AlertForm,
        settings: Settings,
        *,
        change: "Callable[[AlertChange], None]",
        show_card: Callable[[Card], None],
    ) -> None:
        self._app = app
        self._form = form
        self._settings = settings
        self._change = change
        self._show_card = show_card
        self._board: Board | None = None
        self._heard: tuple[date | None, int] = (None, 0)
        self._noticed, self._run = 0, ""
        self._looked_at: bool | None = None

    def watch(self, board: "Board") -> None:
        """Hears the alerts of a board, frozen display or not; what fired before this run of the market was heard."""
        self._board, state = board, board.alerts
        if self._app.screen is self._form:
            self._form.follow(board)
        begun, self._run = state.run != self._run, state.run
        self._noticed = 0 if begun else self._noticed
        for notice in state.notices:
            if notice.number > self._noticed:
                self._app.notify(
                    notice.sentence or notice.title,
                    title=notice.title if notice.sentence else "",
                    severity=notice.severity,
                    markup=False,
                )
        self._noticed = max((notice.number for notice in state.notices), default=0)
        if state.watches and self._looked_at is not board.source.simulated:
            self._looked_at = board.source.simulated
            # a board comes from outside Textual: what mounts a widget waits for the app's own turn
            self._app.call_later(self._show_meanings)
        session, heard = self._heard
        heard = max(heard if session == board.session and not begun else 0, state.first - 1)
        self._heard = board.session, max((firing.number for firing in state.firings), default=heard)
        if rung := [firing.sentence for firing in reversed(state.firings) if firing.number > heard and firing.rings]:
            self._ring(rung)

    def _show_meanings(self) -> None:
        """Once after an upgrade: which rules look at figures that mean something else now; over no other overlay."""
        board = self._board
        if board is None:
            return
        rules, simulated = (
            [watch.rule for watch in board.alerts.watches if watch.source != "shipped"],
            board.source.simulated,
        )
        found = unseen_meanings(rules, simulated=simulated)
        if found is None:
            return
        if base_screen(self._app) is not self._app.screen:
            self._looked_at = None
            return
        if found:
            self._show_card(meanings_card(found))
        meanings_shown(simulated=simulated)

    def _ring(self, sentences: list[str]) -> None:
        for sentence in sentences[-MOST_SHOWN:]:
            self._app.notify(sentence, title="Alert", severity="warning", markup=False)
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
        watches = self._board.alerts.watches if self._board is not None else ()
        if old is None and any(watch.rule == rule for watch in watches):
            self._app.notify("There is such a rule already.", markup=False)
            return
        self._change(changes().SetRule(rule, old))

    async def change_rule(self, event: AlertsPage.Asked, board: "Board | None", shown: Target | str) -> None:
        """A rule of the Alerts page is to be changed or removed; one of the settings is the user's own file."""
        watch = event.watch
        if watch.source == "shipped" and event.remove:
            self._change(changes().TurnRule(watch.rule, on=watch.off))
        elif watch.source == "shipped":
            self._app.notify("This rule comes with the program: - turns it off, + sets one of your own.", markup=False)
        elif watch.source == "settings":
            self._app.notify(f"This rule stands in {watch.where}; change it there.", markup=False)
        elif event.remove:
            self._change(changes().RemoveRule(watch.rule))
        else:
            await self.open_form(board, shown, None, watch.rule)

    def acknowledge(self) -> None:
        """Every alert that waits has been seen."""
        self._change(changes().Acknowledge())
