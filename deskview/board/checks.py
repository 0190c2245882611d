"""What a part of the market rests on, once more by itself: fresh prices, and names whose price is not sure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import polars as pl

from deskview.analytics import breadth, leverage, momentum, rotation
from deskview.analytics.momentum import DEFAULT_RULES
from deskview.board.basis import Basis
from deskview.board.board import Part, Status
from deskview.board.market import Market
from deskview.market.sessions import NEW_YORK

Reading = TypeVar("Reading")
SETTLED_AFTER = timedelta(minutes=30)
"""So long after the open the names of the index, and most of the legs, trade every few minutes."""
LATELY = timedelta(minutes=5)
LEGS_LEAST, MEMBERS_LEAST = 0.5, 0.9
"""Shares of the legs' weight and of the index's members that trade within minutes where the market is not halted."""
BENCHMARK_LATELY = timedelta(minutes=2)
"""The index's fund trades every second."""
FEW_MEMBERS = 100
ODD = 0.05
"""Where more of what a part rests on has a price that is kept, or that moved further than trading allows, it is in
doubt."""


def checked(part: Part[Reading], market: Market, basis: Basis) -> Part[Reading]:
    """The part, stale where what it rests on has not traded lately, in doubt where too much of that is not sure."""
    if part.value is None or part.status is Status.DOUBT:
        return part
    if doubt := _doubt(part.value, market, basis):
        return replace(part, status=Status.DOUBT, doubt=doubt)
    if part.status is not Status.STALE and (note := _stale(part.value, market, basis)):
        return replace(part, status=Status.STALE, note=" ".join(filter(None, (part.note, note))))
    return part


def no_surer_than(part: Part[Reading], *others: Part[Any]) -> Part[Reading]:
    """A part that is made of the readings of others: in doubt or stale where one of them is, and for its reason."""
    if part.value is None or part.status is Status.DOUBT:
        return part
    doubted = next((other for other in others if other.status is Status.DOUBT), None)
    if doubted is not None:
        return replace(part, status=Status.DOUBT, doubt=doubted.doubt)
    stale = next((other for other in others if other.status is Status.STALE), None)
    if stale is not None and part.status is not Status.STALE:
        return replace(part, status=Status.STALE, note=" ".join(filter(None, (part.note, stale.note))))
    return part


def _doubt(reading: object, market: Market, basis: Basis) -> str:
    """Why too much of the reading is not sure; no part is right where the index is not."""
    odd = set(market.seen.odd)
    if not odd:
        return ""
    if (benchmark := DEFAULT_RULES.benchmark) in odd:
        reason = market.live.filter(pl.col("ticker") == benchmark).get_column("doubt")[0]
        return f"{benchmark}: {reason}"
    share = _share_of(reading, odd, basis)
    if share <= ODD:
        return ""
    return f"{share:.0%} of what it rests on has a price that is kept or moved further than trading allows"


def _share_of(reading: object, odd: set[str], basis: Basis) -> float:
    """Which share of what the reading rests on these names are, by its own weights."""
    match reading:
        case momentum.MomentumReading():
            weights = {name.ticker: name.weight for name in (*reading.long, *reading.short)}
        case breadth.BreadthReading():
            weights = dict.fromkeys(basis.names.filter("in_index").get_column("ticker"), 1.0)
        case rotation.RotationReading():
            weights = dict.fromkeys(basis.reference.groups.get_column("ticker"), 1.0)
        case leverage.Leverage():
            proxies = dict(basis.reference.underlyings.select("underlying", "proxy").drop_nulls().iter_rows())
            weights = {}
            for row in reading.by_underlying:
                ticker = proxies.get(row.underlying, row.underlying)
                weights[ticker] = weights.get(ticker, 0.0) + abs(row.today_usd or 0.0)
        case _:
            weights = {}
    total = sum(weights.values())
    return sum(weight for ticker, weight in weights.items() if ticker in odd) / total if total else 0.0


def _stale(reading: object, market: Market, basis: Basis) -> str:
    """Why the prices of an open market are old, empty where they are not."""
    prices, at = basis.prices, market.at
    if not prices.opens + SETTLED_AFTER <= at < prices.bell:
        return ""
    times = market.live.select("ticker", "price_time")
    own: Any = times.filter(pl.col("ticker") == DEFAULT_RULES.benchmark).get_column("price_time").max()
    if own is not None and at - own > BENCHMARK_LATELY:
        return f"The newest price of {DEFAULT_RULES.benchmark} is of {own.astimezone(NEW_YORK):%H:%M:%S}."
    members = times.join(basis.names.filter("in_index").select("ticker"), on="ticker", how="semi")
    lately = members.filter(pl.col("price_time") >= at - LATELY).height
    if members.height >= FEW_MEMBERS and lately < MEMBERS_LEAST * members.height:
        return f"Only {lately:,} of {members.height:,} names of the index traded within the last minutes."
    if isinstance(reading, momentum.MomentumReading) and (reading.coverage or 1.0) < LEGS_LEAST:
        return f"Only {reading.coverage:.0%} of the legs' weight traded within the last minutes."
    return ""
