"""Systematic supply: the vectors of methods section 8, the ladder, and how it reads."""

import json
from math import log
from pathlib import Path

import msgspec
import numpy as np
import pytest

from deskview.analytics.leverage import SupplyAssumptions, SupplyLadder, supply_ladder
from deskview.analytics.leverage.supply import (
    gross_after_drawdown,
    half_life_days,
    portfolio_var_usd,
    trend_position,
    var_cut,
    vol_target_trade,
)
from tests.analytics.leverage.market import history_table, random_closes


def vector(data: Path, name: str) -> tuple[dict[str, float], dict[str, float]]:
    entry = json.loads((data / "test_vectors.json").read_text())[name]
    return entry["inputs"], entry["expected"]


def test_vol_target_vector(data: Path) -> None:
    given, expected = vector(data, "8.1_vol_target")
    trade = vol_target_trade(
        given["vol0"],
        given["shock"],
        decay=given["lam"],
        target=given["target"],
        cap=given["cap"],
        aum_usd=given["aum"],
    )
    assert trade.vol1 == pytest.approx(expected["vol1"], rel=1e-9)
    assert (trade.w0, trade.w1) == pytest.approx((expected["w0"], expected["w1"]), rel=1e-9)
    assert trade.equity_after_shock_usd == pytest.approx(expected["equity_after_shock"], rel=1e-9)
    assert trade.target_equity_usd == pytest.approx(expected["target_equity"], rel=1e-9)
    assert trade.trade_usd == pytest.approx(expected["trade"], rel=1e-9)


@pytest.mark.parametrize(("decay", "sold_bn"), [(0.94, 99.2), (0.97, 64.5), (0.99, 27.2)])
def test_the_half_life_is_worth_a_factor_of_four(decay: float, sold_bn: float) -> None:
    trade = vol_target_trade(0.10, -0.03, decay=decay, target=0.10, cap=1.5, aum_usd=300e9)
    assert trade.trade_usd == pytest.approx(-sold_bn * 1e9, abs=0.06e9)


def test_half_lives_in_days() -> None:
    assert half_life_days(0.94) == pytest.approx(11.2, abs=0.01)
    assert half_life_days(0.97) == pytest.approx(22.76, abs=0.01)


def test_var_cut_vector(data: Path) -> None:
    given, expected = vector(data, "8.2_var_cut")
    cut = var_cut(given["gross"], given["vol_daily_0"], given["vol_daily_1"], given["limit_usd"], given["conf"])
    assert (cut.var0_usd, cut.var1_usd) == pytest.approx((expected["VaR0"], expected["VaR1"]), rel=1e-9)
    assert cut.max_gross_usd == pytest.approx(expected["max_gross"], rel=1e-9)
    assert cut.cut_usd == pytest.approx(expected["cut"], rel=1e-9)
    assert cut.cut_share == pytest.approx(expected["cut_pct"], rel=1e-9)


def test_within_its_limit_nothing_is_cut() -> None:
    assert var_cut(1e9, 0.01, 0.01, 1e9, 0.99).cut_usd == 0.0


def test_a_broken_correlation_alone_raises_the_value_at_risk() -> None:
    """A long/short pair: nothing has moved but the correlation, and the risk is up by two fifths."""
    exposures, variance = [1.0, -1.0], 0.02**2

    def var(rho: float) -> float:
        return portfolio_var_usd(exposures, [[variance, rho * variance], [rho * variance, variance]], 0.99)

    assert var(-0.2) / var(0.5) == pytest.approx((2.4 / 1.0) ** 0.5, rel=1e-12)


def test_stop_drawdown_vector(data: Path) -> None:
    entry = json.loads((data / "test_vectors.json").read_text())["8.4_stop_drawdown"]
    rule = {float(level): cut for level, cut in entry["inputs"]["rule"].items()}
    drawdown, gross = gross_after_drawdown(entry["inputs"]["pnl"], rule)
    assert drawdown == pytest.approx(entry["expected"]["dd"], abs=1e-9)
    assert gross == entry["expected"]["gross_multiplier"]


def test_the_second_stop_takes_everything_and_a_peak_resets_the_first() -> None:
    rule = {-0.05: 0.5, -0.075: 1.0}
    assert gross_after_drawdown([0.04, -0.05, -0.03], rule)[1] == [1.0, 0.5, 0.0]


def test_trend_follows_the_trend_within_its_cap() -> None:
    a = SupplyAssumptions(trend_cap=0.5)
    up = [k * log(1.002) for k in range(300)]
    assert trend_position(up, 0.05, a) == 0.5
    assert trend_position(up[::-1], 0.05, a) == -0.5
    assert trend_position([0.0] * 300, 0.10, a) == 0.0
    assert trend_position([0.0], 0.10, a) == 0.0


@pytest.fixture
def ladder() -> SupplyLadder:
    rng = np.random.default_rng(2)
    rising = [c * 1.001**k for k, c in enumerate(random_closes(rng, 0.006))]
    result = supply_ladder(history_table({"SPY": rising}), SupplyAssumptions(var_utilisation=1.0), market="SPY")
    assert result is not None
    return result


def test_the_ladder_sells_more_the_further_the_index_falls(ladder: SupplyLadder) -> None:
    falls = {row.move: row for row in ladder.rows if row.move < 0}
    totals = [falls[move].total_usd for move in sorted(falls)]
    assert totals == sorted(totals)
    assert falls[-0.03].vol_target_usd < 0 and falls[-0.03].var_usd < 0 and falls[-0.03].trend_usd < 0
    for row in ladder.rows:
        assert row.total_usd == pytest.approx(row.vol_target_usd + row.var_usd + row.trend_usd, rel=1e-12)
        assert row.var_usd <= 0.0
        assert [half.decay for half in row.half_lives] == [0.94, 0.97, 0.99]


def test_the_ladder_names_itself_a_model_and_carries_its_assumptions(ladder: SupplyLadder) -> None:
    assert "model" in ladder.method
    part = msgspec.to_builtins(ladder)
    assert part["assumptions"]["vol_aum_usd"] == 300e9


def test_without_enough_closes_there_is_no_ladder() -> None:
    assert supply_ladder(history_table({"SPY": [100.0] * 59}), SupplyAssumptions(), market="SPY") is None


def test_a_flat_index_does_not_divide_by_zero() -> None:
    ladder = supply_ladder(history_table({"SPY": [100.0] * 100}), SupplyAssumptions(), market="SPY")
    assert ladder is not None and ladder.vol == 0.0
    assert all(np.isfinite(row.total_usd) for row in ladder.rows)
