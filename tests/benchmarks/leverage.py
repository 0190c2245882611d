"""How long the leveraged-ETF part takes: `python -m tests.benchmarks.leverage`. Prints, asserts nothing."""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import numpy as np
import polars as pl

from deskview.analytics.leverage import (
    LeverageModel,
    compared,
    prepare,
    read,
    score_weeks,
    simulate_week,
    weekly_backtest,
)
from deskview.market.schema import HISTORY, LIVE
from tests.analytics.leverage.market import (
    AFTERNOON,
    LAST,
    WEEK,
    baskets_table,
    details_table,
    fund,
    funds_table,
    names_table,
    underlyings_table,
)

FUNDS, STOCKS, INDEXES, ROWS, SESSIONS = 700, 3000, 100, 12_000, 530
LEVERAGES = (2.0, 3.0, -1.0, -2.0, -3.0, 1.5)


def market(rng: np.random.Generator) -> tuple[LeverageModel, pl.DataFrame]:
    """A market of the size of the US one: 100 index or sector baskets, 200 stock underlyings, 700 funds."""
    stocks, proxies = [f"S{k}" for k in range(STOCKS)], [f"P{k}" for k in range(INDEXES)]
    fund_names = [f"F{k}" for k in range(FUNDS)]
    others = [f"X{k}" for k in range(ROWS - STOCKS - INDEXES - FUNDS - 1)]
    rows = [
        fund(name, LEVERAGES[k % 6], f"S{k % 400}", "stock")
        if k % 7 < 4
        else fund(name, LEVERAGES[k % 6], f"U{k % INDEXES}")
        for k, name in enumerate(fund_names)
    ]
    baskets = {f"U{k}": dict.fromkeys(rng.choice(stocks, 300, replace=False), 1 / 300) for k in range(INDEXES)}
    baskets["U0"] = dict.fromkeys(stocks, 1 / STOCKS)
    history = _history([*stocks, *proxies, *fund_names, "SPY"], rng)
    model = prepare(
        funds=funds_table(rows),
        underlyings=underlyings_table([(f"U{k}", "index", proxies[k], None) for k in range(INDEXES)]),
        details=details_table({name: float(rng.uniform(1e5, 1e7)) for name in fund_names}),
        history=history,
        names=names_table([(s, "Energy", 1e9) for s in stocks]),
        baskets=baskets_table(baskets),
        next_sessions=WEEK,
    )
    return model, _live([*stocks, *proxies, *fund_names, "SPY", *others], rng)


def _history(tickers: list[str], rng: np.random.Generator) -> pl.DataFrame:
    factor = rng.normal(0, 0.01, (SESSIONS, 1))
    closes = 100 * np.exp(np.cumsum(factor + rng.normal(0, 0.02, (SESSIONS, len(tickers))), axis=0))
    days = [LAST - timedelta(days=SESSIONS - 1 - k) for k in range(SESSIONS)]
    close = pl.Series(closes.T.ravel())
    frame = pl.DataFrame({"ticker": np.repeat(tickers, SESSIONS), "session": days * len(tickers), "close": close})
    return frame.with_columns(
        open="close", high="close", low="close", total_close="close", volume=pl.lit(1e6), dollar_volume_usd=pl.lit(1e8)
    ).select(list(HISTORY))


def _live(tickers: list[str], rng: np.random.Generator) -> pl.DataFrame:
    frame = pl.DataFrame({"ticker": tickers, "ret": rng.normal(-0.01, 0.02, len(tickers))})
    return frame.with_columns(
        price=100 * (1 + pl.col("ret")),
        prev_close=pl.lit(100.0),
        price_time=pl.lit(None, dtype=LIVE["price_time"]),
        volume=pl.lit(1e6),
        after_hours=pl.lit(None, pl.Float64),
        doubt=pl.lit(None, pl.String),
    ).select(list(LIVE))


def best_ms(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Best and median time of `work`, milliseconds."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1e3)
    return min(times), sorted(times)[repeats // 2]


def main() -> None:
    rng = np.random.default_rng(4)
    start = perf_counter()
    model, live = market(rng)
    print(f"market and prepare           {(perf_counter() - start) * 1e3:9.1f} ms")
    reading = read(model, live, AFTERNOON)
    best, median = best_ms(lambda: read(model, live, AFTERNOON), 60)
    print(
        f"read, {len(reading.by_fund)} funds, {len(reading.by_name)} names, {live.height} rows: "
        f"best {best:.2f} ms, median {median:.2f} ms"
    )
    best, median = best_ms(lambda: simulate_week(model, reading, live, AFTERNOON, paths=100_000), 5)
    print(f"100,000 week paths: best {best / 1e3:.2f} s, median {median / 1e3:.2f} s")
    best, median = best_ms(lambda: weekly_backtest(model), 5)
    past = weekly_backtest(model)
    print(f"{past.forecasts.height} past weeks: best {best / 1e3:.2f} s, median {median / 1e3:.2f} s")
    best, median = best_ms(lambda: score_weeks(compared(past.forecasts, past.realised)), 5)
    print(f"their score: best {best:.1f} ms, median {median:.1f} ms")


if __name__ == "__main__":
    main()
