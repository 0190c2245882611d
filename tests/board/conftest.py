"""Boards of the crash."""

from tests.feed.fixtures import board, crash, earlier, warm

__all__ = ["board", "crash", "earlier", "warm"]
