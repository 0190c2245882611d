"""Where a firing goes besides the screen: the user's command and file, each on threads of its own.

Handing a firing over never waits. What can't be done is left, counted, logged, and said once until it can be again.
"""

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from math import inf
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from deskview.clock import monotonic
from deskview.market.sessions import NEW_YORK
from deskview.settings import Settings
from deskview.text import Secret, neutralise, redact

if TYPE_CHECKING:
    from deskview.board.alerts import Firing

log = logging.getLogger(__name__)

PROGRAM_S = 10.0
"""How long the user's program may take."""
AT_ONCE, QUEUED = 3, 30
"""Programs that run at the same time, and alerts that wait for one."""
OUTPUT_BYTES = 1_800
"""The end of what a program prints that goes to the log: as much as fits into one of its lines."""
LINES_QUEUED = 1_000
"""Alerts that wait for a file that can't be written."""
RETRY_S = 30.0
"""After so long a file that could not be written is tried again, alert or not."""
CLOSE_S, KILLING_S = 2.0, 0.25
"""How long `close` waits, and how much of that is left to end programs that still run."""
POLL_S = 0.05
LINE_LIMIT = 2_000
_PLACEHOLDER = re.compile(r"\{(title|sentence|time|reading)\}")


class Delivery:
    """Starts the user's program for each firing that rings, and appends every firing to the user's file.

    `report` gets a sentence for the user when either stops working and when it works again, from a thread of this
    object. Nothing that is handed on or logged holds one of the `secrets`, which are read anew each time.
    """

    def __init__(
        self, settings: Settings, secrets: Iterable[Secret] = (), report: Callable[[str], None] = lambda _: None
    ) -> None:
        self._command = _Command(settings.alert_command, secrets, report) if settings.alert_command else None
        self._file = _File(settings.alert_file, secrets, report) if settings.alert_file else None

    def __call__(self, firing: "Firing") -> None:
        """Hands a firing over; returns at once."""
        if self._file:
            self._file.put(firing)
        if self._command and firing.rings:
            self._command.put(firing)

    @property
    def skipped(self) -> int:
        """Firings that were left out because too many were waiting."""
        return sum(part.skipped for part in (self._command, self._file) if part)

    def close(self, wait_s: float = CLOSE_S) -> None:
        """Takes no more firings, and returns after `wait_s` at the latest; programs that still run then are ended."""
        until = monotonic() + wait_s
        parts = [part for part in (self._command, self._file) if part]
        for part in parts:
            part.end(until - KILLING_S)
        for part in parts:
            part.join(until)


