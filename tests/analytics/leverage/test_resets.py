"""Funds that do not reset daily: they trade on the last session of their week, month or quarter, what has built up."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.leverage.formula import rebalance_usd
from deskview.analytics.leverage.resets import Resets, reset_days
from deskview.market.sessions import Calendar
from tests.analytics.leverage.market import fund, live_table, reading_of, small_market

CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("session", "kind", "last", "following"),
    [
        (date(2026, 2, 4), "weekly", date(2026, 1, 30), date(2026, 2, 6)),
        (date(2026, 2, 6), "weekly", date(2026, 1, 30), date(2026, 2, 6)),
        (date(2026, 4, 1), "weekly", date(2026, 3, 27), date(2026, 4, 2)),
        (date(2026, 2, 4), "monthly", date(2026, 1, 30), date(2026, 2, 27)),
        (date(2026, 3, 31), "quarterly", date(2025, 12, 31), date(2026, 3, 31)),
        (date(2026, 1, 2), "quarterly", date(2025, 12, 31), date(2026, 3, 31)),
        (date(2026, 1, 2), "weekly", date(2025, 12, 26), date(2026, 1, 2)),
    ],
)
def test_the_reset_days_of_a_session(session: date, kind: str, last: date, following: date) -> None:
    """Good Friday 2026 is 3 April: that week ends on Thursday."""
    assert reset_days(session, CALENDAR)[kind] == Resets(last, following)


@settings(deadline=None, max_examples=40)
@given(st.dates(date(2020, 1, 2), date(2027, 12, 1)))
def test_every_session_lies_between_its_resets(day: date) -> None:
    session = CALENDAR.previous(day)
    for resets in reset_days(session, CALENDAR).values():
        assert resets.last < session <= resets.next
        assert CALENDAR.is_session(resets.last) and CALENDAR.is_session(resets.next)


def weekly(session: date, index: list[float], price: list[float]) -> object:
    """A 1.2x fund of $1bn at the last close that resets weekly; closes one calendar day apart up to 3 February."""
    return small_market(
        [fund("NVDW", 1.2, "NVDA", "stock", reset="weekly")],
        aum={"NVDW": 1e9},
        closes={"NVDA": index, "NVDW": price},
        session=session,
    )


INDEX = [*[99.0] * 20, 100.0, 102.0, 101.0, 100.0, 104.0]  # 30 January to 3 February
FUND = [*[100.0] * 20, 100 / (1 + 1.2 * 0.04), 102.0, 101.0, 100.0, 100.0]


def test_on_other_days_it_trades_nothing_and_moves_with_what_it_holds() -> None:
    reading = reading_of(weekly(date(2026, 2, 4), INDEX, FUND), live_table({"NVDA": 0.01}))  # type: ignore[arg-type]
    (row,) = reading.by_fund
    assert (row.today_usd, row.per_1pct_usd) == (0.0, 0.0)
    assert (row.reset, row.resets_on) == ("weekly", "2026-02-06")
    held = 1.2 * 1e9 / (1 + 1.2 * 0.04) * 1.04
    assert row.base_aum_usd == pytest.approx(1e9 + held * 0.01, rel=1e-6)
    assert row.week_p05_usd is None and "do not reset daily" in reading.missing["by_fund.week_p05_usd"]
    assert reading.next_week.base_aum_usd == 0.0
    assert "NVDW" in reading.notes["by_fund.reset"]


def test_on_its_day_it_trades_what_has_built_up_since_the_last() -> None:
    """The trade of a daily fund whose day was the whole week: L(L-1) times the assets at the reset times its return."""
    reading = reading_of(weekly(date(2026, 2, 6), INDEX, FUND), live_table({"NVDA": 0.01}))  # type: ignore[arg-type]
    (row,) = reading.by_fund
    at_reset, whole = 1e9 / (1 + 1.2 * 0.04), 1.04 * 1.01 - 1
    assert row.today_usd == pytest.approx(float(rebalance_usd(1.2, at_reset, whole)), rel=1e-6)
    assert row.per_1pct_usd == pytest.approx(1.2 * 0.2 * at_reset * 1.04 * 0.01, rel=1e-6)
    held_before, after = 1.2 * at_reset * 1.04 * 1.01, 1.2 * (at_reset * (1 + 1.2 * whole))
    assert row.today_usd == pytest.approx(after - held_before, rel=1e-6), "back to L times what it is worth"


def test_without_a_close_since_its_reset_it_has_no_trade_and_says_so() -> None:
    model = weekly(date(2026, 3, 31), INDEX, FUND)
    reading = reading_of(model, live_table({"NVDA": 0.01}))  # type: ignore[arg-type]
    assert reading.by_fund[0].today_usd == 0.0, "27 March is its last reset, 2 April its next"
    due = reading_of(weekly(date(2026, 4, 2), INDEX, FUND), live_table({"NVDA": 0.01}))  # type: ignore[arg-type]
    assert due.by_fund[0].today_usd is None and due.today_usd is None
    assert due.by_fund[0].base_aum_usd == pytest.approx(1.012e9)
    assert "last reset" in due.left_out[0].reason
