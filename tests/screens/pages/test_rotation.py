"""The rotation page: the whole heatmap in its variants and orders, and the quadrants."""

from dataclasses import replace

import msgspec
import pytest

from deskview.analytics.rotation import Group, RotationReading
from deskview.board import Board
from deskview.screens.frame.target import Kind, Target
from deskview.screens.group import group_detail
from deskview.screens.rotation.page import TONES, rank_text, tracks
from deskview.screens.rotation.pane import both_ends, heat_row, ranked
from deskview.screens.subjects import card_of
from deskview.widgets import signed_pct
from deskview.widgets.lines import Lines
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
            assert cells(app, group.name)[0] == f"{group.with_data['now']}/{group.members}"
            assert cells(app, group.name)[1:8] == [signed_pct(value).strip() for value in numbers]
            assert cells(app, group.name)[8:] == rank_text(group.rank["now"], group.rank_change).split()


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
            assert cells(app, group.name)[1] == signed_pct(group.relative["now"]).strip()


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


def thinned(board: Board, name: str, *horizons: str) -> Board:
    """The board whose group of that name has 4 members counted over these horizons, and so is not ranked there."""
    reading = reading_of(board)

    def thin(group: Group) -> Group:
        if group.name != name:
            return group
        return msgspec.structs.replace(
            group,
            with_data=group.with_data | dict.fromkeys(horizons, 4),
            rank=group.rank | dict.fromkeys(horizons),
            rank_change=None if {"now", "1d"} & set(horizons) else group.rank_change,
        )

    missing = {f"groups.{name}.rank.{horizon}": f"4 counted over {horizon}: too few to rank" for horizon in horizons}
    changed = msgspec.structs.replace(reading, groups=[thin(group) for group in reading.groups], missing=missing)
    return replace(board, rotation=replace(board.rotation, value=changed, missing=missing))


def tones(lines: Lines, row: int) -> dict[str, str]:
    """What each piece of a row wears, by its text."""
    return {piece.text.strip(): piece.tone for piece in lines.row_line(row, "")}


async def test_a_group_that_is_not_ranked_is_dim_and_last_by_whatever_figure(board: Board) -> None:
    best = strongest(board, "now")[0]
    given = thinned(board, best, "now", "1d")
    async with opened(given, "rotation", (160, 60)) as (app, pilot):
        heat = heatmap(app)
        assert heat.keys[-1] == best
        assert cells(app, best)[0].startswith("4/")
        worn = tones(heat, len(heat.keys) - 1)
        assert list(worn.values())[:4] == ["dim"] * 4
        assert list(worn.values())[4].startswith("heat-")
        assert "1 not ranked: under 5 or half of the members priced" in app.text
        for descending in (True, False):
            for key in ("now", "1d", "note"):
                heat.sort_by(key, descending=descending)
                assert heat.keys[-1] == best, key
        heat.sort_by("5d")
        assert list(heat.keys) == strongest(board, "5d")
        await pressed(app, pilot, "x")
        heat.sort_by("now", descending=False)
        assert heat.keys[-1] == best


async def test_the_pane_keeps_its_last_line_for_groups_that_are_not_ranked(board: Board) -> None:
    first, second, third = strongest(board, "now")[:3]
    for given, foot in (
        (thinned(board, first, "now"), first),
        (thinned(thinned(board, first, "now"), second, "now"), "··· 2 groups not ranked"),
    ):
        rows = [heat_row(group, reading_of(given).horizons) for group in ranked(reading_of(given).groups)]
        shown = both_ends(rows, 11)
        assert len(shown) == 11
        assert shown[-1].label == foot
        assert shown[0].key == (second if foot == first else third)
        assert [row.key for row in shown[-6:-1]] == strongest(board, "now")[-5:]
        assert both_ends(rows, len(rows)) == rows


def test_when_no_group_is_ranked_yet_the_ends_are_those_of_all(board: Board) -> None:
    before = board
    for name in strongest(board, "now"):
        before = thinned(before, name, "now")
    rows = [heat_row(group, reading_of(before).horizons) for group in ranked(reading_of(before).groups)]
    shown = both_ends(rows, 11)
    assert shown[0].key == strongest(board, "now")[0]
    assert shown[-1].key == strongest(board, "now")[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_what_the_returns_are_is_said_once(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "rotation", size) as (app, pilot):
        assert app.text.count("total returns") == 1
        assert app.text.count("hindsight") == 1
        await pressed(app, pilot, "u")
        assert "hindsight" not in app.text
        await pressed(app, pilot, "u")
        assert app.text.count("hindsight") == 1
    for key in (None, reading_of(board).groups[-1].name):
        words = card_of(board, "rotation", key).content.plain
        assert words.count("hindsight") == 1
        assert words.count("total returns") == 1


async def test_a_thin_trail_is_dim_and_last_among_the_standings(board: Board) -> None:
    assert board.basis is not None and board.basis.rotation is not None
    best = max(board.basis.rotation.trails, key=lambda trail: trail.points[-1].strength)
    thin = msgspec.structs.replace(best, with_data=4, unranked="too few to rank")
    trails = tuple(thin if trail is best else trail for trail in board.basis.rotation.trails)
    basis = replace(board.basis, rotation=replace(board.basis.rotation, trails=trails))
    async with opened(replace(board, basis=basis), "rotation", (160, 60)) as (app, pilot):
        await pressed(app, pilot, "w")
        standings = app.page.query_one(SortedTable)
        for key in ("strength", "momentum"):
            standings.sort_by(key)
            assert standings.keys[-1] == best.name
        assert f"4/{best.members}" in lines_of(standings)[len(standings.keys)]
    assert tracks([thin])[0].tone == "dim"


def test_the_page_of_a_group_says_what_it_rests_on(board: Board) -> None:
    name = strongest(board, "now")[0]
    detail = group_detail(thinned(board, name, "now", "12m"), name)
    words = ["   ".join("".join(piece.text for piece in one) for one in line) for line in detail.figures]
    assert "not ranked" in words[0] and "not ranked" in words[6]
    assert "rank" in words[1] and "not ranked" not in words[1]
    assert "on 4/" in words[0]
    assert words[7:] == [
        "4 counted over now: too few to rank",
        "1d–12m are total returns   today's members: 6m, 12m in hindsight",
    ]


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
