"""Retail prints by sub-penny price: the worked example from its JSON text, ticks, bounds."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.analytics.flow import subpenny
from tests.analytics.flow.market import labelled, lit, one


def sides(prices_e4: list[int], tick_e4: int = 100) -> list[int]:
    frame = pl.DataFrame({"p": prices_e4}, schema={"p": pl.Int64})
    return frame.select(subpenny.side(pl.col("p"), pl.lit(tick_e4))).to_series().to_list()


def test_nine_prices_of_the_worked_example_through_their_json_text(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["5.1_bjzz"]
    text = json.dumps(vector["inputs"]["prices"])
    prices = msgspec.json.decode(text, type=list[Decimal])
    rows = [one(int(price * 10_000), ticker=f"N{number}") for number, price in enumerate(prices)]
    table = labelled(rows)
    retail = table.select(pl.when(pl.col("kind") == "retail").then("sign").otherwise(0)).to_series().to_list()
    assert retail == vector["expected"]["sign"]
    assert [int(p * 10_000) % 100 for p in prices] == vector["expected"]["z_hundredths"]


@pytest.mark.parametrize(
    ("price_e4", "side"),
    [(100_000, 0), (100_001, -1), (100_039, -1), (100_040, 0), (100_060, 0), (100_061, 1), (100_099, 1)],
)
def test_bounds_of_the_bands_are_not_retail(price_e4: int, side: int) -> None:
    assert sides([price_e4]) == [side]


def test_half_penny_tick_halves_the_bands() -> None:
    assert sides([100_019, 100_020, 100_030, 100_031, 100_050, 100_069, 100_081], 50) == [-1, 0, 0, 1, 0, -1, 1]


def test_names_may_quote_in_different_ticks() -> None:
    table = labelled([one(100_031, ticker="FINE"), one(100_031, ticker="WIDE")], tick_e4={"FINE": 50})
    assert dict(table.select("ticker", "sign").iter_rows()) == {"FINE": 1, "WIDE": -1}


def test_below_one_dollar_the_price_tells_nothing() -> None:
    assert sides([9_999, 9_901, 10_001]) == [0, 0, -1]


def test_exchange_prints_are_never_retail() -> None:
    assert labelled([lit(100_001)]).get_column("kind").to_list() == ["other"]


@given(st.integers(10_000, 10**9), st.sampled_from([50, 100]))
def test_mirroring_a_price_between_its_ticks_turns_the_side(price_e4: int, tick_e4: int) -> None:
    below = price_e4 - price_e4 % tick_e4
    mirrored = below + (tick_e4 - price_e4 % tick_e4) % tick_e4
    assert sides([mirrored], tick_e4) == [-side for side in sides([price_e4], tick_e4)]


def test_error_rates_carry_their_source() -> None:
    rates: list[Any] = [(a.rate, a.source) for a in subpenny.ACCURACY]
    assert (0.35, subpenny.BARBER) in rates
    assert (0.28, subpenny.BARBER) in rates
    assert (0.05, subpenny.BARBER) in rates
