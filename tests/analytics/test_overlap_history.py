"""The overlap among its own earlier days: only earlier ones, strictly lower, and on how many it rests."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from deskview.analytics.favourites import DAYS, ENOUGH, OVERLAPS, Crowding, in_history, overlaps_of
from deskview.feed.flows import overlaps_table, record_overlaps
from deskview.settings import Flow
from deskview.store import Store
from tests.analytics.test_favourites import NAMES, read

TODAY = date(2026, 2, 4)
FLOW = Flow()


def reading() -> Crowding:
    return read({name: 0.9 if number < 20 else 0.1 for number, name in enumerate(NAMES)})


def past(values: list[float | None], ends: date = TODAY) -> pl.DataFrame:
    """The long leg's values of the days up to the one before; the short leg's are one tenth."""
    days = [ends - timedelta(days=len(values) - place) for place in range(len(values))]
    rows = [(day, value, 0.1) for day, value in zip(days, values, strict=True)]
    return pl.DataFrame(rows, schema=dict(OVERLAPS), orient="row")


def test_the_percentile_is_the_share_of_earlier_days_strictly_lower() -> None:
    now = reading()
    value = now.long.weighted_jaccard
    assert value is not None
    placed = in_history(now, past([value - 0.1, value, value + 0.1, None]), TODAY)
    assert placed.long.history_percentile == pytest.approx(100 / 3)
    assert placed.long.history_days == 3
    assert placed.short.history_days == 4
    assert placed.short.weighted_jaccard is not None
    assert placed.history_note == f"own history of 4 days only; {ENOUGH} make three years"
    assert "long.history_percentile" not in placed.missing


def test_today_and_later_days_are_not_its_past() -> None:
    placed = in_history(reading(), past([0.0, 0.0], TODAY + timedelta(days=2)), TODAY)
    assert placed.long.history_days == 0
    assert placed.long.history_percentile is None
    assert "no earlier day is recorded" in placed.missing["long.history_percentile"]
    assert placed.history_note == ""


def test_a_long_history_needs_no_caution_and_ends_after_five_years() -> None:
    placed = in_history(reading(), past([0.0] * ENOUGH), TODAY)
    assert (placed.history_note, placed.long.history_percentile) == ("", 100.0)
    assert in_history(reading(), past([0.0] * (DAYS + 9)), TODAY).long.history_days == DAYS


def test_without_an_overlap_there_is_nothing_to_compare_or_record() -> None:
    none = read(dict.fromkeys(NAMES[:10], 0.5))
    assert overlaps_of(none, TODAY).is_empty()
    placed = in_history(none, past([0.1, 0.2]), TODAY)
    assert placed.long.history_percentile is None
    assert placed.missing["long.history_percentile"] == "there is no overlap to compare"


def test_each_session_is_recorded_once_and_read_against_those_before(tmp_path: Path) -> None:
    store, now = Store(tmp_path), reading()
    first = record_overlaps(store, now, TODAY, FLOW)
    assert first.long.history_days == 0
    lower = msgspec.structs.replace(now, long=msgspec.structs.replace(now.long, weighted_jaccard=0.0))
    record_overlaps(store, lower, TODAY, FLOW)
    second = record_overlaps(store, now, TODAY + timedelta(days=1), FLOW)
    assert second.long.history_days == 1
    assert second.long.history_percentile == 100.0
    table = store.table(overlaps_table(FLOW), OVERLAPS)
    assert table is not None
    assert table.get_column("session").to_list() == [TODAY, TODAY + timedelta(days=1)]
    other = record_overlaps(store, now, TODAY + timedelta(days=2), msgspec.structs.replace(FLOW, panel_calls=9))
    assert other.long.history_days == 0
