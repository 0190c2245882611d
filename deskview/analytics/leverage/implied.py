"""What an index holds, read off the returns of a fund that holds it."""

from typing import NamedTuple

import numpy as np

from deskview.analytics.leverage.formula import Floats
from deskview.analytics.panel import Bools, Ints

NOISE = 2e-4
"""Of a day: the fund's close against its assets', and what it holds beside the index."""
RELATIVE_SD = 0.35
LEAST_SESSIONS = 60
LEAST_PERIOD = 20
ROUNDS = 3
"""How often the noise is estimated anew from what the weights leave unexplained."""
SUM_NOISE = 1e-12
"""How closely the weights sum to 1: not exactly, so that the system of any set of names has one solution."""
PATIENCE = 3
"""Exchanges of all wrong names at once without progress before they are exchanged one by one."""
SOLVES = 1000


class Implied(NamedTuple):
    """`weights` (names,) sum to 1 and are not negative; `r2` and `residual_bp` (root mean square, daily) say how well
    they explain the fund.

    A hundred names and a prior explain much of anything: `r2_out` and `residual_out_bp` are of each session predicted
    from the other ones. `prior_bp` is what the prior leaves of the same returns, `own_bp` what of them comes from the
    moves of single names beside their common one. `sessions` were used, `filled` returns of names were missing in them.
    """

    weights: Floats
    r2: float
    residual_bp: float
    r2_out: float
    residual_out_bp: float
    prior_bp: float
    own_bp: float
    sessions: int
    filled: int

    @property
    def own_r2(self) -> float:
        """R² of what comes from the names' own moves, of sessions left out of the fit: its shortfall from 1 is about
        the square of the relative error of the weights, however much alike the names move."""
        return 1 - (self.residual_out_bp / self.own_bp) ** 2 if self.own_bp > 0 else 0.0


class _Fit(NamedTuple):
    """Weights, and per session what they leave unexplained (`residual`), the same predicted from the other sessions
    (`out`), and the share of a degree of freedom the session has left (`spare`)."""

    weights: Floats
    residual: Floats
    out: Floats
    spare: Floats


class _Observed(NamedTuple):
    """Returns of the names and of the fund in the sessions the fund has one, and which these are."""

    returns: Floats
    fund: Floats
    usable: Bools
    filled: int


def implied_weights(
    returns: Floats,
    fund: Floats,
    prior: Floats,
    *,
    noise: float = NOISE,
    relative_sd: float | Floats = RELATIVE_SD,
    least_sessions: int = LEAST_SESSIONS,
) -> Implied:
    """The weights between the fund's returns and a prior:

        min |(fund - returns w) / noise|² + |(w - prior) / (relative_sd prior)|²,  w >= 0,  sum w = 1.

    `returns` (sessions x names) and `fund` (sessions,) are daily fractions, `prior` (names,) is positive and brought
    to 1 in sum; `relative_sd` may be one for all or one a name. Sessions without a return of the fund are left out; a
    name without one is taken to have moved with the fund. Raises ValueError, saying why, where that leaves too little
    or no weights are found.
    """
    seen = _observed(returns, fund, least_sessions)
    start = _start(prior)
    every = np.full(len(seen.fund), noise)
    fit = _fit(seen.returns, seen.fund, start, np.square(relative_sd * start), every)
    return _summary(fit, seen, start, every)


def weights_of_holder(
    close: Floats, fund: Floats, prior: Floats, periods: Ints, *, relative_sd: float | Floats = RELATIVE_SD
) -> Implied:
    """The weights at the last close of what a fund holds, from closes of it and of the names, oldest first.

    Holdings that are left alone change their weights with the prices: their gain of a session is that of the names per
    dollar held at the last close, weighted as they weigh then. A fund that goes back to its weights every day has the
    return of the weights instead. Both are tried, the one that predicts the newest
    period better stands. Holdings are changed between
    `periods` (ascending numbers, one for each close but the first): an older one counts for less than the newest where
    its returns fit less. The noise of all is estimated, at least NOISE, so that a fund that only resembles the index
    leaves the prior much as it is.
    Raises ValueError as `implied_weights`.
    """
    start = _start(prior)
    variance = np.square(relative_sd * start)
    change, fund_change = np.diff(close, axis=0), np.diff(fund)
    held = _of_periods(change / close[-1], fund_change / fund[-1], start, variance, periods)
    restored = _of_periods(change / close[:-1], fund_change / fund[:-1], start, variance, periods)
    return max(held, restored, key=lambda found: found[0])[1]


