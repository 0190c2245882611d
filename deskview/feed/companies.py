"""What is told of companies, asked of the whole market once a day: short interest, floats, reports, filings."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import polars as pl

from deskview.analytics.companies import AHEAD, FILED, LATELY, YEAR_OF_WEEKS, Sources, companies
from deskview.board import Basis, Companies
from deskview.board.inputs import CALENDAR, FILINGS_TOLD, FLOAT, SHORT
from deskview.feed.context import Context
from deskview.feed.tasks import Task
from deskview.market.schema import EARNINGS, FILINGS, FLOATS, SHORT_INTEREST, UTC_NS, Schema, empty
from deskview.market.sessions import NEW_YORK, Calendar
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.store import Store

log = logging.getLogger(__name__)
FROM: Final = time(7)
"""From this hour in New York on, what is told for the day is there; before it yesterday's stands."""
SETTLEMENTS: Final = timedelta(days=62)
"""Two settlements at least lie within: they are half a month apart and told two to three weeks later."""
COMING: Final = timedelta(days=45)
"""So far ahead the calendar of reports is asked for."""
KEPT: Final = timedelta(days=7)
"""So long an older table stands where a newer one is not to be had."""
LEAST: Final = 0.5
"""A steady table with fewer of the rows that are held than this is no whole market's."""
AGAIN_S: Final = 300.0


@dataclass(frozen=True)
class _Question:
    """A table by its name in the store, whose rows it tells (`title`), and how it is asked for on a session.

    A `steady` one has a row a name; those of a span of days come and go with the season in which companies report, and
    can fall to a tenth from one day to the next.
    """

    name: str
    title: str
    schema: Schema
    ask: Callable[[Provider, date], Awaitable[Table]]
    steady: bool = False

    def too_few(self, rows: int, held: int) -> bool:
        """Whether so many rows, where so many are held, are no answer."""
        return rows < held * LEAST if self.steady else rows == 0 < held

    @property
    def stored(self) -> Schema:
        """As it is kept: with the time of the question, how many rows were left out then, and why."""
        return {**self.schema, "asked": UTC_NS, "left_out": pl.Int64(), "why": pl.String()}


_LATELY, _YEAR_AGO = "filings-lately", "filings-year-ago"
QUESTIONS: Final = (
    _Question(
        "short-interest", SHORT, SHORT_INTEREST, lambda one, day: one.short_interest(day - SETTLEMENTS), steady=True
    ),
    _Question("floats", FLOAT, FLOATS, lambda one, _: one.floats(), steady=True),
    _Question("earnings", CALENDAR, EARNINGS, lambda one, day: one.earnings(day - LATELY, day + COMING)),
    _Question(_LATELY, FILINGS_TOLD, FILINGS, lambda one, day: one.filings(day - FILED, day)),
    _Question(
        _YEAR_AGO,
        FILINGS_TOLD,
        FILINGS,
        lambda one, day: one.filings(day - YEAR_OF_WEEKS, day - YEAR_OF_WEEKS + AHEAD),
    ),
)
"""Six to ten calls a day: floats and filings take a page or two each."""


async def refresh_companies(context: Context) -> None:
    """The day's table into the state. What can't be had says why, and an older one stands for a week."""
    state = context.state
    store, basis = await state.store.get(), await state.complete.get()
    now = state.now or datetime.combine(basis.session, FROM, NEW_YORK)
    since = _since(now, basis.session, state.calendar)
    turn = _Turn(context.provider, store, basis.session, now)
    for question in QUESTIONS:
        await turn.take(question, since)
    found = await asyncio.to_thread(_read, turn.tables, basis, state.daily.splits, state.calendar)
    if basis.session == state.session.value:
        state.companies = Companies(
            found, basis.session, reasons=turn.reasons, left_out=turn.left_out, left_out_reasons=turn.left_out_reasons
        )
        context.scheduler.changed.set()
    if turn.again:
        context.scheduler.bring_forward(Task.COMPANIES, AGAIN_S)


