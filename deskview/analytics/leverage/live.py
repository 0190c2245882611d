"""Every refresh: the model of the session against the market, fund by fund and carried into names and sectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.leverage.allocate import UNCLASSIFIED
from deskview.analytics.leverage.formula import (
    Floats,
    is_wiped_out,
    per_1pct_usd,
    rebalance_from_fund_usd,
    rebalance_usd,
    rolled_aum_usd,
)
from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.readings import NameRow, SectorRow


class Moment:
    """All figures of one moment as arrays, NaN for unknown. Per fund: `aum`, `counted` (AUM is positive), `r`
    (underlying's return used), `from_fund` (it is the fund's own over L), `gap`, `rebalance`, `creation`, `today`,
    `per_1pct`, `rolled` AUM. Per underlying: `flow`, `exposure` (per 1 %), `size`, `count`, `move`.
    """

    def __init__(self, model: LeverageModel, live: pl.DataFrame, flows: Mapping[str, float]) -> None:
        prices, returns = _looked_up(model, live)
        self._funds(model, prices, returns, flows)
        self._underlyings(model)

    def _funds(self, model: LeverageModel, prices: Floats, returns: Floats, flows: Mapping[str, float]) -> None:
        leverage = model.leverage
        previous = prices[model.fund_key]
        aum = model.shares * np.where(np.isfinite(previous), previous, model.close)
        self.counted: npt.NDArray[np.bool_] = np.isfinite(aum) & (aum > 0)
        self.aum: Floats = np.where(self.counted, aum, np.nan)
        self.proxy_move: Floats = np.where(model.proxy_key >= 0, returns[model.proxy_key], np.nan)
        underlying, own = self.proxy_move[model.position], returns[model.fund_key]
        self.from_fund: npt.NDArray[np.bool_] = ~np.isfinite(underlying) & np.isfinite(own)
        self.r: Floats = np.where(self.from_fund, own / leverage, underlying)
        self.gap: Floats = own - np.maximum(leverage * underlying, -1.0)
        creation = np.zeros(len(leverage))
        if flows:
            creation = np.array([flows.get(t, 0.0) for t in model.book.funds.get_column("ticker")], dtype=np.float64)
        self.creation: Floats = leverage * creation
        direct = rebalance_usd(leverage, self.aum, self.r)
        self.rebalance: Floats = np.where(self.from_fund, rebalance_from_fund_usd(leverage, self.aum, own), direct)
        self.wiped_out: npt.NDArray[np.bool_] = is_wiped_out(leverage, np.nan_to_num(self.r))
        self.creation[self.wiped_out] = 0.0
        self.today: Floats = self.rebalance + self.creation
        self.per_1pct: Floats = np.asarray(per_1pct_usd(leverage, self.aum))
        rolled = rolled_aum_usd(leverage, self.aum, np.nan_to_num(self.r), creation)
        self.rolled: Floats = np.where(self.counted, np.maximum(rolled, 0.0), 0.0)

    def _underlyings(self, model: LeverageModel) -> None:
        count = len(model.proxy_key)
        known = self.counted & np.isfinite(self.today)

        def total(values: Floats, rows: npt.NDArray[np.bool_]) -> Floats:
            summed = np.bincount(model.position[rows], weights=values[rows], minlength=count)
            return np.asarray(summed, dtype=np.float64)

        self.known: npt.NDArray[np.bool_] = known
        with_return = np.bincount(model.position[known], minlength=count) > 0
        self.flow: Floats = np.where(with_return, total(self.today, known), np.nan)
        self.exposure: Floats = total(self.per_1pct, self.counted)
        self.size: Floats = total(self.aum, self.counted)
        self.count = np.bincount(model.position[self.counted], minlength=count)
        own_exposure = total(self.per_1pct, known)
        implied = np.divide(
            total(np.nan_to_num(self.per_1pct * self.r), known),
            own_exposure,
            out=np.full(count, np.nan),
            where=own_exposure > 0,
        )
        self.move: Floats = np.where(np.isfinite(self.proxy_move), self.proxy_move, implied)


def _looked_up(model: LeverageModel, live: pl.DataFrame) -> tuple[Floats, Floats]:
    """Previous close and return of every key, NaN where LIVE has none."""
    found = model.keys.join(live, on="ticker", how="left", maintain_order="left")
    if found.height != model.keys.height:
        raise ValueError("table live: a ticker stands in more than one row")
    previous, returns = (found.get_column(column).to_numpy() for column in ("prev_close", "ret"))
    return np.where(previous > 0, previous, np.nan), np.asarray(returns, dtype=np.float64)


def total_or_none(values: Floats) -> float | None:
    """Exact sum of what is known; None when nothing is."""
    known = values[np.isfinite(values)]
    return fsum(known.tolist()) if len(known) else None


def nullable(values: Floats) -> list[float | None]:
    """A list with None for NaN."""
    listed: list[float | None] = values.tolist()
    if not np.isfinite(values).all():
        for at in np.flatnonzero(~np.isfinite(values)).tolist():
            listed[at] = None
    return listed


NOT_TRACED = "Not traced to names"


@dataclass(frozen=True)
class NameFlows:
    """Flow per name of the allocation: `single` and `index` parts and their sum `today`, NaN for unknown."""

    single: Floats
    index: Floats
    today: Floats
    per_1pct: Floats


def name_flows(model: LeverageModel, now: Moment) -> NameFlows:
    """Today's flow carried into the names; a part that is unknown counts nothing in the sum."""
    legs = model.allocation
    single, index = legs.single.spread(now.flow), legs.index.spread(now.flow)
    reached = legs.single.reached(now.flow) | legs.index.reached(now.flow)
    today = np.where(reached, np.nan_to_num(single) + np.nan_to_num(index), np.nan)
    return NameFlows(single, index, today, legs.single.spread(now.exposure) + legs.index.spread(now.exposure))


