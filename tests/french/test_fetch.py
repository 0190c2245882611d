"""The library's host over a real socket: what it may answer, what of that is kept, and what goes out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deskview.french import DECILES, FACTORS, MOMENTUM, NAMES, RecordError, fetch
from deskview.french.fetch import Renewal, renew
from deskview.french.kept import about, load
from deskview.paths import french_folder
from deskview.providers.transport import Limits
from tests.french.library import Text, deciles, factors, zipped
from tests.providers.scripted import Reply, Server, serving

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOST = "127.0.0.1"
STAYS, NONE_YET = "Your copy to 1926-12-18 stays.", "There is no copy of daily momentum yet."
CALLED = f"{MOMENTUM}_CSV.zip"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits."""
    monkeypatch.setattr(fetch, "TWICE", replace(fetch.TWICE, first_wait_s=0.001, jitter_s=0.0))


@pytest.fixture
async def library() -> AsyncIterator[Server]:
    """The library's stand-in."""
    async with serving() as running:
        yield running


@pytest.fixture
async def elsewhere() -> AsyncIterator[Server]:
    """Another host, which nothing is to be asked of."""
    async with serving() as running:
        running.will(answer(Text().zipped))
        yield running


def answer(data: bytes) -> Reply:
    """A file as the library sends it."""
    return Reply(body=data, headers={"Content-Type": "application/x-zip-compressed"})


async def renewed(server: Server, *names: str) -> list[Renewal]:
    """What becomes of the files."""
    return [done async for done in renew(names or NAMES, now=NOW, base_url=f"{server.url}/ftp/")]


async def momentum(server: Server) -> str:
    """What the failure to get the momentum file is told as."""
    (done,) = await renewed(server, MOMENTUM)
    assert done.copy is None
    assert done.error is not None
    return done.error.sentence


async def test_the_three_files_are_asked_for_and_kept(library: Server) -> None:
    library.will(*(answer(text.zipped) for text in (Text(), factors(), deciles())))
    done = await renewed(library)
    assert [one.name for one in done] == [MOMENTUM, FACTORS, DECILES]
    assert [one.copy for one in done] == [about(name) for name in NAMES]
    assert [seen.target for seen in library.seen] == [f"/ftp/{name}_CSV.zip" for name in NAMES]
    assert all(one.copy is not None and one.copy.source == HOST and one.copy.fetched == NOW for one in done)