def _since(now: datetime, session: date, calendar: Calendar) -> datetime:
    """What was asked for at this time or later is of the day."""
    today = datetime.combine(session, FROM, NEW_YORK)
    return today if now >= today else datetime.combine(calendar.previous(session), FROM, NEW_YORK)


def _read(tables: Mapping[str, pl.DataFrame], basis: Basis, splits: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    filings = pl.concat([tables[_LATELY], tables[_YEAR_AGO]])
    sources = Sources(tables["short-interest"], tables["floats"], tables["earnings"], filings)
    return companies(sources, basis.names, splits, session=basis.session, calendar=calendar)


class _Turn:
    """One turn: what is of the day stays, what is not is asked for. `again`: something failed that may soon be had."""

    def __init__(self, provider: Provider, store: Store, session: date, now: datetime) -> None:
        self._provider = provider
        self._store = store
        self._session = session
        self._now = now
        self.tables: dict[str, pl.DataFrame] = {}
        self.reasons: dict[str, str] = {}
        self.left_out: dict[str, int] = {}
        self.left_out_reasons: dict[str, tuple[str, ...]] = {}
        self.again = False

    async def take(self, question: _Question, since: datetime) -> None:
        """The question's table, from the store where it is of the day. Raises ProviderError for a refused key."""
        held = await asyncio.to_thread(self._store.table, question.name, question.stored)
        asked = held.get_column("asked").max() if held is not None else None
        if held is None or not isinstance(asked, datetime) or asked < since:
            held = await self._asked(question, held, asked if isinstance(asked, datetime) else None)
        self.tables[question.name] = empty(question.schema) if held is None else held.select(*question.schema)
        if held is not None and held.height and (rows := int(held.get_column("left_out")[0])):
            self.left_out[question.title] = self.left_out.get(question.title, 0) + rows
            why = self.left_out_reasons.get(question.title, ())
            self.left_out_reasons[question.title] = (*why, *held.get_column("why")[0].splitlines())

    async def _asked(
        self, question: _Question, held: pl.DataFrame | None, asked: datetime | None
    ) -> pl.DataFrame | None:
        """The table as it is told now, kept with the time; the one that is held, for a while, where it can't be."""
        try:
            table = await question.ask(self._provider, self._session)
        except ProviderError as error:
            if error.kind is Kind.KEY_REFUSED:
                raise
            log.log(logging.DEBUG if error.for_good else logging.WARNING, "%s: %s", question.name, error)
            self.again |= error.kind is not Kind.NOT_ENTITLED
            return self._instead(question, held, asked, error.sentence)
        if held is not None and self._usable(asked) and question.too_few(table.frame.height, held.height):
            self.again = True
            few = f"{question.title} came with {table.frame.height:,} of {held.height:,} rows."
            return self._instead(question, held, asked, few)
        stamped = table.frame.with_columns(
            asked=pl.lit(self._now, UTC_NS),
            left_out=pl.lit(table.left_out, pl.Int64()),
            why=pl.lit("\n".join(table.reasons)),
        )
        if stamped.height:
            await asyncio.to_thread(self._store.put_table, question.name, stamped, question.stored)
        return stamped

    def _instead(
        self, question: _Question, held: pl.DataFrame | None, asked: datetime | None, why: str
    ) -> pl.DataFrame | None:
        """What is held where it is no older than a week, and what is said of it."""
        usable = self._usable(asked)
        stands = f" That of {asked.astimezone(NEW_YORK):%-d %b} stands." if usable and asked is not None else ""
        self.reasons[question.title] = f"{why}{stands}"
        return held if usable else None

    def _usable(self, asked: datetime | None) -> bool:
        """Whether what was asked for then may still stand; beyond that nothing is held against what comes."""
        return asked is not None and self._now - asked <= KEPT
