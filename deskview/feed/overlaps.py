"""The overlap's memory: one row a session, kept in the store."""

from datetime import date

import polars as pl

from deskview.analytics.favourites import Crowding
from deskview.analytics.overlap_history import DAYS, OVERLAPS, in_history, overlaps_of
from deskview.market.schema import empty
from deskview.settings import Flow
from deskview.store import Store


def table_name(flow: Flow) -> str:
    """Where the overlaps are stored: another panel is another measurement and stands apart."""
    return f"overlaps-{flow.panel_calls}x{flow.sample_prints}"


def recorded(store: Store, reading: Crowding, session: date, flow: Flow) -> Crowding:
    """Keeps the session's overlaps in place of those before and reads them against the earlier ones.

    Slow: for a thread.
    """
    name = table_name(flow)
    found = store.table(name, OVERLAPS)
    past = empty(OVERLAPS) if found is None else found
    rows = pl.concat([past, overlaps_of(reading, session)]).unique("session", keep="last").sort("session")
    if not rows.equals(past):
        store.put_table(name, rows.tail(DAYS + 1), OVERLAPS)
    return in_history(reading, rows, session)
