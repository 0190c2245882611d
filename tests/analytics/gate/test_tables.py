"""Daily tables held against the stored ones: what is taken, doubted and set aside, and that real days are never."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from deskview.analytics.gate import TAKEN, Action
from deskview.analytics.gate.tables import (
    FEW_SHARE,
    SessionBars,
    against_stored,
    compared,
    listing_against_bars,
    of_name,
    of_session_again,
    of_sessions,
    split_since,
)
from deskview.market.schema import CONDITIONS, DIVIDENDS, INDEX_DAYS, SPLITS, TICKERS, Schema

DAY = date(2026, 2, 3)
COUNT = 5_800


def table(schema: Schema, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


LISTING = table(TICKERS, [(f"T{n}", f"Name {n}", "CS", "XNYS", f"{n:010}", f"BBG{n}") for n in range(COUNT)])
SPLIT = table(SPLITS, [(f"T{n}", DAY - timedelta(days=n % 300), 1.0, 2.0, 0.5) for n in range(400)])
PAID = table(DIVIDENDS, [(f"T{n % 1_000}", DAY - timedelta(days=n % 300), 0.25) for n in range(3_000)])
RULES = table(CONDITIONS, [(n, f"Code {n}", True, True, True) for n in range(80)])
INDEX = table(INDEX_DAYS, [(DAY - timedelta(days=n), 600.0 - n / 10) for n in range(1_000)])
TABLES = {"tickers": LISTING, "splits": SPLIT, "dividends": PAID, "conditions": RULES, "index-days": INDEX}


@pytest.mark.parametrize("name", TABLES)
def test_the_same_table_and_one_that_has_grown_are_taken(name: str) -> None:
    whole = TABLES[name]
    assert against_stored(name, whole, whole) == TAKEN
    assert against_stored(name, whole, whole.head(whole.height // 2)) == TAKEN
    assert against_stored(name, whole, None) == TAKEN


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("half", [lambda rows: rows.gather_every(2), lambda rows: rows.head(rows.height // 2)])
def test_half_a_table_leaves_the_stored_one(name: str, half: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    verdict = against_stored(name, half(TABLES[name]), TABLES[name])
    assert verdict.action is Action.SET_ASIDE
    assert verdict.sentence.endswith("the stored one stays.")


def test_the_sentence_says_how_much_came() -> None:
    assert against_stored("tickers", LISTING.head(2_900), LISTING).sentence == (
        "The listing came with 2,900 of 5,800 names: the stored one stays."
    )


def test_a_few_delistings_and_changed_types_are_ordinary() -> None:
    came = LISTING.head(COUNT - 60).with_columns(
        type=pl.when(pl.int_range(pl.len()) < 20).then(pl.lit("ADRC")).otherwise("type")
    )
    assert against_stored("tickers", came, LISTING) == TAKEN
    year_later = LISTING.head(round(COUNT * 0.85))
    assert against_stored("tickers", year_later, LISTING, age_days=365) == TAKEN
    assert against_stored("tickers", year_later, LISTING, age_days=1).action is Action.SET_ASIDE


def test_what_was_refused_for_a_month_is_used_with_a_doubt() -> None:
    verdict = against_stored("tickers", LISTING.head(2_900), LISTING, age_days=31)
    assert (verdict.action, "2,900 of 5,800" in verdict.sentence) == (Action.DOUBTED, True)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tickers", {"type": pl.lit("ETF")}),
        ("tickers", {"cik": pl.lit(None, pl.String())}),
        ("splits", {"split_to": pl.col("split_to") * 10}),
        ("dividends", {"cash_usd": pl.col("cash_usd") * 1_000}),
        ("dividends", {"cash_usd": pl.col("cash_usd") / 1_000}),
        ("conditions", {"updates_open_close": pl.lit(None, pl.Boolean())}),
        ("index-days", {"close": pl.col("close") * 2}),
    ],
)
def test_values_beyond_what_can_be_leave_the_stored_table(name: str, change: dict[str, pl.Expr]) -> None:
    whole = TABLES[name]
    changed, single = whole.with_columns(**change), whole.height // 100 + 1
    assert against_stored(name, changed, whole).action is Action.SET_ASIDE
    corrected = pl.concat([changed.head(single), whole.slice(single)])
    assert against_stored(name, corrected, whole) == TAKEN, "single rows are corrected"


def test_rows_before_the_day_asked_for_need_not_come_again() -> None:
    since = DAY - timedelta(days=100)
    younger = PAID.filter(pl.col("ex_date") >= since)
    assert against_stored("dividends", younger, PAID, since=since) == TAKEN
    assert against_stored("dividends", younger, PAID).action is Action.SET_ASIDE


def test_of_a_small_table_one_row_may_go() -> None:
    few = SPLIT.head(10)
    assert against_stored("splits", few.head(9), few) == TAKEN
    assert against_stored("splits", few.head(5), few).action is Action.SET_ASIDE


def test_unfit_rows_count_where_each_should_fit() -> None:
    assert against_stored("tickers", LISTING, None, left_out=100) == TAKEN
    assert against_stored("tickers", LISTING, None, left_out=1_000).action is Action.DOUBTED
    assert against_stored("tickers", LISTING, LISTING, left_out=1_000).action is Action.SET_ASIDE
    assert against_stored("dividends", PAID, PAID, left_out=PAID.height) == TAKEN, "each came twice"


def test_with_nothing_stored_an_obviously_small_listing_is_doubted() -> None:
    verdict = against_stored("tickers", LISTING.head(300), None)
    assert (verdict.action, verdict.sentence) == (
        Action.DOUBTED,
        "The listing came with 300 names alone: there is no other, it is used.",
    )


def test_a_first_listing_is_held_against_the_names_that_traded() -> None:
    traded = pl.Series([f"T{n}" for n in range(round(COUNT * 1.1))])
    assert listing_against_bars(LISTING["ticker"], traded) == TAKEN
    half = listing_against_bars(LISTING["ticker"].gather_every(2), traded)
    assert (half.action, "2,900 of the 6,380 names" in half.sentence) == (Action.DOUBTED, True)


def bars(closes: np.ndarray, seed: int = 0) -> pl.DataFrame:
    volumes = np.random.default_rng(seed).integers(1_000, 1_000_000, closes.size).astype(float)
    return pl.DataFrame({"ticker": [f"T{n}" for n in range(closes.size)], "close": closes, "volume": volumes})


def walked(factors: Sequence[Callable[[np.ndarray], np.ndarray]]) -> list[SessionBars]:
    """Sessions whose closes walk at random, each seen through its factor on the true ones."""
    random = np.random.default_rng(1)
    closes, before, found = random.lognormal(3, 1, 3_000), None, []
    for place, factor in enumerate(factors):
        closes = closes * random.lognormal(0, 0.03, closes.size)
        now = bars(factor(closes), place)
        moved, same = compared(before, now) if before is not None else (None, None)
        found.append(SessionBars(DAY + timedelta(days=place), now.height, moved, same))
        before = now
    return found


def as_it_is(closes: np.ndarray) -> np.ndarray:
    return closes


def thousandfold(closes: np.ndarray) -> np.ndarray:
    return closes * 1_000


def tenfold_half(closes: np.ndarray) -> np.ndarray:
    return np.where(np.arange(closes.size) % 2, closes, closes * 10)


@pytest.mark.parametrize("wrong", [thousandfold, tenfold_half, lambda closes: closes * 2, lambda closes: closes / 2])
@pytest.mark.parametrize("place", [0, 3, 9])
def test_a_session_far_off_those_beside_it_is_set_aside_and_no_other(
    wrong: Callable[[np.ndarray], np.ndarray], place: int
) -> None:
    factors: list[Callable[[np.ndarray], np.ndarray]] = [as_it_is] * 10
    factors[place] = wrong
    verdicts = of_sessions(walked(factors))
    assert list(verdicts) == [DAY + timedelta(days=place)]
    assert verdicts[DAY + timedelta(days=place)].action is Action.SET_ASIDE


def test_a_leap_that_stays_is_doubted() -> None:
    verdicts = of_sessions(walked([as_it_is] * 5 + [thousandfold] * 5))
    assert {day: verdict.action for day, verdict in verdicts.items()} == {DAY + timedelta(days=5): Action.DOUBTED}


@pytest.mark.parametrize(
    ("market", "spread"), [(-0.226, 0.12), (-0.12, 0.10), (0.095, 0.08)], ids=["1987-10-19", "2020-03-16", "2025-04-09"]
)
def test_the_harshest_real_days_are_taken(market: float, spread: float) -> None:
    """The index's move with the names around it, for stocks with more or less of it."""
    random = np.random.default_rng(2)

    def harsh(closes: np.ndarray) -> np.ndarray:
        beta = random.lognormal(-0.05, 0.3, closes.size)
        return closes * np.maximum(1 + market * beta + spread * random.standard_normal(closes.size), 0.05)

    sessions = [as_it_is, as_it_is, harsh]
    assert of_sessions(walked(sessions)) == {}
    assert of_sessions(walked([*sessions, as_it_is, as_it_is])) == {}


