"""What every refresh works with."""

from dataclasses import dataclass
from pathlib import Path

from deskview.feed.registry import Registry
from deskview.feed.scheduler import Scheduler
from deskview.feed.state import FeedState
from deskview.providers.base import Provider
from deskview.settings import Settings


@dataclass(frozen=True)
class Desk:
    """One provider's market being followed. `cache` is the folder that holds each market's history."""

    provider: Provider
    cache: Path
    settings: Settings
    registry: Registry
    state: FeedState
    scheduler: Scheduler
