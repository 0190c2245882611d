"""Boards of the crash."""

from tests.feed.fixtures import board, crash, earlier

__all__ = ["board", "crash", "earlier"]
