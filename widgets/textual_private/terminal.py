"""The terminal as a driver writes to it: on a thread, so that one that takes nothing more never holds up the app."""

import codecs
import os
import re
import select
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TextIO

CHUNK = 4096
"""Bytes of one write: as many as a terminal's buffer holds."""
SLOW_S, SLOW_CHUNK = 0.1, 256
"""After a write that took so long only so many: then a slow line can be told from one that takes nothing."""
MOST_WAITS = 10
"""A slow line is given so many times as long as one that takes nothing, at the end."""
STALL_S = 1.0
"""A terminal that takes nothing for so long has stalled: what it showed before is not relied on any more."""


@dataclass
class TerminalOutput:
    """What has gone to the terminal since the app began.

    A frame is skipped while an earlier one waits; what it would have changed is painted with the next. A stall is a
    write that took `STALL_S` or longer.
    """

    bytes_written: int = 0
    frames: int = 0
    frames_skipped: int = 0
    stalls: int = 0
    longest_stall_s: float = 0.0


class TerminalWriter:
    """Writes to a terminal in the order given.

    `ready` is called on the writing thread when all is written and a frame was deferred meanwhile or the terminal had
    stalled, which its argument says: not of two stalls in a row, as what is painted anew on a slow line would be one
    again, for ever. The first failure is told to `failed`; after it nothing is written until `reopen`.
    """

    def __init__(
        self,
        file: TextIO,
        output: TerminalOutput,
        *,
        failed: Callable[[Exception], None],
        ready: Callable[[bool], None],
    ) -> None:
        self._descriptor = file.fileno()
        self._encoding = file.encoding
        self._output = output
        self._failed = failed
        self._ready = ready
        self._pending: deque[str] = deque()
        self._changed = threading.Condition()  # can be entered twice: a signal's handler may write amid a write
        self._writing = self._deferred = False
        self._works = self._sound = True
        self._chunk = CHUNK
        threading.Thread(target=self._run, name="terminal-output", daemon=True).start()

    def write(self, text: str) -> None:
        """Takes text or control sequences to be written; never waits."""
        with self._changed:
            if self._works:
                self._pending.append(text)
                self._changed.notify_all()

    def defer(self) -> bool:
        """Whether a frame has to wait because something before it does; then `ready` says when it can be painted."""
        with self._changed:
            self._deferred |= self._busy
            return self._busy

    def drain(self, timeout_s: float) -> bool:
        """Waits until all is written; whether it is. Nothing is waited for that takes nothing for so long, nor for more
        than `MOST_WAITS` times as long."""
        with self._changed:
            for _ in range(MOST_WAITS):
                before = self._output.bytes_written
                if self._changed.wait_for(lambda: not self._busy, timeout_s):
                    return True
                if self._output.bytes_written == before:
                    break
            return False

    def reopen(self) -> None:
        """Tries again, so that the terminal can be put back as it was; a further failure is told nobody."""
        self._works = True

    @property
    def _busy(self) -> bool:
        return self._writing or bool(self._pending)

    def _run(self) -> None:
        stalled = stalled_before = False
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._pending))
                text = "".join(self._pending)
                self._pending.clear()
                self._writing = True
            stalled |= self._send(text)
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                if self._pending:
                    continue
                whole = stalled and not stalled_before
                wanted, self._deferred = self._deferred or whole, False
            stalled_before, stalled = stalled, False
            if wanted:
                self._ready(whole)

    def _send(self, text: str) -> bool:
        """Writes as far as that is possible; whether the terminal stalled."""
        rest = memoryview(text.encode(self._encoding, "replace"))
        longest = 0.0
        while rest and self._works:
            began = monotonic()
            try:
                count = self._write(rest[: self._chunk])
            except Exception as error:  # noqa: BLE001 - on a thread, where nobody else would hear of it
                self._fail(error)
                break
            rest = rest[count:]
            self._output.bytes_written += count
            longest = max(longest, monotonic() - began)
            if longest >= SLOW_S:
                self._chunk = SLOW_CHUNK
        if longest < SLOW_S:
            self._chunk = CHUNK
        if longest < STALL_S:
            return False
        self._output.stalls += 1
        self._output.longest_stall_s = max(self._output.longest_stall_s, longest)
        return True

    def _write(self, data: memoryview) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:  # another program has made the terminal one that does not wait
            select.select([], [self._descriptor], [])
            return 0

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._works = False
            self._pending.clear()
            told, self._sound = not self._sound, False
        if not told:
            self._failed(error)


ESCAPE = "\x1b"
JOINED = re.compile(r"\x1b([^\x1b\[O\]P_^X])", re.DOTALL)
"""An escape and what can't be the rest of a sequence a terminal begins with it."""
NOTHING = "\x1b[?2026;0$y"
"""A terminal's answer that Textual takes and makes nothing of: what comes before it has come to its end."""


class KeyDecoder:
    """Decodes what a terminal sends; raises EOFError at its end, where a driver would ask again at once for ever.

    Bytes that do not fit are dropped: a terminal set to Latin-1 sends such for an accent. An escape and a character
    behind it are two keys, one after the other: after a lag they come together, and Textual would take them for one
    with alt. Only where `takes_alt` says that this is a key they are that one.
    """

    def __init__(self, encoding: str, takes_alt: Callable[[str], bool] = lambda _: False) -> None:
        self._decode = codecs.getincrementaldecoder(encoding)("ignore").decode
        self._takes_alt = takes_alt
        self._escaped = False

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text so far, as of a decoder of Python's."""
        if not data:
            raise EOFError
        text = self._decode(data, final)
        escape = ESCAPE if self._escaped else ""
        self._escaped = text.endswith(ESCAPE) if text else self._escaped
        return JOINED.sub(self._parted, escape + text)[len(escape) :]

    def _parted(self, found: re.Match[str]) -> str:
        character = found[1]
        return found[0] if self._takes_alt(character) else f"{ESCAPE}{NOTHING}{character}"


class TerminalWatch:
    """Looks every `EVERY_S` whether the descriptors are a terminal's still, and calls `gone` once where one is not.

    Nothing else tells where no signal comes: one is ignored or blocked, or the terminal was not the controlling one.
    """

    EVERY_S = 0.4

    def __init__(self, descriptors: tuple[int, ...], gone: Callable[[], None]) -> None:
        self._descriptors = tuple(filter(os.isatty, descriptors))
        self._gone = gone
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="terminal-watch", daemon=True).start()

    def stop(self) -> None:
        """Looks no longer."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self.EVERY_S):
            if not all(map(os.isatty, self._descriptors)):
                self._gone()
                return
