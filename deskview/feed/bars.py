"""The daily bars of the market, session by session, newest first, into the store."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from deskview.analytics.assumptions import MONTH, YEAR
from deskview.analytics.panel import THIN_SHARE
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


@dataclass
class Loaded:
    """How many rows of bars did not fit, the sessions that came without any, and the last beyond the plan's reach.

    `oldest` is the oldest session held so far, None before there is one; `bars` how many each new session came with.
    """

    oldest: date | None
    left_out: int = 0
    empty: list[date] = field(default_factory=list)
    beyond: date | None = None
    bars: dict[date, int] = field(default_factory=dict)

    def came(self, session: date, bars: int) -> None:
        """Notes how many bars a session that is not held came with, and where history is seen to begin."""
        if bars:
            self.bars[session], self.oldest = bars, min(self.oldest or session, session)
            return
        self.empty.append(session)
        before = [day for day in self.empty if self.oldest is not None and day < self.oldest]
        if self.beyond is not None or len(before) >= EMPTY_BEFORE:
            self.beyond = max((*before, self.beyond or date.min))
            self.empty = [day for day in self.empty if day > self.beyond]

    def thin(self) -> list[date]:
        """New sessions with so few bars beside the others that they are no market's day."""
        usual = median(self.bars.values()) if self.bars else 0
        return [session for session, bars in self.bars.items() if bars < THIN_SHARE * usual]


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
    `changed` when the store holds other bars than before. An empty answer, or one of hardly any bars, is not kept and
    never replaces bars that are held. Once the plan does not reach a session, no older one is asked for.
    """
    held, missing = store.sessions(), store.to_fetch(wanted)
    newest = {stage: set(sorted(wanted)[-stage:]) for stage in (EARLY_SESSIONS, RANKED_SESSIONS)}
    awaited = {stage: sessions & set(missing) for stage, sessions in newest.items()}
    loaded = Loaded(min(held, default=None))

    def arrived(*days: date) -> None:
        for stage, sessions in list(awaited.items()):
            sessions.difference_update(days)
            if not sessions:
                del awaited[stage]
                reached(stage)

    async def fetch(session: date) -> None:
        table = await _asked(provider, session, loaded, needed=session in newest[EARLY_SESSIONS])
        if table is not None and await _kept(store, session, table, loaded, held=session in held):
            changed()
        arrived(session)

    arrived()
    await for_each(missing, fetch, progress=progress)
    for session in loaded.thin():
        loaded.empty.append(session)
        await asyncio.to_thread(store.forget_bars, session)
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


async def _kept(store: Store, session: date, table: Table, loaded: Loaded, *, held: bool) -> bool:
    """Stores the bars where they are others than those held; whether it did."""
    loaded.left_out += table.left_out
    if not held:
        loaded.came(session, table.frame.height)
    if table.frame.is_empty():
        return False
    if held and table.frame.equals(await asyncio.to_thread(store.bars, [session])):
        return False
    await asyncio.to_thread(store.put_bars, session, table.frame)
    return True
