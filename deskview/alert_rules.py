"""Alert rules: those set on the screen, kept in alerts.toml; and all of them, watched on every board.

A file that can't be read is never written over.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from deskview import paths
from deskview.analytics.definitions import REDEFINED, SCHEMA, Redefined, redefined, renamed
from deskview.files import UnusableFileError, line_of, read_text, read_toml, write_whole
from deskview.settings import Alert, where

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board
    from deskview.board.alerts import Watch

log = logging.getLogger(__name__)

LOGGED = 200
"""The latest firings that are kept to be read."""

HEAD = "# Alert rules set on deskview's screen, which writes this file anew; notes belong into settings.toml.\n"
RuleList = tuple[Alert, ...]


class RulesError(ValueError):
    """The file can't be used or written as it is; the sentence names file and line."""


def load_rules(file: Path) -> tuple[RuleList, tuple[str, ...]]:
    """The rules of the file and what is wrong with it, a sentence a fault; nothing of either where there is no file."""
    try:
        text, table = read_toml(file)
    except FileNotFoundError:
        return (), ()
    except UnusableFileError as fault:
        return (), (str(fault),)
    rules: list[Alert] = []
    problems = [f"{_place(file, text, key)}: unknown key {key!r}; valid: alert" for key in table if key != "alert"]
    entries = table.get("alert", [])
    if not isinstance(entries, list):
        return (), (*problems, f"{_place(file, text, 'alert')}: alert is an array of tables, [[alert]]")
    for number, entry in enumerate(entries):
        try:
            rules.append(msgspec.convert(entry, Alert))
        except msgspec.ValidationError as fault:
            problems.append(f"{_place(file, text, 'alert', number)}: {str(fault).split(' - at', maxsplit=1)[0]}")
    return tuple(rules), tuple(problems)


def _place(file: Path, text: str, key: str, entry: int = 0) -> str:
    line = line_of(text, (key,), entry)
    return f"{file}, line {line}" if line else str(file)


def rules_text(rules: Sequence[Alert]) -> str:
    """The file's text."""
    tables = [f"\n[[alert]]\nreading = {_string(rule.reading)}\n{rule.condition} = {rule.level!r}\n" for rule in rules]
    return HEAD + "".join(tables)


def _string(text: str) -> str:
    """A TOML string: JSON's, and no DEL in it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def save_rules(file: Path, rules: Sequence[Alert]) -> None:
    """Writes the file whole or not at all. Raises OSError."""
    write_whole(file, rules_text(rules).encode())


def meanings(rules: Sequence[Alert]) -> dict[Redefined, tuple[str, ...]]:
    """What has come to mean something else of what the rules look at, each with the rules' readings.

    Figures that go by another name now are among them, last: no rule on the old name is watched.
    """
    readings: dict[Redefined, dict[str, None]] = {row: {} for row in REDEFINED}
    for rule in rules:
        for row in redefined(rule.reading, rule.condition):
            readings[row][rule.reading] = None
    for rule in rules:
        if (other := another_name(rule.reading)) is not None:
            readings[other] = {rule.reading: None}
    return {row: tuple(found) for row, found in readings.items() if found}


def another_name(reading: str) -> Redefined | None:
    """Both meanings of a reading whose figure goes by another name now; None where it does not."""
    now = renamed(reading)
    if now is None:
        return None
    before = f"the figure that is called {now} now"
    return Redefined((reading,), before, f"{reading} is called {now} now: this rule is not watched")


class RuleBook:
    """The rules set on the screen. Each change is laid over what the file holds now: another desk may have written it.

    A change that can't be kept holds for this run and goes into the file with the next that can.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rules: RuleList = ()
        self.problems: tuple[str, ...] = ()
        self._pending: list[Callable[[RuleList], RuleList]] = []

    def open(self) -> None:
        """Reads the file; `problems` says what is wrong with it."""
        self.rules, self.problems = load_rules(self.file)

    def add(self, rule: Alert) -> None:
        """One more rule, unless it is there. Raises RulesError where it can't be kept."""
        self._change(lambda rules: rules if rule in rules else (*rules, rule))

    def remove(self, rule: Alert) -> None:
        """One rule less. Raises RulesError where that can't be kept."""
        self._change(lambda rules: tuple(other for other in rules if other != rule))

    def replace(self, old: Alert, new: Alert) -> None:
        """Another rule in the place of one. Raises RulesError where that can't be kept."""
        self._change(lambda rules: tuple(dict.fromkeys([*(new if rule == old else rule for rule in rules), new])))

    def _change(self, change: Callable[[RuleList], RuleList]) -> None:
        self.rules = change(self.rules)
        self._pending.append(change)
        kept, self.problems = load_rules(self.file)
        if self.problems:
            raise RulesError(f"It holds for this run only, the file is left as it is. {self.problems[0]}")
        for pending in self._pending:
            kept = pending(kept)
        try:
            save_rules(self.file, kept)
        except OSError as fault:
            raise RulesError(f"It holds for this run only: {self.file}: {fault.strerror}") from None
        self.rules, self._pending = kept, []


