"""Today's prints: of which names they are read, and how they come."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

import polars as pl

from deskview.analytics.continuity import JUMP
from deskview.analytics.flow import FRAME, FUNDS, SAMPLE, FlowState, advance, choose_sample, sample_of
from deskview.analytics.flow import window_plan as plan_windows
from deskview.board import Basis
from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.feed.plan import FlowPlan, plan_in_words, plan_of
from deskview.feed.sampling import SEED, Drawn, Sampler, TodaysWindows
from deskview.feed.state import Fetched, Untold
from deskview.feed.tasks import ProgressMeter, Task, each_by_itself
from deskview.market.schema import STOCKS, empty
from deskview.market.sessions import Calendar
from deskview.providers.base import Provider, Table
from deskview.providers.errors import ProviderError
from deskview.store import Store

LATE = timedelta(minutes=10)
"""Prints are still awaited so long after the close: reports may come late."""
SECOND = timedelta(seconds=1)
"""The provider's clock is told to the second: what is printed within it, such as the cross at the bell, is there."""
WENT_BACK = timedelta(minutes=5)
"""A clock so far before the last count has gone back, as that of a simulated market that begins again."""
AT_ONCE: Final = 2
"""Names whose prints are fetched at once: a day of one may take a hundred megabytes while it is read."""
UNFIT = "not in the form of a print"
FAR_OFF = f"beyond {JUMP:g} times or a third of the close before"
NO_CLOSES: Mapping[str, float] = MappingProxyType({})
USUAL_SESSIONS: Final = 20
"""Sessions of the median dollar volume, by which stocks are drawn."""
SAMPLE_TABLE = "flow-sample"
STORED = {"session": pl.Date(), **SAMPLE}


async def draw(context: Context) -> Drawn:
    """The session's sample, drawn once the history is whole; it stands until the session ends."""
    state = context.state
    if state.drawn is not None:
        return state.drawn
    basis, store = await state.complete.get(), await state.store.get()
    plan = plan_of(context.settings.flow, context.settings.calls_per_minute)
    drawn = await asyncio.to_thread(drawn_for, basis, store, plan)
    words = plan_in_words(plan, calls_per_minute=context.settings.calls_per_minute)
    drawn = replace(drawn, sizing=words)
    if basis.session == state.session.value:
        state.drawn = drawn
    return drawn


def drawn_for(basis: Basis, store: Store, plan: FlowPlan) -> Drawn:
    """The sample of the basis' session: the stored one of this session and size, else drawn and stored. Slow."""
    frame = frame_of(basis)
    if plan.names:
        itself = sample_of(frame, plan.names, calls=plan.stock_windows)
        return Drawn(pl.concat([itself, _funds(basis, plan, plan.names)]))
    stored = store.table(SAMPLE_TABLE, STORED)
    before = empty(STORED) if stored is None else stored
    sample = before.filter(pl.col("session") == basis.session).select(list(SAMPLE))
    if not _fits(sample, plan, frame):
        stocks = before.filter(pl.col("kind") == "stock").get_column("ticker").to_list()
        drawn = choose_sample(frame, count=plan.stocks, calls=plan.stock_windows, seed=SEED, kept=stocks)
        sample = pl.concat([drawn, _funds(basis, plan, ())])
        rows = sample.select(pl.lit(basis.session).alias("session"), pl.all())
        store.put_table(SAMPLE_TABLE, rows, STORED)
    inside = frame.join(sample, on="ticker", how="semi")
    part, whole = (float(table.get_column("dollar_volume_usd").sum()) for table in (inside, frame))
    return Drawn(sample, frame.height, part / whole if whole else None)


def _fits(sample: pl.DataFrame, plan: FlowPlan, frame: pl.DataFrame) -> bool:
    """Whether a stored sample is of the size the plan wants."""
    stocks = sample.filter(pl.col("kind") == "stock")
    return stocks.height == min(plan.stocks, frame.height) and stocks.get_column("windows").sum() == plan.stock_windows


