"""The Board: all readings of one moment, and how inputs become one."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

import polars as pl

from deskview.analytics import breadth, flow, leverage, momentum, rotation
from deskview.analytics.adjust import live_market
from deskview.analytics.favourites import Crowding
from deskview.board.basis import Basis
from deskview.board.flows import CrowdingInputs, OffExchange, with_off_exchange
from deskview.board.parts import Part, Status
from deskview.board.week import WeekInputs, completed
from deskview.market.source import Source

log = logging.getLogger(__name__)
_BESIDE = frozenset({"creation_usd", "score"})
"""Figures most desks never have (creations) or have after weeks (the score): without them a reading is whole."""
PARTS = ("momentum", "breadth", "rotation", "leverage", "flow", "crowding")


class Reading(Protocol):
    """What every method hands out."""

    @property
    def missing(self) -> Mapping[str, str]:
        """Path of a missing figure to the reason in words."""


AnyReading = TypeVar("AnyReading", bound=Reading)
Model = TypeVar("Model")


@dataclass(frozen=True)
class FlowInputs:
    """Today's counted prints and FLOW_DAYS of the sessions before; None while they are still to come.

    `received` is the monotonic clock of the last fetch, `names` how many of the `focus` names are in.
    """

    today: flow.FlowState | None = None
    year: pl.DataFrame | None = None
    as_of: datetime | None = None
    received: float = 0.0
    names: int = 0
    focus: int = 0


@dataclass(frozen=True)
class Word:
    """What is to be said of a part beside its figures: a fault, or how far its data are."""

    text: str
    fault: bool = False
    progress: float | None = None


@dataclass(frozen=True)
class Wire:
    """The traffic with the provider: requests of the last minute, failures so far, sessions of history in use.

    `left_out` counts, table by table, the rows that did not fit and were not used.
    """

    calls_per_minute: int = 0
    failures: int = 0
    sessions: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """Everything a board is made of. `words` are keyed by part; `snapshot_received` is the monotonic clock then."""

    source: Source
    now: datetime | None
    phase: str
    session: date | None
    basis: Basis | None
    snapshot: pl.DataFrame | None
    snapshot_at: datetime | None
    snapshot_received: float = 0.0
    flow: FlowInputs = FlowInputs()
    crowding: CrowdingInputs = field(default_factory=CrowdingInputs)
    off_exchange: OffExchange = field(default_factory=OffExchange)
    week: WeekInputs = field(default_factory=WeekInputs)
    words: Mapping[str, Word] = field(default_factory=dict)
    wire: Wire = field(default_factory=Wire)


@dataclass(frozen=True)
class Board:
    """All readings of one moment; immutable. `live` is the LIVE table they rest on, `basis` the session's models.

    `snapshot` is the SNAPSHOT LIVE was made of, with the session's open, high and low.
    """

    source: Source
    as_of: datetime | None
    phase: str
    session: date | None
    momentum: Part[momentum.MomentumReading]
    breadth: Part[breadth.BreadthReading]
    rotation: Part[rotation.RotationReading]
    leverage: Part[leverage.Leverage]
    flow: Part[flow.Flow]
    crowding: Part[Crowding] = field(default_factory=Part)
    basis: Basis | None = None
    live: pl.DataFrame | None = None
    snapshot: pl.DataFrame | None = None
    off_exchange: OffExchange = field(default_factory=OffExchange)
    wire: Wire = field(default_factory=Wire)

    @property
    def parts(self) -> dict[str, Part[Any]]:
        """The parts by their names in the JSON."""
        return {name: getattr(self, name) for name in PARTS}


@dataclass(frozen=True)
class Built:
    """A board and what it was made of."""

    inputs: Inputs
    board: Board


def build_board(inputs: Inputs, before: Built | None = None) -> Board:
    """The board of the inputs; a method that fails leaves its part unavailable and the others whole.

    Where the market is still that of the board `before`, LIVE and the parts that rest on it are kept: the same objects.
    """
    kept = before if before is not None and _same_market(inputs, before.inputs) else None
    market = _market(inputs, kept)
    parts = _MarketParts(inputs, market, kept)
    basis = inputs.basis
    return Board(
        source=inputs.source,
        as_of=inputs.snapshot_at or inputs.now,
        phase=inputs.phase,
        session=inputs.session,
        momentum=parts.part("momentum", basis.momentum if basis else None, momentum.read),
        breadth=parts.part("breadth", basis.breadth if basis else None, breadth.read),
        rotation=parts.part(
            "rotation", basis.rotation if basis else None, lambda model, live, _: rotation.read(model, live)
        ),
        leverage=parts.part(
            "leverage",
            basis.leverage if basis else None,
            lambda model, live, _: completed(leverage.read(model, live), inputs.week),
        ),
        flow=_flow(inputs),
        crowding=_crowding(inputs),
        basis=basis,
        live=market.live if market else None,
        snapshot=inputs.snapshot if market else None,
        off_exchange=inputs.off_exchange,
        wire=inputs.wire,
    )


@dataclass(frozen=True)
class _Market:
    """LIVE, its time, and when it was received."""

    live: pl.DataFrame
    at: datetime
    received: float


def _same_market(inputs: Inputs, before: Inputs) -> bool:
    """Whether all that the market's parts are read from is what it was."""
    return (
        inputs.basis is before.basis
        and inputs.snapshot is before.snapshot
        and inputs.week is before.week
        and inputs.snapshot_at == before.snapshot_at
        and inputs.snapshot_received == before.snapshot_received
    )


