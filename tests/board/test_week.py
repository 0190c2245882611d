"""What stands beside the closed form of the coming week: the simulation and the score."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from deskview.analytics.leverage import Leverage, Score, Simulation, simulate_week
from deskview.board import Board, WeekInputs, simulated
from deskview.board.occasional import completed
from tests.analytics.leverage.market import AFTERNOON, fund, live_table, random_closes, reading_of, small_market

AT = datetime(2026, 2, 4, 21, tzinfo=UTC)
SCORE = Score(
    band=0.9,
    weeks=2,
    hits=2,
    hit_rate=1.0,
    hit_low=0.3,
    hit_high=1.0,
    mean_pit=0.5,
    pit_histogram=[0] * 10,
    pending=1,
    apart=2,
)


def _reading() -> tuple[Leverage, Simulation]:
    rng = np.random.default_rng(8)
    model = small_market(
        [fund("TQQQ", 3, "NDX")],
        [("NDX", "index", "QQQ", None)],
        aum={"TQQQ": 10e9},
        closes={"QQQ": random_closes(rng, 0.01), "SPY": random_closes(rng, 0.01)},
    )
    live = live_table({"QQQ": -0.01})
    reading = reading_of(model, live)
    found = simulate_week(model, reading, live, AFTERNOON, paths=2_000).next_week.simulation
    assert found is not None
    return reading, found


READING, SIMULATION = _reading()


def test_a_simulation_stands_beside_the_closed_form_and_changes_nothing_of_it() -> None:
    week = completed(READING, WeekInputs(SIMULATION)).next_week
    assert week.simulation == SIMULATION
    assert week.conditional == SIMULATION.conditional
    assert week.paths == 2_000
    assert msgspec.structs.replace(week, simulation=None, conditional=[], paths=None) == READING.next_week


def test_a_simulation_of_other_sessions_is_left_out() -> None:
    other = msgspec.structs.replace(SIMULATION, fan=SIMULATION.fan[1:])
    assert completed(READING, WeekInputs(other)).next_week == READING.next_week


def test_no_simulation_stands_beside_a_missing_closed_form() -> None:
    unknown = msgspec.structs.replace(READING.next_week, sd_usd=None)
    blank = msgspec.structs.replace(READING, next_week=unknown)
    assert completed(blank, WeekInputs(SIMULATION)).next_week.simulation is None


def test_without_weeks_the_missing_hit_rate_says_what_to_do() -> None:
    pending = msgspec.structs.replace(SCORE, weeks=0, hits=0, hit_rate=None, pending=3)
    for score, count in ((None, "0 pending"), (pending, "3 pending")):
        missing = completed(READING, WeekInputs(score=score)).missing
        assert ("score" in missing) is (score is None)
        for figure in ("hit_rate", "hit_low", "hit_high", "mean_pit"):
            assert count in missing[f"score.{figure}"]
            assert "once the history is in" in missing[f"score.{figure}"]


def test_a_score_comes_with_what_it_rests_on() -> None:
    done = completed(READING, WeekInputs(score=SCORE, score_note="from history"))
    assert done.score == SCORE
    assert done.notes["score"] == "from history"
    assert "score.hit_rate" not in done.missing


def test_the_boards_simulation_is_dated_and_the_same_each_time(board: Board) -> None:
    first, again = simulated(board, 2_000), simulated(board, 2_000)
    assert first is not None and first == again
    assert first.as_of == AT
    assert first.paths == 2_000


def test_a_board_without_funds_has_nothing_to_simulate(board: Board) -> None:
    assert simulated(replace(board, basis=None), 2_000) is None
    assert simulated(replace(board, leverage=replace(board.leverage, value=None)), 2_000) is None


def test_the_closed_form_lies_within_the_simulations_sampling_error(board: Board) -> None:
    """The mean within four standard errors of zero; the 1σ within 4 %, 50,000 paths of a t with 5 degrees."""
    assert board.leverage.value is not None
    week = board.leverage.value.next_week
    assert week.simulation is not None and week.sd_usd is not None
    assert abs(week.simulation.mean_usd) < 4 * week.simulation.error_usd
    assert week.simulation.sd_usd == pytest.approx(week.sd_usd, rel=0.04)
