"""What followed such days in the past: the records there are, studied once a session and when another copy is there."""

import asyncio
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from deskview.analytics.assumptions import OWN_RULE
from deskview.analytics.events import Record, Series, history_of, panic_days, read_record, untold_days
from deskview.analytics.panel import Bools
from deskview.board import Basis, HistoryInputs
from deskview.clock import monotonic
from deskview.feed.context import Context
from deskview.french import DECILES, FACTORS, HOST, MOMENTUM, RecordError, kept, reader
from deskview.settings import Settings

OWN_SIGMAS = -2.0
"""In a year of sessions hardly a day goes further."""
WORDS = {
    MOMENTUM: ("french", "Kenneth French's momentum factor (thirds, milder than tenths)", "French"),
    DECILES: ("french-deciles", "Kenneth French's top less bottom tenth", "deciles"),
}
"""What the records are called: in the JSON, in full, and where room is scarce."""


async def refresh_events(context: Context) -> None:
    """Every record into the state: the desk's own rule over the sessions held, and French's where the user has it."""
    state = context.state
    basis = await state.complete.get()
    found = await asyncio.to_thread(studied, basis, context.settings, state.history)
    if basis.session == state.session.value and found is not state.history:
        last = state.calendar.closes(state.calendar.previous(basis.session))
        state.history = replace(found, as_of=last, received=monotonic())


def studied(basis: Basis, settings: Settings, before: HistoryInputs) -> HistoryInputs:
    """What followed the events of every record, `before` where none is another; slow, for a thread."""
    problems: list[str] = []
    copies = {name: copy.sha256 for name in (MOMENTUM, FACTORS, DECILES) if (copy := _about(name, problems))}
    found = (*copies.items(), *problems)
    if before.reading is not None and basis.momentum is before.model and found == before.copies:
        return before
    every = [*_own(basis), *french_records(problems, basis.session)]
    records = sorted(every, key=lambda record: -len(record.series.returns))
    reading = history_of(
        [read_record(record) for record in records],
        reason="no basket could be formed in the sessions held",
        note="" if MOMENTUM in copies or problems else _how_to_get(settings),
    )
    note = " ".join(dict.fromkeys(problems))
    return HistoryInputs(reading, tuple(records), note=note, model=basis.momentum, copies=found)


def _about(name: str, problems: list[str]) -> kept.Copy | None:
    try:
        return kept.about(name)
    except RecordError as error:
        problems.append(error.sentence)
        return None


def _how_to_get(settings: Settings) -> str:
    here = "Kenneth French's record since 1926 is not here"
    if settings.history == "off":
        return f'{here}, and history = "off" in the settings.'
    return f"{here}: the palette or `deskview backfill record` gets it from {HOST}."


def _own(basis: Basis) -> list[Record]:
    """The daily returns of the desk's rule from its first formation on; none where no basket could be formed."""
    model = basis.momentum
    days = model.days if model else None
    if model is None or days is None:
        return []
    spread = days.long - days.short
    known = np.isfinite(spread)
    if not known.any():
        return []
    sessions = [day for day, is_known in zip(days.sessions, known.tolist(), strict=True) if is_known]
    held = f"{len(sessions)} of the {basis.sessions} sessions held, each basket as formed then"
    own = Record(
        record="own",
        title=OWN_RULE,
        short="own rule",
        series=Series(sessions, spread[known]),
        source=f"{held}; {model.survivorship}",
        long=days.long[known],
        sigmas=OWN_SIGMAS,
    )
    return [own]


def french_records(problems: list[str], session: date) -> list[Record]:
    """The user's copies as records: the momentum factor, and the deciles' winners less losers, whose legs are known.

    Only of days before `session`: a record may reach up to it or, where a past market is looked at, beyond, and the day
    is neither ranked among itself nor among days that were still to come. One without such days is none. The market's
    state is that of the factors of the same vintage. What is wrong with a copy is added to `problems`.
    """
    momentum, factors, deciles = (_loaded(name, problems) for name in (MOMENTUM, FACTORS, DECILES))
    tables: list[tuple[reader.Record, pl.DataFrame]] = []
    if momentum is not None:
        tables.append((momentum, momentum.table.select("session", spread="mom")))
    if deciles is not None:
        legs = deciles.table.select("session", spread=pl.col("d10") - pl.col("d1"), long="d10")
        tables.append((deciles, legs))
    known = [(copy, table.filter(pl.col("session") < session).drop_nulls()) for copy, table in tables]
    return [_french(copy, days, factors) for copy, days in known if days.height]


def _loaded(name: str, problems: list[str]) -> reader.Record | None:
    try:
        return kept.load(name)
    except RecordError as error:
        problems.append(error.sentence)
        return None


def _french(copy: reader.Record, days: pl.DataFrame, factors: reader.Record | None) -> Record:
    """A copy as a record, from its days of `session`, `spread` and perhaps `long`."""
    name, title, short = WORDS[copy.name]
    states = _panic(days, factors) if factors is not None and factors.vintage == copy.vintage else None
    about = kept.about(copy.name)
    fetched = f", got {about.fetched:%Y-%m-%d} from {about.source}" if about else ""
    return Record(
        record=name,
        title=title,
        short=short,
        series=Series(days.get_column("session").to_list(), days.get_column("spread").to_numpy(), *(states or ())),
        source=f"of the CRSP database of {copy.vintage or 'an unknown month'}{fetched}",
        copyright=copy.copyright,
        long=days.get_column("long").to_numpy() if "long" in days.columns else None,
    )


def _panic(days: pl.DataFrame, factors: reader.Record) -> "tuple[Bools, Bools] | None":
    """Whether the market was in a panic as each day began, and whether that can be told; None where the factors do not
    have all these days."""
    market = factors.table.select("session", market=pl.col("mkt_rf") + pl.col("rf")).drop_nulls()
    states = market.select(
        "session",
        panic=pl.Series(panic_days(market.get_column("market").to_numpy())),
        told=pl.int_range(pl.len()) >= untold_days(),
    )
    joined = days.join(states, on="session", how="left", maintain_order="left")
    panic, told = joined.get_column("panic"), joined.get_column("told")
    return None if panic.has_nulls() else (panic.to_numpy(), told.to_numpy())
