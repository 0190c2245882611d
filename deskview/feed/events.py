"""What followed such days in the past: the records there are, studied once a session."""

import asyncio

import numpy as np

from deskview.analytics.events import Record, Series, history_of, read_record
from deskview.board import Basis, HistoryInputs
from deskview.clock import monotonic
from deskview.feed.context import Context

OWN = "the desk's own rule"
OWN_SIGMAS = -2.0
"""In a year of sessions hardly a day goes further."""


async def refresh_events(context: Context) -> None:
    """Every record into the state: the desk's own rule over the sessions held."""
    state = context.state
    basis = await state.complete.get()
    found = await asyncio.to_thread(studied, basis)
    if basis.session == state.session.value:
        state.history = found


def studied(basis: Basis) -> HistoryInputs:
    """What followed the events of every record; slow, for a thread."""
    own = own_record(basis)
    records = sorted([own] if own else [], key=lambda record: -len(record.series.returns))
    reading = history_of([read_record(record) for record in records], "no basket could be formed in the sessions held")
    return HistoryInputs(reading, tuple(records), monotonic())


def own_record(basis: Basis) -> Record | None:
    """The daily returns of the desk's rule from its first formation on; None where no basket could be formed."""
    model = basis.momentum
    if model is None or model.raw is None:
        return None
    legs = model.raw.own
    known = np.isfinite(legs.spread)
    if not known.any():
        return None
    days = [day for day, is_known in zip(model.sessions[-len(known) :], known.tolist(), strict=True) if is_known]
    return Record(
        record="own",
        title=OWN,
        short="own rule",
        series=Series(days, legs.spread[known]),
        source=f"{len(days)} of the {len(model.sessions)} sessions held, every basket as it was formed then",
        long=legs.long[known],
        sigmas=OWN_SIGMAS,
    )
