"""The live reading through its public doors: totals, names, and what is told about what is left out."""

import json
from datetime import date
from math import fsum
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics.leverage import LeverageModel, Parameters, prepare
from deskview.market.schema import HISTORY, LIVE, SPLITS, empty
from tests.analytics.leverage.market import (
    WEEK,
    baskets_table,
    details_table,
    fund,
    funds_table,
    history_table,
    live_table,
    names_table,
    reading_of,
    small_market,
    underlyings_table,
)

NASDAQ_FUNDS = [fund("QLD", 2, "NDX"), fund("TQQQ", 3, "NDX"), fund("QID", -2, "NDX"), fund("SQQQ", -3, "NDX")]
AUM: dict[str, float | None] = {"QLD": 40e9, "TQQQ": 60e9, "QID": 5e9, "SQQQ": 8e9}
NDX = [("NDX", "index", "QQQ", None)]
WEIGHTS = {"NDX": {"NVDA": 0.6, "AAPL": 0.4}}


def nasdaq(**changes: object) -> LeverageModel:
    options: dict[str, object] = {"aum": AUM, "baskets": WEIGHTS, **changes}
    return small_market([*NASDAQ_FUNDS, fund("NVDL", 2, "NVDA", "stock")], NDX, **options)  # type: ignore[arg-type]


def test_allocation_vector(data: Path) -> None:
    vector = json.loads((data / "test_vectors.json").read_text())["3.5_alloc"]
    inputs, expected = vector["inputs"], vector["expected"]
    funds = [fund(f"F{k}", entry["L"], "NDX") for k, entry in enumerate(inputs["funds"])]
    model = small_market(
        funds,
        NDX,
        aum={f"F{k}": entry["A"] for k, entry in enumerate(inputs["funds"])},
        baskets={"NDX": inputs["weights"]},
        closes={ticker: [100.0] * 30 for ticker in inputs["weights"]},
        dollars=inputs["adv_usd"],
        parameters=Parameters(closing_share=inputs["close_auction_share"]),
    )
    reading = reading_of(model, live_table({"QQQ": inputs["index_r"]}))
    assert reading.today_usd == pytest.approx(expected["total"], rel=1e-9)
    assert reading.per_1pct_usd == pytest.approx(expected["per_1pct"], rel=1e-9)
    nvidia = next(row for row in reading.by_name if row.ticker == "NVDA")
    assert nvidia.today_usd == pytest.approx(expected["NVDA"], rel=1e-9)
    assert nvidia.of_adv == pytest.approx(expected["NVDA_pct_adv"], rel=1e-9)
    assert nvidia.of_close == pytest.approx(expected["NVDA_pct_close"], rel=1e-9)
    assert reading.unallocated_usd == pytest.approx(expected["total"] * 0.83, rel=1e-9)
    assert "0.1700" in reading.notes["by_name.NDX"]


def test_single_stock_and_index_parts_stand_apart() -> None:
    reading = reading_of(nasdaq(aum={**AUM, "NVDL": 5e9}), live_table({"QQQ": -0.02, "NVDA": -0.03}))
    nvidia = next(row for row in reading.by_name if row.ticker == "NVDA")
    assert nvidia.single_stock_usd == pytest.approx(-0.3e9, rel=1e-12)
    assert nvidia.index_usd == pytest.approx(-11.32e9 * 0.6, rel=1e-12)
    assert nvidia.today_usd == pytest.approx(-0.3e9 - 11.32e9 * 0.6, rel=1e-12)
    assert nvidia.per_1pct_usd == pytest.approx(0.1e9 + 5.66e9 * 0.6, rel=1e-12)
    apple = next(row for row in reading.by_name if row.ticker == "AAPL")
    assert apple.single_stock_usd == 0.0
    assert reading.threshold_names == ["NVDA", "AAPL"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-0.09, 0.09), min_size=6, max_size=6), st.floats(0.05, 1.0))
