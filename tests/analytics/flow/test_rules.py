"""Classification rules on the cases that tell them apart, and retail signed by quotes."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deskview.analytics.flow import rules
from deskview.analytics.flow.rules import Rule
from deskview.analytics.flow.schema import QUOTES
from tests.analytics.flow.market import clock, labelled, lit, one

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


def quotes(*rows: tuple[str, int | None, int | None]) -> pl.DataFrame:
    return pl.DataFrame([("ABC", clock(at), bid, ask) for at, bid, ask in rows], schema=dict(QUOTES), orient="row")


def test_retail_is_signed_by_its_place_between_the_quotes() -> None:
    book = quotes(("09:30", 100_000, 100_100))
    wide = quotes(("09:30", 100_000, 101_000))
    rows = [one(100_001), one(100_099)]
    assert labelled(rows, quotes=book).get_column("sign").to_list() == [-1, 1]
    assert labelled([one(100_090), one(100_501), one(100_910)], quotes=wide).get_column("sign").to_list() == [
        -1,
        None,
        1,
    ]


def test_the_quote_is_the_last_one_at_or_before_the_participant_time() -> None:
    book = quotes(("09:59", 100_000, 100_100), ("10:00", 100_100, 100_200), ("10:00:01", 100_000, 100_100))
    row = one(100_101, at="10:00")
    row["sip_time"] += timedelta(seconds=5)
    assert labelled([row], quotes=book).item(0, "sign") == -1


@pytest.mark.parametrize("book", [(100_100, 100_100), (100_200, 100_100), (None, 100_100), (0, 100_100)])
def test_an_unusable_quote_leaves_retail_unsigned_and_the_rest_to_the_tick_rule(book: tuple[Any, Any]) -> None:
    rows = [lit(100_000), lit(100_100), one(100_101)]
    table = labelled(rows, quotes=quotes(("09:30", *book)))
    assert table.get_column("sign").to_list() == [None, 1, None]
    assert table.get_column("kind").to_list() == ["other", "other", "retail"]


def test_other_prints_follow_the_chosen_rule() -> None:
    book = quotes(("09:30", 100_000, 101_000))
    rows = [lit(100_900), lit(100_500)]
    assert labelled(rows, quotes=book, rule=Rule.QUOTE).get_column("sign").to_list() == [1, None]
    assert labelled(rows, quotes=book, rule=Rule.LEE_READY).get_column("sign").to_list() == [1, -1]
    assert labelled(rows, quotes=book, rule=Rule.EMO).get_column("sign").to_list() == [None, -1]
