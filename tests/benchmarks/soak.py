"""A day of the open desk in less than an hour: the simulated clock runs fast, a snapshot a second.

    python -m tests.benchmarks.soak [MINUTES] [SPEED]

A line a minute: the memory of the desk's and the market's process, how many lines the log has, the strip as it stands.
From 09:30 at ten market seconds a second; 50 minutes are the boards of eight hours and more at the usual cadence.
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.desk import FILLING_S, private_mb
from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat
from tests.process.markets import children

SETTINGS = "[refresh]\nsnapshot_s = 1\nprints_s = 5\n[flow]\ncalls_per_session = 80\n"


def watch(seat: Seat, minutes: int, log: Path) -> None:
    """Prints a line a minute."""
    for minute in range(minutes):
        seat.watch(60)
        desk, market = private_mb(seat.pid), sum(map(private_mb, children(seat.pid)))
        lines = len(log.read_text().splitlines()) if log.exists() else 0
        strip = " ".join(seat.text.splitlines()[0].split())
        print(f"{minute + 1:4} min  desk {desk:5.0f} MB  market {market:5.0f} MB  log {lines:4}  {strip}", flush=True)


def main(minutes: int, speed: float) -> None:
    """Opens the desk in the morning and watches it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = home / "settings.toml"
        settings.write_text(SETTINGS)
        command = (*DESKVIEW, "demo", "--settings", str(settings), "--at", "09:30", "--speed", str(speed))
        with Seat(*command, environment=surroundings(home)) as seat:
            seat.wait_for(lambda text: "LETF" in text and "retail" in text, limit_s=FILLING_S)
            watch(seat, minutes, log := home / ".local" / "state" / "deskview" / "deskview.log")
            print(seat.text)
            seat.press("q")
            print("exit", seat.wait_for_end())
            print("\n".join(log.read_text().splitlines()[-40:]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, float(sys.argv[2]) if len(sys.argv) > 2 else 10.0)
