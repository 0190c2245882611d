"""What can go wrong between the desk and a provider, in one type."""

from enum import StrEnum
from math import inf

from deskview.providers.capabilities import Capability
from deskview.text import neutralise


class Kind(StrEnum):
    """The sort of failure; what a caller decides by."""

    KEY_MISSING = "key missing"
    KEY_REFUSED = "key refused"
    NOT_ENTITLED = "not entitled"
    OUTSIDE_WINDOW = "outside the plan's window"
    RATE_LIMITED = "rate limited"
    UNREACHABLE = "unreachable"
    SERVER = "server error"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    NOT_FOUND = "not found"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    TOO_LARGE = "too large"
    FOREIGN_PAGE = "foreign page"


TRANSIENT = frozenset({Kind.RATE_LIMITED, Kind.UNREACHABLE, Kind.SERVER, Kind.TRUNCATED})


class ProviderError(Exception):
    """A request that brought no data.

    `sentence` says what failed, what it means and what happens next; `path` is the path of the address
    without its query; `retry_after_s` is set when it is known from when on a new try makes sense, infinite where none
    ever does.
    The text holds no secret and no control characters.
    """

    def __init__(
        self,
        kind: Kind,
        sentence: str,
        *,
        capability: Capability | None = None,
        status: int | None = None,
        retry_after_s: float | None = None,
        path: str = "",
    ) -> None:
        self.kind = kind
        self.sentence = neutralise(sentence)
        self.capability = capability
        self.status = status
        self.retry_after_s = retry_after_s
        self.path = neutralise(path)
        super().__init__(self.sentence)

    @property
    def transient(self) -> bool:
        """Whether the same request may well succeed a little later."""
        return self.kind in TRANSIENT

    @property
    def for_good(self) -> bool:
        """Whether no try will ever bring data, as of what the vendor does not have."""
        return self.retry_after_s == inf

    def __str__(self) -> str:
        if self.retry_after_s is None or self.for_good:
            return self.sentence
        return f"{self.sentence} Next try in {max(1, round(self.retry_after_s))} s."
