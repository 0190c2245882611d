"""What must never cost the board or a firing: a fault in the rules, a clock that goes back, levels that are none."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from deskview import paths
from deskview.alerts import life
from deskview.board import Board
from deskview.board.readings import basis_at
from deskview.settings import Alert
from tests.alerts.test_engine import Looking, at, rule
from tests.feed.fixtures import board, crash

__all__ = ["board", "crash"]


@pytest.mark.parametrize("condition", ["above", "below", "crosses", "sigma"])
@pytest.mark.parametrize("level", [float("inf"), float("nan")])
def test_a_level_is_a_finite_number(condition: str, level: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"reading": "leverage.rank.place", condition: level}, Alert)


def test_a_fault_in_the_rules_costs_no_board(board: Board) -> None:
    Looking(rule()).look(at(board, -4))
    file = paths.firings_file(simulated=True)
    file.write_text(file.read_text().replace('Z"', '"'))  # times without a zone, as no desk writes them
    looking = Looking(rule())
    for minute in (1, 2):
        seen = looking.look(at(board, -4, minute))
        assert seen.momentum.value is not None
    assert len(looking.fired) == 1, "it begins anew, as where there is no file"


def test_a_rule_that_can_t_be_looked_at_costs_no_other(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(board: Board, path: str) -> str:
        if path == "momentum.return":
            raise ZeroDivisionError
        return basis_at(board, path)

    monkeypatch.setattr(life, "basis_at", failing)
    looking = Looking(Alert("momentum.return", below=0), rule())
    state = looking.look(at(board, -4)).alerts
    assert [watch.fault for watch in state.watches] == [life.UNKNOWN, ""]
    assert [firing.rule for firing in looking.fired] == [rule()]


def test_the_time_a_condition_must_hold_goes_on_where_the_clock_goes_back(board: Board) -> None:
    looking = Looking(rule(**{"for": "2m"}))
    for minute in (10, 1, 2, 3.5):
        looking.look(at(board, -4, minute))
    assert [firing.at for firing in looking.fired] == [at(board, -4, 3.5).as_of]


def test_a_session_of_its_own_that_begins_beyond_the_level_fires(board: Board) -> None:
    looking = Looking(rule())
    looking.look(at(board, -4))
    for minute in (24 * 60, 24 * 60 + 1):
        tomorrow = at(board, -4, minute)
        assert tomorrow.session is not None
        looking.look(replace(tomorrow, session=tomorrow.session + timedelta(days=1)))
    assert len(looking.fired) == 2


def test_a_price_beyond_its_level_is_no_news_of_another_session(board: Board) -> None:
    assert board.live is not None and board.session is not None
    ticker = board.momentum.value.long[0].ticker  # type: ignore[union-attr]
    looking = Looking(Alert(f"names.{ticker}.price", above=0.01))
    looking.look(at(board, -2))
    looking.look(replace(at(board, -2, 24 * 60), session=board.session + timedelta(days=1)))
    assert len(looking.fired) == 1
