"""The numbers a user may change and the lengths all methods share. Light to import: the settings take them from here.

Each is an assumption, and shown as such.
"""

from typing import Final, Literal

from msgspec import Struct

YEAR, MONTH, WEEK = 252, 21, 5
"""Sessions."""
RULE_SIGMA_DAYS = 200
"""Days of the rule's own history from which on its σ is taken; with fewer it rests on today's names run back."""
HISTORY = 530
"""Sessions kept: a year for the signal, a year for σ, and a month to spare."""

MomentumSignal = Literal["return", "risk_adjusted"]
MOMENTUM_SIGNAL: MomentumSignal = "return"
"""What ranks names: the prior return, or its z over the universe after division by the daily volatility."""
SigmaBasis = Literal["rule", "todays-names"]
"""What a σ of momentum rests on: the rule's own history, or today's names held back over the year that chose them."""
RULE: Final = "rule"
TODAYS_NAMES: Final = "todays-names"
CALM_SIGMA = 1.0
"""Moves below this many σ are called calm."""
PATHS = 50_000
"""Paths of the coming week's Monte Carlo."""


class Parameters(Struct, frozen=True, kw_only=True):
    """`market` is the ticker that stands for the equity index.

    Risk: `ewma_lambda` weighs daily returns of the last `window_sessions`; a series with fewer than
    `least_sessions` returns carries no risk figure. `closing_share` is the closing auction's share of a name's
    daily volume and `impact_coefficient` Y in Y·σ·√(Q/ADV). `adv_sessions` is the span of the mean dollar volume.
    Funds that reset otherwise than in `resets` are left out; weekly ones are treated as daily.
    """

    market: str = "SPY"
    ewma_lambda: float = 0.97
    window_sessions: int = YEAR
    least_sessions: int = 20
    adv_sessions: int = 20
    volatility_sessions: int = 60
    closing_share: float = 0.10
    impact_coefficient: float = 1.0
    threshold_usd: float = 100e6
    resets: tuple[str, ...] = ("daily", "weekly")
    scenario_moves: tuple[float, ...] = (-0.05, -0.04, -0.03, -0.02, -0.01, 0.0, 0.01, 0.02, 0.03, 0.04, 0.05)
    round_amounts_usd: tuple[float, ...] = (-20e9, -10e9, -5e9, 5e9, 10e9, 20e9)
    exceedances_usd: tuple[float, ...] = (-5e9, -10e9, -20e9)


class SupplyAssumptions(Struct, frozen=True, kw_only=True):
    """Who is out there and by which rule they act. Volatilities are annual, `lambdas` are daily EWMA decays.

    `var_utilisation` is the share of its limit a VaR-bound book uses before the move. Trend followers hold
    `trend_aum_usd` scaled by the mean tanh of the trend over `trend_sessions` and by target over actual volatility.
    """

    vol_aum_usd: float = 300e9
    vol_target: float = 0.10
    vol_cap: float = 1.5
    lambdas: tuple[float, ...] = (0.94, 0.97, 0.99)
    lambda_headline: float = 0.97
    var_gross_usd: float = 200e9
    var_confidence: float = 0.99
    var_utilisation: float = 0.80
    trend_aum_usd: float = 100e9
    trend_sessions: tuple[int, ...] = (20, 60, 120, 250)
    trend_target: float = 0.10
    trend_cap: float = 1.5
    moves: tuple[float, ...] = (-0.03, -0.02, -0.015, -0.01, -0.005, 0.0, 0.005, 0.01, 0.015, 0.02, 0.03)
