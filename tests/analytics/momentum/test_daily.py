"""The daily history of the rule, and the 2x3 factor."""

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from deskview.analytics.momentum import MomentumRules, daily_history
from deskview.analytics.momentum.daily import DAILY
from deskview.market.schema import SPLITS, empty
from tests.analytics.markets import Market, before_split, market, split, weekdays

RULES = MomentumRules(volume_floor_usd=0.0)


@pytest.fixture(scope="module")
def long_market() -> Market:
    return market(names=60, sessions=330)


@pytest.fixture(scope="module")
def history(long_market: Market) -> pl.DataFrame:
    return daily_history(long_market.bars, None, long_market.names, RULES)


def closes(given_: Market) -> tuple[list[str], np.ndarray]:
    """Tickers without the benchmark and their closes, sessions down."""
    wide = given_.bars.pivot("ticker", index="session", values="close").sort("session").drop("session", "SPY")
    return wide.columns, wide.to_numpy()


def test_one_row_per_session_from_the_lookback_on(long_market: Market, history: pl.DataFrame) -> None:
    assert history.schema == pl.Schema(DAILY)
    assert history["session"].to_list() == weekdays(330)[252:]
    assert history.null_count().sum_horizontal().item() == 0
    assert set(history["n_long"]) == {6}
    spread, hedged = (history["long"] - k * history["short"] for k in (1.0, history["hedge_ratio"]))
    assert history["spread"].to_list() == pytest.approx(spread.to_list(), abs=1e-15)
    assert history["beta_neutral"].to_list() == pytest.approx(hedged.to_list(), abs=1e-15)


def test_the_legs_are_held_for_a_month_as_the_definition_says(long_market: Market, history: pl.DataFrame) -> None:
    _, close = closes(long_market)
    days = weekdays(330)
    starts = [t for t in range(252, 330) if t == 252 or days[t].month != days[t - 1].month]
    for start, end in pairwise([*starts, 330]):
        signal = close[start - 21] / close[start - 252] - 1
        order = np.argsort(signal)
        for t in range(start, end):
            ret = close[t] / close[t - 1] - 1
            row = history.row(t - 252, named=True)
            assert row["long"] == pytest.approx(ret[order[-6:]].mean(), rel=1e-9)
            assert row["short"] == pytest.approx(ret[order[:6]].mean(), rel=1e-9)


def test_the_factor_follows_fama_and_french(long_market: Market, history: pl.DataFrame) -> None:
    tickers, close = closes(long_market)
    today = dict(long_market.names.select("ticker", "market_cap_usd").iter_rows())
    shares = np.array([today[ticker] for ticker in tickers]) / close[-1]
    for t in (252, 290, 329):
        prior, ret, cap = close[t - 21] / close[t - 251] - 1, close[t] / close[t - 1] - 1, shares * close[t - 1]
        low, high = np.quantile(prior, [0.3, 0.7])
        big = cap > np.median(cap)

        def mean(chosen: np.ndarray, ret: np.ndarray = ret, cap: np.ndarray = cap) -> float:
            return float(np.average(ret[chosen], weights=cap[chosen]))

        winners, losers = prior >= high, prior <= low
        expected = (mean(winners & big) + mean(winners & ~big) - mean(losers & big) - mean(losers & ~big)) / 2
        row = history.row(t - 252, named=True)
        assert row["umd_2x3"] == pytest.approx(expected, rel=1e-9)
        assert (row["n_umd"], row["umd_weighting"]) == (60, "value")


def test_without_caps_the_factor_is_equally_weighted() -> None:
    given_ = market(names=60, sessions=260, caps=False)
    history = daily_history(given_.bars, empty(SPLITS), given_.names, RULES)
    assert set(history["umd_weighting"]) == {"equal"}
    assert history["umd_2x3"].null_count() == 0


def test_a_split_changes_nothing(long_market: Market, history: pl.DataFrame) -> None:
    day = weekdays(40)[0]
    traded = before_split(long_market.bars, "N003", day, 2.0)
    again = daily_history(traded, split("N003", day, 1, 2), long_market.names, RULES)
    for column in ("long", "short", "spread", "beta_neutral", "umd_2x3"):
        assert again[column].to_list() == pytest.approx(history[column].to_list(), rel=1e-9, abs=1e-14)


def test_no_cap_is_carried_back_over_a_reverse_split(long_market: Market, history: pl.DataFrame) -> None:
    day = weekdays(10)[0]
    traded = before_split(long_market.bars, "N003", day, 1 / 2)
    again = daily_history(traded, split("N003", day, 2, 1), long_market.names, RULES)
    assert again["spread"].to_list() == pytest.approx(history["spread"].to_list(), rel=1e-9, abs=1e-14)
    assert again.filter(pl.col("session") < date(2026, 1, 1))["n_umd"].unique().to_list() == [59]


def test_row_order_and_a_second_copy_of_a_bar_change_nothing(long_market: Market, history: pl.DataFrame) -> None:
    twice = pl.concat([long_market.bars, long_market.bars[:500].with_columns(volume=1.0)])
    shuffled = twice.sample(fraction=1.0, shuffle=True, seed=2)
    names = long_market.names.sample(fraction=1.0, shuffle=True, seed=2)
    assert daily_history(shuffled, None, names, RULES).equals(history)


def test_it_runs_on_the_bare_columns_of_any_provider(long_market: Market, history: pl.DataFrame) -> None:
    bare = long_market.bars.select(
        "ticker", pl.col("session").cast(pl.Datetime("ms")), pl.col("close").cast(pl.Float32), volume=pl.lit(None)
    )
    names = long_market.names.select("ticker")
    again = daily_history(bare, None, names)
    assert again["session"].to_list() == history["session"].to_list()
    assert again["umd_2x3"].null_count() == 0
    assert np.corrcoef(again["umd_2x3"], history["umd_2x3"])[0, 1] > 0.5


