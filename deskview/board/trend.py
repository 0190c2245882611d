"""By how much headline figures changed over half an hour of the market's clock; None, with the reason, where that is
not known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from deskview.analytics.momentum import BasketReading
from deskview.board.board import Board, Part, Status
from deskview.market.sessions import NEW_YORK

SPAN, SPAN_AT_MOST = timedelta(minutes=30), timedelta(minutes=35)
"""A figure is held against the newest of its values that is so much older."""
APART = timedelta(seconds=10)
"""Values that come closer together than this are not all kept."""
JITTER = timedelta(seconds=5)
"""A clock that goes back by more than this was wrong, and what was kept by it may be of another time."""
ALIKE = 0.02
"""What two values rest on may differ by this share of it; beyond, part of the change would be the names that came."""
_SOUND = frozenset({Status.LIVE, Status.PARTIAL})


class Value(NamedTuple):
    """A figure's value at a moment of the market, and how much it rests on: names with a price, or a coverage."""

    at: datetime
    value: float
    size: float


@dataclass(frozen=True)
class Track:
    """The recent sound values of one figure, the oldest first, all `made_of` the same."""

    made_of: object = None
    values: tuple[Value, ...] = ()

    def followed(self, made_of: object, now: Value) -> "Track":
        """The track with the value of now; it begins anew where that is of something else, or the clock went back."""
        last = self.values[-1] if self.values and made_of == self.made_of else None
        if last is None or now.at < last.at - JITTER:
            return Track(made_of, (now,))
        kept = tuple(value for value in self.values if value.at >= now.at - SPAN_AT_MOST)
        return Track(self.made_of, (*kept, now) if now.at >= last.at + APART else kept)

    def before(self, now: datetime) -> Value | None:
        """The newest value that is as much older as it has to be, and not too old."""
        return next((value for value in reversed(self.values) if SPAN <= now - value.at <= SPAN_AT_MOST), None)


@dataclass(frozen=True)
class Trend:
    """What is kept from board to board of one session, and what it tells of the newest: `changes` by the path of the
    figure, in its unit, and of those that there are none of why (`missing`)."""

    session: date | None = None
    tracks: Mapping[str, Track] = field(default_factory=dict)
    changes: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


class _Trended(NamedTuple):
    """A figure of a part's reading, what it is made of (only the like is compared), and how much it rests on."""

    value: Callable[[Any], float | None]
    made_of: Callable[[Any], object]
    size: Callable[[Any], float]


def _legs(basket: BasketReading) -> object:
    return frozenset(name.ticker for name in basket.long), frozenset(name.ticker for name in basket.short)


def _priced(basket: BasketReading) -> float:
    return sum(name.return_ is not None for name in (*basket.long, *basket.short))


_FLOW = (lambda flow: (flow.focus, flow.universe, flow.sizing), lambda _: 1.0)
TRENDED: Final[Mapping[str, _Trended]] = {
    "momentum.return": _Trended(lambda read: read.return_, _legs, _priced),
    "momentum.sigma": _Trended(
        lambda read: read.sigma, lambda read: (_legs(read), read.sigma_basis, read.sigma_n), _priced
    ),
    "momentum.sector_neutral.return": _Trended(
        lambda read: read.sector_neutral.return_,
        lambda read: _legs(read.sector_neutral),
        lambda read: _priced(read.sector_neutral),
    ),
    "breadth.index_return": _Trended(lambda read: read.index_return, lambda read: read.index, lambda _: 1.0),
    "breadth.beat_share": _Trended(lambda read: read.beat_share, lambda read: read.index, lambda read: read.members),
    "leverage.today_usd": _Trended(
        lambda read: read.today_usd, lambda read: (read.funds_known, read.aum_as_of), lambda read: read.coverage or 0.0
    ),
    "flow.retail.net_usd": _Trended(lambda read: read.retail.net_usd, *_FLOW),
    "flow.institutional.net_usd": _Trended(lambda read: read.institutional.net_usd, *_FLOW),
}
"""The figures whose change is told."""


def followed(before: Trend, board: Board) -> Trend:
    """What is kept with the board's figures, and their changes. Another session begins anew."""
    tracks = dict(before.tracks) if before.session == board.session else {}
    changes: dict[str, float] = {}
    missing: dict[str, str] = {}
    for path, trended in TRENDED.items():
        name, _, figure = path.partition(".")
        part = board.parts[name]
        at, value = _moment(board, part), None if part.value is None else trended.value(part.value)
        if reason := _unsound(board, part, figure, at, value):
            missing[path] = reason
        elif at is not None and value is not None:
            now = Value(at, value, trended.size(part.value))
            track = tracks[path] = tracks.get(path, Track()).followed(trended.made_of(part.value), now)
            then = track.before(at)
            if then is None or abs(now.size - then.size) > ALIKE * max(now.size, then.size):
                missing[path] = _too_early(track) if then is None else "what it rests on is not what it was then"
            else:
                changes[path] = value - then.value
    return Trend(board.session, tracks, changes, missing)


def _moment(board: Board, part: Part[Any]) -> datetime | None:
    """The market's time of the part within regular hours: after the close the figures are those of the close."""
    if board.basis is None or part.as_of is None or part.as_of < board.basis.prices.opens:
        return None
    return min(part.as_of, board.basis.prices.bell)


def _unsound(board: Board, part: Part[Any], figure: str, at: datetime | None, value: float | None) -> str:
    """Why the figure of now says nothing of a change; empty where it does."""
    reading = part.value
    if reading is None or value is None:
        return str(part.missing.get(figure) or part.missing.get("") or "the figure itself is missing")
    if part.status not in _SOUND:
        return "the figure is in doubt" if part.status is Status.DOUBT else "the figure is not of now"
    if part is board.flow and reading.names < reading.focus:
        return "names are still to come"
    return "" if at is not None else "changes are told from the open on"


def _too_early(track: Track) -> str:
    first = track.values[0].at.astimezone(NEW_YORK)
    return f"needs figures of 30 minutes ago: the first came at {first:%H:%M}"
