"""A monkey at the keys of the whole program, while boards come and faults of the wire come and go.

    python -m tests.benchmarks.monkey SEED [SECONDS]

What a seed does is always the same, in the same order; only how far the program is with it may differ. What it does is
printed as it goes, so that the end is there where the machine is not. Exit code 1 where something was wrong.
"""

import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from deskview.screens.subjects import ACTIONS
from deskview.simulator.faults import FAULTS
from tests.e2e.conftest import QUICK, surroundings
from tests.e2e.loopback import DESK, WIRE, Provider
from tests.e2e.terminal import HANG_S, Seat
from tests.e2e.typing import SEQUENCES, sequence

SECONDS = 600.0
SNAPSHOT_S = 0.5
SIZES = [(20, 5), (60, 15), (80, 24), (100, 30), (120, 40), (200, 60)]
USUAL = (120, 40)
ENDS = {"q", "ctrl+q"}
"""Keys that leave; the palette may lead out too, and then the desk is opened again."""
KEYS = sorted({key.strip() for action in ACTIONS for key in action.keys.split(",")} - ENDS)
LETTERS = "nvda09.-"
PASTES = ["nvda", "momentum.return\r9\r", "σ" * 300, "\x1b[2Jx", "a\nb\tc", "9" * 5_000, "\U0001f469\u200d" * 20, ""]
BYTES = [b"\xff\xfe", b"\xe9", b"\x1b", b"\x1b[<0;10;10M", b"\x1b[", b"\x00", b"\x1b[200~", b"\x1b[I\x1b[O"]
"""What no key of the table sends: Latin-1, half a sequence, the mouse, a paste without an end, the focus."""
PASTE_ENDS = b"\x1b[201~"
OWN_FAULT = re.compile(r"a fault of deskview's own|can't be shown")
LOG_TAIL = 6_000
ESCAPE_S, SOON_S = 0.2, 3.0
"""A key that comes sooner after esc is one with alt; what a key has not brought about so soon may have been lost so."""
PROBES, ESCAPES = 40, 6
"""After so many acts the desk is asked whether it answers; so many times esc leads to it from wherever it is."""

Act = tuple[str, str]


def acts(seed: int) -> Iterator[Act]:
    """What the monkey of this seed does, for ever: a kind and what of it."""
    luck = random.Random(seed)  # noqa: S311 - no secret
    kinds: dict[str, tuple[float, Callable[[], str]]] = {
        "key": (60, lambda: luck.choice([*KEYS, *LETTERS])),
        "burst": (8, lambda: " ".join(luck.choices([*KEYS, *LETTERS], k=luck.randint(2, 60)))),
        "paste": (4, lambda: luck.choice(PASTES)),
        "bytes": (3, lambda: luck.choice(BYTES).decode("latin-1")),
        "resize": (4, lambda: "{}x{}".format(*luck.choice(SIZES))),
        "fault": (2, lambda: luck.choice([*FAULTS, *WIRE])),
        "well": (2, lambda: ""),
        "wait": (17, lambda: f"{luck.expovariate(4):.3f}"),
    }
    weights = [weight for weight, _ in kinds.values()]
    while True:
        (kind,) = luck.choices(list(kinds), weights)
        yield kind, kinds[kind][1]()


