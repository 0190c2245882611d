"""The daily history of the rule as a table, with the 2x3 factor of Fama and French, which the outside can check."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl

from deskview.analytics.adjust import supported_splits
from deskview.analytics.continuity import BREAKS, breaks_of, continuous
from deskview.analytics.momentum.basket import Formed
from deskview.analytics.momentum.history import formations, held_returns, rebalances, spans
from deskview.analytics.momentum.risk import hedge_of
from deskview.analytics.momentum.rules import DEFAULT_RULES, MomentumRules
from deskview.analytics.momentum.traits import Traits, traits_of
from deskview.analytics.momentum.universe import cap_at, median_volume, universes_at
from deskview.analytics.panel import Bools, Floats, Ints, Panel, adjusted_grid
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
    starts = rebalances(panel.sessions, monthly)
    universes = universes_at(panel, traits, starts, monthly)
    for (start, end), universe in zip(pairwise([*starts, total]), universes, strict=True):
        days, columns = np.arange(start, end), universe.columns
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


#: Daily returns of the rule, fractions. `short` is the return of the basket sold (up hurts), `spread` is long - short,
#: dollar for dollar, `beta_neutral` long - hedge_ratio * short with the k of the basket then held, null where that has
#: none; `sector_neutral` is the dollar-neutral spread of deciles within sectors. `n_long`, `n_short` and `n_umd` count
#: the names behind the legs and the factor; `umd_weighting` is value, equal or "equal, without size".
DAILY = {
    "session": pl.Date(),
    "long": pl.Float64(),
    "short": pl.Float64(),
    "spread": pl.Float64(),
    "umd_2x3": pl.Float64(),
    "n_long": pl.Int64(),
    "n_short": pl.Int64(),
    "hedge_ratio": pl.Float64(),
    "beta_neutral": pl.Float64(),
    "sector_neutral": pl.Float64(),
    "n_umd": pl.Int64(),
    "umd_weighting": pl.String(),
}
_NEEDED = {
    "bars": ("ticker", "session", "close"),
    "splits": ("ticker", "execution_date", "split_from", "split_to"),
    "names": ("ticker",),
    "dividends": ("ticker", "ex_date", "cash_usd"),
}
"""The columns each argument must have."""


def daily_history(
    bars: pl.DataFrame,
    splits: pl.DataFrame | None,
    names: pl.DataFrame,
    rules: MomentumRules = DEFAULT_RULES,
    *,
    dividends: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The daily returns of the rule over a history: DAILY, one row a session from the first the lookback allows.

    `bars`, whose rows may come in any order as those of all tables: ticker, session (a date or a time, of which the
    date counts), close (USD, not adjusted for splits; adjusted prices go with no `splits`). Optional: volume
    (shares) and vwap (USD), of which the dollar volume is made; without volumes the volume filter does not apply.
    Of two bars of one name and session the one with more volume counts; rows without a close are no bars. Bars of
    the benchmark of the rules (SPY) make the betas; without them the equal-weighted universe does.

    `splits` (None: none): ticker, execution_date (the first session on the new share basis), split_from and split_to:
    so many old shares become so many new ones.
    `names`: ticker. Optional: name; type (CS and ADRC are shares, null is in no basket; without the column all names
    are shares); sector; market_cap_usd (today's, of the whole issuer); cik (the issuer, whose lines count once);
    delisted (the last day a name was traded, null for the living): from then on it is in no new basket, and brings
    whoever holds it the delisting return of the rules.
    Bars of tickers not among the names only serve as benchmark. Without the names that died since, the history is one
    of survivors.
    `dividends` (None: none): ticker, ex_date, cash_usd a share; rows of one date add up. With them returns are total
    returns, else those of prices.

    A series counts from its last break on (analytics.continuity): a move beyond three times or a third in a session
    that no split explains, or a long silence. Of two splits of a name on one date the one that prices support stands.

    Out, in order: session; long, short (return of the basket sold: up hurts); spread = long - short;
    umd_2x3 (the factor of Fama and French on the same names); n_long, n_short; hedge_ratio (k of the basket held, over
    the 252 sessions before it was formed); beta_neutral = long - hedge_ratio * short; sector_neutral (spread of deciles
    within sectors); n_umd; umd_weighting. Returns are fractions; null where there is no figure.

    Raises ValueError naming the argument and the column that is missing.
    """
    _refuse_missing_columns(bars=bars, splits=splits, names=names, dividends=dividends)
    table = _bars(bars)
    if table.is_empty():
        return empty(DAILY)
    known_splits = supported_splits(_splits(splits), table).splits
    if table["volume"].null_count() == len(table):
        rules = replace(rules, volume_floor_usd=0.0)
    panel = _continuous_panel(table, known_splits, dividends)
    traits = traits_of(panel, names)
    umd = _factor_table(panel, two_by_three(panel, traits, rules, carried_caps(panel, known_splits)))
    rows = _all_held(panel, traits, rules).join(umd, on="session", how="left", maintain_order="left")
    return rows.select(list(DAILY))


def _continuous_panel(table: pl.DataFrame, splits: pl.DataFrame, dividends: pl.DataFrame | None) -> Panel:
    grid = adjusted_grid(table, splits, dividends, basis=_last_session(table))
    return continuous(grid, breaks_of(grid, empty(BREAKS))).panel()


def _refuse_missing_columns(**tables: pl.DataFrame | None) -> None:
    for argument, table in tables.items():
        for column in _NEEDED[argument]:
            if table is not None and column not in table.columns:
                raise ValueError(f"{argument}: column {column!r} is missing")


def _factor_table(panel: Panel, factor: Factor) -> pl.DataFrame:
    columns = {
        "session": panel.sessions,
        "umd_2x3": np.where(np.isfinite(factor.returns), factor.returns, np.nan),
        "n_umd": factor.names,
        "umd_weighting": factor.weighting,
    }
    return pl.DataFrame(columns, schema={key: DAILY[key] for key in columns}).with_columns(
        pl.col("umd_2x3").fill_nan(None)
    )


_HELD = ("session", "long", "short", "spread", "beta_neutral", "sector_neutral", "hedge_ratio", "n_long", "n_short")


def _all_held(panel: Panel, traits: Traits, rules: MomentumRules) -> pl.DataFrame:
    held, formed = held_returns(panel, traits, rules), formations(panel, traits, rules)
    parts = [_held(panel, held, one, rows, rules) for one, rows in zip(formed, spans(formed, panel), strict=True)]
    return pl.concat(parts) if parts else empty({key: DAILY[key] for key in _HELD})


def _held(panel: Panel, held: Floats, formed: Formed, rows: slice, rules: MomentumRules) -> pl.DataFrame:
    """The sessions one basket was held over, by the returns `held`; null where it has no names."""
    raw, neutral = formed.raw.returns(held[rows]), formed.sector_neutral.returns(held[rows])
    hedge = hedge_of(panel, formed, formed.raw, rules)
    k = np.nan if hedge.ratio is None else hedge.ratio
    columns = {
        "session": panel.sessions[rows],
        "long": raw.long,
        "short": raw.short,
        "spread": raw.spread,
        "beta_neutral": raw.hedged(k),
        "sector_neutral": neutral.spread,
        "hedge_ratio": np.full(len(raw.long), k),
        "n_long": len(formed.raw.long.columns),
        "n_short": len(formed.raw.short.columns),
    }
    return pl.DataFrame(columns, schema={key: DAILY[key] for key in columns}).with_columns(
        pl.col(pl.Float64).fill_nan(None)
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
