"""One name the user opened: its own day, and the percentile of the hour among its own year."""

from datetime import date, datetime
from typing import Final

import polars as pl

from deskview.analytics.flow import groups
from deskview.analytics.flow.bars import FlowState
from deskview.analytics.flow.percentile import Comparison, Ranked, compare
from deskview.analytics.flow.reading import FULL_DAY, HALF_DAY, KEYS, NO_CORE, side_of
from deskview.analytics.flow.sample import FRAME, sample_of
from deskview.analytics.flow.schema import FLOW_BARS
from deskview.analytics.flow.structs import NameDay, Side
from deskview.market.schema import empty
from deskview.market.sessions import Calendar

NO_PRINTS: Final = "its prints of today are still to come"
NO_WINDOWS: Final = "the windows of its earlier sessions are still to come"
SIGNED: Final = [f"{side}_{way}_usd" for side in KEYS for way in ("buy", "sell")]


def read_name(
    today: FlowState | None,
    windows: pl.DataFrame | None,
    dollars: pl.DataFrame,
    session: date,
    half_day: bool,
    *,
    ticker: str,
    as_of: datetime | None,
    note: str,
    volume_usd: float | None,
    calendar: Calendar | None = None,
) -> NameDay:
    """The name's counted prints up to `as_of` and FLOW_WINDOWS, today's among them, to its day; None is still to come.

    `dollars`: (session, ticker, dollar_volume_usd) of the sessions before and of today so far. `volume_usd` is what the
    name has traded today by its volume and price, so the part of it that was counted may come out a little above 1 and
    is cut there. `note` is handed through, and says why where nothing has come.
    """
    counted = today is not None and today.session == session
    bars = today.bars.filter(pl.col("ticker") == ticker) if today is not None and counted else empty(FLOW_BARS)
    at = min(as_of, today.session_close) if as_of is not None and today is not None and counted else None
    found = _compared(windows, dollars, session, at, ticker=ticker, note=note, calendar=calendar)
    missing: dict[str, str] = {}
    retail, institutional = (_side(bars, side, found, half_day, missing) for side in KEYS)
    if not counted:
        missing = {path: reason if reason == NO_CORE else note or NO_PRINTS for path, reason in missing.items()}
    turnover = _dollars(bars, *SIGNED, "unsigned_usd")
    if not turnover:
        missing["retail_share"] = "no dollars counted in this session" if counted else note or NO_PRINTS
    if not volume_usd:
        missing["volume_share"] = "what it has traded today is not known"
    return NameDay(
        ticker=ticker,
        as_of=as_of,
        retail=retail,
        institutional=institutional,
        turnover_usd=turnover,
        volume_share=min(1.0, (turnover + _dollars(bars, "auction_usd")) / volume_usd) if volume_usd else None,
        retail_share=_dollars(bars, *SIGNED[:2]) / turnover if turnover else None,
        note=note,
        missing=missing,
    )


def _side(bars: pl.DataFrame, side: str, found: Comparison, half_day: bool, missing: dict[str, str]) -> Side:
    return side_of(
        bars,
        side,
        HALF_DAY if half_day else FULL_DAY,
        found.retail if side == "retail" else found.other,
        clock=found.clock,
        names=min(1, bars.height),
        limits=groups.Limits(reason=groups.ITSELF),
        missing=missing,
    )


def _compared(
    windows: pl.DataFrame | None,
    dollars: pl.DataFrame,
    session: date,
    at: datetime | None,
    *,
    ticker: str,
    note: str,
    calendar: Calendar | None,
) -> Comparison:
    """Its windows up to now among those of its earlier sessions: one certain name, split by its windows."""
    if windows is None or at is None:
        nothing = Ranked(reason=note or NO_WINDOWS)
        return Comparison(retail=nothing, other=nothing)
    itself = sample_of(empty(FRAME), [ticker], calls=1)
    own = windows.filter(pl.col("ticker") == ticker)
    return compare(own, itself, dollars, session=session, at=at, calendar=calendar)


def _dollars(bars: pl.DataFrame, *columns: str) -> float:
    return float(bars.select(pl.sum_horizontal(pl.col(columns).sum())).item())
