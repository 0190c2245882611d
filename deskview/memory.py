"""Memory that is freed goes back to the system: a market's first start lets go of far more than a day then needs.

And none of it is written out: a process that holds a key leaves no core behind.
"""

import ctypes
import gc
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's mallopt."""
_SET_DUMPABLE = 4
"""PR_SET_DUMPABLE of Linux's prctl."""
LARGE_BYTES = 1024 * 1024
"""From this size on a block is mapped by itself, and given back to the system when it is freed.

By itself glibc raises the limit to 32 MB as such blocks come, and keeps what lies below to use again, in each thread's
arena by itself: of the answers and tables of a first start a quarter of a gigabyte stays that way.
"""
ARENAS = 2
YOUNG_COLLECTIONS = 20
"""After so many times everything is looked through for cycles, not only what is new."""


WORKERS = 6
"""Threads for what an event loop hands on: the market's work of one refresh side by side."""
POLARS_ALLOCATOR = ("_RJEM_MALLOC_CONF", "dirty_decay_ms:100,muzzy_decay_ms:0")
"""Polars has an allocator of its own (jemalloc), which else keeps what is freed for half a second: of the copies a
session's history is put together from, 400 MB. It reads this when polars is loaded."""


def give_back_what_is_freed() -> None:
    """Sets those limits for this process, before polars is loaded; does nothing on a system without glibc."""
    os.environ.setdefault(*POLARS_ALLOCATOR)
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(_ARENA_MAX, ARENAS)


def deny_core_dumps() -> None:
    """From now on this process leaves no core behind, however it ends, and no other of its user may read its memory.

    A limit of its size alone would not do on Linux: where cores are piped to a program (systemd-coredump, apport) it
    does not hold. What this process starts is as it was without.
    """
    with suppress(OSError, AttributeError, TypeError):
        if ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0) == 0:
            return
    with suppress(ImportError, OSError, ValueError):  # not Linux, or a container that forbids it
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def trim() -> None:
    """What lies freed between blocks in use goes back now: of the answers a year of bars came in, 160 MB."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def collect_cycles() -> None:
    """What was left behind in cycles is let go of, answers and boards among it; to be called after each board.

    What was still in use when it was looked at counts as old from then on, and only the looking through of everything
    finds it again. By itself Python does that after ten million new objects, which is hours.
    """
    gc.collect(2 if gc.get_count()[2] > YOUNG_COLLECTIONS else 1)


def start_workers(loop: "AbstractEventLoop") -> None:
    """The loop's own threads, all of them now and as many on every machine.

    By itself Python starts one when all others are at work, up to 32 where there are many processors: each takes 2 to 7
    MB for good, whichever hour it comes in.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - commands without a loop do without
    from threading import Barrier  # noqa: PLC0415

    pool, together = ThreadPoolExecutor(WORKERS, thread_name_prefix="worker"), Barrier(WORKERS)
    for _ in range(WORKERS):
        pool.submit(together.wait)
    loop.set_default_executor(pool)
