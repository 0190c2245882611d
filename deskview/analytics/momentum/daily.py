"""The daily history of the momentum basket and the 2x3 factor from bars of any provider."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from deskview.analytics.adjusted_panel import adjusted_panel
from deskview.analytics.momentum.basket import Formed
from deskview.analytics.momentum.delisting import held_returns
from deskview.analytics.momentum.factor import carried_caps, two_by_three
from deskview.analytics.momentum.history import formations, spans
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules
from deskview.analytics.momentum.traits import traits_of
from deskview.analytics.panel import Floats, Panel
from deskview.market.schema import BARS, SPLITS, empty

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
