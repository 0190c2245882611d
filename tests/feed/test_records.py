"""Recorded readings carry the number of their definition: those of another are kept, never mixed in, and counted."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pytest

from deskview.analytics import definitions
from deskview.analytics.favourites import OVERLAPS
from deskview.analytics.flow import FLOW_WINDOWS
from deskview.analytics.leverage import FORECASTS, REALISED
from deskview.feed.records import RecordTable, left_out
from deskview.feed.week import FORECASTS_NAME, REALISED_NAME, score_of
from deskview.store import DEFINITION, Store

FIRST, SECOND, THIRD = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)


def overlaps(*sessions: date, value: float = 0.1) -> pl.DataFrame:
    return pl.DataFrame([(session, value, value) for session in sessions], schema=dict(OVERLAPS), orient="row")


def forecast(session: date, end: date) -> pl.DataFrame:
    row = (session, end, 1, 1e9, 0.0, 1.0, -1.645, 1.645, None)
    return pl.DataFrame([row], schema=dict(FORECASTS), orient="row")


def flow(session: date, usd: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame([(session, usd)], schema=dict(REALISED), orient="row")


def samples(session: date) -> pl.DataFrame:
    start = datetime.combine(session, time(15), UTC)
    row = (session, "AAA", start, start, 1.0, 1.0, 1.0, 1.0, 5.0, 10)
    return pl.DataFrame([row], schema=dict(FLOW_WINDOWS), orient="row")


@pytest.fixture(autouse=True)
def first_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Overlaps and samples mean what they first did."""
    for kind in ("overlaps", "flow-windows"):
        monkeypatch.setitem(definitions.RECORDED, kind, definitions.RECORDED[kind][:1])


@pytest.fixture
def second_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Overlaps and samples have come to mean something else."""
    for kind in ("overlaps", "flow-windows"):
        monkeypatch.setitem(definitions.RECORDED, kind, (*definitions.RECORDED[kind], "something else"))


def test_what_is_kept_carries_the_number_of_its_definition(tmp_path: Path) -> None:
    store = Store(tmp_path)
    RecordTable(store, FORECASTS_NAME, FORECASTS, FORECASTS_NAME).keep(forecast(FIRST, SECOND))
    RecordTable(store, "overlaps-6x200", OVERLAPS, "overlaps").keep(overlaps(FIRST))
    RecordTable(store, "samples", FLOW_WINDOWS, "flow-windows").keep_day(FIRST, samples(FIRST))
    numbers = [
        pl.read_parquet(tmp_path / file).get_column(DEFINITION).to_list()
        for file in (f"{FORECASTS_NAME}.parquet", "overlaps-6x200.parquet", f"samples/{FIRST}.parquet")
    ]
    assert numbers == [[3], [1], [1]]


def test_a_file_from_before_there_were_numbers_is_of_the_first_definition(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_table("overlaps-6x200", overlaps(FIRST), OVERLAPS)
    store.put_day("samples", FIRST, samples(FIRST), FLOW_WINDOWS)
    table = RecordTable(store, "overlaps-6x200", OVERLAPS, "overlaps")
    assert table.read().rows.equals(overlaps(FIRST))
    assert table.read().others.is_empty()
    assert RecordTable(store, "samples", FLOW_WINDOWS, "flow-windows").read_days().rows.equals(samples(FIRST))
    assert store.set_aside == []


@pytest.mark.usefixtures("second_definition")
def test_rows_of_another_definition_are_left_out_and_stay_on_disk(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_table("overlaps-6x200", overlaps(FIRST, SECOND), OVERLAPS)
    table = RecordTable(store, "overlaps-6x200", OVERLAPS, "overlaps")
    assert table.read().rows.is_empty()
    for value in (0.2, 0.3):
        table.keep(overlaps(SECOND, THIRD, value=value))
    assert table.read().rows.equals(overlaps(SECOND, THIRD, value=0.3))
    assert table.read().others.drop(DEFINITION).equals(overlaps(FIRST, SECOND))
    assert left_out([table.read().others], "overlaps", "day") == (
        "2 days recorded under an earlier definition are not counted"
    )
    assert store.set_aside == []


@pytest.mark.usefixtures("second_definition")
def test_samples_of_another_definition_stay_beside_those_fetched_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_day("samples", FIRST, samples(FIRST), FLOW_WINDOWS)
    assert RecordTable(store, "samples", FLOW_WINDOWS, "flow-windows").read_days().rows.is_empty()
    table = RecordTable(store, "samples", FLOW_WINDOWS, "flow-windows")
    for _ in range(2):
        table.keep_day(FIRST, samples(FIRST))
    assert RecordTable(store, "samples", FLOW_WINDOWS, "flow-windows").read_days().rows.equals(samples(FIRST))
    assert table.read_days().others.height == 1


def test_a_newer_programs_rows_are_called_another_definitions(tmp_path: Path) -> None:
    newer = overlaps(FIRST).with_columns(pl.lit(9, pl.Int64).alias(DEFINITION))
    store = Store(tmp_path)
    store.put_table("overlaps-6x200", newer, {**OVERLAPS, DEFINITION: pl.Int64()})
    others = RecordTable(store, "overlaps-6x200", OVERLAPS, "overlaps").read().others
    assert left_out([others], "overlaps", "day") == "1 day recorded under another definition is not counted"


def test_weeks_recorded_at_the_evenings_prices_are_not_scored_but_counted_in_words(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_table(FORECASTS_NAME, forecast(FIRST, SECOND), FORECASTS)
    store.put_table(REALISED_NAME, flow(SECOND), REALISED)
    not_counted = "1 week recorded under an earlier definition is not counted"
    assert score_of(store, None) == (None, not_counted)
    RecordTable(store, FORECASTS_NAME, FORECASTS, FORECASTS_NAME).keep(forecast(SECOND, THIRD))
    score, note = score_of(store, None)
    assert score is not None and (score.weeks, score.pending) == (0, 1)
    assert note == not_counted
    RecordTable(store, REALISED_NAME, REALISED, REALISED_NAME).keep(flow(THIRD))
    score, note = score_of(store, None)
    assert score is not None and (score.weeks, score.hits, score.pending) == (1, 1, 0)
    assert note == not_counted
    assert store.set_aside == []
