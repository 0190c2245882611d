"""What this process is made of and what it takes of the machine; asking costs less than a millisecond."""

import asyncio
import os
import platform
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deskview import __version__
from deskview.clock import monotonic

LIBRARIES = ("textual", "httpx", "polars", "plotext", "keyring", "msgspec", "numpy")
_STATUS, _OPEN = Path("/proc/self/status"), Path("/proc/self/fd") if sys.platform == "linux" else Path("/dev/fd")


@dataclass(frozen=True)
class ProcessFigures:
    """One of our processes at the moment `at` of the monotonic clock, by which it began at `began`.

    `cpu_s` are seconds of a core since then; memory is what is resident, now and at most, in bytes. None where the
    system does not tell.
    """

    pid: int
    began: float
    at: float
    cpu_s: float
    memory_bytes: int | None = None
    most_memory_bytes: int | None = None
    descriptors: int | None = None
    threads: int | None = None
    tasks: int = 0

    @property
    def up_s(self) -> float:
        """How long it had run by then, sleep of the machine among it."""
        return self.at - self.began

    @property
    def cpu_share(self) -> float:
        """The part of a core it has taken since it began."""
        return self.cpu_s / self.up_s if self.up_s > 0 else 0.0


def usage(began: float) -> ProcessFigures:
    """What this process takes now; for its event loop, whose tasks are counted."""
    status = _status()
    with suppress(OSError):
        status["descriptors"] = sum(1 for _ in _OPEN.iterdir()) - 1  # one is open for the listing
    return ProcessFigures(
        pid=os.getpid(),
        began=began,
        at=monotonic(),
        cpu_s=time.process_time(),
        tasks=len(asyncio.all_tasks()),
        **status,
    )


class ProcessMeter:
    """What this process takes since `began`; the system is asked for it no more often than every `EVERY_S`."""

    EVERY_S = 5.0

    def __init__(self, began: float) -> None:
        self._began = began
        self._newest: ProcessFigures | None = None

    def now(self) -> ProcessFigures:
        """The newest figures; for the event loop, as `usage`."""
        if self._newest is None or monotonic() - self._newest.at >= self.EVERY_S:
            self._newest = usage(self._began)
        return self._newest


def _status() -> dict[str, int]:
    """What Linux tells of the process; nothing elsewhere."""
    wanted = {"VmRSS": ("memory_bytes", 1024), "VmHWM": ("most_memory_bytes", 1024), "Threads": ("threads", 1)}
    found = {}
    with suppress(OSError):
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name in wanted and (number := value.split()[0]).isdigit():
                field, unit = wanted[name]
                found[field] = int(number) * unit
    return found


def versions() -> dict[str, str]:
    """What a report of a fault should name: deskview, Python and the libraries, each with its version."""
    return {
        "deskview": __version__,
        "Python": platform.python_version(),
        **{library: _version(library) for library in LIBRARIES},
    }


def _version(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - the desk's start needs none of it

    try:
        return version(library)
    except PackageNotFoundError:
        return "missing"
