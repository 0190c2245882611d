"""The desk's own figures: what its process takes, how long keys take to the screen, what goes to the terminal.

They are put on every board as it comes, so nothing is asked for or painted on their account; the last of them are kept
in a file every few minutes and at the end, for a bug report.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from textual.message import Message

from deskview import paths
from deskview.clock import monotonic
from deskview.files import write_whole
from deskview.logs import log_figures
from deskview.usage import ProcessMeter
from deskview.widgets.textual_private import TerminalOutput

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.diagnostics import Diagnostics, ScreenFigures

log = logging.getLogger(__name__)
KEYS_HELD = 1000
"""The median key is that of the last so many."""
RATE_S = 120.0
"""Over so long, or less after the start, the bytes a second are told."""
KEEP_S = 300.0
"""The figures are kept so often; a first time after a tenth of it, as what ends early is asked about too."""


class KeyTimes:
    """How long keys took from being read to the next frame; only the event loop calls it.

    Of a key that changes nothing there is no frame, and it is not counted; one whose frame is left out as the terminal
    does not read waits for the next. `clock` is Python's, by which Textual says when it read a key.
    """

    def __init__(self, output: TerminalOutput, clock: Callable[[], float] = time.monotonic) -> None:
        self._output = output
        self._clock = clock
        self._pending: list[tuple[Message, int]] = []
        self._recent: deque[float] = deque(maxlen=KEYS_HELD)
        self.worst: tuple[float, datetime] | None = None

    @property
    def keys(self) -> int:
        """Of how many keys the median is."""
        return len(self._recent)

    @property
    def median_ms(self) -> float | None:
        """The median of the last keys, of an even number the upper one; None before the first."""
        return sorted(self._recent)[len(self._recent) // 2] * 1000 if self._recent else None

    def acted_on(self, typed: Message) -> None:
        """It is the key's turn: the next frame has its effect."""
        self._pending.append((typed, self._output.frames_skipped))

    def settled(self, typed: Message) -> None:
        """All the key brings about has been painted: where no frame came, and none was left out, it changed nothing."""
        skipped = self._output.frames_skipped
        self._pending = [each for each in self._pending if each[0] is not typed or each[1] != skipped]

    def painted(self) -> None:
        """A frame has gone to what writes to the terminal."""
        for typed, _ in self._pending:
            took = self._clock() - typed.time
            self._recent.append(took)
            if self.worst is None or took > self.worst[0]:
                self.worst = took, datetime.now(UTC)
        self._pending.clear()


class DeskDiagnostics:
    """Puts the desk's figures on boards; `output` are the terminal's counters."""

    def __init__(self, keys: KeyTimes, output: TerminalOutput) -> None:
        self._keys = keys
        self._output = output
        self._began = monotonic()
        self._process = ProcessMeter(self._began)
        self._written: deque[tuple[float, int]] = deque([(self._began, 0)])
        self._keep_at = self._began + KEEP_S / 10
        self._newest: tuple[Diagnostics, bool] | None = None

    def on(self, board: "Board") -> "Board":
        """The board with the desk's own figures beside those of the market's process."""
        now = monotonic()
        own = replace(
            board.diagnostics,
            desk=self._process.now(),
            screen=self._screen(now),
            log=log_figures() or board.diagnostics.log,
        )
        self._newest = own, board.source.simulated
        if now >= self._keep_at:  # on a thread: a home folder may be on a network
            self._keep_at = now + KEEP_S
            threading.Thread(target=self.keep, name="diagnostics", daemon=True).start()
        return replace(board, diagnostics=own)

    def _screen(self, now: float) -> "ScreenFigures":
        from deskview.board.diagnostics import ScreenFigures  # noqa: PLC0415 - with a board the module is there

        output, worst = self._output, self._keys.worst
        self._written.append((now, output.bytes_written))
        while len(self._written) > 2 and self._written[1][0] <= now - RATE_S:
            self._written.popleft()
        since, before = self._written[0]
        return ScreenFigures(
            keys=self._keys.keys,
            median_ms=self._keys.median_ms,
            worst_ms=worst[0] * 1000 if worst else None,
            worst_at=worst[1] if worst else None,
            bytes_per_s=(output.bytes_written - before) / (now - since) if now > since else None,
            **asdict(output),
        )

    def keep(self) -> None:
        """Writes the newest figures into the state folder; where that can't be done the log says so."""
        if self._newest is None:
            return
        figures, simulated = self._newest
        try:
            write_whole(paths.diagnostics_file(simulated=simulated), written(figures), sync=False)
        except OSError as error:
            log.info("the desk's diagnostics are not kept: %s", error.strerror or error)


def written(figures: "Diagnostics") -> bytes:
    """The figures as indented JSON with the time they were kept at; moments of the monotonic clock as seconds ago or,
    ahead, in seconds."""
    now = monotonic()
    plain: dict[str, Any] = {"kept_at": datetime.now(UTC), **asdict(figures)}
    for process in filter(None, (plain["market"], plain["desk"])):
        process["up_s"] = round(now - process.pop("began"), 1)
        process["seconds_ago"] = round(now - process.pop("at"), 1)
    for refresh in plain["refreshes"]:
        next_at = refresh.pop("next_at")
        refresh["next_in_s"] = None if next_at is None else round(next_at - now, 1)
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"
