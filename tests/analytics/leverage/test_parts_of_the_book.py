"""What rests on a part of the book, or on a part of a day, says so: coverage, rank, and the coming week."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from deskview.analytics.leverage import LeverageModel
from tests.analytics.leverage.market import fund, live_table, random_closes, reading_of, small_market

NASDAQ_FUNDS = [fund("QLD", 2, "NDX"), fund("TQQQ", 3, "NDX"), fund("QID", -2, "NDX"), fund("SQQQ", -3, "NDX")]
AUM: dict[str, float | None] = {"QLD": 40e9, "TQQQ": 60e9, "QID": 5e9, "SQQQ": 8e9}
NDX: list[tuple[str, str, str | None, str | None]] = [("NDX", "index", "QQQ", None)]


def young_and_old() -> LeverageModel:
    """Funds on an index of 260 sessions, of 100 names of which NEW is one, and on NEW itself, of 15."""
    rng = np.random.default_rng(3)
    closes = {"QQQ": random_closes(rng, 0.01), "SPY": random_closes(rng, 0.01), "NEW": random_closes(rng, 0.05, 15)}
    return small_market(
        [fund("TQQQ", 3, "NDX"), fund("NEWL", 2, "NEW", "stock")],
        NDX,
        aum={"TQQQ": 1e9, "NEWL": 9e9},
        baskets={"NDX": {"NEW": 0.01, "OLD": 0.99}},
        closes=closes,
    )


def test_a_week_of_a_part_of_the_book_says_so_and_ranks_nowhere() -> None:
    reading = reading_of(young_and_old(), live_table({"QQQ": -0.01, "NEW": -0.05, "SPY": -0.01}))
    week = reading.next_week
    assert week.coverage == pytest.approx(6 * 1e9 * 0.97 / (6 * 1e9 * 0.97 + 2 * 9e9 * 0.9), rel=1e-9)
    assert week.left_out == ["NEW"]
    assert week.percentile is None and "no risk figure" in reading.missing["next_week.percentile"]


def test_a_name_that_an_underlying_without_risk_reaches_has_no_week() -> None:
    """Its part through the index would pass as the whole."""
    reading = reading_of(young_and_old(), live_table({"QQQ": -0.01, "NEW": -0.05, "SPY": -0.01}))
    weeks = {row.ticker: row.week_sd_usd for row in reading.by_name}
    assert weeks["NEW"] is None and weeks["OLD"] is not None


def test_before_the_open_today_has_no_rank_and_no_part_in_the_week() -> None:
    rng = np.random.default_rng(3)
    model = small_market(
        NASDAQ_FUNDS, NDX, aum=AUM, closes={"QQQ": random_closes(rng, 0.01), "SPY": random_closes(rng, 0.01)}
    )
    live = live_table({"QQQ": -0.03, "SPY": -0.02})
    early, late = (reading_of(model, live, datetime(2026, 2, 4, hour, tzinfo=UTC)) for hour in (13, 20))
    assert early.today_usd == late.today_usd
    assert early.rank is None and early.missing["rank"] == "the session has not begun"
    assert late.rank is not None and late.rank.side == "sale" and late.rank.of_side <= late.rank.of
    assert early.next_week.sd_usd == late.next_week.sd_without_today_usd
    assert "today has no move yet" in early.notes["next_week.sd_usd"]


def test_the_rank_is_of_daily_funds_on_both_sides() -> None:
    """A weekly fund of ten times their size, due today, moves the headline and not the rank."""
    rng = np.random.default_rng(3)
    closes = {"QQQ": random_closes(rng, 0.01), "SPY": random_closes(rng, 0.01), "WKLY": random_closes(rng, 0.01)}
    funds = [*NASDAQ_FUNDS, fund("WKLY", 2, "SPX", reset="weekly")]
    friday, spx = date(2026, 2, 6), [*NDX, ("SPX", "index", "SPY", None)]
    live = live_table({"QQQ": -0.01, "SPY": 0.01})
    with_it = reading_of(small_market(funds, spx, aum={**AUM, "WKLY": 1e12}, closes=closes, session=friday), live)
    alone = reading_of(small_market(NASDAQ_FUNDS, spx, aum=AUM, closes=closes, session=friday), live)
    assert with_it.today_usd != alone.today_usd
    assert with_it.rank == alone.rank
