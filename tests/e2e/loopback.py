"""The simulated market at a real socket in a process of its own, its faults come and go; and a desk that has its key.

python -m tests.e2e.loopback market AT SPEED [NAMES]     started by `Provider`
python -m tests.e2e.loopback desk [ARGUMENTS]    the desk; SNAPSHOT_S in the environment lets it ask that often
"""

import asyncio
import os
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import suppress
from datetime import datetime, timedelta
from datetime import time as time_of_day
from types import TracebackType
from typing import NamedTuple, Self

from msgspec.structs import replace
from starlette.types import Message, Receive, Scope, Send

from deskview.market.sessions import NEW_YORK
from deskview.settings import Settings
from deskview.simulator import create_app, serve
from tests.credentials.conftest import CANARY
from tests.e2e.terminal import ROOT

MODULE = (sys.executable, "-m", "tests.e2e.loopback")
DESK = (*MODULE, "desk")
WIRE = ("closed", "cut", "stalled")
"""What a connection does beside the simulator's faults of an answer: it breaks, breaks in mid-answer, says no more."""
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


class Counted(NamedTuple):
    """Snapshots asked for, those answered whole, and the longest time between two requests since the last count."""

    asked: int
    whole: int
    longest_s: float


NONE = Counted(0, 0, 0.0)


class Provider:
    """The market's process for the length of a `with` block; it answers at `url`, with so many listed names."""

    def __init__(self, *, at: str = "10:30", speed: float = 1.0, names: int | None = None) -> None:
        words = [*MODULE, "market", at, str(speed), *([str(names)] if names else [])]
        self._process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self._answer()

    def suffer(self, fault: str) -> None:
        """This fault from now on, KIND or KIND:NUMBER; none where it is empty."""
        self._ask(f"fault {fault}")

    def count(self) -> Counted:
        """The snapshots until now."""
        asked, whole, longest = self._ask("count").split()
        return Counted(int(asked), int(whole), float(longest))

    def _ask(self, text: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        assert answer, "the simulated market has ended"
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _exc: BaseException | None, _: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()


class _Market:
    """The application that answers now: the market well or with a fault, its clock going on whichever it is."""

    def __init__(self, at: str, speed: float, names: int | None) -> None:
        self._at = datetime.combine(datetime.now(NEW_YORK), time_of_day.fromisoformat(at))
        self._speed, self._names = speed, names
        self._began = time.monotonic()
        self._moves = asyncio.Event()
        self.asked = self.whole = 0
        self._asked_at, self._longest_s = time.monotonic(), 0.0
        self.suffer("")

    def suffer(self, fault: str) -> None:
        """This fault from now on."""
        self.wire = fault if fault in WIRE else ""
        self._moves.clear() if fault == "stalled" else self._moves.set()
        faults = [fault] if fault and not self.wire else []
        at = (self._at + timedelta(seconds=(time.monotonic() - self._began) * self._speed)).time()
        self._app = create_app(at=at, speed=self._speed, names=self._names, key=CANARY, faults=faults, compress=False)

    def count(self) -> Counted:
        """The snapshots until now."""
        longest, self._longest_s = self._longest_s, 0.0
        return Counted(self.asked, self.whole, longest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the moment has it; snapshots are counted."""
        if scope["type"] != "http" or scope["path"] != SNAPSHOT:
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.whole += 1

        before, self._asked_at = self._asked_at, time.monotonic()
        self._longest_s = max(self._longest_s, self._asked_at - before if self.asked else 0.0)
        self.asked += 1
        await self._app(scope, receive, counted)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        """A connection of the desk's, led to the market at that port as far as the wire allows."""
        if self.wire == "closed":
            writer.transport.abort()
            return
        answers, requests = await asyncio.open_connection("127.0.0.1", port)
        with suppress(OSError):
            await asyncio.gather(self._pass_on(reader, requests), self._pass_on(answers, writer, may_be_cut=True))
        for end in (writer, requests):
            end.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, may_be_cut: bool = False
    ) -> None:
        while data := await reader.read(65_536):
            await self._moves.wait()
            if self.wire == "closed":
                break
            cut = may_be_cut and self.wire == "cut"
            writer.write(data[: len(data) // 2] if cut else data)
            await writer.drain()
            if cut:
                break
        writer.close()


async def market(at: str, speed: str, names: str = "") -> None:
    """Serves until standard input ends, which says what to do, line by line."""
    served = _Market(at, float(speed), int(names) if names else None)
    ready: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(serve(served, on_ready=ready.put_nowait))
    port = int((await ready.get()).rpartition(":")[2])
    front = await asyncio.start_server(lambda reader, writer: served.connect(reader, writer, port), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{front.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 - read by `Provider`
    while (line := await asyncio.to_thread(sys.stdin.readline)) and not serving.done():
        asked, _, fault = line.strip().partition(" ")
        if asked == "fault":
            served.suffer(fault)
        print(*served.count(), flush=True)  # noqa: T201
    os._exit(0)  # whatever is still being answered


def desk(words: list[str]) -> int:
    """The desk with the market's key in a keyring of its own, asking as often as the environment says."""
    from deskview.cli import context, main  # noqa: PLC0415 - the market's process needs none of it
    from tests.cli.watching import hold_key  # noqa: PLC0415

    hold_key()
    if often := os.environ.get("SNAPSHOT_S"):
        load = context.with_options

        def hurried(arguments: Namespace, settings: Settings) -> Settings:
            laid = load(arguments, settings)
            return replace(laid, refresh=replace(laid.refresh, snapshot_s=float(often)))

        context.with_options = hurried
    return main(words)


if __name__ == "__main__":
    if sys.argv[1] == "desk":
        sys.exit(desk(sys.argv[2:]))
    asyncio.run(market(*sys.argv[2:]))