def _of_periods(returns: Floats, fund: Floats, start: Floats, variance: Floats, periods: Ints) -> tuple[float, Implied]:
    """The newest period sets the noise; an older one has that which the weights leave there, never less.

    With them comes the part of the fund that the newest period alone, each session predicted from its other ones,
    explains: a yardstick that is the same whatever noise was found in the older ones.
    """
    seen = _observed(returns, fund, LEAST_SESSIONS)
    period = _merged(periods[seen.usable])
    noise = np.full(len(seen.fund), NOISE)
    new = period == period[-1]
    for _ in range(ROUNDS):
        fit = _fit(seen.returns[new], seen.fund[new], start, variance, noise[new])
        noise[:] = max(NOISE, float(np.sqrt(np.square(fit.residual).sum() / fit.spare.sum())))
    newest = 1.0 - float(np.square(fit.out).mean()) / float(seen.fund[new].var() or 1.0)
    for _ in range(0 if new.all() else ROUNDS):
        fit = _fit(seen.returns, seen.fund, start, variance, noise)
        left = np.sqrt(np.bincount(period, np.square(fit.residual)) / np.bincount(period, fit.spare))[period]
        noise = np.where(new, noise, np.maximum(noise[-1], left))
    return newest, _summary(_fit(seen.returns, seen.fund, start, variance, noise), seen, start, noise)


def _merged(periods: Ints) -> Ints:
    """Periods as 0, 1, ...; a newest one of too few sessions to tell its noise is taken for part of the one before."""
    period = np.unique(periods, return_inverse=True)[1].astype(np.int64)
    last = int(period[-1])
    return np.minimum(period, last - 1) if last and (period == last).sum() < LEAST_PERIOD else period


def _start(prior: Floats) -> Floats:
    if not len(prior) or not (np.isfinite(prior) & (prior > 0)).all():
        raise ValueError("the weights to start from are not all positive")
    start: Floats = prior / prior.sum()
    return start


def _observed(returns: Floats, fund: Floats, least: int) -> _Observed:
    usable = np.isfinite(fund)
    count = int(usable.sum())
    if count < least:
        raise ValueError(f"{count} sessions with a return, {least} are needed")
    y = fund[usable]
    if float(np.ptp(y)) == 0.0:
        raise ValueError("it did not move")
    gaps = ~np.isfinite(returns[usable])
    return _Observed(np.where(gaps, y[:, None], returns[usable]), y, usable, int(gaps.sum()))


def _summary(fit: _Fit, seen: _Observed, start: Floats, noise: Floats) -> Implied:
    """Sessions count as much as in the fit."""
    weight = 1.0 / np.square(noise)
    weight /= weight.sum()
    spread = float(weight @ np.square(seen.fund - weight @ seen.fund))
    prior = seen.fund - seen.returns @ start
    inside, out, before = (float(weight @ np.square(error)) for error in (fit.residual, fit.out, prior))
    own = float(_own_variances(seen.returns, weight) @ np.square(fit.weights))
    in_bp, out_bp, prior_bp, own_bp = (float(np.sqrt(square)) * 1e4 for square in (inside, out, before, own))
    r2, r2_out = 1 - inside / spread, 1 - out / spread
    return Implied(fit.weights, r2, in_bp, r2_out, out_bp, prior_bp, own_bp, len(seen.fund), seen.filled)


def _own_variances(returns: Floats, weight: Floats) -> Floats:
    """(names,) variance of what is left of a name's returns by its beta on the mean of all."""
    moves = returns - weight @ returns
    common = moves.mean(axis=1)
    beta = (weight * common) @ moves / max(float(weight @ np.square(common)), np.finfo(np.float64).tiny)
    own: Floats = weight @ np.square(moves - np.outer(common, beta))
    return own


def _fit(returns: Floats, fund: Floats, start: Floats, variance: Floats, noise: Floats) -> _Fit:
    """The minimum: the mean of a Gaussian prior given the returns and the sum, on the names the bound lets free.

    Block principal pivoting (Júdice and Pires 1994; Kim and Park 2011): `candidate` is the free names' solution, and
    for the others the sign of the gradient at 0, so a name is in the right set where it is free exactly if its
    candidate is positive. All that are not change sets at once; where that does not help, the first of them alone,
    which ends (Murty 1974).
    """
    design = np.vstack([returns, np.ones_like(start)])
    observed = np.append(fund, 1.0)
    errors = np.square(np.append(noise, SUM_NOISE))
    free = np.ones(len(start), dtype=np.bool_)
    fewest, patience = len(start) + 1, PATIENCE
    for _ in range(SOLVES):
        part = design[:, free]
        system = (part * variance[free]) @ part.T + np.diag(errors)
        candidate = start + variance * (design.T @ np.linalg.solve(system, observed - part @ start[free]))
        wrong = free != (candidate > 0)
        count = int(wrong.sum())
        if count == 0:
            weights = np.where(free, candidate, 0.0)
            return _with_errors(returns, fund, weights / weights.sum(), system, errors)
        fewest, patience = (count, PATIENCE) if count < fewest else (fewest, patience - 1)
        if patience < 0:
            wrong[int(wrong.argmax()) + 1 :] = False
        free ^= wrong
    raise ValueError(f"no weights after {SOLVES} steps")


def _with_errors(returns: Floats, fund: Floats, weights: Floats, system: Floats, errors: Floats) -> _Fit:
    """The residual of a session left out is its residual over the freedom it has left, errors / system⁻¹."""
    residual = fund - returns @ weights
    spare = (errors * np.diag(np.linalg.inv(system)))[:-1]
    return _Fit(weights, residual, residual / spare, spare)
