"""Serving on loopback: ready when it says so, gone when cancelled."""

import asyncio
import socket

import httpx
import pytest

from deskview.simulator import create_app, serve


async def test_serves_until_cancelled() -> None:
    ready: asyncio.Queue[str] = asyncio.Queue()
    task = asyncio.create_task(serve(create_app("calm", key=None), on_ready=ready.put_nowait))
    url = await ready.get()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/v1/marketstatus/now")).status_code == 200
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", httpx.URL(url).port or 0)) != 0


async def test_a_taken_port_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            await serve(create_app("calm"), port=taken.getsockname()[1])


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.com"])  # noqa: S104 - must be refused
async def test_only_loopback(host: str) -> None:
    with pytest.raises(ValueError, match=r"loopback|does not appear"):
        await serve(create_app("calm"), host=host)