def _funds(basis: Basis, plan: FlowPlan, without: Sequence[str]) -> pl.DataFrame:
    """The funds that have a history, each for itself."""
    traded = set(basis.history.get_column("ticker").unique())
    names = [fund for fund in FUNDS if fund in traded and fund not in without][: plan.funds]
    if not names:
        return empty(SAMPLE)
    return sample_of(empty(FRAME), names, calls=max(plan.fund_windows, len(names)), kind="fund")


def frame_of(basis: Basis) -> pl.DataFrame:
    """FRAME: all stocks with a history, their sector and momentum leg, and the median of their last dollar volumes.

    A session without a bar of a name is left out of its median.
    """
    recent = basis.history.get_column("session").unique().sort().tail(USUAL_SESSIONS)
    stocks = basis.names.filter(pl.col("type").is_in(STOCKS)).select("ticker", "sector").unique("ticker")
    raw = basis.momentum.raw if basis.momentum else None
    legs = (
        {name.ticker: leg for leg, names in (("long", raw.long), ("short", raw.short)) for name in names} if raw else {}
    )
    return (
        basis.history.filter(pl.col("session").is_in(recent.implode()))
        .join(stocks, on="ticker", how="inner")
        .group_by("ticker")
        .agg(pl.col("sector").first(), pl.col("dollar_volume_usd").median())
        .filter(pl.col("dollar_volume_usd") > 0)
        .with_columns(leg=pl.col("ticker").replace_strict(legs, default="", return_dtype=pl.String))
        .select(list(FRAME))
        .sort(["dollar_volume_usd", "ticker"], descending=[True, False])
    )


def start_of_day(session: date, calendar: Calendar, closes: Mapping[str, float] = NO_CLOSES) -> FlowState:
    """A session of which no print has been counted; `closes` are what the first prints are held against."""
    return FlowState(session, calendar.opens(session), calendar.closes(session), closes=closes)


def closes_of(basis: Basis) -> dict[str, float]:
    """The names' closes before, on today's share basis, as far as they are known."""
    return dict(basis.prices.closes.select("ticker", "stored_close").drop_nulls().iter_rows())


async def refresh_prints(context: Context) -> None:
    """Today's full windows, then every name's prints up to now into the state; each is shown as soon as it is there.

    A window that can't be had or stored keeps no print waiting: its error is raised when they are there.
    """
    state = context.state
    drawn = await draw(context)
    clock, today = state.now, state.flow_today
    if clock is None or today is None:
        return
    now = clock - timedelta(seconds=state.delay_s)
    if not state.fetched or any(one.at - now > WENT_BACK for one in state.fetched.values()):
        basis = await state.complete.get()
        today = start_of_day(today.session, state.calendar, closes_of(basis))
        state.flow_today, state.fetched, state.reread, state.windows_today = today, {}, False, None
        state.untold = Untold()
    windows_failed: Exception | None = None
    try:
        await _refresh_windows(context, drawn, now)
    except (ProviderError, OSError) as error:
        windows_failed = error
    await _refresh_counts(context, drawn, today, now)
    if windows_failed is not None:
        raise windows_failed


async def _refresh_counts(context: Context, drawn: Drawn, today: FlowState, now: datetime) -> None:
    """Every name's prints up to now; one whose answer is bad keeps no other waiting."""
    state, ends = context.state, today.session_close + LATE
    late = now >= ends and any(one.at < ends for one in state.fetched.values())
    names = drawn.tickers
    first = [name for name in names if name not in state.fetched]
    meter = ProgressMeter(len(names), context.scheduler.progress(Task.PRINTS) if first else None)
    until = min(now + SECOND, ends)

    async def fetch(name: str) -> None:
        if state.session.value == today.session and await _count(context, name, until, now):
            meter.advance()
            context.scheduler.changed.set()
            if name == state.open_name:
                context.scheduler.wake(Task.OPENED)

    await each_by_itself(names, fetch, limit=AT_ONCE)
    if late and not state.reread:
        await _read_again(context, drawn.tickers, now)


