"""`deskview snapshot` of the folder: no secret is asked for, and what is missing is told with its reason."""

import asyncio
import sys

import msgspec

from deskview.exits import Exit
from tests.providers.contract.market import MARKET
from tests.providers.contract.server import Server, listening
from tests.providers.parquet import LARGE, PARQUET
from tests.providers.parquet.folder import files_of, static


async def test_one_refresh_by_the_command_line() -> None:
    """The market is of five names and two sessions: too little for figures, enough for a board."""
    server = Server(static(files_of(MARKET).get, {"trades"}))
    async with listening(server):
        command = [*("-m", "tests.providers.parquet", "snapshot", "--format", "json"), "--provider", PARQUET.name]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *command, "--base-url", server.url),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert process.returncode == Exit.INCOMPLETE, err.decode()
    board = msgspec.json.decode(out)
    assert board["source"] == {"provider": "parquet", "simulated": True, "scenario": "recorded"}
    assert board["session"] == "2026-11-20"
    assert f"does not include trades (needs {LARGE} or higher)" in err.decode()
    assert {"clock.parquet", "tickers.parquet", "snapshot.parquet", "bars"} <= {
        each.parts[0] for each in server.requests
    }
    assert not any("authorization" in request.headers for request in server.requests)
