"""The 2x3 momentum factor of Fama and French, formed daily: the one that can be checked against the outside."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import polars as pl

from deskview.analytics.momentum.calendar import rebalances
from deskview.analytics.momentum.delisting import held_returns
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.momentum.universe import cap_at, median_volume, universe_at
from deskview.analytics.panel import Bools, Floats, Ints, Panel

LOOKBACK, SKIP = 251, 21
"""For the return of day t: P(t-21) / P(t-251) - 1, "measured from day -250 to -21" (French's data library)."""
LOW, HIGH = 0.3, 0.7
"""Breakpoints of the prior return."""
CAPS_LEAST = 0.9
"""Share of names whose market cap must be known for value weights; the names without one are then left out."""
NAMES_LEAST = 12
"""With fewer names the six portfolios are too small to state a factor."""


@dataclass(frozen=True)
class Factor:
    """Daily 2x3 return per session of the panel, NaN before the first; `weighting` as in DAILY."""

    returns: Floats
    names: Ints
    weighting: list[str | None]


def two_by_three(panel: Panel, traits: Traits, rules: MomentumRules, cap_known: Bools) -> Factor:
    """UMD = (SH + BH) / 2 - (SL + BL) / 2, sorted by size and prior return independently.

    The universe passes the filters of the rules, whatever its size and takeover targets with it, as in the original,
    and is drawn anew each month. Size is
    the market cap at the close before, else the median dollar volume; its breakpoint is the median of the
    names, those of the prior return their 30th and 70th percentile (French: of the NYSE names).
    Without caps and volumes there is no size: winners less losers. `cap_known` (sessions x names) is false
    where a cap cannot be carried back.
    """
    total = len(panel.sessions)
    factor = Factor(np.full(total, np.nan), np.zeros(total, dtype=np.int64), [None] * total)
    monthly = replace(rules, rebalance="monthly", universe_size=len(panel.tickers), exclude_targets=False)
    held = held_returns(panel, traits, rules)
    starts = [*rebalances(panel.sessions, monthly), total]
    for start, end in pairwise(starts):
        days = np.arange(start, end)
        columns = universe_at(panel, traits, start, monthly).columns
        caps = np.stack([cap_at(panel, traits, day, columns) for day in range(start, end)])
        caps[~cap_known[days - 1][:, columns]] = np.nan
        size, weighting = _size(caps, median_volume(panel, start, columns, monthly))
        sized = ~np.isnan(size).any(axis=0)
        usable, size = columns[sized], size[:, sized]
        if len(usable) < NAMES_LEAST:
            continue
        prior = panel.close[days - SKIP][:, usable] / panel.close[days - LOOKBACK][:, usable] - 1
        factor.returns[days] = _umd(held[days][:, usable], prior, size, value=weighting == "value")
        factor.names[days] = len(usable)
        factor.weighting[start:end] = [weighting] * (end - start)
    return factor


def _size(caps: Floats, volume: Floats) -> tuple[Floats, str]:
    """Size of each name at the close before each day (days x names) and the weighting it allows."""
    if caps.size and np.mean(~np.isnan(caps).any(axis=0)) >= CAPS_LEAST:
        return caps, "value"
    return np.broadcast_to(volume, caps.shape), "equal" if volume.any() else "equal, without size"


def _umd(returns: Floats, prior: Floats, size: Floats, *, value: bool) -> Floats:
    """The factor on each row from returns, prior returns and sizes (days x names)."""
    known = ~np.isnan(prior) & ~np.isnan(returns)
    low, high = np.nanquantile(np.where(known, prior, np.nan), [LOW, HIGH], axis=1, keepdims=True)
    big = size > np.median(size, axis=1, keepdims=True)
    weights = np.where(known, size if value else 1.0, 0.0)
    filled = np.nan_to_num(returns)
    winners, losers = prior >= high, prior <= low

    def portfolio(chosen: Bools) -> Floats:
        held = weights * chosen
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Floats = (held * filled).sum(axis=1) / held.sum(axis=1)
        return mean

    if not big.any():
        return portfolio(winners) - portfolio(losers)
    high_mean = (portfolio(winners & ~big) + portfolio(winners & big)) / 2
    return high_mean - (portfolio(losers & ~big) + portfolio(losers & big)) / 2


def carried_caps(panel: Panel, splits: pl.DataFrame) -> Bools:
    """Where today's shares times a past price is a market cap: nowhere before a reverse split.

    Serial reverse splitters issue shares in between; price on today's basis times today's shares explodes.
    """
    known = np.ones(panel.close.shape, dtype=bool)
    reverse = splits.filter(pl.col("split_from") > pl.col("split_to")).select("ticker", "execution_date")
    for ticker, day in reverse.iter_rows():
        column = panel.column(ticker)
        if column is not None:
            known[: np.searchsorted(np.array(panel.sessions), day), column] = False
    return known
