"""The key on its way to the provider: in one header, to one origin, and nowhere else."""

from collections.abc import Generator

import httpx

from deskview.providers.errors import Kind, ProviderError
from deskview.providers.origin import Origin, origin_of
from deskview.text import MASK, Secret


class BearerAuth(httpx.Auth):
    """Puts `Authorization: Bearer KEY` on requests to one origin; requests to any other go without."""

    def __init__(self, key: Secret, origin: Origin) -> None:
        text = key.reveal()
        if not text:
            raise ProviderError(Kind.KEY_MISSING, "The stored key is empty. Log in again.")
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ProviderError(
                Kind.KEY_REFUSED, "The key holds characters no key has; was it pasted whole? Log in again."
            )
        self._key = key
        self._origin = origin

    def __repr__(self) -> str:
        return f"BearerAuth({MASK})"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Called by httpx for each request."""
        if origin_of(request.url) == self._origin:
            request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request
