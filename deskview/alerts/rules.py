"""Alert rules set on the screen, kept in alerts.toml, and what has come to mean something else of what rules look at.

A file that can't be read is never written over.
"""

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from deskview import paths
from deskview.analytics.definitions import REDEFINED, SCHEMA, Redefined, redefined, renamed
from deskview.files import UnusableFileError, line_of, read_text, read_toml, write_whole
from deskview.settings import Alert

log = logging.getLogger(__name__)

HEAD = "# Alert rules set on deskview's screen, which writes this file anew; notes belong into settings.toml.\n"
RuleList = tuple[Alert, ...]
_KEYS = ("alert", "off")
_EXAMPLE = '"momentum.sigma_of_hour sigma"'


class RulesError(ValueError):
    """The file can't be used or written as it is; the sentence names file and line."""


class RuleFile(NamedTuple):
    """What alerts.toml holds: rules, the keys of the shipped rules that are off, and what is wrong, each a sentence."""

    rules: RuleList = ()
    off: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def load_rules(file: Path) -> RuleFile:
    """What the file holds; nothing where there is no file."""
    try:
        text, table = read_toml(file)
    except FileNotFoundError:
        return RuleFile()
    except UnusableFileError as fault:
        return RuleFile(problems=(str(fault),))
    rules: list[Alert] = []
    problems = [
        f"{_place(file, text, key)}: unknown key {key!r}; valid: alert, off" for key in table if key not in _KEYS
    ]
    entries, off = table.get("alert", []), table.get("off", [])
    if not isinstance(off, list) or not all(isinstance(key, str) for key in off):
        problems.append(f"{_place(file, text, 'off')}: off is a list of shipped rules, such as off = [{_EXAMPLE}]")
        off = []
    if not isinstance(entries, list):
        problems.append(f"{_place(file, text, 'alert')}: alert is an array of tables, [[alert]]")
        entries = []
    for number, entry in enumerate(entries):
        try:
            rules.append(msgspec.convert(entry, Alert))
        except msgspec.ValidationError as fault:
            problems.append(f"{_place(file, text, 'alert', number)}: {str(fault).split(' - at', maxsplit=1)[0]}")
    return RuleFile(tuple(rules), tuple(off), tuple(problems))


def _place(file: Path, text: str, key: str, entry: int = 0) -> str:
    line = line_of(text, (key,), entry)
    return f"{file}, line {line}" if line else str(file)


def rules_text(rules: Sequence[Alert], off: Sequence[str] = ()) -> str:
    """The file's text."""
    turned_off = f"\noff = [{', '.join(map(_string, off))}]\n" if off else ""
    return HEAD + turned_off + "".join(map(_table, rules))


def _table(rule: Alert) -> str:
    more = {"for": rule.for_, "clear": rule.clear, "again": rule.again}
    lines = [f"reading = {_string(rule.reading)}", f"{rule.condition} = {rule.level!r}"]
    for key, value in more.items():
        if value is not None:
            lines.append(f"{key} = {_string(value) if isinstance(value, str) else repr(value)}")
    return "\n[[alert]]\n" + "\n".join(lines) + "\n"


def _string(text: str) -> str:
    """A TOML string: JSON's, and no DEL in it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def save_rules(file: Path, rules: Sequence[Alert], off: Sequence[str] = ()) -> None:
    """Writes the file whole or not at all. Raises OSError."""
    write_whole(file, rules_text(rules, off).encode())


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

    `off` are the keys of the shipped rules that are turned off. A change that can't be kept holds for this run and goes
    into the file with the next that can.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rules: RuleList = ()
        self.off: tuple[str, ...] = ()
        self.problems: tuple[str, ...] = ()
        self._pending: list[Callable[[RuleFile], RuleFile]] = []

    def open(self) -> None:
        """Reads the file; `problems` says what is wrong with it."""
        self.rules, self.off, self.problems = load_rules(self.file)

    def add(self, rule: Alert) -> None:
        """One more rule, unless it is there. Raises RulesError where it can't be kept."""
        self._change_rules(lambda rules: rules if rule in rules else (*rules, rule))

    def remove(self, rule: Alert) -> None:
        """One rule less. Raises RulesError where that can't be kept."""
        self._change_rules(lambda rules: tuple(other for other in rules if other != rule))

    def replace(self, old: Alert, new: Alert) -> None:
        """Another rule in the place of one. Raises RulesError where that can't be kept."""
        self._change_rules(lambda rules: tuple(dict.fromkeys([*(new if rule == old else rule for rule in rules), new])))

    def turn(self, key: str, *, on: bool) -> None:
        """A shipped rule off, or on again. Raises RulesError where that can't be kept."""

        def turned(held: RuleFile) -> RuleFile:
            others = tuple(other for other in held.off if other != key)
            return held._replace(off=others if on else (*others, key))

        self._change(turned)

    def _change_rules(self, change: Callable[[RuleList], RuleList]) -> None:
        self._change(lambda held: held._replace(rules=change(held.rules)))

    def _change(self, change: Callable[[RuleFile], RuleFile]) -> None:
        self.rules, self.off, _ = change(RuleFile(self.rules, self.off))
        self._pending.append(change)
        held = load_rules(self.file)
        self.problems = held.problems
        if self.problems:
            raise RulesError(f"It holds for this run only, the file is left as it is. {self.problems[0]}")
        for pending in self._pending:
            held = pending(held)
        try:
            save_rules(self.file, held.rules, held.off)
        except OSError as fault:
            raise RulesError(f"It holds for this run only: {self.file}: {fault.strerror}") from None
        self.rules, self.off, self._pending = held.rules, held.off, []


def unseen_meanings(rules: Sequence[Alert], *, simulated: bool) -> dict[Redefined, tuple[str, ...]] | None:
    """What rules meant before, and mean now, at the first start under another schema; None once that was shown.

    What was shown on a simulated market is remembered apart and does not count for the real one.
    """
    shown = _schemas_shown(paths.meanings_file()).get(_market(simulated=simulated), 1)
    return None if shown >= SCHEMA else meanings(rules)


def meanings_shown(*, simulated: bool) -> None:
    """They need not be shown again."""
    file = paths.meanings_file()
    try:
        write_whole(file, msgspec.json.encode(_schemas_shown(file) | {_market(simulated=simulated): SCHEMA}))
    except OSError as fault:
        log.warning("what rules meant before is shown again at the next start: %s: %s", file, fault.strerror)


def _market(*, simulated: bool) -> str:
    return "simulated" if simulated else "real"


def _schemas_shown(file: Path) -> dict[str, int]:
    """The schema whose meanings were last shown, by market; of a file that can't be read nothing was."""
    try:
        return msgspec.json.decode(read_text(file), type=dict[str, int])
    except (FileNotFoundError, UnusableFileError, msgspec.DecodeError, RecursionError):
        return {}
