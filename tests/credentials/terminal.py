"""A shell at a real pseudo-terminal, typed at and read from."""

import errno
import os
import pty
import re
import select
import signal
import time
from types import TracebackType
from typing import Self

HANG_S = 120


class Terminal:
    """Runs a command at a pseudo-terminal for the length of a `with` block; `output` is all it has shown.

    With a `prompt` nothing is typed before it stands there: what comes while a shell sets up its line is lost in part.
    """

    def __init__(self, command: list[str], environment: dict[str, str], prompt: str = "") -> None:
        self.output = b""
        self._prompt = prompt
        self._read_to = 0
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.execvpe(command[0], command, environment)  # noqa: S606 - the child of a fork

    def enter(self, text: str) -> None:
        """Type `text` as it stands."""
        os.write(self._fd, text.encode())

    def wait_for(self, text: str | re.Pattern[bytes]) -> str:
        """Return what was shown since the last wait, up to and including `text`; fails if that never comes."""
        pattern = re.compile(re.escape(text.encode())) if isinstance(text, str) else text
        deadline = time.monotonic() + HANG_S
        while (found := pattern.search(self.output, self._read_to)) is None:
            ready, _, _ = select.select([self._fd], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"{text!r} never came after {self.output[self._read_to :]!r}"
            self.output += os.read(self._fd, 65536)
        start, self._read_to = self._read_to, found.end()
        return self.output[start : self._read_to].decode(errors="replace")

    def __enter__(self) -> Self:
        self.wait_for(self._prompt)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _exc: BaseException | None, _tb: TracebackType | None
    ) -> None:
        """Leave every shell opened, so that session buses and keyring daemons end too, and wait for the end."""
        self.enter("\x03exit\nexit\nexit\n")
        deadline = time.monotonic() + HANG_S
        try:
            while select.select([self._fd], [], [], max(deadline - time.monotonic(), 0))[0]:
                self.output += os.read(self._fd, 65536)
            os.kill(self._pid, signal.SIGKILL)
        except OSError as exc:
            # Linux reports the end of what runs at a pseudo-terminal as an input/output error.
            assert exc.errno == errno.EIO
        finally:
            os.close(self._fd)
            os.waitpid(self._pid, 0)