async def test_no_secret_and_no_name_goes_along(
    library: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    library.will(answer(Text().zipped))
    await renewed(library, MOMENTUM)
    (seen,) = library.seen
    assert set(seen.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert seen.headers["user-agent"].startswith("deskview/")


FAILURES = {
    "401": (Reply(401, b"Unauthorized"), f"{HOST} answered 401: the library asks for a login for now."),
    "403": (Reply(403, b""), f"{HOST} answered 403: it refused the request."),
    "404": (Reply(404, b"Not Found"), f"{HOST} answered 404: it has no file {CALLED} any more; the library may have"),
    "429": (Reply(429, b"", {"Retry-After": "900"}), f"{HOST} answered 429: the library takes no more requests"),
    "503": (Reply(503, b""), f"{HOST} answered 503: the library has a fault of its own for now."),
    "HTML": (Reply(body=b"<html>Log in</html>"), f"{CALLED} of {HOST} is a web page and no data"),
    "a zip cut off": (answer(Text().zipped[:200]), f"{CALLED} of {HOST} is a zip that is damaged or cut off."),
    "an answer cut off": (replace(answer(Text().zipped[:200]), claim=900), f"{CALLED} of {HOST} broke off before"),
    "two members": (answer(zipped({"a": Text().text, "b": b""})), f"{CALLED} of {HOST} is a zip of 2 files"),
    "21 MB": (answer(b"PK" + bytes(21_000_000)), f"{HOST} sent more than 20 MB for {CALLED}"),
    "21 MB unzipped": (answer(zipped({"a": bytes(21_000_000)})), f"{CALLED} of {HOST} holds more than 20 MB"),
    "21 MB said": (replace(answer(b""), claim=21_000_000), f"{HOST} sent more than 20 MB for {CALLED}"),
    "packed again": (Reply(body=b"x", headers={"Content-Encoding": "br"}), "came packed in a way that was not asked"),
    "another file": (answer(factors().zipped), f"{CALLED} of {HOST} holds daily factors, not daily momentum"),
    "a redirect": (
        Reply(302, b"", {"Location": "https://user:pass@elsewhere.example/x?y"}),
        f"{HOST} answered 302, a redirect to elsewhere.example, which was not followed: only {HOST} is asked.",
    ),
    "a redirect to nowhere": (Reply(301, b"", {"Location": "//["}), "a redirect to another address, which was not"),
}


@pytest.mark.parametrize("case", FAILURES)
async def test_a_failure_is_a_sentence_and_the_copy_stays(library: Server, case: str) -> None:
    reply, told = FAILURES[case]
    library.will(reply)
    first = await momentum(library)
    assert told in first
    assert first.endswith(NONE_YET)
    library.will(answer(Text().zipped))
    await renewed(library, MOMENTUM)
    library.will(reply)
    second = await momentum(library)
    assert told in second
    assert second.endswith(STAYS)
    record = load(MOMENTUM)
    assert record is not None
    assert record.last == date(1926, 12, 18)


async def test_an_older_end_is_told_and_the_copy_stays(library: Server) -> None:
    library.will(answer(Text(count=40).zipped), answer(Text(count=30).zipped))
    await renewed(library, MOMENTUM)
    told = await momentum(library)
    assert told == f"{CALLED} of {HOST} ends 1926-12-07, your copy 1926-12-18: your copy is kept."


async def test_a_redirect_is_not_followed_to_another_host(library: Server, elsewhere: Server) -> None:
    library.will(Reply(307, b"", {"Location": f"{elsewhere.url}/ftp/{CALLED}"}))
    assert "which was not followed" in await momentum(library)
    assert elsewhere.seen == []


async def test_what_fails_costs_that_file_alone(library: Server) -> None:
    library.will(answer(Text().zipped), Reply(404, b""), answer(deciles().zipped))
    assert [one.copy is not None for one in await renewed(library)] == [True, False, True]


async def test_a_fault_that_passes_is_asked_of_once_more(library: Server) -> None:
    library.will(Reply(500, b""), answer(Text().zipped))
    (done,) = await renewed(library, MOMENTUM)
    assert done.copy is not None


async def test_a_body_that_stalls_is_given_up(library: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LIMITS", Limits(stall_s=0.05))
    library.will(replace(answer(Text().zipped[:100]), claim=90_000, stall=True))
    told = await momentum(library)
    assert f"No data: {HOST}:{library.port} sent less than 10 kB in 0.05 s" in told
    assert told.endswith(NONE_YET)


async def test_an_answer_that_does_not_come_is_given_up(library: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LIMITS", Limits(first_byte_s=0.05))
    library.will(Reply(hang=True))
    assert "sent nothing for 0.05 s" in await momentum(library)


async def test_a_host_that_can_not_be_reached_is_told() -> None:
    async with serving() as gone:
        pass
    assert "refused the connection" in await momentum(gone)


async def test_a_host_that_speaks_no_tls_is_told() -> None:
    async def answer_in_plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer_in_plain, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        (done,) = [one async for one in renew([MOMENTUM], now=NOW, base_url=f"https://{HOST}:{port}/")]
    assert done.error is not None
    assert "does not speak TLS as it should" in done.error.sentence


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("HTTPS_PROXY", "ftp://proxy", "HTTPS_PROXY must begin with"),
        ("SSL_CERT_FILE", "/no/such", "SSL_CERT_FILE names"),
    ],
)
async def test_a_way_that_is_named_and_can_not_be_gone_is_told(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(RecordError, match=told) as caught:
        await anext(renew(now=NOW))
    assert caught.value.sentence.startswith("mba.tuck.dartmouth.edu can't be asked: ")


async def test_plain_http_goes_to_this_machine_alone() -> None:
    with pytest.raises(RecordError, match="http only to this machine"):
        await anext(renew(now=NOW, base_url="http://library.example/"))


async def test_a_failure_beside_a_damaged_copy_says_that_it_is_not_used(library: Server) -> None:
    library.will(answer(Text().zipped), Reply(401, b""))
    await renewed(library, MOMENTUM)
    (file,) = french_folder().iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    told = await momentum(library)
    assert told.startswith(f"{HOST} answered 401: the library asks for a login for now. Your copy of daily momentum")
    assert "is damaged, its bytes are not those that were kept: not used." in told
