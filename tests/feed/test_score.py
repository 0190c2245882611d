"""The score's memory: what is kept after a close, what backfill adds, and which of two rows stands."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import msgspec
import polars as pl
import pytest

from deskview.analytics.leverage import FORECASTS, REALISED, Backtest, Leverage
from deskview.board import Basis, Board
from deskview.feed.records import RecordTable
from deskview.feed.week import FORECASTS_NAME, REALISED_NAME, record, score_of
from deskview.market.schema import Schema
from deskview.settings import Leverage as LeverageSettings
from deskview.settings import Supply
from deskview.store import Store
from tests.feed.markets import QUICK, Made, refreshed, simulated

SESSION, END = date(2026, 2, 4), date(2026, 2, 11)


@pytest.fixture
def basis(board: Board) -> Basis:
    assert board.basis is not None
    return board.basis


@pytest.fixture
def reading(board: Board) -> Leverage:
    assert board.leverage.value is not None
    return board.leverage.value


def kept(store: Store) -> tuple[pl.DataFrame, pl.DataFrame]:
    forecasts, flows = store.table(FORECASTS_NAME, FORECASTS), store.table(REALISED_NAME, REALISED)
    assert forecasts is not None and flows is not None
    return forecasts, flows


def keep(store: Store, name: str, schema: Schema, rows: list[tuple[object, ...]]) -> None:
    """Rows as if they had been recorded by this program."""
    RecordTable(store, name, schema, kind=name).keep(pl.DataFrame(rows, schema=dict(schema), orient="row"))


def store_in(cache: Path) -> Store:
    """The one market's store of a feed's folder."""
    (folder,) = (each for each in cache.iterdir() if each.is_dir())
    return Store(folder)


def test_a_close_leaves_one_forecast_and_one_flow(tmp_path: Path, basis: Basis, reading: Leverage) -> None:
    store = Store(tmp_path)
    for _ in range(2):
        record(store, basis, reading)
    forecasts, flows = kept(store)
    assert forecasts.select("session", "end", "sessions").rows() == [(SESSION, END, 5)]
    assert forecasts.item(0, "sd_usd") == reading.next_week.sd_usd
    assert flows.rows() == [(SESSION, reading.today_usd)]


def test_recording_again_keeps_other_sessions_and_the_later_figure(
    tmp_path: Path, basis: Basis, reading: Leverage
) -> None:
    store, before = Store(tmp_path), date(2026, 2, 3)
    keep(store, REALISED_NAME, REALISED, [(before, 1.0)])
    record(store, basis, reading)
    record(store, basis, msgspec.structs.replace(reading, by_fund=reading.by_fund[:1]))
    assert kept(store)[1].rows() == [(before, 1.0), (SESSION, reading.by_fund[0].today_usd)]


def test_an_unknown_flow_is_not_kept_as_zero(tmp_path: Path, basis: Basis, reading: Leverage) -> None:
    store = Store(tmp_path)
    record(store, basis, msgspec.structs.replace(reading, by_fund=[]))
    assert store.table(REALISED_NAME, REALISED) is None


def test_a_flow_of_a_part_of_the_funds_is_not_kept_as_that_of_all(
    tmp_path: Path, basis: Basis, reading: Leverage
) -> None:
    store = Store(tmp_path)
    record(store, basis, msgspec.structs.replace(reading, coverage=0.9))
    assert store.table(REALISED_NAME, REALISED) is None
    record(store, basis, msgspec.structs.replace(reading, coverage=0.99))
    assert store.table(REALISED_NAME, REALISED) is not None


def test_two_programs_at_once_do_no_harm(tmp_path: Path, basis: Basis, reading: Leverage) -> None:
    stores = [Store(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda store: record(store, basis, reading), stores))
    forecasts, flows = kept(Store(tmp_path))
    assert (forecasts.height, flows.height) == (1, 1)


def test_what_was_recorded_stands_before_what_is_made_of_the_past(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def forecast(sd: float) -> tuple[object, ...]:
        return SESSION, END, 1, 1e9, 0.0, sd, -1.645 * sd, 1.645 * sd, sd

    past = Backtest(
        pl.DataFrame([forecast(1.0)], schema=dict(FORECASTS), orient="row"),
        pl.DataFrame([(END, 5.0)], schema=dict(REALISED), orient="row"),
    )
    score, note = score_of(store, past)
    assert score is not None and (score.weeks, score.hits) == (1, 0)
    assert "1 of 1 weeks from the history held" in note
    keep(store, FORECASTS_NAME, FORECASTS, [forecast(10.0)])
    keep(store, REALISED_NAME, REALISED, [(END, 4.0)])
    score, note = score_of(store, past)
    assert score is not None and (score.weeks, score.hits) == (1, 1)
    assert note == ""


def test_nothing_stored_is_no_score(tmp_path: Path) -> None:
    assert score_of(Store(tmp_path), None) == (None, "")


def test_a_refresh_at_the_close_has_recorded_the_session(crash: Made, reading: Leverage) -> None:
    forecasts, flows = kept(store_in(crash.cache))
    assert forecasts.get_column("session").to_list() == [SESSION]
    assert flows.item(0, "net_usd") == pytest.approx(reading.today_usd, rel=1e-9)
    assert reading.score is not None
    assert reading.score.pending == 1, "the session's own"


def test_before_the_close_nothing_is_recorded(earlier: Board, crash: Made, run_folder: Path) -> None:
    """Both share the history of the crash; the later one has recorded it, the earlier one adds nothing."""
    store = store_in(run_folder / "earlier")
    assert kept(store)[1].equals(kept(store_in(crash.cache))[1])
    assert earlier.leverage.value is not None


async def test_past_weeks_are_scored_without_a_command(warm: Path, reading: Leverage) -> None:
    score = reading.score
    assert score is not None and score.hit_rate is not None
    assert score.weeks > 400
    assert score.apart <= score.weeks / 5 + 1
    assert sum(score.pit_histogram) == score.weeks
    assert score.after_shocks > 0
    assert "creations and redemptions are not in it" in reading.notes["score"]
    assert "score.hit_rate" not in reading.missing


async def test_the_settings_reach_the_figures(warm: Path, reading: Leverage) -> None:
    settings = msgspec.structs.replace(
        QUICK,
        leverage=LeverageSettings(threshold_usd=1e9, closing_share=0.2, paths=1_000),
        supply=Supply(lambdas=(0.9,), vol_aum_usd=0.0),
    )
    now = (await refreshed(simulated(), warm, settings)).leverage.value
    assert now is not None
    assert now.next_week.paths == 1_000
    assert 0 < len(now.threshold_names) < len(reading.threshold_names)
    assert now.closing_share == 0.2
    assert {life.decay for row in now.supply for life in row.half_lives} == {0.9}
    assert all(row.by["vol_target"] == 0.0 for row in now.supply)
