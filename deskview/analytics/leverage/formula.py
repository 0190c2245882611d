"""What one daily-reset fund must trade at the close to get back to its leverage.

Every function takes floats or numpy arrays and broadcasts. `leverage` L is signed (-2 is a 2x inverse fund),
`aum` is USD at the previous close, `r` is the underlying's return of the day as a fraction. Results are USD of
exposure in the underlying; positive is buying.

Sources: Cheng and Madhavan (2009), J. Investment Management 7(4); Ivanov and Lenkey (2018), J. Financial
Markets 41, for the creation term.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = float | Floats


def multiplier(leverage: Numbers) -> Numbers:
    """L(L-1): dollars traded per dollar of AUM and unit return. Zero for L = 0 and 1, never negative outside [0, 1]."""
    return leverage * (leverage - 1.0)


def rebalance_usd(leverage: Numbers, aum: Numbers, r: Numbers, creation: Numbers = 0.0) -> Floats:
    """L(L-1)·A·r + L·F, where F (`creation`, USD) is what holders put in (+) or took out (-) at the close.

    A fund with 1 + L·r <= 0 has lost everything: it sells what exposure is left, -L·A·(1+r), and creates nothing.
    """
    normal = multiplier(leverage) * aum * r + leverage * creation
    wiped_out = -leverage * aum * (1.0 + r)
    return np.asarray(np.where(is_wiped_out(leverage, r), wiped_out, normal), dtype=np.float64)


def rebalance_from_fund_usd(leverage: Numbers, aum: Numbers, fund_return: Numbers) -> Numbers:
    """(L-1)·A·R: the same trade from the fund's own return R = L·r, for a fund whose underlying has no price."""
    return (leverage - 1.0) * aum * fund_return


def is_wiped_out(leverage: Numbers, r: Numbers) -> npt.NDArray[np.bool_]:
    """Whether a move of r leaves the fund nothing."""
    return np.asarray(1.0 + leverage * r <= 0.0)


def rolled_aum_usd(leverage: Numbers, aum: Numbers, r: Numbers, creation: Numbers = 0.0) -> Floats:
    """AUM after the session: A·(1 + L·r) + F, zero once wiped out."""
    return np.asarray(np.where(is_wiped_out(leverage, r), 0.0, aum * (1.0 + leverage * r) + creation), dtype=np.float64)


def per_1pct_usd(leverage: Numbers, aum: Numbers) -> Numbers:
    """Dollars bought when the underlying rises 1 %."""
    return multiplier(leverage) * aum * 0.01


def why_refused(leverage: float | None, aum: float | None) -> str | None:
    """Why a fund with these figures can't be computed, in words; None when it can."""
    if leverage is None or not np.isfinite(leverage):
        return "its leverage is not known"
    if 0.0 <= leverage <= 1.0:
        return f"leverage {leverage:g} lies between 0 and 1: nothing is rebalanced against a move"
    if aum is None or np.isnan(aum):
        return "its AUM is not known"
    if not np.isfinite(aum) or aum <= 0.0:
        return f"its AUM of {aum:g} USD is not a positive amount"
    return None
