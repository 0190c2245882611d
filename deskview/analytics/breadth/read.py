"""The breadth reading, from the model of the session and the market as it stands."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
import numpy as np
import polars as pl

from deskview.analytics.breadth.figures import NAMES, POWER_OF_THE_HOUR, comovement, cross_section
from deskview.analytics.breadth.model import BreadthModel
from deskview.analytics.figure import Missing, Unit, figure, place, text
from deskview.analytics.measures import Number, Percentile, percentile
from deskview.analytics.panel import Floats


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """Past closing figures are brought to the hour with it (POWER_OF_THE_HOUR); where it is None no figure of the hour
    has a percentile."""

    variance_share: Annotated[
        Number,
        figure(
            "part of a day's variance usually behind by now",
            Unit.FRACTION,
            "v: the part of a day's variance usually behind one by now, 1 from the close on.",
            short="variance behind",
        ),
    ]


PERCENTILE = figure(
    "percentile", Unit.PERCENTILE, "Share of past days, brought to this hour, that were strictly lower."
)
DAYS = figure("days", Unit.COUNT, "How many days the percentile rests on.", watched=False)


class BreadthReading(msgspec.Struct, frozen=True, kw_only=True):
    """Each figure stands beside its percentile, against the closing figures of past days brought to the hour (`hour`).

    Cap weights and history take today's members and today's shares outstanding; every line of an issuer carries its
    part of the issuer's cap, and the ten largest are issuers. Until the close correlations are of the sessions before.
    """

    index: Annotated[str, text("index", "The fund that stands for the index.")]
    index_return: Annotated[
        Number,
        figure("index return", Unit.FRACTION, "The index fund, live against the previous close.", short="index"),
    ]
    beat_share: Annotated[
        Number,
        figure(
            "stocks that beat the index",
            Unit.FRACTION,
            "Share of members strictly above the index.",
            short="beat the index",
        ),
    ]
    cap_beat_share: Annotated[
        Number,
        figure(
            "stocks that beat the index, by size",
            Unit.FRACTION,
            "Share of the market cap in members strictly above the index.",
            short="beat it, by weight",
        ),
    ]
    up_share: Annotated[
        Number,
        figure("stocks that are up", Unit.FRACTION, "Share of members above yesterday's close.", short="up on the day"),
    ]
    equal_weight_return: Annotated[
        Number, figure("equal weight return", Unit.FRACTION, "Mean return of the members.", short="equal weight")
    ]
    cap_weight_return: Annotated[
        Number,
        figure("cap weight return", Unit.FRACTION, "Return of the members, by market cap.", short="cap weight"),
    ]
    gap: Annotated[
        Number,
        figure(
            "equal less cap weight",
            Unit.FRACTION,
            "Mean return of the members less that by market cap.",
            short="equal less cap",
            sign="the small hold up, the giants fall",
        ),
    ]
    dispersion: Annotated[Number, figure("dispersion", Unit.FRACTION, "Standard deviation of the members' returns.")]
    dispersion_cap: Annotated[
        Number,
        figure(
            "dispersion, by size",
            Unit.FRACTION,
            "Distance of the members from the index, by market cap.",
            short="by weight",
        ),
    ]
    between_variance: Annotated[
        Number,
        figure(
            "between variance",
            Unit.NUMBER,
            "Variance of returns between sectors, a squared fraction.",
            short="variance between",
        ),
    ]
    within_variance: Annotated[
        Number,
        figure(
            "within variance",
            Unit.NUMBER,
            "Variance of returns within sectors, a squared fraction.",
            short="variance within",
        ),
    ]
    between_share: Annotated[
        Number,
        figure(
            "between share", Unit.FRACTION, "Share of the variance that lies between sectors.", short="between sectors"
        ),
    ]
    average_correlation_21d: Annotated[
        Number,
        figure(
            "average correlation 21d",
            Unit.NUMBER,
            "Mean correlation of all pairs of members over a month.",
            short="average, 21 d",
        ),
    ]
    average_correlation_63d: Annotated[
        Number,
        figure(
            "average correlation 63d",
            Unit.NUMBER,
            "Mean correlation of all pairs of members over a quarter.",
            short="average, 63 d",
        ),
    ]
    implied_correlation: Annotated[
        Number,
        figure(
            "implied correlation",
            Unit.NUMBER,
            "The one correlation that makes members as volatile as the index, 63 days; it may leave [-1, 1].",
            short="implied, 63 d",
        ),
    ]
    implied_correlation_dirty: Annotated[
        Number,
        figure(
            "implied correlation, names' own volatility kept",
            Unit.NUMBER,
            "Variance of the index over that of the members' weighted mean volatility, 63 days.",
            short="implied, simple",
        ),
    ]
    top_10_contribution: Annotated[
        Number,
        figure(
            "contribution of the ten largest",
            Unit.FRACTION,
            "What the ten largest companies add to the return by market cap.",
            short="from the top 10",
        ),
    ]
    percentile: Annotated[dict[str, Annotated[Number, PERCENTILE]], place("breadth: percentile of")]
    days: Annotated[dict[str, Annotated[int, DAYS]], place("breadth: days of")]
    hour: Annotated[Hour, place("")]
    members: Annotated[int, figure("members", Unit.COUNT, "Members of the index that are counted.")]
    left_out: Annotated[
        int, figure("left out", Unit.COUNT, "Members of the index that are not counted.", watched=False)
    ]
    left_out_reasons: Annotated[
        dict[str, Annotated[str, text("reason")]], text("why left out", "Why members are not counted, by ticker.")
    ]
    coverage: Annotated[Number, figure("coverage", Unit.FRACTION, "Share of the index's members that is counted.")]
    coverage_note: Annotated[str | None, text("note on coverage", "That too few members are counted.")]
    missing: Missing


_CAPPED = {"cap_beat_share", "cap_weight_return", "gap", "dispersion_cap", "top_10_contribution"}
_CORRELATIONS = {"average_correlation_21d": "short_window", "average_correlation_63d": "long_window"}
_IMPLIED = {"implied_correlation", "implied_correlation_dirty"}
_AGAINST_INDEX = {"beat_share", "cap_beat_share", "dispersion_cap", "index_return"}


def read(model: BreadthModel, live: pl.DataFrame, now: datetime) -> BreadthReading:
    """The reading from LIVE at the market's time `now` (UTC), each figure against its own last 252 sessions.

    `now` also says which hour of the session past closing figures are brought to.
    """
    counted, left_out = _members(model, live, now)
    coverage = len(counted) and float((~np.isnan(counted)).mean())
    index = _benchmark(model, live)
    share, no_hour = _variance_behind(model, now)
    early = _is_early(model, now)
    figures = _figures(model, counted, index, coverage, closed=share == 1)
    ranks = {name: _rank(name, past, figures[name], share, early=early) for name, past in model.past.items()}
    missing = _missing(model, figures, index, coverage)
    missing |= {
        f"percentile.{name}": missing.get(name, (name in POWER_OF_THE_HOUR and no_hour) or _NO_PAST)
        for name, rank in ranks.items()
        if rank.rank is None
    }
    if share is None:
        missing["hour.variance_share"] = no_hour
    if not len(counted):
        missing["coverage"] = "the index has no known members"
    return BreadthReading(
        index=model.rules.benchmark,
        **figures,
        percentile={name: rank.rank for name, rank in ranks.items()},
        days={name: rank.days for name, rank in ranks.items()},
        hour=Hour(variance_share=share),
        members=int((~np.isnan(counted)).sum()),
        left_out=len(left_out),
        left_out_reasons=left_out,
        coverage=coverage if len(counted) else None,
        coverage_note=_note(model, coverage),
        missing=missing,
    )


REGULAR = timedelta(hours=6, minutes=30)
"""A full session."""
_NO_PAST = "no past sessions to compare with"
_NO_CLOCK = "how the index's variance spreads over the hours of a day is not known"


def _variance_behind(model: BreadthModel, now: datetime) -> tuple[float | None, str]:
    """v(tau) that past closing figures are brought to the hour with, or None and why they can't be."""
    closes = model.closes or (model.clock.closes if model.clock else None)
    if closes is not None and now >= closes:
        return 1.0, ""
    if model.clock is None:
        return None, model.clock_missing or _NO_CLOCK
    if now < model.clock.opens + model.rules.settled_after:
        return None, "before 10:00 New York too little of a day is behind one"
    return model.clock.share(now), ""


