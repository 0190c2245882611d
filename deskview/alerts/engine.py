"""The rules of the settings, those set on the screen and those that come with the program, looked at on every board."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from time import time_ns

from deskview import paths
from deskview.alerts.kept import Day, DayFile, progress_of, resumed
from deskview.alerts.life import acknowledged, watched
from deskview.alerts.rules import RuleBook, RulesError
from deskview.alerts.shipped import SHIPPED
from deskview.board import Board
from deskview.board.alerts import (
    Acknowledge,
    AlertChange,
    AlertNotice,
    AlertState,
    Firing,
    RemoveRule,
    SetRule,
    Severity,
    TurnRule,
    Watch,
)
from deskview.clock import monotonic
from deskview.market.sessions import NEW_YORK
from deskview.settings import Alert, Settings, where

log = logging.getLogger(__name__)
SETTLING = timedelta(minutes=15)
"""After the bell closing figures settle: what fires then is still heard."""
MOST_FIRINGS, MOST_NOTICES = 200, 20
"""The latest that are kept to be read."""


class Alerts:
    """Puts the state of all rules on each board, and hands on what has just fired.

    Lives in the process of the market, so that rules fire whatever is on the screen. `deliver` gets each firing.
    `shipped` are the rules that come with the program, each with its reason. Nothing here blocks longer than a small
    file takes to be written; it may be called from several threads.
    """

    def __init__(
        self,
        settings: Settings,
        settings_file: Path | None,
        deliver: Callable[[Firing], None] = lambda _: None,
        clock: Callable[[], float] = monotonic,
        shipped: Sequence[tuple[Alert, str]] = SHIPPED,
    ) -> None:
        self._settings = settings
        self._settings_file = settings_file
        self.deliver = deliver
        self._clock = clock
        self._shipped = shipped
        self._lock = Lock()
        self._book: RuleBook | None = None
        self._file: DayFile | None = None
        self._day = Day()
        self._kept = Day()
        self._seen: tuple[datetime, float] | None = None
        self._failed = False
        self.state = AlertState(quiet=settings.alert_quiet or "", run=f"{os.getpid()}-{time_ns()}")

    def look(self, board: Board) -> Board:
        """The board with the rules' state on it: each looked at, what fired kept and handed on."""
        try:
            return self._look(board)
        except Exception:  # the rules never cost the board
            if not self._failed:
                log.exception("the alert rules can't be looked at")
                self.report("The alert rules can't be looked at: none fires until they can be again; the log says why.")
            self._failed = True
            return replace(board, alerts=self.state)

    def _look(self, board: Board) -> Board:
        with self._lock:
            now = self._now(board)
            if board.session is None or now is None:  # nothing is known of the market yet
                return replace(board, alerts=self.state)
            self._open(board, now)
            before = self.state.watches
            watches = watched(before, board, now)
            fired = [watch for old, watch in zip(before, watches, strict=True) if watch.firings > old.firings]
            firings = [self._firing(watch, board, now, number) for number, watch in enumerate(fired, self._next_number)]
            self._show(watches=watches, firings=(*reversed(firings), *self.state.firings)[:MOST_FIRINGS])
            self._keep(board)
            self._failed = False
            state = self.state
        for firing in firings:
            log.info("alert: %s", _logged(firing))
            self.deliver(firing)
        return board if board.alerts == state else replace(board, alerts=state)

    def change(self, change: AlertChange) -> None:
        """Changes the rules; what became of it is among the notices of the next board."""
        with self._lock:
            if self._book is None:
                self._notify("Nothing was changed", "There is no market yet whose rules could be changed.", "warning")
                return
            if isinstance(change, Acknowledge):
                self._show(watches=acknowledged(self.state.watches))
                return
            book, done = self._book, _done(change)
            try:
                _change(book, change)
                self._notify(done, "")
            except RulesError as error:
                self._notify(done, str(error), "warning")
            self._take(book)

    def report(self, sentence: str) -> None:
        """Something about the alerts that the user should be told with the next board."""
        with self._lock:
            self._notify("Alerts", sentence, "warning")

    def _now(self, board: Board) -> datetime | None:
        """The market's time: the board's, or later where that stands still as the provider no longer answers."""
        if board.as_of is None:
            return None
        if self._seen is None or self._seen[0] != board.as_of:
            self._seen = board.as_of, self._clock()
        return board.as_of + timedelta(seconds=(self._clock() - self._seen[1]) * board.source.speed)

    def _open(self, board: Board, now: datetime) -> None:
        """The rules and the day of this market: those of a simulated one stay apart from the real one's."""
        simulated = board.source.simulated
        file = paths.demo_alerts_file() if simulated else paths.alerts_file()
        if self._book is None or self._book.file != file:
            self._book = RuleBook(file)
            self._book.open()
            self._file = DayFile(paths.firings_file(simulated=simulated))
            self._day = self._file.read().before(board.session, now)
            for problem in self._book.problems:
                self._notify("An alert rule is left out", problem, "warning")
            self._take(self._book)
            self._show(firings=self._day.firings)
            self._show(first=self._next_number)
        elif board.session != self._day.session:
            self._begin_day(board)

    def _begin_day(self, board: Board) -> None:
        """Another session: what fired before is history, and so are readings of the session; a price goes on."""
        self._day = Day(board.session)
        watches = [replace(watch, firings=0, fired_at=None, acknowledged=True) for watch in self.state.watches]
        fresh = [
            watch if _goes_on(watch.rule) else replace(watch, holds=None, since=None, armed=True) for watch in watches
        ]
        self._show(watches=tuple(fresh), firings=(), first=1)

    @property
    def _next_number(self) -> int:
        return 1 + max((firing.number for firing in self.state.firings), default=0)

    def _firing(self, watch: Watch, board: Board, now: datetime, number: int) -> Firing:
        at, over = _moment(watch.rule, board, now)
        title, sentence = _words(watch, board)
        return Firing(
            number=number,
            at=at,
            rule=watch.rule,
            title=title,
            sentence=sentence,
            value=watch.fired_value,
            basis=watch.fired_basis,
            rings=watch.rings and not over and not is_quiet(self._settings.alert_quiet, at),
        )

    def _take(self, book: RuleBook) -> None:
        """Watches every rule; of those watched before what became of them stays."""
        before = {(watch.rule, watch.source): watch for watch in self.state.watches}
        fresh = [
            replace(before.get((watch.rule, watch.source)) or resumed(watch, self._day.rules), off=watch.off)
            for watch in self._all(book)
        ]
        self._show(watches=tuple(fresh))

    def _all(self, book: RuleBook) -> Iterator[Watch]:
        for number, rule in enumerate(self._settings.alert):
            yield Watch(rule, where=where(self._settings_file, ("alert", "reading"), number))
        for number, rule in enumerate(book.rules):
            yield Watch(rule, where=where(book.file, ("alert", "reading"), number), source="screen")
        for rule, reason in self._shipped:
            yield Watch(rule, source="shipped", reason=reason, off=rule.key in book.off)

    def _keep(self, board: Board) -> None:
        """The day is written where anything has come about: a firing, a rule armed again, an alert that was seen."""
        if self._file is None:
            return
        day = Day(board.session, self.state.firings, progress_of(self.state.watches))
        if _essence(day) == _essence(self._kept):
            return
        healthy = not self._file.problem
        if self._file.write(day):
            self._kept = day
        elif healthy:
            self._notify("Alerts are not remembered", self._file.problem, "warning")
        self._day = day

    def _notify(self, title: str, sentence: str, severity: Severity = "information") -> None:
        number = 1 + max((notice.number for notice in self.state.notices), default=0)
        notices = (*self.state.notices, AlertNotice(number, title, sentence, severity))
        self._show(notices=notices[-MOST_NOTICES:])

    def _show(self, **fields: object) -> None:
        self.state = replace(self.state, **fields)  # type: ignore[arg-type]


