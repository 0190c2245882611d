"""The state in which momentum crashes come: bear market and high volatility (Daniel and Moskowitz 2016)."""

import msgspec
import numpy as np

from deskview.analytics.assumptions import YEAR
from deskview.analytics.measures import Number
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Panel


class MarketState(msgspec.Struct, frozen=True, kw_only=True):
    """`panic` is a bear market with volatility above its own median; volatility is annual, of 126 sessions."""

    bear: bool | None
    market_return_24m: float | None
    market_vol_126d: float | None
    market_vol_median: float | None
    high_vol: bool | None
    panic: bool | None


def forecast(*, bear: bool, market_variance: float, gamma0: float, gamma_int: float) -> float:
    """Expected momentum return: gamma0 + gamma_int * I(bear) * variance of the market."""
    return gamma0 + gamma_int * float(bear) * market_variance


def optimal_weight(*, mean: float, sigma: float, risk_aversion: float) -> float:
    """w* = mean / (2 * risk_aversion * sigma**2)."""
    return mean / (2 * risk_aversion * sigma**2)


def market_state(panel: Panel, rules: MomentumRules) -> tuple[MarketState, dict[str, str]]:
    """The state at the last close and the reasons for what is missing in it."""
    column = panel.column(rules.benchmark)
    close = panel.close[:, column] if column is not None else np.empty(0)
    close = close[~np.isnan(close)]
    total = float(close[-1] / close[-1 - rules.state_sessions] - 1) if len(close) > rules.state_sessions else None
    vols = _rolling_vol(close, rules.state_vol_sessions)
    vol, median = (float(vols[-1]), float(np.median(vols))) if len(vols) else (None, None)
    bear = None if total is None else total < 0
    high = None if vol is None or median is None else vol > median
    panic = None if bear is None or high is None else bear and high
    state = MarketState(
        bear=bear,
        market_return_24m=total,
        market_vol_126d=vol,
        market_vol_median=median,
        high_vol=high,
        panic=False if bear is False or high is False else panic,
    )
    return state, _reasons(state, len(close), rules, total, vol)


def _rolling_vol(close: np.ndarray, window: int) -> np.ndarray:
    """Annual volatility of every full window of daily returns."""
    returns = close[1:] / close[:-1] - 1
    if len(returns) < window:
        return np.empty(0)
    windows = np.lib.stride_tricks.sliding_window_view(returns, window)
    annual: np.ndarray = windows.std(axis=1, ddof=1) * np.sqrt(YEAR)
    return annual


def _reasons(state: MarketState, held: int, rules: MomentumRules, total: Number, vol: Number) -> dict[str, str]:
    reasons: dict[str, str] = {}
    if total is None:
        why = f"needs {rules.state_sessions + 1} closes of {rules.benchmark}, {held} are held"
        reasons |= {"bear": why, "market_return_24m": why}
    if vol is None:
        why = f"needs {rules.state_vol_sessions + 1} closes of {rules.benchmark}, {held} are held"
        reasons |= {"market_vol_126d": why, "market_vol_median": why, "high_vol": why}
    if state.panic is None:
        reasons["panic"] = "bear market or volatility unknown"
    return reasons
