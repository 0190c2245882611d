"""The library's files over HTTPS, by the way the provider's go: the same proxy, trust store, bounds and time-outs.

No secret is ever given to this client, and no redirect is followed. What fails is a sentence, and the copy held stays.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from deskview.french import FILES, HOST, NAMES, RecordError
from deskview.french.kept import Copy, about, keep
from deskview.french.reader import MOST_BYTES, read
from deskview.providers.answers import Form, Refusal
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.http import HttpClient
from deskview.providers.retry import RateLimiter, RetryPolicy
from deskview.providers.transport import Limits
from deskview.text import LIMIT, neutralise

BASE_URL = f"https://{HOST}/pages/faculty/ken.french/ftp/"
CALLS_PER_SECOND = 2
TWICE = RetryPolicy(attempts=2, total_s=30.0)
"""A failure that may pass is tried once more: the user waits, and can ask again."""
LIMITS = Limits(body_bytes=MOST_BYTES)
_ZIP = Form("application/zip, application/octet-stream;q=0.9, */*;q=0.1", lambda _body, _path, _capability: None)


@dataclass(frozen=True)
class Renewal:
    """What became of one file: the copy that is held now, or the error, which tells of the copy held before."""

    name: str
    copy: Copy | None
    error: RecordError | None = None


async def renew(
    names: Sequence[str] = NAMES, *, now: datetime, base_url: str | None = None
) -> AsyncGenerator[Renewal, None]:
    """Asks the library's host for the files one after the other and keeps what came; what fails costs that file alone.

    `base_url` is another place of the same files; plain http only to this machine.
    Raises RecordError where nothing can be asked: a proxy or certificates that are named and can't be used.
    """
    try:
        http = HttpClient(
            base_url or BASE_URL,
            {},  # no secret goes along
            translate=_redirected,
            limiter=RateLimiter(CALLS_PER_SECOND, 1.0),
            policy=TWICE,
            limits=LIMITS,
            form=_ZIP,
        )
    except ValueError as fault:
        raise RecordError(f"{HOST} can't be asked: {fault}") from None
    try:
        for name in names:
            yield await _renewed(http, name, now)
    finally:
        await http.aclose()


async def _renewed(http: HttpClient, name: str, now: datetime) -> Renewal:
    called, host = f"{name}_CSV.zip", http.base.host
    try:
        data = (await http.get(called)).body
        return Renewal(name, await asyncio.to_thread(_kept, name, data, f"{called} of {host}", host, now))
    except ProviderError as error:
        failed = _sentence(error, host, called)
    except _UnfitError as error:
        failed = error.sentence
    except RecordError as error:  # of the copy held it has told
        return Renewal(name, None, error)
    held = await asyncio.to_thread(_held, name)
    return Renewal(name, None, RecordError(f"{neutralise(failed, limit=LIMIT - len(held) - 1)} {held}"))


class _UnfitError(RecordError):
    """What came is not the file that was asked for."""


def _kept(name: str, data: bytes, called: str, host: str, now: datetime) -> Copy:
    """Keeps what came. Raises RecordError."""
    try:
        record = read(data, called)
    except RecordError as error:
        raise _UnfitError(error.sentence) from None
    if record.name != name:
        raise _UnfitError(f"{called} holds {FILES[record.name].title}, not {FILES[name].title}: not kept.")
    return keep(record, data, called=called, source=host, now=now)


def _held(name: str) -> str:
    """What becomes of the copy held, as a sentence."""
    try:
        copy = about(name)
    except RecordError as error:
        return error.sentence
    return f"Your copy to {copy.last} stays." if copy else f"There is no copy of {FILES[name].title} yet."


def _redirected(refusal: Refusal) -> ProviderError | None:
    """Says where a redirect leads, which is not followed; of any other refusal nothing."""
    if not 300 <= refusal.status < 400:
        return None
    with suppress(ValueError):
        place = urlsplit(refusal.headers.get("Location", "")).hostname
        if place:
            return ProviderError(Kind.REDIRECTED, neutralise(place, limit=60), status=refusal.status)
    return ProviderError(Kind.REDIRECTED, "another address", status=refusal.status)


def _sentence(error: ProviderError, host: str, called: str) -> str:
    """What a failure means for who asked the library."""
    answered = f"{host} answered {error.status}"
    most = f"{MOST_BYTES // 1_000_000} MB"
    by_kind = {
        Kind.REDIRECTED: f"{answered}, a redirect to {error.sentence}, which was not followed: only {host} is asked.",
        Kind.SERVER: f"{answered}: the library has a fault of its own for now.",
        Kind.RATE_LIMITED: f"{answered}: the library takes no more requests for now; try again later.",
        Kind.TOO_LARGE: f"{host} sent more than {most} for {called}, which no file of the library has; not read on.",
        Kind.TRUNCATED: f"{called} of {host} broke off before its end.",
        Kind.MALFORMED: f"{called} of {host} came packed in a way that was not asked for; it was not unpacked.",
    }
    by_status = {
        401: "the library asks for a login for now.",
        407: "a proxy before the library asks for a login.",
        404: f"it has no file {called} any more; the library may have renamed it.",
        410: f"it has no file {called} any more.",
    }
    if error.kind in by_kind:
        return by_kind[error.kind]
    if error.kind is Kind.UNREACHABLE or error.status is None:
        return error.sentence
    return f"{answered}: {by_status.get(error.status, 'it refused the request.')}"
