"""The score filled from history: what would have been forecast for past weeks, and what the formula then said."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.assumptions import Parameters
from deskview.analytics.leverage.book import EQUITY_KINDS, Book, build_book
from deskview.analytics.leverage.columns import floats
from deskview.analytics.leverage.formula import Floats, rebalance_usd
from deskview.analytics.leverage.risk import closes, estimate, underlying_returns
from deskview.analytics.leverage.score import FORECASTS, NORMAL, REALISED


@dataclass(frozen=True)
class Backtest:
    """`forecasts` (FORECASTS) of past weeks that don't overlap and `realised` (REALISED) flow of past sessions.

    Share counts are today's: creations and redemptions of the past are not in it, so past AUM is approximate.
    """

    forecasts: pl.DataFrame
    realised: pl.DataFrame
    note: str = "past AUM from today's share counts at past prices: creations and redemptions are not in it"


def weekly_backtest(
    *,
    funds: pl.DataFrame,
    underlyings: pl.DataFrame,
    details: pl.DataFrame,
    history: pl.DataFrame,
    splits: pl.DataFrame | None = None,
    parameters: Parameters | None = None,
    horizon: int = 5,
    least_history: int = 60,
) -> Backtest:
    """Forecast every `horizon` sessions with what was known then; the realised flow of every session beside it.

    Tables as in `prepare`. A forecast needs `least_history` returns before it. Only the equity kinds count.
    """
    parameters = parameters or Parameters()
    book = build_book(funds, underlyings, details, history, splits=splits, resets=parameters.resets)
    sessions = history.get_column("session").unique().sort().to_list()
    panel = _panel(book, history, len(sessions), parameters)
    realised = pl.DataFrame({"session": sessions[1:], "net_usd": panel.flows()}, schema=dict(REALISED))
    starts = range(len(sessions) - 1, least_history - 1, -horizon)
    rows = [panel.forecast(at, sessions, horizon, parameters) for at in reversed(starts)]
    known = [row for row in rows if row is not None]
    return Backtest(pl.DataFrame(known, schema=dict(FORECASTS), orient="row"), realised)


@dataclass(frozen=True)
class _Panel:
    """Returns (T-1 x U) and market (T-1,) between T closes; `aum` (T x F) at each close, 0 where unknown."""

    returns: Floats
    market: Floats
    aum: Floats
    leverage: Floats
    position: npt.NDArray[np.int64]

    def flows(self) -> Floats:
        """The formula's net flow of each session after the first."""
        r = np.nan_to_num(self.returns[:, self.position])
        return np.asarray(rebalance_usd(self.leverage, self.aum[:-1], r).sum(axis=1), dtype=np.float64)

    def forecast(
        self, at: int, sessions: list[date], horizon: int, parameters: Parameters
    ) -> tuple[object, ...] | None:
        """The row of FORECASTS made at the close of session `at`; None where its week isn't over or it has no risk."""
        if at + horizon >= len(sessions):
            return None
        span = slice(max(0, at - parameters.window_sessions), at)
        risk = estimate(self.returns[span], self.market[span], parameters)
        dollars = self.leverage * (self.leverage - 1.0) * self.aum[at]
        exposure = np.bincount(self.position, weights=dollars, minlength=self.returns.shape[1]).astype(np.float64)
        sd = risk.book_sd_usd(exposure) * float(np.sqrt(horizon))
        if sd <= 0.0:
            return None
        z = NORMAL.inv_cdf(0.95)
        base = float(self.aum[at].sum())
        return sessions[at], sessions[at + horizon], horizon, base, 0.0, sd, -z * sd, z * sd


def _panel(book: Book, history: pl.DataFrame, sessions: int, parameters: Parameters) -> _Panel:
    funds = book.funds
    leverage, position = floats(funds, "leverage"), funds.get_column("position").to_numpy().astype(np.int64)
    returns, market = underlying_returns(book, history, sessions - 1, parameters)
    prices = closes(history, funds.get_column("ticker").to_list(), sessions).fill_null(strategy="forward")
    aum = np.nan_to_num(prices.to_numpy() * floats(funds, "shares"))
    aum[:, ~funds.get_column("kind").is_in(EQUITY_KINDS).to_numpy()] = 0.0
    return _Panel(returns, market, aum, leverage, position)
