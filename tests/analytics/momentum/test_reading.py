"""The basket live."""

from datetime import date, timedelta
from typing import Any, Literal

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.analytics import momentum
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.momentum import MomentumReading, MomentumRules
from deskview.analytics.panel import panel_of
from deskview.market.schema import HISTORY, NAMES, SPLITS, empty
from tests.analytics.markets import (
    CLOSES,
    LAST,
    NOW,
    TODAY,
    Market,
    before_split,
    halted,
    market,
    not_finite,
    nulls,
    numbers,
    split,
    unpriced,
    weekdays,
)

RULES = MomentumRules(volume_floor_usd=0.0, cap=0.3)


Weighting = Literal["equal", "inverse_vol"]


def model_of(
    given_: Market, splits: pl.DataFrame | None = None, rules: MomentumRules = RULES
) -> momentum.MomentumModel:
    history = adjusted_history(given_.bars, empty(SPLITS) if splits is None else splits, basis=TODAY)
    return momentum.prepare(panel_of(history, before=TODAY), given_.names, session=TODAY, closes=CLOSES, rules=rules)


def reading_of(given_: Market, splits: pl.DataFrame | None = None, rules: MomentumRules = RULES) -> MomentumReading:
    return momentum.read(model_of(given_, splits, rules), given_.live, NOW)


def builtins(reading: MomentumReading) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(reading)
    return plain


@pytest.fixture(scope="module")
def small() -> Market:
    return market()


def test_the_legs_are_the_deciles_of_the_prior_return(small: Market) -> None:
    reading = reading_of(small)
    days = [*weekdays(273), TODAY]
    t = days.index(date(2026, 2, 2))
    close = {ticker: rows.sort("session")["close"].to_list() for (ticker,), rows in small.bars.group_by("ticker")}
    score = {name: prices[t - 21] / prices[t - 252] - 1 for name, prices in close.items() if name != "SPY"}
    ranked = sorted(score, key=score.__getitem__)
    assert reading.formed == date(2026, 2, 2)
    assert {name.ticker for name in reading.long} == set(ranked[-6:])
    assert {name.ticker for name in reading.short} == set(ranked[:6])
    assert {name.ticker: name.score for name in reading.long} == pytest.approx({n: score[n] for n in ranked[-6:]})


def test_a_daily_basket_takes_todays_positions(small: Market) -> None:
    reading = reading_of(small, rules=MomentumRules(volume_floor_usd=0.0, rebalance="daily"))
    top = reading.long[0]
    prices = small.bars.filter(pl.col("ticker") == top.ticker).sort("session")["close"]
    assert reading.formed == TODAY
    assert top.score == pytest.approx(prices[-21] / prices[-252] - 1)