class Rules:
    """The rules of the settings and those set on the screen, watched board by board; no screen is needed for it.

    `watches` are the rules with what became of them, `firings` the latest that rang, newest first, `board` the one
    they were last looked at on.
    """

    def __init__(self, settings: Sequence[Alert], settings_file: Path | None) -> None:
        self._settings = settings
        self._settings_file = settings_file
        self._book: RuleBook | None = None
        self._problems: list[str] = []
        self._just_opened = False
        self.board: Board | None = None
        self.watches: tuple[Watch, ...] = ()
        self.firings: deque[Watch] = deque(maxlen=LOGGED)

    def watch(self, board: "Board") -> list["Watch"]:
        """Looks at every rule on the next board; returns those that have just fired and should be heard."""
        from deskview.board import alerts  # noqa: PLC0415 - polars loads late; with a board it is there

        self.board = board
        self._open_book(board)
        self.watches = alerts.watched(self.watches, board)
        fired = [watch for watch in self.watches if watch.rings]
        self.firings.extendleft(fired)
        return fired

    def new_problems(self) -> list[str]:
        """What is wrong with the file of the rules set on the screen, each sentence once."""
        problems, self._problems = self._problems, []
        return problems

    def new_meanings(self) -> dict[Redefined, tuple[str, ...]] | None:
        """What the rules there are at the first start under another schema meant before, and mean now.

        None once that was shown (`meanings_shown`). What was shown on a simulated market is remembered apart and does
        not count for the real one.
        """
        if self.board is None or not self._just_opened:
            return None
        if _schemas_shown(paths.meanings_file()).get(self._market, 1) >= SCHEMA:
            self._just_opened = False
            return None
        return meanings([watch.rule for watch in self.watches])

    def meanings_shown(self) -> None:
        """They need not be shown again."""
        self._just_opened, file = False, paths.meanings_file()
        try:
            write_whole(file, msgspec.json.encode(_schemas_shown(file) | {self._market: SCHEMA}))
        except OSError as fault:
            log.warning("what rules meant before is shown again at the next start: %s: %s", file, fault.strerror)

    @property
    def _market(self) -> str:
        return "simulated" if self.board is not None and self.board.source.simulated else "real"

    def set(self, rule: Alert, instead: Alert | None = None) -> None:
        """One more rule, or another in the place of one. Raises RulesError where it holds for this run only."""
        self._change(lambda book: book.add(rule) if instead is None else book.replace(instead, rule))

    def remove(self, rule: Alert) -> None:
        """One rule less. Raises RulesError where that holds for this run only."""
        self._change(lambda book: book.remove(rule))

    def acknowledge(self) -> None:
        """Every alert that waits has been seen."""
        from deskview.board import alerts  # noqa: PLC0415 - polars loads late

        self.watches = alerts.acknowledged(self.watches)

    def table(self) -> "pl.DataFrame | None":
        """The rules with what became of them, as of the board they were last looked at on; None without rules."""
        from deskview.board.tables import alerts_table  # noqa: PLC0415 - polars loads late

        return alerts_table(self.board, self.watches) if self.board is not None else None

    def _change(self, change: "Callable[[RuleBook], None]") -> None:
        if self._book is None:
            raise RulesError("There is no market yet whose rules could be changed.")
        try:
            change(self._book)
        finally:
            self._take(self._book)

    def _open_book(self, board: "Board") -> None:
        """The rules kept for this market: those set on a simulated one stay apart from the real one's."""
        file = paths.demo_alerts_file() if board.source.simulated else paths.alerts_file()
        if self._book is not None and self._book.file == file:
            return
        book = self._book = RuleBook(file)
        book.open()
        self._problems += book.problems
        self._take(book)
        self._just_opened = True

    def _take(self, book: RuleBook) -> None:
        """Watches every rule; of those watched before what became of them stays."""
        before = {(watch.rule, watch.own): watch for watch in self.watches}
        self.watches = tuple(before.get((watch.rule, watch.own), watch) for watch in self._fresh(book))

    def _fresh(self, book: RuleBook) -> "Iterator[Watch]":
        from deskview.board.alerts import Watch  # noqa: PLC0415 - polars loads late

        for number, rule in enumerate(self._settings):
            yield Watch(rule, where=where(self._settings_file, ("alert", "reading"), number))
        for number, rule in enumerate(book.rules):
            yield Watch(rule, where=where(book.file, ("alert", "reading"), number), own=True)


def _schemas_shown(file: Path) -> dict[str, int]:
    """The schema whose meanings were last shown, by market; of a file that can't be read nothing was."""
    try:
        return msgspec.json.decode(read_text(file), type=dict[str, int])
    except (FileNotFoundError, UnusableFileError, msgspec.DecodeError, RecursionError):
        return {}
