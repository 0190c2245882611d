"""One part of the board: a reading with its time, its status and the reasons for what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

Reading = TypeVar("Reading")


class Status(StrEnum):
    """How far a part can be trusted."""

    LIVE = "live"
    STALE = "stale"
    PARTIAL = "partial"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Part(Generic[Reading]):
    """A reading of one moment.

    `as_of` is the market's time of the data, `note` one sentence on what failed or is still to come,
    `progress` the share done (0..1) of what it waits for, `received` the monotonic clock when its data came.
    """

    value: Reading | None = None
    as_of: datetime | None = None
    status: Status = Status.UNAVAILABLE
    missing: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    progress: float | None = None
    received: float = 0.0

    @classmethod
    def awaited(cls, reason: str, progress: float | None = None) -> "Part[Reading]":
        """A part that has no reading yet, and why."""
        return cls(missing={"": reason}, note=reason, progress=progress)
