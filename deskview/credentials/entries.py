"""Which entries of the keyring hold a provider's secrets, and what sentences call them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Wanted(Protocol):
    """A secret a provider gives its users: `name` in code and keyring, `title` for people."""

    @property
    def name(self) -> str:
        """Its name in code and keyring."""

    @property
    def title(self) -> str:
        """Its name for people, as "API key"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the service "deskview": its `user`, the `name` of the secret in it, the `noun` sentences have."""

    user: str
    name: str
    noun: str


def entries_of(provider: str, wanted: Sequence[Wanted]) -> tuple[Entry, ...]:
    """An entry for each secret.

    The only one lies under the provider's name ("massive"). Of several each lies under "PROVIDER:NAME", the first too:
    an entry tells which it is, and the order they are asked in means nothing to the keyring.
    """
    if len(wanted) == 1:
        return (Entry(provider, wanted[0].name, "key"),)
    return tuple(Entry(f"{provider}:{each.name}", each.name, _noun(each.title)) for each in wanted)


def listed(nouns: Iterable[str], article: str) -> str:
    """As "the API key ID and the secret key"."""
    *others, last = (f"{article} {noun}" for noun in nouns)
    return f"{', '.join(others)} and {last}" if others else last


def _noun(title: str) -> str:
    """The title within a sentence: "Secret key" begins small there, "API key" does not."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
