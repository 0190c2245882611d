"""Key statistics of one name from its daily history."""

import math

import polars as pl
from msgspec import Struct

from deskview.analytics.assumptions import MONTH, YEAR

ADV_SESSIONS = 20
LEAST = 60
"""With fewer common sessions no beta is stated."""


class KeyStatistics(Struct, frozen=True):
    """Prices in USD on today's share basis, volume in USD a session, volatilities annual fractions.

    Volatility is the standard deviation of daily log total returns times the root of 252, over the last 21 and 252
    sessions. `beta` is the slope of the name's daily total returns on the market's over the sessions both have, at
    most 252. None where the history is too short; `sessions` is how many of the last 252 there are.
    """

    low: float | None
    high: float | None
    adv_usd: float | None
    vol_1m: float | None
    vol_1y: float | None
    beta: float | None
    sessions: int


def key_statistics(history: pl.DataFrame, ticker: str, *, market: str = "SPY") -> KeyStatistics:
    """The statistics of a name of HISTORY; all None for a name without any."""
    own = history.filter(pl.col("ticker") == ticker).sort("session").tail(YEAR)
    returns = own.select("session", ret=pl.col("total_close") / pl.col("total_close").shift() - 1).drop_nulls()
    return KeyStatistics(
        low=_number(own["low"].min()),
        high=_number(own["high"].max()),
        adv_usd=_number(own["dollar_volume_usd"].tail(ADV_SESSIONS).mean()) if own.height >= ADV_SESSIONS else None,
        vol_1m=_volatility(returns["ret"], MONTH),
        vol_1y=_volatility(returns["ret"], YEAR - 1),
        beta=_beta(returns, history, market),
        sessions=own.height,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _volatility(returns: pl.Series, sessions: int) -> float | None:
    recent = (returns.tail(sessions) + 1).log()
    deviation = _number(recent.std()) if recent.len() == sessions else None
    return None if deviation is None else deviation * math.sqrt(YEAR)


def _beta(returns: pl.DataFrame, history: pl.DataFrame, market: str) -> float | None:
    closes = history.filter(pl.col("ticker") == market).sort("session").tail(YEAR)
    index = closes.select("session", index=pl.col("total_close") / pl.col("total_close").shift() - 1)
    both = returns.join(index.drop_nulls(), on="session", maintain_order="left")
    variance = _number(both["index"].var()) if both.height >= LEAST else None
    if not variance:
        return None
    covariance = _number(both.select(pl.cov("ret", "index")).item())
    return None if covariance is None else covariance / variance
