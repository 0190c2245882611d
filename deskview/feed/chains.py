"""Option chains: asked for once a session, stored as they came, and kept as strikes that any price can be put to.

The fund first, as the index's price is taken from its own; then the other indices, then the names that trade most. An
index is asked for by ranges of expiries side by side: pages of one question come one after the other. What fails is
told of the underlying alone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from math import log1p
from typing import Any, Final

import polars as pl

from deskview.analytics.gamma import (
    INDEX,
    INDEX_FUND,
    NAIVE,
    GammaModel,
    Kept,
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
from deskview.feed.chains_kept import NEAR_STRIKES, OF_AN_INDEX, SPLIT_DAYS, forget, mornings_of, ranges_of, record
from deskview.feed.context import Context
from deskview.feed.tasks import OF_ONE_ANSWER, Progress, Task, for_each
from deskview.market.schema import CHAIN, UTC_NS, Schema
from deskview.market.sessions import NEW_YORK
from deskview.providers.base import Table
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store

COUNTED_BY: Final = time(7, 30)
"""Open interest of the session before is sent around 06:30 in New York: what is asked for earlier is a day older."""
SLACK = 0.03
"""So much wider strikes are asked for: the price is that of the close before, and an index's only about known."""
MOST_USD = 1e7
FEW_STRIKES, SAME_TIME = 0.005, timedelta(minutes=5)
BY_VALUE = "by the index's value in its chain"
AT_ONCE = 4
"""Names asked for side by side."""
AGAIN_S = 60.0
"""After so long a chain that did not come is asked for again."""
STORED: Schema = {**CHAIN, "fetched": UTC_NS}


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
        self._is_new = before.session != model.session or before.kept is None or not before.kept.books
        self._inputs = GammaInputs(session=model.session) if self._is_new else before
        self._kept = self._inputs.kept or Kept(convention=context.settings.gamma.convention)
        self._kept = replace(self._kept, reasons={})

    async def run(self) -> None:
        """The session's rate and its earlier mornings once; then what is wanting, in the order of the model, the names
        side by side."""
        if self._is_new:
            near = self._window == "near"
            mornings = await asyncio.to_thread(mornings_of, self._store, self._model.session) if near else ()
            self._kept = replace(self._kept, rate=await self._rate(), mornings=mornings)
            await asyncio.to_thread(forget, self._store, self._model.session)
        wanted = [each for each in self._model.wanted if each.underlying not in self._kept.books]
        indices, names = ([each for each in wanted if (each.underlying in OF_AN_INDEX) is so] for so in (True, False))
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
            ratio = await self._ratio(wanted, frame)
        except ProviderError as error:
            if error.kind not in OF_ONE_ANSWER:
                self._show(reasons={**self._kept.reasons, wanted.underlying: error.sentence})
                raise
            has_none = error.kind is Kind.NOT_FOUND
            self._failed = self._failed if has_none else error
            why = f"the provider has no options on {wanted.underlying}" if has_none else error.sentence
            self._show(reasons={**self._kept.reasons, wanted.underlying: why})
            return
        book = await asyncio.to_thread(self._book, wanted, frame, ratio)
        if isinstance(book, str):
            self._show(reasons={**self._kept.reasons, wanted.underlying: book})
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
        if self._window == "whole":
            frame = await self._ask(wanted, (0.0, MOST_USD))
        else:
            frame = await self._near(wanted, about * wanted.scale)
        if frame.height:
            await asyncio.to_thread(self._store.put_day, name, session, frame, STORED)
        return frame

    async def _near(self, wanted: Wanted, about: float) -> pl.DataFrame:
        """The strikes around the price. They are looked for around `about`, the close before: from a price further off
        than the slack the window would have one side only, and is asked for again."""
        asked = _around(about, NEAR_STRIKES + SLACK)
        frame = await self._ask(wanted, asked)
        price, _ = self._price(frame)
        low, high = _around(price or about, NEAR_STRIKES)
        is_whole = price is None or (asked[0] <= low and high <= asked[1])
        return frame if is_whole else await self._ask(wanted, _around(price or about, NEAR_STRIKES + SLACK))

    async def _ask(self, wanted: Wanted, strikes: tuple[float, float]) -> pl.DataFrame:
        """STORED of these strikes as the provider has them now. Raises ProviderError."""
        whole, split = self._window == "whole", wanted.underlying in OF_AN_INDEX
        ranges = ranges_of(self._model.session, whole=whole, split=split)
        ask = self._context.provider.chain
        tables = await asyncio.gather(*(ask(wanted.underlying, expiries, strikes) for expiries in ranges))
        rows, why = sum(table.left_out for table in tables), (reason for table in tables for reason in table.reasons)
        reasons = tuple(dict.fromkeys([*self._inputs.reasons, *why]))
        self._inputs = replace(self._inputs, left_out=self._inputs.left_out + rows, reasons=reasons)
        return self._stamped(tables)

    def _stamped(self, tables: Sequence[Table]) -> pl.DataFrame:
        return pl.concat([table.frame for table in tables]).with_columns(
            fetched=pl.lit(self._context.state.now, UTC_NS)
        )

    async def _ratio(self, wanted: Wanted, frame: pl.DataFrame) -> tuple[float, str] | None:
        """What it costs for a dollar of its proxy, both at one moment, and how that is known; None where it is not.
        Raises ProviderError.

        An index has no value of its own before the open and after the close, while its proxy trades: the closes are
        held against each other then. A chain of another hour tells another hour's price: a few contracts are asked for,
        of the index too where it is its own chain that is old.
        """
        if wanted.proxy == wanted.underlying:
            return 1.0, "its last trade"
        book, (price, source) = self._kept.books.get(wanted.proxy), self._price(frame)
        if book is None or price is None:
            return None
        fetched, proxy = self._fetched(frame), book.spot
        if source == BY_VALUE and (close := self._close_of(wanted.proxy, fetched)) is not None:
            proxy, source = close, "by both at the close"
        elif not _is_same_time(fetched, book.fetched):
            now = self._context.state.now
            if not _is_same_time(fetched, now):
                price, source = self._price(await self._few(wanted.underlying, price))
            if not _is_same_time(book.fetched, now):
                proxy = self._price(await self._few(wanted.proxy, proxy))[0] or 0.0
        return (price / proxy, f"{wanted.proxy} × {price / proxy:.4f}, {source}") if price and proxy else None

    def _close_of(self, proxy: str, fetched: datetime) -> float | None:
        """The proxy's close that an index's value of then is of; None within regular hours, where it is of then."""
        model, state = self._model, self._context.state
        then = fetched - timedelta(seconds=state.delay_s)
        if then < model.calendar.opens(model.session):
            return self._closes.get(proxy)
        if then < model.calendar.closes(model.session) or state.snapshot is None:
            return None
        closes = state.snapshot.filter(pl.col("ticker") == proxy).get_column("day_close").drop_nulls()
        return float(closes[0]) if len(closes) and closes[0] > 0 else None

    async def _few(self, underlying: str, price: float) -> pl.DataFrame:
        """STORED of a few contracts near a price, of now. Raises ProviderError."""
        days = (self._model.session, self._model.session + timedelta(days=SPLIT_DAYS[1]))
        return self._stamped([await self._context.provider.chain(underlying, days, _around(price, FEW_STRIKES))])

    def _price(self, frame: pl.DataFrame) -> tuple[float | None, str]:
        """The underlying's price as its contracts tell it, and how."""
        price = _median(frame)
        if price is not None or frame.is_empty():
            return price, BY_VALUE
        return spot_by_parity(frame, self._kept.rate.value, self._fetched(frame)), "by put-call parity"

    def _fetched(self, frame: pl.DataFrame) -> datetime:
        at: datetime = frame.get_column("fetched")[0] or self._model.calendar.opens(self._model.session)
        return at

    def _book(self, wanted: Wanted, frame: pl.DataFrame, ratio: tuple[float, str] | None) -> OptionBook | str:
        """The book of a chain, or why there is none. Slow: for a thread."""
        about, whole = self._closes.get(wanted.proxy), self._window == "whole"
        if frame.is_empty():
            why = f"{wanted.proxy} has no close before the session, around which strikes are asked for"
            return why if about is None else f"the provider has no contracts of {wanted.underlying} in the window"
        price = self._price(frame)[0] or (about if wanted.underlying == wanted.proxy else None)
        if price is None:
            return f"no price of {wanted.underlying} came with its contracts, and no quotes to take it from"
        near = frame if whole else frame.filter(pl.col("strike").is_between(*_around(price, NEAR_STRIKES)))
        if near.is_empty():
            return f"no contract of {wanted.underlying} lies within {NEAR_STRIKES:.0%} of its price"
        if ratio is None:
            has_chain = wanted.proxy in self._kept.books
            why = "came with no price of the same moment" if has_chain else "has no chain"
            return f"{wanted.proxy}, from whose price it is taken, {why}"
        terms = Terms(price, self._kept.rate.value, self._model.dividends.get(wanted.proxy, 0.0))
        strikes = strikes_of(near.select(*CHAIN), terms, self._fetched(frame), self._model.calendar)
        if not strikes.used:
            return _why_none(wanted.underlying, near.height, strikes.left_out)
        return OptionBook(
            underlying=wanted.underlying,
            title=wanted.title,
            strikes=strikes,
            oi_as_of=self._model.calendar.previous(self._model.session),
            coverage=_coverage(near, whole=whole),
            proxy=wanted.proxy,
            ratio=ratio[0],
            spot_source=ratio[1],
            rate=terms.rate,
            dividend=terms.dividend,
            fetched=self._fetched(frame),
            spot=price,
        )

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
        """The morning's figures once both of the index's chains are in.

        They are of the near window, one like the other. Chains of after the close no longer have what was there at the
        open and settled since: they make none.
        """
        kept, session = self._kept, self._model.session
        if (
            self._window != "near"
            or not {INDEX, INDEX_FUND} <= set(kept.books)
            or any(row.session == session for row in kept.mornings)
        ):
            return
        fetched, end = [kept.books[name].fetched for name in (INDEX, INDEX_FUND)], self._model.calendar.closes(session)
        if any(at is None or at >= end for at in fetched):
            return
        naive = replace(kept, convention=NAIVE)
        found = await asyncio.to_thread(morning_of, self._model, naive, Quotes({}, self._closes, {}))
        if found is None:
            return
        await asyncio.to_thread(record, self._store, found)
        self._show(mornings=(*kept.mornings, found))


def _around(price: float, reach: float) -> tuple[float, float]:
    return price * (1 - reach), price * (1 + reach)


def _median(chain: pl.DataFrame) -> float | None:
    """The underlying's price as its contracts tell it."""
    found = chain.get_column("spot").median()
    return float(found) if isinstance(found, float) and found > 0 else None


def _is_same_time(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= SAME_TIME


def _why_none(underlying: str, contracts: int, left_out: Mapping[str, int]) -> str:
    """Why none of an underlying's contracts counts."""
    reasons = ", ".join(f"{count:,} {why}" for why, count in left_out.items())
    return f"none of {contracts:,} contracts of {underlying} counts: {reasons or 'nobody holds any'}"


def _coverage(frame: pl.DataFrame, *, whole: bool) -> str:
    expiries = frame.get_column("expiry")
    last = f"{max(expiries.to_list()):%-d %b %Y}"
    return f"{expiries.n_unique()} expiries to {last}, {'every strike' if whole else f'strikes ±{NEAR_STRIKES:.0%}'}"
