"""How inputs become a board: every method reads the market, and one that fails leaves the others whole."""

import logging
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import msgspec
import polars as pl

from deskview.analytics import breadth, deleveraging, flow, gamma, holdings, leverage, momentum, rotation
from deskview.analytics.events import HistoryReading
from deskview.analytics.favourites import Crowding
from deskview.board.board import Board, Part, Status
from deskview.board.checks import checked, no_surer_than
from deskview.board.flows import Compared, compared, opened
from deskview.board.gamma import Profiles, profiles_of
from deskview.board.inputs import Inputs, OffExchange, Wire
from deskview.board.market import Market, market_of
from deskview.board.occasional import completed, ranked
from deskview.board.parts import AnyReading, Moment, awaited, part_of
from deskview.board.summary import Given, ReadReading
from deskview.board.summary import read as summed
from deskview.board.trend import Trend, followed
from deskview.market.sessions import NEW_YORK

log = logging.getLogger(__name__)
STALE_AFTER_S = 60.0
"""Where the newest price is older than this the market's figures are stale: somewhere one trades every second."""
PRINTS_BEHIND = timedelta(minutes=5)
"""Sums of prints that lie further behind the market, by its own clock, are stale: they are fetched name by name."""
KEPT_PRICES = "snapshot prices"


Model = TypeVar("Model")


@dataclass(frozen=True)
class Built:
    """A board, what it was made of, and what the next is held against: the market, what flow was compared with, the
    profiles of gamma, and the headline figures of the last half-hour."""

    inputs: Inputs
    board: Board
    market: Market | None
    compared: Compared = field(default_factory=Compared)
    profiles: Profiles = field(default_factory=Profiles)
    trend: Trend = field(default_factory=Trend)


def build_board(inputs: Inputs, before: Built | None = None) -> Board:
    """The board of `build`, by itself."""
    return build(inputs, before).board


def build(inputs: Inputs, before: Built | None = None) -> Built:
    """The board of the inputs; a method that fails leaves its part unavailable and the others whole.

    A snapshot is held against that of the board `before`. Where the market is still the same, LIVE and the parts that
    rest on it are kept: the same objects.
    """
    kept = before if before is not None and _same_market(inputs, before.inputs) else None
    market = kept.market if kept is not None else _held_against(inputs, before)
    found = compared(inputs, market, before.compared if before else None)
    profiles = profiles_of(inputs, market, before.profiles if before else None)
    names = opened(inputs, market, before.inputs if before else None, before.board.opened if before else {})
    beside = _Beside(found, profiles, _history(inputs, before))
    news = {ticker: name.news for ticker, name in inputs.opened.items() if name.news is not None}
    board = replace(_board(inputs, market, kept, beside), opened=names, news=news)
    trend = followed(before.trend if before else Trend(), board)
    board = replace(board, d30m=trend.changes, d30m_missing=trend.missing)
    return Built(inputs, board, market, found, profiles, trend)


def _held_against(inputs: Inputs, before: Built | None) -> Market | None:
    return market_of(inputs, before.market if before else None, before.inputs.basis if before else None)


class _Beside(NamedTuple):
    """What is made less often than a board."""

    compared: Compared
    profiles: Profiles
    history: Part[HistoryReading]


def _board(inputs: Inputs, market: Market | None, kept: Built | None, beside: _Beside) -> Board:
    parts = _MarketParts(inputs, market, kept)
    basis = inputs.basis
    of_momentum = parts.part(
        "momentum",
        basis.momentum if basis else None,
        lambda model, live, at: ranked(momentum.read(model, live, at), inputs.history),
    )
    of_breadth = parts.part("breadth", basis.breadth if basis else None, breadth.read)
    of_leverage = parts.part(
        "leverage",
        basis.leverage if basis else None,
        lambda model, live, at: completed(leverage.read(model, live, at), inputs.week),
    )
    board = Board(
        source=inputs.source,
        as_of=market.at if market else inputs.snapshot_at or inputs.now,
        phase=inputs.phase,
        session=inputs.session,
        momentum=of_momentum,
        breadth=of_breadth,
        rotation=parts.part(
            "rotation", basis.rotation if basis else None, lambda model, live, _: rotation.read(model, live)
        ),
        leverage=of_leverage,
        deleveraging=_deleveraging(parts, of_momentum, of_breadth, of_leverage),
        gamma=_gamma(parts, beside.profiles, of_leverage),
        flow=_flow(inputs, market, beside.compared),
        crowding=_crowding(inputs),
        lists=_lists(parts, of_momentum, of_leverage),
        history=beside.history,
        basis=basis,
        live=market.live if market else None,
        snapshot=market.snapshot if market else None,
        off_exchange=inputs.off_exchange,
        companies=inputs.companies,
        records=inputs.history.records,
        wire=_wire(inputs.wire, market),
    )
    return replace(board, read=_read_of(board, kept.board if kept else None))


READ_FROM = ("momentum", "deleveraging", "leverage", "gamma", "flow", "history")
"""The parts the read speaks of, in its order."""


