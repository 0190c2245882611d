"""Every refresh: the model of the session against the market, fund by fund and carried into names and sectors."""

from dataclasses import dataclass
from datetime import datetime
from math import fsum

import numpy as np
import polars as pl

from deskview.analytics.leverage.allocate import UNCLASSIFIED
from deskview.analytics.leverage.formula import (
    Floats,
    is_wiped_out,
    multiplier,
    per_1pct_usd,
    rebalance_from_fund_usd,
    rebalance_usd,
    rolled_aum_usd,
)
from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.readings import NameRow, SectorRow
from deskview.analytics.leverage.risk import Risk
from deskview.analytics.panel import Bools


class Moment:
    """All figures of one moment as arrays, NaN for unknown; `market` is the index's return, None for unknown.

    `moved` tells that some equity fund has a flow today; `coverage` is the share of the equity funds' per-1 % of those
    with a return, None where there is none.

    Per fund: `aum`, `counted` (AUM is positive), `equity` (the counted of equity kinds), `r` (underlying's return
    used), `from_fund` (it is the fund's own over L), `gap`, `today`, `known` (AUM and today's flow are), `used` (known,
    or counted while nothing moved), `per_1pct`, `rolled` AUM. Per underlying, over the used funds: `flow`, `exposure`
    (per 1 %), `size`, `count`, `move`; over the daily ones at the last close (`daily_usd`, the used) and after today's
    move (`coming_usd`, all with AUM): USD per unit return. `base` and `period`: AUM at the last reset and the return
    since; `daily_today`: the daily funds' flow.
    """

    def __init__(self, model: LeverageModel, live: pl.DataFrame) -> None:
        prices, returns = _looked_up(model, live)
        market = float(returns[model.market_key])
        self.market: float | None = market if np.isfinite(market) else None
        self._funds(model, prices, returns)
        self._underlyings(model)

    def _funds(self, model: LeverageModel, prices: Floats, returns: Floats) -> None:
        leverage, drift = model.leverage, model.drift
        previous = prices[model.fund_key]
        aum = model.shares * np.where(np.isfinite(previous), previous, model.close)
        self.counted: Bools = np.isfinite(aum) & (aum > 0)
        self.aum: Floats = np.where(self.counted, aum, np.nan)
        self.proxy_move: Floats = np.where(model.proxy_key >= 0, returns[model.proxy_key], np.nan)
        underlying, own = self.proxy_move[model.position], returns[model.fund_key]
        self.from_fund: Bools = ~np.isfinite(underlying) & np.isfinite(own)
        exposed = leverage * np.where(np.isfinite(drift.exposed), drift.exposed, 1.0)
        self.r: Floats = np.where(self.from_fund, own / exposed, underlying)
        self.gap: Floats = own - np.maximum(exposed * underlying, -1.0)
        base, r = self.aum * drift.base, drift.since_reset(self.r)
        trade = np.where(
            self.from_fund & drift.daily,
            rebalance_from_fund_usd(leverage, base, own),
            rebalance_usd(leverage, base, r),
        )
        self.wiped_out: Bools = is_wiped_out(leverage, np.nan_to_num(r))
        self.today: Floats = np.where(drift.due, trade, np.where(self.counted, 0.0, np.nan))
        per_1pct = np.asarray(per_1pct_usd(leverage, self.aum)) * (exposed / leverage)
        self.per_1pct: Floats = np.where(drift.due, per_1pct, np.where(self.counted, 0.0, np.nan))
        rolled = rolled_aum_usd(exposed, self.aum, np.nan_to_num(self.r))
        self.rolled: Floats = np.where(self.counted, np.maximum(rolled, 0.0), 0.0)
        self.base: Floats = base
        self.period: Floats = r
        self.known: Bools = self.counted & np.isfinite(np.where(drift.due, self.today, self.r))
        self.equity: Bools = self.counted & model.equity[model.position]
        self.moved = bool((self.known & drift.due & self.equity).any())
        self.used: Bools = self.known if self.moved else self.counted
        self.coverage = self._coverage(model.book.lost_usd)

    def _underlyings(self, model: LeverageModel) -> None:
        count, known, used = len(model.proxy_key), self.known, self.used

        def total(values: Floats, rows: Bools) -> Floats:
            summed = np.bincount(model.position[rows], weights=values[rows], minlength=count)
            return np.asarray(summed, dtype=np.float64)

        with_return = np.bincount(model.position[known], minlength=count) > 0
        self.flow: Floats = np.where(with_return, total(self.today, known), np.nan)
        self.exposure: Floats = total(np.nan_to_num(self.per_1pct), used)
        self.size: Floats = total(self.aum, used)
        self.count = np.bincount(model.position[used], minlength=count)
        dollars, priced = np.asarray(multiplier(model.leverage)), self.counted & np.isfinite(self.r)
        weight = total(dollars * self.aum, priced)
        implied = np.divide(
            total(dollars * self.aum * self.r, priced), weight, out=np.full(count, np.nan), where=weight > 0
        )
        self.move: Floats = np.where(np.isfinite(self.proxy_move), self.proxy_move, implied)
        daily = self.equity & model.drift.daily
        self.daily_usd: Floats = total(dollars * self.aum, daily & used)
        self.coming_usd: Floats = total(dollars * self.rolled, daily)
        rebalanced = self.today[daily & known]
        self.daily_today: float | None = fsum(rebalanced.tolist()) if self.moved and len(rebalanced) else None

    def _coverage(self, lost_usd: float) -> float | None:
        """Of the equity funds' per-1 %, with that of what left the listing of late, the share of those with a return;
        None where there is none."""
        whole = float(np.nansum(self.per_1pct[self.equity])) + lost_usd * 0.01
        return float(np.nansum(self.per_1pct[self.equity & self.known])) / whole if whole > 0 else None


