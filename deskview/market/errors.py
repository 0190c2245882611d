"""Faults in the reference data, shipped or the user's own."""

from collections.abc import Iterable
from difflib import get_close_matches


class ReferenceDataError(ValueError):
    """A reference file, or one row of it, that cannot be used.

    The message names the file, the place in it ("row 7" of a CSV, header included, or "line 9, [[fund]]
    2" of a TOML), the field, what is wrong and, where there is one, the nearest valid word.
    """

    def __init__(self, file: str, place: str, field: str, problem: str) -> None:
        self.file = file
        self.place = place
        self.field = field
        super().__init__(": ".join((", ".join(part for part in (file, place, field) if part), problem)))


def nearest(word: object, valid: Iterable[str]) -> str:
    """The ending `; did you mean 'X'?` where a valid word resembles this one, else an empty string."""
    by_fold = {candidate.casefold(): candidate for candidate in valid}
    found = get_close_matches(str(word).casefold(), by_fold, n=1, cutoff=0.6)
    return f"; did you mean {by_fold[found[0]]!r}?" if found else ""


def shown(value: object) -> str:
    """A value for a message: quoted, control characters escaped, at most 60 characters."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
