"""Every rule of the momentum basket in one place.

The banks' momentum baskets are not public; this is a documented proxy: cross-sectional 12-1 momentum
(Jegadeesh and Titman 1993), deciles of liquid common shares, the short leg scaled to the long leg's beta.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True)
class MomentumRules:
    """The rules, live and in history alike. Sessions are counted in completed sessions, returns are fractions."""

    types: tuple[str, ...] = ("CS", "ADRC")
    """Instrument types of the universe; a name of unknown type is taken for a share."""
    price_floor_usd: float = 5.0
    """Least last close, on today's share basis."""
    volume_sessions: int = 60
    """Window of the median dollar volume."""
    volume_floor_usd: float = 20e6
    """Least median daily dollar volume."""
    lookback: int = 252
    """The signal is C[t - skip] / C[t - lookback] - 1, t the session the basket is formed for."""
    skip: int = 21
    universe_size: int = 1000
    """The largest by market cap where it is known of all that qualify, else by median dollar volume."""
    quantile: float = 0.10
    """Share of the universe (of each sector in the sector-neutral basket) in either leg."""
    weighting: Literal["equal", "inverse_vol"] = "equal"
    cap: float = 0.03
    """Largest weight of a name; legs too small to keep it are weighted equally."""
    rebalance: Literal["monthly", "daily"] = "monthly"
    """Formed for the first session of each month, or anew for every session."""
    benchmark: str = "SPY"
    beta_sessions: int = 252
    beta_shrink: float = 0.67
    """beta = 0.67 * slope + 0.33 (Blume 1971); the short leg is scaled by k = beta(long) / beta(short)."""
    sigma_sessions: int = 252
    sigma_least: int = 60
    """With fewer past spread returns no sigma is stated."""
    ewma_decay: float = 0.94
    one_sided: float = 2 / 3
    """From this share of the market-relative spread on, one leg is said to lead."""
    near_zero: float = 0.001
    """Spreads smaller than this (10 bp) have no meaningful share of a leg."""
    calm_sigma: float = 1.0
    """Moves below this many sigma are called calm."""
    coverage_window: timedelta = timedelta(minutes=5)
    """A name is covered when it last traded within this time of now, or of the close."""
    priced_least: float = 0.5
    """Share of a leg's weight that must have a price today before its return is stated."""
    crowding_weeks: int = 52
    crowding_least: int = 26
    state_sessions: int = 504
    """24 months: below zero over them the market is a bear market (Daniel and Moskowitz 2016)."""
    state_vol_sessions: int = 126


DEFAULT_RULES = MomentumRules()