async def _refresh_windows(context: Context, drawn: Drawn, now: datetime) -> None:
    """Today's windows that are full by now."""
    state = context.state
    today = state.flow_today
    if today is None or now < today.session_open:
        return
    sampler = await sampler_of(context, Task.PRINTS)
    if state.windows_today is None:
        plan = plan_windows([today.session], drawn.sample, SEED, state.calendar)
        stored = await asyncio.to_thread(sampler.stored, [today.session])
        state.windows_today = TodaysWindows(plan, stored.join(plan, on=["session", "ticker", "since"], how="semi"))
    filling = state.windows_today
    try:
        await filling.refresh(sampler, now, today.session_close, LATE)
    finally:
        if state.windows_today is filling:
            state.put_together()


async def sampler_of(context: Context, task: Task | None, *, at_once: int | None = None) -> Sampler:
    """What fetches windows for a task."""
    state = context.state

    def on_left_out(table: Table) -> None:
        state.note_samples(table)

    sampler = Sampler(
        provider=context.provider,
        store=await state.store.get(),
        calendar=state.calendar,
        prints=context.settings.flow.sample_prints,
        lock=state.windows_lock,
        on_left_out=on_left_out,
    )
    if at_once is not None:
        sampler = replace(sampler, at_once=at_once)
    if task is not None and task is not Task.PRINTS:
        sampler = replace(sampler, progress=context.scheduler.progress(task))
    return sampler


async def _count(context: Context, name: str, until: datetime, now: datetime) -> bool:
    """Fetches one name's new prints and counts them; one page after the other, as all names share a state."""
    state = context.state
    today = state.flow_today
    if today is None:
        return False
    page = await new_prints(context.provider, today, name, until)
    async with state.counting:
        before = state.flow_today
        if before is None or before.session != today.session or state.session.value != today.session:
            return False
        if page is not None:
            state.flow_today = await asyncio.to_thread(counted, before, page)
            state.untold = state.untold.after(page, before.last_time.get(name))
        state.fetched[name] = Fetched(now, monotonic())
    return True


async def _read_again(context: Context, names: Sequence[str], now: datetime) -> None:
    """The whole session anew, once, when all its reports are in.

    A print that was cancelled in its place on the tape is not sent a second time; only reading again shows it. Where
    that fails what was counted stands: another whole day of every name is not asked for.
    """
    state = context.state
    if state.flow_today is None:
        return
    state.reread = True
    start = start_of_day(state.flow_today.session, state.calendar, state.flow_today.closes)
    fresh = await fetch_today(context.provider, start, names, now)
    if fresh.session == state.session.value:
        state.flow_today = fresh
        state.fetched = dict.fromkeys(names, Fetched(now, monotonic()))


async def fetch_today(provider: Provider, state: FlowState, tickers: Sequence[str], now: datetime) -> FlowState:
    """The state with every name's prints since it was last asked, up to `now`."""
    until = min(now + SECOND, state.session_close + LATE)
    for ticker in tickers:
        state = await fetch_name(provider, state, ticker, until)
    return state


async def fetch_name(provider: Provider, state: FlowState, ticker: str, until: datetime) -> FlowState:
    """The state with one name's prints from the last one counted up to `until`."""
    page = await new_prints(provider, state, ticker, until)
    return state if page is None else await asyncio.to_thread(counted, state, page)


async def new_prints(provider: Provider, state: FlowState, ticker: str, until: datetime) -> Table | None:
    """One name's prints from the last one counted up to `until`; None where there is nothing to ask for.

    It is asked for again from the last print's own time: what comes twice is recognised, so nothing is lost and
    nothing counted twice however often a connection breaks.
    """
    since = state.last_time.get(ticker, state.session_open)
    return None if since >= until else await provider.trades(ticker, since, until)


def counted(state: FlowState, page: Table) -> FlowState:
    """The state with the page's prints; those that were none are counted among those left out. Slow.

    So are prints no company's price moves to from its close before: however many there are, they bear nothing out.
    """
    close, price = pl.col("ticker").replace_strict(state.closes, default=None, return_dtype=pl.Float64), pl.col("price")
    near = page.frame.filter(price.is_between(close / JUMP, close * JUMP).fill_null(True))
    after = advance(state, near)
    more = {UNFIT: page.left_out, FAR_OFF: page.frame.height - near.height}
    found = {reason: after.left_out.get(reason, 0) + count for reason, count in more.items() if count}
    return replace(after, left_out={**after.left_out, **found}) if found else after
