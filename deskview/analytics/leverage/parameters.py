"""Choices of the leveraged-ETF method a user may change. They are assumptions, and shown as such."""

from msgspec import Struct

EQUITY_KINDS = ("index", "sector", "stock")
OTHER_KINDS = ("commodity", "bond", "crypto", "currency", "volatility")


class Parameters(Struct, frozen=True, kw_only=True):
    """`market` is the ticker that stands for the equity index.

    Risk: `ewma_lambda` weighs daily returns of the last `window_sessions`; a series with fewer than
    `least_sessions` returns carries no risk figure. `closing_share` is the closing auction's share of a name's
    daily volume and `impact_coefficient` Y in Y·σ·√(Q/ADV). `adv_sessions` is the span of the mean dollar volume.
    Funds that reset otherwise than in `resets` are left out; weekly ones are treated as daily.
    """

    market: str = "SPY"
    ewma_lambda: float = 0.97
    window_sessions: int = 252
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
