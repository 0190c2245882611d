"""The key appears in one header and nowhere else."""

import logging
import traceback
from datetime import date

import pytest

from deskview.credentials.key import ApiKey
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.provider import Massive
from deskview.providers.origin import BearerAuth, base_address, origin_of
from tests.providers.conftest import CANARY
from tests.providers.scripted import Reply, Server, failed

ECHOES = [
    failed(401, {"status": "ERROR", "error": f"Unknown API Key {CANARY}"}),
    failed(400, {"status": "ERROR", "error": f"GET /x?apiKey={CANARY} is no filter"}),
    failed(403, {"status": "NOT_AUTHORIZED", "message": f"{CANARY} not entitled"}),
    failed(404, {"status": "NOT_FOUND", "message": CANARY}),
    failed(429, {"status": "ERROR", "error": CANARY}),
    failed(500, {"status": "ERROR", "error": CANARY}),
    Reply(403, CANARY.encode()),
    Reply(302, b"", {"Location": f"https://elsewhere.example/?apiKey={CANARY}"}),
    Reply(body=f"<html>{CANARY}".encode()),
    Reply(body=b'{"status":"ERROR","error":"' + CANARY.encode() + b'"}'),
    Reply(body=b'{"results":[{"T":"' + CANARY.encode() + b'"}]', claim=900),
]


def locals_of(error: BaseException) -> list[str]:
    """What a traceback with local variables would print of the program's own frames."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    return [repr(frame.locals) for frame in trace.stack if frame.filename != __file__]


@pytest.mark.parametrize("reply", ECHOES)
async def test_a_server_that_echoes_the_key(
    server: Server, massive: Massive, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.will(reply)
    with pytest.raises(ProviderError) as caught:
        await massive.daily_bars(date(2026, 11, 20))
    error = caught.value
    told = [str(error), repr(error), repr(vars(error)), *locals_of(error), repr(massive), repr(vars(massive))]
    told += [repr(vars(massive._client.http)), repr(vars(massive._client.http._client))]
    told += [f"{record.getMessage()} {record.exc_text}" for record in caplog.records if "httpcore" not in record.name]
    assert not [text for text in told if CANARY in text]


def test_the_auth_object_does_not_show_the_key() -> None:
    assert CANARY not in repr(BearerAuth(ApiKey(CANARY), origin_of(base_address("https://h"))))


class Odd:
    """A secret that no credential store would let through."""

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text


@pytest.mark.parametrize("text", ["sécret", "two words", "line\r\nX-Other: 1", "\x00"])
def test_a_key_no_header_can_carry_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ProviderError) as caught:
        BearerAuth(Odd(text), origin_of(base_address("https://h")))
    assert caught.value.kind is Kind.KEY_REFUSED
    assert text not in str(caught.value)
