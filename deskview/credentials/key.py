"""The secrets of a provider: an object that holds one, one that holds all, and those this process knows."""

from collections.abc import Iterator, Mapping
from hmac import compare_digest
from types import MappingProxyType
from typing import NoReturn, final

from deskview.text import MASK

MAX_LENGTH = 512


class InvalidKeyError(ValueError):
    """A text that cannot be an API key. The message names the problem, never the text."""


@final
class ApiKey:
    """One secret of a provider's. Only `reveal` gives the text; printing, formatting, copying and pickling do not.

    Errors: InvalidKeyError where the text is empty, longer than 512 characters, or holds white space or anything
    outside printable ASCII; its sentence calls the secret by `noun`. Line ends at the end are taken off first.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str, noun: str = "key") -> None:
        text = text.rstrip("\r\n")
        problem = _problem(text)
        if problem:
            raise InvalidKeyError(f"The {noun} {problem}.")
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


@final
class Credentials:
    """All secrets of one provider by the vendor's names for them; none where the vendor wants none.

    Iterating gives each ApiKey, so that it can be handed to whatever masks secrets. Only `reveal` gives the texts;
    printing, formatting, copying and pickling do not.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Mapping[str, ApiKey]) -> None:
        self._keys = dict(keys)

    @property
    def by_name(self) -> Mapping[str, ApiKey]:
        """Each secret by its name, as a provider is opened with."""
        return MappingProxyType(self._keys)

    def reveal(self) -> dict[str, str]:
        """Return the texts by name, for the one place that sends them to the market's process."""
        return {name: key.reveal() for name, key in self._keys.items()}

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._keys.values())

    def __repr__(self) -> str:
        return f"Credentials({', '.join(f'{name}={MASK}' for name in self._keys)})"

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        if self._keys.keys() != other._keys.keys():
            return False
        equal = [key == other._keys[name] for name, key in self._keys.items()]  # all are compared, whichever differs
        return all(equal)

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> NoReturn:
        raise TypeError("Credentials are never copied or written out")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("Credentials are never copied or written out")


class SessionKeys:
    """The secrets this process knows, in memory only: typed for the running session or read from the keyring.

    Iterating gives every one held since the start, replaced and forgotten ones too, so that one object handed to
    `deskview.logs.configure_logging` and `deskview.text.redact` covers them all.
    """

    __slots__ = ("_current", "_seen")

    def __init__(self) -> None:
        self._current: dict[str, Credentials] = {}
        self._seen: tuple[ApiKey, ...] = ()

    def put(self, provider: str, credentials: Credentials) -> None:
        """Hold `credentials` for `provider` until the process ends or `forget`."""
        self._current[provider] = credentials
        for key in credentials:
            if key not in self._seen:
                self._seen = (*self._seen, key)

    def get(self, provider: str) -> Credentials | None:
        """Return what is held for `provider`, if anything."""
        return self._current.get(provider)

    def forget(self, provider: str) -> None:
        """Stop using what is held for `provider`; it is still redacted."""
        self._current.pop(provider, None)

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._seen)

    def __repr__(self) -> str:
        return f"SessionKeys({', '.join(sorted(self._current))})"


def _problem(text: str) -> str:
    if not text:
        return "is empty"
    if len(text) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    if any(char.isspace() for char in text):
        return "has white space in it"
    if not (text.isascii() and text.isprintable()):
        return "has a character outside printable ASCII"
    return ""
