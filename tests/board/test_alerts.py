"""Rules on readings: fired once on crossing, armed again on the way back, one line a rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar

import msgspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.alerts.life import acknowledged, watched
from deskview.board import Board, Part, Status
from deskview.board.alerts import REPEATED_WITHIN, Watch
from deskview.board.board import OF_THE_MARKET
from deskview.board.readings import reading_at
from deskview.settings import Alert

START = datetime(2026, 2, 4, 15, 0, tzinfo=UTC)


def with_sigma(board: Board, sigma: float | None, minute: float = 0) -> Board:
    """The board with another σ, so many minutes later."""
    reading = msgspec.structs.replace(board.momentum.value, sigma=sigma)  # type: ignore[type-var]
    return replace(board, momentum=replace(board.momentum, value=reading), as_of=START + timedelta(minutes=minute))


def run(board: Board, rule: Alert, values: list[float | None], step: float = 2) -> list[Watch]:
    """What becomes of the rule as σ takes these values."""
    states: list[Watch] = []
    watches: tuple[Watch, ...] = (Watch(rule),)
    for number, value in enumerate(values):
        watches = watched(watches, with_sigma(board, value, number * step))
        states.append(watches[0])
    return states


BELOW = Alert("momentum.sigma", below=-3)


def test_it_fires_on_the_way_down_once_and_again_after_it_has_been_back(board: Board) -> None:
    states = run(board, BELOW, [-1.0, -3.5, -4.0, -3.2, -2.0, -3.1])
    assert [state.rings for state in states] == [False, True, False, False, False, True]
    assert states[-1].firings == 2
    assert states[-1].fired_value == -3.1


def test_what_holds_from_the_first_board_on_fires_once(board: Board) -> None:
    assert [state.rings for state in run(board, BELOW, [-4.0, -4.0])] == [True, False]


def test_crossing_fires_either_way_and_not_at_first_sight(board: Board) -> None:
    states = run(board, Alert("momentum.sigma", crosses=0), [-1.0, 1.0, 2.0, -1.0])
    assert [state.rings for state in states] == [False, True, False, True]


def test_a_missing_reading_neither_fires_nor_arms(board: Board) -> None:
    states = run(board, BELOW, [-4.0, None, -4.0])
    assert [state.rings for state in states] == [True, False, False]
    assert states[1].value is None


@given(st.lists(st.sampled_from([-4.0, -2.0]), max_size=40))
def test_hovering_about_the_line_rings_at_most_once_a_minute(board_values: list[float]) -> None:
    rang: list[datetime] = []
    watches: tuple[Watch, ...] = (Watch(Alert("momentum.sigma", below=-3)),)
    for number, value in enumerate(board_values):
        board = _stub(value, START + timedelta(seconds=10 * number))
        watches = watched(watches, board)
        if watches[0].rings and watches[0].fired_at:
            rang.append(watches[0].fired_at)
    assert all(later - earlier >= REPEATED_WITHIN for earlier, later in pairwise(rang))
    assert len(watches) == 1


class Momentum(msgspec.Struct):
    """As much of a reading as a rule looks at."""

    sigma: float | None


def _stub(sigma: float, at: datetime) -> Any:  # noqa: ANN401 - stands for a Board
    class Reading:
        value, status = Momentum(sigma), Status.LIVE

    class Stub:
        parts: ClassVar = {"momentum": Reading}
        as_of = at

    return Stub()


def with_market(board: Board, **fields: Any) -> Board:  # noqa: ANN401 - any field of a Part
    """The board whose parts that rest on the market's snapshot have these."""
    return replace(board, **{name: replace(board.parts[name], **fields) for name in OF_THE_MARKET})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"status": Status.DOUBT, "doubt": "1,480 of 2,960 names came"}, "in doubt"), ({"status": Status.STALE}, "stale")],
)
@pytest.mark.parametrize("rule", [BELOW, Alert("momentum.sigma", crosses=-3)])
def test_what_is_in_doubt_or_old_neither_fires_nor_arms(
    board: Board, fields: dict[str, Any], why: str, rule: Alert
) -> None:
    (fired,) = watched([Watch(rule)], with_sigma(board, -2.0))
    (fired,) = watched([fired], with_sigma(board, -4.0, 2))
    assert fired.rings
    doubted = replace(with_sigma(board, 1000.0, 4), momentum=replace(with_sigma(board, 1000.0).momentum, **fields))
    (waits,) = watched([fired], doubted)
    assert (waits.pending, waits.value, waits.holds, waits.firings) == (why, None, fired.holds, 1)
    (after,) = watched([waits], with_sigma(board, -4.0, 6))
    assert (after.pending, after.rings, after.firings, after.value) == ("", False, 1, -4.0)


