"""What holds for a whole session: history on today's share basis, the names, and every method's model."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar

import polars as pl

from deskview.analytics import breadth, leverage, momentum, rotation
from deskview.analytics.adjust import adjusted_history, last_closes
from deskview.analytics.leverage import Parameters, SupplyAssumptions
from deskview.analytics.names import join_names
from deskview.analytics.panel import panel_of
from deskview.market.sessions import Calendar

Model = TypeVar("Model")
log = logging.getLogger(__name__)

INDEX = "SPX"
"""Whose members breadth is measured over."""
WEEK = 5
"""Sessions the leveraged-ETF forecast reaches."""
INTEREST = 1000
"""So many of the largest names by dollar volume are asked for market cap and sector."""


@dataclass(frozen=True)
class Reference:
    """The shipped and the user's reference data: FUNDS, UNDERLYINGS, GROUPS and MEMBERS."""

    funds: pl.DataFrame
    underlyings: pl.DataFrame
    groups: pl.DataFrame
    members: pl.DataFrame


@dataclass(frozen=True)
class Assumptions:
    """What the user assumes where a method leaves a choice."""

    leverage: Parameters = field(default_factory=Parameters)
    supply: SupplyAssumptions = field(default_factory=SupplyAssumptions)
    basket: momentum.MomentumRules = momentum.DEFAULT_RULES


DEFAULT_ASSUMPTIONS = Assumptions()


@dataclass(frozen=True)
class DailyTables:
    """BARS, SPLITS, DIVIDENDS, TICKERS and DETAILS as fetched."""

    bars: pl.DataFrame
    splits: pl.DataFrame
    dividends: pl.DataFrame
    tickers: pl.DataFrame
    details: pl.DataFrame


@dataclass(frozen=True)
class Basis:
    """One session's fixed part. A model is None where its method could not be prepared; `reasons` then says why."""

    session: date
    next_sessions: tuple[date, ...]
    half_day: bool
    history: pl.DataFrame
    closes: pl.DataFrame
    names: pl.DataFrame
    reference: Reference
    momentum: momentum.MomentumModel | None
    breadth: breadth.BreadthModel | None
    rotation: rotation.RotationModel | None
    leverage: leverage.LeverageModel | None
    reasons: dict[str, str]

    def names_of_interest(self) -> list[str]:
        """Stocks whose market cap and sector matter: index members and the largest by dollar volume."""
        last = self.history.filter(pl.col("session") == pl.col("session").max())
        stocks = self.names.filter(pl.col("type").is_in(["CS", "ADRC"]))
        large = (
            last.join(stocks.select("ticker"), on="ticker", how="semi")
            .sort(["dollar_volume_usd", "ticker"], descending=[True, False])
            .head(INTEREST)
        )
        members = stocks.filter(pl.col("in_index"))
        both = pl.concat([members.select("ticker"), large.select("ticker")])
        return both.get_column("ticker").unique(maintain_order=True).to_list()


def build_basis(
    session: date,
    tables: DailyTables,
    reference: Reference,
    calendar: Calendar,
    assumptions: Assumptions = DEFAULT_ASSUMPTIONS,
) -> Basis:
    """The session's basis from bars of sessions before it."""
    history = adjusted_history(tables.bars, tables.splits, tables.dividends, basis=session)
    names = join_names(tables.tickers, reference.members, tables.details, index=INDEX)
    panel = panel_of(history, before=session)
    coming, closes = calendar.after(session, WEEK), calendar.closes(session)
    reasons: dict[str, str] = {}
    prepared = partial(_prepared, reasons)
    return Basis(
        session=session,
        next_sessions=tuple(coming),
        half_day=calendar.is_half_day(session),
        history=history,
        closes=last_closes(history),
        names=names,
        reference=reference,
        momentum=prepared(
            "momentum",
            lambda: momentum.prepare(panel, names, session=session, closes=closes, rules=assumptions.basket),
        ),
        breadth=prepared("breadth", lambda: breadth.prepare(panel, names, closes=closes)),
        rotation=prepared("rotation", lambda: rotation.prepare(panel, reference.groups, names)),
        leverage=prepared(
            "leverage",
            lambda: _leverage(
                session=session,
                coming=coming,
                history=history,
                names=names,
                tables=tables,
                reference=reference,
                assumptions=assumptions,
            ),
        ),
        reasons=reasons,
    )


def _prepared(reasons: dict[str, str], part: str, prepare: Callable[[], Model]) -> Model | None:
    """The part's model; where its method refuses, none, and the reason among `reasons`."""
    try:
        return prepare()
    except ValueError as error:
        reasons[part] = str(error)
        log.warning("%s can't be prepared: %s", part, error)
        return None


def _leverage(
    *,
    session: date,
    coming: list[date],
    history: pl.DataFrame,
    names: pl.DataFrame,
    tables: DailyTables,
    reference: Reference,
    assumptions: Assumptions,
) -> leverage.LeverageModel:
    return leverage.prepare(
        funds=reference.funds,
        underlyings=reference.underlyings,
        details=tables.details,
        history=history,
        names=names,
        baskets=leverage.baskets_from_caps(reference.underlyings, reference.members, reference.groups, names),
        next_sessions=coming,
        splits=tables.splits,
        session=session,
        parameters=assumptions.leverage,
        supply=assumptions.supply,
    )
