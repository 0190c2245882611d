"""Prints by hand for the flow tests: one call per print, defaults for all that does not matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any

import polars as pl
from hypothesis import strategies as st

from deskview.analytics.flow import FLOW_BARS, SAMPLE, Comparison, Flow, read
from deskview.analytics.flow.bars import FlowState
from deskview.analytics.flow.label import label
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
) -> pl.DataFrame:
    """The rows labelled in the session's hours."""
    when = hours(session)
    return label(prints(rows), session_open=when.opens, session_close=when.closes, tick_e4=tick_e4)


def start(session: date = SESSION, closes: Mapping[str, float] = MappingProxyType({})) -> FlowState:
    """A state that has counted nothing."""
    when = hours(session)
    return FlowState(session, when.opens, when.closes, closes=closes)


def itself(*tickers: str, **other: object) -> pl.DataFrame:
    """SAMPLE of names that stand for themselves."""
    row = {"kind": "stock", "sector": None, "leg": "", "certain": True, "weight": 1.0, "windows": 4}
    return pl.DataFrame([{"ticker": ticker, **row, **other} for ticker in tickers], schema=dict(SAMPLE))


def bars_of(sums: dict[str, dict[str, float]], half_hour: int = 0) -> pl.DataFrame:
    """FLOW_BARS of one half-hour of today with these sums by name."""
    row = dict.fromkeys(FLOW_BARS, 0.0) | {"session": SESSION, "half_hour": half_hour, "prints": 2, "retail_prints": 1}
    return pl.DataFrame([row | {"ticker": ticker} | own for ticker, own in sums.items()], schema=dict(FLOW_BARS))


def drawn(weights: dict[str, float], **other: object) -> pl.DataFrame:
    """SAMPLE of names that were drawn, with their weights."""
    rows = [itself(name, certain=False, **other).with_columns(weight=weight) for name, weight in weights.items()]
    return pl.concat(rows)


def estimated(bars: pl.DataFrame, sample: pl.DataFrame, counted: Sequence[str] | None = None, **other: Any) -> Flow:  # noqa: ANN401 - of `read`
    """The reading of a sample of 4,000 stocks, all of it counted unless said otherwise."""
    names = sample.get_column("ticker").to_list() if counted is None else counted
    given: dict[str, Any] = {"universe": 4000, "universe_share": 0.4} | other
    return read(bars, sample, given.pop("comparison", Comparison()), SESSION, False, counted=names, **given)


PRICES = [100_000 + over for over in (0, 1, 20, 50, 99, 100, 200)]
FAR = [10_600, 94_999, 106_000, 112_500]
"""Prices beyond 5 % of those, on either side, and of one another."""


@st.composite
def tape(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few seconds of two names in tape order: off and on exchange, cancelled, of odd lots, far off, late."""
    rows = []
    for number in range(draw(st.integers(1, 60))):
        second = draw(st.integers(0, 8))
        row = (one if draw(st.booleans()) else lit)(
            draw(st.sampled_from(PRICES * 2 + FAR)),
            draw(st.sampled_from([0, 0.1, 0.333333, 100, 20_000])),
            draw(st.sampled_from([f"09:59:5{second}", f"09:59:5{second}", "09:49:59"])),
            ticker=draw(st.sampled_from(["AAA", "BBB"])),
            conditions=draw(st.sampled_from([[], [37], [14], [2], [25]])),
            correction=draw(st.sampled_from([0, 0, 0, 8])),
        )
        row["sip_time"] = clock("10:00") + timedelta(milliseconds=100 * (number // 3))
        rows.append(row)
    return rows


@st.composite
def long_tape(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Two hours of one name in tape order, some of whose records cancel or correct prints minutes or an hour before."""
    rows: list[dict[str, Any]] = []
    minutes = 0
    for _ in range(draw(st.integers(1, 30))):
        minutes += draw(st.sampled_from([0, 0, 1, 15, 30]))
        row = lit(draw(st.sampled_from(PRICES * 2 + FAR)), 100, "10:00")
        row["time"] = row["sip_time"] = clock("10:00") + timedelta(minutes=minutes)
        if rows and (code := draw(st.sampled_from([0, 1, 8]))):
            row |= {"id": rows[draw(st.integers(0, len(rows) - 1))]["id"], "correction": code}
        rows.append(row)
    return rows
