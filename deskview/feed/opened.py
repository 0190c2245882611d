"""Names the user opened: their prints of the day while they are looked at, and a year of windows of their own.

Only the name that is looked at is fetched, one call at a time while the sample is at work: first its prints of today,
then its year, the newest sessions first. A name of the sample takes the sample's prints and windows, and only what is
wanted beyond them is asked for. What fails is said of the name alone.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl

from deskview.analytics.flow import FLOW_WINDOWS, FRAME, FlowState, sample_of, window_plan
from deskview.board import Basis, Headlines, OpenedName
from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.feed.news import EVERY_S, failed, headlines_of, is_young
from deskview.feed.plan import AT_ONCE
from deskview.feed.prints import LATE, SECOND, WENT_BACK, closes_of, draw, fetch_name, sampler_of, start_of_day
from deskview.feed.sampling import KEY, SEED, Drawn, TodaysWindows, fetch_windows
from deskview.feed.state import FeedState
from deskview.feed.tasks import Task, progress_message
from deskview.market.schema import empty
from deskview.providers.errors import ProviderError

WINDOWS: Final = 4
"""Windows of each session: as many as a name of the sample has in the middle."""
KEPT: Final = 8
"""So many names stay with what was counted of them: those one goes back and forth between."""
KEPT_PRINTS: Final = 2_000_000
"""Fewer names where they have more prints than this between them that may still be taken back: some 30 bytes each."""
YEARS: Final = 10
"""Years of windows fetched in one session at most, about 10,000 calls: a fifth of what the sample's year takes."""
LONGEST_MINUTES: Final = 20
"""A year that the plan's limit of calls makes longer than this is not fetched: nobody looks at a name for so long, and
today's prints wait behind it."""
EVERY: Final = 5
"""So many sessions further the name is shown anew while its year is still coming."""
DAY_TO_COME: Final = "its prints of today are still to come"
YEAR_TO_COME: Final = "its year of windows comes while its page is shown"
TASKS: Final = (Task.OPENED, Task.OPENED_YEAR)
SETTLE_S: Final = 0.2
"""A name is asked for once it is looked at for so long: a key held down goes through many."""


@dataclass
class _Held:
    """What there is of one name. `past` and `filling` hold windows beyond the sample's, of earlier sessions and today;
    `day_note` and `year_note` say what is still to come or why it is not fetched."""

    today: FlowState | None = None
    as_of: datetime | None = None
    received: float = 0.0
    past: pl.DataFrame | None = None
    filling: TodaysWindows | None = None
    news: Headlines | None = None
    day_note: str = DAY_TO_COME
    year_note: str = YEAR_TO_COME

    @property
    def prints(self) -> int:
        """How many counted prints are remembered."""
        return self.today.remembered if self.today is not None else 0


