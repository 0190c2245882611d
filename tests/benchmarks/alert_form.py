"""How long the alert form takes to open beside a card, from the key to the words on the screen.

    python -m tests.benchmarks.alert_form [TIMES]

In turns on the same desk, whose board is the crash at the close; what counts is the one over the other. Then the time
of a letter typed into the form.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from textual.widgets import Input

from deskview.board.readings import readings
from tests.app.desk import Seat, seated
from tests.feed.markets import refreshed, simulated

OPENINGS = {"card": ("i", "To end the day with leverage"), "form": ("plus", "leverage.by_name.")}
LIMIT_S = 30.0


async def opened_ms(seat: Seat, key: str, words: str) -> float:
    """Milliseconds from a key to these words on the screen; then the screen is as it was."""
    began = time.perf_counter()
    seat.app.simulate_key(key)
    await appears(seat, words, began)
    took = (time.perf_counter() - began) * 1e3
    await seat.settle()
    await seat.press("escape")
    assert words not in seat.text
    return took


async def appears(seat: Seat, words: str, began: float) -> None:
    """Waits for the words."""
    while words not in seat.text:
        assert time.perf_counter() - began < LIMIT_S, f"{words!r} did not come"
        await asyncio.sleep(0)


async def typed_ms(seat: Seat, text: str) -> list[float]:
    """Milliseconds of each letter in the form, whose list then is another."""
    await seat.press("plus")
    field, times = seat.app.screen.query_one("#find", Input), []
    for length in range(1, len(text) + 1):
        began = time.perf_counter()
        field.value = text[:length]
        await seat.pilot.pause()
        times.append((time.perf_counter() - began) * 1e3)
    await seat.press("escape")
    return times


async def main(times: int) -> None:
    """Opens both in turns and prints the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        board = await refreshed(simulated(), Path(folder))
    took: dict[str, list[float]] = {name: [] for name in OPENINGS}
    async with seated(board) as seat:
        await seat.press("3")
        for _ in range(times + 1):
            for name, (key, words) in OPENINGS.items():
                took[name].append(await opened_ms(seat, key, words))
        letters = await typed_ms(seat, "leverage nvda")
    medians = {name: statistics.median(each[1:]) for name, each in took.items()}  # the first loads modules
    print(f"{len(readings(board)):,} readings, {times} openings of each, in turns")
    for name, each in took.items():
        print(f"{name:5} median {medians[name]:6.1f} ms   slowest {max(each[1:]):6.1f} ms   first {each[0]:6.1f} ms")
    print(f"form over card {medians['form'] / medians['card']:.2f}")
    print(f"letters typed  median {statistics.median(letters):.1f} ms   slowest {max(letters):.1f} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
