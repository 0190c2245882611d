"""Time from the start of `deskview demo` to its first painted frame, beside Textual's own demo.

    python -m tests.benchmarks.first_paint [RUNS]

Both run at a pseudo-terminal of 120x40, in turns; a frame counts as painted with 200 characters on the screen.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, Seat

PROGRAMS = {
    "deskview demo": (*DESKVIEW, "demo"),
    "python -m textual": (sys.executable, "-m", "textual"),
}
CHARACTERS = 200


def painted(text: str) -> bool:
    """Whether a frame stands on the screen."""
    return len("".join(text.split())) >= CHARACTERS


def first_paint_ms(command: tuple[str, ...], home: Path) -> float:
    """Milliseconds from the start to the first frame."""
    started = time.perf_counter()
    with Seat(*command, environment=surroundings(home)) as seat:
        seat.wait_for(painted)
        return (time.perf_counter() - started) * 1e3


def main(runs: int) -> None:
    """Runs the programs in turns and prints the medians."""
    took: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            for name, command in PROGRAMS.items():
                took[name].append(first_paint_ms(command, Path(folder)))
    for name, times in took.items():
        print(f"{name:20} median {statistics.median(times):6.0f} ms   fastest {min(times):6.0f} ms   {runs} runs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
