"""The daily bars of the market, session by session, newest first, into the store."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from deskview.analytics.assumptions import MONTH, YEAR
from deskview.analytics.gate import Action
from deskview.analytics.gate.tables import BESIDE, SessionBars, compared, of_session_again, of_sessions
from deskview.feed.tasks import Progress, for_each
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store

EARLY_SESSIONS = 30
"""Enough of the newest history to show the live panes while the rest is still coming."""
RANKED_SESSIONS = YEAR + MONTH
"""Enough to rank by; sigma then rests on today's names until the rest is there."""
EMPTY_BEFORE = 10
"""So many empty sessions older than all that are held are no fault: the provider's history begins after them."""
COMPARED = ("ticker", "close", "volume")
REASONS_NAMED = 5
_COUNTED = re.compile(r"(.*) \((\d+)\)", re.DOTALL)


@dataclass(frozen=True)
class LeftOut:
    """How many rows were left out of many tables of one kind, and the commonest reasons as those of a `Table`."""

    rows: int = 0
    reasons: tuple[str, ...] = ()

    def __add__(self, table: Table) -> "LeftOut":
        """With what was left out of one more."""
        counts: Counter[str] = Counter()
        for reason in (*self.reasons, *table.reasons):
            found = _COUNTED.fullmatch(reason)
            counts[found[1] if found else reason] += int(found[2]) if found else 1
        named = tuple(f"{reason} ({count})" for reason, count in counts.most_common(REASONS_NAMED))
        return LeftOut(self.rows + table.left_out, named)


@dataclass
class Loaded:
    """What became of the sessions asked for: those that came without any bars, the last beyond the plan's reach, and
    those whose bars were doubtful or not used, with the sentence that says why.

    `oldest` is the oldest session held so far, None before there is one; `unjudged` holds those stored a moment ago.
    """

    oldest: date | None
    left_out: LeftOut = LeftOut()
    empty: list[date] = field(default_factory=list)
    beyond: date | None = None
    set_aside: dict[date, str] = field(default_factory=dict)
    doubted: dict[date, str] = field(default_factory=dict)
    unjudged: set[date] = field(default_factory=set)

    def came(self, session: date, bars: int) -> None:
        """Notes how many bars a session that is not held came with, and where history is seen to begin."""
        if bars:
            self.oldest = min(self.oldest or session, session)
            return
        self.empty.append(session)
        before = [day for day in self.empty if self.oldest is not None and day < self.oldest]
        if self.beyond is not None or len(before) >= EMPTY_BEFORE:
            self.beyond = max((*before, self.beyond or date.min))
            self.empty = [day for day in self.empty if day > self.beyond]


async def load_bars(
    provider: Provider,
    store: Store,
    wanted: list[date],
    *,
    progress: Callable[[Progress], None],
    reached: Callable[[int], None],
    changed: Callable[[], None],
) -> Loaded:
    """Fetches into the store the wanted sessions it lacks and the newest ones, which may have been corrected.

    `reached` is called once with each of EARLY_SESSIONS and RANKED_SESSIONS when so many of the newest are there,
    `changed` when the store holds other bars than before. An empty answer, or one that can be no session beside the
    others, is not kept and never replaces bars that are held. Once the plan does not reach a session, no older one is
    asked for.
    """
    held, missing = store.sessions(), store.to_fetch(wanted)
    newest = {stage: set(sorted(wanted)[-stage:]) for stage in (EARLY_SESSIONS, RANKED_SESSIONS)}
    awaited = {stage: sessions & set(missing) for stage, sessions in newest.items()}
    loaded = Loaded(min(held, default=None))

    judging = asyncio.Lock()

    async def arrived(*days: date) -> None:
        for stage, sessions in list(awaited.items()):
            sessions.difference_update(days)
            if not sessions:
                del awaited[stage]
                await judge()
                reached(stage)

    async def judge() -> None:
        async with judging:
            new, loaded.unjudged = loaded.unjudged, set()
            if new:
                await asyncio.to_thread(_judge, store, new, loaded)

    async def fetch(session: date) -> None:
        table = await _asked(provider, session, loaded, needed=session in newest[EARLY_SESSIONS])
        if table is not None and await _kept(store, session, table, loaded, held=held):
            changed()
        await arrived(session)

    await arrived()
    try:
        await for_each(missing, fetch, progress=progress)
    finally:
        await judge()
    return loaded


async def _asked(provider: Provider, session: date, loaded: Loaded, *, needed: bool) -> Table | None:
    """The session's bars; None beyond the plan's reach, unless they are needed: then the refusal is raised."""
    if loaded.beyond is not None and session <= loaded.beyond:
        return None
    try:
        return await provider.daily_bars(session)
    except ProviderError as error:
        if error.kind is not Kind.OUTSIDE_WINDOW or needed:
            raise
        loaded.beyond = max(session, loaded.beyond or session)
        return None


async def _kept(store: Store, session: date, table: Table, loaded: Loaded, *, held: set[date]) -> bool:
    """Stores the bars where they are others than those held, and no worse; whether it did."""
    loaded.left_out += table
    if session not in held:
        loaded.came(session, table.frame.height)
    if table.frame.is_empty():
        return False
    if session in held:
        before = max((day for day in held if day < session), default=None)
        if not await asyncio.to_thread(_replaces, store, session, table.frame, before, loaded):
            return False
    await asyncio.to_thread(store.put_bars, session, table.frame)
    if session not in held:
        loaded.unjudged.add(session)
    return True


def _replaces(store: Store, session: date, came: pl.DataFrame, before: date | None, loaded: Loaded) -> bool:
    """Whether bars that came again are others than those held, and no worse."""
    stored = store.bars([session])
    if stored.is_empty() or came.equals(stored):
        return stored.is_empty()
    verdict = of_session_again(came, stored, None if before is None else store.bars([before], COMPARED))
    if verdict.action is Action.SET_ASIDE:
        loaded.set_aside[session] = verdict.sentence
    return verdict.action is not Action.SET_ASIDE


def _judge(store: Store, new: set[date], loaded: Loaded) -> None:
    """Takes new sessions out of the store again that can be none beside those around them."""
    days = sorted(store.sessions())
    places = [place for place, day in enumerate(days) if day in new]
    if not places:
        return
    stretch = days[max(places[0] - BESIDE, 0) : places[-1] + BESIDE + 1]
    beside = {day for place in places for day in days[max(place - 1, 0) : place + 3]}
    sessions, before = [], None
    for session in stretch:
        bars = store.bars([session], COMPARED)
        moved, same = compared(before, bars) if before is not None and session in beside else (None, None)
        sessions.append(SessionBars(session, bars.height, moved, same))
        before = bars
    for session, verdict in of_sessions(sessions).items():
        if session in new and verdict.action is Action.SET_ASIDE:
            loaded.set_aside[session] = verdict.sentence
            store.forget_bars(session)
        elif session in new:
            loaded.doubted[session] = verdict.sentence
