"""The program at a real pseudo-terminal, and what a person before it sees."""

import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

HANG_S = 120.0
ROOT = Path(__file__).resolve().parents[2]
DESKVIEW = (sys.executable, "-m", "deskview")


class Seat:
    """Runs a command for the length of a `with` block; `written` is every byte it sent to the terminal.

    The terminal need not be the `controlling` one, which alone is a reason for a signal when it goes; `stdin` is read
    in its place; `prepare` runs in the new process before the command.
    """

    def __init__(
        self,
        *command: str,
        environment: Mapping[str, str],
        size: tuple[int, int] = (120, 40),
        controlling: bool = True,
        stdin: int | None = None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        columns, rows = size
        self.written = b""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            if controlling:
                ioctl(slave, termios.TIOCSCTTY, 0)
            for stream, descriptor in enumerate((slave if stdin is None else stdin, slave, slave)):
                os.dup2(descriptor, stream)
            os.closerange(3, 256)
            prepare()
            os.chdir(ROOT)
            os.execve(command[0], command, dict(environment))  # noqa: S606 - the child of a fork
        self.code: int | None = None

    @property
    def text(self) -> str:
        """What stands on the terminal now; half a wide character that was written over is nothing."""
        lines, columns = range(self.screen.lines), range(self.screen.columns)
        return "\n".join("".join(self.screen.buffer[y][x].data for x in columns) for y in lines)

    @property
    def attributes(self) -> list[object]:
        """The terminal's settings now."""
        return termios.tcgetattr(self._slave)

    def press(self, keys: str) -> None:
        """Sends keys as a terminal does."""
        self.send(keys.encode())

    def send(self, data: bytes) -> None:
        """Sends bytes, whatever they are."""
        os.write(self._master, data)

    def resize(self, columns: int, rows: int) -> None:
        """The window becomes another size; the program is told as by a terminal."""
        self.screen.resize(rows, columns)
        self.screen.reset()
        ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, so: str | Callable[[str], bool], *, limit_s: float = HANG_S) -> str:
        """The screen once it holds the words, or once `so` is true of it; fails if that never comes."""
        deadline = time.monotonic() + limit_s
        wanted = so if callable(so) else lambda text: so in text
        while not wanted(self.text):
            assert self._read(deadline - time.monotonic()), f"{so} never came; the screen is\n{self.text}"
        return self.text

    def watch(self, seconds: float) -> None:
        """Reads what comes for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def wait_for_end(self) -> int:
        """The exit code, everything written having been read."""
        deadline = time.monotonic() + HANG_S
        while self.code is None:
            assert time.monotonic() < deadline, f"it did not end; the screen is\n{self.text}"
            self._read(0.1)
            self._reap()
        while self._read(0.05):
            pass
        return self.code

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        os.kill(self.pid, number)

    def hang_up(self, *, kept_open: bool = False) -> None:
        """The terminal goes away, as when a connection breaks; we may keep its other end open."""
        if not kept_open:
            os.close(self._slave)
            self._slave = -1
        os.close(self._master)
        self._master = -1

    def wait_without_terminal(self) -> int:
        """The exit code of a program whose terminal has gone."""
        deadline = time.monotonic() + HANG_S
        while self.code is None:
            assert time.monotonic() < deadline, "it lives on without a terminal"
            self._reap()
            select.select([], [], [], 0.02)
        return self.code

    def _reap(self) -> None:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return False
        self.take(os.read(self._master, 65536))
        return True

    def take(self, data: bytes) -> None:
        """What the program has written, onto the screen."""
        self.written += data
        self._stream.feed(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _exc: BaseException | None, _tb: TracebackType | None
    ) -> None:
        if self.code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
