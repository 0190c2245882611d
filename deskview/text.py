"""Text from outside made safe to print, log and keep: one line, no control characters, no secrets."""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import quote

MASK = "••••"
LIMIT = 500
UNSURE = (
    r"\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u3164\uFE00-\uFE0F\uFFA0"
    r"\U0001F1E6-\U0001F1FF\U0001F3FB-\U0001F3FF\U000E0100-\U000E01EF"
)
"""The class, as regular expressions of Python and of polars both write it, of what counts as printable and is not seen,
or as wide as each terminal has it: fillers, variation selectors, skin tones, and letters that pair up as flags."""
MARKS_KEPT = 2
"""Marks on one character that are kept: scripts that need more on a name are not written in the market's listings."""
JOINING = r"\p{M}\x{1160}-\x{11FF}\x{D7B0}-\x{D7FF}"
"""The class of what takes no cell of its own, as polars' expressions write it: combining marks, variation selectors
among them, and the vowels and ends of Korean syllables."""


_UNSURE = re.compile(f"[{UNSURE}]")
_ORDINARY = re.compile(r"[\u0000-\u02FF\u2000-\u20CF\u2100-\u2CEE]*")
"""Letters of the West, signs, lines and blocks: most of what a screen holds, none of which joins or is UNSURE."""


class Secret(Protocol):
    """Anything that holds a secret text; `deskview.credentials.ApiKey` is one."""

    def reveal(self) -> str:
        """Return the secret text."""
        ...


def printable(text: str) -> str:
    """Return `text` with every white space turned into a plain space and every other unprintable character removed.

    Unprintable are control characters (C0, C1, DEL), direction overrides, zero-width characters, lone surrogates,
    what Unicode has not assigned, and what is UNSURE. Of combining marks and all else that joins the character before
    it at most MARKS_KEPT stay on each, and none where there is no character: a terminal would paint them in one cell.
    """
    if text.isprintable() and _ORDINARY.fullmatch(text):
        return text
    kept = "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text)
    return _few_marks(_UNSURE.sub("", kept))


def _few_marks(text: str) -> str:
    """The text with at most MARKS_KEPT joining characters in a row, and none at its beginning or after a space."""
    found, marks = [], MARKS_KEPT
    for char in text:
        marks = marks + 1 if _joins(char) else MARKS_KEPT if char == " " else 0
        if marks <= MARKS_KEPT:
            found.append(char)
    return "".join(found)


def _joins(char: str) -> bool:
    """Whether a character is of the class JOINING."""
    if char < "\u0300":
        return False
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Return `text` with every occurrence of a secret replaced by `MASK`, whatever its case.

    The forms a secret takes in a URL, in JSON and in a Python literal count as occurrences.
    """
    forms = {form for secret in secrets for form in _forms(secret.reveal()) if form}
    if not forms:
        return text
    longest_first = sorted(forms, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), MASK, text, flags=re.IGNORECASE)


def neutralise(text: str, secrets: Iterable[Secret] = (), *, limit: int = LIMIT) -> str:
    """Return `text` as one printable line without secrets, of at most `limit` characters; an ellipsis ends a cut one.

    Markup is left alone: it is text like any other and the place that shows it must not interpret it.
    """
    line = redact(" ".join(printable(text).split()), secrets)
    return line if len(line) <= limit else line[: max(limit - 1, 0)] + "…"[:limit]


def _forms(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]}


KEY_LENGTH = 12
"""A word this long, where a name was expected, may be a key typed in the wrong place."""


def without_keys(message: str) -> str:
    """The message with dots for every word in it that is long enough to be a key and has a digit, as keys have."""
    return re.sub(rf"(?<![\w/.-])(?=[\w.+=-]*\d)[\w.+=-]{{{KEY_LENGTH},}}", MASK, message)
