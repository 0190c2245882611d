"""What changes once a day: listings, splits, the history of bars, details of instruments, and the models on them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from math import inf

import polars as pl

from deskview.analytics.gate import Action, Verdict
from deskview.analytics.gate.tables import against_stored, listing_against_bars
from deskview.analytics.hours import SLOT
from deskview.analytics.momentum import DEFAULT_RULES
from deskview.board import Past
from deskview.feed.bars import EARLY_SESSIONS, RANKED_SESSIONS, Loaded, load_bars
from deskview.feed.context import Context
from deskview.feed.details import load_details, load_share_counts
from deskview.feed.inputs import basis_of, past_for
from deskview.feed.state import Daily
from deskview.feed.tasks import Task, for_each
from deskview.market.errors import ReferenceDataError
from deskview.market.own_names import OWN_NAMES
from deskview.market.schema import DETAILS, DIVIDENDS, SHARE_COUNTS, empty
from deskview.market.sessions import NEW_YORK
from deskview.memory import trim
from deskview.providers.base import Provider, Table
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.store import TABLES, Store

LISTING_DAYS = 7
"""So long the listing of the delisted and the rules of the conditions stand."""
INDEX = DEFAULT_RULES.benchmark
INDEX_YEARS = 6
"""How far back the index's own days are asked for; a plan may reach less far."""
HOURS_DAYS = 100
"""Calendar days of its five-minute bars: they hold the sessions the profile of the day is taken over."""
WORTH_S = 15.0
"""Models on part of the history are made where the rest is at least so far away."""
EMPTY_AGAIN_S, EMPTY_TRIES = 60.0, 5
"""A session whose bars came empty is asked for again after a minute, so many times; then with the hourly refresh."""
MOST_TOLD = 3
"""Sessions that are named or told of by themselves, the newest."""
EMPTY = "the provider's answer came empty"
Ask = Callable[[], Awaitable[Table]]
WITHOUT = {
    "tickers": "Without listings nothing can be computed.",
    "splits": "Without splits, returns across a split are wrong.",
    "dividends": "Without dividends, returns are price returns.",
    "conditions": "Without their rules every last trade is taken for a price.",
}


async def refresh_daily(context: Context) -> None:
    """The history the session needs; the models stand as soon as its newest part is there.

    Once they stand on all of it, they are made anew only where something has changed.
    """
    state = context.state
    session, store = await state.session.get(), await state.store.get()
    wanted = state.calendar.before(session, context.settings.history_sessions)
    cold = store.age_days("dividends") == inf
    since = wanted[-RANKED_SESSIONS:][0] if cold else wanted[0]
    before, daily = state.daily, await load_listings(context.provider, store, since)
    daily.with_past_of(before)
    daily.spinoffs = _spinoffs(context, daily.problems)
    daily.own_names = _own_names(context, daily.problems)
    state.daily = daily
    state.outdated |= not daily.same_tables(before)
    loaded, first = await _load(context, session, wanted, actions=cold)
    state.outdated |= not state.daily.same_tables(before)
    await _hold_against_bars(state.daily, store, wanted)
    _note_bars(context, loaded)
    await asyncio.gather(*first)
    past = None
    if state.outdated or state.complete.value is None:
        past = await _rebuild(context, session, wanted, complete=True)
    state.progress.pop(Task.DAILY, None)
    await context.scheduler.attempt(Task.DETAILS, lambda: _refresh_details(context, session, wanted, past))
    _ask_refused_again(context)


def _ask_refused_again(context: Context) -> None:
    """Splits or dividends that were refused for the plan are asked for when that is tried again, not in an hour."""
    capabilities = context.provider.capabilities
    waits = [
        capabilities.retry_in_s(each)
        for each in (Capability.SPLITS, Capability.DIVIDENDS)
        if each in capabilities.denied
    ]
    if waits:
        context.scheduler.bring_forward(Task.DAILY, min(waits))


def _spinoffs(context: Context, problems: list[str]) -> pl.DataFrame:
    """The user's, none where the file can't be used."""
    try:
        return context.registry.spinoffs
    except ReferenceDataError as error:
        problems.append(f"{_sentence(error)} No spin-off of the file counts.")
        return empty(DIVIDENDS)


