"""`deskview watch`: follows a market without a screen; each alert that fires is a line on stdout."""

import asyncio
import os
import select
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from deskview.cli.context import KEYS, Context, UsageError, context_of
from deskview.cli.opening import SIMULATED_CREDENTIALS, demo_flow, demo_pace, open_provider, simulated
from deskview.clock import monotonic
from deskview.exits import Exit
from deskview.memory import collect_cycles, give_back_what_is_freed
from deskview.providers.errors import Kind, ProviderError
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.board import Board, Part
    from deskview.board.alerts import AlertState, Firing
    from deskview.market.source import Source
    from deskview.providers.base import Provider

End = asyncio.Future[int]
"""What ends the command before its time: the exit code, or the error that is said."""

SIGNALS = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}
ENDING_S = 1.8
"""After so long an ending is not waited for any more: a computation on a thread can't be stopped."""
DELIVERY_S = 1.0
"""How much of that alerts have that are still on their way to the user's command and file."""
TICK_S = 0.5
SETTLED_S = 5.0
"""A state of a part is said once it has held for so long: a request that fails and succeeds right away is no news."""
LIMIT = 2_000


def run(arguments: Namespace) -> int:
    """Follows until the time is up, a signal comes, or nobody reads any more."""
    give_back_what_is_freed()
    if sys.stdout is None:
        raise UsageError("standard output is closed, where each alert would be printed")
    context = context_of(arguments)
    if arguments.demo:
        context.settings = demo_flow(demo_pace(context.settings), full=False)
    return asyncio.run(_watch(context))


