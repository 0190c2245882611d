"""The numbers a user may change and the lengths all methods share. Light to import: the settings take them from here.

Each is an assumption, and shown as such.
"""

from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Struct

from deskview.analytics.figure import Unit, figure, place

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
OWN_RULE: Final = "the desk's own rule"
"""Whose days a record is of where it is not French's."""
GammaConvention = Literal["naive", "customers long", "unsigned"]
NAIVE: Final = "naive"
CUSTOMERS_LONG: Final = "customers long"
UNSIGNED: Final = "unsigned"
"""Who is taken to hold options: open interest has no owner."""
TOLD_FALL = -0.02
"""The move of the index for which dealers and leveraged ETFs are told together, wherever one is told."""
NO_LIST: Final = "no list: "
"""How the reason begins why there are no own lists, where the user has none: nothing is missing then."""
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


_assumed = partial(figure, watched=False)


class SupplyAssumptions(Struct, frozen=True, kw_only=True):
    """Who is out there and by which rule they act: assumptions all, of the order desks and the literature name.

    `stage_share`: volatility indices act one or two sessions late and cap a day's change; two accounts of one desk
    (Morgan Stanley, by Reuters on 2024-07-25 and Bloomberg on 2024-08-05: $20bn of 45 and $75bn of 165 on the first
    day) make it a third to a half.
    `vol_aum_usd`: volatility-control funds and insurers' mandates, of which $300-400bn are reported, with the equity
    part of risk parity; with the trend followers they sold about $300bn in July and August 2024 by those accounts.
    `vol_target`, `vol_cap`: funds are sold with targets of 5 to 15 % and caps of 1.5 to 2.
    `var_gross_usd`: equities held outright by multi-strategy funds and dealers under value-at-risk limits, a small part
    of a gross in the trillions; that value at risk is held level is Adrian and Shin (2010, 2014). `var_confidence`
    scales limit and value at risk alike: the cut does not hang on it.
    `trend_aum_usd`: the equity part of $300-350bn of trend followers; in a calm rise they hold about $100bn, where
    Goldman Sachs put trend followers at $137-158bn of global equities in February and March 2025.
    """

    stage_share: Annotated[
        float,
        _assumed("stage share", Unit.FRACTION, "The part of the gap to what the rule wants that is traded a session."),
    ] = 1 / 3
    vol_aum_usd: Annotated[float, _assumed("vol aum", Unit.USD, "Assets of the volatility targeters.")] = 300e9
    vol_target: Annotated[float, _assumed("vol target", Unit.FRACTION, "The annual volatility they target.")] = 0.10
    vol_cap: Annotated[float, _assumed("vol cap", Unit.NUMBER, "The most they hold per dollar of assets.")] = 1.5
    lambdas: Annotated[
        tuple[Annotated[float, _assumed("decay", Unit.NUMBER, "A daily EWMA decay of volatility.")], ...],
        place("lambdas"),
    ] = (0.94, 0.97, 0.99)
    lambda_headline: Annotated[
        float, _assumed("lambda headline", Unit.NUMBER, "The decay the ladder's sums are taken with.")
    ] = 0.97
    var_gross_usd: Annotated[
        float,
        _assumed("var gross", Unit.USD, "Equities held under value-at-risk limits at the usual volatility."),
    ] = 200e9
    var_confidence: Annotated[
        float, _assumed("var confidence", Unit.FRACTION, "The confidence of the value at risk.")
    ] = 0.99
    var_utilisation: Annotated[
        float, _assumed("var utilisation", Unit.FRACTION, "The share of the limit used at the usual volatility.")
    ] = 0.80
    var_cap: Annotated[
        float, _assumed("var cap", Unit.NUMBER, "The most they grow to in calmer times, in times of that size.")
    ] = 1.5
    trend_aum_usd: Annotated[
        float,
        _assumed(
            "trend aum",
            Unit.USD,
            "Assets of the trend followers, scaled by the mean tanh of the trend and by target over actual volatility.",
        ),
    ] = 100e9
    trend_sessions: Annotated[
        tuple[Annotated[int, _assumed("sessions", Unit.COUNT, "Sessions a trend is taken over.")], ...],
        place("trend sessions"),
    ] = (20, 60, 120, 250)
    trend_target: Annotated[
        float, _assumed("trend target", Unit.FRACTION, "The annual volatility trend followers target.")
    ] = 0.10
    trend_cap: Annotated[float, _assumed("trend cap", Unit.NUMBER, "The most they hold per dollar of assets.")] = 1.5
    moves: Annotated[
        tuple[Annotated[float, _assumed("move", Unit.FRACTION, "A move of the index the ladder has.")], ...],
        place("moves"),
    ] = (-0.03, -0.02, -0.015, -0.01, -0.005, 0.0, 0.005, 0.01, 0.015, 0.02, 0.03)
