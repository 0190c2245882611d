"""How the forecasts held: stored distributions against what the formula later said was traded."""

from datetime import date
from math import sqrt
from statistics import NormalDist

import numpy as np
import polars as pl

from deskview.analytics.leverage.readings import NextWeek, Score
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
