"""The state of the alert rules on a board: every rule with what became of it, and the day's firings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from deskview.settings import Alert

Severity = Literal["information", "warning", "error"]
PRIVATE = ("lists",)
"""The parts with figures of what the user holds: a log, and what is sent with a report of a fault, has none of them."""


@dataclass(frozen=True)
class Watch:
    """A rule and what became of it.

    `holds` is whether its condition held on the last board that had the reading; None before the first. `since` is the
    market's time from which it has held without a break, `firings` counts, `fired_at` is the market's time of the last,
    `value` the reading now, `fired_value` the one then; `basis` and `fired_basis` are what they rest on where they are
    σ. `low` and `high` are the limits of a percentile that has some, and `value` itself of any other figure: the
    condition holds where both lie beyond the level. `armed` tells whether it can fire: it has not since it last came
    to hold; `rings` is true on the one board that should be heard. `pending` says why nothing is concluded from the
    reading now: it is in doubt, an older one that was kept, a sum that lacks names, or a percentile whose limits are
    not known. `fault` says why the reading can't be had, `where` the file and line of the rule.

    `source` is who set it: "settings", "screen" or "shipped"; `reason` why a shipped one comes with the program, `off`
    that the user has turned it off.
    """

    rule: Alert
    value: float | None = None
    low: float | None = None
    high: float | None = None
    basis: str = ""
    holds: bool | None = None
    since: datetime | None = None
    armed: bool = True
    firings: int = 0
    fired_at: datetime | None = None
    fired_value: float | None = None
    fired_basis: str = ""
    acknowledged: bool = True
    rings: bool = False
    pending: str = ""
    fault: str = ""
    where: str = ""
    source: str = "settings"
    reason: str = ""
    off: bool = False

    @property
    def own(self) -> bool:
        """Whether it was set on the screen."""
        return self.source == "screen"

    @property
    def waiting(self) -> bool:
        """Whether it fired and nobody has acknowledged it."""
        return not self.acknowledged

    @property
    def to_go(self) -> float | None:
        """How far the reading is from where the condition holds, by its limit that has the longer way; negative by how
        far it is past."""
        if self.value is None or self.low is None or self.high is None:
            return None
        rule, low, high = self.rule, self.low, self.high
        match rule.condition:
            case "above":
                return rule.level - low
            case "below":
                return high - rule.level
            case "crosses":
                up, down = abs(rule.level - low), abs(high - rule.level)
                return min(up, down) if self.holds is None else down if self.holds else up
            case "sigma":
                return rule.level - abs(self.value)
            case _:
                return min(high, 100 - low) - rule.level


@dataclass(frozen=True)
class Firing:
    """One firing: its number of the day from 1, when (market time), the rule as it was, and what it says.

    `sentence` is whole: what was seen, the level, and what it rests on (coverage, interval, days). `rings` is false
    where it should be kept but not heard: within quiet hours, or within a minute of the rule's last.
    """

    number: int
    at: datetime
    rule: Alert
    title: str
    sentence: str
    value: float | None = None
    basis: str = ""
    rings: bool = True

    @property
    def is_private(self) -> bool:
        """Whether it tells of what the user holds: no log has its words."""
        return self.rule.reading.partition(".")[0] in PRIVATE


@dataclass(frozen=True)
class AlertNotice:
    """What became of a change the user made, or what is wrong with a file of rules; `number` counts from 1."""

    number: int
    title: str
    sentence: str
    severity: Severity = "information"


@dataclass(frozen=True)
class AlertState:
    """All rules, the day's firings (newest first, whatever the restarts), and what the user should be told.

    `first` is the number of the first firing of this run of the market's process: what fired before was heard then.
    `run` names this run: its notices are numbered anew.
    `quiet` are the hours of the settings in which nothing rings, such as 20:00-08:00; empty without any.
    """

    watches: tuple[Watch, ...] = ()
    firings: tuple[Firing, ...] = ()
    notices: tuple[AlertNotice, ...] = ()
    first: int = 1
    run: str = ""
    quiet: str = ""


@dataclass(frozen=True)
class SetRule:
    """A change: one more rule, or another in the place of one."""

    rule: Alert
    instead: Alert | None = None


@dataclass(frozen=True)
class RemoveRule:
    """A change: one rule less, of those set on the screen."""

    rule: Alert


@dataclass(frozen=True)
class TurnRule:
    """A change: a shipped rule off, or on again."""

    rule: Alert
    on: bool


@dataclass(frozen=True)
class Acknowledge:
    """A change: every alert that waits has been seen."""


AlertChange = SetRule | RemoveRule | TurnRule | Acknowledge

REPEATED_WITHIN = timedelta(minutes=1)
"""A rule that fires again within this time of the market is counted, and rings no bell."""