def test_the_session_before_told_again_is_set_aside() -> None:
    closes = np.linspace(5, 500, 1_000)
    moved, same = compared(bars(closes, 1), bars(closes, 1))
    verdicts = of_sessions([SessionBars(DAY, 1_000), SessionBars(DAY + timedelta(days=1), 1_000, moved, same)])
    assert "as those of the session before" in verdicts[DAY + timedelta(days=1)].sentence


@pytest.mark.parametrize(("share", "taken"), [(0.5, False), (0.65, False), (0.9, True), (1.1, True)])
def test_a_session_with_half_of_its_names_is_set_aside(share: float, taken: bool) -> None:
    sessions = [SessionBars(DAY + timedelta(days=place), COUNT) for place in range(5)]
    sessions.append(SessionBars(DAY + timedelta(days=5), round(COUNT * share)))
    verdicts = of_sessions(sessions)
    assert (verdicts == {}) is taken
    assert FEW_SHARE < 0.9
    if not taken:
        assert f"with {round(COUNT * share):,} of about 5,800 names" in verdicts[DAY + timedelta(days=5)].sentence


def test_a_market_that_grows_by_a_half_over_years_is_taken() -> None:
    sessions = [SessionBars(DAY + timedelta(days=place), 4_000 + 2 * place) for place in range(1_300)]
    assert of_sessions(sessions) == {}


