"""The coming sessions in closed form: a lognormal per fund, a first-order Gaussian for the book."""

from collections.abc import Sequence
from math import pi, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from deskview.analytics.assumptions import Parameters
from deskview.analytics.leverage.formula import Floats, Numbers, multiplier, rebalance_usd
from deskview.analytics.leverage.readings import Exceedance, FanPoint, ImpliedMove, NextWeek, Scenario
from deskview.analytics.leverage.risk import Risk

NORMAL = NormalDist()
METHOD = (
    "first-order Gaussian: the flow is the sum over the sessions of L(L-1)·A·r, with an EWMA (lambda {decay:g}, "
    "{days} sessions) covariance of the underlyings and no drift, so its mean is zero: read the spread, not a point"
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


def expected_shortfall(sd: float, tail: float = 0.05) -> float:
    """Mean of a zero-mean Gaussian below its `tail` quantile (negative)."""
    return -sd * NORMAL.pdf(NORMAL.inv_cdf(tail)) / tail


def next_week(
    *,
    risk: Risk,
    position: npt.NDArray[np.int64],
    leverage: Floats,
    aum: Floats,
    sessions: Sequence[str],
    parameters: Parameters,
    left_out: list[str],
) -> NextWeek:
    """The closed-form distribution for funds given as arrays, `position` their column in `risk`.

    `left_out` names the underlyings without risk figures; their funds count in the uniform scenarios alone.
    """
    dollars = np.asarray(multiplier(leverage) * aum)
    exposure = np.asarray(np.bincount(position, weights=dollars, minlength=len(risk.sigma)), dtype=np.float64)
    sd_session = risk.book_sd_usd(exposure)
    sd = sqrt(len(sessions)) * sd_session
    known = bool(sessions) and sd > 0
    total = float(exposure.sum())
    turnover = float(np.nansum(np.abs(exposure) * risk.sigma)) * len(sessions) * sqrt(2 / pi)
    quantiles = {p: _quantile(p, sd) if known else None for p in (0.05, 0.16, 0.50, 0.84, 0.95)}
    moves = [(usd, move_for(usd, total)) for usd in parameters.round_amounts_usd]
    return NextWeek(
        sessions=list(sessions),
        base_aum_usd=float(aum.sum()),
        mean_usd=0.0 if known else None,
        sd_usd=sd if known else None,
        p05_usd=quantiles[0.05],
        p16_usd=quantiles[0.16],
        p50_usd=quantiles[0.50],
        p84_usd=quantiles[0.84],
        p95_usd=quantiles[0.95],
        es05_usd=expected_shortfall(sd) if known else None,
        gross_usd=len(sessions) * sd_session * sqrt(2 / pi) if known else None,
        turnover_usd=turnover if known else None,
        sell_probability=0.5 if known else None,
        exceedance=[Exceedance(usd, NORMAL.cdf(usd / sd)) for usd in parameters.exceedances_usd] if known else [],
        fan=fan(sessions, sd_session) if known else [],
        scenarios=scenarios(leverage, aum, risk.beta[position], parameters.scenario_moves),
        implied_move=[ImpliedMove(usd, move) for usd, move in moves if move is not None],
        method=METHOD.format(decay=parameters.ewma_lambda, days=len(risk.weighted)),
        left_out=left_out,
    )
