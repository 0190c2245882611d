"""From what the feed has gathered to what a board is made of."""

from datetime import date

from deskview.board import Basis, DailyTables, FlowInputs, Inputs, Reference, Wire, Word, build_basis
from deskview.feed.registry import Registry
from deskview.feed.state import FeedState, Task, sentence
from deskview.providers.base import Provider
from deskview.store import Store

_PARTS: dict[Task, tuple[str, ...]] = {
    Task.SNAPSHOT: ("momentum", "breadth", "rotation", "leverage"),
    Task.DAILY: ("momentum", "breadth", "rotation", "leverage"),
    Task.DETAILS: ("leverage",),
    Task.PRINTS: ("flow",),
    Task.FLOW_YEAR: ("flow",),
}
"""The parts of the board each kind of work feeds."""


def basis_of(state: FeedState, store: Store, registry: Registry, session: date, sessions: list[date]) -> Basis:
    """The session's basis from the stored bars of these sessions; slow, for a thread."""
    daily = state.daily
    tables = DailyTables(store.bars(sessions), daily.splits, daily.tickers, daily.details)
    reference = Reference(registry.funds, registry.underlyings, registry.groups, registry.members)
    return build_basis(session, tables, reference, state.calendar)


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
        flow=FlowInputs(
            state.flow_today if state.flow_at else None, state.flow_year, state.flow_at, state.flow_received
        ),
        words=_words(state),
        wire=Wire(
            provider.traffic.calls_last_minute(),
            provider.traffic.failures,
            state.basis.value.history.get_column("session").n_unique() if state.basis.value else 0,
        ),
    )


def _words(state: FeedState) -> dict[str, Word]:
    """One word a part: a fault before progress."""
    words: dict[str, Word] = {}
    for task, progress in state.progress.items():
        for part in _PARTS[task]:
            words.setdefault(part, Word(sentence(task, progress), progress=progress.share))
    for task, fault in state.faults.items():
        for part in _PARTS[task]:
            words[part] = Word(fault, fault=True)
    return words
