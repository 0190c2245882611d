"""Every figure a rule may be set on, by its path, with its unit and its own σ or percentile."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import polars as pl
import pytest

from deskview.alerts.life import watched
from deskview.analytics.figure import Unit
from deskview.board import Board
from deskview.board.alerts import Watch
from deskview.board.figures import unit_at
from deskview.board.readings import companion, reading_at, readings
from deskview.settings import Alert
from tests.screens.moments import with_leverage


def test_every_listed_reading_is_found_at_its_path(board: Board) -> None:
    found = [reading for reading in readings(board) if not reading.path.startswith("names.")]
    assert len(found) > 1000
    assert [reading.path for reading in found if reading_at(board, reading.path) != reading.value] == []
    assert len({reading.path for reading in found}) == len(found)


def test_missing_figures_are_listed_as_missing(board: Board) -> None:
    listed = {reading.path: reading.value for reading in readings(with_leverage(board, creation_usd=None))}
    assert listed["leverage.creation_usd"] is None
    assert listed["leverage.today_usd"] is not None


def test_any_stock_has_price_and_return(board: Board) -> None:
    assert board.live is not None
    row = board.live.row(by_predicate=pl.col("ticker") == "NVDA", named=True)
    assert reading_at(board, "names.NVDA.price") == row["price"]
    assert reading_at(board, "names.NVDA.return") == row["ret"]
    assert reading_at(replace(board, live=None), "names.NVDA.price") is None
    for path, sentence in (
        ("names.NVDAA.price", "no 'NVDAA'"),
        ("names.NVDA.prise", "did you mean 'price'"),
        ("names", "there is no ''"),
    ):
        with pytest.raises(LookupError, match=sentence):
            reading_at(board, path)


def test_a_ticker_may_hold_a_dot(board: Board) -> None:
    dotted = [reading for reading in readings(board) if ".BRK.B." in reading.path]
    assert dotted
    for reading in dotted:
        assert reading_at(board, reading.path) == reading.value


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("momentum.return", Unit.FRACTION),
        ("momentum.sigma", Unit.SIGMA),
        ("momentum.sigma_of_hour", Unit.SIGMA),
        ("momentum.sigma_252_return", Unit.FRACTION),
        ("momentum.beta_neutral.return", Unit.FRACTION),
        ("momentum.beta_neutral.hedge_ratio", Unit.NUMBER),
        ("momentum.crowding.percentile_long", Unit.PERCENTILE),
        ("rotation.groups.AI.returns.5d", Unit.FRACTION),
        ("rotation.groups.AI.rank.5d", Unit.NUMBER),
        ("leverage.today_usd", Unit.USD),
        ("leverage.by_name.NVDA.impact_bp", Unit.BASIS_POINTS),
        ("breadth.percentile.dispersion", Unit.PERCENTILE),
        ("flow.retail.percentile", Unit.PERCENTILE),
        ("flow.retail.percentile_low", Unit.PERCENTILE),
        ("flow.institutional.percentile_high", Unit.PERCENTILE),
        ("flow.retail.net_low_usd", Unit.USD),
        ("flow.by_leg.long.retail_net_usd", Unit.USD),
        ("flow.by_sector.Energy.other_intensity", Unit.FRACTION),
        ("flow.by_name.NVDA.usual_retail", Unit.FRACTION),
        ("flow.by_name.NVDA.weight", Unit.NUMBER),
        ("flow.funds.by_name.SPY.weight", Unit.NUMBER),
        ("momentum.long.NVDA.weight", Unit.FRACTION),
        ("flow.universe_share", Unit.FRACTION),
        ("names.NVDA.price", Unit.PRICE),
    ],
)
def test_the_unit_is_told_by_the_name(path: str, unit: Unit) -> None:
    assert unit_at(path) is unit


@pytest.mark.parametrize(
    ("path", "kind", "own"),
    [
        ("momentum.return", "sigma", "momentum.sigma"),
        ("momentum", "sigma", "momentum.sigma"),
        ("momentum.sigma_ewma", "sigma", "momentum.sigma_ewma"),
        ("momentum.sigma_of_hour", "sigma", "momentum.sigma_of_hour"),
        ("momentum.beta_neutral.return", "sigma", "momentum.beta_neutral.sigma"),
        ("momentum.sector_neutral.return", "sigma", "momentum.sector_neutral.sigma"),
        ("momentum.long_return", "sigma", None),
        ("leverage.today_usd", "sigma", None),
        ("names.NVDA.return", "sigma", None),
        ("flow.retail", "percentile", "flow.retail.percentile"),
        ("flow.retail.intensity", "percentile", "flow.retail.percentile"),
        ("flow.funds.retail", "percentile", "flow.funds.retail.percentile"),
        ("flow.retail.prints", "percentile", None),
        ("breadth.dispersion", "percentile", "breadth.percentile.dispersion"),
    ],
)
def test_a_reading_knows_its_own_sigma_and_percentile(board: Board, path: str, kind: str, own: str | None) -> None:
    assert companion(board, path, kind) == own


def test_a_figure_has_no_percentile_of_its_own_where_one_beside_it_is_missing(board: Board) -> None:
    assert board.flow.value is not None
    retail = msgspec.structs.replace(board.flow.value.retail, percentile=None)
    early = replace(board, flow=replace(board.flow, value=msgspec.structs.replace(board.flow.value, retail=retail)))
    assert companion(early, "flow.retail.prints", "percentile") is None
    assert companion(early, "flow.retail", "percentile") == "flow.retail.percentile"


def test_a_sigma_rule_looks_at_the_readings_own_sigma_either_way(board: Board) -> None:
    assert board.momentum.value is not None
    sigma = board.momentum.value.sigma
    assert sigma is not None
    (beyond,) = watched([Watch(Alert("momentum.return", sigma=abs(sigma) - 0.1))], board)
    assert beyond.value == sigma
    assert beyond.rings
    assert beyond.to_go == pytest.approx(-0.1)
    (within,) = watched([Watch(Alert("momentum.return", sigma=abs(sigma) + 0.1))], board)
    assert not within.rings
    assert within.to_go == pytest.approx(0.1)


def test_a_sigma_rule_on_a_reading_without_one_is_a_fault_and_says_what_would_do(board: Board) -> None:
    (watch,) = watched([Watch(Alert("leverage.today_usd", sigma=3))], board)
    assert "leverage.today_usd has no σ of its own" in watch.fault
    (unknown,) = watched([Watch(Alert("leverage.todai_usd", sigma=3))], board)
    assert "did you mean 'today_usd'?" in unknown.fault


@pytest.mark.parametrize(
    ("rule", "to_go"),
    [
        (Alert("momentum.hedge_ratio", above=2), lambda value: 2 - value),
        (Alert("momentum.hedge_ratio", below=1), lambda value: value - 1),
        (Alert("momentum.hedge_ratio", crosses=5), lambda value: 5 - value),
    ],
)
def test_how_far_it_still_is(board: Board, rule: Alert, to_go: Callable[[float], float]) -> None:
    (watch,) = watched([Watch(rule)], board)
    assert watch.value is not None
    assert watch.to_go == pytest.approx(to_go(watch.value))
    assert Watch(rule).to_go is None
