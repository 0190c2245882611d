"""Option chains: asked for once a session, stored as they came, and kept as strikes that any price can be put to.

The fund first, as the index's price is taken from its own; then the other indices, then the names that trade most. An
index is asked for by ranges of expiries side by side: pages of one question come one after the other. What fails is
told of the underlying alone.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import ceil, log1p
from pathlib import Path
from typing import Any, Final

import polars as pl

from deskview.analytics.gamma import (
    INDEX,
    INDEX_FUND,
    NAIVE,
    OF_INDICES,
    GammaModel,
    Kept,
    Morning,
    OptionBook,
    Quotes,
    Rate,
    Terms,
    Wanted,
    morning_of,
    spot_by_parity,
    strikes_of,
)
from deskview.board import GammaInputs
from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.feed.records import RecordTable
from deskview.feed.tasks import OF_ONE_ANSWER, Progress, Task, for_each
from deskview.market.schema import CHAIN, UTC_NS, Schema
from deskview.market.sessions import NEW_YORK
from deskview.providers.errors import Kind, ProviderError
from deskview.sealing import UNREADABLE
from deskview.store import Store

COUNTED_BY: Final = time(7, 30)
"""Open interest of the session before is sent around 06:30 in New York: what is asked for earlier is a day older."""
NEAR_DAYS, NEAR_STRIKES = 60, 0.15
"""The near window: most of the gamma (76 % of SPX on a day of 2022) in a third of the contracts."""
SLACK = 0.03
"""So much wider strikes are asked for: the price is that of the close before, and an index's only about known."""
FAR_DAYS = 3 * 365
SPLIT_DAYS = (2, 9, 21, 40)
"""Where an index's expiries are split, in days from the session."""
CONTRACTS_A_CALL = 250
MOST_USD = 1e7
FEW_STRIKES, SAME_TIME = 0.005, timedelta(minutes=5)
AT_ONCE = 4
"""Names asked for side by side."""
AGAIN_S = 60.0
"""After so long a chain that did not come is asked for again."""
_OF_INDICES = frozenset(each.underlying for each in OF_INDICES)
KEPT_DAYS = 7
"""Sessions whose chains stay on disk."""
STORED: Schema = {**CHAIN, "fetched": UTC_NS}
MORNINGS_NAME = "gamma-mornings"
MORNINGS: Schema = {
    "session": pl.Date(),
    "net_usd": pl.Float64(),
    "mass_usd": pl.Float64(),
    "flip": pl.Float64(),
    "spot": pl.Float64(),
}
MORNINGS_SHOWN = 250


async def refresh_chains(context: Context) -> None:
    """The chains of the session into the state, those that are not there yet. One that did not come says why and is
    asked for again; where none did, raises ProviderError."""
    state, window = context.state, context.settings.gamma.chains
    basis = await state.complete.get()
    model, session = basis.gamma, basis.session
    if window == "off":
        state.gamma = GammaInputs(Kept(reasons={INDEX: 'gamma.chains = "off" in the settings'}), session)
        return
    if model is None:
        return
    counted = datetime.combine(session, COUNTED_BY, NEW_YORK)
    if state.now is not None and state.now < counted:
        wait_s = (counted - state.now).total_seconds() / (context.provider.source.speed or 1.0)
        context.scheduler.bring_forward(Task.CHAINS, wait_s)
        why = f"the open interest of the session before is asked for from {COUNTED_BY:%H:%M} ET on"
        state.gamma = GammaInputs(Kept(reasons={INDEX: why}), session)
        return
    closes = dict(
        basis.prices.closes.select("ticker", pl.col("stored_close") - pl.col("cash_usd")).drop_nulls().iter_rows()
    )
    await _Turn(context, await state.store.get(), model, closes).run()