def check_sums(reading: momentum.BasketReading) -> None:
    assert reading.return_ is not None
    assert reading.long_return is not None
    assert reading.short_return is not None
    rows = [*reading.long, *reading.short]
    assert reading.hedge_ratio == 1
    assert reading.return_ == reading.long_return - reading.short_return
    assert sum(row.contribution or 0 for row in rows) == pytest.approx(reading.return_, abs=1e-15)
    for leg in (reading.long, reading.short):
        assert sum(row.weight for row in leg) == pytest.approx(1, abs=1e-12)
        assert max(row.weight for row in leg) <= max(RULES.cap, 1 / len(leg)) + 1e-12
    assert not {row.ticker for row in reading.long} & {row.ticker for row in reading.short}


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), weighting=st.sampled_from(["equal", "inverse_vol"]), gaps=st.integers(0, 20))
def test_contributions_sum_to_the_spread(seed: int, weighting: Weighting, gaps: int) -> None:
    given_ = market(names=40, seed=seed, caps=seed % 2 == 0)
    rng = np.random.default_rng(seed)
    kept = given_.bars.filter(pl.Series(rng.random(len(given_.bars)) > gaps / 400))
    live = unpriced(given_.live, *rng.choice(given_.live["ticker"].to_list(), gaps // 2, replace=False))
    rules = MomentumRules(volume_floor_usd=0.0, cap=0.3, weighting=weighting)
    reading = reading_of(Market(kept, given_.names, live), rules=rules)
    plain = builtins(reading)
    assert not_finite(plain) == []
    for basket in (reading, reading.sector_neutral):
        if basket.return_ is not None:
            check_sums(basket)


def test_every_null_has_its_reason(small: Market) -> None:
    short = small.bars.filter(pl.col("session") > LAST - timedelta(days=30))
    no_index = small.bars.filter(pl.col("ticker") != "SPY")
    none_traded = unpriced(small.live, *small.live["ticker"])
    for given_ in (
        small,
        Market(short, small.names, small.live),
        Market(no_index, small.names, small.live),
        Market(small.bars, small.names, none_traded),
        Market(small.bars, small.names, unpriced(small.live, reading_of(small).long[0].ticker)),
    ):
        plain = builtins(reading_of(given_))
        named = {
            ".".join(_by_ticker(plain, path.split(".")))
            for path in nulls({key: value for key, value in plain.items() if key != "missing"})
            if not path.endswith(("hedge_note", ".sector", ".name", ".doubt", ".rank_doubt"))
        }
        assert named == set(plain["missing"])
        assert all(plain["missing"].values())


def _by_ticker(plain: dict[str, Any], path: list[str]) -> list[str]:
    """A path into a leg by ticker instead of by place."""
    at: Any = plain
    named = []
    for step in path:
        at = at[int(step)] if isinstance(at, list) else at.get(step)
        named.append(at["ticker"] if isinstance(at, dict) and "ticker" in at else step)
    return named


def test_an_empty_market_is_a_reading_of_nulls() -> None:
    panel = panel_of(empty(HISTORY))
    model = momentum.prepare(panel, empty(NAMES), session=TODAY)
    reading = momentum.read(model, market(names=2, sessions=2).live, NOW)
    assert reading.return_ is None
    assert reading.long == []
    assert "252 sessions" in reading.missing["return"]


def test_row_order_changes_nothing(small: Market) -> None:
    shuffled = Market(
        *(table.sample(fraction=1.0, shuffle=True, seed=9) for table in (small.bars, small.names, small.live))
    )
    assert reading_of(shuffled) == reading_of(small)


def test_a_split_changes_nothing(small: Market) -> None:
    plain = reading_of(small)
    ticker, day = plain.long[0].ticker, weekdays(100)[0]
    traded = Market(before_split(small.bars, ticker, day, 3.0), small.names, small.live)
    reading = builtins(reading_of(traded, split(ticker, day, 1, 3)))
    assert dict(numbers(reading)) == pytest.approx(dict(numbers(builtins(plain))), rel=1e-9, abs=1e-15)
    assert reading["missing"] == plain.missing


def test_a_halted_name_keeps_its_return_and_leaves_the_coverage(small: Market) -> None:
    plain = reading_of(small)
    ticker, weight = plain.long[0].ticker, plain.long[0].weight
    held = Market(small.bars, small.names, halted(small.live, ticker, NOW - timedelta(minutes=6)))
    reading = reading_of(held)
    assert reading.return_ == plain.return_
    assert plain.coverage == 1
    assert reading.coverage_long == pytest.approx(1 - weight)
    assert reading.coverage_short == 1
    assert [row.ticker for row in reading.long if not row.covered] == [ticker]


def test_after_the_close_coverage_is_measured_at_the_close(small: Market) -> None:
    last = small.live.with_columns(price_time=pl.lit(CLOSES).cast(small.live.schema["price_time"]))
    assert momentum.read(model_of(small), last, CLOSES + timedelta(hours=2)).coverage == 1


def test_a_name_without_a_trade_is_null_and_named_and_the_others_keep_their_weights(small: Market) -> None:
    plain = reading_of(small)
    gone = plain.long[0]
    reading = reading_of(Market(small.bars, small.names, unpriced(small.live, gone.ticker)))
    row = next(row for row in reading.long if row.ticker == gone.ticker)
    assert (row.return_, row.contribution, row.weight) == (None, None, gone.weight)
    assert reading.missing[f"long.{gone.ticker}.contribution"] == "no trade today"
    assert reading.long_return == pytest.approx(plain.long_return - gone.contribution)  # type: ignore[operator]
    assert reading.short_return == plain.short_return


def test_no_return_is_stated_for_a_leg_that_has_hardly_traded(small: Market) -> None:
    plain = reading_of(small)
    gone = [row.ticker for row in plain.short][:4]
    reading = reading_of(Market(small.bars, small.names, unpriced(small.live, *gone)))
    assert reading.short_return is None
    assert reading.return_ is None
    assert reading.sigma is None
    assert reading.verdict is None
    assert reading.long_return == plain.long_return


def test_a_new_listing_stays_out_and_changes_nobody_elses_rank(small: Market) -> None:
    plain = reading_of(small)
    fresh = small.bars.filter(pl.col("ticker") == plain.long[0].ticker, pl.col("session") > LAST - timedelta(days=90))
    bars = pl.concat([small.bars, fresh.with_columns(ticker=pl.lit("NEW"))])
    names = pl.concat([small.names, small.names[5].with_columns(ticker=pl.lit("NEW"))])
    live = pl.concat([small.live, small.live[5].with_columns(ticker=pl.lit("NEW"))])
    reading = reading_of(Market(bars, names, live))
    assert reading.long == plain.long
    assert reading.short == plain.short
    assert reading.left_out == {"fewer than 252 sessions of history": 1}


def test_a_missing_day_changes_no_leg(small: Market) -> None:
    plain = reading_of(small)
    ticker, day = plain.long[0].ticker, weekdays(100)[0]
    gap = small.bars.filter((pl.col("ticker") != ticker) | (pl.col("session") != day))
    reading = reading_of(Market(gap, small.names, small.live))
    assert reading.long == plain.long
    assert reading.return_ == pytest.approx(plain.return_, rel=1e-2)


def test_a_dead_name_leaves_the_universe_and_is_counted(small: Market) -> None:
    plain = reading_of(small)
    ticker = plain.long[0].ticker
    dead = small.bars.filter((pl.col("ticker") != ticker) | (pl.col("session") < LAST - timedelta(days=40)))
    reading = reading_of(Market(dead, small.names, small.live))
    assert reading.universe == plain.universe - 1
    assert reading.left_out == {"no recent close": 1}
    assert ticker not in {row.ticker for row in reading.long}


def test_each_filter_leaves_out_and_counts_its_own(small: Market) -> None:
    types = small.names.with_columns(type=pl.when(pl.col("ticker") == "N001").then(pl.lit("ETF")).otherwise("type"))
    assert reading_of(Market(small.bars, types, small.live)).universe == 59
    formed_on = small.bars.filter(pl.col("session") == date(2026, 1, 30), pl.col("ticker") != "SPY")
    close = formed_on["close"]
    dear = reading_of(small, rules=MomentumRules(price_floor_usd=150.0, volume_floor_usd=0.0))
    assert dear.left_out == {"price below 150 USD": int((close < 150).sum())}
    liquid = reading_of(small, rules=MomentumRules(volume_floor_usd=8e8))
    assert 0 < liquid.left_out["median dollar volume below 800m USD"] < 60
    large = reading_of(small, rules=MomentumRules(volume_floor_usd=0.0, universe_size=20))
    assert (large.universe, large.left_out) == (20, {"not among the 20 largest by market cap": 40})


def test_size_is_the_market_cap_only_where_all_are_known(small: Market) -> None:
    assert reading_of(small).universe_size == "market cap"
    assert reading_of(market(caps=False)).universe_size == "60-session median dollar volume"


def test_sector_neutral_legs_hold_the_same_sectors(small: Market) -> None:
    neutral = reading_of(small).sector_neutral
    sectors = [sorted(row.sector or "" for row in leg) for leg in (neutral.long, neutral.short)]
    assert sectors[0] == sectors[1]


def shifted(given_: Market, reading: MomentumReading, long: float, short: float) -> Market:
    """A live market in which each leg moves as told and everything else stands still."""
    moves = dict.fromkeys((row.ticker for row in reading.long), long)
    moves |= dict.fromkeys((row.ticker for row in reading.short), short)
    rets = [moves.get(ticker, 0.0) for ticker in given_.live["ticker"]]
    return Market(given_.bars, given_.names, given_.live.with_columns(ret=pl.Series(rets)))


@pytest.mark.parametrize(
    ("long", "short", "said"),
    [
        (-0.09, 0.01, "longs cut, shorts not covered"),
        (-0.01, 0.09, "squeeze"),
        (-0.06, 0.06, "both"),
        (0.06, 0.005, "longs bid"),
        (0.0015, 0.0, None),
    ],
)
def test_the_verdict_names_the_leg(small: Market, long: float, short: float, said: str | None) -> None:
    reading = reading_of(shifted(small, reading_of(small), long, short))
    assert reading.verdict == said
    assert reading.missing.get("verdict", "") == ("" if said else "calm: the move is within 1 σ")


def test_a_return_in_doubt_counts_and_is_named_with_its_reason(small: Market) -> None:
    plain = reading_of(small)
    doubted = [plain.long[2].ticker, plain.short[0].ticker]
    why = "a fall of 40% at the open without news of a split"
    marks = [why if ticker in doubted else None for ticker in small.live["ticker"]]
    live = small.live.with_columns(doubt=pl.Series(marks, dtype=pl.String))
    reading = reading_of(Market(small.bars, small.names, live))
    assert reading.in_doubt == doubted
    assert {row.ticker: row.doubt for row in (*reading.long, *reading.short) if row.doubt} == dict.fromkeys(
        doubted, why
    )
    assert reading.return_ == plain.return_
    assert plain.in_doubt == []


def test_the_drivers_stand_first(small: Market) -> None:
    reading = reading_of(small)
    assert reading.return_ is not None
    for leg in (reading.long, reading.short):
        contributions = [row.contribution for row in leg]
        assert contributions == sorted(contributions, reverse=reading.return_ > 0)  # type: ignore[type-var]


def test_names_that_move_together_beyond_the_market_are_crowded(small: Market) -> None:
    plain = reading_of(small)
    tickers = {row.ticker for row in plain.long}
    rng = np.random.default_rng(3)
    days = weekdays(273)
    shock = dict(zip(days, np.exp(np.cumsum(rng.normal(0, 0.03, 273))), strict=True))
    push = pl.when(pl.col("ticker").is_in(tickers)).then(pl.col("session").replace_strict(shock)).otherwise(1.0)
    drift = pl.when(pl.col("ticker").is_in(tickers)).then(pl.col("session").rank("dense") * 0.02).otherwise(0.0).exp()
    bars = small.bars.with_columns(close=pl.col("close") * push * drift)
    crowded = reading_of(Market(bars, small.names, small.live))
    assert {row.ticker for row in crowded.long} == tickers
    assert crowded.crowding.long is not None
    assert crowded.crowding.long > 0.5
    assert plain.crowding.long is not None
    assert plain.crowding.long < 0.2


@pytest.mark.parametrize("moved", [-0.01, 0.0, 0.01])
def test_names_that_contribute_alike_stand_in_the_order_of_the_alphabet(small: Market, moved: float) -> None:
    alike = small.live.with_columns(price=pl.col("prev_close") * (1 + moved), ret=pl.lit(moved))
    reading = momentum.read(model_of(small), alike, NOW)
    for leg in (reading.long, reading.short):
        assert len({name.contribution for name in leg}) == 1 < len(leg)
        assert [name.ticker for name in leg] == sorted(name.ticker for name in leg)


def test_a_name_of_unknown_type_is_in_no_universe_but_without_types_all_are_shares() -> None:
    small = market(names=60)
    unknown = small.names.with_columns(type=pl.when(pl.col("ticker") == "N001").then(None).otherwise("type"))
    assert reading_of(small).universe == 60
    assert reading_of(Market(small.bars, unknown, small.live)).universe == 59
