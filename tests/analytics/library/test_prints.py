"""Prints signed by quotes, and retail alone."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from deskview.analytics.flow import half_hours
from deskview.analytics.library.rules import QUOTES, Rule, retail_half_hours, signed_by_quotes
from deskview.market.schema import TRADES
from tests.analytics.flow.market import SESSION, clock, hours, labelled, lit, one, prints, tape


def signed(rows: list[dict[str, Any]], book: pl.DataFrame, rule: Rule = Rule.LEE_READY) -> pl.DataFrame:
    return signed_by_quotes(labelled(rows), book, rule)


def quotes(*rows: tuple[str, int | None, int | None]) -> pl.DataFrame:
    return pl.DataFrame([("ABC", clock(at), bid, ask) for at, bid, ask in rows], schema=dict(QUOTES), orient="row")


def test_retail_is_signed_by_its_place_between_the_quotes() -> None:
    book = quotes(("09:30", 100_000, 100_100))
    wide = quotes(("09:30", 100_000, 101_000))
    rows = [one(100_001), one(100_099)]
    assert signed(rows, book).get_column("sign").to_list() == [-1, 1]
    assert signed([one(100_090), one(100_501), one(100_910)], wide).get_column("sign").to_list() == [
        -1,
        None,
        1,
    ]


def test_the_quote_is_the_last_one_at_or_before_the_participant_time() -> None:
    book = quotes(("09:59", 100_000, 100_100), ("10:00", 100_100, 100_200), ("10:00:01", 100_000, 100_100))
    row = one(100_101, at="10:00")
    row["sip_time"] += timedelta(seconds=5)
    assert signed([row], book).item(0, "sign") == -1


@pytest.mark.parametrize("book", [(100_100, 100_100), (100_200, 100_100), (None, 100_100), (0, 100_100)])
def test_an_unusable_quote_leaves_retail_unsigned_and_the_rest_to_the_tick_rule(book: tuple[Any, Any]) -> None:
    rows = [lit(100_000), lit(100_100), one(100_101)]
    table = signed(rows, quotes(("09:30", *book)))
    assert table.get_column("sign").to_list() == [None, 1, None]
    assert table.get_column("kind").to_list() == ["other", "other", "retail"]


def test_other_prints_follow_the_chosen_rule() -> None:
    book = quotes(("09:30", 100_000, 101_000))
    rows = [lit(100_900), lit(100_500)]
    assert signed(rows, book, Rule.QUOTE).get_column("sign").to_list() == [1, None]
    assert signed(rows, book, Rule.LEE_READY).get_column("sign").to_list() == [1, -1]
    assert signed(rows, book, Rule.EMO).get_column("sign").to_list() == [None, -1]


@given(tape())
@settings(max_examples=50, deadline=None)
def test_retail_alone_is_the_retail_part_of_the_whole(rows: list[dict[str, Any]]) -> None:
    table = labelled(rows).filter(pl.col("reason").is_null() & (pl.col("kind") != "auction"))
    clean = table.select(list(TRADES)).to_dicts()
    columns = ["ticker", "half_hour", "retail_buy_usd", "retail_sell_usd", "retail_prints"]
    whole = half_hours(labelled(clean), SESSION).filter(pl.col("retail_prints") > 0).select(columns)
    when = hours()
    alone = retail_half_hours(prints(clean), session_open=when.opens, session_close=when.closes)
    assert_frame_equal(alone, whole)


def test_sub_penny_price_and_midpoint_sign_five_prints_differently() -> None:
    """-1, 1, 1, -1, -1 by the price between ticks, -1, -1, 1, 0, 1 by the place between the quotes."""
    prices = [100_001, 100_099, 100_499, 100_201, 100_401]
    asks = [100_100, 100_500, 100_500, 100_400, 100_500]
    rows = [one(price, ticker=f"N{number}") for number, price in enumerate(prices)]
    book = pl.DataFrame(
        [(f"N{number}", clock("09:30"), 100_000, ask) for number, ask in enumerate(asks)],
        schema=dict(QUOTES),
        orient="row",
    )
    assert labelled(rows).get_column("sign").to_list() == [-1, 1, 1, -1, -1]
    assert signed(rows, book).get_column("sign").fill_null(0).to_list() == [-1, -1, 1, 0, 1]