def test_everything_adds_up(moves: list[float], traced: float) -> None:
    tickers = ["QQQ", "NVDA", "AAPL", "XLE", "GLD", "SQQQ"]
    model = small_market(
        [
            *NASDAQ_FUNDS,
            fund("NVDL", 2, "NVDA", "stock"),
            fund("ERX", 2, "OIL", "sector"),
            fund("UGL", 2, "GOLD", "commodity"),
        ],
        [*NDX, ("OIL", "sector", "XLE", None), ("GOLD", "commodity", "GLD", None)],
        aum={**AUM, "NVDL": 5e9, "ERX": 1e9, "UGL": 3e9},
        baskets={"NDX": {"NVDA": 0.6 * traced, "AAPL": 0.4 * traced}},
        names=[("NVDA", "Information Technology", 1e12)],
    )
    reading = reading_of(model, live_table(dict(zip(tickers, moves, strict=True))))
    total, per_1pct = reading.today_usd, reading.per_1pct_usd
    assert total is not None and per_1pct is not None and reading.unallocated_usd is not None
    equity = [row for row in reading.by_fund if row.kind != "commodity"]
    scale = fsum(abs(row.today_usd or 0.0) for row in equity)
    for parts in (
        [row.today_usd for row in reading.by_underlying],
        [row.today_usd for row in equity],
        [row.today_usd for row in reading.by_kind],
        [row.today_usd for row in reading.by_sector],
        [*(row.today_usd for row in reading.by_name), reading.unallocated_usd],
    ):
        assert abs(fsum(part or 0.0 for part in parts) - total) <= 1e-12 * scale
    for rows in (reading.by_underlying, reading.by_kind, reading.by_sector, equity):
        assert fsum(row.per_1pct_usd for row in rows) == pytest.approx(per_1pct, rel=1e-12)
    for name in reading.by_name:
        assert name.today_usd == (name.single_stock_usd or 0.0) + (name.index_usd or 0.0)
    gold = next(row for row in reading.other_kinds if row.kind == "commodity")
    assert gold.today_usd == pytest.approx(2 * 3e9 * moves[4], rel=1e-12)
    assert sum(row.funds for row in reading.by_kind) == reading.funds == 6


def test_a_fund_without_a_quoted_underlying_uses_its_own_return() -> None:
    model = nasdaq(aum={**AUM, "NVDL": 5e9})
    reading = reading_of(model, live_table({"QQQ": -0.02, "NVDL": -0.08}))
    row = next(row for row in reading.by_fund if row.ticker == "NVDL")
    assert row.return_source == "fund"
    assert row.today_usd == pytest.approx(-0.4e9, rel=1e-12)
    assert row.return_ == pytest.approx(-0.04)
    nvidia = next(row for row in reading.by_underlying if row.underlying == "NVDA")
    assert nvidia.return_source == "fund"
    assert nvidia.return_ == pytest.approx(-0.04)
    assert "NVDL" in reading.notes["by_fund.return"]


def test_a_fund_without_an_underlying_stands_for_itself() -> None:
    model = small_market([fund("MYST", 2, None, "stock")], aum={"MYST": 1e9})
    reading = reading_of(model, live_table({"MYST": 0.04}))
    assert reading.today_usd == pytest.approx(0.04e9, rel=1e-12)
    (row,) = reading.by_underlying
    assert row.underlying == "fund:MYST" and "not known" in row.name
    assert reading.by_name == [] and reading.unallocated_usd == pytest.approx(reading.today_usd)


def test_a_fund_with_neither_return_is_named_and_only_missing_from_today() -> None:
    reading = reading_of(nasdaq(aum={**AUM, "NVDL": 5e9}), live_table({"QQQ": -0.02, "NVDL": None}))
    assert reading.today_usd == pytest.approx(-11.32e9, rel=1e-12)
    assert reading.per_1pct_usd == pytest.approx(5.66e9, rel=1e-12), "over the funds of today's figure"
    assert reading.coverage == pytest.approx(5.66 / 5.76, rel=1e-12)
    assert (reading.funds, reading.funds_known) == (4, 5)
    (out,) = reading.left_out
    assert (out.ticker, out.from_) == ("NVDL", "today")
    assert [row.underlying for row in reading.by_underlying] == ["NDX"], "rows add up to the headline"
    name = next(row for row in reading.by_name if row.ticker == "NVDA")
    assert name.single_stock_usd is None and name.today_usd == name.index_usd


