"""How the forecasts held: stored distributions, or those history would have had, against what was traded."""

from dataclasses import dataclass
from datetime import date
from math import fsum, sqrt
from statistics import NormalDist

import numpy as np
import polars as pl

from deskview.analytics.leverage.forecast import NextWeek, Score
from deskview.analytics.leverage.formula import Floats, multiplier, rebalance_usd
from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.readings import Leverage, in_next_week
from deskview.analytics.leverage.risk import book_sds_usd
from deskview.analytics.leverage.week import exposure_usd
from deskview.market.schema import Schema

NORMAL = NormalDist()
BAND = 0.90
LEAST_COVERAGE = 0.98
"""A session's flow is recorded where funds with so much of per-1 % have a return: what it lacks would pass as flow."""
SHOCK = 2.5
"""A session whose flow is so many of the sd forecast for it the day before is a shock."""

#: One forecast a row, made after the close of `session` for the `sessions` sessions up to `end`. `sd_usd` holds the
#: session's own move, `sd_without_today_usd` (null where that is not known) does not.
FORECASTS: Schema = {
    "session": pl.Date(),
    "end": pl.Date(),
    "sessions": pl.Int64(),
    "base_aum_usd": pl.Float64(),
    "mean_usd": pl.Float64(),
    "sd_usd": pl.Float64(),
    "p05_usd": pl.Float64(),
    "p95_usd": pl.Float64(),
    "sd_without_today_usd": pl.Float64(),
}

#: Net flow in one session, by the formula, of the equity funds that reset daily.
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
        forecast.sd_without_today_usd,
    )
    return pl.DataFrame([row], schema=dict(FORECASTS), orient="row")


def realised_row(reading: Leverage, session: date) -> pl.DataFrame:
    """The flow of the session's close as a row of REALISED; no row where too few funds had a return."""
    known = [row.today_usd for row in reading.by_fund if in_next_week(row) and row.today_usd is not None]
    enough = reading.coverage is not None and reading.coverage >= LEAST_COVERAGE
    return pl.DataFrame([(session, fsum(known))] if known and enough else [], schema=dict(REALISED), orient="row")


def compared(forecasts: pl.DataFrame, realised: pl.DataFrame) -> pl.DataFrame:
    """FORECASTS with `realised_usd`, `inside` (the 90 % band) and `pit`, by session; null until all sessions are in.

    Beside them `z`: the flow of the forecast's own session over the daily sd that was forecast at the session before
    of REALISED, null without such a forecast. Of several rows for the same sessions the last one stands.
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
    table = table.join(_shocks(made, realised), on="session", how="left", maintain_order="left")
    place = (table.get_column("realised_usd") - table.get_column("mean_usd")) / table.get_column("sd_usd")
    return table.with_columns(
        inside=pl.col("realised_usd").is_between("p05_usd", "p95_usd"),
        pit=pl.Series([None if value is None else NORMAL.cdf(value) for value in place], dtype=pl.Float64),
    )


def _shocks(made: pl.DataFrame, realised: pl.DataFrame) -> pl.DataFrame:
    """session, z: the flow of each session of REALISED over the daily sd forecast at the one before."""
    daily = made.unique("session", keep="last").select(
        before="session", daily_sd=pl.col("sd_usd") / pl.col("sessions").sqrt()
    )
    flows = realised.unique("session", keep="last").sort("session").with_columns(before=pl.col("session").shift(1))
    return flows.join(daily, on="before").select("session", z=pl.col("net_usd") / pl.col("daily_sd"))


def one_source_each(recorded: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """Weeks as `compared` gives them, each wholly from one of the two: what was recorded where its week is whole, else
    what is made of the past. A forecast of today's book is never held against the flow of another day's."""
    whole = recorded.drop_nulls("realised_usd")
    made = past.join(whole, on="session", how="anti")
    running = recorded.filter(pl.col("realised_usd").is_null()).join(made, on="session", how="anti")
    return pl.concat([whole, made, running]).sort("session", "end")


def score_weeks(table: pl.DataFrame) -> Score:
    """The score of weeks as `compared` gives them.

    The interval of the hit rate is that of as many trials as there are weeks apart: weeks that overlap share sessions,
    and counting each would make the rate look surer than it is.
    """
    done = table.drop_nulls("realised_usd")
    weeks, hits, apart = done.height, int(done.get_column("inside").sum()), _apart(done)
    low, high = wilson_interval(hits / weeks, apart) if weeks else (None, None)
    after = done.filter(pl.col("z").abs() > SHOCK).get_column("inside")
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
        apart=apart,
        after_shocks=after.len(),
        shock_hits=int(after.sum()),
    )


def wilson_interval(share: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a share of independent trials (Wilson 1927)."""
    z = NORMAL.inv_cdf(0.5 + confidence / 2)
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
    """`forecasts` (FORECASTS) of past weeks, one a session, and `realised` (REALISED) flow of past sessions.

    Share counts are today's: creations and redemptions of the past are not in it, so past AUM is approximate.
    """

    forecasts: pl.DataFrame
    realised: pl.DataFrame
    note: str = "past AUM from today's share counts at past prices: creations and redemptions are not in it"


