"""The checklist of one moment: each sign with its value and rule, and what happened on days with as many."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.breadth import BreadthReading
from deskview.analytics.deleveraging.model import ON_RECORD, DeleveragingModel, Record, SignRules
from deskview.analytics.deleveraging.section import CrossSection, columns_of, cross_section
from deskview.analytics.deleveraging.structs import DeleveragingReading, Followed, Sign
from deskview.analytics.favourites import Crowding
from deskview.analytics.hours import of_hour
from deskview.analytics.leverage import Leverage
from deskview.analytics.measures import Number, z_score
from deskview.analytics.momentum import MomentumReading
from deskview.analytics.panel import Floats

AHEAD = (1, 5, 21)
"""Sessions after a day of the record."""
HOUR, DAY = "hour", "day"
NO_BREADTH = "there are no figures of breadth"
NO_MOMENTUM = "there are no figures of momentum"
NO_FALL = "momentum does not fall: there is no such day to look for"


@dataclass(frozen=True)
class Beside:
    """The readings of the same moment, None where there is none.

    `retail` is (ticker, share) of the names sampled, `retail_missing` why there is none where it is not to come.
    """

    momentum: MomentumReading | None = None
    breadth: BreadthReading | None = None
    leverage: Leverage | None = None
    favourites: Crowding | None = None
    retail: pl.DataFrame | None = None
    retail_missing: str = ""


def read(model: DeleveragingModel, live: pl.DataFrame, now: datetime, beside: Beside) -> DeleveragingReading:
    """The reading from LIVE at the market's time `now` (UTC) and the other readings of that moment.

    Both σ, momentum's and the index's, are of the hour where the variance clock tells it, else both of the day
    (`z_basis`): a morning's move is held against mornings, and the two against the same.

    Cases of `words`, the first that fits: "momentum can't be told" without its σ; "positions cut, k of n signs" where
    momentum falls and at least four signs hold; "no sign of it" where none holds; else "k of n signs". Nothing is said
    of force: accounts of the same session disagree on it, and prices can't tell.
    """
    rows = model.names.join(live.select("ticker", "ret", "volume"), on="ticker", how="left", maintain_order="left")
    favourites = beside.favourites.favourites if beside.favourites else []
    crowded = rows.filter(pl.col("ticker").is_in([*model.long_leg, *(one.ticker for one in favourites)]))
    returns = rows.get_column("ret").fill_null(np.nan).to_numpy()
    columns = columns_of(model.names, beside.leverage, beside.retail, beside.retail_missing)
    found = cross_section(returns, rows.get_column("sector"), columns, model.rules)
    basis = HOUR if model.clock is not None and model.clock.share(now) is not None else DAY
    volume = _volume(model, crowded, now)
    flags = [*_of_momentum(model, beside.momentum, basis), *_of_index(model, beside.breadth, now, basis), volume]
    flags.append(_explained(found))
    met, told = sum(flag.met is True for flag in flags), sum(flag.met is not None for flag in flags)
    days = _days_like(model.record, flags)
    followed = [_followed(model.record, days.rows, ahead, model.rules) for ahead in AHEAD]
    return DeleveragingReading(
        words=_words(flags, met, told, model.rules),
        met=met,
        of=told,
        flags=flags,
        z_basis=basis,
        crowded=crowded.height,
        record_n=None if days.reason else len(days.rows),
        record_days=days.told,
        record_falls=days.falls,
        record_basis=model.record_basis,
        followed=[] if days.reason else followed,
        section=found.section,
        drivers=found.drivers,
        missing=_missing(flags, found, days, followed),
    )


def _words(flags: list[Sign], met: int, told: int, rules: SignRules) -> str:
    """The cases of `read`."""
    fall = flags[0].met
    if fall is None:
        return "momentum can't be told"
    count = f"{met} of {told} signs"
    if fall and met >= rules.cut_least:
        return f"positions cut, {count}"
    return count if met else "no sign of it"


def _sign(name: str, title: str, rule: str, unit: str, value: Number, *, met: bool | None, reason: str) -> Sign:
    """A sign; without a verdict its reason stands beside it."""
    told = None if met is not None else reason
    return Sign(name=name, title=title, value=value, unit=unit, rule=rule, met=met, reason=told)


def _of_momentum(model: DeleveragingModel, reading: MomentumReading | None, basis: str) -> list[Sign]:
    """Momentum falls, and by its long leg. With no fall at all none is long-led, whatever its parts."""
    rules, missing = model.rules, reading.missing if reading else {}
    spread, share = (reading.return_, reading.long_share) if reading else (None, None)
    sigma = None if reading is None else reading.sigma_of_hour if basis == HOUR else reading.sigma
    todays = " (σ* of today's names)" if reading and reading.sigma_basis == "todays-names" else ""
    rose = spread is not None and spread >= 0
    long_led = False if rose else None if spread is None or share is None else share >= rules.long_share
    return [
        _sign(
            "fall",
            "momentum's fall",
            f"σ of the {basis}{todays} at or below {_signed(rules.fall_sigma)}",
            "sigma",
            sigma,
            met=None if sigma is None else sigma <= rules.fall_sigma,
            reason=missing.get("sigma") or missing.get("sigma_of_hour", NO_MOMENTUM),
        ),
        _sign(
            "long_led",
            "the longs' part of it",
            f"momentum falls, at least {rules.long_share:.0%} of it from the longs",
            "fraction",
            share,
            met=long_led,
            reason=missing.get("long_share", NO_MOMENTUM),
        ),
    ]


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _of_index(model: DeleveragingModel, reading: BreadthReading | None, now: datetime, basis: str) -> list[Sign]:
    """The index hardly moves, and its members move apart."""
    rules, missing = model.rules, reading.missing if reading else {}
    move, place = (reading.index_return, reading.percentile.get("dispersion")) if reading else (None, None)
    z = z_score(move, model.index_sd)
    if basis == HOUR:
        z = of_hour(z, model.clock, now, why_none="")[0]
    no_z = model.index_missing if move is not None else missing.get("index_return", NO_BREADTH)
    return [
        _sign(
            "calm_index",
            "the index's move",
            f"the index within ±{rules.calm_sigma:g} σ of the {basis}",
            "sigma",
            z,
            met=None if z is None else abs(z) < rules.calm_sigma,
            reason=no_z,
        ),
        _sign(
            "dispersion",
            "dispersion",
            f"dispersion at or above the {rules.dispersion_percentile:.0f}th percentile of its hour",
            "percentile",
            place,
            met=None if place is None else place >= rules.dispersion_percentile,
            reason=missing.get("percentile.dispersion", NO_BREADTH),
        ),
    ]


def _volume(model: DeleveragingModel, crowded: pl.DataFrame, now: datetime) -> Sign:
    """Crowded names trade more than is usual by this hour: the median of shares so far over those usual by now."""
    rules = model.rules
    share, reason = _usual_share(model, now)
    ratio = None
    if share:
        of_day = crowded.select(pl.col("volume") / pl.col("usual_shares")).to_series().drop_nulls()
        ratios = of_day.filter(of_day.is_finite()) / share
        median = ratios.median()
        ratio = float(median) if ratios.len() >= rules.volume_names and isinstance(median, float) else None
        reason = f"{ratios.len()} crowded names have a volume and a usual one, {rules.volume_names} are needed"
    return _sign(
        "volume",
        "crowded names' volume",
        f"median volume at least {rules.volume_ratio:g} times what is usual at this hour",
        "number",
        ratio,
        met=None if ratio is None else ratio >= rules.volume_ratio,
        reason=reason,
    )


def _usual_share(model: DeleveragingModel, now: datetime) -> tuple[Number, str]:
    """The part of a day's volume usually done by now, by the index fund's, or None and why."""
    clock = model.volume
    if clock is None:
        return None, model.volume_missing
    if now < clock.opens + model.rules.settled_after:
        return None, "before 10:00 New York too little of a day's volume is done"
    return clock.share(now), ""


def _explained(found: CrossSection) -> Sign:
    """Crowding explains more of today's returns than sectors do."""
    own, sectors = found.section.r2_crowding, found.section.r2_sectors
    against = "" if sectors is None else f" ({sectors:.1%})"
    return _sign(
        "crowding",
        "explained by crowding",
        f"R² of today's returns on crowding above that on sectors{against}",
        "fraction",
        own,
        met=None if own is None or sectors is None else own > sectors,
        reason=found.reason,
    )


