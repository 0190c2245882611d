"""`python -m tests.benchmarks.momentum`: time and peak memory of both sides, and whether they agree.

The tables are made once and saved in each side's own format; each side then runs in a fresh process, so that
its peak memory (input tables included, libraries not) is its own. The baseline needs pandas, which the
project itself does not.
"""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

REPEATS = 9
STAGES = ("history", "prepare", "read")
SIDES = ("ours", "baseline")


def save(folder: Path) -> None:
    """The tables of both sides."""
    made = import_module("tests.benchmarks.momentum.data").tables()
    for side in SIDES:
        import_module(f"tests.benchmarks.momentum.{side}").save(made, folder)


def measure(side: str, folder: Path) -> dict[str, Any]:
    """Milliseconds per stage (first, best and median of the repeats), peak megabytes, and the figures."""
    module = import_module(f"tests.benchmarks.momentum.{side}")
    before = _memory("VmRSS")
    work = module.Side(folder)
    value: object = None
    first: dict[str, float] = {}
    for stage in STAGES:
        value, first[stage] = _timed(work, stage, value)
    peak = _memory("VmHWM") - before
    times: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for _ in range(REPEATS):
        value = None
        for stage in STAGES:
            value, taken = _timed(work, stage, value)
            times[stage].append(taken)
    return {
        "first": first,
        "best": {stage: min(taken) for stage, taken in times.items()},
        "median": {stage: sorted(taken)[REPEATS // 2] for stage, taken in times.items()},
        "peak_mb": peak,
        "figures": value,
    }


def _timed(work: object, stage: str, value: object) -> tuple[object, float]:
    start = perf_counter()
    result = getattr(work, stage)(*([] if stage == "history" else [value]))
    return result, 1e3 * (perf_counter() - start)


def _memory(field: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Runs both sides and prints them beside each other."""
    with TemporaryDirectory() as folder:
        _child("save", folder)
        ours, other = (json.loads(_child(side, folder)) for side in SIDES)
    for kind in ("first", "best", "median"):
        for stage in STAGES:
            _line(f"{kind} {stage}", ours[kind][stage], other[kind][stage])
        _line(f"{kind} all stages", sum(ours[kind].values()), sum(other[kind].values()))
    _line("a refresh of ours against all of theirs anew", ours["best"]["read"], sum(other["best"].values()))
    print(f"peak memory, MB: ours {ours['peak_mb']:.0f}, pandas {other['peak_mb']:.0f}")
    for name, figure in ours["figures"].items():
        print(f"{name:18} ours {figure:+.12f}  pandas {other['figures'][name]:+.12f}")


def _line(label: str, ours: float, other: float) -> None:
    print(f"{label:46} ours {ours:8.1f} ms  pandas {other:8.1f} ms  {other / ours:6.1f}x")


def _child(what: str, folder: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.momentum", what, folder]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "save":
        save(Path(sys.argv[2]))
    else:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