def _market(inputs: Inputs, kept: Built | None) -> _Market | None:
    if inputs.basis is None or inputs.snapshot is None or inputs.snapshot_at is None:
        return None
    live = kept.board.live if kept is not None else None
    if live is None:
        live = live_market(inputs.snapshot, inputs.basis.closes)
    return _Market(live, inputs.snapshot_at, inputs.snapshot_received)


@dataclass(frozen=True)
class _MarketParts:
    """The parts that rest on the snapshot; those of `kept` stay of which the same is to be said as then."""

    inputs: Inputs
    market: _Market | None
    kept: Built | None

    def part(
        self,
        name: str,
        model: Model | None,
        read: Callable[[Model, pl.DataFrame, datetime], AnyReading],
    ) -> Part[AnyReading]:
        """One method's reading of the market, or why there is none."""
        word, basis, market = self.inputs.words.get(name), self.inputs.basis, self.market
        if self.kept is not None and word == self.kept.inputs.words.get(name):
            same: Part[AnyReading] = getattr(self.kept.board, name)
            return same
        if basis is None or market is None:
            return _awaited(word, "waiting for the first market snapshot and the daily history")
        if model is None:
            return _awaited(word, basis.reasons.get(name, "its history is still coming"))
        return _read(name, lambda: read(model, market.live, market.at), market.at, market.received, word)


def _flow(inputs: Inputs) -> Part[flow.Flow]:
    word, given, basis = inputs.words.get("flow"), inputs.flow, inputs.basis
    if given.today is None or given.as_of is None or basis is None:
        return _awaited(word, "waiting for the prints of the focus names")
    today, as_of = given.today, given.as_of
    year = pl.DataFrame(schema=dict(flow.FLOW_DAYS)) if given.year is None else given.year
    return _read(
        "flow",
        lambda: with_off_exchange(
            flow.read(
                today.bars,
                year,
                today.session,
                basis.half_day,
                as_of=as_of,
                closes=today.session_close,
                left_out=today.left_out,
                names=given.names,
                focus=given.focus,
            ),
            inputs.off_exchange,
        ),
        as_of,
        given.received,
        word,
    )


def _crowding(inputs: Inputs) -> Part[Crowding]:
    word, given, basis = inputs.words.get("crowding"), inputs.crowding, inputs.basis
    reading, as_of = given.reading, inputs.snapshot_at or inputs.now
    if reading is None or as_of is None or basis is None:
        return _awaited(word, "waiting for the samples of the momentum universe")
    return _read("crowding", lambda: reading, as_of, given.received, word)


def _awaited(word: Word | None, reason: str) -> Part[Any]:
    return Part.awaited(word.text if word else reason, word.progress if word else None)


def _read(
    name: str, read: Callable[[], AnyReading], at: datetime, received: float, word: Word | None
) -> Part[AnyReading]:
    try:
        value = read()
    except Exception:
        log.exception("%s could not be computed", name)
        return Part.awaited("a fault of deskview's own in computing it; the log has the details")
    status = (
        Status.STALE if word and word.fault else Status.PARTIAL if word or _headline_missing(value) else Status.LIVE
    )
    return Part(
        value=value,
        as_of=at,
        status=status,
        missing=value.missing,
        note=word.text if word else "",
        progress=word.progress if word else None,
        received=received,
    )


def _headline_missing(value: Reading) -> bool:
    """Whether a figure at the top of the reading is missing; a gap further down is told under `missing` alone."""
    top = (path for path in value.missing if "." not in path and path not in _BESIDE)
    return any(getattr(value, path.replace("return", "return_"), "") is None for path in top)