def _read_of(board: Board, before: Board | None) -> Part[ReadReading]:
    """The four sentences on the other parts; no surer than they are, and the one before where they are the same."""
    others = [board.parts[name] for name in READ_FROM]
    if before is not None and all(part is before.parts[name] for part, name in zip(others, READ_FROM, strict=True)):
        return before.read
    first = next(
        (part for part in others[:-1] if part.value is not None), board.momentum
    )  # past days alone are no read
    if first.value is None or first.as_of is None:
        return Part.awaited(first.note, first.progress, first.retry_at)
    why = {name: part.note or "not known yet" for name, part in zip(READ_FROM, others, strict=True)}
    values = {name: part.value for name, part in zip(READ_FROM, others, strict=True)}
    given = Given(**values, why=why)
    moment = Moment(first.as_of, first.received, first.data_as_of, first.age_s, first.delay_s)
    return no_surer_than(part_of("read", lambda: summed(given), moment, None), *others)


def _same_market(inputs: Inputs, before: Inputs) -> bool:
    """Whether all that the market's parts are read from is what it was."""
    return (
        inputs.basis is before.basis
        and inputs.snapshot is before.snapshot
        and inputs.week is before.week
        and inputs.history is before.history
        and inputs.snapshot_at == before.snapshot_at
        and inputs.snapshot_received == before.snapshot_received
    )


@dataclass(frozen=True)
class _MarketParts:
    """The parts that rest on the snapshot; those of `kept` stay of which the same is to be said as then."""

    inputs: Inputs
    market: Market | None
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
            return awaited(notice, "waiting for the first market snapshot and the daily history")
        if model is None:
            return awaited(notice, basis.reasons.get(name, "its history is still coming"))
        part = part_of(name, lambda: read(model, market.live, market.at), self._moment(market), notice)
        return checked(part, market, basis)

    def _moment(self, market: Market) -> "Moment":
        return Moment(
            at=market.at,
            received=market.received,
            data_as_of=market.data_as_of,
            age_s=market.age_s,
            delay_s=self.inputs.delay_s,
            doubt=market.verdict.sentence,
            old=_old_prices(market),
        )


def _deleveraging(parts: _MarketParts, *others: Part[Any]) -> Part[deleveraging.DeleveragingReading]:
    """The checklist from momentum, breadth and leverage of the same moment; no surer than they are."""
    inputs, kept = parts.inputs, parts.kept
    rests_on = (*others, *_of_favourites(inputs))
    if kept is not None:
        then = (kept.board.momentum, kept.board.breadth, kept.board.leverage, *_of_favourites(kept.inputs))
        parts = parts if all(map(operator.is_, rests_on, then)) else replace(parts, kept=None)
    values: tuple[Any, ...] = (*(other.value for other in others), *_of_favourites(inputs))
    beside, basis = deleveraging.Beside(*values), inputs.basis
    own = parts.part(
        "deleveraging",
        basis.deleveraging if basis else None,
        lambda model, live, at: deleveraging.read(model, live, at, beside),
    )
    return no_surer_than(own, *others)


def _gamma(parts: _MarketParts, profiles: Profiles, of_leverage: Part[leverage.Leverage]) -> Part[gamma.Gamma]:
    """Dealers' gamma by the chains of the session, beside the leveraged funds of the same moment."""
    inputs, then = parts.inputs, parts.kept
    basis, notice = inputs.basis, inputs.notices.get("gamma")
    kept = inputs.gamma.kept if basis is not None and inputs.gamma.session == basis.session else None
    if basis is not None and basis.gamma is not None and (kept is None or not kept.books):
        reason = next(iter(kept.reasons.values()), "") if kept else ""
        return awaited(notice, reason or "waiting for the option chains")
    if then is not None and (then.profiles is not profiles or then.board.leverage is not of_leverage):
        parts = replace(parts, kept=None)
    curves, funds = profiles.curves, of_leverage.value
    own = parts.part(
        "gamma",
        basis.gamma if basis else None,
        lambda model, live, at: gamma.read(model, kept or gamma.Kept(), live, at, funds=funds, curves=curves),
    )
    return no_surer_than(own, of_leverage)


def _lists(
    parts: _MarketParts, of_momentum: Part[momentum.MomentumReading], of_leverage: Part[leverage.Leverage]
) -> Part[holdings.Holdings]:
    """The user's own lists beside momentum and the leveraged funds of the same moment; what of their files can't be
    used is told beside the figures, whatever else is."""
    inputs, then = parts.inputs, parts.kept
    given = inputs.lists
    if not given.names or given.fault:
        return Part.awaited(given.reason)
    if then is not None and (
        given is not then.inputs.lists
        or of_momentum is not then.board.momentum
        or of_leverage is not then.board.leverage
    ):
        parts = replace(parts, kept=None)
    own = parts.part(
        "lists",
        given.model if given.basis is inputs.basis else None,
        lambda model, live, _: holdings.read(
            model, live, momentum=of_momentum.value, leverage=of_leverage.value, problems=given.problems
        ),
    )
    if then is not None and own is then.board.lists:
        return own
    own = no_surer_than(own, of_leverage)
    if own.value is None or not given.problems:
        return own
    status = Status.PARTIAL if own.status is Status.LIVE else own.status
    return replace(own, status=status, note=" ".join(filter(None, (own.note, _told(given.problems)))))


