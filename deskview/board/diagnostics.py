"""How the program itself is: what both processes take, how refreshes and keys keep their times, what failed.

The market's process fills its part as it makes a board, the desk adds its own as it takes one. Nothing here holds a
secret: sentences are those a board or the log may show. Moments called `at` or `_at` are of the monotonic clock, which
both processes share, unless they are datetimes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from deskview.logs import LogFigures
from deskview.usage import ProcessFigures


@dataclass(frozen=True)
class RefreshFigures:
    """How one kind of work has kept its times since the start: `turns` begun, of which so many `failed`, and turns
    `missed` as the one before still ran; seconds of the last and the longest.

    `next_at` is the next turn where it is known, `message` what failed or how far it is.
    """

    task: str
    turns: int = 0
    failed: int = 0
    missed: int = 0
    last_s: float = 0.0
    longest_s: float = 0.0
    next_at: float | None = None
    message: str = ""


@dataclass(frozen=True)
class RequestErrors:
    """Requests that failed in one way: how many, and the sentence and UTC time of the last."""

    kind: str
    count: int
    sentence: str
    at: datetime


@dataclass(frozen=True)
class WireFigures:
    """Requests sent since the start, how many of them failed and of what, and the bytes that came, compressed."""

    calls: int = 0
    failures: int = 0
    bytes_received: int = 0
    errors: tuple[RequestErrors, ...] = ()


@dataclass(frozen=True)
class StoreFigures:
    """The folder of the market's history: its size when it was last looked through, and the sessions of bars in it.

    `set_aside` are damaged files found since the start, `write_error` the sentence while it can't be written.
    """

    folder: str
    files: int
    bytes: int
    sessions: int
    set_aside: tuple[str, ...] = ()
    write_error: str = ""


@dataclass(frozen=True)
class ScreenFigures:
    """What the desk has painted since the start.

    A key's time is from when it was read to when the first frame after it is handed to what writes to the terminal,
    in ms: the median of the last `keys` that changed anything, and the longest since the start. Bytes are those that
    were written, `bytes_per_s` those of the last minutes; frames are `skipped` while the terminal does not read.
    """

    keys: int = 0
    median_ms: float | None = None
    worst_ms: float | None = None
    worst_at: datetime | None = None
    bytes_written: int = 0
    bytes_per_s: float | None = None
    frames: int = 0
    frames_skipped: int = 0
    stalls: int = 0
    longest_stall_s: float = 0.0


@dataclass(frozen=True)
class Diagnostics:
    """`market` and what follows are of the process that fetches, `desk` and what follows of the one that paints.

    One refresh without a desk (`snapshot`) has no `desk` and no `screen`.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    market: ProcessFigures | None = None
    refreshes: tuple[RefreshFigures, ...] = ()
    wire: WireFigures = field(default_factory=WireFigures)
    store: StoreFigures | None = None
    desk: ProcessFigures | None = None
    screen: ScreenFigures | None = None
    log: LogFigures | None = None