class _Fault:
    """What keeps something from working: said when it begins and when it is over, not each time."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._present = False

    def begin(self, sentence: str) -> None:
        """It does not work; `sentence` says what that means."""
        self._change(sentence, present=True)

    def end(self, sentence: str) -> None:
        """It works."""
        self._change(sentence, present=False)

    def _change(self, sentence: str, *, present: bool) -> None:
        with self._lock:
            changed, self._present = self._present != present, present
        if changed:
            log.warning("%s", sentence)
            self._report(sentence)


class _Queue(ABC):
    """Firings that wait, and the threads that take them, oldest first; they start with the first one."""

    def __init__(self, name: str, *, threads: int, most: int) -> None:
        self.skipped = 0
        self._name = name
        self._most = most
        self._waiting: deque[Firing] = deque()
        self._changed = threading.Condition()
        self._until = inf  # until when (monotonic) what waits may still be done
        self._threads = [threading.Thread(target=self._run, name=name, daemon=True) for _ in range(threads)]

    def put(self, firing: "Firing") -> None:
        """One more, unless too many wait."""
        with self._changed:
            if self._until < inf:
                return
            if len(self._waiting) >= self._most:
                self.skipped += 1
                log.warning(
                    "%s: %d alerts wait, this one is left out (%d so far)", self._name, self._most, self.skipped
                )
                return
            self._waiting.append(firing)
            self._changed.notify()
            for thread in self._threads:
                if thread.ident is None:
                    thread.start()

    def end(self, until: float) -> None:
        """Takes no more; what waits is done until then."""
        with self._changed:
            self._until = until
            self._changed.notify_all()

    def join(self, until: float) -> None:
        """Returns when all is done, or at that time."""
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - monotonic()))
        if self._waiting:
            log.warning("%s: %d alerts were left when deskview ended", self._name, len(self._waiting))

    def _take(self, wait_s: float | None = None) -> "Firing | None":
        """The next; None at the end, and after `wait_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._until < inf, wait_s)
            return self._waiting.popleft() if self._waiting and monotonic() < self._until else None

    @abstractmethod
    def _run(self) -> None:
        """What each thread does until `_take` has nothing more."""


class _Command(_Queue):
    """The user's program, started once a firing, without a shell."""

    def __init__(self, command: tuple[str, ...], secrets: Iterable[Secret], report: Callable[[str], None]) -> None:
        super().__init__("alert_command", threads=AT_ONCE, most=QUEUED)
        self._program, *self._arguments = command
        self._shown = neutralise(self._program)
        self._secrets = secrets
        self._fault = _Fault(report)

    def _run(self) -> None:
        while (firing := self._take()) is not None:
            try:
                self._start(firing)
            except Exception:
                log.exception("alert_command failed")

    def _start(self, firing: "Firing") -> None:
        """Runs the program to its end, or to the end of its time."""
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own program; what comes from outside is one argument
                [_encoded(_at_home(self._program)), *map(_encoded, self._filled(firing))],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                env=self._environment(),
                start_new_session=True,  # out of reach of the terminal's keys, and ended with all it started
            )
        except OSError as error:
            self._fault.begin(
                f"alert_command: {self._shown} can't be started ({error.strerror}): alerts are shown and kept, and no "
                "program is told. Mend alert_command in the settings; `deskview doctor` checks it."
            )
            return
        output, cut_off = self._output(process)
        printed = neutralise(output.decode("utf-8", "replace"), self._secrets, limit=OUTPUT_BYTES) or "nothing"
        kept = "what is not kept, as it may repeat what is held" if firing.is_private else printed
        ended = cut_off or f"ended with code {process.returncode}"
        log.info("alert_command: %s %s, and printed: %s", self._shown, ended, kept)
        if cut_off or process.returncode:
            where = "" if firing.is_private else "; what it printed is in the log"
            self._fault.begin(f"alert_command: {self._shown} {ended}{where}.")
        else:
            self._fault.end(f"alert_command: {self._shown} works again.")

    def _filled(self, firing: "Firing") -> list[str]:
        """The arguments with the firing in them, in one pass: what is filled in is not looked at again."""
        values = {
            "title": firing.title,
            "sentence": firing.sentence,
            "time": _time(firing),
            "reading": firing.rule.reading,
        }
        safe = {name: redact(text, self._secrets) for name, text in values.items()}
        return [_PLACEHOLDER.sub(lambda found: safe[found[1]], argument) for argument in self._arguments]

    def _environment(self) -> dict[str, str]:
        """The user's own, without a variable that holds a secret of deskview's."""
        return {name: value for name, value in os.environ.items() if redact(value, self._secrets) == value}

    def _output(self, process: "subprocess.Popen[bytes]") -> tuple[bytes, str]:
        """The end of what it prints until it has ended, and why it was cut off; empty where it was not.

        What it left running keeps nobody waiting, even with its output open.
        """
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        deadline, tail = monotonic() + PROGRAM_S, b""
        with process.stdout as pipe:
            os.set_blocking(pipe.fileno(), False)
            while True:
                ended = process.poll() is not None
                with suppress(BlockingIOError):
                    tail = (tail + os.read(pipe.fileno(), 65_536))[-OUTPUT_BYTES:]
                now = monotonic()
                if ended:
                    return tail, ""
                if now >= min(deadline, self._until):
                    _kill(process)
                    return tail, f"was ended after {PROGRAM_S:.0f} s" if now >= deadline else "was ended with deskview"
                sleep(POLL_S)


class _File(_Queue):
    """The user's file: a line a firing. Lines that can't be written wait, and come in their order once they can be."""

    def __init__(self, file: Path, secrets: Iterable[Secret], report: Callable[[str], None]) -> None:
        super().__init__("alert_file", threads=1, most=LINES_QUEUED)
        self._file = file
        self._secrets = secrets
        self._fault = _Fault(report)
        self._lines: deque[bytes] = deque()

    def _run(self) -> None:
        while True:
            firing = self._take(RETRY_S if self._lines else None)
            if firing is not None:
                self._keep(self._line(firing))
            if self._lines:
                self._write()
            if firing is None and self._until < inf:
                if self._lines:
                    log.warning("alert_file: %d lines could not be written before deskview ended", len(self._lines))
                return

    def _line(self, firing: "Firing") -> bytes:
        cells = (neutralise(text, self._secrets, limit=LINE_LIMIT) for text in (firing.title, firing.sentence))
        return ("\t".join([_time(firing), *cells]) + "\n").encode("utf-8", "replace")

    def _keep(self, line: bytes) -> None:
        if len(self._lines) < LINES_QUEUED:
            self._lines.append(line)
        else:
            self.skipped += 1
            log.warning("alert_file: %d lines wait, this one is left out (%d so far)", LINES_QUEUED, self.skipped)

    def _write(self) -> None:
        """Appends what waits. The file is opened each time: it may have been moved away meanwhile."""
        name = neutralise(str(self._file), self._secrets)
        try:
            descriptor = append_to(self._file)
            try:
                while self._lines:
                    written = os.write(descriptor, self._lines[0])
                    rest = self._lines[0][written:]
                    if rest:  # as much as the disk took
                        self._lines[0] = rest
                    else:
                        self._lines.popleft()
            finally:
                os.close(descriptor)
        except (OSError, ValueError) as error:  # ValueError: no file can have such a name
            self._fault.begin(
                f"alert_file: {name}: {getattr(error, 'strerror', None) or error}. Alerts are shown and kept; their "
                "lines wait and are written once the file can be."
            )
        else:
            self._fault.end(f"alert_file: {name} is written again, with the lines that waited.")


def program_path(program: str) -> str | None:
    """Where the program of alert_command is found, None where none can be started. Raises nothing."""
    try:
        return shutil.which(_at_home(program))
    except ValueError:  # no file can have such a name
        return None


def _at_home(program: str) -> str:
    """The program with the home folder for ~; a Path would drop the ./ before a name."""
    return os.path.expanduser(program)  # noqa: PTH111


def append_to(file: Path) -> int:
    """A descriptor to append to the file, made for its owner alone where there is none. Raises OSError, ValueError.

    A pipe nobody reads is refused: it would wait for a reader.
    """
    return os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)


def _time(firing: "Firing") -> str:
    """ISO, in exchange time with its offset."""
    return firing.at.astimezone(NEW_YORK).isoformat(timespec="seconds")


def _encoded(argument: str) -> bytes:
    """An argument as the system takes it: a NUL, which would end it, is a space, what its encoding lacks a ?."""
    return argument.replace("\0", " ").encode(sys.getfilesystemencoding(), "replace")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Ends the program with all it started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1.0)
