"""A snapshot against the last good one: what is taken, what is doubted, what is set aside, name by name."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from deskview.analytics.gate import Action, Seen, judge
from deskview.analytics.live import live_market
from tests.analytics.gate.tables import BELL, LAST, NAMES, NOON, OPENS, TICKERS, live, prices_of, snapshot

SECONDS = timedelta(seconds=10)
CALM = np.random.default_rng(3).normal(0, 0.01, NAMES)


def seen(arrived: pl.DataFrame, at: datetime, before: Seen | None = None, left_out: int = 0) -> Seen:
    return judge(arrived, at, prices_of(), before, left_out=left_out)


@pytest.fixture
def noon() -> Seen:
    first = seen(live(CALM, NOON), NOON)
    assert first.verdict.action is Action.TAKEN
    return first


def after(before: Seen, change: object, at: datetime = NOON + SECONDS, **of: float) -> Seen:
    """What becomes of the next snapshot when it is changed: a function of SNAPSHOT."""
    assert callable(change)
    table = change(snapshot(CALM, at))
    return seen(live_market(table, prices_of(), at), at, before, **of)  # type: ignore[arg-type]


def scaled(
    factor: float, *, every: int = 1, of: tuple[str, ...] = ("trade_price", "minute_close", "day_close")
) -> object:
    def change(table: pl.DataFrame) -> pl.DataFrame:
        hit = pl.int_range(pl.len()) % every == 0
        return table.with_columns(pl.when(hit).then(pl.col(name) * factor).otherwise(name).alias(name) for name in of)

    return change


TABLES = {
    "every second row gone": lambda t: t.gather_every(2),
    "no row": lambda t: t.clear(),
    "six rows in a hundred gone": lambda t: t.filter(pl.int_range(pl.len()) % 17 != 0),
    "every second price gone": lambda t: t.with_columns(
        pl.when(pl.int_range(pl.len()) % 2 == 0).then(name).alias(name)
        for name in ("trade_price", "minute_close", "day_close")
    ),
    "no last trade and no bar": lambda t: t.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in ("trade_price", "minute_close", "day_close")
    ),
    "all a thousandfold": scaled(1000),
    "all doubled": scaled(2),
    "all halved": scaled(0.5),
    "all a fifth higher": scaled(1.2),
    "half tenfold": scaled(10, every=2),
    "three in a hundred doubled": scaled(2, every=33),
    "1e308": scaled(1e306),
    "all at the close before": lambda t: t.with_columns(
        pl.col("prev_close").alias(name) for name in ("trade_price", "minute_close", "day_close")
    ),
    "all times a year ahead": lambda t: t.with_columns(
        pl.col(name).dt.offset_by("1y") for name in ("trade_time", "minute_time", "updated")
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_that_can_not_be_is_set_aside_and_the_last_good_one_stays(noon: Seen, kind: str) -> None:
    worse = after(noon, TABLES[kind])
    assert worse.verdict.action is Action.SET_ASIDE
    assert worse.live is noon.live
    assert worse.at == noon.at
    assert worse.verdict.sentence.endswith("figures are of 12:00:00")


def test_the_sentence_counts_the_names(noon: Seen) -> None:
    assert after(noon, TABLES["every second row gone"]).verdict.sentence == (
        "500 of 1,000 names came; figures are of 12:00:00"
    )
    assert after(noon, TABLES["every second price gone"]).verdict.sentence == (
        "500 of 1,000 names came with a price; figures are of 12:00:00"
    )


@pytest.mark.parametrize("kind", TABLES)
def test_when_it_is_over_the_next_one_is_taken(noon: Seen, kind: str) -> None:
    worse = after(noon, TABLES[kind])
    at = NOON + 5 * SECONDS
    again = seen(live(CALM, at), at, worse)
    assert again.verdict.action is Action.TAKEN
    assert again.live.equals(live(CALM, at))
    assert again.kept == ()


@pytest.mark.parametrize("kind", sorted(set(TABLES) - {"no row"}))
def test_what_lasts_is_shown_in_doubt_after_ten_minutes_and_doubted_as_long_as_it_lasts(noon: Seen, kind: str) -> None:
    now = noon
    for minutes in range(1, 40):
        at = NOON + timedelta(minutes=minutes)
        now = after(now, TABLES[kind], at)
        assert now.verdict.action is (Action.SET_ASIDE if minutes <= 10 else Action.DOUBTED)
        assert (now.at == NOON) is (minutes <= 10)
    at = NOON + timedelta(minutes=40)
    assert seen(live(CALM, at), at, now).verdict.action is Action.TAKEN


def test_what_comes_alike_for_half_an_hour_is_the_market_whatever_was_there_before() -> None:
    """The first snapshot was a fifth too high in one name of three; the right ones are not doubted for ever."""
    high = np.where(np.arange(NAMES) % 3 == 0, 0.2, 0.0) + CALM
    now = seen(live(high, NOON), NOON)
    actions = []
    for minutes in range(1, 60):
        at = NOON + timedelta(minutes=minutes)
        now = seen(live(CALM, at), at, now)
        actions.append(now.verdict.action)
    assert actions[0] is Action.SET_ASIDE
    assert actions[20] is Action.DOUBTED
    assert actions[45:] == [Action.TAKEN] * 14
    assert now.live.equals(live(CALM, at))


@pytest.mark.parametrize(
    "kind", sorted(set(TABLES) - {"six rows in a hundred gone", "all a fifth higher", "three in a hundred doubled"})
)
def test_on_a_cold_start_it_is_taken_with_a_doubt_and_is_no_measure_for_the_next(kind: str) -> None:
    first = after(None, TABLES[kind])  # type: ignore[arg-type]
    assert first.verdict.action is Action.DOUBTED
    assert "of" in first.verdict.sentence
    at = NOON + 2 * SECONDS
    whole = seen(live(CALM, at), at, first)
    assert whole.verdict.action is Action.TAKEN
    assert whole.live.equals(live(CALM, at))


def test_rows_that_do_not_fit_are_a_doubt_from_one_in_twenty_on(noon: Seen) -> None:
    assert after(noon, lambda t: t, left_out=40).verdict.action is Action.TAKEN
    many = after(noon, lambda t: t, left_out=60)
    assert (many.verdict.action, many.verdict.sentence) == (Action.DOUBTED, "60 of 1,060 rows did not fit")


def one(ticker: str, **values: object) -> object:
    return lambda t: t.with_columns(
        pl.when(pl.col("ticker") == ticker).then(pl.lit(value)).otherwise(name).alias(name).cast(t.schema[name])
        for name, value in values.items()
    )


def row(found: Seen, ticker: str = "N0000") -> dict[str, object]:
    return found.live.row(by_predicate=pl.col("ticker") == ticker, named=True)


PRICE = float(LAST[0] * (1 + CALM[0]))


@pytest.mark.parametrize("factor", [0.1, 0.6, 1.5, 2.5, 10, 1000])
def test_a_name_far_away_keeps_its_price_and_is_in_doubt(noon: Seen, factor: float) -> None:
    odd = one("N0000", trade_price=PRICE * factor)
    found = row(after(noon, odd))
    assert found["price"] == pytest.approx(PRICE)
    assert found["ret"] == pytest.approx(CALM[0])
    assert "kept until later trades bear it out" in str(found["doubt"])


def test_later_trades_bear_a_move_out_and_it_stays_in_doubt(noon: Seen) -> None:
    odd = one("N0000", trade_price=PRICE * 1.5)
    twice = after(after(noon, odd), odd, NOON + 2 * SECONDS)
    assert row(twice)["price"] == pytest.approx(PRICE * 1.5)
    assert "without a halt" in str(row(twice)["doubt"])
    later = after(twice, odd, NOON + 3 * SECONDS)
    assert row(later)["price"] == pytest.approx(PRICE * 1.5)
    assert "without a halt" in str(row(later)["doubt"])


def test_the_same_trade_again_bears_nothing_out(noon: Seen) -> None:
    odd = one("N0000", trade_price=PRICE * 1.5, trade_time=NOON + SECONDS)
    now = noon
    for tens in range(1, 60):
        now = after(now, odd, NOON + tens * SECONDS)
        assert row(now)["price"] == pytest.approx(PRICE)
        assert row(now)["doubt"]


def test_a_name_that_comes_back_is_in_doubt_no_longer(noon: Seen) -> None:
    worse = after(noon, one("N0000", trade_price=PRICE * 1.5))
    better = after(worse, lambda t: t, NOON + 2 * SECONDS)
    assert (row(better)["doubt"], better.kept) == (None, ())


@pytest.mark.parametrize("gone", ["row", "price"])
def test_a_name_that_is_gone_keeps_its_last_price_and_says_so(noon: Seen, gone: str) -> None:
    nothing = one("N0000", trade_price=None, minute_close=None, day_close=None)
    worse = after(noon, nothing if gone == "price" else lambda t: t.filter(pl.col("ticker") != "N0000"))
    assert worse.verdict.action is Action.TAKEN
    assert row(worse)["price"] == pytest.approx(PRICE)
    assert row(worse)["price_time"] == NOON
    assert row(worse)["doubt"] == "no price came: that of 12:00:00 is kept"
    assert worse.kept == ("N0000",)


def test_a_halt_that_reopens_far_away_is_no_doubt(noon: Seen) -> None:
    """A name stands still for ten minutes and opens 35 % lower."""
    at = NOON + timedelta(minutes=10)
    halted = one("N0000", trade_time=NOON, minute_time=NOON)
    now = noon
    for minutes in range(1, 10):
        now = after(now, halted, NOON + timedelta(minutes=minutes))
        assert now.kept == ()
    opened = after(now, one("N0000", trade_price=PRICE * 0.65), at)
    assert row(opened)["price"] == pytest.approx(PRICE * 0.65)
    assert row(opened)["doubt"] is None


def test_another_session_and_a_clock_that_went_back_begin_anew(noon: Seen) -> None:
    at = OPENS
    assert after(noon, scaled(1.1), at).verdict.action is Action.TAKEN
    other = prices_of()
    tomorrow = type(other)(other.begins + timedelta(days=1), other.bell + timedelta(days=1), other.closes)
    moment = at + timedelta(days=1)
    doubled = judge(live_market(snapshot(CALM + 0.1, moment), tomorrow, moment), moment, tomorrow, noon)
    assert doubled.verdict.action is Action.TAKEN


def test_the_vendors_reset_in_the_night_and_the_thin_hours_after_it_are_no_doubt() -> None:
    late = BELL + timedelta(hours=3, minutes=59)
    evening = seen(live(CALM, late), late)
    assert evening.verdict.action is Action.TAKEN
    night = BELL + timedelta(hours=11, minutes=30)
    empty = live_market(snapshot(np.nan, night), prices_of(), night)
    assert seen(empty, night, evening).verdict.action is Action.TAKEN


def test_before_the_open_names_come_one_by_one() -> None:
    """04:00 to 09:30: from no name to one in three, none of them a doubt; nor at the open when all have a price."""
    now = None
    order = np.random.default_rng(5).permutation(NAMES)
    for minutes in range(0, 330, 5):
        at = OPENS - timedelta(minutes=330 - minutes)
        ret = np.where(order < minutes, CALM, np.nan)
        table = snapshot(ret, at).filter(pl.Series(order < minutes + 600))
        now = seen(live_market(table, prices_of(), at), at, now)
        assert (now.verdict.action, now.kept) == (Action.TAKEN, ())
    at = OPENS + SECONDS
    assert seen(live(CALM, at), at, now).verdict.action is Action.TAKEN


def test_a_few_names_say_nothing_of_a_share() -> None:
    few = live(CALM, NOON).head(150)
    first = judge(few, NOON, prices_of(LAST[:150]), None)
    second = judge(few.head(70), NOON + SECONDS, prices_of(LAST[:150]), first)
    assert second.verdict.action is Action.TAKEN
    assert len(second.kept) == 80
    assert set(second.live["ticker"]) == set(TICKERS[:150])


INDEX = TICKERS[0]


def of_index(ret: float, at: datetime) -> pl.DataFrame:
    """LIVE in which the index's fund stands at a return of its own."""
    moves = CALM.copy()
    moves[0] = ret
    return live(moves, at)