def _told(problems: Sequence[str]) -> str:
    """The first problem of the user's files, and how many there are more: the card has them all."""
    more = len(problems) - 1
    first = problems[0].rstrip(".")
    return f"{first}." if not more else f"{first}; {more:,} more like this (i has them)."


def _of_favourites(inputs: Inputs) -> tuple[Crowding | None, pl.DataFrame | None, str]:
    """The favourites, retail's share name by name, and why it is not to come."""
    notice = inputs.notices.get("crowding")
    failed = notice is not None and notice.fault
    return inputs.crowding.reading, inputs.crowding.shares, notice.text if notice and failed else ""


def _old_prices(market: Market) -> str:
    """What is said where answers come but nothing new is in them."""
    if market.data_as_of is None or (market.age_s or 0.0) <= STALE_AFTER_S:
        return ""
    then = market.data_as_of.astimezone(NEW_YORK)
    return f"The provider answers, but its newest price is of {then:%Y-%m-%d %H:%M:%S} ET."


def _flow(inputs: Inputs, market: Market | None, found: Compared) -> Part[flow.Flow]:
    notice, given, basis = inputs.notices.get("flow"), inputs.flow, inputs.basis
    today, sample, as_of = given.today, given.sample, given.as_of
    if today is None or sample is None or as_of is None or basis is None:
        return awaited(notice, "waiting for the prints of the sample's names")
    final, _whole = as_of >= today.session_close, len(given.counted) >= sample.height
    moment = Moment(
        at=as_of,
        received=given.received,
        data_as_of=min(as_of, today.session_close),
        age_s=None if final else 0.0,
        delay_s=inputs.delay_s,
        old=""
        if final or len(given.counted) < sample.height
        else _behind(as_of, market.at if market else inputs.snapshot_at),
    )
    return part_of(
        "flow",
        lambda: _with_off_exchange(
            flow.read(
                today.bars,
                sample,
                found.stocks,
                today.session,
                basis.half_day,
                counted=given.counted,
                funds_comparison=found.funds,
                left_out=today.left_out,
                universe=given.universe,
                universe_share=given.universe_share,
                sizing=given.sizing,
            ),
            inputs.off_exchange,
        ),
        moment,
        notice,
    )


def _behind(as_of: datetime, now: datetime | None) -> str:
    """What is said of prints that lie so far behind the market that their sums are another hour's; empty if not."""
    if now is None or now - as_of <= PRINTS_BEHIND:
        return ""
    minutes = (now - as_of) // timedelta(minutes=1)
    then = as_of.astimezone(NEW_YORK)
    return f"Prints are counted up to {then:%Y-%m-%d %H:%M:%S} ET, {minutes} minutes behind the market."


def _crowding(inputs: Inputs) -> Part[Crowding]:
    notice, given, basis = inputs.notices.get("crowding"), inputs.crowding, inputs.basis
    reading, as_of = given.reading, inputs.snapshot_at or inputs.now
    if reading is None or as_of is None or basis is None:
        return awaited(notice, "waiting for the samples of the momentum universe")
    return part_of("crowding", lambda: reading, Moment(as_of, given.received, age_s=None), notice)


def _history(inputs: Inputs, before: Built | None) -> Part[HistoryReading]:
    """Past days up to the close before; the part of the last board while nothing else is to be said: it is large."""
    notice, given = inputs.notices.get("history"), inputs.history
    if before is not None and given is before.inputs.history and notice == before.inputs.notices.get("history"):
        return before.board.history
    reading, as_of = given.reading, given.as_of
    if reading is None or as_of is None:
        return awaited(notice, "waiting for the daily history")
    return part_of("history", lambda: reading, Moment(as_of, given.received, age_s=None), notice)


def _wire(wire: Wire, market: Market | None) -> Wire:
    """The traffic with the prices that are kept in place of those that came."""
    if market is None or not market.seen.kept:
        return wire
    kept = {KEPT_PRICES: len(market.seen.kept)}
    why = {KEPT_PRICES: ("no price came, or one beyond what trading allows: the last good one is shown",)}
    return replace(wire, left_out={**wire.left_out, **kept}, reasons={**wire.reasons, **why})


def _with_off_exchange(reading: flow.Flow, off_exchange: OffExchange) -> flow.Flow:
    """The flow reading with the market's off-exchange share, or why there is none."""
    share, session = off_exchange.market_share, off_exchange.session
    known = flow.OffExchangeShare(share=share, session=session if share is not None else None)
    why = dict.fromkeys(("off_exchange.share", "off_exchange.session"), off_exchange.reason) if share is None else {}
    return msgspec.structs.replace(reading, off_exchange=known, missing={**reading.missing, **why})
