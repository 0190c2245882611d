"""A program at a pseudo-terminal, measured from outside: what benchmarks of the open desk share.

Linux only, but for the terminal itself: memory and processor time are read from /proc.
"""

import os
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from deskview.settings import Settings
from tests.e2e.terminal import Seat
from tests.process.markets import children

FILLING_S = 900.0
PANES = {"1": "Momentum", "2": "Rotation", "3": "Leveraged", "4": "Flow"}
HAS_PROC = sys.platform == "linux"
PROGRESS = re.compile(r"─ \d+% ")
_WHOLE_YEAR = f"of {Settings().flow.history_sessions} d"


def _read(terminal: int, pieces: "Connection[Any, Any]") -> None:
    with suppress(OSError):
        while data := os.read(terminal, 65536):
            pieces.send((time.perf_counter(), data))


class ClockedSeat(Seat):
    """Knows when what it shows came.

    A process of its own reads the terminal, so that each piece has the time it came at, however long the one before
    takes to interpret.
    """

    def __init__(self, *command: str, environment: Mapping[str, str]) -> None:
        super().__init__(*command, environment=environment)
        self.read_at = 0.0
        self._pieces, theirs = Pipe(duplex=False)
        Process(target=_read, args=(self._master, theirs), daemon=True).start()
        theirs.close()

    def _read(self, seconds: float) -> bool:
        if not self._pieces.poll(max(0.0, seconds)):
            return False
        try:
            self.read_at, data = self._pieces.recv()
        except EOFError:
            return False
        self.take(data)
        return True


def is_filled(text: str) -> bool:
    """Whether every pane of the desk has its figures and nothing is being fetched for them any more."""
    return "LETF" in text and "LETF –" not in text and _WHOLE_YEAR in text and not PROGRESS.search(text)


def processes(seat: Seat) -> dict[str, int]:
    """The desk's process and its market's by name; nothing where there is no /proc to read them from."""
    return {"desk": seat.pid, "market": children(seat.pid)[0]} if HAS_PROC else {}


def private_mb(pid: int) -> float:
    """Memory of the process alone, in MB: pages it wrote and shares with no other (Private_Dirty)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:")) / 1024


class Usage(NamedTuple):
    """What a process holds: its own memory and all that is resident, in MB, open descriptors and threads."""

    private_mb: float
    resident_mb: float
    descriptors: int
    threads: int

    def __str__(self) -> str:
        return f"{self.private_mb:6.1f} of {self.resident_mb:6.1f} MB {self.descriptors:3} fds {self.threads:3} threads"


def usage(pid: int) -> Usage:
    """What the process holds now."""
    folder = Path(f"/proc/{pid}")
    resident = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    descriptors, threads = (len(list((folder / name).iterdir())) for name in ("fd", "task"))
    return Usage(private_mb(pid), resident, descriptors, threads)


def cpu_seconds(pid: int) -> float:
    """Processor time the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def key_to_paint_ms(seat: ClockedSeat, key: str) -> float:
    """Milliseconds from the press of a pane's number to its heavy frame."""
    pressed = time.perf_counter()
    seat.press(key)
    seat.wait_for(lambda text: f"┏━ {key} {PANES[key]}" in text)
    return (seat.read_at - pressed) * 1e3
