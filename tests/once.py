"""What is costly to make is made once a test run, by whichever worker asks first; the others wait and read it."""

import fcntl
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Thing = TypeVar("Thing")


def once(folder: Path, name: str, make: Callable[[], Thing]) -> Thing:
    """What `make` returns, kept as `name` in the run's folder. Where it raises nothing is kept, and the next one tries.

    Each worker gets a copy of its own, which a test may spoil for the tests of that worker only.
    """
    kept = folder / f"{name}.pickle"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            thing: Thing = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this run, in a folder of its own
            return thing
        thing = make()
        whole = kept.with_suffix(".part")
        whole.write_bytes(pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))
        whole.replace(kept)
        return thing
