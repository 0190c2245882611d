"""Whose assets: share counts by session, creations a session later, and funds that are gone."""

from datetime import date

import polars as pl
import pytest

from deskview.analytics.leverage.book import build_book, share_counts
from deskview.market.schema import SPLITS
from tests.analytics.leverage.market import (
    LAST,
    counts_table,
    details_table,
    fund,
    funds_table,
    history_table,
    live_table,
    reading_of,
    small_market,
    tickers_table,
    underlyings_table,
)

BEFORE = date(2026, 2, 2)
NDX = [("NDX", "index", "QQQ", None)]
TWO = [fund("TQQQ", 3, "NDX"), fund("SQQQ", -3, "NDX")]
CLOSES = {"QQQ": [100.0, 100.0, 100.0], "TQQQ": [100.0, 100.0, 100.0], "SQQQ": [100.0, 100.0, 100.0]}


def counted(shares: float, counts: dict[date, float], splits: pl.DataFrame | None = None) -> dict[str, object]:
    table = share_counts(
        details_table({"TQQQ": shares}),
        counts_table({("TQQQ", day): count for day, count in counts.items()}),
        splits,
        date(2026, 2, 4),
        [BEFORE, LAST],
    )
    row = table.row(0, named=True)
    assert row.pop("compared") is bool(counts)
    assert row.pop("doubt") is False
    return row


def test_a_count_stands_since_it_last_changed() -> None:
    days = {date(2026, 1, 28): 9e6, date(2026, 1, 29): 1e7, date(2026, 1, 30): 1e7, BEFORE: 1e7}
    assert counted(1e7, days) == {"ticker": "TQQQ", "shares": 1e7, "as_of": date(2026, 1, 29), "change": 0.0}


def test_what_was_created_is_known_where_both_sessions_are() -> None:
    assert counted(1.2e7, {BEFORE: 1e7})["change"] == 2e6
    assert counted(1.2e7, {date(2026, 1, 30): 1e7})["change"] is None
    assert counted(1.2e7, {})["change"] is None


def test_a_count_that_was_not_told_leaves_the_last_one_standing() -> None:
    counts = counts_table({("TQQQ", BEFORE): 1e7})
    row = share_counts(details_table({"TQQQ": None}), counts, None, None, [BEFORE, LAST]).row(0, named=True)
    assert (row["shares"], row["as_of"], row["change"]) == (1e7, BEFORE, None)


@pytest.mark.parametrize("factor", [10.0, 0.1, 3.1])
def test_a_count_out_of_all_proportion_is_not_believed_until_the_next_agrees(factor: float) -> None:
    counts, days = {("TQQQ", date(2026, 1, 30)): 1e7, ("TQQQ", BEFORE): 1e7}, [BEFORE, LAST]
    row = share_counts(details_table({"TQQQ": factor * 1e7}), counts_table(counts), None, None, days).row(0, named=True)
    assert (row["shares"], row["change"], row["doubt"]) == (1e7, None, True)
    counts |= {("TQQQ", BEFORE): factor * 1e7}
    row = share_counts(details_table({"TQQQ": factor * 1e7}), counts_table(counts), None, None, days).row(0, named=True)
    assert (row["shares"], row["change"], row["doubt"]) == (factor * 1e7, 0.0, False)


def test_a_fund_whose_count_is_in_doubt_is_told() -> None:
    model = small_market(
        TWO, NDX, aum={"TQQQ": 600e9, "SQQQ": 8e9}, closes=CLOSES,
        counts={("TQQQ", BEFORE): 60e7, ("SQQQ", BEFORE): 8e7},
    )  # fmt: skip
    reading = reading_of(model, live_table({"QQQ": -0.02}))
    assert reading.aum_usd == pytest.approx(68e9)
    assert reading.creation_usd == 0.0 and reading.creation_funds == 1
    assert "TQQQ" in reading.notes["aum_usd"]


def test_a_split_changes_no_count() -> None:
    split = pl.DataFrame([("TQQQ", LAST, 1.0, 2.0, 0.5)], schema=dict(SPLITS), orient="row")
    row = counted(2e7, {date(2026, 1, 30): 1e7, BEFORE: 1e7}, split)
    assert row == {"ticker": "TQQQ", "shares": 2e7, "as_of": date(2026, 1, 30), "change": 0.0}