def _is_early(model: BreadthModel, now: datetime) -> bool:
    """Whether it is before 10:00 New York: without a clock, as far as a full session's close tells."""
    if model.clock is not None:
        return now < model.clock.opens + model.rules.settled_after
    return model.closes is not None and now < model.closes - REGULAR + model.rules.settled_after


def _rank(name: str, past: Floats, value: Number, share: float | None, *, early: bool) -> Percentile:
    """The percentile of a figure among its past, which is brought to the hour where the figure is of the hour.

    A share needs no v for it, but more of the day than its first half-hour.
    """
    power = POWER_OF_THE_HOUR.get(name)
    if power is None or (power == 0 and not early):
        return percentile(past, value)
    return percentile(past, None) if share is None else percentile(past * share**power, value)


def _members(model: BreadthModel, live: pl.DataFrame, now: datetime) -> tuple[Floats, dict[str, str]]:
    """Return of each member, NaN for those left out, and why they are."""
    reference = min(now, model.closes) if model.closes else now
    minutes = model.rules.stale_after.total_seconds() / 60
    rows = model.tickers.join(
        live.select("ticker", "price", "ret", "price_time", listed=True),
        on="ticker",
        how="left",
        maintain_order="left",
    ).with_columns(
        why=pl.when(pl.col("listed").is_null())
        .then(pl.lit("not in the market's snapshot"))
        .when(pl.col("price").is_null())
        .then(pl.lit("no trade today"))
        .when(pl.col("ret").is_null() | ~pl.col("ret").is_finite())
        .then(pl.lit("no previous close"))
        .when(pl.col("price_time") < reference - model.rules.stale_after)
        .then(pl.lit(f"last trade more than {minutes:g} minutes old"))
    )
    reasons = rows.drop_nulls("why").select("ticker", "why")
    returns = rows.select(pl.when(pl.col("why").is_null()).then("ret").fill_null(np.nan)).to_series().to_numpy()
    return returns, dict(reasons.iter_rows())