def test_before_the_first_trade_nothing_is_zero() -> None:
    reading = reading_of(nasdaq(), empty(LIVE))
    assert reading.today_usd is None and "today_usd" in reading.missing
    assert reading.per_1pct_usd == pytest.approx(5.66e9)
    assert all(row.today_usd is None for row in reading.by_name)
    assert reading.threshold_names == []


@pytest.mark.parametrize(
    ("bad", "aum", "words"),
    [
        (fund("BAD", 0.5, "NDX"), 1e9, "between 0 and 1"),
        (fund("BAD", 1.0, "NDX"), 1e9, "between 0 and 1"),
        (fund("BAD", None, "NDX"), 1e9, "leverage is not known"),
        (fund("BAD", 2, "NDX"), None, "no shares from the provider, none in names_file"),
        (fund("BAD", 2, "NDX"), -1e9, "not a positive amount"),
        (fund("BAD", 2, "NDX"), 0.0, "not a positive amount"),
        (fund("BAD", 2, "NDX", "art"), 1e9, "kind 'art'"),
        (fund("QLD", 2, "NDX"), 1e9, "listed twice"),
    ],
)
def test_a_bad_fund_is_left_out_by_name(bad: dict[str, object], aum: float | None, words: str) -> None:
    ticker = str(bad["ticker"])
    model = small_market([*NASDAQ_FUNDS, bad], NDX, aum={ticker: aum, **AUM})
    reading = reading_of(model, live_table({"QQQ": -0.02}))
    assert reading.today_usd == pytest.approx(-11.32e9, rel=1e-12)
    (out,) = reading.left_out
    assert out.ticker == ticker and out.from_ == "all" and words in out.reason
    assert "1 fund left out" in reading.missing["funds"] and words in reading.missing["funds"]


def test_a_fund_without_any_price_is_left_out_by_name() -> None:
    model = prepare(
        funds=funds_table(NASDAQ_FUNDS),
        underlyings=underlyings_table(NDX),
        details=details_table({"QLD": 1e8, "TQQQ": 1e8, "QID": 1e8, "SQQQ": 1e8}),
        history=history_table({"QLD": [100.0], "TQQQ": [100.0], "QID": [100.0]}),
        names=names_table([]),
        baskets=baskets_table({}),
        next_sessions=WEEK,
    )
    reading = reading_of(model, live_table({"QQQ": 0.01}))
    assert [(row.ticker, row.reason) for row in reading.left_out] == [
        ("SQQQ", "it has no previous close, so its AUM is not known")
    ]
    with_price = reading_of(model, live_table({"QQQ": 0.01, "SQQQ": -0.03}))
    assert with_price.left_out == []
    assert with_price.funds == 4


def test_the_previous_close_of_the_live_market_comes_first() -> None:
    reading = reading_of(nasdaq(), live_table({"QQQ": 0.01, "TQQQ": 0.03}, prev_close={"TQQQ": 200.0}))
    assert next(row.aum_usd for row in reading.by_fund if row.ticker == "TQQQ") == pytest.approx(120e9)


@pytest.mark.parametrize(
    ("weights", "words", "traced"),
    [
        ({}, "no constituents", 0.0),
        ({"NVDA": 0.7, "AAPL": 0.4}, "sum to 1.1000", 0.0),
        ({"NVDA": 1.2, "AAPL": -0.2}, "negative", 0.0),
        ({"NVDA": 0.5, "AAPL": None}, "missing", 0.0),
        ({"NVDA": 0.5, "AAPL": 0.3}, "sum to 0.8000", 0.8),
    ],
)
def test_a_bad_basket_is_told_and_never_rescaled(weights: dict[str, float | None], words: str, traced: float) -> None:
    model = small_market(NASDAQ_FUNDS, NDX, aum=AUM, baskets={"NDX": weights})
    reading = reading_of(model, live_table({"QQQ": -0.02}))
    assert words in reading.notes["by_name.NDX"]
    assert reading.today_usd == pytest.approx(-11.32e9, rel=1e-12)
    assert reading.unallocated_usd == pytest.approx(-11.32e9 * (1 - traced), rel=1e-12)
    assert fsum(row.today_usd or 0.0 for row in reading.by_name) == pytest.approx(-11.32e9 * traced, rel=1e-12)


