"""The arithmetic line by line."""

import pytest

from deskview.analytics.leverage import Step, fund_steps, funds_of_name, read
from tests.analytics.leverage.market import fund, live_table, small_market

FUNDS = [fund("TQQQ", 3, "NDX"), fund("SQQQ", -3, "NDX"), fund("NVDL", 2, "NVDA", "stock"), fund("SSO", 2, "SPX")]
MODEL = small_market(
    FUNDS,
    [("NDX", "index", "QQQ", None), ("SPX", "index", "SPY", None)],
    aum={"TQQQ": 10e9, "SQQQ": 2e9, "NVDL": 5e9, "SSO": 1e9},
    baskets={"NDX": {"NVDA": 0.1, "AAPL": 0.9}, "SPX": {"AAPL": 1.0}},
)


def test_the_parts_of_a_name_sum_to_its_flow() -> None:
    reading = read(MODEL, live_table({"QQQ": -0.02, "NVDA": -0.03, "SPY": -0.01}))
    parts = funds_of_name(MODEL, reading, "NVDA")
    assert [(part.ticker, part.weight) for part in parts] == [("NVDL", 1.0), ("TQQQ", 0.1), ("SQQQ", 0.1)]
    nvidia = next(row for row in reading.by_name if row.ticker == "NVDA")
    assert sum(part.usd or 0.0 for part in parts) == pytest.approx(nvidia.today_usd, rel=1e-12)
    assert {part.ticker for part in funds_of_name(MODEL, reading, "AAPL")} == {"TQQQ", "SQQQ", "SSO"}
    assert funds_of_name(MODEL, reading, "IBM") == []


def test_an_unknown_flow_stays_unknown() -> None:
    reading = read(MODEL, live_table({"QQQ": -0.02}))
    assert funds_of_name(MODEL, reading, "NVDA")[-1].usd is None


def test_the_steps_carry_inputs_and_result() -> None:
    reading = read(MODEL, live_table({"QQQ": -0.02, "NVDA": -0.6}))
    rows = {row.ticker: row for row in reading.by_fund}
    steps = _written(fund_steps(rows["TQQQ"]))
    for figure in ("10,000,000,000", "2026-02-03", "3 x 2 = 6", "+600,000,000", "-2.0000%", "-1,200,000,000"):
        assert figure in steps
    assert "wiped out" in _written(fund_steps(rows["NVDL"]))
    assert "neither" in fund_steps(rows["SSO"])[-1].figure


def _written(steps: list[Step]) -> str:
    return "\n".join(f"{step.label}: {step.figure}" for step in steps)
