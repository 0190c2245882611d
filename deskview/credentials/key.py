"""The API key: one object that holds it, and the keys this process knows."""

from collections.abc import Iterator
from hmac import compare_digest
from typing import NoReturn, final

from deskview.text import MASK

MAX_LENGTH = 512


class InvalidKeyError(ValueError):
    """A text that cannot be an API key. The message names the problem, never the text."""


@final
class ApiKey:
    """A provider's API key. Only `reveal` gives the text; printing, formatting, copying and pickling do not.

    Errors: InvalidKeyError where the text is empty, longer than 512 characters, or holds white space or anything
    outside printable ASCII. Line ends at the end of the text are taken off first.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        text = text.rstrip("\r\n")
        problem = _problem(text)
        if problem:
            raise InvalidKeyError(problem)
        self._text = text

    def reveal(self) -> str:
        """Return the key's text, for the one place that sends or stores it."""
        return self._text

    def __repr__(self) -> str:
        return f"ApiKey({MASK})"

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ApiKey):
            return NotImplemented
        return compare_digest(self._text, other._text)

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> NoReturn:
        raise TypeError("an ApiKey is never copied or written out")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("an ApiKey is never copied or written out")


class SessionKeys:
    """The keys this process knows, in memory only: typed for the running session or read from the keyring.

    Iterating gives every key held since the start, replaced and forgotten ones too, so that one object handed to
    `deskview.logs.configure_logging` and `deskview.text.redact` covers them all.
    """

    __slots__ = ("_current", "_seen")

    def __init__(self) -> None:
        self._current: dict[str, ApiKey] = {}
        self._seen: tuple[ApiKey, ...] = ()

    def put(self, provider: str, key: ApiKey) -> None:
        """Hold `key` for `provider` until the process ends or `forget`."""
        self._current[provider] = key
        if key not in self._seen:
            self._seen = (*self._seen, key)

    def get(self, provider: str) -> ApiKey | None:
        """Return the key held for `provider`, if any."""
        return self._current.get(provider)

    def forget(self, provider: str) -> None:
        """Stop using the key of `provider`; it is still redacted."""
        self._current.pop(provider, None)

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._seen)

    def __repr__(self) -> str:
        return f"SessionKeys({', '.join(sorted(self._current))})"


def _problem(text: str) -> str:
    if not text:
        return "The key is empty."
    if len(text) > MAX_LENGTH:
        return f"The key is longer than {MAX_LENGTH} characters."
    if any(char.isspace() for char in text):
        return "The key has white space in it."
    if not (text.isascii() and text.isprintable()):
        return "The key has a character outside printable ASCII."
    return ""
