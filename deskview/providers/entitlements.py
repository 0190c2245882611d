"""What the key may ask for: learned from what is refused, and tried again when that is due."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from math import inf

from deskview.providers.answers import Answer
from deskview.providers.capabilities import Capabilities, Capability, Denial
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.vendor import Vendor

ANSWERS = frozenset({Kind.NOT_FOUND, Kind.OUTSIDE_WINDOW})
"""Said only to whose plan includes the rest of it."""


class Entitlements:
    """Every request of a provider goes through here: what the vendor does not have is never asked for, what the plan
    was found not to include only when its next try is due.

    `together` says what comes with one answer and is refused with it.
    """

    def __init__(self, vendor: Vendor, together: Mapping[Capability, tuple[Capability, ...]] | None = None) -> None:
        self.capabilities = Capabilities(unsold=vendor.unsold())
        self._vendor = vendor
        self._together = together or {}
        self._tries: defaultdict[Capability, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ask(self, capability: Capability, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of `send`. Raises NOT_ENTITLED without sending while the capability is denied and no try is due.

        Of several that wait for a try one is sent; the others come after it and share what became of it.
        """
        refused = not self.capabilities.allows(capability)
        async with self._tries[capability] if refused else nullcontext():
            denied = self.capabilities.denied.get(capability)
            if denied is not None:
                self._begin_try(denied)
            with self.learning(capability):
                answer = await send()
            self._answered(capability)
            return answer

    def unsold(self, capability: Capability) -> ProviderError:
        """The error to raise where the vendor has nothing that could be asked."""
        sentence = self._vendor.denial(capability).sentence
        return ProviderError(Kind.NOT_ENTITLED, sentence, capability=capability, retry_after_s=inf)

    @contextmanager
    def learning(self, capability: Capability) -> Iterator[None]:
        """Remembers a NOT_ENTITLED raised within the block, as of a later page, and tells when it is tried again.

        Of requests that were under way together the first refusal counts: each one more would double the wait.
        """
        was_allowed = self.capabilities.allows(capability)
        try:
            yield
        except ProviderError as error:
            if error.kind is Kind.NOT_ENTITLED:
                if not was_allowed or self.capabilities.allows(capability):
                    self._refuse(capability)
                error.retry_after_s = self.capabilities.retry_in_s(capability)
            elif error.kind in ANSWERS:
                self._answered(capability)
            else:
                self.capabilities.try_soon(capability)
            raise

    def _refuse(self, capability: Capability) -> None:
        for each in self._with(capability):
            self.capabilities.deny(self._vendor.denial(each))

    def _answered(self, capability: Capability) -> None:
        for each in self._with(capability):
            self.capabilities.allow(each)

    def _with(self, capability: Capability) -> tuple[Capability, ...]:
        """The capability and what comes with it."""
        return (capability, *self._together.get(capability, ()))

    def _begin_try(self, denied: Denial) -> None:
        """Raises NOT_ENTITLED until the next try is due; the others that wait for it are let in when it has an answer.

        They wait and are not refused: the first refusal of many requests at once would end all, the try among them.
        """
        wait_s = self.capabilities.retry_in_s(denied.capability)
        if wait_s:
            raise ProviderError(Kind.NOT_ENTITLED, denied.sentence, capability=denied.capability, retry_after_s=wait_s)
        self.capabilities.put_off(denied.capability)
