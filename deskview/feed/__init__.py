"""From a provider to boards, for as long as it runs."""

from deskview.feed.feed import Feed

__all__ = ["Feed"]