async def _watch(context: Context) -> int:
    end: End = asyncio.get_running_loop().create_future()
    with _ended_by_signals(end):
        following = asyncio.create_task(_follow(context, end))
        either: set[asyncio.Future[Any]] = {following, end}
        try:
            await asyncio.wait(either, timeout=context.arguments.for_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            following.cancel()
            await asyncio.wait({following})
    if end.done():
        return end.result()
    if not following.cancelled():
        following.result()
    return Exit.OK


async def _follow(context: Context, end: End) -> None:
    """Follows for ever. Raises ProviderError where the provider refuses the key, or is not there at the start."""
    from deskview.alerts.delivery import Delivery  # noqa: PLC0415 - polars loads late, with each of these
    from deskview.alerts.engine import Alerts  # noqa: PLC0415
    from deskview.feed import Feed  # noqa: PLC0415

    settings = context.settings
    provider = await _opened(context)
    delivery = Delivery(settings, context.keys, narrate)
    alerts = Alerts(settings, context.settings_file, delivery)
    watcher = Watcher(provider, end, as_json=context.arguments.json)
    try:
        await provider.market_status()
        feed = Feed(provider, context.cache, settings, watcher.show, key_refused=watcher.check_key, alerts=alerts)
        async with asyncio.TaskGroup() as group:
            group.create_task(feed.run())
            group.create_task(watcher.tick())
    finally:
        delivery.close(DELIVERY_S)
        await provider.aclose()


async def _opened(context: Context) -> "Provider":
    if context.arguments.demo:
        return simulated(context.arguments, SIMULATED_CREDENTIALS, begins_again=True)
    return await open_provider(context)


class Watcher:
    """Prints what fires on each board, and says on stderr what is followed and in which state it is."""

    def __init__(self, provider: "Provider", end: End, *, as_json: bool) -> None:
        self._provider = provider
        self._end = end
        self._line = _json_line if as_json else _text_line
        self._conditions = Conditions()
        self._printed: frozenset[tuple[object, int]] = frozenset()
        self._noticed = 0
        self._unwatched: set[str] = set()
        self._begun = False
        self._checking: asyncio.Task[None] | None = None

    def show(self, board: "Board") -> None:
        """Prints what has just fired, and keeps in mind what is to be said if it lasts."""
        if not self._begun and board.session is not None:  # the rules are those of this market from then on
            self._begun = True
            narrate(_beginning(board.source, board.alerts))
        self._say_what_is_wrong(board.alerts)
        self._conditions.take(board)
        self._print(board.alerts)
        collect_cycles()

    def _say_what_is_wrong(self, state: "AlertState") -> None:
        """Notices on the rules, and those that can't be watched; each once."""
        for notice in state.notices:
            if notice.number > self._noticed:
                self._noticed = notice.number
                narrate(": ".join(filter(None, (notice.title, notice.sentence))))
        for watch in state.watches:
            place = f"{watch.where}: {watch.rule.reading}"
            if watch.fault and not watch.off and place not in self._unwatched:
                self._unwatched.add(place)
                narrate(f"a rule is not watched: {watch.fault}{f' ({watch.where})' if watch.where else ''}")

    def _print(self, state: "AlertState") -> None:
        """Each firing of this run once. Numbers begin again with a new day; those of the day before are gone then."""
        fired = [firing for firing in reversed(state.firings) if firing.number >= state.first]
        new = [firing for firing in fired if (firing.at, firing.number) not in self._printed]
        self._printed = frozenset((firing.at, firing.number) for firing in fired)
        if not new:
            return
        try:
            sys.stdout.buffer.write(b"".join(map(self._line, new)))
            sys.stdout.buffer.flush()
        except OSError as error:
            _fail(self._end, error)

    def check_key(self) -> None:
        """A call was refused for the key: where the provider does not take it at all any more, the command ends."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check_key())

    async def _check_key(self) -> None:
        try:
            await self._provider.market_status()
        except ProviderError as error:
            if error.kind is Kind.KEY_REFUSED:
                _fail(self._end, error)

    async def tick(self) -> None:
        """Looks for ever at what comes without a board: a state that has settled, a reader that has gone."""
        while True:
            await asyncio.sleep(TICK_S)
            self._conditions.say()
            if _nobody_reads():
                _fail(self._end, BrokenPipeError())


class Conditions:
    """In which state each part of the board is; said when it has become another, not with each board."""

    def __init__(self) -> None:
        self._now: dict[str, tuple[str, str, float]] = {}  # the state, its sentence, since when
        self._said: dict[str, str] = {}

    def take(self, board: "Board") -> None:
        """The parts of the next board."""
        for name, part in board.parts.items():
            state, sentence = _condition(part)
            before, _, since = self._now.get(name, ("", "", 0.0))
            self._now[name] = (state, sentence, since if state == before else monotonic())

    def say(self) -> None:
        """Says what has become another state and stayed it, parts of which the same is to be said in one line."""
        changed: dict[str, list[str]] = {}
        for name, (state, sentence, _) in self._now.items():
            before = self._said.get(name, "")
            if state != before:
                line = f"{state}: {sentence}" if state else "figures are in." if before == WAITING else "well again."
                changed.setdefault(line, []).append(name)
        for line, names in changed.items():
            if monotonic() - min(self._now[name][2] for name in names) >= SETTLED_S:
                self._said |= {name: self._now[name][0] for name in names}
                narrate(f"{', '.join(names)}: {line}")


WAITING = "no figures yet"


def _condition(part: "Part[Any]") -> tuple[str, str]:
    """The state of a part in a word or two, and why; the state is empty where its figures can be trusted."""
    if part.value is None:
        return (WAITING if part.retry_at is None else "no figures"), part.note
    if part.doubt:
        return "in doubt", part.doubt
    return ("stale", part.note) if part.status.value == "stale" else ("", "")


def narrate(sentence: str) -> None:
    """A line on stderr. One that nobody can read ends nothing."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"deskview: {neutralise(sentence, KEYS, limit=LIMIT)}", file=sys.stderr, flush=True)


def _beginning(source: "Source", state: "AlertState") -> str:
    market = f"the SIMULATED market {source.scenario}" if source.simulated else source.provider
    rules = sum(not watch.off and not watch.fault for watch in state.watches)
    count = {0: "no rule is watched", 1: "one rule is watched"}.get(rules, f"{rules} rules are watched")
    return f"following {market}: {count}."


def _text_line(firing: "Firing") -> bytes:
    """As a line in the terminal's encoding."""
    from deskview.market.sessions import NEW_YORK  # noqa: PLC0415 - holidays load late

    text = f"{firing.at.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S} ET  {_safe(firing.sentence)}\n"
    return text.encode(sys.stdout.encoding or "utf-8", "replace")


def _json_line(firing: "Firing") -> bytes:
    """As a JSON object; `rule` has what the rule sets, by the names of the settings."""
    rule: dict[str, Any] = msgspec.to_builtins(firing.rule)
    fields = {
        "number": firing.number,
        "at": firing.at,
        "reading": firing.rule.reading,
        "rule": {name: value for name, value in rule.items() if value is not None and name != "reading"},
        "title": _safe(firing.title),
        "sentence": _safe(firing.sentence),
        "value": firing.value,
    }
    return msgspec.json.encode(fields) + b"\n"


def _safe(text: str) -> str:
    return neutralise(text, KEYS, limit=LIMIT)


@contextmanager
def _ended_by_signals(end: End) -> Iterator[None]:
    """SIGINT and SIGTERM end the command in good order, and without it where that takes too long or one comes again.

    The handlers are Python's own, not the event loop's: they also run while that waits for a terminal that stands
    still. A signal that whoever started the command had ignored stays ignored.
    """
    loop = asyncio.get_running_loop()

    def stop(number: int, _frame: object) -> None:
        code = SIGNALS[signal.Signals(number)]
        if end.done():
            os._exit(code)
        _end_soon(code)
        loop.call_soon_threadsafe(lambda: None if end.done() else end.set_result(code))

    in_main = threading.current_thread() is threading.main_thread()
    heard = [number for number in SIGNALS if in_main and signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _end_soon(code: int) -> None:
    """Ends the process whatever it is at, unless it ends by itself: what is stored is stored whole or not at all."""
    timer = threading.Timer(ENDING_S, os._exit, (code,))
    timer.daemon = True
    timer.start()


def _fail(end: End, error: Exception) -> None:
    """Ends the command with the error; one of stdout is said as what it is, and nobody reading is none."""
    if end.done():
        return
    if isinstance(error, OSError):
        code = Exit.OK if isinstance(error, BrokenPipeError) else Exit.USAGE
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in its buffer goes there
        _end_soon(code)
        if code is not Exit.OK:
            error = UsageError(f"standard output can't be written: {error.strerror}")
    end.set_exception(error)


def _nobody_reads() -> bool:
    """Whether standard output is a pipe or a terminal that has gone: waiting for the next alert would be in vain."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return bool(poll.poll(0))
    except (OSError, ValueError):  # standard output is no file
        return False
