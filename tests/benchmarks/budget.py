"""What the desk costs, as one table to be printed again after a change and laid beside the one before.

    python -m tests.benchmarks.budget [--runs N] [--quick]

Each run takes turns: the bare Textual app of this folder and `deskview demo` paint first, A B A B; then one demo goes
on with an empty cache until every pane is filled, is left alone for a window with its market open and its clock at
ordinary speed, and opens and closes every overlay on a frozen display. Nothing is asserted. Memory is Private_Dirty,
CPU a share of one core; both on Linux only.
"""

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from deskview import __version__
from deskview.screens.subjects import ACTIONS
from tests.benchmarks.desk import (
    FILLING_S,
    HAS_PROC,
    ClockedSeat,
    cpu_seconds,
    is_filled,
    key_to_paint_ms,
    private_mb,
    processes,
)
from tests.e2e.conftest import surroundings
from tests.e2e.terminal import DESKVIEW, ROOT
from tests.e2e.typing import OF_THE_MOMENT, sequence

BARE = (sys.executable, "-m", "tests.benchmarks.bare_app")
DEMO = (*DESKVIEW, "demo", "--at", "11:00", "--speed", "1")
PAINTED = "q quit"
"""On the last line of both programs' first frame."""
OVERLAYS = ("help", "card", "find", "command_palette", "columns", "jump", "alert")
SETTLE_S = 2.0


@dataclass(frozen=True)
class Size:
    """How much is measured in each run."""

    paints: int = 3
    window_s: float = 75.0
    """Above a minute: the calls counted at its end are none of the fill's."""
    keys: int = 40


QUICK = Size(paints=2, window_s=15.0, keys=12)
Figures = defaultdict[tuple[str, str], list[float]]
"""Each figure's values, one or more a run, by its name and unit; in the order of the table."""


def paint_in_turns(size: Size, home: Path, figures: Figures) -> None:
    """First paints of the bare app and the desk, one after the other."""
    for _ in range(size.paints):
        for name, command in (("bare Textual app", BARE), ("deskview demo", DEMO)):
            started = time.perf_counter()
            with ClockedSeat(*command, environment=surroundings(home)) as seat:
                seat.wait_for(lambda text: PAINTED in text.rstrip().splitlines()[-1] if text.strip() else False)
                figures[f"first paint, {name}", "ms"].append((seat.read_at - started) * 1e3)


def live_through(size: Size, home: Path, figures: Figures) -> None:
    """One desk from the first fill over an idle window and every overlay to its end."""
    with ClockedSeat(*DEMO, environment=surroundings(home)) as seat:
        started = time.perf_counter()
        seat.wait_for(is_filled, limit_s=FILLING_S)
        figures["first fill, empty cache", "s"].append(seat.read_at - started)
        seat.watch(SETTLE_S)
        _memory(seat, "after the fill", figures)
        _idle(seat, size, figures)
        _keys(seat, size, figures)
        _overlays(seat, figures)
        _memory(seat, "at the end", figures)
        seat.press("q")
        seat.wait_for_end()


def _memory(seat: ClockedSeat, when: str, figures: Figures) -> None:
    for name, pid in processes(seat).items():
        figures[f"memory, {name}, {when}", "MB"].append(private_mb(pid))


def _idle(seat: ClockedSeat, size: Size, figures: Figures) -> None:
    """No key is pressed; the market moves and is asked every ten seconds."""
    watched = processes(seat)
    used = {name: cpu_seconds(pid) for name, pid in watched.items()}
    sent, began = len(seat.written), time.perf_counter()
    seat.watch(size.window_s)
    took = time.perf_counter() - began
    for name, pid in watched.items():
        figures[f"CPU idle, {name}", "% core"].append(100 * (cpu_seconds(pid) - used[name]) / took)
    figures["written idle", "bytes/s"].append((len(seat.written) - sent) / took)
    if size.window_s > 60:
        calls = next(line for line in seat.text.splitlines() if "calls/min" in line).split(" calls/min")[0].split()[-1]
        figures["calls to the provider", "per min"].append(float(calls))


def _keys(seat: ClockedSeat, size: Size, figures: Figures) -> None:
    gaps = random.Random(1)  # noqa: S311 - gaps between keys
    for number in range(size.keys):
        seat.watch(gaps.uniform(0.04, 0.16))
        figures["key to paint", "ms"].append(key_to_paint_ms(seat, "2341"[number % 4]))


def _overlays(seat: ClockedSeat, figures: Figures) -> None:
    """Bytes of each overlay opened and closed and two seconds on, the display frozen: no refresh is among them."""
    seat.press(_typed("freeze"))
    seat.wait_for("FROZEN")
    seat.watch(SETTLE_S)
    for overlay in OVERLAYS:
        name, below = overlay.replace("_", " "), _lasting(seat)
        for what, key, is_open in (("opened", _typed(overlay), True), ("closed", sequence("escape"), False)):
            sent = len(seat.written)
            seat.press(key)
            seat.wait_for(lambda _, below=below, is_open=is_open: (_lasting(seat) != below) is is_open)  # type: ignore[misc]
            seat.watch(SETTLE_S)
            figures[f"{name} {what}", "bytes"].append(len(seat.written) - sent)
    seat.press(_typed("freeze"))
    seat.wait_for(lambda text: "FROZEN" not in text)


def _lasting(seat: ClockedSeat) -> list[str]:
    """The lines that don't change by themselves while the display is frozen: neither clock nor ages."""
    return [line for line in seat.screen.display[1:] if not OF_THE_MOMENT.search(line)]


def _typed(action_id: str) -> str:
    """What a terminal sends for the first key of an action."""
    return sequence(next(action.keys.split(",")[0] for action in ACTIONS if action.id == action_id))


def table(figures: Figures) -> str:
    """One line a figure: least, median, and of how many values."""
    lines = [f"{'figure':36} {'unit':8} {'min':>9} {'median':>9} {'n':>4}"]
    for (name, unit), values in figures.items():
        lines.append(f"{name:36} {unit:8} {min(values):9.1f} {statistics.median(values):9.1f} {len(values):4}")
    bare, desk = figures["first paint, bare Textual app", "ms"], figures["first paint, deskview demo", "ms"]
    ratios = min(desk) / min(bare), statistics.median(desk) / statistics.median(bare)
    lines.insert(3, f"{'first paint, desk over bare':36} {'ratio':8} {ratios[0]:9.2f} {ratios[1]:9.2f} {len(desk):4}")
    return "\n".join(lines)


def setting(runs: int) -> str:
    """What was measured, and on what."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    commit = subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip() or "no checkout"
    return (
        f"deskview {__version__} ({commit}), Python {platform.python_version()}, textual {version('textual')}, "
        f"{platform.system()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; 120x40, {runs} runs"
    )


def main(runs: int, size: Size) -> None:
    """Measures and prints."""
    print(setting(runs), flush=True)
    os.nice(5)  # a terminal interprets what it gets on another machine
    figures: Figures = defaultdict(list)
    for number in range(runs):
        print(f"run {number + 1} of {runs}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            paint_in_turns(size, Path(folder), figures)
        with tempfile.TemporaryDirectory() as folder:
            live_through(size, Path(folder), figures)
    print(table(figures))
    if not HAS_PROC:
        print("Memory and CPU are measured on Linux only.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.budget", description="What the desk costs.")
    parser.add_argument("--runs", type=int, default=3, help="how often everything is measured (default 3)")
    parser.add_argument("--quick", action="store_true", help="one short run: whether it works, not what it costs")
    options = parser.parse_args()
    main(1 if options.quick else max(1, options.runs), QUICK if options.quick else Size())
