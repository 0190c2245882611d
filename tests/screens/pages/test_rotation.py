"""The rotation page: the whole heatmap in its variants and orders, and the quadrants."""

import pytest

from deskview.analytics.rotation import RotationReading
from deskview.board import Board
from deskview.screens.frame.target import Kind, Target
from deskview.screens.rotation.page import TONES, rank_text
from deskview.widgets import signed_pct
from deskview.widgets.scatter import Scatter
from deskview.widgets.sorting import SortedHeatmap, SortedTable
from tests.screens.pages.opened import SIZES, Opener, opened, pressed
from tests.widgets.host import lines_of


def reading_of(board: Board) -> RotationReading:
    assert board.rotation.value is not None
    return board.rotation.value


def heatmap(app: Opener) -> SortedHeatmap:
    return app.page.query_one(SortedHeatmap)


def cells(app: Opener, group: str) -> list[str]:
    """The figures printed for a group."""
    line = lines_of(heatmap(app))[1 + heatmap(app).keys.index(group)]
    assert line.startswith(f"{group} ")
    return line.removeprefix(group).split()


def strongest(board: Board, horizon: str) -> list[str]:
    """Groups by their return, the best first."""
    groups = reading_of(board).groups
    return [group.name for group in sorted(groups, key=lambda group: -(group.returns[horizon] or 0.0))]


async def test_every_group_stands_with_its_returns_rank_and_change_of_rank(board: Board) -> None:
    reading = reading_of(board)
    async with opened(board, "rotation", (160, 60)) as (app, _):
        assert list(heatmap(app).keys) == strongest(board, "now")
        for group in reading.groups:
            numbers = [value for value in group.returns.values() if value is not None]
            assert cells(app, group.name)[:7] == [signed_pct(value).strip() for value in numbers]
            assert cells(app, group.name)[7:] == rank_text(group.rank["now"], group.rank_change).split()


@pytest.mark.parametrize(
    ("rank", "change", "text"),
    [(1, 7, " 1  ▲7"), (26, -17, "26 ▼17"), (3, 0, " 3   ="), (4, None, " 4    "), (None, None, "")],
)
def test_ranks(rank: int | None, change: int | None, text: str) -> None:
    assert rank_text(rank, change) == text


async def test_x_shows_returns_less_the_index(board: Board) -> None:
    reading = reading_of(board)
    async with opened(board, "rotation", (160, 60)) as (app, pilot):
        assert "absolute" in app.text
        await pressed(app, pilot, "x")
        assert "less the index" in app.text
        for group in reading.groups:
            assert group.relative["now"] is not None
            assert cells(app, group.name)[0] == signed_pct(group.relative["now"]).strip()


async def test_u_goes_through_all_sectors_and_themes(board: Board) -> None:
    groups = reading_of(board).groups
    async with opened(board, "rotation") as (app, pilot):
        await pressed(app, pilot, "u")
        assert set(heatmap(app).keys) == {group.name for group in groups if group.kind == "sector"}
        await pressed(app, pilot, "u")
        assert set(heatmap(app).keys) == {group.name for group in groups if group.kind == "theme"}
        await pressed(app, pilot, "u")
        assert len(heatmap(app).keys) == len(groups)


async def test_it_sorts_by_any_column_and_keeps_the_order_while_the_figures_move(board: Board, earlier: Board) -> None:
    async with opened(earlier, "rotation") as (app, pilot):
        before, lines = heatmap(app).keys, lines_of(heatmap(app))
        app.page.show(board)
        assert heatmap(app).keys == before
        assert lines_of(heatmap(app)) != lines
        await pressed(app, pilot, "s")
        assert list(heatmap(app).keys) == strongest(board, "1d")
        await pressed(app, pilot, "d")
        assert list(heatmap(app).keys) == strongest(board, "1d")[::-1]
        await pressed(app, pilot, *"ssssss")
        ranks = {group.name: group.rank["now"] or 0 for group in reading_of(board).groups}
        assert list(heatmap(app).keys) == sorted(ranks, key=lambda name: (ranks[name], name))


async def test_a_group_opens_from_the_heatmap_and_from_the_quadrants(board: Board) -> None:
    async with opened(board, "rotation") as (app, pilot):
        await pressed(app, pilot, "j", "enter", "w", "j", "enter")
        standings = app.page.query_one(SortedTable)
        assert app.opened == [Target(Kind.GROUP, heatmap(app).keys[1]), Target(Kind.GROUP, standings.keys[1])]


async def test_the_quadrants_show_where_each_group_stands_and_the_chosen_ones_way(board: Board) -> None:
    assert board.basis is not None
    assert board.basis.rotation is not None
    trails = {trail.name: trail for trail in board.basis.rotation.trails}
    async with opened(board, "rotation") as (app, pilot):
        await pressed(app, pilot, "w")
        standings = app.page.query_one(SortedTable)
        for name, line in zip(standings.keys, lines_of(standings)[1:], strict=False):
            newest = trails[name].points[-1]
            assert f"{newest.strength:.1f}" in line
            assert f"{newest.momentum:.1f}" in line
            assert trails[name].quadrant in line.split()
        plot = "\n".join(lines_of(app.page.query_one(Scatter)))
        for word in ("IMPROVING", "LEADING", "LAGGING", "WEAKENING", "strength →", "momentum", "◉", "1"):
            assert word in plot
        chosen = app.page.query_one(SortedTable).cursor_key
        await pressed(app, pilot, "j")
        assert app.page.query_one(SortedTable).cursor_key != chosen
        assert "\n".join(lines_of(app.page.query_one(Scatter))) != plot
    assert set(TONES) >= {trail.quadrant for trail in trails.values() if trail.quadrant}


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_cut_at_any_size(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "rotation", size) as (app, pilot):
        assert heatmap(app).dropped == ()
        line = lines_of(heatmap(app))[1]
        group = reading_of(board).groups[[g.name for g in reading_of(board).groups].index(heatmap(app).keys[0])]
        assert line.rstrip().endswith(rank_text(group.rank["now"], group.rank_change))
        await pressed(app, pilot, "w")
        assert "Too small" not in app.text
        assert {"group", "strength", "momentum"}.isdisjoint(app.page.query_one(SortedTable).dropped)
