"""The two processes: the desk's paints and takes keys, the market's fetches, stores and computes.

`supervisor` is the desk's side, over one `connection` per start; `worker` is the market's; `messages` pass between them
over a pipe. Nothing is imported here: `__main__` must get as far as its version when the rest can't be imported.
"""

MARKET_GC = (100_000,)
"""New objects before Python looks for cycles, where a market is decoded: rows by the hundred thousand, none in one."""

DESK_GC = (50_000, 10, 100)
"""The same where keys are taken: seldom, as it may hold one up. The app collects after each board, when no key waits;
what Python counts towards its own collections begins anew with each of those."""