def test_creations_of_the_session_before_stand_apart_from_today() -> None:
    model = small_market(
        TWO, NDX, aum={"TQQQ": 60e9, "SQQQ": 8e9}, closes=CLOSES,
        counts={("TQQQ", BEFORE): 59e7, ("SQQQ", BEFORE): 8.5e7},
    )  # fmt: skip
    reading = reading_of(model, live_table({"QQQ": -0.02}))
    assert reading.creation_usd == pytest.approx(3 * 1e9 + -3 * -0.5e9, rel=1e-9)
    assert (reading.creation_session, reading.creation_funds) == ("2026-02-03", 2)
    assert reading.today_usd == pytest.approx(-0.02 * (6 * 60e9 + 12 * 8e9), rel=1e-12)
    assert "in no figure of today" in reading.notes["creation_usd"]
    assert {row.ticker: row.creation_usd for row in reading.by_fund} == pytest.approx({"TQQQ": 3e9, "SQQQ": 1.5e9})


def test_without_both_counts_creations_are_missing_and_say_why() -> None:
    reading = reading_of(small_market(TWO, NDX, aum={"TQQQ": 60e9, "SQQQ": 8e9}), live_table({"QQQ": -0.02}))
    assert reading.creation_usd is None and reading.creation_session is None
    assert "share counts" in reading.missing["creation_usd"]


def test_without_any_assets_what_could_tell_them_is_named() -> None:
    reading = reading_of(small_market(TWO, NDX, aum={}), live_table({"QQQ": -0.02}))
    for path in ("today_usd", "per_1pct_usd", "aum_usd", "coverage", "next_week.sd_usd"):
        assert "names_file gives no assets_usd" in reading.missing[path]
    assert (reading.today_usd, reading.aum_usd, reading.coverage, reading.next_week.sd_usd) == (None,) * 4


def test_a_fund_that_is_no_longer_listed_is_in_no_figure() -> None:
    model = small_market(TWO, NDX, aum={"TQQQ": 60e9, "SQQQ": 8e9}, tickers=tickers_table({"SQQQ": "S", "QQQ": "Q"}))
    reading = reading_of(model, live_table({"QQQ": -0.02}))
    assert [row.ticker for row in reading.by_fund] == ["SQQQ"]
    assert [(row.ticker, row.from_, row.reason) for row in reading.left_out] == [("TQQQ", "all", "no longer listed")]
    assert reading.coverage == pytest.approx(12 * 8 / (12 * 8 + 6 * 60)), "it traded yesterday"
    assert reading.next_week.coverage == 0.0 and reading.rank is None
    assert "TQQQ" not in str(reading.by_fund) and "1 fund left out" in reading.missing["funds"]


def test_a_fund_that_does_not_trade_any_more_is_left_out_with_its_last_day() -> None:
    gone = history_table({"OLDX": [100.0]}).with_columns(pl.col("session") - pl.duration(days=9))
    days = history_table({"QQQ": [100.0] * 12, "SQQQ": [100.0] * 12})
    book = build_book(
        funds_table([TWO[1], fund("OLDX", 2, "NDX")]),
        underlyings_table(NDX),
        details_table({"SQQQ": 1e7, "OLDX": 1e7}),
        pl.concat([days, gone]),
    )
    assert book.funds.get_column("ticker").to_list() == ["SQQQ"]
    assert [(row.ticker, row.reason) for row in book.left_out] == [("OLDX", "not traded since 2026-01-25")]


def test_listed_names_that_look_leveraged_and_are_in_no_registry_are_told() -> None:
    listed = {
        "TQQQ": "ProShares UltraPro QQQ",
        "SQQQ": "ProShares UltraPro Short QQQ",
        "WIDG": "Acme 2X Long WIDG Daily ETF",
    }
    model = small_market(TWO, NDX, aum={"TQQQ": 60e9, "SQQQ": 8e9}, tickers=tickers_table(listed))
    assert [row.ticker for row in reading_of(model, live_table({"QQQ": -0.02})).unregistered] == ["WIDG"]