class _Days(NamedTuple):
    """Rows of the record like today; of how many days that can be told, on how many momentum fell; and why no such day
    is looked for."""

    rows: list[int]
    told: int
    falls: int
    reason: str = ""


def _days_like(record: Record, flags: list[Sign]) -> _Days:
    """Days of a fall on which at least as many of the first four held as now, by those that can be told now."""
    places = [at for at in range(len(ON_RECORD)) if flags[at].met is not None]
    held = sum(flags[at].met is True for at in places)
    met = record.met[:, places]
    told = np.isfinite(met).all(axis=1) & np.isfinite(record.met[:, 0]) & np.isfinite(record.spread)
    fell = told & (record.met[:, 0] == 1)
    days = _Days([], int(told.sum()), int(fell.sum()))
    if not flags[0].met:
        return days._replace(reason=NO_FALL if flags[0].met is False else flags[0].reason or NO_MOMENTUM)
    if not days.told:
        return days._replace(reason="no past day has σ and percentiles of its own: the history held is too short")
    rows = np.flatnonzero(fell & (np.nan_to_num(met).sum(axis=1) >= held))
    return days._replace(rows=[int(row) for row in rows])


def _followed(record: Record, rows: list[int], ahead: int, rules: SignRules) -> Followed:
    """Momentum's return over the sessions after these days, each compounded, where all of them have come."""
    after = [_compound(record.spread[row + 1 : row + 1 + ahead]) for row in rows if row + ahead < len(record.spread)]
    known = [value for value in after if np.isfinite(value)]
    median = float(np.median(known)) if len(known) >= rules.record_least else None
    return Followed(sessions=ahead, n=len(known), fell=sum(value < 0 for value in known), median=median)


def _compound(returns: Floats) -> float:
    return float(np.prod(1 + returns) - 1)


def _missing(flags: list[Sign], found: CrossSection, days: _Days, followed: list[Followed]) -> dict[str, str]:
    """Why figures are null, by their path."""
    missing = {f"flags.{flag.name}.met": flag.reason for flag in flags if flag.reason}
    missing |= {f"flags.{flag.name}.value": flag.reason or NO_PARTS for flag in flags if flag.value is None}
    missing |= {f"drivers.{one.name}.coefficient_bp": one.reason for one in found.drivers if one.reason}
    missing |= {f"drivers.{one.name}.t": one.reason or NO_ERROR for one in found.drivers if one.t is None}
    missing |= dict.fromkeys(SECTION if found.reason else (), found.reason)
    if days.reason:
        return missing | {"record_n": days.reason, "followed": days.reason}
    few = {
        f"followed.{one.sessions}.median": f"{one.n} such days: of fewer than 20 no middle is stated"
        for one in followed
        if one.median is None
    }
    return missing | few


NO_PARTS = "momentum does not fall, and its spread is too small to have parts"
NO_ERROR = "the fit leaves no error to measure it by"
SECTION = ("section.r2_crowding", "section.r2_sectors", "section.r2")
