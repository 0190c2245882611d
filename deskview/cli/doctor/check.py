"""One line of the doctor's report, and the report as text, as JSON and as an exit code.

The JSON is `{"schema", "deskview", "exit_code", "checks"}`: the number of this form, the version, what the command
exits with, and every check as `{"name", "level", "found", "todo", "commands"}`. `name` is one of NAMES and may come
more than once, `level` one of Level; `found` and `todo` are sentences for people, which may be worded anew at any time,
`commands` what may be run as it stands. SCHEMA is raised where a name or a field goes or comes to mean something else;
a new name does not raise it.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap

import msgspec

from deskview import __version__
from deskview.board.board import WATCHED
from deskview.cli.context import KEYS
from deskview.exits import Exit
from deskview.providers.capabilities import USES, Capability
from deskview.screens.parts import PARTS
from deskview.text import neutralise

SCHEMA = 2
_RESTING = {part for use in USES.values() for part in use.parts}.intersection(WATCHED)
PANES = {**{subject.part: subject.title for subject in PARTS if subject.part in _RESTING}, "name": "Name page"}
"""Parts of the board whose lacks are told, by what they are called: those that rest on something a plan may lack. The
others say what these do."""
NAMES = (
    *("versions", "processor", "settings", "history length", "alert rule", "alerts file"),
    *("alert_command", "alert_file", "columns"),
    *("theme", "own theme", "log", "terminal", "colours", "characters", "tmux", "keyring", "key"),
    *("network", "proxy", "trust store", "certificate", "provider", "clock"),
    *Capability,
    "flow sample",
    "chains of a session",
    *(f"pane {title}" for title in PANES.values()),
    *("cache", "history", "unregistered"),
)
"""What checks are called, in about the order in which they come."""
WIDTH = 100
"""Columns a line of text takes at most; in a terminal no more than it has."""
_LEAST = 60
_MARGIN = 10 + max(map(len, NAMES))
_GRAVEST_FIRST = (Exit.USAGE, Exit.KEY, Exit.PROVIDER, Exit.FAULT)


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Check:
    """What was found, and what to do about it: a text, then commands to be run as they stand.

    `code` is the exit code a fault of this check asks for.
    """

    name: str
    level: Level
    found: str
    todo: str = ""
    commands: tuple[str, ...] = ()
    code: Exit = Exit.OK

    def as_text(self, width: int = WIDTH) -> str:
        """The check as lines of text of so many columns; commands are never broken."""
        head = f"{self.level:<8} {self.name:<{_MARGIN - 10}} "
        found, *more = [line for text in (self.found, self.todo) for line in _lines(text, width - _MARGIN)]
        indent = " " * _MARGIN
        return "\n".join(
            [head + found, *(indent + line for line in more), *(f"{indent}    {it}" for it in self.commands)]
        )

    def as_plain(self) -> dict[str, object]:
        """The check as plain values."""
        return {
            "name": self.name,
            "level": self.level.value,
            "found": neutralise(self.found, KEYS),
            "todo": neutralise(self.todo, KEYS),
            "commands": self.commands,
        }


def terminal_width() -> int:
    """The columns for a report on standard output: those of its terminal, at most WIDTH, which all else gets."""
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):  # it goes into a file, a pipe, or nowhere
        return WIDTH
    return min(WIDTH, max(_LEAST, columns))


def exit_code(checks: Sequence[Check]) -> Exit:
    """0 where nothing is at fault; else 2 for settings before 3 for the key before 4 for the provider."""
    codes = {check.code for check in checks if check.level is Level.FAULT}
    return next((code for code in _GRAVEST_FIRST if code in codes), Exit.OK)


def as_json(checks: Sequence[Check]) -> str:
    """The whole report, indented."""
    report = {
        "schema": SCHEMA,
        "deskview": __version__,
        "exit_code": int(exit_code(checks)),
        "checks": [check.as_plain() for check in checks],
    }
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


def summary(checks: Sequence[Check]) -> str:
    """How many checks of each level."""
    levels = [check.level for check in checks]
    faults, warnings = levels.count(Level.FAULT), levels.count(Level.WARNING)
    return f"faults: {faults}, warnings: {warnings}, ok: {levels.count(Level.OK)}."


def _lines(text: str, width: int) -> list[str]:
    return wrap(neutralise(text, KEYS), width, break_long_words=False, break_on_hyphens=False)
