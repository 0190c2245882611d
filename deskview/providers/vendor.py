"""What the rest of the program knows of a market-data provider before it opens one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from deskview.providers.capabilities import Capability, Denial, refused, unsold

if TYPE_CHECKING:
    import httpx

    from deskview.providers.base import Provider
    from deskview.text import Secret


class Opening(Protocol):
    """Puts a provider together; nothing is sent yet.

    `secrets` are the vendor's wanted ones by name; without them what needs them raises KEY_MISSING when it is asked.
    `transport` replaces the network (a server in this process); `calls_per_minute` is the plan's limit, None where it
    has none. Raises ValueError for an unfit address, ProviderError for an unfit secret.
    """

    def __call__(
        self,
        secrets: "Mapping[str, Secret]",
        base_url: str,
        *,
        transport: "httpx.AsyncBaseTransport | None",
        calls_per_minute: int | None,
    ) -> "Provider": ...


@dataclass(frozen=True)
class WantedSecret:
    """One text the vendor gives a user, which lies in the keyring: `name` in code and keyring, `title` for people."""

    name: str
    title: str


KEY = WantedSecret("key", "API key")


@dataclass(frozen=True)
class Vendor:
    """One provider in the list.

    `name` is what settings, command line and keyring call it, `title` how it is shown, `base_url` where it answers.
    `plans` holds the lowest plan that has a capability, in the vendor's words; one that is not there the vendor does
    not have. `needs` says in a clause which plan the desk needs. `secrets` are asked for at login in this order; with
    none there is no login. `calls_per_second` is the pace on a plan without a limit by the minute, `snapshot_s` the
    seconds between two snapshots of the market that it can hold. `open` imports what it needs when it is called, so
    that the list costs nothing to read.
    """

    name: str
    title: str
    base_url: str
    needs: str
    plans: Mapping[Capability, str]
    open: Opening
    secrets: tuple[WantedSecret, ...] = (KEY,)
    calls_per_second: int = 10
    snapshot_s: float = 0.0

    def has(self, capability: Capability) -> bool:
        """Whether some plan of the vendor has it."""
        return capability in self.plans

    def denial(self, capability: Capability) -> Denial:
        """What is to be said where the key does not have it, for the plan or since the vendor never does."""
        plan = self.plans.get(capability)
        return unsold(capability, self.title) if plan is None else refused(capability, plan)

    def unsold(self) -> list[Denial]:
        """A denial for everything the vendor does not have."""
        return [self.denial(capability) for capability in Capability if not self.has(capability)]
