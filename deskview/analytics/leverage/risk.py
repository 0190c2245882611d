"""Covariance of the underlyings' daily returns: exponentially weighted, from closes, about zero mean."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.assumptions import Parameters
from deskview.analytics.leverage.book import Book
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.measures import decay_weights
from deskview.analytics.panel import Ints, Panel

DAYS_AT_ONCE = 64
"""So many past days are estimated in one go, which bounds the memory."""
LEAST_FLOWS = 60
"""An sd of past flows rests on at least so many."""


@dataclass(frozen=True)
class Risk:
    """Risk of n underlyings over T sessions.

    `filled` (T x n) holds returns times the root of their weight, gaps filled, and `scale` (n,) what brings a column
    with gaps to its own variance, 0 for one without enough history: the covariance is weighted' @ weighted.
    `sigma` is the daily volatility and `beta` the slope on the market, NaN where not known; `market` is the market's
    own column (T,). `held` (n,) is the share of the weight on days an underlying has a return of, `decay` is lambda.
    """

    filled: Floats
    scale: Floats
    sigma: Floats
    beta: Floats
    market: Floats
    held: Floats
    decay: float

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """True for each underlying with a risk figure."""
        return np.isfinite(self.sigma)

    @property
    def weighted(self) -> Floats:
        """Returns (T x n) such that the covariance is weighted' @ weighted, zero for an underlying without risk."""
        return self.filled * self.scale

    @property
    def relative(self) -> Floats:
        """Each underlying's volatility over the market's, 1 where either is not known."""
        of_market = float(np.linalg.norm(self.market))
        return np.where(self.known & (of_market > 0), self.sigma / (of_market or 1.0), 1.0)

    def book_sd_usd(self, exposure: Floats) -> float:
        """Daily standard deviation of the flow g·r, for g = `exposure` in USD per unit return."""
        return float(np.linalg.norm(self.filled @ (self.scale * exposure)))

    def with_move(self, r: Floats, market: float, day_share: float) -> "Risk":
        """The risk with today's moves `r` (n,) as its newest day, as if estimated anew with that day among the others.

        A move so far is brought to a whole day by the share of a day's variance that is usually behind one, 0 to 1:
        r / sqrt(day_share). An underlying without a move (NaN) keeps its volatility and moves with the market
        (`market`, the index's return, NaN for unknown): with both unknown its risk stays as it was.
        """
        newest = float(ewma_weights(len(self.filled) + 1, self.decay)[-1])
        past = 1.0 - newest
        present, index = np.isfinite(r), (market if np.isfinite(market) else 0.0) / sqrt(day_share)
        today = np.where(present, r / sqrt(day_share), index)
        held = past * self.held + newest * present
        squares = past * self.held * np.nan_to_num(self.sigma) ** 2 + newest * np.where(present, today, 0.0) ** 2
        return _risk(
            np.vstack([sqrt(past) * self.filled, sqrt(newest) * today]),
            np.append(self.market * (sqrt(past) if np.isfinite(market) else 1.0), sqrt(newest) * index),
            np.divide(squares, held, out=np.zeros_like(held), where=held > 0),
            held=held,
            enough=self.known,
            decay=self.decay,
        )


def underlying_returns(book: Book, panel: Panel, parameters: Parameters) -> tuple[Floats, Floats]:
    """Returns of the book's underlyings (sessions x underlyings, NaN for gaps) and of the market (sessions,).

    One row for each session of the panel after its first. An underlying's returns are its proxy's, else its largest
    fund's over that fund's leverage.
    """
    proxies = book.underlyings.get_column("proxy").to_list()
    size = book.funds.select((pl.col("shares") * pl.col("close")).fill_null(0.0)).to_series().to_numpy()
    series = np.full((max(len(panel.sessions) - 1, 0), len(proxies)), np.nan)
    by_size = book.funds.select("ticker", "leverage", "position")[size.argsort(kind="stable")]
    for ticker, leverage, at in by_size.iter_rows():
        series[:, at] = _column(panel, ticker) / leverage
    for at, proxy in enumerate(proxies):
        own = _column(panel, proxy)
        if np.isfinite(own).sum() >= parameters.least_sessions:
            series[:, at] = own
    return series, _column(panel, parameters.market)


def _column(panel: Panel, ticker: str | None) -> Floats:
    """Returns of one ticker, NaN where it has none."""
    at = None if ticker is None else panel.column(ticker)
    return panel.returns[1:, at] if at is not None else np.full(max(len(panel.sessions) - 1, 0), np.nan)


