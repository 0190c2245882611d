"""The fault matrix as Markdown: kind, statuses, what is said, figures kept, recovered, and what is wrong.

Usage: python -m tests.faults.table [PART_OF_A_NAME ...]   (all kinds that need no socket; only those whose name holds a
part). What is wrong makes the exit code 1.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import stamina

from tests.faults.desks import Outcome, SnapshotDesk, World, live_in_turn, live_through, world
from tests.faults.judging import HEADLINES, Seen, same
from tests.faults.kind import Kind
from tests.faults.kinds import OF_SNAPSHOTS, OF_TABLES

HEAD = "| Kind | Status | What is said | Figures kept | Recovered | Wrong |\n|---|---|---|---|---|---|"
LONGEST = 110


def line(label: str, kind: Kind, outcome: Outcome, well: Seen) -> str:
    """One kind."""
    if outcome.board is None:
        wrong = _short("; ".join(outcome.complaints))
        return f"| {label} | no board | {_short(outcome.refusal)} | – | {_yes(outcome.recovered)} | {wrong} |"
    seen = Seen.of(outcome.board)
    parts = [part for part in HEADLINES if part in kind.expected.parts]
    statuses = ", ".join(dict.fromkeys(str(seen.status(part)) for part in parts))
    sentences = list(dict.fromkeys(filter(None, (seen.sentence(part) for part in parts))))
    counted = ", ".join(f"{rows} of {table}" for table, rows in seen.read["left_out"].items())
    words = (sentences or [f"left out: {counted}" if seen.read["left_out"] != well.read["left_out"] else "nothing"])[0]
    kept = all(same(seen.figure(part, path), well.figure(part, path)) for part in parts for path in HEADLINES[part])
    cells = (label, statuses, _short(words), _yes(kept), _yes(outcome.recovered), _short("; ".join(outcome.complaints)))
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _yes(so: bool) -> str:
    return "yes" if so else "no"


async def written(undisturbed: World, folder: Path, chosen: Sequence[str]) -> bool:
    """Prints the table, a line as soon as it is known; whether nothing was wrong."""
    print(HEAD)
    right = True

    def told(label: str, kind: Kind, outcome: Outcome) -> None:
        nonlocal right
        right &= not outcome.complaints
        print(line(label, kind, outcome, Seen.of(undisturbed.boards[kind.clock])), flush=True)

    for label in (label for label in chosen if label in OF_SNAPSHOTS):
        kind = OF_SNAPSHOTS[label]
        desk = SnapshotDesk(undisturbed.boards[kind.clock], undisturbed.cache, kind.clock)
        await desk.board()
        told(label, kind, await live_through(desk, kind, undisturbed.boards[kind.clock]))
        await desk.aclose()
    rest = {label: OF_TABLES[label] for label in chosen if label not in OF_SNAPSHOTS}
    async for label, outcome in live_in_turn(undisturbed, folder, rest):
        told(label, rest[label], outcome)
    return right


def main(parts: Sequence[str]) -> int:
    """The table of the kinds chosen."""
    chosen = [label for label in OF_TABLES if not parts or any(part in label for part in parts)]
    with tempfile.TemporaryDirectory() as name, stamina.set_testing(True):
        folder = Path(name)
        return 0 if asyncio.run(written(world(folder), folder, chosen)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
