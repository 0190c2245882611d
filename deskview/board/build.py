"""How inputs become a board: every method reads the market, and one that fails leaves the others whole."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
import polars as pl

from deskview.analytics import breadth, flow, leverage, momentum, rotation
from deskview.analytics.favourites import Crowding
from deskview.analytics.live import live_market
from deskview.board.board import Board, Built, Part, Status
from deskview.board.inputs import Inputs, Notice, OffExchange, WeekInputs

log = logging.getLogger(__name__)
_BESIDE = frozenset({"creation_usd", "rank", "score", "sigma_of_hour", "verdict"})
"""Figures that need more sessions than a new desk holds (creations, today's rank, the score), or that there are not at
all times (σ of the hour before the open, a verdict on a calm day): without them a reading is whole."""
_SCORED = tuple(f"score.{figure}" for figure in ("hit_rate", "hit_low", "hit_high", "mean_pit"))


class Reading(Protocol):
    """What every method hands out."""

    @property
    def missing(self) -> Mapping[str, str]:
        """Path of a missing figure to the reason in words."""


AnyReading = TypeVar("AnyReading", bound=Reading)
Model = TypeVar("Model")


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
            lambda model, live, at: completed(leverage.read(model, live, at), inputs.week),
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
        live = live_market(inputs.snapshot, inputs.basis.prices, inputs.snapshot_at)
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
        notice, basis, market = self.inputs.notices.get(name), self.inputs.basis, self.market
        if self.kept is not None and notice == self.kept.inputs.notices.get(name):
            same: Part[AnyReading] = getattr(self.kept.board, name)
            return same
        if basis is None or market is None:
            return _awaited(notice, "waiting for the first market snapshot and the daily history")
        if model is None:
            return _awaited(notice, basis.reasons.get(name, "its history is still coming"))
        return _read(name, lambda: read(model, market.live, market.at), market.at, market.received, notice)


def _flow(inputs: Inputs) -> Part[flow.Flow]:
    notice, given, basis = inputs.notices.get("flow"), inputs.flow, inputs.basis
    if given.today is None or given.as_of is None or basis is None:
        return _awaited(notice, "waiting for the prints of the focus names")
    today, as_of = given.today, given.as_of
    year = pl.DataFrame(schema=dict(flow.FLOW_DAYS)) if given.year is None else given.year
    return _read(
        "flow",
        lambda: _with_off_exchange(
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
        notice,
    )


def _crowding(inputs: Inputs) -> Part[Crowding]:
    notice, given, basis = inputs.notices.get("crowding"), inputs.crowding, inputs.basis
    reading, as_of = given.reading, inputs.snapshot_at or inputs.now
    if reading is None or as_of is None or basis is None:
        return _awaited(notice, "waiting for the samples of the momentum universe")
    return _read("crowding", lambda: reading, as_of, given.received, notice)


def _awaited(notice: Notice | None, reason: str) -> Part[Any]:
    return Part.awaited(notice.text if notice else reason, notice.progress if notice else None)


def _read(
    name: str, read: Callable[[], AnyReading], at: datetime, received: float, notice: Notice | None
) -> Part[AnyReading]:
    try:
        value = read()
    except Exception:
        log.exception("%s could not be computed", name)
        return Part.awaited("a fault of deskview's own in computing it; the log has the details")
    status = (
        Status.STALE
        if notice and notice.fault
        else Status.PARTIAL
        if notice or _headline_missing(value)
        else Status.LIVE
    )
    return Part(
        value=value,
        as_of=at,
        status=status,
        missing=value.missing,
        note=notice.text if notice else "",
        progress=notice.progress if notice else None,
        received=received,
    )


def _headline_missing(value: Reading) -> bool:
    """Whether a figure at the top of the reading is missing; a gap further down is told under `missing` alone."""
    top = (path for path in value.missing if "." not in path and path not in _BESIDE)
    return any(getattr(value, path.replace("return", "return_"), "") is None for path in top)


def _with_off_exchange(reading: flow.Flow, off_exchange: OffExchange) -> flow.Flow:
    """The flow reading with the market's off-exchange share, or why there is none."""
    share, session = off_exchange.market_share, off_exchange.session
    known = flow.OffExchangeShare(share=share, session=session if share is not None else None)
    why = dict.fromkeys(("off_exchange.share", "off_exchange.session"), off_exchange.reason) if share is None else {}
    return msgspec.structs.replace(reading, off_exchange=known, missing={**reading.missing, **why})


def simulated(board: Board, paths: int) -> leverage.Simulation | None:
    """The Monte Carlo of the board's coming week, seeded; None where its closed form is missing. For a thread."""
    model, reading = board.basis.leverage if board.basis else None, board.leverage.value
    live, at = board.live, board.leverage.as_of
    if model is None or reading is None or live is None or at is None or reading.next_week.sd_usd is None:
        return None
    found = leverage.simulate_week(model, reading, live, at, paths=paths)
    simulation = found.next_week.simulation
    return None if simulation is None else msgspec.structs.replace(simulation, as_of=at)


def completed(reading: leverage.Leverage, given: WeekInputs) -> leverage.Leverage:
    """The reading with the simulation and the score in it.

    A simulation of other sessions than the reading's is left out, as is one beside a missing closed form.
    """
    notes = {"score": given.score_note} if given.score_note else {}
    unscored = () if given.score and given.score.weeks else _SCORED if given.score else ("score", *_SCORED)
    return msgspec.structs.replace(
        reading,
        next_week=_with_simulation(reading.next_week, given.simulation),
        score=given.score,
        notes=reading.notes | notes,
        missing=reading.missing | dict.fromkeys(unscored, _unscored(given.score)),
    )


def _with_simulation(week: leverage.NextWeek, found: leverage.Simulation | None) -> leverage.NextWeek:
    if found is None or week.sd_usd is None or [point.session for point in found.fan] != week.sessions:
        return week
    return msgspec.structs.replace(week, simulation=found, conditional=found.conditional, paths=found.paths)


def _unscored(score: leverage.Score | None) -> str:
    pending = score.pending if score else 0
    return f"no forecast has run its course yet ({pending} pending); past weeks are scored once the history is in"
