"""The day's cross-section: whether today's returns go by what is crowded or by sector.

Columns of crowding are known before the day: of leveraged ETFs it is what they must trade in a name for a move of 1 %,
not what they trade today, which goes by the return it would explain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.deleveraging.model import SignRules
from deskview.analytics.deleveraging.regression import Fit, least_squares
from deskview.analytics.deleveraging.structs import Driver, Section
from deskview.analytics.leverage import Leverage
from deskview.analytics.panel import Bools, Floats

SCORE, LEVERAGED, RETAIL, SHORT = "score", "leveraged_etfs", "retail_share", "short_interest"
TITLES: Mapping[str, str] = {
    SCORE: "12-1 return",
    LEVERAGED: "leveraged ETFs, % of daily volume for a move of 1 %",
    RETAIL: "retail's share of its dollars",
    SHORT: "short interest in days of volume",
}
"""The columns in their order: where few names have one it is that which is left out."""
NOT_TAKEN_IN = "short interest is not taken in yet"
NO_LEVERAGE = "there are no figures of leveraged ETFs"
NO_FUND = "of no leveraged fund it is known what it must trade in which name"
NO_RETAIL = "the samples that tell retail's share name by name are still to come"
UNTOLD = "no print could be told to be retail's"


class Columns(NamedTuple):
    """One value a name (NaN: not known) of the columns there are, and why the others are not."""

    values: Mapping[str, Floats]
    absent: Mapping[str, str]


@dataclass(frozen=True)
class CrossSection:
    """The section, its drivers, and why it could not be fitted; empty where it could."""

    section: Section
    drivers: list[Driver]
    reason: str = ""


def columns_of(
    names: pl.DataFrame, leverage: Leverage | None, retail: pl.DataFrame | None, retail_missing: str = ""
) -> Columns:
    """The crowding columns of the names (ticker, score); `retail` is (ticker, share),
    `retail_missing` why there is none.

    A name that no leveraged fund reaches has 0 in theirs: that is known of it.
    """
    found, absent = {SCORE: names.get_column("score").to_numpy()}, {SHORT: NOT_TAKEN_IN}
    if leverage is None or not leverage.by_name:
        absent[LEVERAGED] = NO_LEVERAGE if leverage is None else NO_FUND
    else:
        found[LEVERAGED] = _joined(names, _exposure(names, leverage))
    if retail is None:
        absent[RETAIL] = retail_missing or NO_RETAIL
    elif not (retail.get_column("share") > 0).any():
        absent[RETAIL] = UNTOLD
    else:
        found[RETAIL] = _joined(names, retail.select("ticker", value="share"))
    return Columns(found, absent)


def _joined(names: pl.DataFrame, table: pl.DataFrame) -> Floats:
    rows = names.select("ticker").join(table, on="ticker", how="left", maintain_order="left")
    values: Floats = rows.get_column("value").fill_null(np.nan).to_numpy()
    return values


def _exposure(names: pl.DataFrame, leverage: Leverage) -> pl.DataFrame:
    """What the funds must trade in each name for a move of 1 %, over its mean daily volume."""
    found = dict.fromkeys(names.get_column("ticker"), 0.0)
    reached = {row.ticker: row.per_1pct_usd / row.adv_usd if row.adv_usd else None for row in leverage.by_name}
    table = {**found, **reached}
    return pl.DataFrame({"ticker": list(table), "value": list(table.values())}, schema_overrides={"value": pl.Float64})


def cross_section(returns: Floats, sectors: pl.Series, columns: Columns, rules: SignRules) -> CrossSection:
    """Today's returns (NaN: none) on the crowding columns, on sectors, and on both, over the names that have all.

    Sectors are more columns than crowding is, which favours them: where crowding explains more it does so against
    that. Names without a sector, or of one with too few names, are left out; so is a column with which fewer names
    than `section_names` would be left.
    """
    known = np.isfinite(returns) & _sectors_known(returns, sectors, rules.sector_names)
    if known.sum() < rules.section_names:
        return _unknown(columns, known, f"{_too_few(known, rules)} a return and a sector")
    columns, known = _usable(columns, known, rules)
    if not columns.values:
        return _unknown(columns, known, "no column of crowding is known of enough names")
    crowding = {name: values[known] for name, values in columns.values.items()}
    dummies = _dummies(sectors.filter(pl.Series(known)))
    alone, by_sector, both = (
        least_squares(returns[known], some) for some in (crowding, dummies, {**crowding, **dummies})
    )
    if alone.r2 is None:
        return _unknown(columns, known, "today's returns do not differ")
    section = _section(known, alone.r2, by_sector.r2, both.r2)
    return CrossSection(section, [_driver(name, columns, crowding, both) for name in TITLES])


def _sectors_known(returns: Floats, sectors: pl.Series, least: int) -> Bools:
    """Whether each name has a sector, with so many names that have a return."""
    table = pl.DataFrame({"sector": sectors, "known": np.isfinite(returns)})
    enough = pl.col("sector").is_not_null() & (pl.col("known").sum().over("sector") >= least)
    known: Bools = table.select(enough.alias("known")).to_series().to_numpy()
    return known


def _too_few(known: Bools, rules: SignRules) -> str:
    return f"{int(known.sum())} of {len(known)} names, of {rules.section_names} that are needed, have"


def _usable(columns: Columns, known: Bools, rules: SignRules) -> tuple[Columns, Bools]:
    """The columns, taken in their order, that leave enough names, and the names that have all of them."""
    values, absent = {}, dict(columns.absent)
    for name, own in columns.values.items():
        left = known & np.isfinite(own)
        if left.sum() < rules.section_names:
            absent[name] = f"{_too_few(left, rules)} it"
        else:
            values[name], known = own, left
    return Columns(values, absent), known


def _dummies(sectors: pl.Series) -> dict[str, Floats]:
    """A column of ones and zeros for each sector but the first by name, which the intercept stands for."""
    return {f"sector {name}": (sectors == name).cast(pl.Float64).to_numpy() for name in sectors.unique().sort()[1:]}


def _driver(name: str, columns: Columns, crowding: Mapping[str, Floats], fit: Fit) -> Driver:
    """A column's coefficient by one sd of it over the names; without one, why."""
    own = fit.columns.get(name)
    if own is None:
        return _absent(name, columns.absent.get(name) or fit.left_out[name])
    by_sd = own.value * float(crowding[name].std()) * 1e4
    return Driver(name=name, title=TITLES[name], coefficient_bp=by_sd, t=own.t_hc3, n=fit.rows)


def _absent(name: str, reason: str) -> Driver:
    return Driver(name=name, title=TITLES[name], coefficient_bp=None, t=None, n=0, reason=reason)


def _unknown(columns: Columns, known: Bools, reason: str) -> CrossSection:
    drivers = [_absent(name, columns.absent.get(name, reason)) for name in TITLES]
    return CrossSection(_section(known, None, None, None), drivers, reason)


def _section(known: Bools, crowding: float | None, sectors: float | None, both: float | None) -> Section:
    names = int(known.sum())
    return Section(names=names, left_out=len(known) - names, r2_crowding=crowding, r2_sectors=sectors, r2=both)
