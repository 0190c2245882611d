"""The reading: net and its limits, intensity, when in the day, by name, leg and sector, funds, and what is missing."""

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.flow import FLOW_BARS, Comparison, Flow, Ranked, half_hours, read
from deskview.analytics.measures import percentile
from tests.analytics.flow.market import SESSION, bars_of, clock, drawn, estimated, hours, itself, labelled, lit, one

NOTHING = Comparison()


def reading(
    rows: list[dict[str, Any]],
    comparison: Comparison = NOTHING,
    session: date = SESSION,
    left_out: dict[str, int] | None = None,
) -> Flow:
    """The reading of prints by hand, each name for itself."""
    bars = half_hours(labelled(rows, session), session)
    tickers = bars.get_column("ticker").unique().sort().to_list()
    half_day = hours(session).closes == clock("13:00", session)
    return read(bars, itself(*tickers), comparison, session, half_day, counted=tickers, left_out=left_out)


def compared(clock: str = "14:45", names: int = 50, days: int = 252) -> Comparison:
    """What was found for both sides."""
    return Comparison(
        clock=clock,
        names=names,
        retail=Ranked(-0.1, 16.0, 9.0, 27.0, days, 0.05, 0.9, reason=""),
        other=Ranked(0.2, 80.0, 70.0, 88.0, days, 0.1, 0.8, reason=""),
    )


