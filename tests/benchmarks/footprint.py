"""Memory, processor and terminal traffic of the open desk while the simulated market moves.

    python -m tests.benchmarks.footprint [MINUTES]

The desk's process, and the market's with the simulated market in it. One minute unless told otherwise; counted from
the first complete desk on.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat
from tests.process.markets import children

TICKS = os.sysconf("SC_CLK_TCK")
FILLING_S = 30.0


def cpu_seconds(pid: int) -> float:
    """Processor time the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(pid: int) -> float:
    """Resident memory of the process."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _each(measure: Callable[[int], float], processes: dict[str, int]) -> dict[str, float]:
    return {name: measure(pid) for name, pid in processes.items()}


def main(minutes: float) -> None:
    """Opens the desk, waits until it is filled, and watches it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Seat(*DESKVIEW, "demo", environment=surroundings(home)) as seat:
            seat.wait_for(
                lambda text: "LETF" in text and "retail" in text and "about" not in text, limit_s=FILLING_S * 20
            )
            seat.watch(FILLING_S)
            processes = {"desk": seat.pid, "market": children(seat.pid)[0]}
            sent, seconds = len(seat.written), minutes * 60
            used, held = _each(cpu_seconds, processes), _each(rss_mb, processes)
            seat.watch(seconds)
            for name, pid in processes.items():
                share = (cpu_seconds(pid) - used[name]) / seconds
                print(f"{name:8} RSS {rss_mb(pid):5.0f} MB after {minutes:g} min, {held[name]:.0f} before", end="   ")
                print(f"CPU {share:6.1%} of one core")
            print(f"terminal {(len(seat.written) - sent) / seconds:6.0f} bytes/s")
            seat.press("q")
            seat.wait_for_end()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
