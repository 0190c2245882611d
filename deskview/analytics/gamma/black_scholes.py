"""European options on what pays a continuous yield: gamma, value, and the volatility a price implies.

Black and Scholes (1973), Merton (1973). Everything takes and returns arrays; `years` to settlement, `sigma` a
year's, `call` a mask. The normal distribution is Cody's (1969).
"""

from dataclasses import dataclass

import numpy as np

from deskview.analytics.panel import Bools, Floats

_STEPS = 60
_LEAST_SIGMA, _MOST_SIGMA = 1e-3, 8.0
"""Between them a volatility is looked for."""
_CLOSE = 1e-11
"""Of the logarithm of the price, or of sigma: nearer is the same."""
_NEAR, _FAR = 0.46875, 4.0
_ROOT_PI = 0.56418958354775628695
_P = (3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3)
_Q = (2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
_P_TOP = 1.85777706184603153e-1
_C = (
    *(5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1, 2.98635138197400131e2),
    *(8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
)
_D = (
    *(1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3),
    *(3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)
_C_TOP = 2.15311535474403846e-8
_F = (
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4,
)
_G = (
    2.56852019228982242e0,
    1.87295284992346047e0,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
)
_F_TOP = 1.63153871373020978e-2


def density(x: Floats) -> Floats:
    """The standard normal density."""
    height: Floats = np.exp(-0.5 * x * x) * (_ROOT_PI / np.sqrt(2.0))
    return height


def normal(x: Floats) -> Floats:
    """The standard normal distribution, to some 1e-15 of itself in either tail."""
    far = 0.5 * _upper(np.abs(x) / np.sqrt(2.0))
    return np.where(x > 0, 1.0 - far, far)


def _upper(x: Floats) -> Floats:
    """The complementary error function of what is not negative."""
    square = x * x
    near = 1.0 - x * _ratio(_P_TOP, _P, _Q, square)
    middle = np.exp(-square) * _ratio(_C_TOP, _C, _D, x)
    inverse = 1.0 / np.maximum(square, 1.0)
    far = np.exp(-square) / np.maximum(x, 1.0) * (_ROOT_PI - inverse * _ratio(_F_TOP, _F, _G, inverse))
    return np.where(x <= _NEAR, near, np.where(x <= _FAR, middle, far))


def _ratio(top: float, above: tuple[float, ...], below: tuple[float, ...], x: Floats) -> Floats:
    """Two polynomials of the same degree, the upper's first coefficient `top`, the lower's 1."""
    numerator, denominator = np.full_like(x, top), np.ones_like(x)
    for up, down in zip(above, below, strict=True):
        numerator, denominator = numerator * x + up, denominator * x + down
    return numerator / denominator


@dataclass(frozen=True)
class Terms:
    """What every contract of an underlying is valued by: its price, continuous annual rate and dividend yield."""

    spot: float
    rate: float = 0.0
    dividend: float = 0.0


def gamma(terms: Terms, strike: Floats, years: Floats, sigma: Floats) -> Floats:
    """By how much delta changes for one unit of the spot: the same of a call and a put."""
    root = sigma * np.sqrt(years)
    slope: Floats = np.exp(-terms.dividend * years) * density(_d1(terms, strike, years, sigma)) / (terms.spot * root)
    return slope


def value(terms: Terms, strike: Floats, years: Floats, sigma: Floats, *, call: Bools) -> Floats:
    """What the option is worth, in the spot's unit."""
    sign = np.where(call, 1.0, -1.0)
    d1 = _d1(terms, strike, years, sigma)
    paid = terms.spot * np.exp(-terms.dividend * years) * normal(sign * d1)
    worth: Floats = sign * (paid - strike * np.exp(-terms.rate * years) * normal(sign * (d1 - sigma * np.sqrt(years))))
    return worth


def _d1(terms: Terms, strike: Floats, years: Floats, sigma: Floats) -> Floats:
    drift = (terms.rate - terms.dividend + 0.5 * sigma * sigma) * years
    d1: Floats = (np.log(terms.spot / strike) + drift) / (sigma * np.sqrt(years))
    return d1


def implied_sigma(
    price: Floats, terms: Terms, strike: Floats, years: Floats, *, call: Bools, tick: float = 0.0
) -> Floats:
    """The volatility at which the option is worth its price; NaN where no more than a tick of time value is in it, or
    none between a tenth of a per cent and 800 % gives it.

    Of an option in the money the other right at its strike is priced, by parity: it is all time value. Newton's steps
    on the logarithm of the price, halved between bounds where they leave them.
    """
    forward, discount = terms.spot * np.exp((terms.rate - terms.dividend) * years), np.exp(-terms.rate * years)
    inside = np.where(call, np.maximum(forward - strike, 0.0), np.maximum(strike - forward, 0.0)) * discount
    timed = price - inside
    fits = np.isfinite(timed) & (timed > tick) & (years > 0) & (timed < np.minimum(forward, strike) * discount)
    found = np.full(np.shape(price), np.nan)
    at = np.flatnonzero(fits)
    if len(at):
        upper = forward[at] < strike[at]
        found[at] = _solved(np.log(timed[at] / discount[at]), forward[at], strike[at], years[at], call=upper)
    return found


def _solved(target: Floats, forward: Floats, strike: Floats, years: Floats, *, call: Bools) -> Floats:
    """Sigma of undiscounted prices out of the money, of which `target` is the logarithm."""
    root = np.sqrt(years)
    low, high = np.full_like(years, _LEAST_SIGMA), np.full_like(years, _MOST_SIGMA)
    sigma = np.clip(np.sqrt(2.0 * np.abs(np.log(forward / strike))) / root, 0.05, 3.0)
    for _ in range(_STEPS):
        d1 = (np.log(forward / strike) + 0.5 * sigma * sigma * years) / (sigma * root)
        worth = _out_of_the_money(forward, strike, d1, d1 - sigma * root, call=call)
        with np.errstate(divide="ignore"):
            off = np.log(worth) - target
        low, high = np.where(off < 0, sigma, low), np.where(off < 0, high, sigma)
        slope = forward * density(d1) * root / np.maximum(worth, 1e-300)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = sigma - off / slope
        inside = np.isfinite(step) & (step > low) & (step < high)
        new = np.where(inside, step, 0.5 * (low + high))
        done = np.abs(new - sigma) <= _CLOSE * sigma
        sigma = new
        if bool(done.all()):
            break
    edge = (sigma <= _LEAST_SIGMA * 1.01) | (sigma >= _MOST_SIGMA * 0.99)
    return np.where(edge, np.nan, sigma)


def _out_of_the_money(forward: Floats, strike: Floats, d1: Floats, d2: Floats, *, call: Bools) -> Floats:
    sign = np.where(call, 1.0, -1.0)
    return np.maximum(sign * (forward * normal(sign * d1) - strike * normal(sign * d2)), 0.0)