def test_worked_example_of_the_strict_percentile(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["5.3_imbalance_percentile"]
    history = pl.Series(vector["inputs"]["history"])
    strict = percentile(history, vector["inputs"]["value"]).rank
    assert strict == pytest.approx(100 * vector["expected"]["pct_strict"], abs=1e-9)


def test_worked_example_of_the_intensity(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["5.3_imbalance_percentile"]
    bar = dict.fromkeys(FLOW_BARS, 0.0) | {
        "ticker": "A",
        "session": SESSION,
        "half_hour": 0,
        "prints": 2,
        "retail_prints": 2,
    }
    bar |= {"retail_buy_usd": vector["inputs"]["buy"], "retail_sell_usd": vector["inputs"]["sell"]}
    flow = read(pl.DataFrame([bar], schema=dict(FLOW_BARS)), itself("A"), NOTHING, SESSION, False, counted=["A"])
    assert flow.retail.intensity == pytest.approx(vector["expected"]["oib"], abs=1e-9)


def test_worked_example_of_morning_and_afternoon(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["5.4_session_split"]
    rows = []
    for minute, usd in vector["inputs"]["minutes"]:
        price_e4 = 1_000_099 if usd > 0 else 1_000_001
        rows.append(one(price_e4, abs(usd), f"{minute // 60:02}:{minute % 60:02}"))
    flow = reading(rows)
    assert flow.retail.morning_usd == pytest.approx(100 * vector["expected"]["am"], abs=5)
    assert flow.retail.afternoon_usd == pytest.approx(100 * vector["expected"]["pm"], abs=5)


def test_noon_belongs_to_the_afternoon() -> None:
    flow = reading([one(100_099, at="11:59:59.999999"), one(100_001, 50, at="12:00")])
    assert flow.retail.morning_usd == pytest.approx(1000.99, abs=1e-6)
    assert flow.retail.afternoon_usd == pytest.approx(-500.005, abs=1e-6)


def test_half_hours_of_a_full_and_of_a_half_day() -> None:
    full = reading([one(100_099)]).retail.by_half_hour
    half = reading([one(100_099, session=date(2026, 11, 27))], session=date(2026, 11, 27)).retail.by_half_hour
    assert [full[0].start, full[5].start, full[-1].start, len(full)] == ["09:30", "12:00", "15:30", 13]
    assert [half[-1].start, len(half)] == ["12:30", 7]


@given(st.lists(st.tuples(st.integers(0, 389), st.sampled_from([1, 99]), st.floats(0.000001, 1e6)), min_size=1))
@settings(max_examples=60, deadline=None)
def test_half_hours_sum_exactly_to_the_parts_of_the_day_and_these_to_the_net(
    prints: list[tuple[int, int, float]],
) -> None:
    rows = [one(1_000_000 + z, size, f"{(570 + m) // 60:02}:{(570 + m) % 60:02}") for m, z, size in prints]
    side = reading(rows).retail
    nets = [(h.buy_usd or 0) - (h.sell_usd or 0) for h in side.by_half_hour]
    if side.net_usd is None:
        assert nets == [0] * 13
        return
    assert side.morning_usd == sum(nets[:5])
    assert side.afternoon_usd == sum(nets[5:])
    assert side.net_usd == sum(nets)


def test_percentile_limits_days_and_hour_are_those_of_the_comparison() -> None:
    side = reading([one(100_099), one(100_001)], compared(names=1)).retail
    assert (side.percentile, side.percentile_low, side.percentile_high) == (16.0, 9.0, 27.0)
    assert (side.days, side.clock, side.basis, side.names, side.median_intensity) == (252, "14:45", "sample", 1, 0.05)


def test_what_is_compared_is_said_in_words() -> None:
    assert (
        reading([one(100_099)], compared()).comparison
        == "today's windows up to 14:45 against those of 252 sessions up to 14:45, 50 names"
    )


def test_before_there_is_a_percentile_its_reason_stands_at_all_three_of_its_figures() -> None:
    early = Ranked(intensity=-0.1, days=252, reason="before 10:30 too little of the day is known")
    flow = reading([one(100_099)], Comparison(clock="", names=50, retail=early, other=early))
    assert flow.comparison == "no percentile: before 10:30 too little of the day is known"
    for figure in ("percentile", "percentile_low", "percentile_high"):
        assert getattr(flow.retail, figure) is None
        assert flow.missing[f"retail.{figure}"] == early.reason
    assert flow.retail.clock == ""


def test_a_percentile_without_limits_says_that_it_is_not_known_how_sure_it_is() -> None:
    bare = Ranked(0.1, 16.0, days=3, median=0.1)
    flow = reading([one(100_099)], Comparison("14:45", 1, bare, bare))
    assert flow.retail.percentile == 16.0
    assert "how sure" in flow.missing["retail.percentile_low"] and "how sure" in flow.missing["retail.percentile_high"]
    assert "retail.percentile" not in flow.missing


def test_an_empty_day_has_reasons_instead_of_figures() -> None:
    flow = reading([])
    for side in (flow.retail, flow.institutional):
        assert (side.net_usd, side.intensity, side.percentile, side.morning_usd, side.afternoon_usd) == (None,) * 5
        assert (side.prints, side.names, len(side.by_half_hour)) == (0, 0, 13)
    assert flow.classified_share is None
    assert all(side.by_half_hour[0].buy_usd is None for side in (flow.retail, flow.institutional))
    assert set(flow.missing) == {
        *(
            f"{s}.{f}"
            for s in ("retail", "institutional")
            for f in (
                *("net_usd", "net_low_usd", "net_high_usd", "intensity", "morning_usd", "afternoon_usd"),
                *("by_half_hour", "core_net_usd", "median_intensity"),
                *("percentile", "percentile_low", "percentile_high"),
            )
        ),
        "classified_share",
        "universe_share",
    }


def test_one_side_alone() -> None:
    flow = reading([lit(100_000), lit(100_100)])
    assert flow.retail.net_usd is None
    assert flow.missing["retail.net_usd"] == "no print identified as retail in this session"
    assert flow.institutional.net_usd == pytest.approx(10_010 / 10, rel=1e-9)
    assert "institutional.net_usd" not in flow.missing


def test_prints_that_no_rule_could_sign() -> None:
    flow = reading([lit(100_000)])
    assert flow.missing["institutional.net_usd"] == "no print of this side could be signed in this session"
    assert (flow.classified_share, flow.unsigned_usd) == (0.0, 1000.0)


def test_by_name_and_who_stands_against_whom() -> None:
    rows = [
        *(lit(p, 300, ticker="DIP") for p in (100_100, 100_000)),
        one(100_099, 10, ticker="DIP"),
        *(lit(p, 10, ticker="TOP") for p in (100_000, 100_100)),
        one(100_001, 10, ticker="TOP"),
    ]
    flow = reading(rows)
    assert [n.ticker for n in flow.by_name] == ["DIP", "TOP"]
    assert [n.ticker for n in flow.divergence] == ["DIP"]
    assert [n.ticker for n in flow.converse] == ["TOP"]
    dip = flow.by_name[0]
    assert dip.turnover_usd == pytest.approx(3003 + 3000 + 100.099, rel=1e-9)
    assert dip.retail_share == pytest.approx(100.099 / dip.turnover_usd, rel=1e-7)
    assert (dip.retail_intensity, dip.other_intensity) == (1.0, -1.0)


def test_auctions_stand_apart() -> None:
    flow = reading([lit(100_000, conditions=[25]), lit(100_100)])
    assert (flow.auction_usd, flow.institutional.prints) == (1000.0, 1)


def test_json_has_the_contract_and_no_nan() -> None:
    flow = reading([one(100_099), lit(100_000)], compared(), left_out={"duplicate": 3})
    side = msgspec.to_builtins(flow)["retail"]
    contract = {"net_usd", "intensity", "percentile", "days", "morning_usd", "afternoon_usd", "prints", "names"}
    contract |= {"percentile_low", "percentile_high", "basis", "clock"}
    assert contract < set(side)
    assert set(side["by_half_hour"][0]) == {"start", "buy_usd", "sell_usd"}
    json.loads(msgspec.json.encode(flow), parse_constant=lambda word: pytest.fail(f"{word} in JSON"))
    assert flow.left_out == {"duplicate": 3}


def test_non_retail_is_called_so() -> None:
    flow = reading([one(100_099)])
    assert "non-retail" in flow.institutional.label
    assert "Barber" in flow.retail.sign_error_note


def test_the_shape_of_the_day_is_recovered_from_prints() -> None:
    rows = [one(100_099, 100, f"{h}:15") for h in ("13", "14", "15")] + [one(100_001, 50, "10:15")]
    prices = [100_000 - 100 * i for i in range(5)]
    rows += [lit(p, 1000, f"10:{i:02}") for i, p in enumerate(prices)]
    flow = reading(rows)
    assert (flow.retail.afternoon_usd or 0) > 0 > (flow.retail.morning_usd or 0)
    assert (flow.institutional.morning_usd or 0) < 0
    assert flow.institutional.afternoon_usd == 0
    bars = half_hours(labelled(rows), SESSION)
    net = bars.select(pl.col("retail_buy_usd").sum() - pl.col("retail_sell_usd").sum()).item()
    assert math.isclose(net, flow.retail.net_usd or 0)


def test_a_halt_leaves_its_half_hours_empty_and_the_tick_rule_goes_on_after_it() -> None:
    before = [lit(100_000, at="10:05"), lit(100_100, at="10:10"), one(100_101, at="10:11")]
    after = [lit(100_100, at="12:31"), lit(100_200, at="12:32"), one(100_199, at="12:33")]
    side = reading([*before, *after]).retail
    traded = {half.start for half in side.by_half_hour if half.buy_usd or half.sell_usd}
    assert traded == {"10:00", "12:30"}
    assert all((half.buy_usd, half.sell_usd) == (0, 0) for half in side.by_half_hour if half.start not in traded)
    other = reading([*before, *after]).institutional
    assert other.net_usd == pytest.approx(10_010 / 10 + 10_010 / 10 + 10_020 / 10, rel=1e-9)


def test_names_alike_stand_in_the_order_of_the_alphabet() -> None:
    """Of equal turnover, and of equal opposition between retail and the rest."""
    tickers = [f"T{number:03}" for number in range(120)]
    bar = dict.fromkeys(FLOW_BARS, 0.0) | {"session": SESSION, "half_hour": 0, "retail_prints": 1, "prints": 2}
    sums = {"retail_buy_usd": 100.0, "other_sell_usd": 300.0}
    rows = pl.DataFrame([bar | sums | {"ticker": ticker} for ticker in tickers], schema=dict(FLOW_BARS))
    for seed in (1, 2):
        shuffled = rows.sample(fraction=1.0, shuffle=True, seed=seed)
        found = read(shuffled, itself(*tickers), NOTHING, SESSION, False, counted=tickers)
        assert [name.ticker for name in found.by_name] == tickers
        assert [name.ticker for name in found.divergence] == tickers


def test_names_that_are_not_counted_are_in_no_sum_and_nothing_is_scaled_up_for_them() -> None:
    bars = bars_of({"A": {"retail_buy_usd": 1.0}, "B": {"retail_buy_usd": 2.0}, "STRANGER": {"retail_buy_usd": 9.0}})
    flow = estimated(bars, drawn({"A": 2.0, "B": 3.0, "C": 1.0}), counted=["A", "STRANGER"], comparison=compared())
    assert (flow.retail.net_usd, flow.retail.names) == (2.0, 1)
    assert (flow.names, flow.focus) == (1, 3)
    assert [name.ticker for name in flow.by_name] == ["A"]
    assert flow.comparison.endswith("50 names; the sums are of 1 of 3 names")
    whole = estimated(bars, drawn({"A": 2.0, "B": 3.0}), comparison=compared())
    assert whole.comparison.endswith("50 names")


def test_a_percentile_of_fewer_names_than_are_counted_says_so() -> None:
    bars = bars_of({name: {"retail_buy_usd": 1.0} for name in "ABC"})
    assert estimated(bars, itself(*"ABC"), comparison=compared(names=2)).retail.names == 2
    assert estimated(bars, itself(*"ABC")).retail.names == 3


def test_funds_stand_for_themselves_in_no_sum_of_stocks() -> None:
    bars = bars_of({"A": {"retail_buy_usd": 1.0}, "SPY": {"retail_sell_usd": 40.0}, "QQQ": {"retail_buy_usd": 10.0}})
    sample = pl.concat([itself("A"), itself("SPY", "QQQ", "IWM", kind="fund")])
    flow = estimated(bars, sample, counted=["A", "SPY", "QQQ"], funds_comparison=compared("15:00", 2))
    assert (flow.retail.net_usd, flow.names, flow.focus) == (1.0, 1, 1)
    assert [name.ticker for name in flow.by_name] == ["A"]
    assert flow.funds is not None
    assert (flow.funds.retail.net_usd, flow.funds.retail.percentile, flow.funds.retail.clock) == (-30.0, 16.0, "15:00")
    assert (flow.funds.names, flow.funds.focus) == (2, 3)
    assert [name.ticker for name in flow.funds.by_name] == ["SPY", "QQQ"]
    assert flow.missing["funds.by_name.SPY.other_intensity"] == "no non-retail print could be signed"
    assert estimated(bars, itself("A")).funds is None


def test_a_name_has_what_it_is_used_to_by_this_hour() -> None:
    bars = bars_of({name: {"retail_buy_usd": 1.0, "other_sell_usd": 2.0} for name in ("A", "B")})
    usual = pl.DataFrame({"ticker": ["A", "B"], "retail": [0.3, None], "other": [-0.1, 0.2]})
    found = estimated(
        bars, itself("A", "B", sector="Energy", leg="long"), comparison=replace(compared(names=2), usual=usual)
    )
    first, second = found.by_name
    assert (first.usual_retail, first.usual_other, first.sector, first.leg) == (0.3, -0.1, "Energy", "long")
    assert second.usual_retail is None
    assert found.missing["by_name.B.usual_retail"] == "no earlier windows of it by this hour"


@pytest.mark.parametrize("comparison", [NOTHING, compared()])
def test_every_null_figure_has_its_reason(comparison: Comparison) -> None:
    bars = bars_of({"A": {"retail_buy_usd": 1.0}, "B": {"unsigned_usd": 2.0}, "SPY": {"auction_usd": 3.0}})
    sample = pl.concat([itself("A", leg="long"), drawn({"B": 3.0}), itself("SPY", kind="fund")])
    flow = estimated(bars, sample, comparison=comparison, universe_share=None)
    plain = msgspec.to_builtins(flow)
    assert nulls(plain) - flow.missing.keys() == set()
    assert "by_name.B.retail_intensity" in nulls(plain)


BESIDE = ("missing", "off_exchange", "divergence", "converse", "sector")
"""What is said elsewhere: off-exchange shares by the board, names that stand opposed among all names. A sector is no
figure."""


def nulls(plain: object, path: str = "") -> set[str]:
    """Paths of nulls; rows go by what they are called, half-hours by their side."""
    if plain is None:
        return {path}
    if isinstance(plain, dict):
        below = [(f"{path}.{key}".lstrip("."), value) for key, value in plain.items() if key not in BESIDE]
    elif isinstance(plain, list):
        rows = [row for row in plain if isinstance(row, dict)]
        below = [(f"{path}.{row['ticker' if 'ticker' in row else 'group']}", row) for row in rows if "start" not in row]
        below += [(path, value) for row in rows if "start" in row for value in row.values()]
    else:
        return set()
    return {found for name, value in below for found in nulls(value, name)}
