"""From what the feed has gathered to what a board is made of."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl

from deskview.analytics.assumptions import MONTH, YEAR
from deskview.analytics.chain import Gap, amounts_used, unusable
from deskview.analytics.flow import of_names
from deskview.board import (
    NARROW,
    Basis,
    CrowdingInputs,
    DailyTables,
    FlowInputs,
    Inputs,
    Notice,
    OffExchange,
    Past,
    Reference,
    Wire,
    build_basis,
    past_of,
    wanted_of,
)
from deskview.board.board import OF_THE_MARKET
from deskview.feed.context import Registry
from deskview.feed.opened import opened_inputs
from deskview.feed.state import FeedState, Untold
from deskview.feed.tasks import Failure, Task, progress_message
from deskview.providers.base import Provider
from deskview.providers.capabilities import Capability
from deskview.store import Store

ENOUGH_PRINTS = 1_000
"""Of so many some are off exchange and some late, wherever they are told at all."""
HISTORY_SESSIONS = YEAR + MONTH
"""So many sessions of whole bars are held for charts and statistics; what ranks rests on the long past of closes."""
_PARTS: dict[Task, tuple[str, ...]] = {
    Task.SNAPSHOT: OF_THE_MARKET,
    Task.DAILY: OF_THE_MARKET,
    Task.DETAILS: ("leverage",),
    Task.SIMULATION: ("leverage",),
    Task.SCORE: ("leverage",),
    Task.PRINTS: ("flow",),
    Task.FLOW_YEAR: ("flow",),
    Task.CROWDING: ("crowding",),
    Task.CHAINS: ("gamma",),
    Task.OFF_EXCHANGE: (),
    Task.COMPANIES: (),
    Task.HISTORY: ("history",),
    Task.RECORD: ("history",),
    Task.OPENED: (),
    Task.OPENED_YEAR: (),
    Task.NEWS: (),
}
"""The parts of the board each kind of work feeds."""
NAMES_FILE = "names_file"
"""What the user's file says of names, among what is left out."""
_REST_ON: dict[Gap, tuple[str, ...]] = {
    Gap.TYPES: ("momentum", "deleveraging", "flow", "crowding"),
    Gap.SHARES: ("breadth",),
    Gap.CAPS: ("breadth", "leverage", "deleveraging"),
    Gap.INDUSTRIES: ("momentum", "deleveraging"),
}
"""The parts that rest on what nobody tells of names; breadth and rotation have lists of names."""
_RANKED_BY: dict[Gap, tuple[str, ...]] = {Gap.CAPS: ("momentum",)}
"""The parts that rank names by it where it is known, and where it is not say so themselves."""


def past_for(state: FeedState, store: Store, registry: Registry, session: date, sessions: list[date]) -> Past:
    """The session's past, from the stored bars of these sessions; slow, for a thread."""
    daily = state.daily
    tables = _daily_tables(state)
    return past_of(
        store.bars(sessions, NARROW),
        lambda: store.bars(sessions[-HISTORY_SESSIONS:]),
        tables.splits,
        tables.dividends,
        tickers=daily.tickers,
        delisted=daily.delisted,
        wanted=wanted_of(tables, _reference(state, registry), registry.assumptions),
        session=session,
    )


def basis_of(state: FeedState, registry: Registry, session: date, past: Past) -> Basis:
    """The session's basis; slow, for a thread."""
    tables, reference = _daily_tables(state), _reference(state, registry)
    return build_basis(session, tables, reference, state.calendar, registry.assumptions, past=past)


def _reference(state: FeedState, registry: Registry) -> Reference:
    own = state.daily.own_names
    return Reference(registry.funds, registry.underlyings, registry.groups, registry.members, own)


def _daily_tables(state: FeedState) -> DailyTables:
    daily = state.daily
    return DailyTables(
        splits=daily.splits,
        dividends=pl.concat([daily.dividends, daily.spinoffs]),
        tickers=daily.tickers,
        details=daily.details,
        delisted=daily.delisted,
        conditions=daily.conditions,
        index_days=daily.index_days,
        index_minutes=daily.index_minutes,
        share_counts=daily.share_counts,
        reasons=daily.reasons,
    )


