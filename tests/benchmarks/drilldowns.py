"""What the desk's process holds over 2,000 drill-downs and returns, boards coming all the while.

    python -m tests.benchmarks.drilldowns [TIMES]

Everything that opens in turns: names, groups, funds' underlyings, pages, the card, the help, the search, the columns,
the letters on lists, the palette, the form of an alert. Memory, objects, descriptors, threads, tasks and the objects
there are more of at the end; last how long the app takes to end, without the end of Python (which `soak` has).
"""

import asyncio
import gc
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from deskview.board import Board
from tests.app.desk import Seat, seated
from tests.benchmarks.desk import usage
from tests.feed.markets import just_now, refreshed, simulated

KEYS = (
    *((pane, "enter") for pane in "1234"),
    *((page,) for page in "mbovfA"),
    ("1", "c"),
    ("1", "i"),
    *((overlay,) for overlay in ("question_mark", "slash", "plus", "semicolon", "ctrl+p")),
)
STAGES = 10
WARM_UP = 200
BOARD_EVERY = 5
MOST_KINDS = 12


async def there_and_back(seat: Seat, number: int, board: Board) -> None:
    """Something is opened and left; the cursor goes on by one, and every few times a board comes."""
    desk = seat.app.screen
    await seat.press(*KEYS[number % len(KEYS)])
    assert seat.app.screen is not desk, "nothing was opened"
    if number % BOARD_EVERY == 0:
        await seat.see(just_now(board))
    await seat.press("escape")
    assert seat.app.screen is desk, "the way back did not lead to the desk"
    await seat.press("down")


async def main(times: int) -> None:
    """Opens the desk on one board and prints what it holds as it goes."""
    with tempfile.TemporaryDirectory() as folder:
        board = await refreshed(simulated(), Path(folder))
    async with seated(board) as seat:
        for number in range(WARM_UP):
            await there_and_back(seat, number, board)
        before, began = _objects(), time.perf_counter()
        print(f"{WARM_UP:6} drill-downs  {_held()}")
        for number in range(WARM_UP, times):
            await there_and_back(seat, number, board)
            if (number + 1) % (times // STAGES) == 0:
                print(f"{number + 1:6} drill-downs  {_held()}", flush=True)
        print(f"{(time.perf_counter() - began) / max(1, times - WARM_UP) * 1e3:.0f} ms each, there and back")
        for kind, more in (_objects() - before).most_common(MOST_KINDS):
            print(f"{more:+8} {kind}")
        began = time.perf_counter()
    print(f"ended in {time.perf_counter() - began:.2f} s")


def _objects() -> Counter[str]:
    gc.collect()
    return Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())


def _held() -> str:
    gc.collect()
    return f"{usage(os.getpid())} {len(asyncio.all_tasks()):3} tasks {len(gc.get_objects()):7} objects"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
