"""What the rest of the program knows of a market-data provider before it opens one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import Provider
    from deskview.text import Secret


class Opening(Protocol):
    """Puts a provider together; nothing is sent yet.

    `transport` replaces the network (a server in this process); `calls_per_minute` is the plan's limit, None where it
    has none. Raises ValueError for an unfit address, ProviderError for an unfit key.
    """

    def __call__(
        self,
        key: "Secret | None",
        base_url: str,
        *,
        transport: "httpx.AsyncBaseTransport | None",
        calls_per_minute: int | None,
    ) -> "Provider": ...


@dataclass(frozen=True)
class Vendor:
    """One provider in the list.

    `name` is what settings, command line and keyring call it, `title` how it is shown, `base_url` where it answers.
    `plans` says in a clause which plan the desk needs. `open` imports what it needs when it is called, so that the
    list costs nothing to read.
    """

    name: str
    title: str
    base_url: str
    plans: str
    open: Opening
