"""The two processes: the desk's paints and takes keys, the market's fetches, stores and computes.

`supervisor` is the desk's side, over one `connection` per start; `worker` is the market's; `messages` pass between them
over a pipe. Nothing is imported here: `__main__` must get as far as its version when the rest can't be imported.
"""

MARKET_GC = (100_000,)
"""New objects before Python looks for cycles, where a market is decoded: rows by the hundred thousand, none in one."""

DESK_GC = (50_000, 10, 100)
"""The same where keys are taken: seldom, as it may hold one up. The app collects after each board, when no key waits;
what Python counts towards its own collections begins anew with each of those."""

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's mallopt."""
LARGE_BYTES = 1024 * 1024
"""From this size on a block is mapped by itself, and given back to the system when it is freed.

By itself glibc raises the limit to 32 MB as such blocks come, and keeps what lies below to use again, in each thread's
arena by itself: of the answers and tables of a first start a quarter of a gigabyte stays that way.
"""
ARENAS = 2


def give_back_what_is_freed() -> None:
    """Sets those limits for this process; does nothing on a system without glibc."""
    import ctypes  # noqa: PLC0415 - see above
    from contextlib import suppress  # noqa: PLC0415

    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(_ARENA_MAX, ARENAS)