def test_a_name_without_volume_has_no_share_of_it() -> None:
    model = nasdaq(closes={"NVDA": [100.0] * 30}, dollars={"NVDA": 30e9})
    reading = reading_of(model, live_table({"QQQ": -0.02}))
    apple = next(row for row in reading.by_name if row.ticker == "AAPL")
    assert (apple.adv_usd, apple.of_adv, apple.of_close, apple.impact_bp) == (None, None, None, None)
    assert "AAPL" in reading.missing["by_name.of_adv"] and "NVDA" not in reading.missing["by_name.of_adv"]


def test_impact_is_the_square_root_of_the_share_of_volume() -> None:
    steps = [100.0 * (1.01 if k % 2 else 1.0) for k in range(61)]
    model = nasdaq(closes={"NVDA": steps}, dollars={"NVDA": 30e9})
    reading = reading_of(model, live_table({"QQQ": -0.02}))
    nvidia = next(row for row in reading.by_name if row.ticker == "NVDA")
    returns = np.diff(steps) / np.array(steps[:-1])
    assert nvidia.of_adv is not None
    assert nvidia.impact_bp == pytest.approx(-returns.std(ddof=1) * np.sqrt(-nvidia.of_adv) * 1e4, rel=1e-9)


def test_a_stock_that_falls_beyond_one_over_leverage_wipes_its_fund_out() -> None:
    model = small_market([fund("NVDL", 2, "NVDA", "stock")], aum={"NVDL": 1e9})
    reading = reading_of(model, live_table({"NVDA": -0.6}))
    (row,) = reading.by_fund
    assert row.wiped_out and row.today_usd == pytest.approx(-2 * 1e9 * 0.4, rel=1e-12)
    assert row.base_aum_usd == 0.0


def test_a_mislabelled_fund_shows_in_its_tracking_gap() -> None:
    reading = reading_of(nasdaq(), live_table({"QQQ": -0.02, "TQQQ": -0.06, "QLD": 0.05}))
    gaps = {row.ticker: row.tracking_gap for row in reading.by_fund}
    assert gaps["TQQQ"] == pytest.approx(0.0, abs=1e-12)
    assert gaps["QLD"] == pytest.approx(0.09)
    assert gaps["SQQQ"] is None
    assert "SQQQ" in reading.missing["by_fund.tracking_gap"]
    assert "TQQQ" not in reading.missing["by_fund.tracking_gap"]


def test_shares_counted_before_a_reverse_split_are_put_on_todays_basis() -> None:
    """A 1-for-20 reverse split after the count: HISTORY is on the new basis, the count is not."""
    splits = pl.DataFrame([("SQQQ", date(2026, 1, 20), 20.0, 1.0, 20.0)], schema=dict(SPLITS), orient="row")
    model = prepare(
        funds=funds_table([fund("SQQQ", -3, "NDX")]),
        underlyings=underlyings_table(NDX),
        details=details_table({"SQQQ": 2e8}, as_of=date(2026, 1, 5)),
        history=history_table({"SQQQ": [100.0]}),
        names=names_table([]),
        baskets=baskets_table({}),
        next_sessions=WEEK,
        splits=splits,
    )
    reading = reading_of(model, live_table({"QQQ": 0.0}))
    assert reading.aum_usd == pytest.approx(1e9, rel=1e-12)
    assert reading.aum_as_of == "2026-01-05"
    assert reading.aum_oldest_as_of == "2026-01-05"
    assert "the one count of the other 1 stands is not known" in reading.notes["aum_as_of"]