def board_inputs(provider: Provider, state: FeedState) -> Inputs:
    """A frozen copy of the state, for a thread to build the board from."""
    return Inputs(
        source=provider.source,
        now=state.now,
        phase=state.phase,
        session=state.session.value,
        basis=state.basis.value,
        snapshot=state.snapshot,
        snapshot_at=state.snapshot_at,
        snapshot_received=state.snapshot_received,
        snapshot_left_out=state.snapshot_left_out,
        delay_s=state.delay_s,
        flow=_flow_inputs(state),
        crowding=CrowdingInputs(state.crowding, state.crowding_received, state.retail_shares),
        history=state.history,
        gamma=state.gamma,
        lists=state.lists,
        off_exchange=OffExchange(state.off_exchange, _sentence(state.faults.get(Task.OFF_EXCHANGE))),
        companies=state.companies,
        week=state.week,
        notices=_notices(provider, state),
        opened=opened_inputs(state),
        calendar=state.calendar,
        wire=Wire(
            provider.traffic.calls_last_minute(),
            provider.traffic.failures,
            state.basis.value.sessions if state.basis.value else 0,
            {table: rows for table, rows in _left_out(state).items() if rows},
            {table: reasons for table, reasons in _reasons(state).items() if reasons},
        ),
    )


def _sentence(failure: Failure | None) -> str:
    return failure.sentence if failure else ""


def _flow_inputs(state: FeedState) -> FlowInputs:
    """The prints of the names that are in, as old as the oldest of them, and the windows there are.

    While the first names come the part is as young as the newest of them: that the others take their time is no age.
    """
    drawn = state.drawn
    if drawn is None:
        return FlowInputs()
    inputs = FlowInputs(
        sample=drawn.sample,
        windows=state.windows,
        universe=drawn.universe,
        universe_share=drawn.share,
        sizing=drawn.sizing,
    )
    names = {name: fetched for name, fetched in state.fetched.items() if name in set(drawn.tickers)}
    if state.flow_today is None or not names:
        return inputs
    age_of = min if len(names) >= drawn.sample.height else max
    return replace(
        inputs,
        today=of_names(state.flow_today, tuple(names)),
        as_of=min(fetched.at for fetched in names.values()),
        received=age_of(fetched.received for fetched in names.values()),
        counted=tuple(names),
    )


def _left_out(state: FeedState) -> dict[str, int]:
    """Rows that are not used, by table: those that did not fit, and splits that prices do not support."""
    basis, counts = state.basis.value, {"snapshot": state.snapshot_left_out, "flow samples": state.samples_left_out}
    counts |= {**state.daily.left_out, "option chains": state.gamma.left_out, **state.companies.left_out}
    counts["splits"] = counts.get("splits", 0) + (basis.splits_left_out if basis else 0)
    counts[NAMES_FILE] = unusable(basis.own).height if basis else 0
    return counts


def _reasons(state: FeedState) -> dict[str, tuple[str, ...]]:
    """Why, by the same names, as far as it is known."""
    own = {"snapshot": state.snapshot_reasons, "flow samples": state.samples_reasons}
    own |= {"option chains": state.gamma.reasons, **state.companies.left_out_reasons}
    if basis := state.basis.value:
        why = unusable(basis.own).group_by("unused", maintain_order=True).len()
        own[NAMES_FILE] = tuple(f"{reason} ({count})" for reason, count in why.iter_rows())
    return own | state.daily.reasons_left_out


def _notices(provider: Provider, state: FeedState) -> dict[str, Notice]:
    """One notice a part: a fault before what prints leave open, whose doubt stays beside it, that before progress, then
    what the plan lacks."""
    notices: dict[str, Notice] = {}
    if untold := _never_told(provider) or _untold(state.untold):
        notices |= dict.fromkeys(("flow", "crowding" if untold.doubt else "deleveraging"), untold)
    for task, progress in state.progress.items():
        for part in _parts(task, state):
            notices.setdefault(part, Notice(progress_message(task, progress), progress=progress.share))
    for task, fault in state.faults.items():
        notice = Notice(fault.sentence, fault=True, keeps_figures=fault.keeps_figures, retry_at=fault.retry_at)
        for part in _parts(task, state):
            before = notices.get(part)
            notices[part] = _still_in_doubt(notice, before) if before and before.doubt else notice
    for remark in _remarks(provider, state):
        for part in OF_THE_MARKET:
            notices.setdefault(part, remark)
    if earlier := _of_an_earlier_session(provider, state):
        notices.setdefault("flow", earlier)
    for part, notice in (*_of_names(state.basis.value), *_of_copies(state)):
        notices.setdefault(part, notice)
    return notices


