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
from pathlib import Path

from tests.benchmarks.desk import ClockedSeat, key_to_paint_ms, private_mb
from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW

SETTINGS = "[refresh]\nsnapshot_s = 1\nprints_s = 5\n[flow]\ncalls_per_session = 80\n"


def main(keys: int) -> None:
    """Waits for the first figures, then presses keys while the rest is fetched."""
    chance = random.Random(1)  # noqa: S311 - gaps between keys
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / ".config" / "deskview").mkdir(parents=True)
        (home / ".config" / "deskview" / "settings.toml").write_text(SETTINGS)
        with ClockedSeat(*DESKVIEW, "demo", environment=surroundings(home)) as seat:
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
                f"memory of the desk {private_mb(seat.pid):.0f} MB"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