def test_a_ticker_and_an_index_key_of_the_same_text_are_two_underlyings() -> None:
    model = small_market(
        [fund("TECL", 3, "TECH"), fund("TECX", 2, "TECH", "stock")],
        [("TECH", "index", "XLK", None)],
        aum={"TECL": 1e9, "TECX": 1e9},
    )
    reading = reading_of(model, live_table({"XLK": -0.01, "TECH": 0.05}))
    flows = {row.kind: row.today_usd for row in reading.by_underlying}
    assert flows == {"index": pytest.approx(-0.06e9), "stock": pytest.approx(0.1e9)}


def test_a_ticker_twice_in_the_live_table_is_refused() -> None:
    live = live_table({"QQQ": -0.02})
    with pytest.raises(ValueError, match="more than one row"):
        reading_of(nasdaq(), pl.concat([live, live]))


def test_the_json_part_has_the_keys_of_the_board() -> None:
    part = msgspec.to_builtins(reading_of(nasdaq(), live_table({"QQQ": -0.02})))
    assert {
        "today_usd",
        "per_1pct_usd",
        "funds",
        "aum_usd",
        "aum_as_of",
        "by_underlying",
        "by_name",
        "next_week",
    } <= part.keys()
    assert {"underlying", "return", "per_1pct_usd", "today_usd", "funds"} <= part["by_underlying"][0].keys()
    assert {"ticker", "today_usd", "of_adv", "single_stock_usd", "index_usd"} <= part["by_name"][0].keys()
    quantiles = {"mean_usd", "sd_usd", "p05_usd", "p16_usd", "p50_usd", "p84_usd", "p95_usd", "es05_usd"}
    rest = {"sessions", "gross_usd", "sell_probability", "scenarios", "method", "paths"}
    assert quantiles | rest <= part["next_week"].keys()
    assert "NaN" not in msgspec.json.encode(part).decode()


def test_a_first_start_without_history_still_reads_today() -> None:
    model = prepare(
        funds=funds_table(NASDAQ_FUNDS),
        underlyings=underlyings_table(NDX),
        details=details_table(dict.fromkeys(("QLD", "TQQQ", "QID", "SQQQ"), 1e8)),
        history=empty(HISTORY),
        names=names_table([]),
        baskets=baskets_table(WEIGHTS),
        next_sessions=WEEK,
    )
    reading = reading_of(model, live_table({"QQQ": -0.01, "QLD": None, "TQQQ": None, "QID": None, "SQQQ": None}))
    assert reading.today_usd == pytest.approx(-(2 + 6 + 6 + 12) * 1e8, rel=1e-12)
    assert reading.next_week.sd_usd is None and "covariance" in reading.missing["next_week.sd_usd"]
    assert reading.supply == [] and reading.supply_basis is None and "SPY" in reading.missing["supply"]


def test_no_fund_at_all() -> None:
    reading = reading_of(small_market([], aum={}), live_table({"QQQ": -0.02}))
    assert reading.today_usd is None and reading.per_1pct_usd is None and reading.funds == 0
    assert reading.by_fund == [] and reading.next_week.sd_usd is None


def test_equal_flows_stand_in_the_order_of_the_registry() -> None:
    """Of two sizes in no order: the larger before the smaller, and each as the registry has them."""
    rng = np.random.default_rng(4)
    aum = {
        f"S{number:03}": 1e9 * size for number, size in zip(rng.permutation(300), rng.integers(1, 3, 300), strict=True)
    }
    funds = [fund(f"L{ticker}", 2, ticker, "stock") for ticker in aum]
    model = small_market(
        funds, aum={f"L{ticker}": size for ticker, size in aum.items()}, closes={ticker: [100.0] for ticker in aum}
    )
    reading = reading_of(model, live_table(dict.fromkeys(aum, -0.01)))
    expected = [ticker for size in (2e9, 1e9) for ticker in aum if aum[ticker] == size]
    assert [row.ticker for row in reading.by_name] == expected
    assert [row.ticker for row in reading.by_fund] == [f"L{ticker}" for ticker in expected]
    assert [row.underlying for row in reading.by_underlying] == expected