def test_the_first_board_in_doubt_fires_nothing(board: Board) -> None:
    doubted = replace(board, momentum=replace(board.momentum, status=Status.DOUBT, doubt="prices stand elsewhere"))
    (waits,) = watched([Watch(Alert("momentum.return", below=0.0))], doubted)
    assert (waits.holds, waits.firings, waits.rings) == (None, 0, False)


def test_a_names_own_figures_wait_with_the_whole_market_only(board: Board) -> None:
    rule = Alert("names.NVDA.price", above=0.0)
    (waits,) = watched([Watch(rule)], with_market(board, status=Status.DOUBT, doubt="1,480 of 2,960 names came"))
    assert (waits.pending, waits.firings) == ("in doubt", 0)
    one: Part[Any] = replace(board.leverage, status=Status.STALE)
    (fires,) = watched([waits], replace(board, leverage=one))
    assert (fires.pending, fires.rings) == ("", True)


def test_a_rule_on_a_name_waits_while_an_older_price_of_it_is_kept(board: Board) -> None:
    assert board.live is not None
    nvda = pl.col("ticker") == "NVDA"
    doubted = board.live.with_columns(doubt=pl.when(nvda).then(pl.lit("opened 30% lower")).otherwise("doubt"))
    kept = doubted.with_columns(price=pl.when(nvda).then(pl.col("price") * 1.01).otherwise("price"))
    for rule in (Alert("names.NVDA.price", above=0.0), Alert("names.NVDA.return", below=1.0)):
        (waits,) = watched([Watch(rule)], replace(board, live=kept))
        assert (waits.pending, waits.firings) == ("in doubt", 0)
        (fires,) = watched([waits], replace(board, live=doubted))
        assert fires.rings, "its price is the snapshot's own"


def test_a_clock_that_went_back_does_not_silence_a_rule(board: Board) -> None:
    (fired,) = watched([Watch(BELOW)], with_sigma(board, -4.0, 60))
    (armed,) = watched([fired], with_sigma(board, -2.0, 0))
    (again,) = watched([armed], with_sigma(board, -4.0, 1))
    assert (again.rings, again.firings) == (True, 2)


def test_acknowledging_leaves_the_count(board: Board) -> None:
    (state,) = run(board, BELOW, [-4.0])
    assert state.waiting
    (seen,) = acknowledged([state])
    assert not seen.waiting
    assert seen.firings == 1


Interval = tuple[float | None, float | None, float | None]
"""A percentile with its limits."""


def with_retail(board: Board, figures: Interval, minute: float = 0) -> Board:
    """The board with another percentile of retail and its limits, so many minutes later."""
    assert board.flow.value is not None
    given = dict(zip(("percentile", "percentile_low", "percentile_high"), figures, strict=True))
    retail = msgspec.structs.replace(board.flow.value.retail, **given)
    part = replace(board.flow, value=msgspec.structs.replace(board.flow.value, retail=retail), status=Status.LIVE)
    return replace(board, flow=part, as_of=START + timedelta(minutes=minute))


RETAIL = "flow.retail.percentile"


@pytest.mark.parametrize(
    ("rule", "within", "beyond", "to_go"),
    [
        (Alert(RETAIL, below=10), (7, 3, 12), (7, 3, 9.9), 2),
        (Alert(RETAIL, above=90), (95, 89, 98), (95, 90.1, 98), 1),
        (Alert("flow.retail", percentile=10), (7, 3, 12), (7, 3, 9.9), 2),
        (Alert("flow.retail", percentile=10), (95, 89, 98), (95, 90.1, 98), 1),
        (Alert("flow.retail.intensity", percentile=10), (7, 3, 12), (7, 3, 9.9), 2),
    ],
)
def test_a_rule_on_a_percentile_fires_once_its_whole_interval_is_beyond_the_level(
    board: Board, rule: Alert, within: Interval, beyond: Interval, to_go: float
) -> None:
    (armed,) = watched([Watch(rule)], with_retail(board, within))
    assert (armed.holds, armed.rings, armed.value) == (False, False, within[0])
    assert armed.to_go == pytest.approx(to_go)
    (fired,) = watched([armed], with_retail(board, beyond, 2))
    assert (fired.holds, fired.rings, fired.fired_value) == (True, True, beyond[0])
    assert fired.to_go == pytest.approx(-0.1)
    assert (fired.low, fired.high) == beyond[1:]


def test_a_percentile_crosses_a_level_with_its_whole_interval(board: Board) -> None:
    watch, rang, to_go = Watch(Alert(RETAIL, crosses=50)), [], []
    taken = [(60, 55, 65), (48, 42, 55), (52, 45, 60), (45, 40, 49), (51, 44, 56), (60, 51, 70)]
    for number, figures in enumerate(taken):
        (watch,) = watched([watch], with_retail(board, figures, 2 * number))
        rang.append(watch.rings)
        to_go.append(watch.to_go)
    assert rang == [False, False, False, True, False, True]
    assert to_go == [15, 5, 10, 10, 6, 20]


