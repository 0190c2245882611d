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

    Risk: `ewma_lambda` weighs daily returns of the last `window_sessions`, today's on top of them; a series with fewer
    than `least_sessions` returns carries no risk figure. A past session counts where at least `least_coverage` of the
    funds' exposure has a return. `closing_share` is the closing auction's share of a name's daily volume,
    `cash_share` the part of a flow that is traded in stocks in it (the rest goes through futures and swaps or at other
    times; 1: the most it may be), `impact_coefficient` Y in Y·σ·√(Q/ADV), `adv_sessions` the span of the mean volume.
    """

    market: str = "SPY"
    ewma_lambda: float = 0.97
    window_sessions: int = YEAR
    least_sessions: int = 20
    least_coverage: float = 0.9
    adv_sessions: int = 20
    volatility_sessions: int = 60
    closing_share: float = 0.10
    cash_share: float = 1.0
    impact_coefficient: float = 1.0
    threshold_usd: float = 100e6
    scenario_moves: tuple[float, ...] = (-0.05, -0.04, -0.03, -0.02, -0.01, 0.0, 0.01, 0.02, 0.03, 0.04, 0.05)
    round_amounts_usd: tuple[float, ...] = (-20e9, -10e9, -5e9, 5e9, 10e9, 20e9)
    exceedances_usd: tuple[float, ...] = (-5e9, -10e9, -20e9)


class SupplyAssumptions(Struct, frozen=True, kw_only=True):
    """Who is out there and by which rule they act: assumptions all, of the order desks and the literature name.

    Volatilities are annual, `lambdas` are daily EWMA decays.
    `stage_share`: each session trades this share of the gap between what is held and what the rule wants. Volatility
    indices act one or two sessions late and cap a day's change; two accounts of one desk (Morgan Stanley, by Reuters on
    2024-07-25 and Bloomberg on 2024-08-05: $20bn of 45 and $75bn of 165 on the first day) make it a third to a half.
    `vol_aum_usd`: volatility-control funds and insurers' mandates, of which $300-400bn are reported, with the equity
    part of risk parity; with the trend followers they sold about $300bn in July and August 2024 by those accounts.
    `vol_target`, `vol_cap`: funds are sold with targets of 5 to 15 % and caps of 1.5 to 2.
    `var_gross_usd`: equities held outright by multi-strategy funds and dealers under value-at-risk limits, a small part
    of a gross in the trillions, at the year's median volatility. `var_utilisation` is the share of the limit they use
    then, `var_cap` the most they grow to in calmer times; that value at risk is held level is Adrian and Shin (2010,
    2014). `var_confidence` scales limit and value at risk alike: the cut does not hang on it.
    `trend_aum_usd`: the equity part of $300-350bn of trend followers, scaled by the mean tanh of the trend over
    `trend_sessions` and by target over actual volatility, `trend_cap` at most; in a calm rise that is about $100bn,
    where Goldman Sachs put trend followers at $137-158bn of global equities in February and March 2025.
    """

    stage_share: float = 1 / 3
    vol_aum_usd: float = 300e9
    vol_target: float = 0.10
    vol_cap: float = 1.5
    lambdas: tuple[float, ...] = (0.94, 0.97, 0.99)
    lambda_headline: float = 0.97
    var_gross_usd: float = 200e9
    var_confidence: float = 0.99
    var_utilisation: float = 0.80
    var_cap: float = 1.5
    trend_aum_usd: float = 100e9
    trend_sessions: tuple[int, ...] = (20, 60, 120, 250)
    trend_target: float = 0.10
    trend_cap: float = 1.5
    moves: tuple[float, ...] = (-0.03, -0.02, -0.015, -0.01, -0.005, 0.0, 0.005, 0.01, 0.015, 0.02, 0.03)
