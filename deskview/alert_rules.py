"""alerts.toml: the rules set on the screen, kept between runs. A file that can't be read is never written over."""

import json
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from deskview.files import write_whole
from deskview.settings import Alert, line_of

HEAD = "# Alert rules set on deskview's screen, which writes this file anew; notes belong into settings.toml.\n"
Rules = tuple[Alert, ...]


class RulesError(ValueError):
    """The file can't be used or written as it is; the sentence names file and line."""


def load_rules(file: Path) -> tuple[Rules, tuple[str, ...]]:
    """The rules of the file and what is wrong with it, a sentence a fault; nothing of either where there is no file."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return (), ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        return (), (f"{file}: {fault}",)
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


class RuleBook:
    """The rules set on the screen. Each change is laid over what the file holds now: another desk may have written it.

    A change that can't be kept holds for this run and goes into the file with the next that can.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rules: Rules = ()
        self.problems: tuple[str, ...] = ()
        self._pending: list[Callable[[Rules], Rules]] = []

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

    def _change(self, change: Callable[[Rules], Rules]) -> None:
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
