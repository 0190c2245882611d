"""A small market for the tests: tables of the market's schemas from plain Python values."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from deskview.analytics.leverage import Leverage, LeverageModel, Parameters, prepare, read
from deskview.market.funds import FUNDS, UNDERLYINGS
from deskview.market.schema import DETAILS, HISTORY, LIVE, NAMES, SHARE_COUNTS, TICKERS

LAST, TODAY = date(2026, 2, 3), date(2026, 2, 4)
AFTERNOON = datetime(2026, 2, 4, 20, tzinfo=UTC)
WEEK = [date(2026, 2, day) for day in (5, 6, 9, 10, 11)]


def fund(
    ticker: str, leverage: float | None, underlying: str | None, kind: str = "index", reset: str = "daily"
) -> dict[str, object]:
    return {
        "ticker": ticker,
        "name": f"{ticker} fund",
        "leverage": leverage,
        "underlying": underlying,
        "kind": kind,
        "reset": reset,
        "issuer": "Test",
        "structure": "ETF",
    }


def funds_table(rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(FUNDS), orient="row")


def underlyings_table(rows: Sequence[tuple[str, str, str | None, str | None]]) -> pl.DataFrame:
    """Rows of underlying, kind, proxy, basket."""
    return pl.DataFrame(
        [(u, f"{u} index", k, p, b, "cap" if b else None, None, None) for u, k, p, b in rows],
        schema=dict(UNDERLYINGS),
        orient="row",
    )


def details_table(shares: Mapping[str, float | None], as_of: date = LAST) -> pl.DataFrame:
    return pl.DataFrame(
        [(t, as_of, t, "ETF", s, None, None, None) for t, s in shares.items()], schema=dict(DETAILS), orient="row"
    )


def names_table(rows: Sequence[tuple[str, str | None, float | None]]) -> pl.DataFrame:
    """Rows of ticker, sector, market cap."""
    return pl.DataFrame(
        [(t, f"{t} Inc.", "CS", s, None, c, None, True, None) for t, s, c in rows], schema=dict(NAMES), orient="row"
    )


def history_table(closes: Mapping[str, Sequence[float]], dollars: Mapping[str, float] | None = None) -> pl.DataFrame:
    """Closes per ticker, the last on LAST, one calendar day apart; dollar volume as given, else 1e9."""
    rows = []
    for ticker, series in closes.items():
        volume = (dollars or {}).get(ticker, 1e9)
        days = [LAST - timedelta(days=len(series) - 1 - k) for k in range(len(series))]
        rows += [(ticker, d, c, c, c, c, c, volume / c, volume) for d, c in zip(days, series, strict=True)]
    return pl.DataFrame(rows, schema=dict(HISTORY), orient="row")


def counts_table(shares: Mapping[tuple[str, date], float]) -> pl.DataFrame:
    rows = [(ticker, day, count) for (ticker, day), count in shares.items()]
    return pl.DataFrame(rows, schema=dict(SHARE_COUNTS), orient="row")


def tickers_table(names: Mapping[str, str], kind: str = "ETF") -> pl.DataFrame:
    rows = [(ticker, name, kind, "ARCX", None, None) for ticker, name in names.items()]
    return pl.DataFrame(rows, schema=dict(TICKERS), orient="row")


def live_table(returns: Mapping[str, float | None], prev_close: Mapping[str, float] | None = None) -> pl.DataFrame:
    rows = []
    for ticker, r in returns.items():
        previous = (prev_close or {}).get(ticker, 100.0)
        rows.append((ticker, None if r is None else previous * (1 + r), previous, r, None, None, None, None))
    return pl.DataFrame(rows, schema=dict(LIVE), orient="row")


def baskets_table(weights: Mapping[str, Mapping[str, float | None]]) -> pl.DataFrame:
    rows = [(u, t, w) for u, members in weights.items() for t, w in members.items()]
    return pl.DataFrame(
        rows, schema={"underlying": pl.String(), "ticker": pl.String(), "weight": pl.Float64()}, orient="row"
    )


def random_closes(rng: np.random.Generator, sigma: float, days: int = 260, last: float = 100.0) -> list[float]:
    path = np.exp(np.cumsum(rng.normal(0.0, sigma, days)))
    return [float(c) for c in path / path[-1] * last]


def small_market(
    funds: Sequence[dict[str, object]],
    underlyings: Sequence[tuple[str, str, str | None, str | None]] = (),
    *,
    aum: Mapping[str, float | None],
    baskets: Mapping[str, Mapping[str, float | None]] | None = None,
    closes: Mapping[str, Sequence[float]] | None = None,
    dollars: Mapping[str, float] | None = None,
    names: Sequence[tuple[str, str | None, float | None]] = (),
    parameters: Parameters | None = None,
    session: date = TODAY,
    counts: Mapping[tuple[str, date], float] | None = None,
    tickers: pl.DataFrame | None = None,
) -> LeverageModel:
    """A model in which every fund's last close is 100, so that `aum` fixes its shares."""
    history = history_table({**{str(f["ticker"]): [100.0] for f in funds}, **(closes or {})}, dollars)
    return prepare(
        funds=funds_table(funds),
        underlyings=underlyings_table(underlyings),
        details=details_table({t: None if a is None else a / 100.0 for t, a in aum.items()}),
        history=history,
        names=names_table(names),
        baskets=baskets_table(baskets or {}),
        next_sessions=WEEK,
        parameters=parameters,
        session=session,
        counts=counts_table(counts) if counts is not None else None,
        tickers=tickers,
    )


def reading_of(model: LeverageModel, live: pl.DataFrame, at: datetime = AFTERNOON) -> Leverage:
    """The reading in the afternoon of the session after LAST."""
    return read(model, live, at)
