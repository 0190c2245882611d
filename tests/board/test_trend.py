"""Changes over half an hour of the market's clock: only of what is sound then and now, never over a break."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskview.alerts.life import watched
from deskview.analytics.figure import Unit
from deskview.board import Board, Status, build
from deskview.board.alerts import Watch
from deskview.board.export import board_to_builtins
from deskview.board.figures import label_of
from deskview.board.readings import companion, reading_at, reading_fault, readings
from deskview.board.trend import APART, SPAN, SPAN_AT_MOST, TRENDED, Trend, followed
from deskview.settings import Alert
from tests.board.test_board import inputs
from tests.screens.moments import drawn_flow, side, with_flow, with_leverage, with_momentum

__all__ = ["inputs"]
MINUTE = timedelta(minutes=1)
RETURN, RETAIL, TODAY = "momentum.return", "flow.retail.net_usd", "leverage.today_usd"


def at(board: Board, minutes: float, **figures: Any) -> Board:  # noqa: ANN401 - any field of the reading
    """The board so many minutes after the open, with these fields of its momentum reading."""
    assert board.basis is not None
    moment = board.basis.prices.opens + minutes * MINUTE
    own = with_momentum(board, **figures) if figures else board
    parts: dict[str, Any] = {
        name: replace(part, as_of=moment, status=Status.LIVE, doubt="") for name, part in own.parts.items()
    }
    return replace(own, as_of=moment, **parts)


def with_status(board: Board, status: Status) -> Board:
    """The board whose parts are all of this status."""
    parts: dict[str, Any] = {name: replace(part, status=status) for name, part in board.parts.items()}
    return replace(board, **parts)


def after(boards: Iterable[Board]) -> Trend:
    """What is kept after these boards."""
    trend = Trend()
    for board in boards:
        trend = followed(trend, board)
    return trend


def test_the_change_is_against_half_an_hour_before(board: Board) -> None:
    trend = after(at(board, minute, return_=-0.001 * minute) for minute in range(41))
    assert trend.changes[RETURN] == pytest.approx(-0.030)
    assert RETURN not in trend.missing


def test_before_there_is_half_an_hour_it_says_since_when_there_are_figures(board: Board) -> None:
    trend = after(at(board, minute) for minute in (42, 50, 71))
    assert RETURN not in trend.changes
    assert trend.missing[RETURN] == "needs figures of 30 minutes ago: the first came at 10:12"
    assert RETURN in followed(trend, at(board, 72)).changes


def test_over_a_gap_nothing_is_made_up(board: Board) -> None:
    first = [at(board, minute) for minute in range(11)]
    assert RETURN in after([*first, at(board, 45)]).changes
    trend = after([*first, at(board, 45.5)])
    assert trend.missing[RETURN].endswith("the first came at 10:15")
    assert RETURN in followed(trend, at(board, 76)).changes


@pytest.mark.parametrize("status", [Status.DOUBT, Status.STALE, Status.UNAVAILABLE])
def test_what_is_not_sound_is_neither_told_nor_kept(board: Board, status: Status) -> None:
    sound = [at(board, minute) for minute in range(31)]
    wrong = with_status(at(board, 32, return_=-0.9), status)
    trend = after([*sound, wrong])
    assert not trend.changes
    assert set(trend.missing) == set(TRENDED)
    assert -0.9 not in {value.value for value in trend.tracks[RETURN].values}
    again = followed(trend, at(board, 33))
    assert again.changes[RETURN] == 0.0
    assert RETURN in after([with_status(board, Status.PARTIAL) for board in sound]).changes


def test_doubt_half_an_hour_ago_leaves_the_values_beside_it(board: Board) -> None:
    doubted = [with_status(at(board, minute, return_=-0.9), Status.DOUBT) for minute in range(3, 8)]
    boards = [*(at(board, minute, return_=0.01) for minute in range(3)), *doubted, at(board, 10)]
    assert after([*boards, at(board, 36, return_=0.03)]).changes[RETURN] == pytest.approx(0.02)
    assert RETURN in after([*boards, at(board, 38)]).missing


def test_another_session_begins_anew(board: Board) -> None:
    trend = after(at(board, minute) for minute in range(40))
    other = replace(at(board, 41), session=date(2026, 2, 5))
    assert not followed(trend, other).changes


def test_a_clock_that_goes_back_begins_anew(board: Board) -> None:
    trend = after(at(board, minute, return_=-0.5) for minute in range(60))
    back = followed(trend, at(board, 50, return_=0.1))
    assert RETURN in back.missing
    trend = back
    for minute in range(51, 85):
        trend = followed(trend, at(board, minute, return_=0.1))
    assert trend.changes[RETURN] == 0.0


def test_a_second_back_is_no_other_time(board: Board) -> None:
    trend = after(at(board, minute) for minute in range(60))
    assert RETURN in followed(trend, at(board, 59 - 1 / 60)).changes


def test_outside_regular_hours_nothing_is_kept_and_after_them_the_close_stays(board: Board) -> None:
    early = after([at(board, -30), at(board, -1)])
    assert not early.tracks
    assert early.missing[RETURN] == "changes are told from the open on"
    assert RETURN in followed(early, at(board, 0)).missing
    day = after(at(board, minute, return_=-0.0001 * minute) for minute in range(350, 391))
    evening = followed(day, at(board, 390 + 120, return_=-0.039))
    assert evening.changes[RETURN] == day.changes[RETURN] == pytest.approx(-0.003)


def test_the_like_is_compared_with_the_like_alone(board: Board) -> None:
    assert board.momentum.value is not None
    others = board.momentum.value.long[1:]
    trend = after([*(at(board, minute) for minute in range(31)), at(board, 32, long=others)])
    assert {RETURN, "momentum.sigma"} <= set(trend.missing)
    assert "momentum.sector_neutral.return" in trend.changes
    own = after([*(at(board, minute) for minute in range(31)), at(board, 32, sigma_n=20)])
    assert "momentum.sigma" in own.missing and RETURN in own.changes


def test_what_came_in_between_is_no_change(board: Board) -> None:
    def covered(minutes: float, coverage: float) -> Board:
        return with_leverage(at(board, minutes), coverage=coverage)

    assert TODAY in after([covered(0, 0.97), covered(31, 0.96)]).changes
    trend = after([covered(0, 0.60), covered(31, 0.97)])
    assert trend.missing[TODAY] == "what it rests on is not what it was then"


@pytest.mark.parametrize(("then", "now"), [(50, 49), (49, 50), (49, 49)])
def test_sums_of_flow_are_compared_in_full(board: Board, then: int, now: int) -> None:
    boards = [at(with_flow(board, drawn_flow(names=names)), minute) for minute, names in ((20, then), (51, now))]
    assert RETAIL in after(boards).missing
    assert RETAIL in after([boards[0], at(with_flow(board, drawn_flow(focus=51, names=51)), 51)]).missing
    whole = [
        at(with_flow(board, drawn_flow(retail=side((net,), 7.2, (16, 9, 27), 0.2))), minute)
        for minute, net in ((20, -1.0), (51, -1.5))
    ]
    assert after(whole).changes[RETAIL] == pytest.approx(-0.5e9)


STEPS = st.lists(
    st.tuples(st.floats(-40, 40), st.sampled_from(["live", "doubt", "missing"]), st.integers(-9, 9)),
    min_size=1,
    max_size=60,
)


@given(STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_is_always_that_between_two_sound_values_half_an_hour_apart(
    board: Board, steps: list[tuple[float, str, int]]
) -> None:
    trend, minute, sound = Trend(), 60.0, dict[datetime, set[float]]()
    for step, kind, value in steps:
        minute = min(max(0.0, minute + step), 389.0)
        shown = at(board, minute, return_=None if kind == "missing" else float(value))
        if kind == "doubt":
            shown = with_status(shown, Status.DOUBT)
        trend = followed(trend, shown)
        assert (RETURN in trend.changes) != (RETURN in trend.missing)
        moment = shown.as_of
        assert moment is not None
        if kind in ("doubt", "missing"):
            assert RETURN in trend.missing
            continue
        if RETURN in trend.changes:
            then = value - trend.changes[RETURN]
            assert any(then in values for old, values in sound.items() if SPAN <= moment - old <= SPAN_AT_MOST)
        sound.setdefault(moment, set()).add(float(value))
        kept = trend.tracks[RETURN].values
        assert [each.at for each in kept] == sorted(each.at for each in kept)


def test_what_is_kept_is_bounded(board: Board) -> None:
    trend = after(at(board, second / 60) for second in range(0, 3 * 3600, 3))
    assert len(trend.tracks[RETURN].values) <= SPAN_AT_MOST / APART + 1


def test_readings_have_the_change_right_behind_their_figure(board: Board) -> None:
    moved = replace(board, d30m={RETURN: -0.012})
    listed = readings(moved)
    paths = [reading.path for reading in listed]
    for path in TRENDED:
        place = paths.index(path)
        assert paths[place + 1] == f"{path}.d30m"
        assert listed[place + 1].unit is listed[place].unit
        assert label_of(f"{path}.d30m") == f"{label_of(path)}, change over 30 minutes"
    assert reading_at(moved, f"{RETURN}.d30m") == -0.012
    assert reading_at(moved, f"{RETAIL}.d30m") is None
    assert listed[paths.index(f"{RETURN}.d30m")].unit is Unit.FRACTION
    assert companion(moved, "momentum.sigma.d30m", "sigma") is None


@pytest.mark.parametrize("path", ["momentum.coverage.d30m", "momentum.returns.d30m", "momentum.d30m", "x.d30m"])
def test_figures_without_a_change_say_so(board: Board, path: str) -> None:
    with pytest.raises(LookupError) as fault:
        reading_at(board, path)
    assert reading_fault(path) == fault.value.args[0]
    assert "did you mean" in reading_fault(path)


def test_the_json_has_each_change_or_why_there_is_none(inputs: Any) -> None:  # noqa: ANN401 - a fixture
    first = build(inputs)
    plain = board_to_builtins(first.board)
    for path in TRENDED:
        part, _, figure = path.partition(".")
        if first.board.parts[part].value is None:
            assert "d30m" not in plain[part]
        else:
            assert plain[part]["d30m"][figure] is None
            assert plain[part]["missing"][f"d30m.{figure}"].startswith("needs figures of 30 minutes ago")
    assert not any(key.startswith("d30m") for key in first.board.momentum.missing)
    told = board_to_builtins(replace(first.board, d30m={RETURN: -0.012}))
    assert told["momentum"]["d30m"]["return"] == -0.012
    assert "d30m.return" not in told["momentum"]["missing"]
    assert msgspec.json.encode(told)


def test_boards_hand_on_what_is_kept(inputs: Any) -> None:  # noqa: ANN401 - a fixture
    prices, times = ("trade_price", "minute_close", "day_close"), ("trade_time", "minute_time", "updated")
    table = inputs.snapshot.with_columns(pl.col(prices) * 1.001, pl.col(times) - 31 * MINUTE)
    first = build(replace(inputs, snapshot=table, snapshot_at=inputs.snapshot_at - 31 * MINUTE))
    second = build(inputs, first)
    then, now = first.board.momentum.value, second.board.momentum.value
    assert then is not None and now is not None
    assert second.board.d30m[RETURN] == (now.return_ or 0) - (then.return_ or 0)
    assert RETURN in build(inputs).board.d30m_missing


def test_a_rule_on_a_change_fires_like_any_other(board: Board) -> None:
    rule = Watch(Alert(f"{RETURN}.d30m", below=-0.01))
    early = watched([rule], replace(board, d30m={}))
    assert (early[0].firings, early[0].value, early[0].fault) == (0, None, "")
    slow = watched(early, replace(board, d30m={RETURN: -0.009}))
    fast = watched(slow, replace(board, d30m={RETURN: -0.012}))
    assert [watch.firings for watch in (*slow, *fast)] == [0, 1]
    assert fast[0].fired_value == -0.012