def name_rows(model: LeverageModel, flows: NameFlows) -> list[NameRow]:
    """One row per name any equity fund reaches, the largest flow first."""
    legs, today = model.allocation, flows.today
    of_adv = today / legs.adv_usd
    impact = np.sign(today) * model.parameters.impact_coefficient * legs.sigma * np.sqrt(np.abs(of_adv)) * 1e4
    size = np.abs(np.nan_to_num(today))
    order = np.argsort(-size if size.any() else -flows.per_1pct, kind="stable")
    order = order[flows.per_1pct[order] != 0.0]
    return list(
        map(
            NameRow,
            legs.tickers[order].tolist(),
            legs.names[order].tolist(),
            legs.sectors[order].tolist(),
            nullable(today[order]),
            nullable(flows.single[order]),
            nullable(flows.index[order]),
            flows.per_1pct[order].tolist(),
            nullable(legs.adv_usd[order]),
            nullable(of_adv[order]),
            nullable(of_adv[order] / model.parameters.closing_share),
            nullable(impact[order]),
        )
    )


def _untraced(model: LeverageModel, values: Floats) -> float:
    """Sum over equity underlyings of what their weights don't reach."""
    return fsum((np.nan_to_num(values) * (1.0 - model.allocation.reached))[model.equity].tolist())


def unallocated_usd(model: LeverageModel, now: Moment) -> float:
    """The part of today's flow that can't be traced to names."""
    return _untraced(model, now.flow)


def sector_rows(model: LeverageModel, now: Moment, flows: NameFlows) -> list[SectorRow]:
    """Names grouped by sector, then names without a sector, then what is not traced to names."""
    labels, group = model.allocation.sector_groups
    reached = flows.per_1pct != 0.0
    today = np.bincount(group, weights=np.nan_to_num(flows.today), minlength=len(labels)).tolist()
    per_1pct = np.bincount(group, weights=flows.per_1pct, minlength=len(labels)).tolist()
    count = np.bincount(group[reached], minlength=len(labels)).tolist()
    rows = [SectorRow(*row) for row in zip(labels, today, per_1pct, count, strict=True) if row[3]]
    rows.sort(key=lambda row: (row.sector == UNCLASSIFIED, -abs(row.today_usd)))
    rest = SectorRow(NOT_TRACED, _untraced(model, now.flow), _untraced(model, now.exposure), 0)
    return [*rows, rest] if rest.per_1pct_usd or rest.today_usd else rows