class Monkey:
    """Sits at one desk after another for `seconds`; `done` is what it did. `watch` hears of each act."""

    def __init__(self, seed: int, provider: Provider, home: Path, watch: Callable[[str], object] = str) -> None:
        self.seed = seed
        self.done: list[str] = []
        self._provider = provider
        self._home = home
        self._watch = watch
        self._acts = acts(seed)

    def play(self, seconds: float) -> None:
        """Raises AssertionError, with what was done, where the program ended, was at fault or did not answer."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            environment = surroundings(self._home) | {"SNAPSHOT_S": str(SNAPSHOT_S)}
            with Seat(*DESK, "--base-url", self._provider.url, environment=environment, size=USUAL) as seat:
                seat.wait_for("1 Momentum")
                while time.monotonic() < deadline and self._goes_on(seat):
                    self._act(seat)
                if seat.code is None:
                    self._probe(seat)
                    self._leave(seat)
                self._so(seat.wait_for_end() == 0, f"it ended with {seat.code}", seat)
                self._so(seat.attributes == seat.before, "the terminal is not what it was", seat)
        self._so("Traceback" not in self._log, "a traceback in the log", seat)

    @property
    def _log(self) -> str:
        file = self._home / ".local" / "state" / "deskview" / "deskview.log"
        return file.read_text() if file.exists() else ""

    def _goes_on(self, seat: Seat) -> bool:
        """Whether the program is there; one that was told to leave is not, and says 0."""
        seat._reap()
        return seat.code is None

    def _act(self, seat: Seat) -> None:
        kind, what = next(self._acts)
        self.done.append(f"{kind} {what!r}")
        self._watch(self.done[-1])
        match kind:
            case "key":
                seat.press(sequence(what))
            case "burst":
                seat.press("".join(map(sequence, what.split())))
            case "paste":
                seat.press(f"\x1b[200~{what}\x1b[201~")
            case "bytes":
                seat.send(what.encode("latin-1"))
            case "resize":
                seat.resize(*map(int, what.split("x")))
            case "fault" | "well":
                self._provider.suffer(what)
            case _:
                seat.watch(float(what))
        seat.watch(0.01)
        self._so(not OWN_FAULT.search(seat.text), "it says that it is at fault", seat)
        if len(self.done) % PROBES == 0 and self._goes_on(seat):
            self._probe(seat)

    def _probe(self, seat: Seat) -> None:
        """From wherever it is to the help and back: whether it answers.

        Where it is behind, esc and what follows come as one key, and the help on the screen may be an earlier one.
        """
        seat.send(PASTE_ENDS)
        if (seat.screen.columns, seat.screen.lines) != USUAL:
            seat.resize(*USUAL)
        deadline = time.monotonic() + HANG_S
        while not (self._seen(seat, "?", shown=True) and self._seen(seat, SEQUENCES["escape"], shown=False)):
            if not self._goes_on(seat):
                return
            self._so(time.monotonic() < deadline, "it does not answer", seat)
            self._escape(seat)

    def _escape(self, seat: Seat) -> None:
        for _ in range(ESCAPES):
            seat.press(SEQUENCES["escape"])
            seat.watch(ESCAPE_S)

    def _seen(self, seat: Seat, key: str, *, shown: bool) -> bool:
        """Whether the help is shown, or no more, soon after the key."""
        seat.press(key)
        soon = time.monotonic() + SOON_S
        while ("─ Help" in seat.text) is not shown and time.monotonic() < soon:
            seat.watch(0.05)
        return ("─ Help" in seat.text) is shown

    def _leave(self, seat: Seat) -> None:
        """Leaves the desk, from wherever it is."""
        deadline = time.monotonic() + HANG_S
        while self._goes_on(seat):
            self._so(time.monotonic() < deadline, "it does not leave", seat)
            self._escape(seat)
            seat.press("q")
            seat.watch(SOON_S)

    def _so(self, so: bool, fault: str, seat: Seat) -> None:
        last = "\n".join(self.done[-PROBES:])
        told = f"{fault}\n{seat.text}\nthe last:\n{last}\nthe log:\n{self._log[-LOG_TAIL:]}" if not so else ""
        assert so, f"seed {self.seed}, after {len(self.done)} acts: {told}"


def main(seed: int, seconds: float) -> int:
    """Plays one seed; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder, Provider(speed=5) as provider:
        home = Path(folder)
        (home / ".config" / "deskview").mkdir(parents=True)
        (home / ".config" / "deskview" / "settings.toml").write_text(QUICK)
        monkey = Monkey(seed, provider, home, watch=lambda act: print(act, flush=True))
        try:
            monkey.play(seconds)
        except AssertionError as error:
            print(error)
            return 1
    print(f"seed {seed}: {len(monkey.done)} acts, nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS))