def _own_names(context: Context, problems: list[str]) -> pl.DataFrame:
    """What the user knows of names, nothing where the file can't be used."""
    try:
        return context.registry.own_names
    except ReferenceDataError as error:
        problems.append(f"{_sentence(error)} No row of the file is used.")
        return empty(OWN_NAMES)


def _sentence(error: ReferenceDataError) -> str:
    text = str(error).rstrip(".")
    return text if text.endswith("?") else f"{text}."


async def _load(
    context: Context, session: date, wanted: list[date], *, actions: bool
) -> tuple[Loaded, list[asyncio.Task[None]]]:
    """Bars, and beside them what is not awaited for the first figures; the first models are made as bars come in.

    Those that can rank are made only where the rest takes its time: models are work. With `actions` the older splits
    and dividends are still to come too.
    """
    state, daily = context.state, context.state.daily
    provider, store = context.provider, await state.store.get()
    progress = context.scheduler.progress(Task.DAILY)
    first: list[asyncio.Task[None]] = []
    loaded, underway = Loaded(None), asyncio.Event()

    async def rebuild(session: date, sessions: list[date]) -> None:
        await _rebuild(context, session, sessions)  # its past is let go

    def reached(stage: int) -> None:
        underway.set()
        so_far = state.progress.get(Task.DAILY)
        soon = stage != EARLY_SESSIONS and (so_far is None or so_far.seconds_left < WORTH_S)
        if state.complete.value is None and not soon:
            first.append(asyncio.ensure_future(rebuild(session, wanted[-stage:])))

    def changed() -> None:
        state.outdated = True

    async def bars() -> None:
        nonlocal loaded
        loaded = await load_bars(provider, store, wanted, progress=progress, reached=reached, changed=changed)

    async def past() -> None:
        await underway.wait()
        if actions:
            await load_actions(provider, store, daily, wanted[0])
        state.daily = await load_past(provider, store, daily, since=wanted[0], until=wanted[-1])

    await for_each((bars, past), lambda work: work())
    return loaded, first


async def _hold_against_bars(daily: Daily, store: Store, wanted: list[date]) -> None:
    """The listing is held against the names in the newest bars: of a first one nothing stored could tell."""
    held = sorted(store.sessions() & set(wanted))
    if held:
        bars = await asyncio.to_thread(store.bars, held[-1:], ("ticker",))
        _note(daily, listing_against_bars(daily.tickers.get_column("ticker"), bars.get_column("ticker")))


def _note(daily: Daily, verdict: Verdict) -> None:
    """Tells what is wrong with a table, which is asked for again soon."""
    if verdict.action is not Action.TAKEN:
        if verdict.sentence not in daily.problems:
            daily.problems.append(verdict.sentence)
        daily.came_empty = True
        daily.in_doubt |= verdict.action is Action.DOUBTED


def _note_bars(context: Context, loaded: Loaded) -> None:
    """What did not fit in the bars; sessions that came empty or as no session are named; they, and tables that did, are
    asked for again soon."""
    daily = context.state.daily
    daily.left_out["bars"], daily.reasons_left_out["bars"] = loaded.left_out.rows, loaded.left_out.reasons
    daily.in_doubt |= bool(loaded.doubted)
    wrong = [found[day] for found in (loaded.set_aside, loaded.doubted) for day in sorted(found)]
    if not loaded.empty and not wrong and not daily.came_empty:
        daily.empty_tries = 0
        return
    soon = daily.empty_tries < EMPTY_TRIES
    daily.empty_tries += 1
    again = f"Asked again {'in a minute' if soon else 'within the hour'}."
    if loaded.empty:
        daily.problems.append(
            f"The bars of {_days(loaded.empty)} came empty though the exchange traded: figures rest on the sessions "
            f"there are, today's returns on the vendor's closes. {again}"
        )
    if wrong:
        more = f" So are those of {len(wrong) - MOST_TOLD} more sessions." if len(wrong) > MOST_TOLD else ""
        daily.problems.append(f"{' '.join(wrong[-MOST_TOLD:])}{more} {again}")
    if soon:
        asyncio.get_running_loop().call_later(EMPTY_AGAIN_S, context.scheduler.wake, Task.DAILY)


