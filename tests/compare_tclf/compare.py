"""The classification rules held against tclf, label by label: exits with 1 on any disagreement.

tclf 0.4 pins numpy below 2 and so needs an environment of its own:

    uv venv /tmp/tclf --python 3.11
    uv pip install --python /tmp/tclf/bin/python "tclf==0.4.0" polars msgspec holidays
    PYTHONPATH=. /tmp/tclf/bin/python tests/compare_tclf/compare.py

Where tclf cannot be imported the script says so and exits with 0; under pytest it is skipped.

Two comparisons are made on the same trades, random and adversarial (prices in cents and in hundredths of a cent,
locked, crossed and one-sided quotes, zero sides, many trades at one price, a first trade without a past):
- the floating-point form of the rules, dollars compared as tclf compares them: every label must be the same;
- the exact form in integers of 1/10000 dollar: it may differ only where the exact arithmetic, done again in
  fractions, shows that rounding or tclf's tolerance of 1e-4 + 1e-5 x quote moved tclf's label.

The last different price that the tick rule compares with is computed for tclf by a plain loop.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deskview.analytics.flow.label import tick
from deskview.analytics.library import rules
from deskview.analytics.library.rules import Rule

NAMES = {Rule.TICK: "tick", Rule.QUOTE: "quote", Rule.LEE_READY: "lr", Rule.EMO: "emo", Rule.CLNV: "clnv"}
TRADES = 50_000


def main() -> int:
    """Writes one line per set and rule; 1 when a label differs that should not."""
    if importlib.util.find_spec("tclf") is None:
        sys.stdout.write("tclf is not installed here: nothing compared (see the docstring)\n")
        return 0
    failures = 0
    for name, trades in samples():
        for rule in Rule:
            result = compare(trades, rule)
            failures += result.differ + result.unexplained
            sys.stdout.write(
                f"{name:26} {rule:9} {trades.height:7,} trades: {result.differ} differ; exact form: "
                f"{result.rounded:,} rounded otherwise, {result.unexplained} unexplained\n"
            )
    sys.stdout.write("same labels\n" if not failures else f"{failures} disagreements\n")
    return 1 if failures else 0


def samples() -> Iterator[tuple[str, pl.DataFrame]]:
    """Named tables (price_e4, bid_e4, ask_e4), rows in trade order; a missing side is null."""
    for seed, (step, level) in enumerate([(100, 500_000), (100, 8_900_000), (1, 100_000), (1, 4_000_000), (1, 12_000)]):
        rng = np.random.default_rng(seed)
        yield f"random step {step} at {level / 1e4:g}", _random(rng, step, level)
    for seed in (10, 11):
        yield f"adversarial {seed}", _adversarial(np.random.default_rng(seed))


def _random(rng: np.random.Generator, step: int, level: int) -> pl.DataFrame:
    middle = level + step * np.cumsum(rng.integers(-1, 2, TRADES))
    bid = middle - step * rng.integers(0, 8, TRADES)
    ask = middle + step * rng.integers(0, 8, TRADES)
    price = bid + step * rng.integers(-2, 18, TRADES)
    return pl.DataFrame({"price_e4": np.maximum(price, 1), "bid_e4": np.maximum(bid, 1), "ask_e4": np.maximum(ask, 1)})


def _adversarial(rng: np.random.Generator) -> pl.DataFrame:
    """Long runs at one price, and quotes that are locked, crossed, zero, absent or a multiple of ten ticks wide."""
    bid = 100_000 + 100 * rng.integers(-2, 3, TRADES)
    width = rng.choice([0, 0, 1, 2, 10, 20, 100, 1000, -1, -100], TRADES)
    ask = bid + width
    tenths = rng.integers(-1, 12, TRADES)
    price = np.where(rng.random(TRADES) < 0.5, bid + width * tenths // 10, 100_000 + rng.integers(-1, 2, TRADES))
    frame = pl.DataFrame({"price_e4": price, "bid_e4": bid, "ask_e4": ask}).with_columns(
        fate=pl.Series(rng.integers(0, 12, TRADES))
    )
    return frame.select(
        "price_e4",
        bid_e4=pl.when(pl.col("fate") == 0).then(0).when(pl.col("fate").is_in([1, 2])).then(None).otherwise("bid_e4"),
        ask_e4=pl.when(pl.col("fate") == 3).then(0).when(pl.col("fate").is_in([2, 4])).then(None).otherwise("ask_e4"),
    )


class Result(NamedTuple):
    """Labels that differ in the floating-point form; of the exact form those that rounding explains and the rest."""

    differ: int
    rounded: int
    unexplained: int


def compare(trades: pl.DataFrame, rule: Rule) -> Result:
    """Both forms of the rule against tclf."""
    lags = pl.Series("lag", _lags(trades.get_column("price_e4").to_list()), dtype=pl.Int64)
    values = trades.with_columns(lags).cast(pl.Float64).fill_null(float("nan")).to_numpy() / 1e4
    dollars = pl.DataFrame(values, schema=[*trades.columns, "lag"], nan_to_null=True)
    table = trades.with_columns(
        lags,
        theirs=pl.Series(_theirs(values, rule), dtype=pl.Int8),
        exact=_ours(trades, rule, exact=True),
        dollars=_ours(dollars, rule, exact=False),
    )
    rounded = table.filter(pl.col("exact") != pl.col("theirs")).select(*trades.columns, "lag", "exact")
    right = [truth(rule, *row[:4]) == row[4] for row in rounded.iter_rows()]
    return Result(table.filter(pl.col("dollars") != pl.col("theirs")).height, sum(right), right.count(False))


def _ours(trades: pl.DataFrame, rule: Rule, *, exact: bool) -> pl.Series:
    price, bid, ask = (pl.col(column) for column in ("price_e4", "bid_e4", "ask_e4"))
    ticked = tick(price, rules.last_different(price))
    return trades.select(rules.classify(rule, price, bid, ask, ticked, exact=exact).fill_null(0)).to_series()


def _theirs(values: NDArray[np.float64], rule: Rule) -> list[int]:
    classifier = importlib.import_module("tclf.classical_classifier").ClassicalClassifier
    features = ["trade_price", "bid_best", "ask_best", "price_best_lag"]
    fitted = classifier(layers=[(NAMES[rule], "best")], features=features, strategy="const").fit(values)
    return [int(sign) for sign in fitted.predict(values)]


def _lags(prices: list[int]) -> list[int | None]:
    """The closest earlier price that differs, by a loop."""
    lags: list[int | None] = []
    last: int | None = None
    lag: int | None = None
    for price in prices:
        if last is not None and price != last:
            lag = last
        lags.append(lag)
        last = price
    return lags


def truth(rule: Rule, price: int, bid: int | None, ask: int | None, lag: int | None) -> int:
    """The rule's label as its paper states it, in whole numbers and fractions; 0 where it has none."""
    ticked = 0 if lag is None else (price > lag) - (price < lag)
    quote, outer = 0, False
    if bid is not None and ask is not None and ask >= bid:
        quote = (2 * price > bid + ask) - (2 * price < bid + ask)
        third = Fraction(3, 10) * (ask - bid)
        outer = (ask - third <= price <= ask) != (bid <= price <= bid + third)
    at_one = (price == ask) != (price == bid)
    return {
        Rule.TICK: ticked,
        Rule.QUOTE: quote,
        Rule.LEE_READY: quote or ticked,
        Rule.EMO: quote if at_one else ticked,
        Rule.CLNV: quote if outer else ticked,
    }[rule]


if __name__ == "__main__":
    sys.exit(main())
