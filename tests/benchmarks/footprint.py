"""Memory, processor and terminal traffic of the open desk while the simulated market moves.

    python -m tests.benchmarks.footprint [MINUTES]

One minute unless told otherwise, five for the figure of the README; counted from the first complete desk on.
"""

import os
import sys
import tempfile
from pathlib import Path

from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat

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


def main(minutes: float) -> None:
    """Opens the desk, waits until it is filled, and watches it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Seat(*DESKVIEW, "demo", environment=surroundings(home)) as seat:
            seat.wait_for(
                lambda text: "LETF" in text and "retail" in text and "about" not in text, limit_s=FILLING_S * 20
            )
            seat.watch(FILLING_S)
            sent, used, held = len(seat.written), cpu_seconds(seat.pid), rss_mb(seat.pid)
            seat.watch(minutes * 60)
            seconds = minutes * 60
            print(f"RSS       {rss_mb(seat.pid):7.0f} MB after {minutes:g} min, {held:.0f} MB before")
            print(
                f"CPU       {(cpu_seconds(seat.pid) - used) / seconds:7.1%} of one core, the simulated market included"
            )
            print(f"terminal  {(len(seat.written) - sent) / seconds:7.0f} bytes/s")
            seat.press("q")
            seat.wait_for_end()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