@pytest.mark.parametrize("ret", [0.5, 0.28, 0.1, -0.1, -0.2])
def test_the_index_alone_is_never_borne_out(noon: Seen, ret: float) -> None:
    now = noon
    for tens in range(1, 30):
        at = NOON + tens * SECONDS
        now = judge(of_index(ret, at), at, prices_of(), now, benchmark=INDEX)
        assert now.verdict.action is Action.SET_ASIDE
        assert now.live is noon.live
    assert now.verdict.sentence.startswith(f"{INDEX} stands at {ret:+.1%}, the middle of 1,000 names at")
    cold = judge(of_index(ret, NOON), NOON, prices_of(), None, benchmark=INDEX)
    assert cold.verdict.action is Action.DOUBTED


@pytest.mark.parametrize("minutes", [1, 6, 20, 60])
@pytest.mark.parametrize("kind", ["all a fifth higher", "all doubled", "half tenfold"])
def test_after_a_gap_the_limits_are_wider_and_still_there(noon: Seen, minutes: int, kind: str) -> None:
    at = NOON + timedelta(minutes=minutes)
    assert after(noon, TABLES[kind], at).verdict.action is not Action.TAKEN
    assert after(noon, scaled(1.02), at).verdict.action is Action.TAKEN


def test_a_price_that_is_gone_is_let_go_of_after_ten_minutes(noon: Seen) -> None:
    nothing = one("N0000", trade_price=None, minute_close=None, day_close=None)
    now = noon
    for minutes in range(1, 13):
        now = after(now, nothing, NOON + timedelta(minutes=minutes))
    assert (row(now)["price"], now.kept) == (None, ())


