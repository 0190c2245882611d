"""Which names' prints are read: the user's list, else an automatic choice sized to the budget of calls."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from deskview.analytics.favourites import retail_shares
from deskview.board import Basis
from deskview.settings import Flow
from deskview.store import Store

STOCKS = ("CS", "ADRC")
SESSIONS = 20
"""Sessions of the median dollar volume."""
LEGS_PART, FAVOURITES_PART = 4, 8
"""Of the automatic choice one name in 4 is of the momentum legs and one in 8 a retail favourite."""
TABLE = "focus"
FOCUS = {"session": pl.Date(), "ticker": pl.String()}


def windows_per_day(flow: Flow, names: int) -> int:
    """Windows a name gets of each past session's calls; at least one."""
    return max(1, flow.calls_per_session // max(1, names))


def focus_names(basis: Basis, flow: Flow, samples: pl.DataFrame) -> tuple[str, ...]:
    """The names to read, most traded first.

    The user's list as it is; else the largest by median dollar volume of 20 sessions, the most traded of either
    momentum leg, and of the stocks in `samples` (FLOW_SAMPLES) those with the highest retail share. Where legs or
    samples are not there, the next largest take their places.
    """
    if flow.names:
        return tuple(dict.fromkeys(flow.names))
    count = min(flow.count, flow.calls_per_session)
    ranked = _by_volume(basis)
    legs, favourites = count // LEGS_PART, count // FAVOURITES_PART
    chosen = ranked[: count - legs - favourites]
    chosen += _first(_leg_names(basis, ranked), legs, chosen)
    chosen += _first(retail_shares(samples).get_column("ticker"), favourites, chosen)
    chosen += _first(ranked, count - len(chosen), chosen)
    place = {ticker: number for number, ticker in enumerate(ranked)}
    return tuple(sorted(chosen, key=lambda ticker: place.get(ticker, len(place))))


def kept(store: Store, session: date, flow: Flow) -> tuple[str, ...]:
    """The automatic choice made for this session before, so that a second start reads the same names."""
    table = None if flow.names else store.table(TABLE, FOCUS)
    if table is None:
        return ()
    names = tuple(table.filter(pl.col("session") == session).get_column("ticker"))
    return names if len(names) == min(flow.count, flow.calls_per_session) else ()


def keep(store: Store, session: date, names: tuple[str, ...]) -> None:
    """Keeps the choice of this session in place of the last one's."""
    rows = {"session": [session] * len(names), "ticker": list(names)}
    store.put_table(TABLE, pl.DataFrame(rows, schema=FOCUS), FOCUS)


def _by_volume(basis: Basis) -> list[str]:
    recent = basis.history.get_column("session").unique().sort().tail(SESSIONS)
    stocks = basis.names.filter(pl.col("type").is_in(STOCKS)).select("ticker")
    return (
        basis.history.filter(pl.col("session").is_in(recent.implode()))
        .join(stocks, on="ticker", how="semi")
        .group_by("ticker")
        .agg(pl.col("dollar_volume_usd").median())
        .sort(["dollar_volume_usd", "ticker"], descending=[True, False])
        .get_column("ticker")
        .to_list()
    )


def _leg_names(basis: Basis, ranked: list[str]) -> list[str]:
    """The legs' names, the most traded of either leg first, long and short in turn."""
    raw = basis.momentum.raw if basis.momentum else None
    if raw is None:
        return []
    place = {ticker: number for number, ticker in enumerate(ranked)}
    legs = [
        sorted((name.ticker for name in leg if name.ticker in place), key=place.__getitem__)
        for leg in (raw.long, raw.short)
    ]
    return [name for pair in zip(*legs, strict=False) for name in pair]


def _first(names: Iterable[str], count: int, taken: list[str]) -> list[str]:
    """The first so many that are not taken yet."""
    return [name for name in dict.fromkeys(names) if name not in taken][: max(0, count)]
