"""The daily history of the rule as a table, with the 2x3 factor of Fama and French, which the outside can check."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl

from deskview.analytics.momentum.basket import Formed
from deskview.analytics.momentum.history import formations, held_returns, rebalances, spans
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules
from deskview.analytics.momentum.traits import Traits, traits_of
from deskview.analytics.momentum.universe import cap_at, median_volume, universe_at
from deskview.analytics.panel import Bools, Floats, Ints, Panel, adjusted_panel
from deskview.market.schema import BARS, SPLITS, empty

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


#: Daily returns of the rule. `short` is the return of the basket sold, `spread` is long - k * short,
#: `umd_weighting` is value, equal or "equal, without size"; `n_umd` the names behind the factor.
DAILY = {
    "session": pl.Date(),
    "long": pl.Float64(),
    "short": pl.Float64(),
    "spread": pl.Float64(),
    "umd_2x3": pl.Float64(),
    "n_long": pl.Int64(),
    "n_short": pl.Int64(),
    "hedge_ratio": pl.Float64(),
    "sector_neutral": pl.Float64(),
    "n_umd": pl.Int64(),
    "umd_weighting": pl.String(),
}


def daily_history(
    bars: pl.DataFrame,
    splits: pl.DataFrame | None,
    names: pl.DataFrame,
    rules: MomentumRules = DEFAULT_RULES,
    *,
    dividends: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """DAILY: one row per session from the first the lookback allows, in order.

    `bars` needs ticker, session and close, not adjusted for splits (adjusted prices go with no `splits`);
    without volumes the volume filter does not apply. Rows may come in any order; of two bars of one name
    and session the one with more volume counts. `splits` needs ticker, execution_date, split_from and
    split_to. `names` needs ticker; type, sector, market_cap_usd, cik (the issuer) and delisted (the last day a
    name was traded) are used where they are there; without the names that died since, the history is one of
    survivors. Returns are total returns with `dividends` (ticker, ex_date, cash_usd), price returns without.
    Without bars of the benchmark, betas are taken against the equal-weighted universe.
    """
    table, known_splits = _bars(bars), _splits(splits)
    if table.is_empty():
        return empty(DAILY)
    if table["volume"].null_count() == len(table):
        rules = replace(rules, volume_floor_usd=0.0)
    panel = adjusted_panel(table, known_splits, dividends, basis=_last_session(table))
    traits = traits_of(panel, names)
    factor = two_by_three(panel, traits, rules, carried_caps(panel, known_splits))
    held = held_returns(panel, traits, rules)
    parts = [_held(panel, held, one, rows) for one, rows in spans(formations(panel, traits, rules), panel)]
    rows = pl.concat(parts) if parts else empty({key: DAILY[key] for key in _HELD})
    umd = pl.DataFrame(
        {
            "session": panel.sessions,
            "umd_2x3": np.where(np.isfinite(factor.returns), factor.returns, np.nan),
            "n_umd": factor.names,
            "umd_weighting": factor.weighting,
        },
        schema={key: DAILY[key] for key in ("session", "umd_2x3", "n_umd", "umd_weighting")},
    ).with_columns(pl.col("umd_2x3").fill_nan(None))
    return rows.join(umd, on="session", how="left", maintain_order="left").select(list(DAILY))


_HELD = ("session", "long", "short", "spread", "sector_neutral", "hedge_ratio", "n_long", "n_short")


def _held(panel: Panel, held: Floats, formed: Formed, rows: slice) -> pl.DataFrame:
    """The sessions one basket was held over, by the returns `held`; null where it has no names."""
    returns, raw, neutral = held[rows], formed.raw, formed.sector_neutral
    long, short = raw.long.returns(returns), raw.short.returns(returns)
    usable = len(raw.long.columns) > 0
    return pl.DataFrame(
        {
            "session": panel.sessions[rows],
            "long": long if usable else None,
            "short": short if usable else None,
            "spread": long - raw.hedge_ratio * short if usable else None,
            "sector_neutral": neutral.spread(returns) if len(neutral.long.columns) else None,
            "hedge_ratio": raw.hedge_ratio if usable else None,
            "n_long": len(raw.long.columns),
            "n_short": len(raw.short.columns),
        },
        schema={key: DAILY[key] for key in _HELD},
    )


def _bars(bars: pl.DataFrame) -> pl.DataFrame:
    """BARS with the columns there are, one row per name and session."""
    absent = [pl.lit(None).alias(column) for column in BARS if column not in bars.columns]
    table = bars.with_columns(absent).select(pl.col(column).cast(dtype) for column, dtype in BARS.items())
    table = table.with_columns(pl.col(pl.Float64).fill_nan(None)).drop_nulls(["ticker", "session", "close"])
    per_session = table.group_by("session").agg(names=pl.col("ticker").n_unique(), bars=pl.len())
    if (per_session.get_column("names") == per_session.get_column("bars")).all():
        return table
    return table.sort("ticker", "session", "volume", "close", nulls_last=False).unique(
        ["ticker", "session"], keep="last", maintain_order=True
    )


def _last_session(table: pl.DataFrame) -> date:
    last: date = table.select(pl.col("session").max()).item()
    return last


def _splits(splits: pl.DataFrame | None) -> pl.DataFrame:
    if splits is None or splits.is_empty():
        return empty(SPLITS)
    needed = {column: SPLITS[column] for column in ("ticker", "execution_date", "split_from", "split_to")}
    return splits.select(pl.col(column).cast(dtype) for column, dtype in needed.items())