class _Turn:
    """One turn: what there is of the session stays, what is wanting is asked for."""

    def __init__(self, context: Context, store: Store, model: GammaModel, closes: dict[str, float]) -> None:
        self._context = context
        self._store = store
        self._model = model
        self._closes = closes
        self._window = context.settings.gamma.chains
        self._failed: ProviderError | None = None
        before = context.state.gamma
        self._is_new = before.session != model.session or before.kept is None
        self._inputs = GammaInputs(session=model.session) if self._is_new else before
        self._kept = self._inputs.kept or Kept(convention=context.settings.gamma.convention)
        self._kept = replace(self._kept, reasons={})

    async def run(self) -> None:
        """The session's rate and its earlier mornings once; then what is wanting, in the order of the model, the names
        side by side."""
        if self._is_new:
            mornings = await asyncio.to_thread(_mornings, self._store, self._model.session)
            self._kept = replace(self._kept, rate=await self._rate(), mornings=mornings)
            await asyncio.to_thread(_forget, self._store, self._model.session)
        wanted = [each for each in self._model.wanted if each.underlying not in self._kept.books]
        indices, names = ([each for each in wanted if (each.underlying in _OF_INDICES) is so] for so in (True, False))
        tell, began, done = self._context.scheduler.progress(Task.CHAINS), monotonic(), 0

        async def take(each: Wanted) -> None:
            nonlocal done
            await self._take(each)
            done += 1
            tell(Progress(done, len(wanted), (monotonic() - began) / done * (len(wanted) - done)))

        for each in indices:
            await take(each)
        await for_each(names, take, limit=AT_ONCE)
        if self._failed is not None and not self._kept.books:
            raise self._failed
        if self._failed is not None:
            self._context.scheduler.bring_forward(Task.CHAINS, AGAIN_S)

    async def _take(self, wanted: Wanted) -> None:
        """One underlying's book into the state; why there is none where there is none."""
        try:
            frame = await self._chain(wanted)
            proxy = await self._proxy_price(wanted, frame)
        except ProviderError as error:
            if error.kind not in OF_ONE_ANSWER:
                raise
            has_none = error.kind is Kind.NOT_FOUND
            self._failed = self._failed if has_none else error
            why = f"the provider has no options on {wanted.underlying}" if has_none else error.sentence
            self._show(reasons={**self._kept.reasons, wanted.underlying: why})
            return
        book, why = await asyncio.to_thread(self._book, wanted, frame, proxy)
        if book is None:
            self._show(reasons={**self._kept.reasons, wanted.underlying: why})
            return
        self._show(books={**self._kept.books, wanted.underlying: book})
        if wanted.underlying in (INDEX, INDEX_FUND):
            await self._note_morning()

    def _show(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Kept
        self._kept, state = replace(self._kept, **changes), self._context.state
        if self._model.session == state.session.value:
            self._inputs = state.gamma = replace(self._inputs, kept=self._kept)
            self._context.scheduler.changed.set()

    async def _chain(self, wanted: Wanted) -> pl.DataFrame:
        """STORED of the session, from the store where it is there. Raises ProviderError."""
        name, session = f"chains-{self._window}-{wanted.underlying}", self._model.session
        stored = await asyncio.to_thread(self._store.days, name, STORED, [session])
        about = self._closes.get(wanted.proxy)
        if stored.height or about is None:
            return stored
        whole = self._window == "whole"
        low, high = (0.0, MOST_USD) if whole else _around(about * wanted.scale, NEAR_STRIKES + SLACK)
        ranges = _ranges(session, whole=whole, split=wanted.underlying in _OF_INDICES)
        ask = self._context.provider.chain
        tables = await asyncio.gather(*(ask(wanted.underlying, expiries, (low, high)) for expiries in ranges))
        rows, why = sum(table.left_out for table in tables), (reason for table in tables for reason in table.reasons)
        reasons = tuple(dict.fromkeys([*self._inputs.reasons, *why]))
        self._inputs = replace(self._inputs, left_out=self._inputs.left_out + rows, reasons=reasons)
        fetched = pl.lit(self._context.state.now, UTC_NS)
        frame = pl.concat([table.frame for table in tables]).with_columns(fetched=fetched)
        if frame.height:
            await asyncio.to_thread(self._store.put_day, name, session, frame, STORED)
        return frame

    async def _proxy_price(self, wanted: Wanted, frame: pl.DataFrame) -> float | None:
        """What an index's proxy cost when the index's chain came; None without one. Raises ProviderError.

        A chain of another hour tells another hour's price: a few contracts are asked for then.
        """
        book = self._kept.books.get(wanted.proxy)
        if book is None or wanted.proxy == wanted.underlying or frame.is_empty():
            return None
        fetched = frame.get_column("fetched")[0]
        if book.fetched is not None and fetched is not None and abs(fetched - book.fetched) <= SAME_TIME:
            return book.spot
        few = (self._model.session, self._model.session + timedelta(days=SPLIT_DAYS[1]))
        now = await self._context.provider.chain(wanted.proxy, few, _around(book.spot, FEW_STRIKES))
        return _median(now.frame)

    def _book(self, wanted: Wanted, frame: pl.DataFrame, proxy: float | None) -> tuple[OptionBook | None, str]:
        """The book of a chain, or why there is none. Slow: for a thread."""
        if frame.is_empty():
            return None, f"the provider has no contracts of {wanted.underlying} in the window"
        at: datetime = frame.get_column("fetched")[0] or self._model.calendar.opens(self._model.session)
        own, rate = wanted.underlying == wanted.proxy, self._kept.rate.value
        price, source = _median(frame), "by the index's value in its chain"
        if price is None:
            price, source = spot_by_parity(frame, rate, at), "by put-call parity"
        if price is None and own:
            price = self._closes.get(wanted.proxy)
        if price is None:
            return None, f"no price of {wanted.underlying} came with its contracts, and no quotes to take it from"
        if not own and proxy is None:
            return None, f"{wanted.proxy}, from whose price it is taken, has no chain"
        near = (
            frame
            if self._window == "whole"
            else frame.filter(pl.col("strike").is_between(*_around(price, NEAR_STRIKES)))
        )
        if near.is_empty():
            return None, f"no contract of {wanted.underlying} lies within {NEAR_STRIKES:.0%} of its price"
        ratio = 1.0 if own or proxy is None else price / proxy
        terms = Terms(price, rate, self._model.dividends.get(wanted.proxy, 0.0))
        book = OptionBook(
            underlying=wanted.underlying,
            title=wanted.title,
            strikes=strikes_of(near.select(*CHAIN), terms, at, self._model.calendar),
            oi_as_of=self._model.calendar.previous(self._model.session),
            coverage=_coverage(near, whole=self._window == "whole"),
            proxy=wanted.proxy,
            ratio=ratio,
            spot_source="its last trade" if own else f"{wanted.proxy} × {ratio:.4f}, {source}",
            rate=terms.rate,
            dividend=terms.dividend,
            fetched=at,
            spot=price,
        )
        return book, ""

    async def _rate(self) -> Rate:
        """The yield of the shortest Treasury bill; the assumed one where none is to be had."""
        try:
            found = (await self._context.provider.yields()).frame.sort("months")
        except ProviderError as error:
            return Rate(source=f"assumed: {error.sentence}")
        if found.is_empty():
            return Rate()
        rate, months, day = found.select("rate", "months", "day").row(0)
        return Rate(log1p(rate), f"{months:.0f}-month Treasury bill, {day}")

    async def _note_morning(self) -> None:
        """The morning's figures once both of the index's chains are in, recorded where they are of the near window."""
        kept, session = self._kept, self._model.session
        if not {INDEX, INDEX_FUND} <= set(kept.books) or any(row.session == session for row in kept.mornings):
            return
        naive = replace(kept, convention=NAIVE)
        found = await asyncio.to_thread(morning_of, self._model, naive, Quotes({}, self._closes, {}))
        if found is None:
            return
        if self._window == "near":
            await asyncio.to_thread(_record, self._store, found)
        self._show(mornings=(*kept.mornings, found))


def _ranges(session: date, *, whole: bool, split: bool) -> list[tuple[date, date]]:
    """Ranges of expiries, one after the other."""
    last = FAR_DAYS if whole else NEAR_DAYS
    ends = [*(SPLIT_DAYS if split else ()), *((NEAR_DAYS, 200) if whole and split else ()), last]
    begins = [0, *(end + 1 for end in ends[:-1])]
    return [
        (session + timedelta(days=begin), session + timedelta(days=end))
        for begin, end in zip(begins, ends, strict=True)
    ]


def _around(price: float, reach: float) -> tuple[float, float]:
    return price * (1 - reach), price * (1 + reach)


def _median(chain: pl.DataFrame) -> float | None:
    """The underlying's price as its contracts tell it."""
    found = chain.get_column("spot").median()
    return float(found) if isinstance(found, float) and found > 0 else None


def _coverage(frame: pl.DataFrame, *, whole: bool) -> str:
    expiries = frame.get_column("expiry")
    last = f"{max(expiries.to_list()):%-d %b %Y}"
    return f"{expiries.n_unique()} expiries to {last}, {'every strike' if whole else f'strikes ±{NEAR_STRIKES:.0%}'}"


def _table(store: Store) -> RecordTable:
    return RecordTable(store, MORNINGS_NAME, MORNINGS, MORNINGS_NAME)


def _mornings(store: Store, session: date) -> tuple[Morning, ...]:
    """Those recorded up to the session, the oldest first."""
    rows = _table(store).read().rows.filter(pl.col("session") <= session).sort("session").tail(MORNINGS_SHOWN)
    return tuple(Morning(**row) for row in rows.iter_rows(named=True))


def _record(store: Store, morning: Morning) -> None:
    table, row = _table(store), {name: getattr(morning, name) for name in MORNINGS}
    others = table.read().rows.filter(pl.col("session") != morning.session)
    table.keep(pl.concat([others, pl.DataFrame([row], schema=MORNINGS)]).sort("session"))


def _forget(store: Store, session: date) -> None:
    """Takes away chains of sessions that are over for a week."""
    for file in store.folder.glob("chains-*/????-??-??.parquet"):
        day = _session_of(file)
        if day is not None and day < session - timedelta(days=KEPT_DAYS):
            with suppress(OSError):
                file.unlink()


_USUAL = {"near": 220, "whole": 450}
"""Calls a session by the contracts that were counted at the end of 2022; more are listed by now."""


def calls_in_words(window: str, folder: Path) -> str:
    """How many calls the chains of a session are: as counted in the last one held in the market's `folder`."""
    if window == "off":
        return 'not asked for: gamma.chains = "off" in the settings'
    files = [file for file in folder.glob(f"chains-{window}-*/????-??-??.parquet") if _session_of(file) is not None]
    last = max((file.stem for file in files), default="")
    files, rows = [file for file in files if file.stem == last], list[pl.DataFrame]()
    with suppress(*UNREADABLE):
        rows = [pl.read_parquet(file, columns=["expiry"]) for file in files]
    if not rows:
        return f"about {_USUAL[window]} calls once a session, none after; more as contracts are listed"
    contracts, calls = sum(each.height for each in rows), 0
    for file, each in zip(files, rows, strict=True):
        split = file.parent.name.removeprefix(f"chains-{window}-") in _OF_INDICES
        ranges = _ranges(date.fromisoformat(last), whole=window == "whole", split=split)
        of_ranges = (each.filter(pl.col("expiry").is_between(*expiries)).height for expiries in ranges)
        calls += sum(max(1, ceil(count / CONTRACTS_A_CALL)) for count in of_ranges)
    return f"{calls} calls once a session, none after ({contracts:,} contracts of {len(rows)} underlyings on {last})"


def _session_of(file: Path) -> date | None:
    try:
        return date.fromisoformat(file.stem)
    except ValueError:
        return None
