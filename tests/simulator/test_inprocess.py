"""The transport inside the process: questions arrive, answers come whole, a fault is a lost connection."""

import gc
import tracemalloc

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deskview.simulator.inprocess import InProcess, Message


async def _echo(request: Request) -> Response:
    seen = {"path": request.url.path, "query": request.url.query, "host": request.headers["host"]}
    return JSONResponse(seen | {"key": request.headers.get("authorization")}, headers={"X-Mark": "m"})


async def _broken(_request: Request) -> Response:
    raise ZeroDivisionError


APP = Starlette(routes=[Route("/a/{name}", _echo), Route("/broken", _broken)])


async def test_question_and_answer_come_whole() -> None:
    async with httpx.AsyncClient(transport=InProcess(APP), base_url="http://simulated.market") as client:
        answer = await client.get("/a/BRK.B", params={"n": "1 2"}, headers={"Authorization": "Bearer k"})
        assert (await client.get("/nothing")).status_code == 404
        assert (await client.get("/broken")).status_code == 500
    assert answer.headers["x-mark"] == "m"
    assert answer.json() == {
        "path": "/a/BRK.B",
        "query": "n=1+2",
        "host": "simulated.market",
        "key": "Bearer k",
    }


async def test_an_application_without_an_answer_is_a_lost_connection() -> None:
    async def silent(_scope: Message, _receive: object, _send: object) -> None:
        return None

    async def faulty(_scope: Message, _receive: object, _send: object) -> None:
        raise ZeroDivisionError

    for app in (silent, faulty):
        async with httpx.AsyncClient(transport=InProcess(app), base_url="http://simulated.market") as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/")


async def test_what_was_read_is_let_go_of_before_garbage_is_collected() -> None:
    size, answers = 1_000_000, 20

    async def large(_request: Request) -> Response:
        return Response(bytes(size))

    app = Starlette(routes=[Route("/", large)])
    gc.disable()
    tracemalloc.start()
    try:
        async with httpx.AsyncClient(transport=InProcess(app), base_url="http://simulated.market") as client:
            for _ in range(answers):
                async with client.stream("GET", "/") as response:
                    assert sum([len(chunk) async for chunk in response.aiter_raw()]) == size
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert held < answers * size / 4
