"""An app that watches the rules: those of the settings and those set on the screen."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on

from deskview import paths
from deskview.alert_rules import RuleBook, RulesError
from deskview.screens.alert_form import AlertForm
from deskview.screens.alert_offers import offered
from deskview.screens.alert_words import condition, words_of
from deskview.screens.pages.alerts import AlertsPage
from deskview.screens.target import Target
from deskview.screens.travelling import TravellingApp
from deskview.screens.warning import notifications, sentence
from deskview.settings import Alert, Settings, where
from deskview.text import Secret
from deskview.widgets.lines import Lines

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board
    from deskview.board.alerts import Watch

log = logging.getLogger(__name__)
LOGGED = 200
"""The latest firings that are kept to be read."""


class AlertingApp(TravellingApp):
    """`watches` are the rules with what became of them, `firings` the latest that rang, newest first."""

    def __init__(self, secrets: Iterable[Secret], settings: Settings, settings_file: Path | None) -> None:
        super().__init__(secrets, settings.export_format, settings.columns, settings_file)
        self._settings = settings
        self._settings_file = settings_file
        self._book: RuleBook | None = None
        self._looked_at: Board | None = None
        self._alert_form = AlertForm()
        self.watches: tuple[Watch, ...] = ()
        self.firings: deque[Watch] = deque(maxlen=LOGGED)

    def table(self, board: "Board", subject: Target | str) -> "pl.DataFrame | None":
        """As any page's; the Alerts page has the rules, as of the board they were last looked at on."""
        from deskview.board import tables  # noqa: PLC0415 - polars loads late

        if subject != "alerts":
            return super().table(board, subject)
        return tables.alerts_table(self._looked_at or board, self.watches)

    def watch_rules(self, board: "Board") -> None:
        """Looks at the rules, frozen display or not; what has just fired rings once."""
        from deskview.board import alerts  # noqa: PLC0415 - polars loads late; with a board it is there

        self._looked_at = board
        self._open_book(board)
        if self.screen is self._alert_form:
            self._alert_form.follow(board)
        self.watches = alerts.watched(self.watches, board)
        fired = [watch for watch in self.watches if watch.rings]
        self.firings.extendleft(fired)
        if fired:
            self._ring([sentence(watch) for watch in fired])

    def _ring(self, sentences: list[str]) -> None:
        for text in sentences:
            log.info("alert: %s", text)
        if self._settings.alert_bell:
            self.bell()
        if self._driver is not None:
            for sequence in notifications(" · ".join(sentences), self._settings.alert_notification):
                self._driver.write(sequence)

    def _open_book(self, board: "Board") -> None:
        """The rules kept for this market: those set on a simulated one stay apart from the real one's."""
        file = paths.demo_alerts_file() if board.source.simulated else paths.alerts_file()
        if self._book is not None and self._book.file == file:
            return
        book = self._book = RuleBook(file)
        book.open()
        for problem in book.problems:
            self.notify(problem, title="An alert rule is left out", severity="warning", markup=False)
        self._take_rules(book)

    def _take_rules(self, book: RuleBook) -> None:
        """Watches every rule; of those watched before what became of them stays."""
        before = {(watch.rule, watch.own): watch for watch in self.watches}
        self.watches = tuple(before.get((watch.rule, watch.own), watch) for watch in self._fresh(book))

    def _fresh(self, book: RuleBook) -> "Iterator[Watch]":
        from deskview.board.alerts import Watch  # noqa: PLC0415 - polars loads late

        for number, rule in enumerate(self._settings.alert):
            yield Watch(rule, where=where(self._settings_file, ("alert", "reading"), number))
        for number, rule in enumerate(book.rules):
            yield Watch(rule, where=where(book.file, ("alert", "reading"), number), own=True)

    def _change(self, change: Callable[[RuleBook], None], done: str) -> None:
        """Changes the rules set here, says what was done, and looks at the board anew."""
        book = self._book
        if book is None:
            self.notify("No figures yet: the market is being opened.")
            return
        try:
            change(book)
            self.notify(done, markup=False)
        except RulesError as fault:
            self.notify(str(fault), title=done, severity="warning", markup=False)
        self._take_rules(book)
        if self.board is not None:
            self.watch_rules(self.board)
        self.show_board()

    async def action_alert(self) -> None:
        """The form for a new rule, the figure under the cursor first."""
        lines = self.screen.focused
        row = lines.cursor_key if isinstance(lines, Lines) and self.subject != "alerts" else None
        await self._fill_form(row)

    async def _fill_form(self, row: str | None, instead: Alert | None = None) -> None:
        if self.board is None:
            self.notify("No figures yet: the market is being opened.")
            return
        offers = await asyncio.to_thread(offered, self.board, self.subject, row)
        self._alert_form.offer(self.board, offers, instead)
        self.push_screen("alert_form")

    @on(AlertForm.Made)
    def set_rule(self, event: AlertForm.Made) -> None:
        """A rule was set or changed: it holds from now on."""
        rule, old = event.rule, event.instead
        if old is None and any(watch.rule == rule for watch in self.watches):
            self.notify("There is such a rule already.", markup=False)
            return
        done = f"Alert set: {words_of(rule.reading)} {condition(rule)}"
        self._change(lambda book: book.add(rule) if old is None else book.replace(old, rule), done)

    @on(AlertsPage.Asked)
    async def change_rule(self, event: AlertsPage.Asked) -> None:
        """A rule of the Alerts page is to be changed or removed; one of the settings is the user's own file."""
        watch = event.watch
        if not watch.own:
            self.notify(f"This rule stands in {watch.where}; change it there.", markup=False)
        elif event.remove:
            done = f"Alert removed: {words_of(watch.rule.reading)} {condition(watch.rule)}"
            self._change(lambda book: book.remove(watch.rule), done)
        else:
            await self._fill_form(None, watch.rule)

    def action_acknowledge(self) -> None:
        """Every alert that waits has been seen."""
        from deskview.board import alerts  # noqa: PLC0415

        self.watches = alerts.acknowledged(self.watches)
        self.show_board()
