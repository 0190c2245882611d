"""What a row opens, and the message that says so."""

from dataclasses import dataclass
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
