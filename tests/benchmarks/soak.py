"""The whole desk left open, in fast motion: both processes real, at a terminal, the provider at a socket.

    python -m tests.benchmarks.soak [REFRESHES] [DRILL_DOWNS] [WARM_UP] [NAMES]

The market is asked anew as soon as it has answered, while names, funds, groups, pages and overlays are opened and left.
A line a minute: memory, descriptors and threads of both processes, refreshes, the longest time between two. The verdict
holds the end against the moment the warm-up was over. Exit code 1 where it is bad. With the usual numbers (20,000 and
2,000) it takes two to three hours on two cores, with a market of 3,000 NAMES instead of all a fraction of that: what
each refresh leaves behind is left behind there too. Linux only.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deskview.providers.transport import Limits
from tests.benchmarks.desk import FILLING_S, PROGRESS, Usage, processes, usage
from tests.e2e.conftest import QUICK, surroundings
from tests.e2e.loopback import DESK, NONE, Counted, Provider
from tests.e2e.terminal import Seat
from tests.e2e.typing import SEQUENCES, lacks

REFRESHES, DRILL_DOWNS, WARM_UP = 20_000, 2_000, 200
WARM_REFRESHES = 2_000
"""Until then the desk's memory still finds its size: what boards of many sizes have freed lies between what is held.