def _days(sessions: list[date]) -> str:
    more = f" and {len(sessions) - MOST_TOLD} more" if len(sessions) > MOST_TOLD else ""
    return ", ".join(str(day) for day in sorted(sessions)[-MOST_TOLD:]) + more


async def _refresh_details(context: Context, session: date, wanted: list[date], past: Past | None) -> None:
    """Details and share counts; where they have changed the models anew, of the same `past` where there is one."""
    state, store = context.state, await context.state.store.get()
    basis = state.basis.value
    if basis is None:  # another session has started meanwhile: the turn it has woken makes its models
        return
    listed, before = set(state.daily.tickers.get_column("ticker")), state.daily
    funds = sorted(listed & context.registry.fund_tickers())
    asked = await load_details(
        context.provider,
        store,
        before.details,
        funds=funds,
        names=[ticker for ticker in basis.names_of_interest() if ticker in listed],
        splits=before.splits,
        on=wanted[-1],
        progress=context.scheduler.progress(Task.DETAILS),
    )
    details = asked.frame
    state.daily.left_out["details"], state.daily.reasons_left_out["details"] = asked.left_out, asked.reasons
    counts = await load_share_counts(
        context.provider, store, details, funds=funds, history=basis.history, before=wanted[-2:-1]
    )
    state.outdated |= not (details.equals(before.details) and counts.equals(before.share_counts))
    state.daily.details, state.daily.share_counts = details, counts
    if state.outdated:
        await _rebuild(context, session, wanted, complete=True, past=past)
    state.loaded = session


async def _rebuild(
    context: Context, session: date, sessions: list[date], *, complete: bool = False, past: Past | None = None
) -> Past:
    """The models anew; `complete` where there are no more sessions to come. Returns the past they are made of."""
    state, store = context.state, await context.state.store.get()
    made_of = (
        past
        if past is not None
        else await asyncio.to_thread(past_for, state, store, context.registry, session, sessions)
    )
    basis = await asyncio.to_thread(basis_of, state, context.registry, session, made_of)
    if state.session.value == session:
        state.basis.set(basis)
        if complete:
            await asyncio.to_thread(trim)
            state.complete.set(basis)
            state.outdated = False
            context.scheduler.wake(Task.SCORE, Task.HISTORY)
        context.scheduler.wake(Task.SIMULATION)
        context.scheduler.changed.set()
    return made_of


async def load_listings(provider: Provider, store: Store, since: date) -> Daily:
    """Listings, splits, dividends and the rules of conditions, with the details already stored.

    What can't be had now is taken from the store, else left empty, and `problems` says so. Raises ProviderError
    where there is no listing at all.
    """
    daily = Daily()
    daily.tickers = await _table("tickers", provider.tickers, store, daily)
    await load_actions(provider, store, daily, since)
    daily.conditions = await _fresh_or_asked(
        "conditions", provider.conditions, store, daily, fresh=_young(store, "conditions")
    )
    details = await asyncio.to_thread(store.table, "details")
    daily.details = empty(DETAILS) if details is None else details
    counts = await asyncio.to_thread(store.table, "share-counts")
    daily.share_counts = empty(SHARE_COUNTS) if counts is None else counts
    return daily


async def load_actions(provider: Provider, store: Store, daily: Daily, since: date) -> None:
    """Splits and dividends from the date on into the daily tables."""
    daily.splits = await _table("splits", lambda: provider.splits(since), store, daily, since)
    daily.dividends = await _table("dividends", lambda: provider.dividends(since), store, daily, since)


