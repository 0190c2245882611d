"""One line per issuer, and what becomes of names that are delisted."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from deskview.analytics.adjust import adjusted_history
from deskview.analytics.momentum import MomentumRules, daily_history, prepare
from deskview.analytics.momentum.traits import traits_of
from deskview.analytics.momentum.universe import most_liquid_lines
from deskview.analytics.panel import panel_of
from deskview.market.schema import SPLITS, empty
from tests.analytics.markets import TODAY, Market, market, weekdays
from tests.analytics.momentum.test_reading import RULES, reading_of

LESS_LIQUID = "less liquid share class of its issuer"
DAYS = weekdays(330)
DEATH = 300
"""Position of the first session without a bar."""


def of_one_issuer(names: pl.DataFrame, *tickers: str) -> pl.DataFrame:
    return names.with_columns(cik=pl.when(pl.col("ticker").is_in(tickers)).then(pl.lit("0000000042")))


def test_the_most_liquid_line_stays_and_of_equals_the_first() -> None:
    issuer = np.array([7, -1, 7, 3, 3, -2, 7])
    volume = np.array([5.0, 1.0, 9.0, 2.0, 2.0, 0.0, 9.0])
    assert most_liquid_lines(issuer, volume).tolist() == [False, True, True, True, False, True, False]
    assert most_liquid_lines(np.array([], dtype=np.int64), np.array([])).tolist() == []


def test_one_line_of_an_issuer_is_held_and_the_others_are_counted() -> None:
    given_ = market()
    best, next_best = (name.ticker for name in reading_of(given_).long[:2])
    more = pl.when(pl.col("ticker") == next_best).then(100.0).otherwise(1.0)
    bars = given_.bars.with_columns(volume=pl.col("volume") * more)
    joint = Market(bars, of_one_issuer(given_.names, best, next_best), given_.live)
    reading = reading_of(joint)
    held = {name.ticker for name in reading.long}
    assert (reading.universe, reading.left_out) == (59, {LESS_LIQUID: 1})
    assert (best in held, next_best in held) == (False, True)
    assert reading_of(joint, rules=replace(RULES, one_line_per_issuer=False)).universe == 60


def test_without_issuers_every_name_is_its_own() -> None:
    given_ = market()
    bare = Market(given_.bars, given_.names.drop("cik"), given_.live)
    assert reading_of(bare) == reading_of(given_)


def test_every_class_has_the_issuers_cap() -> None:
    given_ = market(names=4)
    panel = panel_of(adjusted_history(given_.bars, empty(SPLITS), basis=TODAY))
    caps = [None, 3.0, 5.0, None, 7.0]
    names = of_one_issuer(given_.names, "N000", "N001", "N002").with_columns(market_cap_usd=pl.Series(caps))
    traits = traits_of(panel, names)
    at = [panel.tickers.index(ticker) for ticker in ("N000", "N001", "N002", "N003")]
    assert traits.market_cap_usd[at].tolist() == [5.0, 5.0, 5.0, 7.0]
    assert np.isnan(traits.market_cap_usd[panel.tickers.index("SPY")])
    assert len(set(traits.issuer.tolist())) == 3


@pytest.fixture(scope="module")
def alive() -> Market:
    return market(names=60, sessions=330)


def dying(given_: Market, ticker: str) -> pl.DataFrame:
    return given_.bars.filter((pl.col("ticker") != ticker) | (pl.col("session") < DAYS[DEATH]))


def delisted(names: pl.DataFrame, ticker: str, day: date) -> pl.DataFrame:
    return names.with_columns(delisted=pl.when(pl.col("ticker") == ticker).then(pl.lit(day)))


def held_at(given_: Market, position: int, leg: str) -> str:
    """A name of a leg in force at a position, from the signal itself."""
    start = max(t for t in range(252, position + 1) if t == 252 or DAYS[t].month != DAYS[t - 1].month)
    wide = given_.bars.pivot("ticker", index="session", values="close").sort("session").drop("session", "SPY")
    close = wide.to_numpy()
    order = np.argsort(close[start - 21] / close[start - 252])
    return str(wide.columns[order[-1 if leg == "long" else 0]])


@pytest.mark.parametrize(("leg", "lost"), [("long", -0.30), ("short", -0.30), ("long", -0.55), ("long", None)])
def test_a_name_that_dies_while_held_brings_the_delisting_return(alive: Market, leg: str, lost: float | None) -> None:
    ticker = held_at(alive, DEATH, leg)
    bars, rules = dying(alive, ticker), MomentumRules(volume_floor_usd=0.0, delisting_return=lost)
    stopped = daily_history(bars, None, alive.names, rules)
    died = daily_history(bars, None, delisted(alive.names, ticker, DAYS[DEATH - 1]), rules)
    change = died[leg] - stopped[leg]
    at = DEATH - 252
    assert change[at] == pytest.approx((lost or 0.0) / 6, abs=1e-12)
    assert change.to_list()[:at] == [0.0] * at
    assert change.to_list()[at + 1 :] == [0.0] * (len(change) - at - 1)


def test_a_name_whose_bars_merely_stop_stays_flat(alive: Market) -> None:
    ticker = held_at(alive, DEATH, "long")
    plain, stopped = (daily_history(bars, None, alive.names, RULES) for bars in (alive.bars, dying(alive, ticker)))
    at = DEATH - 252
    own = alive.bars.filter(pl.col("ticker") == ticker).sort("session")["close"]
    assert plain["long"][at] - stopped["long"][at] == pytest.approx((own[DEATH] / own[DEATH - 1] - 1) / 6, rel=1e-9)


def test_an_exit_by_takeover_and_a_ticker_used_again_lose_nothing(alive: Market) -> None:
    ticker = held_at(alive, DEATH, "long")
    rows = (pl.col("ticker") == ticker) & (pl.col("session") >= DAYS[DEATH - 15])
    offer = 2 * alive.bars.filter(rows).sort("session")["close"][0]
    bid = alive.bars.with_columns(close=pl.when(rows).then(offer).otherwise("close"))
    bought = dying(Market(bid, alive.names, alive.live), ticker)
    early = delisted(alive.names, ticker, DAYS[DEATH - 1] - timedelta(days=60))
    for bars, names in ((bought, delisted(alive.names, ticker, DAYS[DEATH - 1])), (dying(alive, ticker), early)):
        assert daily_history(bars, None, names, RULES).equals(daily_history(bars, None, alive.names, RULES))


def test_the_reading_says_whether_the_dead_are_in_it(alive: Market) -> None:
    ticker = held_at(alive, DEATH, "long")
    panel = panel_of(adjusted_history(dying(alive, ticker), empty(SPLITS), basis=TODAY), before=TODAY)
    gone = delisted(alive.names, ticker, DAYS[DEATH - 1])
    said = [prepare(panel, names, session=TODAY, rules=RULES).survivorship for names in (alive.names, gone)]
    assert said == [
        f"survivors only: the names delisted since {DAYS[0]} are not among those listed; σ* is of today's names alone",
        f"with the names delisted since {DAYS[0]} that are known: 1; σ* is of today's names alone",
    ]


@pytest.mark.parametrize("days_before", [0, 1, 4])
def test_a_name_delisted_before_a_basket_is_formed_is_in_none(alive: Market, days_before: int) -> None:
    """Its last close is still carried over: without news of the delisting it would be bought."""
    formed = next(t for t in range(DEATH, 330) if DAYS[t].month != DAYS[t - 1].month)
    ticker, last = held_at(alive, formed, "long"), formed - days_before
    bars = alive.bars.filter((pl.col("ticker") != ticker) | (pl.col("session") <= DAYS[last]))
    rules = MomentumRules(volume_floor_usd=0.0, delisting_return=None)
    known, unknown, without = (
        daily_history(table, None, names, rules)
        for table, names in (
            (bars, delisted(alive.names, ticker, DAYS[last])),
            (bars, alive.names),
            (bars, alive.names.filter(pl.col("ticker") != ticker)),
        )
    )
    at = formed - 252
    bought = days_before == 0
    assert known["long"][at] == pytest.approx((unknown if bought else without)["long"][at], rel=1e-12)
    assert unknown["long"][at] != pytest.approx(without["long"][at], rel=1e-6)


def test_who_is_delisted_is_not_counted_among_those_left_out(alive: Market) -> None:
    ticker = held_at(alive, DEATH, "long")
    names = delisted(alive.names, ticker, DAYS[DEATH - 1])
    reading = reading_of(Market(dying(alive, ticker), names, alive.live))
    assert (reading.universe, reading.left_out) == (59, {})


def test_of_two_rows_of_a_ticker_the_living_name_counts(alive: Market) -> None:
    living = alive.names.with_columns(delisted=pl.lit(None, pl.Date))
    dead = living.filter(pl.col("ticker") == "N003").with_columns(name=pl.lit("Old"), delisted=pl.lit(DAYS[20]))
    for both in (pl.concat([living, dead]), pl.concat([dead, living])):
        assert reading_of(Market(alive.bars, both, alive.live)) == reading_of(alive)


def test_size_is_one_measure_for_the_whole_history(alive: Market) -> None:
    """The dead have no cap today: with caps now and volumes then the past would be of other names."""
    ticker = held_at(alive, DEATH, "long")
    names = delisted(alive.names, ticker, DAYS[DEATH - 1]).with_columns(
        market_cap_usd=pl.when(pl.col("ticker") != ticker).then("market_cap_usd")
    )
    with_dead = reading_of(Market(dying(alive, ticker), names, alive.live))
    assert with_dead.universe_size == "60-session median dollar volume"
    assert reading_of(alive).universe_size == "market cap"