def test_a_move_that_was_borne_out_is_told_for_half_an_hour_and_may_go_back(noon: Seen) -> None:
    odd = one("N0000", trade_price=PRICE * 1.5)
    now = after(after(noon, odd), odd, NOON + 2 * SECONDS)
    assert now.odd == ("N0000",)
    back = after(now, lambda t: t, NOON + 3 * SECONDS)
    assert row(back)["price"] == pytest.approx(PRICE)
    assert row(back)["doubt"]
    later = after(back, lambda t: t, NOON + timedelta(minutes=31))
    assert (row(later)["doubt"], later.odd) == (None, ())


def test_a_thin_name_that_traded_once_far_away_counts_after_ten_minutes(noon: Seen) -> None:
    odd = one("N0000", trade_price=PRICE * 1.36, trade_time=NOON + SECONDS, minute_time=NOON + SECONDS)
    now = noon
    for minutes in range(1, 13):
        now = after(now, odd, NOON + timedelta(minutes=minutes))
    assert row(now)["price"] == pytest.approx(PRICE * 1.36)


def test_an_opening_far_from_the_last_price_before_it_is_no_doubt() -> None:
    before = OPENS - SECONDS
    early = seen(live(CALM, before), before)
    opened = after(early, one("N0000", trade_price=PRICE * 1.4), OPENS + SECONDS)
    assert row(opened)["price"] == pytest.approx(PRICE * 1.4)
    assert row(opened)["doubt"] is None
