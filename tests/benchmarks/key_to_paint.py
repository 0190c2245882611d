"""Time from a key to its effect on the screen while the simulated market moves and the year of flow is fetched.

    python -m tests.benchmarks.key_to_paint [KEYS]

`deskview demo` at a pseudo-terminal of 120x40, an empty cache, a snapshot a second. Number keys move the focus from
pane to pane; a key counts as painted when the corner of its pane is drawn heavy. The keys come at random gaps of 40
to 160 ms, so that some meet a refresh.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.benchmarks.footprint import rss_mb
from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat

SETTINGS = "[refresh]\nsnapshot_s = 1\nprints_s = 5\n[flow]\ncalls_per_session = 80\n"
PANES = {"1": "Momentum", "2": "Rotation", "3": "Leveraged", "4": "Flow"}


def focused(key: str, text: str) -> bool:
    """Whether the pane of this number has the heavy frame."""
    return f"┏━ {key} {PANES[key]}" in text


def clock(terminal: int, pieces: "Connection[Any, Any]") -> None:
    """Reads the terminal in a process of its own, so that each piece has the time it came at, however long the one
    before takes to interpret.
    """
    with suppress(OSError):
        while data := os.read(terminal, 65536):
            pieces.send((time.perf_counter(), data))


class Clocked(Seat):
    """Knows when what it shows came."""

    def __init__(self, *command: str, environment: Mapping[str, str]) -> None:
        super().__init__(*command, environment=environment)
        self.read_at = 0.0
        self._pieces, theirs = Pipe(duplex=False)
        Process(target=clock, args=(self._master, theirs), daemon=True).start()
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


def key_to_paint_ms(seat: Clocked, key: str) -> float:
    """Milliseconds from the press to the pane's heavy frame."""
    pressed = time.perf_counter()
    seat.press(key)
    seat.wait_for(lambda text: focused(key, text))
    return (seat.read_at - pressed) * 1e3


def main(keys: int) -> None:
    """Waits for the first figures, then presses keys while the rest is fetched."""
    chance = random.Random(1)  # noqa: S311 - gaps between keys
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / ".config" / "deskview").mkdir(parents=True)
        (home / ".config" / "deskview" / "settings.toml").write_text(SETTINGS)
        with Clocked(*DESKVIEW, "demo", environment=surroundings(home)) as seat:
            os.nice(5)  # a terminal interprets what it gets on another machine
            seat.wait_for(lambda text: "MOMO −" in text, limit_s=180)
            times = []
            for number in range(keys):
                seat.watch(chance.uniform(0.04, 0.16))
                times.append(key_to_paint_ms(seat, "1234"[number % 4]))
            backfilling = any("4 Flow" in line and "%" in line for line in seat.text.splitlines())
            times.sort()
            print(
                f"{keys} keys   median {statistics.median(times):.0f} ms   p99 {times[int(keys * 0.99)]:.0f} ms   "
                f"slowest {times[-1]:.0f} ms   backfill {'still running' if backfilling else 'over'} at the end   "
                f"RSS {rss_mb(seat.pid):.0f} MB"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