def test_bars_that_come_again_replace_those_held_unless_they_are_worse() -> None:
    closes = np.linspace(5, 500, 1_000)
    held = bars(closes).with_columns(session=pl.lit(DAY))
    before = bars(closes * 0.99)
    assert of_session_again(held.with_columns(pl.col("close") * 1.001), held, before) == TAKEN
    assert of_session_again(held.gather_every(2), held, before).action is Action.SET_ASIDE
    thousandfold = held.with_columns(pl.col("close") * 1_000)
    assert of_session_again(thousandfold, held, before).action is Action.SET_ASIDE
    assert of_session_again(thousandfold, held, None).action is Action.SET_ASIDE
    assert of_session_again(held, thousandfold, before) == TAKEN, "the stored one was the wrong one"


def details(shares: float | None, cap: float | None, day: date = DAY) -> dict[str, Any]:
    return {"ticker": "TQQQ", "as_of": day, "shares_outstanding": shares, "market_cap_usd": cap}


@pytest.mark.parametrize(
    ("now", "before", "split", "taken"),
    [
        ((2e8, 1e10), (1e8, 5e9), 1.0, True),
        ((4e8, 1e10), (1e8, 1e10), 1.0, False),
        ((4e8, 1e10), (1e8, 1e10), 4.0, True),
        ((1e8 / 15, None), (1e8, None), 1 / 15, True),
        ((1e7, 1e10), (1e8, 1e10), 1.0, False),
        ((1e8, 1e13), (1e8, 1e10), 1.0, False),
        ((None, 1e10), (1e8, 1e10), 1.0, False),
        ((1e8, None), (1e8, 1e10), 1.0, False),
        ((1e8, 1e10), (None, None), 1.0, True),
        ((9e5, None), (5e4, None), 1.0, True),
        ((1e8, 2.5e8), (1e8, 4e7), 1.0, True),
    ],
)
def test_one_names_details_are_held_against_its_own_before(
    now: tuple[float, float], before: tuple[float, float], split: float, taken: bool
) -> None:
    verdict = of_name(details(*now), details(*before), split)
    assert (verdict == TAKEN) is taken
    assert taken or verdict.sentence.startswith("TQQQ: ")
    assert of_name(details(*now), details(*before, day=DAY - timedelta(days=31)), split) == TAKEN
    assert of_name(details(*now), None) == TAKEN


def test_splits_since_are_multiplied() -> None:
    rows = [("A", DAY, 1.0, 2.0, None), ("A", DAY - timedelta(days=1), 1.0, 3.0, None)]
    rows += [("A", DAY - timedelta(days=9), 1.0, 7.0, None), ("B", DAY, 1.0, 5.0, None)]
    assert split_since(table(SPLITS, rows), "A", DAY - timedelta(days=9), DAY) == 6.0
    assert split_since(table(SPLITS, rows), "C", DAY - timedelta(days=9), DAY) == 1.0