async def _table(name: str, ask: Ask, store: Store, daily: Daily, since: date | None = None) -> pl.DataFrame:
    """The table as asked for, which is kept; where that fails, says nothing or can't be, the stored one, else none, and
    why."""
    try:
        table = await ask()
    except ProviderError as fault:
        stored = await asyncio.to_thread(store.table, name)
        if fault.kind is Kind.KEY_REFUSED or (stored is None and name == "tickers"):
            raise
        return _instead(name, stored, fault, daily)
    if _says_nothing(name, table.frame):
        daily.came_empty = True
        return _instead(name, await asyncio.to_thread(store.table, name), None, daily)
    stored = await asyncio.to_thread(store.table, name)
    verdict = against_stored(
        name, table.frame, stored, left_out=table.left_out, since=since, age_days=store.age_days(name)
    )
    _note(daily, verdict)
    daily.left_out[name], daily.reasons_left_out[name] = table.left_out, table.reasons
    if verdict.action is Action.SET_ASIDE and stored is not None:
        return stored
    if verdict.action is Action.TAKEN or stored is not None:
        await asyncio.to_thread(store.put_table, name, table.frame)
    return table.frame


def _instead(name: str, stored: pl.DataFrame | None, fault: ProviderError | None, daily: Daily) -> pl.DataFrame:
    """The stored table or none; `fault` is None where the answer said nothing.

    Of the tables all figures rest on it is told among the problems, else where there is none, as the reason for that.
    """
    if name in WITHOUT:
        refused = fault is not None and fault.kind is Kind.NOT_ENTITLED  # whose sentence says what goes without
        instead = "The stored ones are used." if stored is not None else "" if refused else WITHOUT[name]
        empty_told = f"{name}: {EMPTY}. {instead} They are asked for again."
        problem = f"{name}: {fault.sentence} {instead}".rstrip() if fault else empty_told
        if problem not in daily.problems:
            daily.problems.append(problem)
    elif stored is None:
        daily.reasons[name] = fault.sentence if fault else f"{EMPTY}; it is asked again"
    return empty(TABLES[name]) if stored is None else stored


async def _fresh_or_asked(
    name: str,
    ask: Ask,
    store: Store,
    daily: Daily,
    *,
    fresh: Callable[[pl.DataFrame], bool],
    since: date | None = None,
) -> pl.DataFrame:
    """The stored table where it is fresh, else as asked for."""
    stored = await asyncio.to_thread(store.table, name)
    return stored if stored is not None and fresh(stored) else await _table(name, ask, store, daily, since)


def _young(store: Store, name: str) -> Callable[[pl.DataFrame], bool]:
    return lambda _: store.age_days(name) < LISTING_DAYS


def _says_nothing(name: str, frame: pl.DataFrame) -> bool:
    """Whether a table that has rows in every market has none, or conditions without their rules."""
    return frame.is_empty() or (name == "conditions" and frame["updates_open_close"].null_count() == frame.height)


async def load_past(provider: Provider, store: Store, daily: Daily, *, since: date, until: date) -> Daily:
    """The daily tables with those that are not awaited for the first figures: the delisted, and the index's own past.

    Each is asked for where the stored one does not reach `until` (the delisted: where it is older than a week). What
    can't be had has its reason in `reasons`, and costs the figures that rest on it alone.
    """

    def days() -> Awaitable[Table]:
        return provider.index_days(INDEX, until.replace(year=until.year - INDEX_YEARS, day=1), until)

    def minutes() -> Awaitable[Table]:
        return provider.intraday(INDEX, until, SLOT // timedelta(minutes=1), since=until - timedelta(days=HOURS_DAYS))

    def reaches(column: pl.Expr) -> Callable[[pl.DataFrame], bool]:
        return lambda table: table.height > 0 and table.select(column.max()).item() >= until

    new_york = pl.col("start").dt.convert_time_zone(str(NEW_YORK)).dt.date()
    past = replace(daily, reasons={})
    years, months = until.replace(year=until.year - INDEX_YEARS, day=1), until - timedelta(days=HOURS_DAYS)
    past.index_days = await _fresh_or_asked(
        "index-days", days, store, past, fresh=reaches(pl.col("session")), since=years
    )
    past.index_minutes = await _fresh_or_asked(
        "index-minutes", minutes, store, past, fresh=reaches(new_york), since=months
    )
    delisted = _young(store, "delisted")
    past.delisted = await _fresh_or_asked(
        "delisted", lambda: provider.delisted(since), store, past, fresh=delisted, since=since
    )
    return past
