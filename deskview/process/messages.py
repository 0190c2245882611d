"""What passes between the two processes: each side's version first, then named messages, pickled.

Both ends are this program's own, so pickling is safe; by the name in front of it a message that the receiver does not
know is reported and passed over, unread.
"""

import logging
import pickle
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from deskview import __version__
from deskview.logs import plain_traceback
from deskview.text import Secret

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Basis
    from deskview.board.alerts import AlertChange
    from deskview.credentials import Credentials
    from deskview.providers.base import Provider
    from deskview.settings import Settings

_HELLO = b"deskview "
_NAME_END = b"\n"
_NAME_LIMIT = 100


@dataclass(frozen=True)
class MarketConfig:
    """What the market's process follows: `connect` makes the provider from its secrets, `cache` holds its history.

    `settings_file` is where the settings' alert rules stand, None where that is not known.
    """

    connect: "Callable[[Credentials], Provider]"
    cache: Path
    settings: "Settings"
    settings_file: Path | None = None


@dataclass(frozen=True)
class Start:
    """To the worker, first: the configuration, and the secrets' texts by name, as Credentials refuse to be pickled."""

    config: MarketConfig
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class BarsRequest:
    """To the worker: the session's bars of a name are wanted."""

    number: int
    ticker: str


@dataclass(frozen=True)
class RefreshRequest:
    """To the worker: every loop is to ask the provider now."""


@dataclass(frozen=True)
class OpenName:
    """To the worker: the name whose prints come with the boards from now on; None for none."""

    ticker: str | None


@dataclass(frozen=True)
class ChangeAlerts:
    """To the worker: the alert rules are to be changed; what became of it comes with the boards."""

    change: "AlertChange"


@dataclass(frozen=True)
class FetchRecord:
    """To the worker: the user wants the long record of past days got; what became of it comes with the boards."""


@dataclass(frozen=True)
class BasisUpdate:
    """To the desk: the fixed part of every board that follows. Its history comes right behind it, compressed."""

    basis: "Basis | None"


@dataclass(frozen=True)
class BoardUpdate:
    """To the desk: what of a board, its fixed part aside, is new since the board before; of the first board all."""

    changes: "Mapping[str, Any]"


@dataclass(frozen=True)
class BarsResponse:
    """To the desk: the answer to the BarsRequest of this number; None where there are none to be had."""

    number: int
    frame: "pl.DataFrame | None"


@dataclass(frozen=True)
class KeyRefused:
    """To the desk: the provider does not accept the key, each time it does not. The desk has the keyring."""


@dataclass(frozen=True)
class OpeningFailed:
    """To the desk: the market can't be opened as the user has set it up; the sentence says why."""

    sentence: str


@dataclass(frozen=True)
class LogLine:
    """To the desk: a line for the log, its traceback already free of secrets."""

    logger: str
    level: int
    created: float
    message: str
    traceback: str | None


@dataclass(frozen=True)
class UnknownMessage:
    """What `decode` makes of a message that the receiver has no use for; never sent."""

    name: str


ToWorker = Start | BarsRequest | RefreshRequest | OpenName | ChangeAlerts | FetchRecord
ToDesk = BasisUpdate | BoardUpdate | BarsResponse | KeyRefused | OpeningFailed | LogLine
TO_WORKER = frozenset(kind.__name__ for kind in get_args(ToWorker))
TO_DESK = frozenset(kind.__name__ for kind in get_args(ToDesk))


def hello() -> bytes:
    """The first thing either side sends. Not pickled: it can be read whatever else a version changes."""
    return _HELLO + __version__.encode()


def version_of(first: bytes) -> str:
    """The version that the other side's first bytes tell; a version from before there was one to tell is unknown."""
    found = first.removeprefix(_HELLO).decode(errors="replace")[:_NAME_LIMIT]
    return found if first.startswith(_HELLO) and found.isprintable() else "of an unknown version"


def encode(message: ToWorker | ToDesk) -> bytes:
    """The message's bytes."""
    return type(message).__name__.encode() + _NAME_END + pickle.dumps(message, pickle.HIGHEST_PROTOCOL)


def decode(data: bytes, known: frozenset[str]) -> Any:  # noqa: ANN401 - the receiver matches on what comes
    """The message; an UnknownMessage where its name is not among the `known`. Raises where a known one is damaged."""
    end = data.find(_NAME_END, 0, _NAME_LIMIT)
    name = data[:end].decode(errors="replace") if end > 0 else "a message without a name"
    if name not in known:
        return UnknownMessage(name)
    return pickle.loads(memoryview(data)[end + 1 :])  # noqa: S301 - see above


def compress_history(history: "pl.DataFrame") -> bytes:
    """A history's bytes. Compressed, polars reads them without holding the interpreter: no key waits meanwhile."""
    data = BytesIO()
    history.write_ipc(data, compression="zstd")
    return data.getvalue()


def decompress_history(data: bytes) -> "pl.DataFrame":
    """The history of `compress_history`; on a thread."""
    import polars as pl  # noqa: PLC0415 - the desk's process starts without it

    return pl.read_ipc(BytesIO(data))


def report_failure(connection: "Connection[Any, Any]", error: BaseException, secrets: Iterable[Secret] = ()) -> None:
    """Sends the desk an error for its log, where nothing else can be sent any more or yet."""
    text = "the market's process failed"
    line = LogLine(__name__, logging.ERROR, time.time(), text, plain_traceback(error, secrets))
    connection.send_bytes(encode(line))
