"""Figures say on the fields of the readings what they are: by path, and a new one everywhere."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import msgspec
import polars as pl
import pytest

from deskview.analytics.breadth import BreadthReading
from deskview.analytics.figure import Unit, figure
from deskview.board import Board, Part
from deskview.board import figures as by_path
from deskview.board.export import board_to_builtins
from deskview.board.figures import figure_at, figures, label_of, unit_at
from deskview.board.readings import readings
from deskview.board.schema import board_schema
from deskview.board.tables import part_table
from deskview.format import MISSING
from deskview.screens.alerts.offers import matching, offered
from deskview.screens.breadth import BREADTH
from deskview.screens.desk.still import still
from deskview.screens.frame.card import Line
from deskview.screens.subjects import card_of
from tests.screens.moments import whole


def test_every_figure_has_title_and_a_sentence() -> None:
    found = list(figures())
    assert len(found) > 200
    for path, own in found:
        assert own.title, path
        assert own.definition.endswith("."), path
        assert own.definition.count(". ") == 0, path
        assert "_" not in own.title + own.short, path


def test_every_reading_of_a_whole_board_is_among_the_figures(board: Board) -> None:
    for reading in readings(whole(board)):
        own = figure_at(reading.path)
        assert own is not None, reading.path
        assert (own.unit, own.watched) == (reading.unit, True), reading.path


def test_a_rows_name_may_hold_dots_and_be_called_as_a_field() -> None:
    assert label_of("momentum.long.BRK.B.weight") == "BRK.B in the long leg: weight"
    assert label_of("momentum.long.weight.weight") == "weight in the long leg: weight"
    assert label_of("rotation.groups.U.S. Banks.relative.now") == "U.S. Banks: return above the index's, today"
    assert label_of("flow.by_name.{row}.weight") == "{row}: dollars one of its own stands for"


def test_what_a_mapping_holds_goes_by_the_title_of_its_key() -> None:
    assert label_of("breadth.percentile.dispersion_cap") == "breadth: percentile of dispersion, by size"
    assert label_of("rotation.benchmark_returns.now") == "rotation: index return, today"
    assert label_of("rotation.groups.AI.rank.5d") == "AI: rank, 5d"


def test_places_and_parts_have_names_of_their_own() -> None:
    assert label_of("momentum") == "momentum"
    assert label_of("flow.funds.institutional") == "funds, non-retail"
    assert label_of("leverage.next_week") == "leveraged ETFs, next week"


def test_a_change_over_30_minutes_is_in_the_unit_of_its_figure() -> None:
    assert label_of("momentum.return.d30m") == "momentum: return, change over 30 minutes"
    assert unit_at("momentum.return.d30m") is Unit.FRACTION
    assert unit_at("leverage.today_usd.d30m") is Unit.USD
    assert unit_at("flow.retail.percentile.d30m") is Unit.POINTS
    assert figure_at("momentum.verdict.d30m") is None


def test_status_of_a_part_is_a_figure() -> None:
    assert label_of("status.leverage") == "leveraged ETFs: stale or in doubt"
    assert figure_at("status.momentum") is not None
    assert figure_at("status.nothing") is None


def test_what_is_nowhere_has_words_and_no_figure() -> None:
    for path in ("", "breadth.nope_usd", "nope", "nope.of_adv", "names", "momentum.return.more", "leverage.by_name"):
        assert figure_at(path) is None
        assert "_" not in label_of(path)
        assert unit_at(path) is Unit.NUMBER


class Toy(BreadthReading, frozen=True, kw_only=True):
    """Breadth with one figure more: all that is said of it stands here."""

    toy_share: Annotated[
        float | None, figure("members in a toy", Unit.FRACTION, "Members that are toys.", short="toys", listed=True)
    ] = 0.125


@pytest.fixture
def toyed(board: Board, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    """A board whose breadth has the figure, and types that know of it."""
    about = Board.__annotations__["breadth"].__metadata__[0]
    monkeypatch.setitem(Board.__annotations__, "breadth", Annotated[Part[Toy], about])
    forget()
    assert board.breadth.value is not None
    toy = Toy(**{field: getattr(board.breadth.value, field) for field in board.breadth.value.__struct_fields__})
    yield replace(board, breadth=replace(board.breadth, value=toy))
    forget()


def forget() -> None:
    """The types are walked once; the next to ask walks them again."""
    for cached in (by_path.roots, by_path.figure_at, by_path.label_of):
        cached.cache_clear()


async def test_a_listed_figure_is_everywhere_by_its_field_alone(toyed: Board) -> None:
    assert label_of("breadth.toy_share") == "breadth: members in a toy"
    assert "toys 12.5%" in await still(toyed, page="breadth", size=(80, 24), theme="deskview", svg=False)
    assert Line("toys", "12.5%: Members that are toys.") in card_of(toyed, "breadth", None).lines
    assert "breadth.toy_share" in [offer.path for offer in matching(offered(toyed, "desk", None), "members in a toy")]
    assert board_to_builtins(toyed)["breadth"]["toy_share"] == 0.125
    assert BREADTH.rows is not None
    exported = part_table(toyed, toyed.breadth, BREADTH.rows)
    assert exported is not None
    assert exported.row(by_predicate=pl.col("figure") == "toy_share", named=True)["value"] == 0.125
    own = board_schema()["properties"]["breadth"]["properties"]["toy_share"]
    assert (own["title"], own["unit"], own["description"]) == ("members in a toy", "fraction", "Members that are toys.")


def test_a_listed_figure_that_is_missing_says_why_on_the_card(toyed: Board) -> None:
    assert toyed.breadth.value is not None
    part = replace(
        toyed.breadth,
        value=msgspec.structs.replace(toyed.breadth.value, toy_share=None),
        missing={"toy_share": "nobody counts"},
    )
    lines = card_of(replace(toyed, breadth=part), "breadth", None).lines
    assert Line("toys", f"{MISSING}: nobody counts") in lines
