"""Covariance of the underlyings' daily returns: exponentially weighted, from closes, about zero mean."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from deskview.analytics.assumptions import Parameters
from deskview.analytics.leverage.book import Book
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.measures import decay_weights


@dataclass(frozen=True)
class Risk:
    """Risk of n underlyings over T sessions.

    `weighted` (T x n) holds returns times the root of their weight, so that the covariance is weighted' @ weighted
    and g'Σg = |weighted @ g|². Columns without enough history are zero there and NaN in `sigma` and `beta`.
    `sigma` is the daily volatility, `beta` the slope on the market; `market` is the market's own column (T,).
    """

    weighted: Floats
    sigma: Floats
    beta: Floats
    market: Floats

    @property
    def known(self) -> Floats:
        """True for each underlying with a risk figure."""
        return np.isfinite(self.sigma)

    def book_sd_usd(self, exposure: Floats) -> float:
        """Daily standard deviation of the flow g·r, for g = `exposure` in USD per unit return."""
        return float(np.linalg.norm(self.weighted @ exposure))


def closes(history: pl.DataFrame, tickers: list[str], sessions: int) -> pl.DataFrame:
    """Closes of HISTORY's last `sessions` sessions, one row each, oldest first; one column per ticker, null for gaps.

    The sessions are the market's, whatever a ticker of its own has.
    """
    last = history.get_column("session").unique().sort().tail(sessions)
    wanted = history.filter(
        pl.col("ticker").is_in(tickers) & pl.col("session").is_in(last.implode()) & (pl.col("close") > 0)
    )
    wide = last.to_frame().join(
        wanted.pivot(on="ticker", index="session", values="close"), on="session", how="left", maintain_order="left"
    )
    absent = [pl.lit(None, dtype=pl.Float64).alias(ticker) for ticker in set(tickers) - set(wide.columns)]
    return wide.with_columns(absent).select(tickers)


def daily_returns(history: pl.DataFrame, tickers: list[str], sessions: int) -> Floats:
    """The last `sessions` close-to-close returns (sessions x tickers), oldest first; NaN where a close is missing."""
    prices = closes(history, tickers, sessions + 1).to_numpy().astype(np.float64)
    return np.asarray(prices[1:] / prices[:-1] - 1.0, dtype=np.float64)


def underlying_returns(
    book: Book, history: pl.DataFrame, sessions: int, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Returns of the book's underlyings (sessions x underlyings, NaN for gaps) and of the market (sessions,).

    An underlying's returns are its proxy's, else its largest fund's over that fund's leverage.
    """
    proxies = book.underlyings.get_column("proxy").to_list()
    tickers = book.funds.get_column("ticker").to_list()
    wanted = list(dict.fromkeys([parameters.market, *(proxy for proxy in proxies if proxy), *tickers]))
    columns = {ticker: k for k, ticker in enumerate(wanted)}
    table = daily_returns(history, wanted, sessions)
    size = book.funds.select((pl.col("shares") * pl.col("close")).fill_null(0.0)).to_series().to_numpy()
    series = np.full((len(table), len(proxies)), np.nan)
    by_size = book.funds.select("ticker", "leverage", "position")[size.argsort(kind="stable")]
    for ticker, leverage, at in by_size.iter_rows():
        series[:, at] = table[:, columns[ticker]] / leverage
    for at, proxy in enumerate(proxies):
        own = table[:, columns[proxy]] if proxy else np.empty(0)
        if np.isfinite(own).sum() >= parameters.least_sessions:
            series[:, at] = own
    return series, table[:, columns[parameters.market]]


def ewma_weights(sessions: int, decay: float) -> Floats:
    """Weights of `sessions` days, oldest first, newest heaviest, summing to 1."""
    weights = decay_weights(sessions, decay)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def estimate(returns: Floats, market: Floats, parameters: Parameters) -> Risk:
    """Risk of the columns of `returns` (T x n, NaN for gaps); `market` (T,) is the index's return.

    A gap is filled with the market's return and the column then rescaled to the variance of the days it does
    have: the covariance stays positive semidefinite, and a new listing keeps its own volatility.
    """
    weights = ewma_weights(len(returns), parameters.ewma_lambda)[:, None]
    present = np.isfinite(returns)
    enough = present.sum(axis=0) >= parameters.least_sessions
    index = np.nan_to_num(market)
    variance = _weighted_mean(np.where(present, returns, 0.0) ** 2, weights, present)
    filled = np.where(present, returns, index[:, None])
    spread = (weights * filled**2).sum(axis=0)
    scale = np.sqrt(np.divide(variance, spread, out=np.ones_like(spread), where=spread > 0))
    weighted = np.where(enough, np.sqrt(weights) * filled * scale, 0.0)
    sigma = np.where(enough, np.sqrt(variance), np.nan)
    root_index = np.sqrt(weights[:, 0]) * index
    market_variance = float(root_index @ root_index)
    beta = root_index @ weighted / market_variance if market_variance > 0 else np.full(len(sigma), np.nan)
    return Risk(weighted, sigma, np.where(enough, beta, np.nan), root_index)


def _weighted_mean(values: Floats, weights: Floats, present: Floats) -> Floats:
    total = (weights * present).sum(axis=0)
    return np.asarray(
        np.divide((weights * values).sum(axis=0), total, out=np.zeros(values.shape[1]), where=total > 0),
        dtype=np.float64,
    )
