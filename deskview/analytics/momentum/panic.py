"""The state in which momentum crashes come: bear market and high volatility (Daniel and Moskowitz 2016)."""

from datetime import date
from typing import Annotated

import msgspec
import numpy as np
import polars as pl

from deskview.analytics.assumptions import YEAR
from deskview.analytics.figure import Unit, figure, text
from deskview.analytics.measures import Number
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.panel import Floats


class MarketState(msgspec.Struct, frozen=True, kw_only=True):
    """The index at the last close, by its own daily closes."""

    bear: Annotated[
        bool | None, text("whether it is a bear market", "Whether the index is below its level of 24 months ago.")
    ]
    market_return_24m: Annotated[
        Number, figure("return of 24 months", Unit.FRACTION, "The index's, to the last close.")
    ]
    market_vol_126d: Annotated[
        Number, figure("volatility of 126 days", Unit.FRACTION, "Annual, of the index's last 126 daily returns.")
    ]
    market_vol_median: Annotated[
        Number, figure("usual volatility", Unit.FRACTION, "Median of all its volatilities of 126 days.")
    ]
    high_vol: Annotated[bool | None, text("high volatility", "Whether volatility is above its own median.")]
    panic: Annotated[bool | None, text("panic", "A bear market with high volatility, when momentum crashes come.")]
    days: Annotated[int, figure("days", Unit.COUNT, "How many closes of the index are held.", watched=False)]


def forecast(*, bear: bool, market_variance: float, gamma0: float, gamma_int: float) -> float:
    """Expected momentum return: gamma0 + gamma_int * I(bear) * variance of the market."""
    return gamma0 + gamma_int * float(bear) * market_variance


def optimal_weight(*, mean: float, sigma: float, risk_aversion: float) -> float:
    """w* = mean / (2 * risk_aversion * sigma**2)."""
    return mean / (2 * risk_aversion * sigma**2)


def market_state(
    index_days: pl.DataFrame | None, session: date, rules: MomentumRules, why_none: str = ""
) -> tuple[MarketState, dict[str, str]]:
    """The state at the last close before `session`, and the reasons for what is missing in it.

    `index_days` are the index's own daily closes (session, close) in any order. Return and volatility are stated as
    soon as their windows are full; whether volatility is high, and a panic, only with state_least days: a short
    history's median follows the volatility it is to judge. `why_none` says why there are none.
    Raises ValueError where a column is missing.
    """
    close = _closes(index_days, session)
    total = float(close[-1] / close[-1 - rules.state_sessions] - 1) if len(close) > rules.state_sessions else None
    vols = _rolling_vol(close, rules.state_vol_sessions)
    enough = len(close) >= rules.state_least
    vol = float(vols[-1]) if len(vols) else None
    median = float(np.median(vols)) if len(vols) and enough else None
    bear = None if total is None else total < 0
    high = None if vol is None or median is None else vol > median
    state = MarketState(
        bear=bear,
        market_return_24m=total,
        market_vol_126d=vol,
        market_vol_median=median,
        high_vol=high,
        panic=None if bear is None or high is None else bear and high,
        days=len(close),
    )
    reasons = _reasons(state, rules)
    return state, dict.fromkeys(reasons, why_none) if why_none and not len(close) else reasons


def _closes(index_days: pl.DataFrame | None, session: date) -> Floats:
    if index_days is None:
        return np.empty(0)
    for column in ("session", "close"):
        if column not in index_days.columns:
            raise ValueError(f"index_days: column {column!r} is missing")
    known = index_days.filter(pl.col("session") < session, pl.col("close").is_finite(), pl.col("close") > 0)
    return known.sort("session").get_column("close").cast(pl.Float64).to_numpy()


def _rolling_vol(close: Floats, window: int) -> Floats:
    """Annual volatility of every full window of daily returns."""
    returns = close[1:] / close[:-1] - 1
    if len(returns) < window:
        return np.empty(0)
    windows = np.lib.stride_tricks.sliding_window_view(returns, window)
    annual: Floats = windows.std(axis=1, ddof=1) * np.sqrt(YEAR)
    return annual


def _reasons(state: MarketState, rules: MomentumRules) -> dict[str, str]:
    held = f"{state.days} are held" if state.days else "none are held"
    closes = "closes of the index itself"
    needs = {
        "bear": (state.bear, f"needs {rules.state_sessions + 1} {closes}, {held}"),
        "market_return_24m": (state.market_return_24m, f"needs {rules.state_sessions + 1} {closes}, {held}"),
        "market_vol_126d": (state.market_vol_126d, f"needs {rules.state_vol_sessions + 1} {closes}, {held}"),
    }
    needs |= {
        path: (getattr(state, path), f"cannot be told: needs {rules.state_least} {closes}, {held}")
        for path in ("market_vol_median", "high_vol", "panic")
    }
    return {path: why for path, (value, why) in needs.items() if value is None}
