"""What dealers and leveraged funds trade together in one common shock: never by adding gammas of different underlyings.

Dealers who are long gamma sell what rises; funds buy it. Each underlying moves by its own beta to the index, or as it
does today.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from deskview.analytics.gamma.read import MOVES, ONE_PERCENT
from deskview.analytics.panel import Floats

SHOCKS = (-0.03, -0.02, -0.01, 0.01, 0.02, 0.03)


class Shock(msgspec.Struct, frozen=True, kw_only=True):
    """One move of the index; dollars bought are positive."""

    move: float
    dealers_usd: float
    funds_usd: float

    @property
    def net_usd(self) -> float:
        """What both trade."""
        return self.dealers_usd + self.funds_usd

    @property
    def amplifies(self) -> bool:
        """Whether they trade with the move."""
        return self.net_usd * self.move > 0


def dealers_flow(profile: Floats, move: float) -> float:
    """Dollars dealers buy to stay hedged over a move of the underlying, along the profile of their gamma.

    Over a gamma that is the same everywhere it is minus gamma times the move in per cent. Raises ValueError for a move
    the profile does not reach.
    """
    if not MOVES[0] <= move <= MOVES[-1]:
        raise ValueError(f"the profile reaches from {MOVES[0]:.0%} to {MOVES[-1]:.0%}, not to {move:.1%}")
    low, high = min(0.0, move), max(0.0, move)
    inner = MOVES[(low < MOVES) & (high > MOVES)]
    at = np.concatenate(([low], inner, [high]))
    shares = np.interp(at, MOVES, profile) / (ONE_PERCENT * (1.0 + at) ** 2)
    bought = float(np.trapezoid(shares, at)) * (1.0 if move >= 0 else -1.0)
    return -bought * (1.0 + move)


def funds_flow(per_1pct: Mapping[str, float], moves: Mapping[str, float]) -> float:
    """Dollars funds buy at the close, each underlying (dollars per 1 %) by its own move (a fraction).

    Raises KeyError for an underlying without a move: it is no zero.
    """
    return sum(usd * moves[underlying] / ONE_PERCENT for underlying, usd in per_1pct.items())


def shocks_of(
    profile: Floats, per_1pct: Mapping[str, float], betas: Mapping[str, float], moves: Sequence[float] = SHOCKS
) -> list[Shock]:
    """Both at each move of the index, each underlying moving by its beta to it."""
    return [
        Shock(
            move=move,
            dealers_usd=dealers_flow(profile, move),
            funds_usd=funds_flow(per_1pct, {name: betas[name] * move for name in per_1pct}),
        )
        for move in moves
    ]
