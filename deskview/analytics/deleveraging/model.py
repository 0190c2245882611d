"""What is prepared once a session: the names, what is usual of them, and on which days the first four signs held."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from deskview.analytics.assumptions import YEAR
from deskview.analytics.breadth import BreadthModel
from deskview.analytics.hours import VarianceClock, VolumeClock
from deskview.analytics.measures import Number, percentile, prior_returns_at, rolling_sd
from deskview.analytics.momentum import MomentumModel
from deskview.analytics.momentum.model import RuleDays
from deskview.analytics.panel import Floats, Panel
from deskview.analytics.statistics import ADV_SESSIONS


class NoBasketError(ValueError):
    """There is no momentum basket, for the reason momentum's own reading has."""


@dataclass(frozen=True)
class SignRules:
    """The limits of the signs, and what each needs to be told.

    [computed] of 2010 to 2021: 95 days with momentum at or below -2 sigma, on three of which the first four held.
    """

    fall_sigma: float = -2.0
    long_share: float = 2 / 3
    """Part of momentum's fall that is the long leg's own, from which on it is long-led."""
    near_zero: float = 0.001
    """Within so little of zero the spread has no parts to speak of."""
    calm_sigma: float = 1.5
    """The index is no reason for the fall while it moves less than this."""
    dispersion_percentile: float = 95.0
    volume_ratio: float = 1.5
    volume_names: int = 10
    """Crowded names with a volume there must be for their median."""
    settled_after: timedelta = timedelta(minutes=30)
    """From so long after the open on a volume is compared: before it the opening auction is most of it."""
    section_names: int = 300
    """Names the cross-section must have, and a column of it be known for."""
    sector_names: int = 5
    """Names of a smaller sector are left out of the cross-section: they would each be told by its own column."""
    past_sessions: int = YEAR
    past_least: int = YEAR // 2
    """Days that σ and percentile of a past day rest on at most and at least."""
    cut_least: int = 4
    """Signs from which on, with a fall among them, positions are called cut."""
    record_least: int = 20
    """With fewer days like today what followed is counted, and no middle of it stated."""


DEFAULT_RULES = SignRules()
ON_RECORD = ("fall", "long_led", "calm_index", "dispersion")
"""The signs that can be told of past days from closes alone, in the order of the columns of `Record.met`."""


@dataclass(frozen=True)
class Record:
    """Past sessions, oldest first. `met` (days x ON_RECORD) is 1 where a sign held, 0 where not, NaN where it can't be
    told; `spread` is momentum's return of the day, long leg less short basket."""

    sessions: tuple[date, ...]
    met: Floats
    spread: Floats


@dataclass(frozen=True)
class DeleveragingModel:
    """Everything `read` needs beside the live market and the readings of its moment.

    `names` has a row for each name of the momentum universe: ticker, sector, score (12-1 return), usual_shares (mean
    daily volume of 20 sessions); `long_leg` are its names that are held. `index_sd` is the daily sd of the index's
    returns, None with too few (`index_missing`). The clocks are None where there are none; `volume_missing` says why
    there is none of volume. `record_basis` tells whether names that died since are in the record.
    """

    rules: SignRules
    names: pl.DataFrame
    long_leg: frozenset[str]
    index_sd: Number
    index_missing: str
    clock: VarianceClock | None
    volume: VolumeClock | None
    volume_missing: str
    record: Record
    record_basis: str


def prepare(
    panel: Panel,
    history: pl.DataFrame,
    names: pl.DataFrame,
    *,
    momentum: MomentumModel | None,
    breadth: BreadthModel | None,
    volume: VolumeClock | None = None,
    volume_missing: str = "",
    rules: SignRules = DEFAULT_RULES,
) -> DeleveragingModel:
    """The model from the sessions before (the panel and HISTORY), NAMES and the models of momentum and breadth.

    `volume` is how the day's volume spreads over its hours, `volume_missing` why that is not known. Raises
    NoBasketError where there is no momentum basket: nothing can be cut that is not held.
    """
    if momentum is None or momentum.raw is None or momentum.days is None:
        why = momentum.why_not if momentum else None
        raise NoBasketError(f"there is no momentum basket: {why or 'momentum could not be prepared'}")
    past = breadth.past["index_return"] if breadth else np.empty(0)
    enough = int(np.isfinite(past).sum()) >= rules.past_least
    return DeleveragingModel(
        rules=rules,
        names=_names(panel, history, names, momentum),
        long_leg=frozenset(member.ticker for member in momentum.raw.long),
        index_sd=rolling_sd(past, rules.past_sessions) if enough else None,
        index_missing=f"needs {rules.past_least} past returns of the index, {int(np.isfinite(past).sum())} are held",
        clock=momentum.clock,
        volume=volume,
        volume_missing=volume_missing or "how the day's volume spreads over its hours is not known",
        record=_record(momentum.days, breadth, momentum.rules.sigma_own_least, rules),
        record_basis=momentum.survivorship,
    )


