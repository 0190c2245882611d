"""The coming sessions in closed form: a lognormal per fund, a first-order Gaussian with fat tails for the book."""

from collections.abc import Sequence
from math import pi, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from deskview.analytics.assumptions import YEAR, Parameters
from deskview.analytics.leverage.forecast import Exceedance, FanPoint, ImpliedMove, NextWeek, Scenario
from deskview.analytics.leverage.formula import Floats, Numbers, multiplier, rebalance_usd
from deskview.analytics.leverage.risk import Risk, flow_sds_usd
from deskview.analytics.measures import Percentile, percentile

NORMAL = NormalDist()
T5_P01, T5_ES05 = -2.6064636, -2.2386843
"""The 1 % quantile and the mean of the worst 5 % of Student's t with 5 degrees of freedom, scaled to an sd of 1.

With density f and quantile q of the standard t, whose variance is 5/3: q·√(3/5) at 1 %, and
-f(q)·(5 + q²)/4/.05·√(3/5) at 5 %, where q = -2.0150484 and f(q) = 0.0638.
"""
LEAST_PAST_SDS = 126
"""Today's spread is ranked among those of the sessions of a year, or of so many if fewer count."""
METHOD = (
    "the flow is the sum over the sessions of L(L−1)·A·r. There is no drift, so its mean is zero: read the spread, not "
    "a point. The spread rests on the underlyings' daily returns of {days} sessions, {today}; the newest weigh most "
    "(EWMA, lambda {decay:g}). Percentiles are normal; the 1 % and the mean of the worst 5 % have the fatter tails of "
    "Student's t with 5 degrees of freedom"
)


def fund_week_quantile_usd(
    leverage: Numbers, aum: Numbers, sigma: Numbers, sessions: int, *, probability: float, drift: float = 0.0
) -> Floats:
    """Quantile of a fund's net flow over `sessions`; `sigma` is the underlying's daily volatility.

    The net flow is (L-1)(A_T - A_0) with A_T/A_0 lognormal, log-sd s = |L|·σ·√T; `drift` is the underlying's expected
    daily return. For L < 0 the low quantile is the fund's good tail.
    """
    s = np.abs(leverage) * sigma * sqrt(sessions)
    z = NORMAL.inv_cdf(probability) * np.sign(leverage)
    growth = np.exp(leverage * drift * sessions - s**2 / 2 + s * z)
    return np.asarray((leverage - 1.0) * aum * (growth - 1.0))


def fund_week_es_usd(leverage: Numbers, aum: Numbers, sigma: Numbers, sessions: int, tail: float) -> Floats:
    """Mean of a fund's net flow over its worst (most negative) `tail` share of outcomes, without drift."""
    s = np.abs(leverage) * sigma * sqrt(sessions)
    z = NORMAL.inv_cdf(tail)
    share = np.where(np.asarray(leverage) > 0, _cdf(z - s), _cdf(s + z)) / tail
    return np.asarray((leverage - 1.0) * aum * (share - 1.0))


def _cdf(values: Numbers) -> Floats:
    return np.asarray(np.vectorize(NORMAL.cdf, otypes=[float])(values))


def move_for(usd: float, exposure_usd: float) -> float | None:
    """The uniform move in one session that forces `usd`, for a book of `exposure_usd` dollars per unit return."""
    return usd / exposure_usd if exposure_usd > 0 else None


def scenarios(leverage: Floats, aum: Floats, beta: Floats, moves: Sequence[float]) -> list[Scenario]:
    """What a move in one session forces, over the funds: uniform, and scaled by each underlying's beta (per fund).

    The beta form leaves out the funds whose beta is unknown (NaN); it is null when none is known.
    """
    known = np.isfinite(beta)
    return [
        Scenario(
            move,
            float(rebalance_usd(leverage, aum, move).sum()),
            float(rebalance_usd(leverage[known], aum[known], beta[known] * move).sum()) if known.any() else None,
        )
        for move in moves
    ]


def fan(sessions: Sequence[str], sd_session: float) -> list[FanPoint]:
    """The Gaussian fan: the spread after k sessions grows with √k."""
    points = []
    for k, session in enumerate(sessions, start=1):
        sd = sd_session * sqrt(k)
        points.append(FanPoint(session, sd, *(_quantile(p, sd) for p in (0.05, 0.16, 0.50, 0.84, 0.95))))
    return points


def _quantile(probability: float, sd: float) -> float:
    return NORMAL.inv_cdf(probability) * sd


def exposure_usd(position: npt.NDArray[np.int64], leverage: Floats, aum: Floats, underlyings: int) -> Floats:
    """USD per unit return of each underlying, of funds given as arrays; `position` is a fund's underlying."""
    dollars = np.asarray(multiplier(leverage) * aum)
    return np.asarray(np.bincount(position, weights=dollars, minlength=underlyings), dtype=np.float64)


