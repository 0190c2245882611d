"""Prints per second and peak memory of the flow reading, beside pandas and tclf, on the same made-up prints.

    PYTHONPATH=. python tests/benchmarks/flow.py [--prints 10000000] [--names 500] [--only CASE]

Each case runs in a process of its own, best of three after the input is built; memory is the peak resident size of
that process above its size with the input. pandas and tclf (see tests/compare_tclf) are measured where they are
installed. Prints are sorted by name and time, as the fetches deliver them, a third of them off the exchanges.

Cases: `sub-penny` side and dollars per name and half-hour; `sub-penny pandas` the same with pandas and numpy;
`whole reading` labels and half-hour sums of everything with every check; `page by page` the same as the desk reads
them, name by name in pages of 50,000 that overlap by a print; `rules` tick, quote, Lee-Ready, EMO and CLNV signs of
prints with quotes at hand; `rules tclf` the same five.
"""

import argparse
import importlib
import importlib.util
import multiprocessing
import resource
import threading
import time
from collections.abc import Callable
from datetime import date
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from deskview.analytics.flow import FlowState, advance, half_hours, label
from deskview.analytics.flow.label import tick
from deskview.analytics.library import rules
from deskview.analytics.library.rules import Rule, retail_half_hours
from deskview.market.schema import TRADES
from deskview.market.sessions import Calendar

SESSION = date(2026, 2, 4)
OPENS, CLOSES = Calendar().opens(SESSION), Calendar().closes(SESSION)
OPEN_NS = int(OPENS.timestamp()) * 1_000_000_000
DAY_NS = 23_400_000_000_000
HALF_HOUR_NS = 1_800_000_000_000
RUNS = 3
PAGE = 50_000
STATM = Path("/proc/self/statm")
TCLF = {Rule.TICK: "tick", Rule.QUOTE: "quote", Rule.LEE_READY: "lr", Rule.EMO: "emo", Rule.CLNV: "clnv"}


def main() -> None:
    """Runs every case, or one, and prints a line for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prints", type=int, default=10_000_000)
    parser.add_argument("--names", type=int, default=500)
    parser.add_argument("--only", choices=CASES)
    options = parser.parse_args()
    for case, (module, _) in CASES.items():
        if options.only in (None, case) and importlib.util.find_spec(module) is None:
            print(f"{case:18} {module} is not installed here")
        elif options.only in (None, case):
            print(f"{case:18} {in_own_process(case, options.prints, options.names)}")


def in_own_process(case: str, prints: int, names: int) -> str:
    """One case in a fresh process, so that its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    answers: Queue[str] = context.Queue()
    process = context.Process(target=measure, args=(case, prints, names, answers))
    process.start()
    process.join()
    return answers.get(timeout=1) if process.exitcode == 0 else f"failed with {process.exitcode}"


def measure(case: str, prints: int, names: int, answers: "Queue[str]") -> None:
    """Best of three runs and the peak memory above the input's."""
    run = CASES[case][1](prints, names)
    with PeakMemory() as peak:
        seconds = min(timed(run) for _ in range(RUNS))
    answers.put(f"{prints / seconds / 1e6:8.1f} m prints/s  {seconds:7.2f} s  {peak.above_mb:7.0f} MB above input")


def timed(run: Callable[[], object]) -> float:
    """Seconds one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


class PeakMemory:
    """Watches this process's resident memory every millisecond; `above_mb` is its peak above that at the start.

    Needs /proc; without it the peak is NaN.
    """

    def __enter__(self) -> "PeakMemory":
        self._stop = threading.Event()
        self._start = self._peak = resident_mb()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watcher.join()
        self.above_mb = self._peak - self._start

    def _watch(self) -> None:
        while not self._stop.wait(0.001):
            self._peak = max(self._peak, resident_mb())


def resident_mb() -> float:
    """Resident memory of this process now."""
    if not STATM.exists():
        return float("nan")
    return int(STATM.read_text().split()[1]) * resource.getpagesize() / 1e6


def arrays(prints: int, names: int) -> dict[str, Any]:
    """Columns of the prints, sorted by name and time."""
    rng = np.random.default_rng(1)
    name = np.sort(rng.integers(0, names, prints))
    counts = np.bincount(name, minlength=names)
    ends = np.cumsum(counts)
    off = rng.random(prints) < 0.35
    fraction = np.where(off & (rng.random(prints) < 0.5), rng.integers(0, 100, prints), 0)
    middle = 1_000_000 + 100 * rng.integers(-50, 50, prints)
    return {
        "name": name,
        "ns": OPEN_NS + ((np.arange(prints) - (ends - counts)[name]) / counts[name] * DAY_NS).astype(np.int64),
        "price_e4": middle + fraction,
        "bid_e4": middle - 100 * rng.integers(0, 5, prints),
        "ask_e4": middle + 100 * rng.integers(0, 5, prints),
        "size": rng.integers(1, 400, prints) / 4,
        "off_exchange": off,
    }


def tickers(columns: dict[str, Any]) -> pl.Series:
    """The name of each print."""
    names = pl.Series([f"N{i:04}" for i in range(int(columns["name"].max()) + 1)])
    return names.gather(pl.Series(columns["name"]))


def table(prints: int, names: int) -> pl.DataFrame:
    """TRADES of the prints; conditions of half of them are odd lots, of a tenth sweeps."""
    columns = arrays(prints, names)
    moment = pl.Series(columns["ns"]).cast(pl.Datetime("ns", "UTC"))
    numbers = pl.int_range(prints, eager=True)
    codes = pl.Series([[], [37], [], [37], [14], [14, 37], [], [37], [], [37]], dtype=pl.List(pl.Int32))
    frame = pl.DataFrame(
        {
            "ticker": tickers(columns),
            "time": moment,
            "sip_time": moment,
            "sequence": numbers,
            "id": numbers.cast(pl.String),
            "price": columns["price_e4"] / 1e4,
            "price_e4": columns["price_e4"],
            "size": columns["size"],
            "exchange": np.where(columns["off_exchange"], 4, 11).astype(np.int32),
            "off_exchange": columns["off_exchange"],
            "conditions": codes.gather(numbers % 10),
            "correction": pl.zeros(prints, dtype=pl.Int32, eager=True),
        }
    )
    return frame.select(list(TRADES))


def sub_penny(prints: int, names: int) -> Callable[[], object]:
    """Retail dollars per name and half-hour by the product's own function."""
    trades = table(prints, names)
    return lambda: retail_half_hours(trades, session_open=OPENS, session_close=CLOSES)


