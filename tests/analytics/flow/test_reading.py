"""The reading: net, intensity, percentile, when in the day, by name, and what is missing."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.flow import FLOW_BARS, FLOW_DAYS, Flow, day_totals, half_hours, read
from deskview.analytics.measures import percentile
from deskview.market.schema import empty
from tests.analytics.flow.market import SESSION, clock, hours, labelled, lit, one

NO_HISTORY = empty(FLOW_DAYS)


def reading(
    rows: list[dict[str, Any]],
    history: pl.DataFrame = NO_HISTORY,
    session: date = SESSION,
    as_of: datetime | None = None,
    left_out: dict[str, int] | None = None,
) -> Flow:
    bars = half_hours(labelled(rows, session), session)
    closes = hours(session).closes
    half_day = closes == clock("13:00", session)
    return read(bars, history, session, half_day, as_of=as_of, closes=closes, left_out=left_out)


def days(intensities: Sequence[float | None], before: date = SESSION, side: str = "retail") -> pl.DataFrame:
    """History with these intensities on the calendar days before a session, oldest first."""
    rows = []
    for back, value in enumerate(reversed(intensities), start=1):
        sums = dict.fromkeys(FLOW_DAYS, 0.0)
        if value is not None:
            sums |= {f"{side}_buy_usd": 1 + value, f"{side}_sell_usd": 1 - value}
        rows.append(sums | {"session": before - timedelta(days=back), "prints": 10, "names": 2})
    return pl.DataFrame(rows[::-1], schema=dict(FLOW_DAYS))


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
    flow = read(pl.DataFrame([bar], schema=dict(FLOW_BARS)), NO_HISTORY, SESSION, False)
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


def test_percentile_is_strict_and_says_on_how_many_days_it_rests() -> None:
    bar = dict.fromkeys(FLOW_BARS, 0.0) | {"ticker": "A", "session": SESSION, "half_hour": 0, "retail_prints": 2}
    bar |= {"retail_buy_usd": 3.0, "retail_sell_usd": 1.0, "prints": 2}
    bars = pl.DataFrame([bar], schema=dict(FLOW_BARS))
    flow = read(bars, days([-0.5, -0.4, 0.5, 0.75, None]), SESSION, False)
    assert (flow.retail.percentile, flow.retail.days) == (50.0, 4)
    assert flow.retail.median_intensity == pytest.approx(0.05)


def test_only_the_last_252_sessions_before_this_one_count() -> None:
    history = pl.concat([days([0.9] * 100 + [-0.9] * 252), days([0.9], SESSION + timedelta(days=3))])
    flow = reading([one(100_099), one(100_001)], history)
    assert (flow.retail.percentile, flow.retail.days) == (100.0, 252)


def test_the_last_five_sessions_stand_on_the_same_scale() -> None:
    flow = reading([one(100_099)], days([-0.3, -0.2, -0.1, 0.1, 0.2, 0.3]))
    assert [round(mark.percentile or 0, 6) for mark in flow.retail.recent] == [
        round(100 * n / 6, 6) for n in (1, 2, 3, 4, 5)
    ]
    assert [mark.session for mark in flow.retail.recent][-1] == SESSION - timedelta(days=1)


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
            for f in ("net_usd", "intensity", "percentile", "morning_usd", "afternoon_usd", "by_half_hour")
        ),
        *(f"{s}.median_intensity" for s in ("retail", "institutional")),
        "classified_share",
        "retail.core_net_usd",
        "institutional.core_net_usd",
    }


def test_one_side_alone() -> None:
    flow = reading([lit(100_000), lit(100_100)], days([0.1], side="other"))
    assert flow.retail.net_usd is None
    assert flow.missing["retail.net_usd"] == "no print identified as retail in this session"
    assert flow.institutional.net_usd == pytest.approx(10_010 / 10, rel=1e-9)
    assert flow.institutional.percentile == 100.0
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


def test_a_part_of_the_day_says_so() -> None:
    rows = [one(100_099)]
    assert "so far" in reading(rows, as_of=clock("11:00")).comparison
    assert "so far" not in reading(rows, as_of=clock("16:00")).comparison


def test_auctions_stand_apart() -> None:
    flow = reading([lit(100_000, conditions=[25]), lit(100_100)])
    assert (flow.auction_usd, flow.institutional.prints) == (1000.0, 1)


def test_json_has_the_contract_and_no_nan() -> None:
    flow = reading([one(100_099), lit(100_000)], days([0.1, 0.2]), left_out={"duplicate": 3})
    side = msgspec.to_builtins(flow)["retail"]
    contract = {"net_usd", "intensity", "percentile", "days", "morning_usd", "afternoon_usd", "prints", "names"}
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
    totals = day_totals(half_hours(labelled(rows), SESSION)).row(0, named=True)
    assert math.isclose(totals["retail_buy_usd"] - totals["retail_sell_usd"], flow.retail.net_usd or 0)


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
        found = read(rows.sample(fraction=1.0, shuffle=True, seed=seed), NO_HISTORY, SESSION, False)
        assert [name.ticker for name in found.by_name] == tickers
        assert [name.ticker for name in found.divergence] == tickers
