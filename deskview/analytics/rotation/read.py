"""Rotation of one moment, and the members of one group."""

from typing import NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.measures import Number
from deskview.analytics.panel import Floats, Ints
from deskview.analytics.rotation.model import RotationModel, group_means
from deskview.analytics.rotation.structs import HORIZONS, SPANS, Group, RotationReading, is_ranked, unranked

MEMBERS = {
    "ticker": pl.String(),
    "name": pl.String(),
    **{horizon: pl.Float64() for horizon in HORIZONS},
    "contribution": pl.Float64(),
}


def read(model: RotationModel, live: pl.DataFrame) -> RotationReading:
    """The reading from LIVE.

    `now` is the price against the last close less a dividend that goes ex today (LIVE's `ret`); the other horizons are
    total returns to the last close. A group is ranked over a horizon on enough of its members, or not (`unranked`).
    """
    returns = _returns(model, live)
    groups = model.groups
    means, counts = group_means(returns, groups.belongs)
    benchmark = returns[:, -1]
    fit = np.where(is_ranked(counts, groups.belongs.sum(axis=0).astype(np.int64)), means, np.nan)
    ranks = np.stack([_ranks(row) for row in fit])
    table = _Table(returns, means, means - benchmark[:, None], ranks, counts)
    rows = [_group(model, place, table) for place in range(len(groups.name))]
    return RotationReading(
        horizons=list(HORIZONS),
        benchmark=model.benchmark,
        benchmark_returns=_by_horizon(benchmark),
        groups=rows,
        missing=_missing(model, rows, benchmark),
    )


def members_of(model: RotationModel, live: pl.DataFrame, group: str, kind: str | None = None) -> pl.DataFrame:
    """MEMBERS of a group, the largest contribution first: its live return over the members with a price.

    Contributions sum to the group's return `now`. Raises KeyError for an unknown group.
    """
    places = [
        place
        for place, (name, own) in enumerate(zip(model.groups.name, model.groups.kind, strict=True))
        if name == group and kind in (None, own)
    ]
    if not places:
        raise KeyError(group)
    columns = model.groups.members(places[0])
    returns = _returns(model, live)[:, columns]
    priced = max(1, int((~np.isnan(returns[0])).sum()))
    frame: pl.DataFrame = model.names[columns].with_columns(
        *(pl.Series(horizon, returns[row]).fill_nan(None) for row, horizon in enumerate(HORIZONS)),
        pl.Series("contribution", returns[0] / priced).fill_nan(None),
    )
    return frame.select(list(MEMBERS)).sort("contribution", "ticker", descending=[True, False], nulls_last=True)


def _returns(model: RotationModel, live: pl.DataFrame) -> Floats:
    """Horizons x names, the benchmark last, NaN where there is none."""
    now = model.names.select("ticker").join(
        live.select("ticker", "ret"), on="ticker", how="left", maintain_order="left"
    )
    row = now["ret"].fill_null(np.nan).to_numpy()
    return np.vstack([np.where(np.isfinite(row), row, np.nan), model.closed])


def _ranks(means: Floats) -> Floats:
    """1 for the best, the better rank for equals, NaN for groups without a return or without a rank."""
    known = ~np.isnan(means)
    better = (means[None, :] > means[:, None]).sum(axis=1)
    return np.where(known, 1.0 + better, np.nan)


def _by_horizon(values: Floats) -> dict[str, Number]:
    return {horizon: None if np.isnan(value) else float(value) for horizon, value in zip(HORIZONS, values, strict=True)}


class _Table(NamedTuple):
    """Horizons down; names across in `returns`, groups across in the others."""

    returns: Floats
    means: Floats
    relative: Floats
    ranks: Floats
    counts: Ints


def _group(model: RotationModel, place: int, table: _Table) -> Group:
    columns, returns = model.groups.members(place), table.returns
    rank = {name: None if value is None else int(value) for name, value in _by_horizon(table.ranks[:, place]).items()}
    now, day = rank["now"], rank["1d"]
    unpriced = columns[np.isnan(returns[0, columns])]
    dead = unpriced[np.isnan(returns[1, unpriced])]
    return Group(
        name=model.groups.name[place],
        kind=model.groups.kind[place],
        members=len(columns),
        with_data=dict(zip(HORIZONS, table.counts[:, place].tolist(), strict=True)),
        returns=_by_horizon(table.means[:, place]),
        relative=_by_horizon(table.relative[:, place]),
        rank=rank,
        rank_change=None if now is None or day is None else day - now,
        unpriced=sorted(model.tickers[column] for column in unpriced),
        dead=sorted(model.tickers[column] for column in dead),
    )


def _missing(model: RotationModel, rows: list[Group], benchmark: Floats) -> dict[str, str]:
    """A reason for each null, by path."""
    history = {"now": "a price today"}
    history |= {horizon: f"{span + 1} sessions of history" for horizon, span in zip(HORIZONS[1:], SPANS, strict=True)}
    without = {name for name, value in _by_horizon(benchmark).items() if value is None}
    missing = {f"benchmark_returns.{name}": f"{model.benchmark} has no return" for name in HORIZONS if name in without}
    for row in rows:
        for horizon, needs in history.items():
            path = f"groups.{row.name}.{{}}.{horizon}"
            if row.returns[horizon] is None:
                missing |= {path.format(part): f"no member has {needs}" for part in ("returns", "relative", "rank")}
                continue
            if row.relative[horizon] is None:
                missing[path.format("relative")] = f"{model.benchmark} has no return"
            if row.rank[horizon] is None:
                missing[path.format("rank")] = unranked(row.with_data[horizon], row.members, f"have {needs}")
        if row.rank_change is None:
            missing[f"groups.{row.name}.rank_change"] = "no rank now or over 1d"
    return missing