def sub_penny_pandas(prints: int, names: int) -> Callable[[], object]:
    """The same by the book with pandas: integer masks, a categorical name, one grouped sum."""
    pd = importlib.import_module("pandas")
    columns = arrays(prints, names)
    frame = pd.DataFrame({key: columns[key] for key in ("ns", "price_e4", "size", "off_exchange")})
    frame["ticker"] = pd.Categorical.from_codes(columns["name"], [f"N{i:04}" for i in range(names)])

    def run() -> object:
        rest = frame["price_e4"] % 100
        sell, buy = (rest > 0) & (rest < 40), rest > 60
        inside = (frame["ns"] >= OPEN_NS) & (frame["ns"] < OPEN_NS + DAY_NS)
        kept = frame.loc[frame["off_exchange"] & inside & (frame["price_e4"] >= 10_000) & (sell | buy)]
        usd = kept["price_e4"] * kept["size"] / 1e4
        bought = buy.loc[kept.index]
        sums = pd.DataFrame(
            {
                "ticker": kept["ticker"],
                "half_hour": (kept["ns"] - OPEN_NS) // HALF_HOUR_NS,
                "buy": usd.where(bought, 0.0),
                "sell": usd.where(~bought, 0.0),
            }
        )
        return sums.groupby(["ticker", "half_hour"], observed=True).sum()

    return run


def whole_reading(prints: int, names: int) -> Callable[[], object]:
    """Labels with every check, and half-hour sums."""
    trades = table(prints, names)
    return lambda: half_hours(label(trades, session_open=OPENS, session_close=CLOSES), SESSION)


def page_by_page(prints: int, names: int) -> Callable[[], object]:
    """A state that goes on from page to page."""
    trades = table(prints, names)
    pages = [
        own.slice(max(start - 1, 0), PAGE + 1)
        for own in trades.partition_by("ticker", maintain_order=True)
        for start in range(0, own.height, PAGE)
    ]

    def run() -> object:
        state = FlowState(SESSION, OPENS, CLOSES)
        for page in pages:
            state = advance(state, page)
        return state

    return run


def five_rules(prints: int, names: int) -> Callable[[], object]:
    """Five signs per print; the last different price is computed too, tclf is given it."""
    columns = arrays(prints, names)
    frame = pl.DataFrame({key: columns[key] for key in ("price_e4", "bid_e4", "ask_e4")})
    price, bid, ask, ticked = (pl.col(column) for column in ("price_e4", "bid_e4", "ask_e4", "tick"))
    table = frame.lazy().with_columns(lag=rules.last_different(price)).with_columns(tick=tick(price, pl.col("lag")))
    query = table.select(rules.classify(rule, price, bid, ask, ticked).alias(rule) for rule in Rule)
    return query.collect


def five_rules_tclf(prints: int, names: int) -> Callable[[], object]:
    """The same five signs by tclf, one classifier each on one array."""
    classifier = importlib.import_module("tclf.classical_classifier").ClassicalClassifier
    columns = arrays(prints, names)
    price = pl.Series("p", columns["price_e4"])
    lag = pl.select(rules.last_different(pl.lit(price))).to_series().to_numpy()
    values = np.column_stack([columns["price_e4"], columns["bid_e4"], columns["ask_e4"], lag]) / 1e4
    features = ["trade_price", "bid_best", "ask_best", "price_best_lag"]
    classifiers = [
        classifier(layers=[(TCLF[rule], "best")], features=features, strategy="const").fit(values[:10]) for rule in Rule
    ]
    return lambda: [fitted.predict(values) for fitted in classifiers]


CASES: dict[str, tuple[str, Callable[[int, int], Callable[[], object]]]] = {
    "sub-penny": ("polars", sub_penny),
    "sub-penny pandas": ("pandas", sub_penny_pandas),
    "whole reading": ("polars", whole_reading),
    "page by page": ("polars", page_by_page),
    "rules": ("polars", five_rules),
    "rules tclf": ("tclf", five_rules_tclf),
}

if __name__ == "__main__":
    main()
