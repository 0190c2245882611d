"""Every rule of the momentum basket in one place.

The banks' momentum baskets are not public; this is a documented proxy: cross-sectional 12-1 momentum
(Jegadeesh and Titman 1993), deciles of liquid common shares, a dollar long against a dollar short.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from deskview.analytics.assumptions import CALM_SIGMA, MOMENTUM_SIGNAL, MONTH, YEAR, MomentumSignal
from deskview.market.schema import STOCKS


@dataclass(frozen=True)
class MomentumRules:
    """The rules, live and in history alike. Sessions are counted in completed sessions, returns are fractions."""

    types: tuple[str, ...] = STOCKS
    """Instrument types of the universe; a name of unknown type is not in it."""
    price_floor_usd: float = 5.0
    """Least last close, as it was traded: a later reverse split lifts no past price over it."""
    volume_sessions: int = 60
    """Window of the median dollar volume."""
    volume_floor_usd: float = 20e6
    """Least median daily dollar volume."""
    one_line_per_issuer: bool = True
    """Of several share classes of one issuer (same CIK) the one with the largest median dollar volume stays."""
    lookback: int = YEAR
    """The prior return is C[t - skip] / C[t - lookback] - 1, t the session the basket is formed for."""
    skip: int = MONTH
    middle: int = YEAR // 2
    """Where the prior return parts: 12-7 up to C[t - middle], 6-2 from there on (Novy-Marx 2012)."""
    signal: MomentumSignal = MOMENTUM_SIGNAL
    """What ranks: the prior return, or its z over the universe after division by the daily volatility."""
    signal_vol_sessions: int = YEAR
    z_limit: float = 3.0
    """Scores of the risk-adjusted signal are held to this many standard deviations."""
    exclude_targets: bool = True
    """Whether names pinned by an announced takeover are left out when a basket is formed (see targets.py)."""
    target_sessions: int = YEAR
    """The announcement is the last jump within this time; most deals close within a year."""
    target_jump: float = 0.10
    """Least return of the session of the announcement; premiums are mostly above 20 %, earnings days mostly below."""
    target_least: int = 10
    """Sessions there must be since the jump."""
    target_quiet_sessions: int = 60
    """Volatility since the jump is taken over at most so many of the last sessions."""
    target_vol: float = 0.005
    """Pinned: daily volatility since is below this (8 % a year; utilities have twice as much), ..."""
    target_vol_ratio: float = 0.25
    """... and below this share of the volatility of the year before the jump."""
    universe_size: int = 1000
    """The largest by market cap where it is known of all that qualify, else by median dollar volume."""
    quantile: float = 0.10
    """Share of the universe (of each sector in the sector-neutral basket) in either leg."""
    weighting: Literal["equal", "inverse_vol"] = "equal"
    cap: float = 0.03
    """Largest weight of a name; legs too small to keep it are weighted equally."""
    rebalance: Literal["monthly", "daily"] = "monthly"
    """Formed for the first session of each month, or anew for every session."""
    delisting_return: float | None = -0.30
    """Return of a name held when it is delisted, on the session after its last bar, unless a takeover had pinned it
    (Shumway 1997: -30 % for performance delistings). None: it stays flat, as does a name whose bars merely stop."""
    benchmark: str = "SPY"
    beta_sessions: int = YEAR
    """Window of the legs' betas; beta-neutral, the short leg is scaled by k = beta(long) / beta(short)."""
    sigma_sessions: int = YEAR
    """Days a sigma is taken over at most."""
    sigma_own_least: int = 200
    """With fewer days of the rule's own history sigma is that of today's names, held back over sigma_sessions."""
    sigma_least: int = 60
    """With fewer past spread returns no sigma is stated."""
    ewma_decay: float = 0.94
    one_sided: float = 2 / 3
    """From this share of the market-relative spread on, one leg is said to lead."""
    near_zero: float = 0.001
    """Spreads smaller than this (10 bp) have no meaningful share of a leg."""
    calm_sigma: float = CALM_SIGMA
    """Moves below this many sigma have no verdict: calm."""
    coverage_window: timedelta = timedelta(minutes=5)
    """A name is covered when it last traded within this time of now, or of the close."""
    priced_least: float = 0.5
    """Share of a leg's weight that must have a price today before its return is stated."""
    crowding_weeks: int = 52
    crowding_least: int = 26
    crowding_formations: int = 12
    """With fewer earlier formations comomentum has no percentile."""
    state_sessions: int = 2 * YEAR
    """24 months: below zero over them the market is a bear market (Daniel and Moskowitz 2016)."""
    state_vol_sessions: int = YEAR // 2
    state_least: int = 3 * YEAR
    """With fewer days of the index neither what volatility is high nor a panic can be told: a median of one year
    called most panic days calm."""


DEFAULT_RULES = MomentumRules()


_HOW_OFTEN = {
    "monthly": "for the first session of each month, and as soon as there is a year to rank by",
    "daily": "anew for every session",
}


def rules_in_words(rules: MomentumRules) -> dict[str, str]:
    """The rules of the basket as sentences, by subject."""
    prior = f"the return from {rules.lookback} to {rules.skip} sessions before the session it is formed for"
    ranked = {
        "return": prior,
        "risk_adjusted": f"z of {prior} over the daily volatility of {rules.signal_vol_sessions} sessions, within"
        f" ±{rules.z_limit:g}",
    }
    words = {
        "ranked by": ranked[rules.signal],
        "universe": f"the {rules.universe_size} largest shares of {rules.price_floor_usd:g} USD or more that trade"
        f" {rules.volume_floor_usd / 1e6:g}m USD a day (median of {rules.volume_sessions} sessions)",
        "legs": f"the top and bottom {rules.quantile:.0%}, weights {rules.weighting.replace('_', ' ')}, a name"
        f" {rules.cap:.0%} at most, formed {_HOW_OFTEN[rules.rebalance]}, weights constant between",
        "spread": "long leg less short basket, dollar for dollar; beta-neutral beside it: less k times the short"
        f" basket, k = β(long) / β(short) of the legs' own returns against {rules.benchmark} over the"
        f" {rules.beta_sessions} sessions before they were formed, not shrunk",
        "σ": f"of the rule's own daily spreads, up to {rules.sigma_sessions} days, each basket as it was held then;"
        f" with fewer than {rules.sigma_own_least} of them σ*, of today's names held back over"
        f" {rules.sigma_sessions} sessions",
    }
    words["sector-neutral"] = "the same within each sector; names without one are in neither leg"
    if rules.one_line_per_issuer:
        words["share classes"] = "of one issuer (CIK), the most traded; the cap is the issuer's"
    if rules.exclude_targets:
        words["takeover targets"] = (
            f"left out: a rise of {rules.target_jump:.0%} in one session of the last {rules.target_sessions}, and in"
            f" the {rules.target_least} or more since a daily volatility below {rules.target_vol:.1%} and"
            f" {rules.target_vol_ratio:.0%} of that before; bids in shares can't be told"
        )
    if rules.delisting_return is not None:
        words["delisted"] = f"while held: {rules.delisting_return:.0%} on the session after, unless a bid had pinned it"
    return words
