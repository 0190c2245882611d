"""An opened name: its own day, the percentile among its own year, and a reason for whatever is missing."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec
import polars as pl
import pytest

from deskview.analytics.flow import FLOW_BARS, FlowState, NameDay, compare
from deskview.analytics.flow.name import NO_PRINTS, NO_WINDOWS, read_name
from deskview.analytics.flow.reading import NO_CORE
from deskview.market.schema import empty
from tests.analytics.flow.market import SESSION, bars_of, clock, itself, start
from tests.analytics.flow.test_percentile import PAST, TODAY, row, table, volumes, year

SUMS = {
    "retail_buy_usd": 300.0,
    "retail_sell_usd": 100.0,
    "other_buy_usd": 200.0,
    "other_sell_usd": 350.0,
    "core_buy_usd": 40.0,
    "core_sell_usd": 10.0,
    "unsigned_usd": 50.0,
    "auction_usd": 500.0,
}
NOTE = "year of the opened name: 12 of 252 sessions, about 40 s left"


def state(bars: pl.DataFrame, session: date = SESSION) -> FlowState:
    """A session of which these sums were counted."""
    return replace(start(session), bars=bars)


def day_of(
    today: FlowState | None,
    windows: pl.DataFrame | None = None,
    *,
    at: datetime | None = None,
    half_day: bool = False,
    note: str = "",
    volume_usd: float | None = 4000.0,
) -> NameDay:
    """The day of the name ABC."""
    as_of = at or (clock("12:00") if today is not None else None)
    return read_name(
        today,
        windows,
        volumes("ABC"),
        SESSION,
        half_day,
        ticker="ABC",
        as_of=as_of,
        note=note,
        volume_usd=volume_usd,
    )


def nulls(value: Any, path: str = "") -> list[str]:  # noqa: ANN401 - any part of the JSON
    """Where in the JSON figures are null, half-hours by their side."""
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in nulls(part, f"{path}.{key}" if path else key)]
    if isinstance(value, list):
        return [path] if any(nulls(part, path) for part in value) else []
    return [path] if value is None else []


def unexplained(day: NameDay) -> set[str]:
    """Null figures without a reason; when the data are of is no figure."""
    found = nulls(msgspec.to_builtins(day))
    return {path for path in found if not day.missing.get(path)} - {"as_of"}


def test_a_day_by_hand() -> None:
    day = day_of(state(pl.concat([bars_of({"ABC": SUMS, "XYZ": SUMS}), bars_of({"ABC": SUMS}, half_hour=6)])))
    assert (day.retail.net_usd, day.retail.morning_usd, day.retail.afternoon_usd) == (400.0, 200.0, 200.0)
    assert (day.institutional.net_usd, day.institutional.core_net_usd) == (-300.0, 60.0)
    assert day.retail.intensity == pytest.approx(400 / 800)
    assert day.turnover_usd == 2000.0
    assert day.retail_share == pytest.approx(800 / 2000)
    assert day.volume_share == pytest.approx(3000 / 4000), "auctions are counted prints too"
    assert (day.ticker, day.as_of, day.retail.names) == ("ABC", clock("12:00"), 1)
    assert [half.buy_usd for half in day.retail.by_half_hour] == [300.0, *[0.0] * 5, 300.0, *[0.0] * 6]
    assert unexplained(day) == set()


def test_more_than_all_of_its_volume_is_all_of_it() -> None:
    """Volume is valued at the last price: in a falling name what was printed comes to more."""
    assert day_of(state(bars_of({"ABC": SUMS})), volume_usd=1400.0).volume_share == 1.0


def test_a_half_day_has_seven_half_hours() -> None:
    assert len(day_of(state(bars_of({"ABC": SUMS})), half_day=True).retail.by_half_hour) == 7


def test_the_percentile_is_that_of_the_hour_among_its_own_year() -> None:
    own, others = year(-0.3), [row(session, "XYZ", "10:10", 0.9) for session in (*PAST, TODAY)]
    day = day_of(state(bars_of({"ABC": SUMS})), table(own + others))
    alone = compare(table(own), itself("ABC"), volumes("ABC"), session=SESSION, at=clock("12:00"))
    assert day.retail.percentile == alone.retail.percentile == pytest.approx(100 * 5 / 40)
    assert (day.retail.percentile_low, day.retail.percentile_high) == (alone.retail.low, alone.retail.high)
    assert alone.retail.low is not None
    assert (day.retail.days, day.retail.clock) == (40, "12:00")
    assert unexplained(day) == set()


def test_after_the_close_it_is_that_of_the_close() -> None:
    own = table(year(-0.3))
    day = day_of(state(bars_of({"ABC": SUMS})), own, at=clock("18:00"))
    assert (day.retail.clock, day.retail.days) == ("16:00", 39), "a half day has no 16:00"
    assert day.retail.percentile == pytest.approx(100 * 5 / 39)


def test_before_the_hour_there_is_a_reason_and_no_percentile() -> None:
    day = day_of(state(bars_of({"ABC": SUMS})), table(year(-0.3)), at=clock("10:29"))
    assert day.retail.percentile is None
    assert "before 10:30" in day.missing["retail.percentile"]
    assert day.retail.net_usd == 200.0
    assert unexplained(day) == set()


@pytest.mark.parametrize(("note", "reason"), [("", NO_WINDOWS), (NOTE, NOTE)])
def test_without_windows_it_says_why_there_is_no_percentile(note: str, reason: str) -> None:
    day = day_of(state(bars_of({"ABC": SUMS})), note=note)
    assert day.missing["retail.percentile"] == day.missing["institutional.median_intensity"] == reason
    assert day.note == note
    assert unexplained(day) == set()


@pytest.mark.parametrize(("note", "reason"), [("", NO_PRINTS), (NOTE, NOTE)])
def test_before_its_prints_have_come_every_figure_says_so(note: str, reason: str) -> None:
    day = day_of(None, table(year(-0.3)), note=note, volume_usd=None)
    assert day.retail.net_usd is None
    assert day.as_of is None
    assert unexplained(day) == set()
    assert {why for path, why in day.missing.items() if path != "volume_share"} == {reason, NO_CORE}


def test_prints_of_another_session_are_not_read() -> None:
    before = PAST[-1]
    day = day_of(state(bars_of({"ABC": SUMS}).with_columns(session=pl.lit(before)), before), at=clock("12:00", before))
    assert day.turnover_usd == 0.0
    assert day.missing["retail.net_usd"] == NO_PRINTS
    assert unexplained(day) == set()


def test_a_name_that_has_not_traded_says_so() -> None:
    day = day_of(state(empty(FLOW_BARS)), table(year(-0.3)), volume_usd=0.0)
    assert day.missing["institutional.net_usd"] == "no prints counted in this session"
    assert day.missing["retail_share"] == "no dollars counted in this session"
    assert unexplained(day) == set()
