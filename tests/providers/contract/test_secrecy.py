"""Secrets go in headers to the vendor's own server, and appear nowhere else."""

import logging

import pytest

from deskview.providers.base import Provider
from deskview.providers.errors import Kind, ProviderError
from tests.providers.contract.calls import BARS, Call
from tests.providers.contract.conftest import canary, opened_at, secrets_of
from tests.providers.contract.subject import Line, Subject
from tests.providers.contract.subjects import calls_of, every_call, every_subject
from tests.providers.scripted import Reply, failed
from tests.providers.test_secrecy import locals_of

CANARY = "canary-"
ALL = canary("key").encode()
ECHOES = {
    "400": Reply(400, ALL),
    "401": failed(401, {"status": "ERROR", "error": ALL.decode()}),
    "403": Reply(403, ALL),
    "404": Reply(404, ALL),
    "429": failed(429, {"error": ALL.decode()}),
    "500": Reply(500, ALL),
    "a page": Reply(body=b"<html>" + ALL),
    "json": Reply(body=b'{"error":"' + ALL + b'"}'),
    "json cut off": Reply(body=b'{"results":[{"T":"' + ALL, claim=900),
    "packed": Reply(body=ALL, headers={"Content-Encoding": ALL.decode()}),
}


@pytest.mark.parametrize("echo", ECHOES)
@every_subject
async def test_a_server_that_echoes_a_secret(
    subject: Subject, line: Line, provider: Provider, echo: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    line.script = lambda _: ECHOES[echo]
    told = [repr(provider), repr(vars(provider))]
    try:
        told.append(repr(await BARS.ask(provider)))
    except ProviderError as error:
        told += [str(error), repr(error), repr(vars(error)), *locals_of(error)]
    told += [repr(vars(part)) for part in vars(provider).values() if hasattr(part, "__dict__")]
    told += [f"{record.getMessage()} {record.exc_text}" for record in caplog.records if "httpcore" not in record.name]
    assert not [text for text in told if CANARY in text]


@every_call
async def test_secrets_go_in_headers_alone_and_each_of_them_once(
    subject: Subject, line: Line, provider: Provider, call: Call
) -> None:
    await call.ask(provider)
    for request in line.requests:
        assert CANARY not in request.target
        raw = request.raw.decode("latin-1")
        assert [raw.count(canary(wanted.name)) for wanted in subject.vendor.secrets] == [1] * len(
            subject.vendor.secrets
        )
        assert subject.vendor.secrets or "authorization" not in request.headers


@every_subject
async def test_a_redirect_is_not_followed(line: Line, elsewhere: Line, provider: Provider) -> None:
    line.script = lambda request: Reply(302, b"", {"Location": f"{elsewhere.url}{request.target}"})
    for call in calls_of(line.subject):
        with pytest.raises(ProviderError) as caught:
            await call.ask(provider)
        assert caught.value.kind is Kind.REDIRECTED, call.name
    assert elsewhere.requests == []
    assert elsewhere.connections == 0


@every_subject
async def test_without_a_secret_that_is_wanted_nothing_is_sent(subject: Subject, line: Line) -> None:
    for wanted in subject.vendor.secrets:
        given = {name: secret for name, secret in secrets_of(subject.vendor).items() if name != wanted.name}
        provider = subject.vendor.open(given, line.url, transport=None, calls_per_minute=None)
        with pytest.raises(ProviderError) as caught:
            await BARS.ask(provider)
        assert caught.value.kind is Kind.KEY_MISSING
        await provider.aclose()
    assert line.requests == []


@every_subject
def test_plain_http_to_another_machine_is_refused(subject: Subject) -> None:
    with pytest.raises(ValueError, match="unencrypted"):
        opened_at(subject.vendor, "http://10.0.0.1")
