"""The feed in a process of its own, so that no computation holds up a key.

The desk's process paints and takes keys; the market's process fetches, stores and computes. Boards come over a pipe,
the session's fixed part only when it has changed, nothing through a file. See `desk` and `life` for the one side,
`market` for the other, `parcels` for what passes between them.
"""

from deskview.process.desk import FeedProcess
from deskview.process.life import MarketRefusedError
from deskview.process.parcels import Order

__all__ = ["FeedProcess", "MarketRefusedError", "Order"]