def risk_now(model: LeverageModel, now: Moment, at: datetime) -> tuple[Risk, float | None]:
    """The model's risk with today's moves as its newest day, and the share of a day's variance usually behind one.

    A move is brought to a whole day by that share; where it is not known (None) the move counts as it stands. Before
    the open, and where no move is known, today has none: the model's own risk.
    """
    share = None if model.clock is None else model.clock.share(at)
    if not model.begun(at) or (now.market is None and not np.isfinite(now.move).any()):
        return model.risk, None
    return model.risk.with_move(now.move, np.nan if now.market is None else now.market, share or 1.0), share


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


def name_weeks(model: LeverageModel, risk: Risk, exposure: Floats) -> Floats:
    """1σ of the coming sessions' flow into each name of the allocation, from the exposure per underlying; NaN where one
    that reaches it has no risk figure: the rest would pass as the whole.

    Every return of the covariance is carried into the names; a name that funds reach through several underlyings has
    them together, with their correlations.
    """
    legs = (model.allocation.single, model.allocation.index)
    carried = np.zeros((legs[0].names, len(exposure)))
    for leg in legs:
        np.add.at(carried, (leg.name, leg.underlying), leg.weight)
    carried *= exposure
    known = (carried != 0).any(axis=1) & ~(carried[:, ~risk.known] != 0).any(axis=1)
    sd = np.linalg.norm(risk.weighted @ carried.T, axis=0) * np.sqrt(len(model.sessions))
    return np.where(known & bool(model.sessions), sd, np.nan)


def name_rows(model: LeverageModel, flows: NameFlows, weeks: Floats) -> list[NameRow]:
    """One row per name any equity fund reaches, the largest flow first."""
    legs, today = model.allocation, flows.today
    of_adv = today / legs.adv_usd
    impact = np.sign(today) * model.parameters.impact_coefficient * legs.sigma * np.sqrt(np.abs(of_adv)) * 1e4
    size = np.abs(np.nan_to_num(today))
    order = np.argsort(-size if size.any() else -flows.per_1pct, kind="stable")
    order = order[(flows.per_1pct[order] != 0.0) | (np.nan_to_num(weeks[order]) > 0.0)]
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
            nullable(of_adv[order] * model.parameters.cash_share / model.parameters.closing_share),
            nullable(impact[order]),
            nullable(weeks[order]),
            nullable(weeks[order] / legs.adv_usd[order]),
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