class OpenedNames:
    """Follows the name that is looked at, and keeps the last ones for the session."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._session: date | None = None
        self._calls = 0
        self._changed = asyncio.Event()

    def open(self, ticker: str | None) -> None:
        """The name that is looked at from now on; None for none."""
        if ticker is not None and ticker in self._held:
            self._held.move_to_end(ticker)
        if ticker != self._context.state.open_name:
            self._context.state.open_name = ticker
            self._changed.set()
            self._context.scheduler.changed.set()

    async def run(self) -> None:
        """Fetches for whichever name is open, for ever; ends by cancellation."""
        state = self._context.state
        while True:
            self._changed.clear()
            for task in (*TASKS, Task.NEWS):
                state.faults.pop(task, None)
                state.progress.pop(task, None)
            ticker = state.open_name
            following = asyncio.create_task(self._follow(ticker)) if ticker is not None else None
            try:
                await self._changed.wait()
            finally:
                if following is not None:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)

    async def _follow(self, ticker: str) -> None:
        """The name's loops, the year's behind the first of the day's."""
        await asyncio.sleep(SETTLE_S)
        scheduler, often, day_is_in = self._context.scheduler, self._context.settings.refresh, asyncio.Event()

        async def day() -> None:
            try:
                await self._refresh_day(ticker)
            finally:
                day_is_in.set()

        async def year() -> None:
            await day_is_in.wait()
            await self._refresh_year(ticker)

        async with asyncio.TaskGroup() as group:
            group.create_task(scheduler.every(Task.NEWS, EVERY_S, lambda: self._refresh_news(ticker)))
            group.create_task(scheduler.every(Task.OPENED, often.prints_s, day))
            group.create_task(scheduler.every(Task.OPENED_YEAR, often.reference_s, year))

    async def _refresh_news(self, ticker: str) -> None:
        """Its headlines; while they do not come, why."""
        state = self._context.state
        before = self._held_of(ticker, await state.session.get()).news
        if state.now is None or is_young(before, state.now):
            return
        news = before
        try:
            news = await headlines_of(self._context.provider, ticker, state.now)
        except ProviderError as error:
            news = failed(before, error)
            raise
        finally:
            if (held := self._held.get(ticker)) is not None:
                held.news = news
                self._show(ticker)

    async def _refresh_day(self, ticker: str) -> None:
        """Its prints up to now, then those of today's windows that are full."""
        state = self._context.state
        session = await state.session.get()
        if state.now is None:
            return
        now = state.now - timedelta(seconds=state.delay_s)
        held = self._held_of(ticker, session)
        if held.as_of is not None and held.as_of - now > WENT_BACK:  # what was counted lies ahead of the clock
            held = self._held[ticker] = _Held(past=held.past, news=held.news, year_note=held.year_note)
        basis = state.complete.value or state.basis.value
        closes = closes_of(basis) if basis is not None else {}
        await self._count(ticker, held, start_of_day(session, state.calendar, closes), now)
        self._show(ticker)
        await self._fill(ticker, held, now)
        self._show(ticker)

    def _held_of(self, ticker: str, session: date) -> _Held:
        """What there is of the name in this session."""
        if session != self._session:
            self._session, self._calls = session, 0
            self._held.clear()
        return self._held.setdefault(ticker, _Held())

    async def _count(self, ticker: str, held: _Held, start: FlowState, now: datetime) -> None:
        """The sample's count of the name where it is in there, else its own, further to now."""
        state = self._context.state
        shared, sampled = state.fetched.get(ticker), state.flow_today
        if shared is not None and sampled is not None:
            own = sampled.bars.filter(pl.col("ticker") == ticker)
            held.today, held.as_of, held.received = replace(start, bars=own), shared.at, shared.received
        elif state.drawn is not None and ticker in state.drawn.tickers:
            held.day_note = f"its prints come with the sample's, of which {len(state.fetched)} names are in"
            return
        else:
            await self._fetch_day(ticker, held, start, now)
        held.day_note = self._unknown(ticker, held)

    async def _fetch_day(self, ticker: str, held: _Held, start: FlowState, now: datetime) -> None:
        """Its prints since the last ones, after the close all of them once more: a print may have been taken back."""
        ends = start.session_close + LATE
        if held.as_of is not None and held.as_of >= ends:
            return
        before = start if held.today is None or now >= ends else held.today
        counted = await fetch_name(self._context.provider, before, ticker, min(now + SECOND, ends))
        held.today, held.as_of, held.received = counted, now, monotonic()

    def _unknown(self, ticker: str, held: _Held) -> str:
        """That there may be no such name, where nothing is known of it; else empty."""
        listed = self._context.state.daily.tickers.get_column("ticker")
        if listed.is_empty() or ticker in listed or (held.today is not None and held.today.bars.height):
            return ""
        return "the provider lists no such stock or fund and has no print of it in this session"

    async def _fill(self, ticker: str, held: _Held, now: datetime) -> None:
        """Today's windows beyond the sample's."""
        state = self._context.state
        today, drawn = held.today, state.drawn
        if today is None or drawn is None or now < today.session_open or held.day_note:
            return
        sampler = await sampler_of(self._context, None, at_once=1)
        if held.filling is None:
            plan = await asyncio.to_thread(self._plan, ticker, [today.session], drawn)
            stored = await asyncio.to_thread(sampler.stored, [today.session])
            held.filling = TodaysWindows(plan, stored.join(plan, on=list(KEY), how="semi"))
        await held.filling.refresh(sampler, now, today.session_close, LATE)

    async def _refresh_year(self, ticker: str) -> None:
        """The windows of its earlier sessions that are not stored, where they are to be had in a reasonable time."""
        state = self._context.state
        basis, drawn = await state.complete.get(), await draw(self._context)
        if basis.session != state.session.value:
            return
        held = self._held_of(ticker, basis.session)
        plan = await asyncio.to_thread(self._year_plan, ticker, basis, drawn)
        busy = state.windows_past is None or Task.FLOW_YEAR in state.progress or Task.CROWDING in state.progress
        sampler = await sampler_of(self._context, Task.OPENED_YEAR, at_once=1 if busy else AT_ONCE)
        stored = await asyncio.to_thread(sampler.stored, plan.get_column("session").unique().to_list())
        parts = [stored.join(plan, on=list(KEY), how="semi")]
        calls = plan.height - parts[0].height
        refusal = self._why_not(ticker, basis, calls)
        held.past, held.year_note = parts[0], refusal or (YEAR_TO_COME if calls else "")
        self._show(ticker)
        if refusal or not calls:
            return

        def on_windows(rows: pl.DataFrame) -> None:
            self._calls += rows.height
            parts.append(rows)
            if len(parts) % EVERY == 0:
                self._take(ticker, held, parts)

        missing = plan.join(parts[0], on=list(KEY), how="anti")
        try:
            await fetch_windows(replace(sampler, on_windows=on_windows), missing)
            held.year_note = ""
        finally:
            self._take(ticker, held, parts)

    def _take(self, ticker: str, held: _Held, parts: list[pl.DataFrame]) -> None:
        held.past = pl.concat(parts)
        self._show(ticker)

    def _why_not(self, ticker: str, basis: Basis, calls: int) -> str:
        """Why its year is not fetched; empty where it is."""
        if basis.history.filter(pl.col("ticker") == ticker).is_empty():
            return "it has no daily bars: there is no earlier session to compare with"
        limit, year = self._context.settings.calls_per_minute, self._context.settings.flow.history_sessions * WINDOWS
        if limit is not None and calls > limit * LONGEST_MINUTES:
            minutes = f"{calls / limit:,.0f} minutes at {limit} calls a minute"
            return f"its own year would take {calls:,} calls, {minutes}, and is not fetched"
        if self._calls + calls > YEARS * year:
            return f"its own year is not fetched: {YEARS} names' years in one session are the most that is asked for"
        return ""

    def _year_plan(self, ticker: str, basis: Basis, drawn: Drawn) -> pl.DataFrame:
        """The windows of the earlier sessions it traded in."""
        traded = set(basis.history.filter(pl.col("ticker") == ticker).get_column("session"))
        flow, calendar = self._context.settings.flow, self._context.state.calendar
        sessions = [day for day in calendar.before(basis.session, flow.history_sessions) if day in traded]
        return self._plan(ticker, sessions, drawn)

    def _plan(self, ticker: str, sessions: list[date], drawn: Drawn) -> pl.DataFrame:
        """Its own windows in the sessions, without those the sample fetches. Slow: for a thread."""
        calendar, itself = self._context.state.calendar, sample_of(empty(FRAME), [ticker], calls=WINDOWS)
        sampled = drawn.sample.filter(pl.col("ticker") == ticker)
        if not sessions:
            return empty(FLOW_WINDOWS).select(KEY)
        own = window_plan(sessions, itself, SEED, calendar)
        if sampled.is_empty():
            return own
        return own.join(window_plan(sessions, sampled, SEED, calendar), on=list(KEY), how="anti")

    def _show(self, ticker: str) -> None:
        """Puts what there is of the name onto the next board, and lets those go that were looked at longest ago."""
        state, held = self._context.state, self._held.get(ticker)
        if held is None or self._session != state.session.value:
            return
        while len(self._held) > 1 and self._too_many():
            gone, _ = self._held.popitem(last=False)
            state.opened.pop(gone, None)
        note = ". ".join(filter(None, (held.day_note, held.year_note)))
        windows = _windows(ticker, held, state.windows)
        state.opened[ticker] = OpenedName(held.today, windows, held.as_of, held.received, note, held.news)
        self._context.scheduler.changed.set()

    def _too_many(self) -> bool:
        return len(self._held) > KEPT or sum(held.prints for held in self._held.values()) > KEPT_PRINTS


def _windows(ticker: str, held: _Held, sampled: pl.DataFrame | None) -> pl.DataFrame | None:
    """FLOW_WINDOWS of the name, its own and the sample's; None while there are none."""
    parts = [held.past, held.filling.rows if held.filling is not None else None]
    parts.append(sampled.filter(pl.col("ticker") == ticker) if sampled is not None else None)
    known = [part for part in parts if part is not None and part.height]
    return pl.concat([empty(FLOW_WINDOWS), *known]).unique(KEY).sort(KEY) if known else None


def opened_inputs(state: FeedState) -> dict[str, OpenedName]:
    """What there is of the names that were opened; of the one looked at also what is under way and what has failed."""
    if state.open_name is None:
        return dict(state.opened)
    one = state.opened.get(state.open_name, OpenedName(note=f"{DAY_TO_COME}. {YEAR_TO_COME}"))
    faults = [f"{state.faults[task].sentence} It is tried again by itself" for task in TASKS if task in state.faults]
    under_way = [progress_message(task, state.progress[task]) for task in TASKS if task in state.progress]
    notes = under_way if under_way and not faults else [*faults, one.note]
    return {**state.opened, state.open_name: replace(one, note=". ".join(filter(None, notes)))}