def ewma_weights(sessions: int, decay: float) -> Floats:
    """Weights of `sessions` days, oldest first, newest heaviest, summing to 1."""
    weights = decay_weights(sessions, decay)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def estimate(returns: Floats, market: Floats, parameters: Parameters) -> Risk:
    """Risk of the columns of `returns` (T x n, NaN for gaps); `market` (T,) is the index's return.

    A gap is filled with the market's return and the column then rescaled to the variance of the days it does
    have: the covariance stays positive semidefinite, and a new listing keeps its own volatility.
    """
    weights = ewma_weights(len(returns), parameters.ewma_lambda)
    present, index = np.isfinite(returns), np.nan_to_num(market)
    held = weights @ present
    squares = weights @ np.where(present, returns, 0.0) ** 2
    return _risk(
        np.sqrt(weights)[:, None] * np.where(present, returns, index[:, None]),
        np.sqrt(weights) * index,
        np.divide(squares, held, out=np.zeros_like(held), where=held > 0),
        held=held,
        enough=present.sum(axis=0) >= parameters.least_sessions,
        decay=parameters.ewma_lambda,
    )


def _risk(
    filled: Floats, market: Floats, variance: Floats, *, held: Floats, enough: npt.NDArray[np.bool_], decay: float
) -> Risk:
    """The risk of weighted returns with their gaps filled, whose own variance is `variance`."""
    scale = np.where(enough, _scale(variance, (filled**2).sum(axis=0)), 0.0)
    of_market = float(market @ market)
    beta = (market @ filled) * scale / of_market if of_market > 0 else np.full(len(scale), np.nan)
    sigma = np.where(enough, np.sqrt(variance), np.nan)
    return Risk(filled, scale, sigma, np.where(enough, beta, np.nan), market, held, decay)


def _scale(variance: Floats, spread: Floats) -> Floats:
    """What brings columns of variance `spread` to `variance`."""
    ratio = np.divide(variance, spread, out=np.ones_like(spread), where=spread > 0)
    return np.asarray(np.sqrt(ratio), dtype=np.float64)


def book_sds_usd(
    returns: Floats, market: Floats, exposure: Floats, days: Ints, parameters: Parameters, *, with_move: bool
) -> Floats:
    """Daily sd (S,) of a book on past `days` (ascending rows of `returns`, from 1 on) with its `exposure` (S x n) then.

    What `estimate` of the window before the day and, `with_move`, `Risk.with_move` of the whole day itself give.
    """
    parts = []
    for block in (slice(k, k + DAYS_AT_ONCE) for k in range(0, len(days), DAYS_AT_ONCE)):
        first = max(int(days[block][0]) - parameters.window_sessions, 0)
        rows = slice(first, int(days[block][-1]) + 1)
        age = days[block][:, None] - np.arange(rows.start, rows.stop)
        parts.append(_sds_usd(returns[rows], market[rows], exposure[block], age, parameters, least_age=not with_move))
    return np.concatenate(parts)


def _sds_usd(
    returns: Floats, market: Floats, exposure: Floats, age: Ints, parameters: Parameters, *, least_age: int
) -> Floats:
    """The same of days whose rows have an `age` (S x T; 0 is the day itself), the weights of all days as one matrix."""
    before = (age > 0) & (age <= parameters.window_sessions)
    rows = before | (age == least_age)
    weights = np.where(rows, parameters.ewma_lambda ** np.where(rows, age, 0), 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    present = np.isfinite(returns).astype(np.float64)
    filled = np.where(present, returns, np.nan_to_num(market)[:, None])
    held, squares = weights @ present, weights @ np.where(present, returns, 0.0) ** 2
    variance = np.divide(squares, held, out=np.zeros_like(held), where=held > 0)
    enough = before.astype(np.float64) @ present >= parameters.least_sessions
    scale = np.where(enough, _scale(variance, weights @ filled**2), 0.0)
    return np.asarray(np.sqrt((weights * ((scale * exposure) @ filled.T) ** 2).sum(axis=1)), dtype=np.float64)


def flow_sds_usd(flows: Floats, parameters: Parameters) -> Floats:
    """Daily sd of a book after each session of its `flows` (T,), from that session and the window before it.

    g'Σg of weighted returns is the weighted mean of (g·r)², so flows are enough; underlyings with gaps are not rescaled
    as `estimate` does. NaN flows are left out; NaN on those and with fewer than LEAST_FLOWS in the window.
    """
    terms = min(parameters.window_sessions + 1, len(flows))
    if not terms:
        return np.empty(0)
    known = np.isfinite(flows)
    decay = parameters.ewma_lambda ** np.arange(terms)
    squares = np.convolve(np.nan_to_num(flows) ** 2, decay)[: len(flows)]
    weight = np.convolve(known, decay)[: len(flows)]
    enough = known & (np.convolve(known, np.ones(terms))[: len(flows)] > LEAST_FLOWS - 0.5)
    variance = np.divide(squares, weight, out=np.full(len(flows), np.nan), where=enough)
    return np.asarray(np.sqrt(variance), dtype=np.float64)