def _moment(rule: Alert, board: Board, now: datetime) -> tuple[datetime, bool]:
    """When a rule that fires now has fired, and whether the session was over by then, as on a desk opened on Sunday.

    A figure of a session that is over is of its close; what a stock does after hours is not.
    """
    if board.basis is None or rule.reading.endswith(".after_hours"):
        return now, False
    bell = board.basis.prices.bell
    return (now, False) if now <= bell + SETTLING else (bell, True)


def _words(watch: Watch, board: Board) -> tuple[str, str]:
    """Title and sentence; where they can't be made the alert is called by its rule."""
    from deskview.alerts.sentences import sentence, title  # noqa: PLC0415 - Textual is behind their format

    try:
        return title(watch.rule), sentence(watch, board)
    except Exception:
        log.exception("what the alert %s says can't be made", watch.rule.key)
        return watch.rule.key, f"{watch.rule.key} {watch.rule.level:g}: {watch.fired_value}"


def is_quiet(hours: str | None, at: datetime) -> bool:
    """Whether the time lies within quiet hours such as 20:00-08:00, New York time."""
    if hours is None:
        return False
    since, until = hours.split("-")
    clock = f"{at.astimezone(NEW_YORK):%H:%M}"
    return since <= clock < until if since <= until else clock >= since or clock < until


def _goes_on(rule: Alert) -> bool:
    """Whether the reading is the same one from session to session: a stock's price."""
    return rule.reading.startswith("names.") and rule.reading.endswith(".price")


def _essence(day: Day) -> object:
    """What of a day must not be lost; values that only drift are none of it."""
    rules = tuple((one.rule, one.source, one.armed, one.firings, one.acknowledged, one.holds) for one in day.rules)
    return day.session, day.firings, rules


def _change(book: RuleBook, change: SetRule | RemoveRule | TurnRule) -> None:
    match change:
        case SetRule(rule, None):
            book.add(rule)
        case SetRule(rule, instead) if instead is not None:
            book.replace(instead, rule)
        case RemoveRule(rule):
            book.remove(rule)
        case TurnRule(rule, on):
            book.turn(rule.key, on=on)


def _done(change: SetRule | RemoveRule | TurnRule) -> str:
    """What was done, in words."""
    from deskview.alerts.sentences import condition, watched_label  # noqa: PLC0415 - see above

    match change:
        case SetRule():
            verb = "set"
        case RemoveRule():
            verb = "removed"
        case TurnRule(on=on):
            verb = "turned on" if on else "turned off"
    return f"Alert {verb}: {watched_label(change.rule)} {condition(change.rule)}"


def _logged(firing: Firing) -> str:
    """What the log has of a firing: of a rule on what the user holds the rule alone, as logs are sent to others."""
    return f"the rule on {firing.rule.reading} fired" if firing.is_private else firing.sentence
