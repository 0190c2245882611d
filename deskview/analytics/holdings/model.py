"""What holds for a session and a set of lists: the names, their betas, what momentum leaves over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from deskview.analytics.assumptions import YEAR, SigmaBasis
from deskview.analytics.measures import Number, betas
from deskview.analytics.momentum import MomentumModel
from deskview.analytics.panel import Bools, Floats, Panel
from deskview.market.own_lists import OwnList

BENCHMARK = "SPY"
BETA_SESSIONS, BETA_LEAST = YEAR, YEAR // 2
"""Sessions a beta is taken over at most, and at least."""
NO_HISTORY = "no daily history of it is held"


@dataclass(frozen=True)
class ListModel:
    """One list. `rows` has OWN_LIST with name, sector, delisted (null for the living), listed, themes, split, and the
    betas: beta_market and beta_spread, null for the reason market_missing and spread_missing; beta_n are the sessions
    of the latter.

    `rest` (sessions x rows) is what the spread leaves over of each name's returns, no mean in it; 0 where there is
    none, and as much larger elsewhere as days are lacking.
    """

    name: str
    has_quantities: bool
    rows: pl.DataFrame = field(repr=False)
    rest: Floats = field(repr=False)


@dataclass(frozen=True)
class HoldingsModel:
    """The lists, one σ of a day of the momentum spread, and the spread's own sum of squares over `spread_n` sessions.

    `sigma_missing` says why there is no σ.
    """

    lists: tuple[ListModel, ...]
    sigma: Number
    sigma_basis: SigmaBasis | None
    sigma_missing: str
    spread_squares: float
    spread_n: int


@dataclass(frozen=True)
class _Series:
    """Returns over the sessions of the betas, NaN where there is none; `reason` says why there is none at all."""

    values: Floats
    called: str
    reason: str = ""


def prepare(
    lists: Sequence[OwnList],
    panel: Panel,
    names: pl.DataFrame,
    groups: pl.DataFrame,
    *,
    momentum: MomentumModel | None,
    momentum_missing: str = "",
    splits: pl.DataFrame | None = None,
    session: date | None = None,
) -> HoldingsModel:
    """The model of the lists from the sessions before (the panel), NAMES, GROUPS and the model of momentum.

    `names` may hold those delisted since (column `delisted`); `momentum_missing` says why there is no momentum. With
    SPLITS and the live `session` a name split since its list was written is told: quantities are as they were written.
    It is prepared anew for another session and where a list has changed.
    """
    spread, market = _spread(panel, momentum, momentum_missing), _market(panel)
    known = spread.values[np.isfinite(spread.values)]
    risk = momentum.raw.risk if momentum is not None and momentum.raw is not None else None
    sigma = risk.sigma if risk else None
    few = f"one σ of a day of the spread can't be told from the {risk.n} days of it that are held" if risk else ""
    known_names = [_with_splits(one, _named(one.rows, names, groups), splits, session) for one in lists]
    return HoldingsModel(
        lists=tuple(
            _list_model(one, named, panel, spread, market) for one, named in zip(lists, known_names, strict=True)
        ),
        sigma=sigma,
        sigma_basis=risk.basis if risk and sigma is not None else None,
        sigma_missing="" if sigma is not None else few or spread.reason,
        spread_squares=float(((known - known.mean()) ** 2).sum()) if len(known) else 0.0,
        spread_n=len(known),
    )


def _spread(panel: Panel, momentum: MomentumModel | None, missing: str) -> _Series:
    """The rule's own spread by the panel's last sessions."""
    sessions = panel.sessions[-BETA_SESSIONS:]
    if momentum is None or momentum.days is None:
        why = momentum.why_not if momentum else missing
        reason = f"there is no momentum spread: {why or 'momentum could not be prepared'}"
        return _Series(np.full(len(sessions), np.nan), "the momentum spread", reason)
    days = momentum.days
    by_session = dict(zip(days.sessions, (days.long - days.short).tolist(), strict=True))
    values = np.array([by_session.get(session, np.nan) for session in sessions], dtype=np.float64)
    held = int(np.isfinite(values).sum())
    few = f"needs {BETA_LEAST} days of the momentum spread, {held} are held" if held < BETA_LEAST else ""
    return _Series(np.where(np.isfinite(values), values, np.nan), "the momentum spread", few)


def _market(panel: Panel) -> _Series:
    column, rows = panel.column(BENCHMARK), panel.returns[-BETA_SESSIONS:]
    if column is None:
        return _Series(np.full(len(rows), np.nan), BENCHMARK, f"no daily history of {BENCHMARK} is held")
    return _Series(rows[:, column], BENCHMARK)


def _list_model(one: OwnList, named: pl.DataFrame, panel: Panel, spread: _Series, market: _Series) -> ListModel:
    columns = panel.columns(one.rows.get_column("ticker"))
    returns = np.full((len(spread.values), len(columns)), np.nan)
    returns[:, columns >= 0] = panel.returns[-BETA_SESSIONS:][:, columns[columns >= 0]]
    beta_market, _, market_missing = _betas(returns, market, columns)
    beta_spread, spread_n, spread_missing = _betas(returns, spread, columns)
    rows = named.with_columns(
        beta_market=pl.Series(beta_market, dtype=pl.Float64).fill_nan(None),
        beta_spread=pl.Series(beta_spread, dtype=pl.Float64).fill_nan(None),
        beta_n=pl.Series(spread_n, dtype=pl.Int64),
        market_missing=pl.Series(market_missing, dtype=pl.String),
        spread_missing=pl.Series(spread_missing, dtype=pl.String),
    )
    return ListModel(one.name, one.has_quantities, rows, _rest(returns, spread.values, beta_spread))


def _named(rows: pl.DataFrame, names: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """The rows with name, sector, delisted and listed of NAMES, and the themes of GROUPS in their order."""
    dead = pl.col("delisted") if "delisted" in names.columns else pl.lit(None, pl.Date())
    known = names.select("ticker", "name", "sector", delisted=dead, listed=pl.lit(value=True))
    themes = (
        groups.filter(pl.col("kind") == "theme")
        .group_by("ticker", maintain_order=True)
        .agg(themes=pl.col("group").unique(maintain_order=True))
    )
    for table in (known.unique("ticker", keep="first", maintain_order=True), themes):
        rows = rows.join(table, on="ticker", how="left", maintain_order="left")
    return rows.with_columns(pl.col("listed").fill_null(value=False))


def _with_splits(one: OwnList, rows: pl.DataFrame, splits: pl.DataFrame | None, session: date | None) -> pl.DataFrame:
    """The rows with `split`: a sentence on the first split since the list was written, on that day or later; null
    without one."""
    if splits is None or session is None or one.written is None:
        return rows.with_columns(split=pl.lit(None, pl.String))
    number = {part: pl.col(f"split_{part}").round(4).cast(pl.String).str.strip_suffix(".0") for part in ("to", "from")}
    what = "split {} for {} on {}: the list is of {}, and its quantity and price are taken as they stand there"
    since = (
        splits.filter(pl.col("execution_date").is_between(one.written, session))
        .sort("execution_date")
        .unique("ticker", keep="first", maintain_order=True)
        .select("ticker", split=pl.format(what, *number.values(), "execution_date", pl.lit(str(one.written))))
    )
    return rows.join(since, on="ticker", how="left", maintain_order="left")


def _betas(returns: Floats, series: _Series, columns: np.ndarray) -> tuple[Floats, list[int], list[str | None]]:
    """Each name's slope on the series, of how many sessions, and why there is none; NaN with too few."""
    count = _both(returns, series.values).sum(axis=0)
    slopes = betas(returns, series.values)
    slopes = np.where((count >= BETA_LEAST) & (not series.reason), slopes, np.nan)
    reasons = [
        None if np.isfinite(slope) else _why_no_beta(int(n), series, held=column >= 0)
        for slope, n, column in zip(slopes, count, columns, strict=True)
    ]
    return slopes, count.tolist(), reasons


def _why_no_beta(count: int, series: _Series, *, held: bool) -> str:
    if series.reason:
        return series.reason
    if not held:
        return NO_HISTORY
    if count < BETA_LEAST:
        return f"needs {BETA_LEAST} sessions with a return of it and of {series.called}, {count} are held"
    return f"{series.called} did not vary over these sessions"


def _both(returns: Floats, series: Floats) -> Bools:
    known: Bools = ~np.isnan(returns) & ~np.isnan(series)[:, None]
    return known


def _rest(returns: Floats, spread: Floats, slopes: Floats) -> Floats:
    """`ListModel.rest`: names without a beta leave nothing over here, they are not in what it is used for."""
    known = _both(returns, spread) & np.isfinite(slopes)
    count = np.maximum(known.sum(axis=0), 1)
    common = np.where(known, np.nan_to_num(spread)[:, None], 0.0)
    own = np.where(known, returns, 0.0)
    centred = np.where(known, common - common.sum(axis=0) / count, 0.0)
    left = own - own.sum(axis=0) / count - np.nan_to_num(slopes) * centred
    whole = int(np.isfinite(spread).sum())
    rest: Floats = np.where(known, left, 0.0) * np.sqrt(whole / count)
    return rest
