"""Text from outside made safe to print, log and keep: one line, no control characters, no secrets."""

import json
import re
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import quote

MASK = "••••"
LIMIT = 500


class Secret(Protocol):
    """Anything that holds a secret text; `deskview.credentials.ApiKey` is one."""

    def reveal(self) -> str:
        """Return the secret text."""
        ...


def printable(text: str) -> str:
    """Return `text` with every white space turned into a plain space and every other unprintable character removed.

    Unprintable are control characters (C0, C1, DEL), direction overrides, zero-width characters, lone surrogates,
    and what Unicode has not assigned.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text)


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