def next_week(
    *,
    risk: Risk,
    without_today: Risk | None,
    day_share: float | None,
    position: npt.NDArray[np.int64],
    leverage: Floats,
    aum: Floats,
    sessions: Sequence[str],
    parameters: Parameters,
    left_out: list[str],
    past: Floats,
    lost: float = 0.0,
) -> NextWeek:
    """The closed-form distribution for funds given as arrays, `position` their column in `risk`.

    `risk` holds today's move, brought to a whole day from `day_share` of one (None: not known), and `without_today`
    does not; None where today has no move yet. `past` (T,) are the flows of the sessions held at the same `aum`, NaN
    for those that don't count. `left_out` names underlyings without risk; their funds count in the uniform scenarios
    alone. `lost` is exposure that is in none of the funds, for `coverage`; without enough of that there is no
    percentile.
    """
    exposure = exposure_usd(position, leverage, aum, len(risk.sigma))
    root, sd_session = sqrt(len(sessions)), risk.book_sd_usd(exposure)
    known = bool(sessions) and sd_session > 0
    whole = float(exposure.sum()) + lost
    coverage = float(exposure[risk.known].sum()) / whole if whole > 0 else None
    ranked = known and coverage is not None and coverage >= parameters.least_coverage
    place = _among_past(sd_session if ranked else None, past, parameters)
    moves = [(usd, move_for(usd, float(exposure.sum()))) for usd in parameters.round_amounts_usd]
    turnover = float(np.nansum(np.abs(exposure) * risk.sigma)) * len(sessions) * sqrt(2 / pi)
    return NextWeek(
        **_spread(root * sd_session if known else None, parameters),
        sessions=list(sessions),
        base_aum_usd=float(aum.sum()),
        sd_without_today_usd=root * without_today.book_sd_usd(exposure) if known and without_today else None,
        day_share=day_share,
        coverage=coverage,
        percentile=place.rank,
        percentile_of=place.days,
        gross_usd=len(sessions) * sd_session * sqrt(2 / pi) if known else None,
        turnover_usd=turnover if known else None,
        fan=fan(sessions, sd_session) if known else [],
        scenarios=scenarios(leverage, aum, risk.beta[position], parameters.scenario_moves),
        implied_move=[ImpliedMove(usd, move) for usd, move in moves if move is not None],
        method=_method(
            len((without_today or risk).market), day_share, parameters.ewma_lambda, moved=without_today is not None
        ),
        left_out=left_out,
    )


def _spread(sd: float | None, parameters: Parameters) -> dict[str, Any]:
    """The figures of NextWeek that hang on nothing but its sd; null without one."""
    shape = {f"p{p:02d}_usd": NORMAL.inv_cdf(p / 100) for p in (5, 16, 50, 84, 95)}
    shape |= {"mean_usd": 0.0, "sd_usd": 1.0, "p01_usd": T5_P01, "es05_usd": T5_ES05}
    if sd is None:
        return dict.fromkeys(shape) | {"sell_probability": None, "exceedance": []}
    chances = [Exceedance(usd, NORMAL.cdf(usd / sd)) for usd in parameters.exceedances_usd]
    return {figure: of_sd * sd for figure, of_sd in shape.items()} | {"sell_probability": 0.5, "exceedance": chances}


def why_missing(week: NextWeek) -> dict[str, str]:
    """Why figures of today beside the spread are null, by their path in the Board."""
    words: dict[str, str] = {}
    if week.sd_usd is None:
        words["next_week.sd_usd"] = "no fund that resets daily follows an underlying with a risk figure"
    elif week.sd_without_today_usd is None:
        why = "today has no move yet: before the open, or without a price"
        words |= dict.fromkeys(("next_week.day_share", "next_week.sd_without_today_usd"), why)
    elif week.day_share is None:
        words["next_week.day_share"] = "the index's five-minute bars are not held"
    if week.coverage is None:
        words["next_week.coverage"] = "no equity fund of known assets resets daily"
    if week.sd_usd is not None and week.percentile is None:
        words["next_week.percentile"] = (
            f"it needs {LEAST_PAST_SDS} past sessions with a spread, {week.percentile_of} are held"
            if week.percentile_of < LEAST_PAST_SDS
            else "too much of the book has no risk figure"
        )
    return words


def _among_past(sd_session: float | None, past: Floats, parameters: Parameters) -> Percentile:
    """Where today's daily sd stands among those of a year of sessions before; no rank among fewer than the least."""
    place = percentile(flow_sds_usd(past, parameters)[-YEAR:], sd_session)
    return place if place.days >= LEAST_PAST_SDS else Percentile(None, place.days)


def _method(days: int, day_share: float | None, decay: float, *, moved: bool) -> str:
    today = "none of them today's"
    if moved:
        today = "and today's move as the newest"
        if day_share is not None and day_share < 1.0:
            today += f", brought to a whole day: {day_share:.0%} of a day's variance is usually behind one by now"
    return METHOD.format(days=days, today=today, decay=decay)
