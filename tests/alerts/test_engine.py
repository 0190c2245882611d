"""The rules beside the board: how long a condition must hold, what arms it again, and what is remembered of a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview import paths
from deskview.alerts.engine import Alerts, is_quiet
from deskview.alerts.shipped import SHIPPED
from deskview.board import Board, Status
from deskview.board.alerts import Acknowledge, Firing, TurnRule
from deskview.board.board import WATCHED
from deskview.settings import Alert, Settings
from tests.feed.fixtures import board, crash

__all__ = ["board", "crash"]

START = datetime(2026, 2, 4, 15, 0, tzinfo=UTC)
BELOW = {"reading": "momentum.sigma", "below": -3.0}


def rule(**more: object) -> Alert:
    """A rule on the σ of the day."""
    return msgspec.convert({**BELOW, **more}, Alert)


def at(board: Board, sigma: float | None, minute: float = 0, status: Status = Status.LIVE) -> Board:
    """The board with another σ, so many minutes after ten."""
    reading = msgspec.structs.replace(board.momentum.value, sigma=sigma)  # type: ignore[type-var]
    part = replace(board.momentum, value=reading, status=status)
    return replace(board, momentum=part, as_of=START + timedelta(minutes=minute), phase="open")


class Looking:
    """Alerts of some rules, and what they handed on; the clock stands still unless it is moved."""

    def __init__(
        self, *rules: Alert, shipped: Sequence[tuple[Alert, str]] = (), settings: Settings | None = None
    ) -> None:
        self.fired: list[Firing] = []
        self.clock = 0.0
        chosen = msgspec.structs.replace(settings or Settings(), alert=rules)
        self.alerts = Alerts(chosen, None, self.fired.append, clock=lambda: self.clock, shipped=shipped)

    def look(self, board: Board) -> Board:
        """The board with the state of the rules."""
        return self.alerts.look(board)

    def run(self, board: Board, sigmas: Sequence[float | None], step: float = 0.5) -> list[float]:
        """The minutes at which the rules fire as σ takes these values."""
        for number, sigma in enumerate(sigmas):
            self.look(at(board, sigma, number * step))
        return [(firing.at - START).total_seconds() / 60 for firing in self.fired]


def test_a_condition_must_hold_for_as_long_as_the_rule_says(board: Board) -> None:
    assert Looking(rule()).run(board, [-4, -4, -4]) == [0]
    assert Looking(rule(**{"for": "1m"})).run(board, [-4, -4, -4, -4]) == [1]
    assert Looking(rule(**{"for": "1m"})).run(board, [-4, -2, -4, -2, -4, -2]) == []


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.sampled_from([-4.0, -2.0]), max_size=30))
def test_a_flapping_reading_fires_no_more_often_than_it_held_long_enough(values: list[float]) -> None:
    board = _BOARD[0]
    fired = Looking(rule(**{"for": "2m"})).run(board, values)
    stretches = "".join("x" if value < -3 else " " for value in values).split()
    assert len(fired) == sum(len(stretch) > 4 for stretch in stretches)


_BOARD: list[Board] = []


@pytest.fixture(autouse=True)
def _remembered(board: Board) -> None:
    _BOARD[:] = [board]


def test_doubt_begins_the_time_anew_and_fires_nothing(board: Board) -> None:
    looking = Looking(rule(**{"for": "1m"}))
    for minute, status in ((0, Status.LIVE), (0.9, Status.DOUBT), (1.1, Status.LIVE), (2.0, Status.LIVE)):
        looking.look(at(board, -4, minute, status))
    assert looking.fired == []
    looking.look(at(board, -4, 2.2))
    assert len(looking.fired) == 1


def test_it_is_armed_again_past_the_level_to_clear(board: Board) -> None:
    sigmas = [-4, -2.9, -4, -2.4, -4]
    assert Looking(rule()).run(board, sigmas, step=2) == [0, 4, 8]
    assert Looking(rule(clear=-2.5)).run(board, sigmas, step=2) == [0, 8]


def test_it_fires_again_after_a_time_where_it_still_holds(board: Board) -> None:
    assert Looking(rule(again="10m")).run(board, [-4] * 13, step=2) == [0, 10, 20]
    assert Looking(rule(again="10m")).run(board, [-4, -2, -2, -2, -2, -2, -2], step=2) == [0]


def test_a_crossing_counts_once_the_reading_has_stayed_on_the_other_side(board: Board) -> None:
    crossing = msgspec.convert({"reading": "momentum.sigma", "crosses": -3.0, "for": "1m"}, Alert)
    assert Looking(crossing).run(board, [-2, -4, -2, -4, -4, -4, -2, -2, -2]) == [2.5, 4]


def test_each_firing_is_numbered_handed_on_and_stands_on_the_board(board: Board) -> None:
    looking = Looking(rule(), rule(below=-5.0))
    looking.look(at(board, -4))
    state = looking.look(at(board, -6, 2)).alerts
    assert [firing.number for firing in state.firings] == [2, 1]
    assert list(state.firings) == looking.fired[::-1]
    assert [firing.rule.level for firing in looking.fired] == [-3, -5]
    assert all(firing.sentence and firing.title for firing in looking.fired)


def test_a_restart_in_mid_day_repeats_nothing_and_numbers_go_on(board: Board) -> None:
    Looking(rule()).look(at(board, -4))
    later = Looking(rule(), rule(below=-5.0))
    state = later.look(at(board, -4, 30)).alerts
    assert (later.fired, state.first) == ([], 2)
    assert [firing.number for firing in state.firings] == [1]
    assert [watch.waiting for watch in state.watches] == [True, False]
    state = later.look(at(board, -6, 32)).alerts
    assert [firing.number for firing in state.firings] == [2, 1]


def test_an_alert_that_was_seen_is_not_shown_again_after_a_restart(board: Board) -> None:
    first = Looking(rule())
    first.look(at(board, -4))
    first.alerts.change(Acknowledge())
    first.look(at(board, -4, 1))
    assert not any(watch.waiting for watch in Looking(rule()).look(at(board, -4, 2)).alerts.watches)


def test_another_session_begins_anew(board: Board) -> None:
    looking = Looking(rule())
    looking.look(at(board, -4))
    assert board.session is not None
    tomorrow = replace(at(board, -4, 24 * 60), session=board.session + timedelta(days=1))
    state = looking.look(tomorrow).alerts
    assert ([firing.number for firing in state.firings], [watch.firings for watch in state.watches]) == ([1], [1])
    looking.look(replace(at(board, -2, 24 * 60 + 1), session=tomorrow.session))
    state = looking.look(replace(at(board, -4, 24 * 60 + 2), session=tomorrow.session)).alerts
    assert [firing.number for firing in state.firings] == [2, 1]


def test_a_clock_that_began_anew_forgets_what_lies_ahead_of_it(board: Board) -> None:
    Looking(rule()).look(at(board, -4, 60))
    again = Looking(rule())
    assert again.look(at(board, -2, 0)).alerts.firings == ()
    assert again.run(board, [-2, -4], step=30) == [30]


def test_a_day_that_can_not_be_read_or_kept_costs_no_alert(board: Board) -> None:
    file = paths.firings_file(simulated=True)
    file.write_text("{")
    assert Looking(rule()).run(board, [-4]) == [0]
    file.unlink()
    file.mkdir()
    looking = Looking(rule(), rule(below=-5.0))
    assert looking.run(board, [-4, -6], step=2) == [0, 2]
    told = [notice.sentence for notice in looking.alerts.state.notices]
    assert len(told) == 1 and "not remembered over a restart" in told[0]


@pytest.mark.parametrize("status", [Status.DOUBT, Status.STALE])
def test_a_part_in_doubt_for_five_minutes_of_the_session_fires_its_own_doubt_alone(
    board: Board, status: Status
) -> None:
    looking = Looking(rule(), shipped=[pair for pair in SHIPPED if pair[0].reading.startswith("status.")])
    for minute in (0, 4, 6):
        looking.look(at(board, -4, minute, status))
    (firing,) = looking.fired
    assert firing.rule.reading == "status.momentum"
    assert (firing.at - START) >= timedelta(minutes=5)


def test_a_part_is_not_reported_out_of_hours(board: Board) -> None:
    looking = Looking(shipped=SHIPPED)
    for minute in (0, 10):
        looking.look(replace(at(board, None, minute, Status.STALE), phase="closed"))
    assert not [firing for firing in looking.fired if firing.rule.reading.startswith("status.")]


def test_time_goes_on_where_no_new_board_comes(board: Board) -> None:
    looking = Looking(rule(**{"for": "5m"}))
    still = at(replace(board, source=replace(board.source, speed=1.0)), -4)
    looking.look(still)
    looking.clock = 299
    looking.look(still)
    assert looking.fired == []
    looking.clock = 301
    looking.look(still)
    assert len(looking.fired) == 1


def test_quiet_hours_keep_alerts_without_a_sound(board: Board) -> None:
    looking = Looking(rule(), settings=Settings(alert_quiet="09:30-10:30"))
    looking.look(at(board, -4))
    assert [firing.rings for firing in looking.fired] == [False]


@pytest.mark.parametrize(
    ("hours", "hour", "quiet"),
    [("20:00-08:00", 23, True), ("20:00-08:00", 7, True), ("20:00-08:00", 9, False), ("09:30-16:00", 12, True)],
)
def test_quiet_hours_may_go_over_midnight(hours: str, hour: int, quiet: bool) -> None:
    new_york = datetime(2026, 2, 4, hour, 0, tzinfo=UTC) + timedelta(hours=5)
    assert is_quiet(hours, new_york) == quiet


def test_a_shipped_rule_can_be_turned_off_and_on_again(board: Board) -> None:
    shipped = rule()
    looking = Looking(shipped=[(shipped, "why")])
    (watch,) = looking.look(at(board, -2)).alerts.watches
    assert (watch.source, watch.reason, watch.off) == ("shipped", "why", False)
    looking.alerts.change(TurnRule(shipped, on=False))
    (watch,) = looking.look(at(board, -4, 1)).alerts.watches
    assert (watch.off, watch.holds, looking.fired) == (True, True, [])
    assert Looking(shipped=[(shipped, "why")]).look(at(board, -4, 1)).alerts.watches[0].off
    looking.alerts.change(TurnRule(shipped, on=True))
    looking.look(at(board, -4, 2))
    assert len(looking.fired) == 1


def test_every_shipped_rule_is_on_a_figure_there_is(board: Board) -> None:
    state = Looking(shipped=SHIPPED).look(board).alerts
    assert [watch.fault for watch in state.watches] == [""] * len(SHIPPED)
    assert all(watch.reason for watch in state.watches)
    assert {watch.rule.reading for watch in state.watches} >= {f"status.{part}" for part in WATCHED}


def test_nothing_is_looked_at_before_anything_is_known_of_the_market(board: Board, tmp_path: Path) -> None:
    looking = Looking(rule())
    assert looking.look(replace(board, session=None)).alerts.watches == ()
    assert looking.look(replace(board, as_of=None)).alerts.watches == ()