def _benchmark(model: BreadthModel, live: pl.DataFrame) -> float:
    found = live.filter(pl.col("ticker") == model.rules.benchmark)["ret"].drop_nulls()
    return float(found[0]) if len(found) and np.isfinite(found[0]) else np.nan


def _figures(model: BreadthModel, returns: Floats, index: float, coverage: float, *, closed: bool) -> dict[str, Number]:
    """Every figure of today, None where it is missing.

    Correlations are of whole sessions: until the close those up to the session before.
    """
    enough = coverage >= model.rules.coverage_least and coverage > 0
    counted = returns if enough else np.full_like(returns, np.nan)
    today = np.array([index])
    figures: dict[str, Number] = {"index_return": index}
    section = cross_section(counted[None, :], today, model.caps[None, :], model.sectors)
    figures |= {name: float(values[0]) for name, values in section.items()}
    if closed:
        rows, indexed = np.vstack([model.returns, counted]), np.append(model.index_returns, today)
        figures |= comovement(rows, indexed, model.caps, model.rules)
    else:
        figures |= {name: float(model.past[name][-1]) if len(model.past[name]) else None for name in NAMES}
    weighted = not np.isnan(section["cap_weight_return"][0])
    figures["top_10_contribution"] = _top(model, counted) if weighted else None
    return {name: None if value is None or np.isnan(value) else value for name, value in figures.items()}


def _top(model: BreadthModel, returns: Floats, count: int = 10) -> float:
    """What the largest issuers, each with all of its lines, add to the cap-weighted return."""
    held = np.where(np.isnan(model.caps) | np.isnan(returns), 0.0, model.caps)
    size = np.bincount(model.issuer, weights=held)
    adds = np.bincount(model.issuer, weights=held * np.nan_to_num(returns))
    largest = np.argsort(-size, kind="stable")[:count]
    return float(adds[largest].sum() / size.sum()) if size.sum() > 0 else np.nan


def _missing(model: BreadthModel, figures: dict[str, Number], index: float, coverage: float) -> dict[str, str]:
    nulls = [name for name, value in figures.items() if value is None]
    too_few = f"only {coverage:.0%} of the members have a fresh price"

    def why(name: str) -> str:
        if name in _AGAINST_INDEX and np.isnan(index):
            return f"{model.rules.benchmark} has no live return"
        if coverage < model.rules.coverage_least or coverage == 0:
            return too_few
        if name in _CAPPED:
            return "market caps of too many members are unknown"
        if name in _CORRELATIONS:
            return f"needs {getattr(model.rules, _CORRELATIONS[name])} sessions and two names without a gap"
        if name in _IMPLIED:
            return (
                f"needs {model.rules.long_window} sessions of {model.rules.benchmark} and of members with market caps"
            )
        return "the members' returns do not differ"

    return {name: why(name) for name in nulls}


def _note(model: BreadthModel, coverage: float) -> str | None:
    if coverage >= model.rules.coverage_full:
        return None
    return f"{coverage:.0%} of the members counted, {model.rules.coverage_full:.0%} wanted"
