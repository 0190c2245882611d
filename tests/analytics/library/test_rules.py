"""Classification rules on the cases that tell them apart."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deskview.analytics.library import rules
from deskview.analytics.library.rules import Rule

COLUMNS = (pl.col("price"), pl.col("bid"), pl.col("ask"), pl.col("tick"))


def signs(rule: Rule, *rows: tuple[int, int | None, int | None, int | None]) -> list[int | None]:
    frame = pl.DataFrame(
        rows, schema={"price": pl.Int64, "bid": pl.Int64, "ask": pl.Int64, "tick": pl.Int8}, orient="row"
    )
    return frame.select(rules.classify(rule, *COLUMNS)).to_series().to_list()


def test_last_different_price() -> None:
    frame = pl.DataFrame({"p": [5, 5, 6, 6, 6, 5, 7]})
    assert frame.select(rules.last_different(pl.col("p"))).to_series().to_list() == [None, None, 5, 5, 5, 6, 5]


def test_quote_rule_midpoint_locked_crossed_and_one_sided() -> None:
    rows: list[Any] = [(11, 10, 11, -1), (21, 20, 22, -1), (12, 10, 10, -1), (12, 11, 10, -1), (12, None, 13, -1)]
    assert signs(Rule.QUOTE, *rows) == [1, None, 1, None, None]


def test_lee_ready_takes_the_tick_rule_at_the_midpoint_and_without_a_quote() -> None:
    assert signs(Rule.LEE_READY, (21, 20, 22, -1), (9, None, None, 1), (22, 20, 22, -1)) == [-1, 1, 1]


def test_emo_takes_the_quote_rule_at_the_quotes_only() -> None:
    rows: list[Any] = [(22, 20, 22, -1), (20, 20, 22, 1), (21, 20, 22, -1), (25, 20, 22, -1), (20, 20, 20, -1)]
    assert signs(Rule.EMO, *rows) == [1, -1, -1, -1, -1]


def test_clnv_edges_are_exact() -> None:
    rows = [(107, 100, 110, -1), (106, 100, 110, -1), (103, 100, 110, 1), (104, 100, 110, 1), (111, 100, 110, -1)]
    assert signs(Rule.CLNV, *rows) == [1, -1, -1, 1, -1]


def test_bulk_classification_of_the_worked_example(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["5.5_bvc"]
    bars = pl.DataFrame(
        {"dp": vector["inputs"]["dp"], "v": vector["inputs"]["vol"]}, schema_overrides={"v": pl.Float64}
    )
    bought = rules.bulk_buy_volume(pl.col("v"), pl.col("dp"), pl.lit(vector["inputs"]["sigma"]))
    result = bars.select(bought.alias("b"), imbalance=2 * bought / pl.col("v") - 1)
    assert result.get_column("b").to_list() == pytest.approx(vector["expected"]["buy"], abs=1e-9)
    assert result.get_column("imbalance").to_list() == pytest.approx(vector["expected"]["imbalance"], abs=1e-9)


def test_bulk_classification_without_variation_is_unknown() -> None:
    frame = pl.DataFrame({"dp": [0.1, None], "v": [1.0, 2.0], "s": [0.0, 1.0]})
    assert frame.select(rules.bulk_buy_volume(pl.col("v"), pl.col("dp"), pl.col("s"))).to_series().to_list() == [
        None,
        None,
    ]