def weekly_backtest(model: LeverageModel, *, horizon: int = 5, least_history: int = 60) -> Backtest:
    """A forecast at the close of every session with `least_history` (2 or more) returns, as far as its week is over.

    Each is made as `next_week` makes it after a close: from the sessions before, the session's own moves as the newest,
    and the AUM at that close: today's share counts at its prices. Only the equity kinds that reset daily count. Weeks
    overlap. A session's flow is null where too little of its exposure has a return.
    """
    sessions, aum = [date.fromisoformat(day) for day in model.past.dates], _past_aum(model)
    realised = pl.DataFrame(
        {"session": sessions, "net_usd": _flows_usd(model, aum[:-1])}, schema=dict(REALISED), nan_to_null=True
    )
    closes = range(least_history, len(sessions) + 1 - horizon)
    if not closes:
        return Backtest(pl.DataFrame(schema=dict(FORECASTS)), realised)
    with_move, without = (sqrt(horizon) * sds for sds in _daily_sds_usd(model, aum, closes))
    forecasts = pl.DataFrame(
        {
            "session": [sessions[at - 1] for at in closes],
            "end": [sessions[at - 1 + horizon] for at in closes],
            "sessions": [horizon] * len(closes),
            "base_aum_usd": aum[closes].sum(axis=1),
            "mean_usd": [0.0] * len(closes),
            "sd_usd": with_move,
            "p05_usd": NORMAL.inv_cdf(0.05) * with_move,
            "p95_usd": NORMAL.inv_cdf(0.95) * with_move,
            "sd_without_today_usd": without,
        },
        schema=dict(FORECASTS),
    )
    return Backtest(forecasts.filter(pl.col("sd_usd") > 0), realised)


def _past_aum(model: LeverageModel) -> Floats:
    """AUM of the daily equity funds (sessions x funds) at each close held, 0 for others and where it is not known."""
    aum = np.nan_to_num(model.past.fund_closes * model.shares)
    return np.where(model.equity[model.position] & model.drift.daily, aum, 0.0)


def _flows_usd(model: LeverageModel, aum: Floats) -> Floats:
    """The formula's net flow of each session (T,), from the AUM (T x funds) before it; NaN with too little coverage."""
    dollars, known = multiplier(model.leverage) * aum, np.isfinite(model.past.returns[:, model.position])
    covered = (dollars * known).sum(axis=1) >= model.parameters.least_coverage * dollars.sum(axis=1)
    flows = rebalance_usd(model.leverage, aum, model.past.filled[:, model.position]).sum(axis=1)
    return np.asarray(np.where(covered, flows, np.nan), dtype=np.float64)


def _daily_sds_usd(model: LeverageModel, aum: Floats, closes: range) -> tuple[Floats, Floats]:
    """Daily sd forecast at each of `closes` (rows of `aum`), with the session's own move and without."""
    past = model.past
    count = past.returns.shape[1]
    exposure = np.stack([exposure_usd(model.position, model.leverage, row, count) for row in aum[closes]])
    days = np.asarray(closes) - 1

    def sds(*, with_move: bool) -> Floats:
        return book_sds_usd(past.returns, past.market, exposure, days, model.parameters, with_move=with_move)

    return sds(with_move=True), sds(with_move=False)
