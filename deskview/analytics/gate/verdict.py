"""What becomes of a table that arrives, and the sentence that says why."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What is done with it."""

    TAKEN = "taken"
    DOUBTED = "doubted"
    """Taken, as there is nothing better; every part that rests on it says so."""
    SET_ASIDE = "set aside"
    """The last good one stays."""


@dataclass(frozen=True)
class Verdict:
    """`sentence` says what is wrong and what is shown in its place; empty where the table is taken."""

    action: Action = Action.TAKEN
    sentence: str = ""


TAKEN = Verdict()
