"""Following a provider's pages to their end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

from deskview.providers.answers import Answer
from deskview.providers.base import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.origin import next_page


class Paged(Protocol):
    """What a page says of the next one; absent, null and empty all mean there is none."""

    @property
    def next_url(self) -> str | None: ...


Page = TypeVar("Page", bound=Paged)


async def follow(
    http: HttpClient,
    first: Answer,
    read: Callable[[Answer], Awaitable[Page]],
    *,
    capability: Capability | None = None,
    most: int = 500,
) -> AsyncIterator[Page]:
    """The pages one after the other, from the first answer on.

    Raises FOREIGN_PAGE for a next page of another origin, MALFORMED for a page named a second time, and
    TOO_LARGE after `most` pages: a table that stops early would pass for a complete one.
    """
    answer, seen = first, {str(first.url)}
    while True:
        page = await read(answer)
        yield page
        if not page.next_url:
            return
        url = next_page(http.base, answer.url, page.next_url)
        if str(url) in seen:
            raise _endless(Kind.MALFORMED, "The provider names the same page twice", capability, url.path)
        if len(seen) >= most:
            raise _endless(Kind.TOO_LARGE, f"The table has more than {most} pages", capability, url.path)
        seen.add(str(url))
        answer = await http.fetch(url, capability=capability)


def _endless(kind: Kind, sentence: str, capability: Capability | None, path: str) -> ProviderError:
    return ProviderError(
        kind, f"{sentence}; reading stopped and the table is not updated.", capability=capability, path=path
    )
