"""An issuer with several lines counts once."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
import pytest

from deskview.analytics import breadth
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.breadth import BreadthReading
from deskview.analytics.panel import panel_of
from deskview.market.schema import LIVE, NAMES, SPLITS, empty
from tests.analytics.markets import CLOSES, LAST, NOW, TODAY, market

Line: TypeAlias = tuple[str, str | None, float | None, float]
"""Ticker, cik, cap in dollars, return."""


def lines(rows: Sequence[Line], **columns: list[Any]) -> BreadthReading:
    """The reading of members given as ticker, cik, cap and return, without any history."""
    names = pl.DataFrame(
        [
            {"ticker": ticker, "type": "CS", "in_index": True, "cik": cik, "market_cap_usd": cap}
            for ticker, cik, cap, _ in rows
        ],
        schema=dict(NAMES),
    ).with_columns(pl.Series(name, values) for name, values in columns.items())
    live = pl.DataFrame(
        [
            {"ticker": ticker, "price": 100 * (1 + ret), "prev_close": 100.0, "ret": ret, "price_time": NOW}
            for ticker, *_, ret in [*rows, ("SPY", None, None, 0.0)]
        ],
        schema=dict(LIVE),
    )
    closes = [
        {"ticker": ticker, "session": LAST, "close": 100.0, "dollar_volume_usd": 1.0}
        for ticker in names["ticker"]
        if ticker != "NEW"
    ]
    panel = panel_of(pl.DataFrame(closes, schema_overrides={"session": pl.Date}), before=TODAY)
    return breadth.read(breadth.prepare(panel, names, closes=CLOSES), live, NOW)


def test_an_issuer_counts_once_however_many_lines_it_has(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["9.6_issuer_once"]
    rows = [(row["ticker"], str(row["cik"]), row["cap"], row["return"]) for row in vector["inputs"]["rows"]]
    reading = lines(rows)
    assert reading.cap_weight_return == pytest.approx(vector["expected"]["cap_weight_return"], abs=1e-15)
    assert reading.top_10_contribution == pytest.approx(reading.cap_weight_return)
    assert reading.members == 4
    assert reading.cap_beat_share == pytest.approx(1 / 3)


def test_an_issuer_whose_lines_all_fall_falls_once() -> None:
    """Counted once a line they would take the index down by 0.75%."""
    rows = [("GOOG", "1", 4e12, -0.03), ("GOOGL", "1", 4e12, -0.03), ("X", "2", 4e12, 0.0), ("Y", "3", 4e12, 0.03)]
    assert lines(rows).cap_weight_return == pytest.approx(0.0, abs=1e-15)
    without = [(ticker, None, cap, ret) for ticker, _, cap, ret in rows]
    assert lines(without).cap_weight_return == pytest.approx(-0.0075)


def test_a_line_whose_own_cap_is_unknown_has_its_part_of_the_issuers() -> None:
    rows = [("A", "1", 4e12, 0.0), ("B", "1", None, -0.03), ("X", "2", 4e12, 0.03)]
    assert lines(rows).cap_weight_return == pytest.approx((-0.03 * 2 + 0.03 * 4) / 8)


def test_an_issuer_of_which_one_line_is_a_member_stands_with_its_whole_cap() -> None:
    rows = [("A", "1", 4e12, 0.03), ("B", "1", 4e12, 0.0), ("X", "2", 4e12, 0.0)]
    assert lines(rows, in_index=[True, False, True]).cap_weight_return == pytest.approx(0.03 * 4 / 8)


def test_lines_share_by_their_shares_where_those_of_all_are_known() -> None:
    rows = [("A", "1", 4e12, 0.03), ("B", "1", 4e12, 0.0), ("X", "2", 4e12, 0.0)]
    assert lines(rows, shares_outstanding=[3e9, 1e9, None]).cap_weight_return == pytest.approx(0.03 * 3 / 8)
    assert lines(rows, shares_outstanding=[3e9, None, None]).cap_weight_return == pytest.approx(0.03 * 2 / 8)
    unpriced_line = [rows[0], ("NEW", "1", 4e12, 0.0), rows[2]]
    assert lines(unpriced_line, shares_outstanding=[3e9, 1e9, 1e9]).cap_weight_return == pytest.approx(0.03 * 2 / 8)


def test_the_ten_largest_are_issuers() -> None:
    """Twelve lines of nine companies and of three more: the tenth is a company, not a second line."""
    large = [(f"L{n}{line}", str(n), 12e12 - n * 1e11, 0.01) for n in range(9) for line in "AB"]
    small = [("M", "20", 2e12, 0.02), ("N", "21", 1e12, 0.04)]
    caps = {cik: cap for _, cik, cap, _ in (*large, *small)}
    expected = (sum(caps[str(n)] for n in range(9)) * 0.01 + caps["20"] * 0.02) / sum(caps.values())
    assert lines([*large, *small]).top_10_contribution == pytest.approx(expected)


def test_past_days_count_an_issuer_once_too() -> None:
    small = market()
    twins = small.names.with_columns(
        cik=pl.when(pl.col("ticker").is_in(["N001", "N002"])).then(pl.lit("1")),
        market_cap_usd=pl.when(pl.col("ticker").is_in(["N001", "N002"])).then(1e12).otherwise("market_cap_usd"),
    )
    halves = twins.with_columns(
        cik=None,
        market_cap_usd=pl.when(pl.col("ticker").is_in(["N001", "N002"])).then(5e11).otherwise("market_cap_usd"),
    )
    panel = panel_of(adjusted_history(small.bars, empty(SPLITS), basis=TODAY), before=TODAY)
    both = [breadth.prepare(panel, names).past for names in (twins, halves)]
    for name, past in both[0].items():
        assert past.tolist() == pytest.approx(both[1][name].tolist(), nan_ok=True), name
