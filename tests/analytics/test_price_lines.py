"""VWAP, opening range, means, usual volume and relative returns against numbers worked out by hand."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from deskview.analytics.hours import VolumeClock
from deskview.analytics.price_lines import (
    day_returns,
    less,
    mean_closes,
    opening_range,
    placed,
    total_returns,
    usual_volume,
    vwap,
)
from deskview.market.schema import HISTORY, INTRADAY, LIVE

OPENS = datetime(2026, 2, 4, 14, 30, tzinfo=UTC)
CLOSES = datetime(2026, 2, 4, 21, 0, tzinfo=UTC)
Bar = tuple[float | None, float | None, float | None, float | None, float | None]


def bars(*rows: tuple[int, Bar]) -> pl.DataFrame:
    """INTRADAY bars by their minute from the open on: open, high, low, close, volume."""
    names = ("open", "high", "low", "close", "volume")
    made = [
        {"ticker": "X", "start": OPENS + timedelta(minutes=minute), **dict(zip(names, bar, strict=True))}
        for minute, bar in rows
    ]
    return pl.DataFrame(made, schema=dict(INTRADAY))


def regular(*rows: tuple[int, Bar]) -> pl.DataFrame:
    return placed(bars(*rows), OPENS, CLOSES)


FIRST: Bar = (10.0, 12.0, 9.0, 12.0, 100.0)
SECOND: Bar = (12.0, 15.0, 12.0, 15.0, 300.0)


def test_bars_of_the_session_alone_have_a_place_in_their_order() -> None:
    found = regular((390, FIRST), (10, SECOND), (0, FIRST), (-5, FIRST), (385, FIRST))
    assert found["slot"].to_list() == [0, 2, 77]


def test_a_bar_without_a_price_and_a_second_one_of_a_slot_have_none() -> None:
    found = regular((0, FIRST), (0, SECOND), (5, (None, 1.0, 1.0, 1.0, 5.0)))
    assert found.select("slot", "close").rows() == [(0, 15.0)]


def test_vwap_is_the_mean_price_by_volume_so_far() -> None:
    # (12 + 9 + 12) / 3 = 11, (15 + 12 + 15) / 3 = 14: 11, then (1,100 + 4,200) / 400 = 13.25
    assert vwap(regular((0, FIRST), (5, SECOND))) == [11.0, 13.25]


def test_without_volume_there_is_no_vwap_and_a_bar_without_it_counts_nothing() -> None:
    nothing, unknown = (*FIRST[:4], 0.0), (*FIRST[:4], None)
    assert vwap(regular((0, nothing), (5, unknown))) == [None, None]
    assert vwap(regular((0, nothing), (5, SECOND), (10, unknown))) == [None, 14.0, 14.0]


def test_the_opening_range_is_of_the_first_thirty_minutes() -> None:
    late = (20.0, 30.0, 1.0, 20.0, 1.0)
    assert opening_range(regular((0, FIRST), (25, SECOND), (30, late))) == (9.0, 15.0)
    assert opening_range(regular((30, late))) is None


@pytest.mark.parametrize("count", [20, 50, 200])
def test_means_are_those_of_the_closes_up_to_each(count: int) -> None:
    closes = [100 + 7 * np.sin(day / 9) + day / 11 for day in range(273)]
    means = mean_closes(closes, count)
    assert means[: count - 1] == [None] * (count - 1)
    wanted = [sum(closes[end - count : end]) / count for end in range(count, 274)]
    assert means[count - 1 :] == pytest.approx(wanted)
    assert means[count - 1 :] == pytest.approx(pl.Series(closes).rolling_mean(count).drop_nulls().to_list())


def history(**closes: list[float | None]) -> pl.DataFrame:
    """HISTORY of names by their total closes of successive days of January; None where a name did not trade."""
    rows = [
        {"ticker": ticker, "session": date(2026, 1, day), "close": close, "total_close": close, "volume": 780.0}
        for ticker, path in closes.items()
        for day, close in enumerate(path, 1)
        if close is not None
    ]
    return pl.DataFrame(rows, schema=dict(HISTORY))


def live(**returns: float | None) -> pl.DataFrame:
    rows = [{"ticker": ticker, "ret": ret} for ticker, ret in returns.items()]
    return pl.DataFrame(rows, schema=dict(LIVE))


JANUARY = [date(2026, 1, day) for day in (1, 2, 3)]


def test_a_return_runs_from_the_first_close_to_the_price_now() -> None:
    found = total_returns(history(A=[100.0, 110.0, 121.0]), live(A=-0.5), ["A"], JANUARY)
    assert found == pytest.approx([0.0, 0.1, 0.21, 1.21 * 0.5 - 1])


def test_a_groups_is_the_mean_of_the_members_there_were() -> None:
    past = history(A=[100.0, 110.0, 120.0], B=[50.0, None, 40.0], C=[None, 10.0, 90.0])
    found = total_returns(past, live(A=0.0, B=0.5, C=9.0), ["A", "B", "C"], JANUARY)
    assert found == pytest.approx([0.0, 0.05, 0.0, (0.2 + 0.2) / 2])


def test_what_is_not_known_is_none() -> None:
    past = history(A=[100.0, 110.0, 121.0])
    assert total_returns(past, live(A=None), ["A"], JANUARY)[-1] is None
    assert total_returns(past, None, ["A"], JANUARY)[-1] is None
    assert total_returns(past, live(), ["Z"], JANUARY) == [None] * 4
    assert total_returns(past, live(), ["A"], []) == [None]
    assert less([0.3, None, 0.1], [0.1, 0.2, None]) == pytest.approx([0.2, None, None])


def test_the_days_return_holds_where_there_is_no_bar() -> None:
    found = day_returns(regular((5, FIRST), (15, SECOND)), 10.0, [0, 1, 2, 3, 4])
    assert found == pytest.approx([None, 0.2, 0.2, 0.5, 0.5])
    assert day_returns(regular((5, FIRST)), None, [0, 1]) == [None, None]


def test_usual_volume_is_the_mean_day_by_the_hours_of_the_index() -> None:
    clock = VolumeClock(OPENS, CLOSES, np.linspace(0.0, 0.78, 79), 60)
    usual = usual_volume(history(A=[1.0] * 20), clock)
    assert usual == pytest.approx([7.8] * 78)
    assert usual_volume(history(A=[1.0] * 19), clock) == []
    assert usual_volume(history(A=[1.0] * 20), None) == []
