"""How a reading becomes a Part: its status, what is to be said beside it, and what is said where there is none."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from deskview.analytics import flow
from deskview.board.board import Part, Status
from deskview.board.inputs import Notice

log = logging.getLogger(__name__)
_BESIDE = frozenset(
    {
        "creation_usd",
        "mean_before_usd",
        "this_morning_usd",
        "rank",
        "record_n",
        "score",
        "sigma_of_hour",
        "universe_share",
        "verdict",
    }
)
"""Figures that need more sessions than a new desk holds (creations, today's rank, the score), or that there are not at
all times (σ of the hour before the open, a verdict or days with as many signs on a calm day, a universe of names the
user chose): without them a reading is whole."""


class Reading(Protocol):
    """What every method hands out."""

    @property
    def missing(self) -> Mapping[str, str]:
        """Path of a missing figure to the reason in words."""


AnyReading = TypeVar("AnyReading", bound=Reading)


def awaited(notice: Notice | None, reason: str) -> Part[Any]:
    if notice is None:
        return Part.awaited(reason)
    return Part.awaited(notice.text, notice.progress, notice.retry_at)


@dataclass(frozen=True)
class Moment:
    """What a part says of the time of its data, of the doubt in them, and why they are `old` where they are."""

    at: datetime
    received: float
    data_as_of: datetime | None = None
    age_s: float | None = 0.0
    delay_s: float = 0.0
    doubt: str = ""
    old: str = ""


def part_of(name: str, read: Callable[[], AnyReading], moment: Moment, notice: Notice | None) -> Part[AnyReading]:
    try:
        value = read()
    except Exception:
        log.exception("%s could not be computed", name)
        return Part.awaited("a fault of deskview's own in computing it; the log has the details")
    doubts = (moment.doubt, notice.text if notice and notice.doubt else "")
    doubt = ". ".join(filter(None, doubts))
    return Part(
        value=value,
        as_of=moment.at,
        status=Status.DOUBT if doubt else _status(moment, notice, incomplete=_incomplete(value)),
        missing=value.missing,
        note=_notes(notice, moment),
        progress=notice.progress if notice else None,
        received=moment.received,
        data_as_of=moment.data_as_of,
        doubt=doubt,
        age_s=moment.age_s,
        delay_s=moment.delay_s,
        retry_at=notice.retry_at if notice else None,
    )


def _notes(notice: Notice | None, moment: Moment) -> str:
    """What failed; else how old the figures are, and what is still to come."""
    note = _note(notice) if notice and not notice.doubt else ""
    return note if notice and notice.fault else " ".join(filter(None, (moment.old, note)))


def _status(moment: Moment, notice: Notice | None, *, incomplete: bool) -> Status:
    """How far figures that are not in doubt can be trusted."""
    if (notice and notice.fault) or moment.old:
        return Status.STALE
    return Status.PARTIAL if (notice and not notice.whole) or incomplete else Status.LIVE


def _note(notice: Notice) -> str:
    """What is said beside figures there are."""
    return f"{notice.text} The last good figures stay." if notice.fault and notice.keeps_figures else notice.text


def _incomplete(value: Reading) -> bool:
    """Whether names of the sample or a figure at the top of the reading are lacking; a gap further down is told under
    `missing` alone."""
    if isinstance(value, flow.Flow) and value.names < value.focus:
        return True
    top = (path for path in value.missing if "." not in path and path not in _BESIDE)
    return any(getattr(value, path.replace("return", "return_"), "") is None for path in top)
