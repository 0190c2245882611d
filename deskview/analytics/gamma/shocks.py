"""What dealers and leveraged funds trade together in one common shock: never by adding gammas of different underlyings.

Dealers who are long gamma sell what rises; funds buy it. Each underlying moves by its own beta to the index, or as it
does today.
"""

from collections.abc import Mapping

import numpy as np

from deskview.analytics.gamma.read import MOVES, ONE_PERCENT, Curve
from deskview.analytics.gamma.structs import Shock

SHOCKS = (-0.03, -0.02, -0.01, 0.01, 0.02, 0.03)


def dealers_flow(curve: Curve, move: float) -> float:
    """Dollars dealers buy to stay hedged over a move of the underlying, along the profile of their gamma.

    Over a gamma that is the same everywhere it is minus gamma times the move in per cent. Raises ValueError for a move
    the profile does not reach.
    """
    if not MOVES[0] <= move <= MOVES[-1]:
        raise ValueError(f"the profile reaches from {MOVES[0]:.0%} to {MOVES[-1]:.0%}, not to {move:.1%}")
    low, high = min(0.0, move), max(0.0, move)
    inner = MOVES[(low < MOVES) & (high > MOVES)]
    at = np.concatenate(([low], inner, [high]))
    shares = np.interp(at, MOVES, curve.net) / (ONE_PERCENT * (1.0 + at) ** 2)
    bought = float(np.trapezoid(shares, at)) * (1.0 if move >= 0 else -1.0)
    return -bought * (1.0 + move)


def all_dealers(curves: Mapping[str, Curve], moves: Mapping[str, float]) -> float:
    """The same over all underlyings, each by its own move; one without a move raises KeyError: it is no zero."""
    return sum(dealers_flow(curve, moves[underlying]) for underlying, curve in curves.items())


def funds_flow(per_1pct: Mapping[str, float], moves: Mapping[str, float]) -> float:
    """Dollars funds buy at the close, each underlying (dollars per 1 %) by its own move (a fraction).

    Raises KeyError for an underlying without a move: it is no zero.
    """
    return sum(usd * moves[underlying] / ONE_PERCENT for underlying, usd in per_1pct.items())


def shock(move: float, dealers_usd: float | None, funds_usd: float | None) -> Shock:
    """Both, and what they do to the move together; without one of them nothing is told of both."""
    net = None if dealers_usd is None or funds_usd is None else dealers_usd + funds_usd
    effect = None
    if net is not None:
        effect = "none" if net * move == 0 else "amplify" if net * move > 0 else "dampen"
    return Shock(move=move, dealers_usd=dealers_usd, funds_usd=funds_usd, net_usd=net, effect=effect)