def test_a_level_within_the_interval_from_the_first_board_on_is_not_yet_crossed(board: Board) -> None:
    (first,) = watched([Watch(Alert(RETAIL, crosses=50))], with_retail(board, (48, 42, 55)))
    assert (first.holds, first.to_go) == (None, 5)
    (second,) = watched([first], with_retail(board, (40, 35, 45), 2))
    assert (second.holds, second.rings) == (False, False)


@pytest.mark.parametrize("rule", [Alert(RETAIL, below=10), Alert("flow.retail", percentile=10)])
def test_a_percentile_whose_interval_is_not_known_leaves_the_rule_as_it_was(board: Board, rule: Alert) -> None:
    (fired,) = watched([Watch(rule)], with_retail(board, (5, 2, 8)))
    (waits,) = watched([fired], with_retail(board, (40, None, None), 2))
    assert (waits.holds, waits.value, waits.to_go, waits.firings) == (True, None, None, 1)
    assert "how sure" in waits.pending
    (nothing,) = watched([fired], with_retail(board, (None, None, None), 2))
    assert (nothing.holds, nothing.pending, nothing.fault) == (True, "", "")


def test_a_sum_that_lacks_names_waits_and_a_percentile_or_a_name_does_not(board: Board) -> None:
    told = with_retail(board, (5, 2, 8))
    assert told.flow.value is not None and told.flow.value.by_name
    name = told.flow.value.by_name[0].ticker
    fewer = msgspec.structs.replace(told.flow.value, names=told.flow.value.focus - 1)
    lacking = replace(told, flow=replace(told.flow, value=fewer, status=Status.PARTIAL))
    for path in (
        "flow.retail.net_usd",
        "flow.institutional.intensity",
        f"flow.by_leg.{fewer.by_leg[0].group}.retail_net_usd",
    ):
        (waits,) = watched([Watch(Alert(path, above=-1e15))], lacking)
        assert (waits.holds, waits.firings, waits.pending) == (None, 0, "names are still to come")
        (fires,) = watched([waits], told)
        assert (fires.pending, fires.rings) == ("", True)
    for rule in (Alert(RETAIL, below=10), Alert(f"flow.by_name.{name}.retail_net_usd", above=-1e15)):
        (fires,) = watched([Watch(rule)], lacking)
        assert (fires.pending, fires.rings) == ("", True)


def test_a_percentile_that_has_no_interval_by_its_nature_is_taken_as_it_is(board: Board) -> None:
    assert board.breadth.value is not None
    value = board.breadth.value.percentile["dispersion"]
    assert value is not None
    for near in (1.0, 10.0, 49.0):
        (state,) = watched([Watch(Alert("breadth.dispersion", percentile=near))], board)
        assert (state.value, state.fault, state.pending) == (value, "", "")
        assert state.rings is (min(value, 100 - value) < near)


def test_any_figure_of_the_json_can_be_reached(board: Board) -> None:
    assert board.leverage.value is not None and board.momentum.value is not None and board.rotation.value is not None
    name, long, group = board.leverage.value.by_name[0], board.momentum.value.long[0], board.rotation.value.groups[0]
    assert reading_at(board, f"leverage.by_name.{name.ticker}.of_adv") == name.of_adv
    assert reading_at(board, f"momentum.long.{long.ticker}.return") == long.return_
    assert reading_at(board, f"rotation.groups.{group.name}.returns.now") == group.returns["now"]
    assert reading_at(board, "leverage.next_week.p05_usd") == board.leverage.value.next_week.p05_usd
    assert reading_at(board, "leverage.by_name.NONE.of_adv") is None


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("momentun.sigma", "there is no 'momentun'; did you mean 'momentum'?"),
        ("momentum.sigmas", "there is no 'sigmas'; did you mean 'sigma'?"),
        ("momentum.verdict", "momentum.verdict is no number"),
        ("momentum.sigma.deep", "nothing lies below deep"),
    ],
)
def test_a_path_that_leads_nowhere_is_said_on_its_line(board: Board, path: str, sentence: str) -> None:
    (state,) = watched([Watch(Alert(path, above=0))], board)
    assert sentence in state.fault
    assert not state.rings


def test_a_rule_has_exactly_one_condition() -> None:
    for conditions in ({}, {"above": 1.0, "below": 0.0}):
        with pytest.raises(ValueError, match="exactly one"):
            msgspec.convert({"reading": "momentum.sigma", **conditions}, Alert)