def _names(panel: Panel, history: pl.DataFrame, names: pl.DataFrame, momentum: MomentumModel) -> pl.DataFrame:
    """The universe with sector, score and usual volume; NaN and null where a name has none."""
    universe, rules = momentum.tickers, momentum.rules
    columns = panel.columns(universe.get_column("ticker"))
    score = prior_returns_at(panel.close, len(panel.sessions), lookback=rules.lookback, skip=rules.skip)
    span = history.get_column("session").unique().sort().tail(ADV_SESSIONS)
    recent = history.filter(pl.col("session").is_in(span.implode())).join(universe, on="ticker", how="semi")
    volume = recent.group_by("ticker").agg(usual_shares=pl.col("volume").mean(), days=pl.col("volume").count())
    usual = volume.filter(pl.col("usual_shares") > 0, pl.col("days") * 2 >= span.len()).drop("days")
    sectors = names.select("ticker", "sector").unique("ticker", keep="first", maintain_order=True)
    return (
        universe.select("ticker")
        .with_columns(score=pl.Series(np.where(columns >= 0, score[columns], np.nan)))
        .join(sectors, on="ticker", how="left", maintain_order="left")
        .join(usual, on="ticker", how="left", maintain_order="left")
    )


def _record(days: RuleDays, breadth: BreadthModel | None, sigma_least: int, rules: SignRules) -> Record:
    """The signs of past days, each by σ and percentile of the days before it; both series end with the last session."""
    index, dispersion = (breadth.past[name] if breadth else np.empty(0) for name in ("index_return", "dispersion"))
    spread, count = days.long - days.short, len(days.sessions)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.abs(spread) < rules.near_zero, np.nan, (days.long - days.market) / spread)
    z = _sigmas(spread, sigma_least, rules)
    index_z = _latest(_sigmas(index, rules.past_least, rules), count)
    place = _latest(_places(dispersion, rules), count)
    long_led = np.where(spread >= 0, 0.0, _held(share, share >= rules.long_share))
    met = [
        _held(z, z <= rules.fall_sigma),
        np.where(np.isfinite(spread), long_led, np.nan),
        _held(index_z, np.abs(index_z) < rules.calm_sigma),
        _held(place, place >= rules.dispersion_percentile),
    ]
    return Record(days.sessions, np.column_stack(met), spread)


def _held(values: Floats, holds: np.ndarray) -> Floats:
    """1 and 0, NaN where the value is."""
    held: Floats = np.where(np.isnan(values), np.nan, holds.astype(np.float64))
    return held


def _sigmas(returns: Floats, least: int, rules: SignRules) -> Floats:
    """Each return over the daily sd of those before it, NaN with fewer than `least`."""
    found = np.full(len(returns), np.nan)
    for day in range(least, len(returns)):
        before = returns[max(0, day - rules.past_sessions) : day]
        sd = rolling_sd(before) if np.isfinite(before).sum() >= least else None
        if sd:
            found[day] = returns[day] / sd
    return found


def _places(values: Floats, rules: SignRules) -> Floats:
    """Each value's percentile among those before it, NaN with too few."""
    found = np.full(len(values), np.nan)
    for day in range(rules.past_least, len(values)):
        place = percentile(values[max(0, day - rules.past_sessions) : day], float(values[day]))
        if place.rank is not None and place.days >= rules.past_least:
            found[day] = place.rank
    return found


def _latest(values: Floats, count: int) -> Floats:
    """The last `count`, with NaN in front where there are fewer."""
    held: Floats = np.concatenate([np.full(max(0, count - len(values)), np.nan), values[max(0, len(values) - count) :]])
    return held
