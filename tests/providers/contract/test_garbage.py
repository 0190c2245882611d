"""Whatever a server sends ends in a table or in a ProviderError, and the next good answer is as good as ever."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deskview.market.schema import require
from deskview.providers.base import MarketStatus, Provider, Table
from deskview.providers.errors import ProviderError
from tests.providers.contract.calls import Call
from tests.providers.contract.market import MARKET
from tests.providers.contract.server import Request
from tests.providers.contract.subject import Line
from tests.providers.contract.subjects import calls_of, every_call, every_subject
from tests.providers.scripted import Reply, zipped

Spoil = Callable[[Reply], Reply]
SPOILED: dict[str, Spoil] = {
    "nothing": lambda reply: replace(reply, body=b""),
    "no content": lambda reply: replace(reply, status=204, body=b""),
    "a web page": lambda _: Reply(body=b"<!doctype html><title>Log in</title>", headers={"Content-Type": "text/html"}),
    "half of it": lambda reply: replace(reply, body=reply.body[: len(reply.body) // 2]),
    "all but its end": lambda reply: replace(reply, body=reply.body[:-1]),
    "broken off": lambda reply: replace(reply, body=reply.body[:-9], claim=len(reply.body)),
    "twice": lambda reply: replace(reply, body=reply.body * 2),
    "noise": lambda reply: replace(reply, body=random.Random(7).randbytes(len(reply.body))),  # noqa: S311
    "another form": lambda _: Reply(body=b'{"results":5,"tickers":{"a":[]}}'),
    "a list": lambda _: Reply(body=b'[[],{},null,"x",7]'),
    "rows of other types": lambda _: Reply(body=b'{"results":[5,null,"x",[],{}],"tickers":[5,null,"x",[],{}]}'),
    "no gzip": lambda reply: replace(reply, headers={**reply.headers, "Content-Encoding": "gzip"}),
    "gzip of nothing": lambda _: zipped(b""),
    "an odd status": lambda reply: replace(reply, status=418),
}


NO_ANSWER = frozenset(
    {
        *("nothing", "no content", "a web page", "half of it", "all but its end", "broken off"),
        *("noise", "no gzip", "gzip of nothing", "an odd status"),
    }
)
"""Of these no table can be made: an empty one would say that the market has none."""


async def ends_well(provider: Provider, call: Call) -> bool:
    """Whether it ended in an answer, which is of the right form then; any other error than ProviderError is raised."""
    try:
        found: Any = await call.ask(provider)
    except ProviderError as error:
        assert error.sentence.isprintable()
        assert error.sentence.endswith((".", '"')), error.sentence
        return False
    if call.schema is not None:
        assert isinstance(found, Table)
        require(found.frame, call.schema, call.name)
        list(found.frame.iter_rows())  # every value is one Python has too
    return True


@pytest.mark.parametrize("spoiled", SPOILED)
@every_call
async def test_a_spoiled_answer(line: Line, provider: Provider, call: Call, spoiled: str) -> None:
    honest: list[int] = []

    def spoil(request: Request) -> Reply:
        reply = line.honest(request)
        honest.append(reply.status)
        return SPOILED[spoiled](reply)

    line.script = spoil
    answered = await ends_well(provider, call)
    assert not (answered and spoiled in NO_ANSWER and honest[0] == 200), "a broken answer passed for a whole one"
    line.script = lambda _: None
    call.holds(await call.ask(provider), line.truth)


@every_call
async def test_an_answer_with_bytes_changed(line: Line, provider: Provider, call: Call) -> None:
    for seed in range(30):
        drawn = random.Random(seed)  # noqa: S311

        def change(request: Request, drawn: random.Random = drawn) -> Reply:
            reply = line.honest(request)
            body = bytearray(reply.body)
            for _ in range(min(len(body), drawn.randint(1, 4))):
                body[drawn.randrange(len(body))] = drawn.randrange(256)
            return replace(reply, body=bytes(body))

        line.script = change
        await ends_well(provider, call)
    line.script = lambda _: None
    call.holds(await call.ask(provider), line.truth)


@every_subject
async def test_the_answer_to_another_question(line: Line, provider: Provider) -> None:
    answers = {}
    for call in calls_of(line.subject):
        before = len(line.requests)
        await call.ask(provider)
        answers[call.name] = line.honest(line.requests[before])
    for call in calls_of(line.subject):
        for name, answer in answers.items():
            if answer.status == 200:
                line.script = lambda _, answer=answer: answer  # type: ignore[misc]
                await ends_well(provider, call), name
        line.script = lambda _: None
        call.holds(await call.ask(provider), line.truth)


@every_subject
async def test_a_market_without_rows(line: Line, provider: Provider) -> None:
    frames = {name: frame.clear() for name, frame in vars(MARKET).items() if name not in ("now", "phase", "closures")}
    line.how = replace(line.how, market=replace(MARKET, closures={}, **frames))
    for call in calls_of(line.subject):
        found: Any = await call.ask(provider)
        if isinstance(found, Table):
            assert (found.frame.height, found.left_out) == (0, 0)
            require(found.frame, call.schema or {}, call.name)
        assert not isinstance(found, MarketStatus)
