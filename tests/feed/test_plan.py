"""How much is sampled: by the settings, by the plan's calls, and in words."""

import pytest

from deskview.feed.plan import explicit, plan_in_words, plan_of
from deskview.settings import Flow


def test_without_a_limit_the_settings_say_it() -> None:
    plan = plan_of(Flow(), None)
    assert (plan.stocks, plan.stock_windows, plan.funds, plan.fund_windows) == (50, 200, 12, 20)
    assert plan.calls_a_day == 220
    assert plan.calls_once == 252 * 220


@pytest.mark.parametrize(
    ("flow", "limit", "stocks", "windows", "funds"),
    [
        (Flow(), 5, 9, 9, 0),
        (Flow(), 1, 1, 1, 0),
        (Flow(), 1_000, 50, 200, 12),
        (Flow(count=20), 5, 9, 9, 0),
        (Flow(calls_per_session=16), 5, 16, 16, 0),
        (Flow(count=8, calls_per_session=16), None, 8, 16, 0),
        (Flow(names=("A", "B", "A")), None, 2, 200, 12),
        (Flow(names=tuple(f"N{n}" for n in range(30)), calls_per_session=10), None, 30, 30, 0),
    ],
)
def test_a_plan_fits_the_calls_there_are(flow: Flow, limit: int | None, stocks: int, windows: int, funds: int) -> None:
    plan = plan_of(flow, limit)
    assert (plan.stocks, plan.stock_windows, plan.funds) == (stocks, windows, funds)


def test_by_the_rule_the_year_lasts_a_night() -> None:
    plan = plan_of(Flow(), 5)
    assert plan.calls_once <= 5 * 60 * 8
    assert "9 stocks × 1 window of 1,000 prints in each" in plan_in_words(plan, calls_per_minute=5)
    assert "2,268 calls once, about 7.6 hours here; 18 a day after" in plan_in_words(plan, calls_per_minute=5)


def test_what_it_costs_is_said_in_calls_time_and_bytes() -> None:
    words = plan_in_words(plan_of(Flow(), None), seconds_a_call=0.08)
    assert words.startswith("50 stocks × 4 windows of 1,000 prints and 12 funds × 1.7 in each of 252 sessions")
    assert "55,440 calls once, about 19 minutes here; 440 a day after" in words
    assert words.endswith(" MB")
    assert ", about 1 minute here;" in plan_in_words(plan_of(Flow(), None), seconds_a_call=0.001)
    assert "about" not in plan_in_words(plan_of(Flow(), None))


def test_only_what_differs_from_the_shipped_is_the_users_own() -> None:
    assert explicit(Flow()) == {}
    assert explicit(Flow(count=8, sample_prints=200)) == {"count": 8, "sample_prints": 200}