def _still_in_doubt(fault: Notice, doubt: Notice) -> Notice:
    """A fault of figures that are in doubt besides: they are no surer for it."""
    return replace(fault, text=f"{doubt.text}. {fault.text}", doubt=True)


def _of_names(basis: Basis | None) -> Iterator[tuple[str, Notice]]:
    """What nobody tells of names, and what of their amounts is the user's, by the parts that rest on it."""
    if basis is None:
        return
    for gap, sentence in basis.unknown.items():
        for part in _REST_ON[gap]:
            yield part, Notice(sentence)
    for gap, (sentence, old) in amounts_used(basis.own, basis.session).items():
        for part in (*_REST_ON[gap], *_RANKED_BY.get(gap, ())):
            yield part, Notice(sentence, whole=not old)


def _of_copies(state: FeedState) -> Iterator[tuple[str, Notice]]:
    """What is wrong with the user's copies of past records, and why those asked for last did not come."""
    if problems := " ".join(filter(None, (*state.record_errors, state.history.note))):
        yield "history", Notice(problems)


def _never_told(provider: Provider) -> Notice | None:
    """What the vendor is known to leave out of its prints, before enough of them show it."""
    denied = provider.capabilities.denied
    missing = denied.get(Capability.OFF_EXCHANGE)
    if missing is None or Capability.TRADES in denied:
        return None
    return Notice(f"{missing.sentence} Non-retail is that of the exchanges alone", doubt=True)


def _untold(untold: Untold) -> Notice | None:
    """What the day's prints leave open; where retail orders would be seen is worse than when a trade was made."""
    if untold.prints < ENOUGH_PRINTS:
        return None
    none_of = f"None of the {untold.prints:,} prints read today"
    if Capability.OFF_EXCHANGE in untold.of:
        what = f"{none_of} was reported off exchange, where retail orders are filled: the provider leaves those out."
        return Notice(f"{what} Retail can't be told, and non-retail is that of the exchanges alone", doubt=True)
    if Capability.PARTICIPANT_TIME in untold.of:
        return Notice(
            f"{none_of} says when the trade was made: those reported late count when they came in.", whole=True
        )
    return None


def _remarks(provider: Provider, state: FeedState) -> list[Notice]:
    """What is to be said of all parts that rest on the market, the gravest first."""
    remarks = [Notice(state.clock.doubt, doubt=True)] if state.clock and state.clock.doubt else []
    if state.daily.problems:
        remarks.append(Notice(" ".join(state.daily.problems), doubt=state.daily.in_doubt))
    if earlier := _of_an_earlier_session(provider, state):
        remarks.append(earlier)
    if state.store.value is not None and state.store.value.write_error:
        remarks.append(Notice(state.store.value.write_error, whole=True))
    return remarks


def _of_an_earlier_session(provider: Provider, state: FeedState) -> Notice | None:
    """Which session is shown where the plan has no snapshots of the one that is on."""
    denial = provider.capabilities.denied.get(Capability.SNAPSHOT)
    if denial is None or state.snapshot_at is None or state.now is None:
        return None
    if state.session.value == state.calendar.session_at(state.now):
        return None
    sentence = f"{denial.sentence} Shown is the close of {state.session.value}."
    return Notice(sentence, retry_at=provider.capabilities.retry_at(Capability.SNAPSHOT))


def _parts(task: Task, state: FeedState) -> tuple[str, ...]:
    """The parts that wait for the task; flow needs the daily history only to begin with."""
    begins_flow = task is Task.DAILY and state.basis.value is None
    return (*_PARTS[task], "flow") if begins_flow else _PARTS[task]
