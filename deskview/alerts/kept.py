"""What is remembered of the day's alerts over a restart: what fired, and how far each rule had come."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import msgspec

from deskview.board.alerts import Firing, Watch
from deskview.files import UnusableFileError, read_text, write_whole
from deskview.settings import Alert

log = logging.getLogger(__name__)


class Progress(msgspec.Struct, frozen=True):
    """How far one rule had come: these fields of its Watch."""

    rule: Alert
    source: str
    holds: bool | None
    armed: bool
    firings: int
    fired_at: datetime | None
    fired_value: float | None
    fired_basis: str
    acknowledged: bool


class Day(msgspec.Struct, frozen=True):
    """One session's firings, the newest first, and how far its rules had come."""

    session: date | None = None
    firings: tuple[Firing, ...] = ()
    rules: tuple[Progress, ...] = ()

    @property
    def moments(self) -> list[datetime]:
        """Every time in it."""
        return [firing.at for firing in self.firings] + [one.fired_at for one in self.rules if one.fired_at]

    def beside(self, other: "Day") -> "Day":
        """This day with what another process has kept of it since."""
        if other.session != self.session:
            return self
        fired = {(firing.rule, firing.at) for firing in self.firings}
        rules = {(one.rule, one.source) for one in self.rules}
        firings = [firing for firing in other.firings if (firing.rule, firing.at) not in fired]
        more = [one for one in other.rules if (one.rule, one.source) not in rules]
        both = sorted([*self.firings, *firings], key=lambda firing: firing.at, reverse=True)
        return Day(self.session, tuple(both), (*self.rules, *more))

    def before(self, session: date | None, now: datetime) -> "Day":
        """As much of it as lies before now: a simulated market's clock begins anew with each start."""
        if session != self.session:
            return Day(session)
        fired = tuple(firing for firing in self.firings if firing.at <= now)
        known = tuple(one for one in self.rules if one.fired_at is None or one.fired_at <= now)
        return Day(session, fired, known)


def progress_of(watches: Sequence[Watch]) -> tuple[Progress, ...]:
    """How far the rules have come, of those that have come anywhere."""
    return tuple(
        Progress(**{name: getattr(watch, name) for name in Progress.__struct_fields__})
        for watch in watches
        if watch.holds is not None or watch.firings
    )


def resumed(watch: Watch, rules: Sequence[Progress]) -> Watch:
    """The rule as far as it had come before."""
    for one in rules:
        if (one.rule, one.source) == (watch.rule, watch.source):
            return replace(watch, **{name: getattr(one, name) for name in Progress.__struct_fields__})
    return watch


class DayFile:
    """The day of one kind of market; `problem` is why it can't be kept, empty while it can."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.problem = ""

    def read(self) -> Day:
        """What is kept; nothing where there is none, or of a file that can't be read."""
        try:
            day = msgspec.json.decode(read_text(self._file), type=Day)
            return day if all(moment.tzinfo for moment in day.moments) else Day()
        except FileNotFoundError:
            return Day()
        except (UnusableFileError, msgspec.DecodeError, RecursionError) as error:
            log.warning("the day's alerts of %s can't be read, what fired before may fire again: %s", self._file, error)
            return Day()

    def write(self, day: Day) -> bool:
        """Keeps the day; whether that worked. Small, and not waited for until it is on the disk."""
        try:
            write_whole(self._file, msgspec.json.encode(day.beside(self.read())), sync=False)
        except OSError as error:
            self.problem = f"Alerts fire, but are not remembered over a restart: {self._file}: {error.strerror}."
            log.warning("%s", self.problem)
            return False
        self.problem = ""
        return True
