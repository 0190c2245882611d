"""Where a series is one company's: jumps, silences, other companies under the ticker."""

from datetime import date, timedelta

import polars as pl
import pytest

from deskview.analytics.adjust import adjusted_history
from deskview.analytics.continuity import (
    BREAKS,
    JUMPED,
    REUSED,
    SILENT,
    after_breaks,
    breaks_of,
    continuous,
    open_gaps,
    reused,
)
from deskview.analytics.panel import Grid, adjusted_grid
from deskview.market.schema import DELISTED, DIVIDENDS, SPLITS, TICKERS, empty
from tests.analytics.markets import TODAY, before_split, market, split, weekdays

DAYS = weekdays(60)
NONE = empty(BREAKS)


@pytest.fixture
def bars() -> pl.DataFrame:
    return market(names=3, sessions=60).bars


def grid(bars: pl.DataFrame, splits: pl.DataFrame | None = None) -> Grid:
    return adjusted_grid(bars, empty(SPLITS) if splits is None else splits, basis=TODAY)


def scaled(bars: pl.DataFrame, ticker: str, before: date, factor: float) -> pl.DataFrame:
    """The bars with the closes of a name before a date at another level."""
    old = (pl.col("ticker") == ticker) & (pl.col("session") < before)
    return bars.with_columns(close=pl.when(old).then(pl.col("close") * factor).otherwise("close"))


def without(bars: pl.DataFrame, ticker: str, days: list[date]) -> pl.DataFrame:
    return bars.filter((pl.col("ticker") != ticker) | ~pl.col("session").is_in(days))


def test_an_ordinary_market_has_no_breaks(bars: pl.DataFrame) -> None:
    assert breaks_of(grid(bars), NONE).is_empty()


@pytest.mark.parametrize("factor", [10.0, 0.1])
def test_a_jump_no_split_explains_parts_the_series(bars: pl.DataFrame, factor: float) -> None:
    found = breaks_of(grid(scaled(bars, "N001", DAYS[30], factor)), NONE)
    assert found.rows() == [("N001", DAYS[30], JUMPED)]


def test_a_split_explains_its_jump(bars: pl.DataFrame) -> None:
    traded = before_split(bars, "N001", DAYS[30], 20.0)
    assert breaks_of(grid(traded, split("N001", DAYS[30], 1.0, 20.0)), NONE).is_empty()


def test_a_jump_over_a_gap_is_one_too(bars: pl.DataFrame) -> None:
    holed = without(scaled(bars, "N001", DAYS[30], 10.0), "N001", DAYS[30:35])
    assert breaks_of(grid(holed), NONE).rows() == [("N001", DAYS[35], JUMPED)]


@pytest.mark.parametrize(("missing", "broken"), [(10, False), (11, True)])
def test_a_silence_of_more_than_ten_sessions_parts_the_series(
    bars: pl.DataFrame, missing: int, *, broken: bool
) -> None:
    found = breaks_of(grid(without(bars, "N001", DAYS[30 : 30 + missing])), NONE)
    assert found.rows() == ([("N001", DAYS[30 + missing], SILENT)] if broken else [])


def test_the_last_break_counts_and_what_is_known_from_elsewhere_with_it(bars: pl.DataFrame) -> None:
    jumped = scaled(scaled(bars, "N001", DAYS[30], 10.0), "N002", DAYS[30], 10.0)
    known = pl.DataFrame(
        [("N001", DAYS[40], REUSED), ("N002", DAYS[20], REUSED), ("GONE", DAYS[20], REUSED)],
        schema=dict(BREAKS),
        orient="row",
    )
    assert breaks_of(grid(jumped), known).rows() == [("N001", DAYS[40], REUSED), ("N002", DAYS[30], JUMPED)]


def test_what_lies_before_a_break_is_in_neither_panel_nor_history(bars: pl.DataFrame) -> None:
    breaks = pl.DataFrame([("N001", DAYS[40], REUSED)], schema=dict(BREAKS), orient="row")
    panel = continuous(grid(bars), breaks).panel()
    column = panel.column("N001")
    assert column is not None
    assert bool((panel.close[:40, column] != panel.close[:40, column]).all())
    assert not (panel.close[40:, column] != panel.close[40:, column]).any()
    assert not panel.dollar_volume_usd[:40, column].any()
    history = adjusted_history(bars, empty(SPLITS), basis=TODAY)
    kept = after_breaks(history, breaks)
    assert kept.filter(pl.col("ticker") == "N001")["session"].to_list() == DAYS[40:]
    assert kept.filter(pl.col("ticker") != "N001").equals(history.filter(pl.col("ticker") != "N001"))


def test_a_ticker_is_anothers_where_the_dead_of_that_ticker_had_another_figi() -> None:
    dead = [("A", "Old A", "CS", "1", "F1", DAYS[5]), ("B", "Old B", "CS", "2", "F2", DAYS[5])]
    living = [("A", "New A", "CS", "XNYS", "9", "F9"), ("B", "Old B again", "CS", "XNYS", "2", "F2")]
    found = reused(
        pl.DataFrame(dead, schema=dict(DELISTED), orient="row"),
        pl.DataFrame(living, schema=dict(TICKERS), orient="row"),
    )
    assert found.rows() == [("A", DAYS[5] + timedelta(days=1), REUSED)]


def test_a_low_open_that_nothing_explains_is_a_gap_and_the_last_one_counts(bars: pl.DataFrame) -> None:
    day, later = DAYS[20], DAYS[40]

    def cut(table: pl.DataFrame, since: date) -> pl.DataFrame:
        after = (pl.col("ticker") == "N001") & (pl.col("session") >= since)
        prices = [
            pl.when(after).then(pl.col(name) * 0.75).otherwise(name).alias(name) for name in ("open", "close", "vwap")
        ]
        return table.with_columns(prices)

    def gaps(table: pl.DataFrame, dividends: pl.DataFrame, *, explained: tuple[date, ...] = ()) -> list[object]:
        history = adjusted_history(table, empty(SPLITS), dividends, basis=TODAY)
        known = pl.DataFrame(
            [("N001", each) for each in explained], schema={"ticker": pl.String, "ex_date": pl.Date}, orient="row"
        )
        return open_gaps(history, known)["session"].to_list()

    none = empty(DIVIDENDS)
    once, twice = cut(bars, day), cut(cut(bars, day), later)
    assert gaps(bars, none) == []
    assert gaps(once, none) == [day]
    assert gaps(twice, none) == [later]
    assert gaps(twice, none, explained=(later,)) == [day]
    before = once.filter((pl.col("ticker") == "N001") & (pl.col("session") < day)).sort("session")["close"][-1]
    paid = pl.DataFrame([("N001", day, before * 0.25)], schema=dict(DIVIDENDS), orient="row")
    assert gaps(once, paid) == []
