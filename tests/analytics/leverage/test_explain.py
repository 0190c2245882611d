"""The arithmetic line by line."""

from datetime import date

import msgspec
import pytest

from deskview.analytics.leverage import Step, fund_steps, funds_of_name
from deskview.analytics.leverage.readings import FundRow
from tests.analytics.leverage.market import fund, live_table, reading_of, small_market

FUNDS = [fund("TQQQ", 3, "NDX"), fund("SQQQ", -3, "NDX"), fund("NVDL", 2, "NVDA", "stock"), fund("SSO", 2, "SPX")]
MODEL = small_market(
    FUNDS,
    [("NDX", "index", "QQQ", None), ("SPX", "index", "SPY", None)],
    aum={"TQQQ": 10e9, "SQQQ": 2e9, "NVDL": 5e9, "SSO": 1e9},
    baskets={"NDX": {"NVDA": 0.1, "AAPL": 0.9}, "SPX": {"AAPL": 1.0}},
)

SESSION, FRIDAY = date(2026, 2, 4), date(2026, 2, 6)


def test_the_parts_of_a_name_sum_to_its_flow() -> None:
    reading = reading_of(MODEL, live_table({"QQQ": -0.02, "NVDA": -0.03, "SPY": -0.01}))
    parts = funds_of_name(MODEL, reading, "NVDA")
    assert [(part.ticker, part.weight) for part in parts] == [("NVDL", 1.0), ("TQQQ", 0.1), ("SQQQ", 0.1)]
    nvidia = next(row for row in reading.by_name if row.ticker == "NVDA")
    assert sum(part.usd or 0.0 for part in parts) == pytest.approx(nvidia.today_usd, rel=1e-12)
    assert {part.ticker for part in funds_of_name(MODEL, reading, "AAPL")} == {"TQQQ", "SQQQ", "SSO"}
    assert funds_of_name(MODEL, reading, "IBM") == []


def test_an_unknown_flow_stays_unknown() -> None:
    reading = reading_of(MODEL, live_table({"QQQ": -0.02}))
    assert funds_of_name(MODEL, reading, "NVDA")[-1].usd is None


def test_the_steps_carry_inputs_and_result() -> None:
    reading = reading_of(MODEL, live_table({"QQQ": -0.02, "NVDA": -0.6}))
    rows = {row.ticker: row for row in reading.by_fund}
    steps = _written(fund_steps(rows["TQQQ"], SESSION))
    for figure in ("10,000,000,000", "2026-02-03", "3 × 2 = 6", "+600,000,000", "−2.0000%", "−1,200,000,000"):
        assert figure in steps
    assert "wiped out" in _written(fund_steps(rows["NVDL"], SESSION))
    assert "neither" in fund_steps(rows["SSO"], SESSION)[-1].figure


@pytest.fixture
def weekly() -> FundRow:
    """Three times an index, reset on Fridays: 8 bn of assets at the last reset, 3 % up since."""
    reading = reading_of(MODEL, live_table({"QQQ": -0.02}))
    daily = next(row for row in reading.by_fund if row.ticker == "TQQQ")
    since = {"period_return": 0.03, "period_aum_usd": 8e9, "today_usd": 1.44e9}
    return msgspec.structs.replace(daily, reset="weekly", resets_on=FRIDAY.isoformat(), **since)


def test_on_its_reset_day_the_formula_multiplies_out_with_what_is_since_the_last_reset(weekly: FundRow) -> None:
    steps = {step.label: step.figure for step in fund_steps(weekly, FRIDAY)}
    assert steps["assets at the last reset"] == "A = 8,000,000,000 USD"
    assert steps["return since the last reset"] == "r = +3.0000%, of Nasdaq-100"
    figures = (steps["multiplier L(L−1)"], steps["assets at the last reset"], steps["return since the last reset"])
    factor, assets, move = (
        float(found.replace(",", "")) for found in (figures[0].rpartition(" ")[2], figures[1][4:-4], figures[2][4:11])
    )
    assert steps["resets today, L(L−1)·A·r"] == f"{factor * assets * move / 100:+,.0f} USD"


def test_on_other_days_nothing_stands_under_the_formula(weekly: FundRow) -> None:
    none = msgspec.structs.replace(weekly, today_usd=0.0, per_1pct_usd=0.0)
    text = _written(fund_steps(none, SESSION))
    assert "today: trades on its reset day alone, next Fri 6 Feb" in text
    assert "return since the last reset: r = +3.0000% so far, of Nasdaq-100" in text
    assert "·A·r" not in text and "+0" not in text and "per 1" not in text


def test_a_reset_whose_start_is_not_known_says_so(weekly: FundRow) -> None:
    unknown = msgspec.structs.replace(weekly, period_return=None, period_aum_usd=None, today_usd=None)
    text = _written(fund_steps(unknown, FRIDAY))
    assert "assets at the last reset: not known" in text
    assert "return since the last reset: not known" in text
    assert "resets today" not in text


def _written(steps: list[Step]) -> str:
    return "\n".join(f"{step.label}: {step.figure}" for step in steps)
