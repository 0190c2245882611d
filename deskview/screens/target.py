"""What a row opens."""

from dataclasses import dataclass
from enum import StrEnum


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
