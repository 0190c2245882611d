"""What a row opens, and the way one came: places, cursors left behind, and the list each was opened from."""

from dataclasses import dataclass, replace
from enum import StrEnum

from textual.message import Message

NO_MORE = "There is no more about this row."
"""What is said where a row opens nothing."""


class Kind(StrEnum):
    """The kinds of detail."""

    NAME = "name"
    GROUP = "group"
    FUND = "fund"


@dataclass(frozen=True)
class Target:
    """One detail: a name by ticker, a sector or theme by name, a fund by ticker."""

    kind: Kind
    key: str


class Opened(Message):
    """The user asked for a detail."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target


Cursor = tuple[str | None, int, bool]
"""The key of the row a list's cursor is on, how far the list is scrolled, and whether it has the focus."""


@dataclass(frozen=True)
class Stop:
    """A place on the way: a detail or a page. `siblings` are the keys of the list a detail was opened from."""

    place: Target | str
    cursors: tuple[Cursor, ...] = ()
    siblings: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name in the breadcrumb."""
        return self.place.key if isinstance(self.place, Target) else self.place

    @property
    def count(self) -> str:
        """Where it stands in its list, such as 3/12; empty outside of one."""
        if self.label not in self.siblings or len(self.siblings) < 2:
            return ""
        return f"{self.siblings.index(self.label) + 1}/{len(self.siblings)}"

    def step(self, by: int) -> "Stop | None":
        """The next or previous of the list it was opened from; None at either end and without a list."""
        if not isinstance(self.place, Target) or self.place.key not in self.siblings:
            return None
        at = self.siblings.index(self.place.key) + by
        if not 0 <= at < len(self.siblings):
            return None
        return replace(self, place=Target(self.place.kind, self.siblings[at]), cursors=())