Seen in 8,500: 320 MB after 1,000, 326 after 1,200, 325 to 328 ever after.
"""
AT, SPEED = "14:00", 0.25
"""Market seconds a second: what a session adds until its close is the same for all, what is left over would grow."""
SNAPSHOT_S = 0.05
MOST_MB = 5.0
_WORKERS = min(32, (os.cpu_count() or 1) + 4)
BY_AND_BY = {
    "desk": {"descriptors": 0, "threads": _WORKERS},
    "market": {"descriptors": Limits().in_flight, "threads": _WORKERS},
}
"""What may come after the warm-up: the workers of asyncio's pool, and the market's connections under way. Fewer than
things are opened, so that one left behind by each is found."""
LOOKS, APART_S = 10, 1.0
"""A board that is being made or shown lies beside the one before: the least of several looks counts."""
PAGES = "mbovf"
PLACES: Mapping[str, tuple[str, str]] = {
    **{f"row {pane}": (f"{pane}j\r", "desk ›") for pane in "1234"},
    **{f"page {key}": (key, "esc back") for key in PAGES},
    "columns": ("1c", "─ Columns ·"),
    "palette": ("\x10", "Search for commands"),
    "jump": (";", "A letter goes to its list"),
    "help": ("?", "─ Help"),
    "card": ("1i", "─ Momentum ─"),
    "find": ("/", "─ Find"),
    "alert": ("+", "─ Set an alert"),
}
"""What is opened in turns: the keys, and what then stands on the screen and on the desk does not."""
FLOW_ROW = re.compile(r"^.{60}[│┃][A-Z.]+ +[+−]\$", re.MULTILINE)
"""A name in the pane on the right, which comes last."""


def is_ready(text: str) -> bool:
    """Whether every pane has its rows."""
    return "MOMO −" in text and "LETF −$" in text and bool(FLOW_ROW.search(text)) and not PROGRESS.search(text)


@dataclass
class Soak:
    """One desk, and what it holds after its warm-up (`before`) and at its end, by process."""

    seat: Seat
    provider: Provider
    before: Mapping[str, Usage] = field(default_factory=dict)
    after: Mapping[str, Usage] = field(default_factory=dict)
    opened: int = 0
    first: Counted = NONE
    last: Counted = NONE
    longest_s: float = 0.0
    """Between two refreshes."""
    leaving_s: float = 0.0

    def live(
        self,
        refreshes: int,
        drill_downs: int,
        warm_up: int,
        *,
        warm_refreshes: int = 0,
        looks: int = LOOKS,
        tell: Callable[[str], object] = str,
    ) -> None:
        """So many refreshes with so many drill-downs spread over them, once it is warm; then it is left.

        It is warm after `warm_up` drill-downs and so many refreshes.
        """
        warm = self._count().asked + warm_refreshes
        while self.opened < warm_up:
            self.drill_down()
        while self._count().asked < warm:
            self.seat.watch(0.1)
        self.before, self.first = self._held(looks), self._count()
        self.longest_s, minute = 0.0, time.monotonic()
        tell(self._line("warm"))
        while (done := self._count().asked - self.first.asked) < refreshes or self.opened < warm_up + drill_downs:
            if self.opened - warm_up < drill_downs * min(1.0, (done + 1) / refreshes):
                self.drill_down()
            else:
                self.seat.watch(0.1)
            if time.monotonic() - minute >= 60:
                minute += 60
                tell(self._line(f"{done} refreshes"))
        self.after, self.last = self._held(looks), self._count()
        tell(self._line("the end"))
        began = time.monotonic()
        self.seat.press("q")
        self.seat.wait_for_end()
        self.leaving_s = time.monotonic() - began

    def drill_down(self) -> None:
        """Something is opened and left again."""
        keys, words = list(PLACES.values())[self.opened % len(PLACES)]
        self.seat.press(keys)
        self.seat.wait_for(words)
        self.seat.press(SEQUENCES["escape"])
        self.seat.wait_for(lacks(words))
        self.opened += 1

    @property
    def lost(self) -> int:
        """Refreshes that were asked for and not answered; one may still be under way."""
        return max(0, self.last.asked - self.first.asked - (self.last.whole - self.first.whole) - 1)

    def _count(self) -> Counted:
        counted = self.provider.count()
        self.longest_s = max(self.longest_s, counted.longest_s)
        return counted

    def _held(self, number: int) -> dict[str, Usage]:
        looks: list[dict[str, Usage]] = []
        for _ in range(number):
            self.seat.watch(APART_S)
            looks.append({name: usage(pid) for name, pid in processes(self.seat).items()})
        return {name: Usage(*map(min, zip(*(look[name] for look in looks), strict=True))) for name in looks[0]}

    def _line(self, label: str) -> str:
        held = "   ".join(f"{name} {usage(pid)}" for name, pid in processes(self.seat).items())
        return f"{label:18} {self.opened:5} opened   {held}   longest {self.longest_s:4.1f} s"

    def more_held(self) -> list[str]:
        """Of which process descriptors or threads grew beyond what it uses by and by."""
        return [
            f"{name}: {count} more {what}"
            for name, end in self.after.items()
            for what, most in BY_AND_BY[name].items()
            if (count := getattr(end, what) - getattr(self.before[name], what)) > most
        ]

    def verdict(self, log: str) -> list[str]:
        """What is not flat, a sentence each; empty where all is."""
        faults = [f"{self.lost} refreshes were lost"] if self.lost else []
        for name, end in self.after.items():
            grown = end.private_mb - self.before[name].private_mb
            if grown > MOST_MB:
                faults.append(f"{name}: memory grew by {grown:.1f} MB")
        faults += self.more_held()
        if self.seat.code:
            faults.append(f"it ended with {self.seat.code}")
        return faults + [line for line in log.splitlines() if " ERROR " in line or "market snapshot:" in line]


def main(refreshes: int, drill_downs: int, warm_up: int, names: int | None) -> int:
    """Soaks and prints; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder, Provider(at=AT, speed=SPEED, names=names) as provider:
        home = Path(folder)
        (home / ".config" / "deskview").mkdir(parents=True)
        (home / ".config" / "deskview" / "settings.toml").write_text(QUICK)
        environment = surroundings(home) | {"SNAPSHOT_S": str(SNAPSHOT_S)}
        with Seat(*DESK, "--base-url", provider.url, environment=environment) as seat:
            seat.wait_for(is_ready, limit_s=FILLING_S)
            soak = Soak(seat, provider)
            soak.live(
                refreshes,
                drill_downs,
                warm_up,
                warm_refreshes=WARM_REFRESHES,
                tell=lambda line: print(line, flush=True),
            )
        log = (home / ".local" / "state" / "deskview" / "deskview.log").read_text()
        for name, before in soak.before.items():
            print(f"{name:6} warm {before}\n       end  {soak.after[name]}")
        print(f"{soak.last.asked - soak.first.asked} refreshes, {soak.lost} lost, longest {soak.longest_s:.1f} s apart")
        print(f"left in {soak.leaving_s:.1f} s")
        print("\n".join(soak.verdict(log)) or "flat")
    return bool(soak.verdict(log))


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*numbers, *(REFRESHES, DRILL_DOWNS, WARM_UP, None)[len(numbers) :]))