def test_gaps_listings_and_deaths_leave_no_nan(long_market: Market) -> None:
    rng = np.random.default_rng(8)
    days = weekdays(330)
    bars = long_market.bars.filter(pl.Series(rng.random(len(long_market.bars)) > 0.05)).filter(
        ~((pl.col("ticker") == "N001") & (pl.col("session") > days[280])),
        ~((pl.col("ticker") == "N002") & (pl.col("session") < days[200])),
    )
    spoiled = bars.with_columns(close=pl.when(pl.Series(rng.random(len(bars)) < 0.01)).then(None).otherwise("close"))
    history = daily_history(spoiled, None, long_market.names, RULES)
    floats = history.select(pl.col(pl.Float64))
    assert floats.null_count().sum_horizontal().item() == 0
    assert floats.select(pl.all().is_finite().all()).row(0) == (True,) * floats.width


def test_too_short_a_history_is_an_empty_table() -> None:
    given_ = market(names=5, sessions=100)
    assert daily_history(given_.bars, None, given_.names).schema == pl.Schema(DAILY)
    assert daily_history(given_.bars.clear(), None, given_.names).is_empty()


def test_too_few_names_are_null_not_zero() -> None:
    given_ = market(names=4, sessions=260)
    history = daily_history(given_.bars, None, given_.names, RULES)
    assert history["long"].null_count() == len(history)
    assert history["spread"].null_count() == len(history)
    assert history["umd_2x3"].null_count() == len(history)
    assert set(history["n_long"]) == {0}


NEEDED = {
    "bars": ("ticker", "session", "close"),
    "splits": ("ticker", "execution_date", "split_from", "split_to"),
    "names": ("ticker",),
    "dividends": ("ticker", "ex_date", "cash_usd"),
}


@pytest.mark.parametrize(
    ("argument", "column"), [(argument, column) for argument, columns in NEEDED.items() for column in columns]
)
def test_a_missing_column_is_refused_by_name(long_market: Market, argument: str, column: str) -> None:
    whole = {
        "bars": long_market.bars,
        "splits": split("N003", weekdays(40)[0], 1, 2),
        "names": long_market.names,
        "dividends": pl.DataFrame({"ticker": ["N003"], "ex_date": [weekdays(40)[0]], "cash_usd": [0.5]}),
    }
    tables = whole | {argument: whole[argument].drop(column)}
    with pytest.raises(ValueError, match=f"^{argument}: column '{column}' is missing$"):
        daily_history(tables["bars"], tables["splits"], tables["names"], RULES, dividends=tables["dividends"])


def test_no_more_columns_are_needed(long_market: Market) -> None:
    day = weekdays(40)[0]
    dividends = pl.DataFrame({"ticker": ["N003"], "ex_date": [day], "cash_usd": [0.5]})
    bars, splits, names = (
        table.select(NEEDED[argument])
        for argument, table in (
            ("bars", long_market.bars),
            ("splits", split("N003", day, 1, 2)),
            ("names", long_market.names),
        )
    )
    assert len(daily_history(bars, splits, names, dividends=dividends)) == 330 - 252


def test_a_series_counts_from_its_last_break_on(long_market: Market) -> None:
    """Another company's prices before, ten times as high or low, are no momentum: the name ranks nowhere."""
    broken = weekdays(330)[280]
    for factor in (0.1, 10.0):
        old = (pl.col("ticker") == "N007") & (pl.col("session") < broken)
        bars = long_market.bars.with_columns(close=pl.when(old).then(pl.col("close") * factor).otherwise("close"))
        gone = long_market.bars.filter(~old)
        assert daily_history(bars, None, long_market.names, RULES).equals(
            daily_history(gone, None, long_market.names, RULES)
        )


def test_of_two_splits_of_one_date_the_one_prices_support_stands(long_market: Market, history: pl.DataFrame) -> None:
    day = weekdays(330)[300]
    traded = before_split(long_market.bars, "N003", day, 4.0)
    both = pl.concat([split("N003", day, 60.0, 1.0), split("N003", day, 1.0, 4.0)])
    again = daily_history(traded, both, long_market.names, RULES)
    assert again["spread"].to_list() == pytest.approx(history["spread"].to_list(), abs=1e-12)


def test_a_name_without_a_sector_is_in_no_sector_neutral_leg(long_market: Market) -> None:
    """As if it were not there, while it is in the raw legs."""
    known = long_market.names.with_columns(sector=pl.lit("Energy"))
    some = known.with_columns(sector=pl.when(pl.col("ticker") < "N040").then("sector"))
    without, only = (
        daily_history(long_market.bars, None, names, RULES) for names in (some, known.filter(pl.col("ticker") < "N040"))
    )
    assert without["sector_neutral"].to_list() == pytest.approx(only["sector_neutral"].to_list(), abs=1e-15)
    assert without["long"].to_list() != only["long"].to_list()
    none = daily_history(long_market.bars, None, known.drop("sector"), RULES)
    assert none["sector_neutral"].null_count() == none.height


def test_a_later_reverse_split_lifts_no_past_price_over_the_floor(long_market: Market) -> None:
    """At 60 cents a share it could not have been bought, whatever it is called on today's share basis."""
    day = weekdays(330)[-1]
    traded = before_split(long_market.bars, "N003", day, 1 / 1000)
    again = daily_history(traded, split("N003", day, 1000.0, 1.0), long_market.names, RULES)
    without = daily_history(long_market.bars, None, long_market.names.filter(pl.col("ticker") != "N003"), RULES)
    assert again["spread"].to_list() == pytest.approx(without["spread"].to_list(), abs=1e-12)
