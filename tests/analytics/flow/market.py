"""Prints by hand for the flow tests: one call per print, defaults for all that does not matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import polars as pl

from deskview.analytics.flow.bars import FlowState
from deskview.analytics.flow.label import label
from deskview.analytics.flow.rules import Rule
from deskview.analytics.flow.subpenny import PENNY_E4
from deskview.market.schema import TRADES
from deskview.market.sessions import NEW_YORK, Calendar

SESSION = date(2026, 2, 4)
CALENDAR = Calendar()
_NUMBERS = count(1)


@dataclass(frozen=True)
class Hours:
    """Regular trading of one session."""

    opens: datetime
    closes: datetime


def hours(session: date = SESSION) -> Hours:
    """Regular trading of the session by the exchange's calendar."""
    return Hours(CALENDAR.opens(session), CALENDAR.closes(session))


def clock(text: str, session: date = SESSION) -> datetime:
    """New York time "09:31" or "09:31:02.5" of the session."""
    return datetime.fromisoformat(f"{session} {text}").replace(tzinfo=NEW_YORK)


def one(
    price_e4: int, size: float = 100, at: str = "10:00", session: date = SESSION, **other: object
) -> dict[str, Any]:
    """One off-exchange print unless said otherwise; sequence numbers rise from call to call."""
    number = next(_NUMBERS)
    time = clock(at, session)
    row: dict[str, Any] = {
        "ticker": "ABC",
        "time": time,
        "sip_time": time + timedelta(microseconds=1),
        "sequence": number,
        "id": str(number),
        "price": price_e4 / 1e4,
        "price_e4": price_e4,
        "size": size,
        "exchange": 4,
        "off_exchange": True,
        "conditions": [],
        "correction": 0,
    }
    return row | other


def lit(price_e4: int, size: float = 100, at: str = "10:00", **other: object) -> dict[str, Any]:
    """One print on an exchange."""
    return one(price_e4, size, at) | {"exchange": 11, "off_exchange": False} | other


def prints(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """TRADES of the rows."""
    return pl.DataFrame(list(rows), schema=dict(TRADES), orient="row")


def labelled(
    rows: Sequence[dict[str, Any]],
    session: date = SESSION,
    tick_e4: int | Mapping[str, int] = PENNY_E4,
    quotes: pl.DataFrame | None = None,
    rule: Rule = Rule.LEE_READY,
) -> pl.DataFrame:
    """The rows labelled in the session's hours."""
    when = hours(session)
    return label(
        prints(rows), session_open=when.opens, session_close=when.closes, tick_e4=tick_e4, quotes=quotes, rule=rule
    )


def start(session: date = SESSION) -> FlowState:
    """A state that has counted nothing."""
    when = hours(session)
    return FlowState(session, when.opens, when.closes)
