"""How the forecasts held: stored distributions, or those history would have had, against what was traded."""

from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.assumptions import Parameters
from deskview.analytics.leverage.book import EQUITY_KINDS, Book, build_book, floats
from deskview.analytics.leverage.formula import Floats, rebalance_usd
from deskview.analytics.leverage.readings import NextWeek, Score
from deskview.analytics.leverage.risk import closes, estimate, underlying_returns
from deskview.market.schema import Schema

NORMAL = NormalDist()
BAND = 0.90

#: One forecast a row, made after the close of `session` for the `sessions` sessions up to `end`.
FORECASTS: Schema = {
    "session": pl.Date(),
    "end": pl.Date(),
    "sessions": pl.Int64(),
    "base_aum_usd": pl.Float64(),
    "mean_usd": pl.Float64(),
    "sd_usd": pl.Float64(),
    "p05_usd": pl.Float64(),
    "p95_usd": pl.Float64(),
}

#: Net flow of all equity funds in one session by the formula.
REALISED: Schema = {
    "session": pl.Date(),
    "net_usd": pl.Float64(),
}


def forecast_row(forecast: NextWeek, session: date) -> pl.DataFrame:
    """The forecast made after the close of `session` as a row of FORECASTS; no row where there is none."""
    if forecast.sd_usd is None:
        return pl.DataFrame(schema=dict(FORECASTS))
    row = (
        session,
        date.fromisoformat(forecast.sessions[-1]),
        len(forecast.sessions),
        forecast.base_aum_usd,
        forecast.mean_usd,
        forecast.sd_usd,
        forecast.p05_usd,
        forecast.p95_usd,
    )
    return pl.DataFrame([row], schema=dict(FORECASTS), orient="row")


def compared(forecasts: pl.DataFrame, realised: pl.DataFrame) -> pl.DataFrame:
    """FORECASTS with `realised_usd`, `inside` (the 90 % band) and `pit`, by session; null until all sessions are in.

    Of several rows for the same sessions the last one stands.
    """
    made = forecasts.unique(["session", "end"], keep="last", maintain_order=True).sort("session", "end")
    daily = realised.unique("session", keep="last", maintain_order=True).drop_nulls().rename({"session": "day"})
    sums = (
        made.select("session", "end", "sessions")
        .join_where(daily, pl.col("day") > pl.col("session"), pl.col("day") <= pl.col("end"))
        .group_by("session", "end")
        .agg(realised_usd=pl.col("net_usd").sum(), days=pl.len(), due=pl.col("sessions").first())
        .filter(pl.col("days") == pl.col("due"))
        .drop("days", "due")
    )
    table = made.join(sums, on=["session", "end"], how="left", maintain_order="left")
    z = (table.get_column("realised_usd") - table.get_column("mean_usd")) / table.get_column("sd_usd")
    return table.with_columns(
        inside=pl.col("realised_usd").is_between("p05_usd", "p95_usd"),
        pit=pl.Series([None if value is None else NORMAL.cdf(value) for value in z], dtype=pl.Float64),
    )


def score_forecasts(forecasts: pl.DataFrame, realised: pl.DataFrame) -> Score:
    """The score of stored FORECASTS against REALISED."""
    table = compared(forecasts, realised)
    done = table.drop_nulls("realised_usd")
    weeks, hits = done.height, int(done.get_column("inside").sum())
    low, high = wilson_interval(hits, weeks) if weeks else (None, None)
    values = done.get_column("pit").to_numpy()
    return Score(
        band=BAND,
        weeks=weeks,
        hits=hits,
        hit_rate=hits / weeks if weeks else None,
        hit_low=low,
        hit_high=high,
        mean_pit=float(values.mean()) if weeks else None,
        pit_histogram=np.histogram(values, bins=10, range=(0.0, 1.0))[0].tolist(),
        pending=table.height - weeks,
        apart=_apart(done),
    )


def wilson_interval(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a share (Wilson 1927)."""
    z = NORMAL.inv_cdf(0.5 + confidence / 2)
    share = hits / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return centre - half, centre + half


def _apart(done: pl.DataFrame) -> int:
    """How many forecasts can be picked, earliest first, such that no two cover the same session."""
    count, until = 0, date.min
    for session, end in done.select("session", "end").iter_rows():
        if session >= until:
            count, until = count + 1, end
    return count


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
