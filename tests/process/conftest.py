"""The crash's history, made once."""

from tests.feed.fixtures import crash, warm

__all__ = ["crash", "warm"]
