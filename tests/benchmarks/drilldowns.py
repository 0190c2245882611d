"""Memory over 2,000 drill-downs and returns.

    python -m tests.benchmarks.drilldowns [TIMES]

Rows of every pane in turns: a name, a group, a fund's underlying; each opened with enter and left with escape.
"""

import asyncio
import gc
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.app.desk import Seat, seated
from tests.benchmarks.desk import private_mb
from tests.feed.markets import refreshed, simulated

PANES = ("1", "2", "3", "4")
STAGES = 10
WARM_UP = 40


async def there_and_back(seat: Seat, number: int) -> None:
    """One pane's row under the cursor, opened and left; the cursor goes on by one."""
    await seat.press(PANES[number % len(PANES)], "enter")
    assert seat.app.journey.stops, "nothing was opened"
    await seat.press("escape")
    assert not seat.app.journey.stops, "the way back did not lead to the desk"
    await seat.press("down")


async def main(times: int) -> None:
    """Opens the desk on one board and prints memory and living objects as it goes."""
    with tempfile.TemporaryDirectory() as folder:
        board = await refreshed(simulated(), Path(folder))
    async with seated(board) as seat:
        for number in range(WARM_UP):
            await there_and_back(seat, number)
        began = time.perf_counter()
        print(f"{0:6} drill-downs  {_memory()}")
        for number in range(times):
            await there_and_back(seat, number)
            if (number + 1) % (times // STAGES) == 0:
                print(f"{number + 1:6} drill-downs  {_memory()}", flush=True)
        print(f"{(time.perf_counter() - began) / times * 1e3:.0f} ms each, there and back")


def _memory() -> str:
    gc.collect()
    return f"{private_mb(os.getpid()):6.1f} MB   {len(gc.get_objects()):7} objects"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
