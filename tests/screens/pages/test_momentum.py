"""The momentum page: its figures are the reading's, both baskets, the order of the legs, the year of the spread."""

import math
import re
from dataclasses import replace

import msgspec
import pytest

from deskview.analytics.momentum import MomentumReading
from deskview.board import Board
from deskview.format import basis_points, percent, share, sigma, sigma_sign
from deskview.screens.frame.history import past_sessions
from deskview.screens.frame.target import Kind, Target
from deskview.screens.momentum.explain import ranked
from deskview.screens.momentum.page import sector_split, spread_chart
from deskview.widgets.chart import Chart
from deskview.widgets.sorting import SortedTable
from tests.screens.pages.opened import SIZES, opened, pressed
from tests.widgets.host import lines_of


def reading_of(board: Board) -> MomentumReading:
    assert board.momentum.value is not None
    return board.momentum.value


async def test_the_figures_are_those_of_the_reading(board: Board) -> None:
    reading = reading_of(board)
    state, hedged, crowding, basis = reading.state, reading.beta_neutral, reading.crowding, reading.sigma_basis
    sign = sigma_sign(basis)
    async with opened(board, "momentum") as (app, _):
        for figure in (
            f"{percent(reading.return_)}  {sigma(reading.sigma, basis)}",
            f"of the hour {sigma(reading.sigma_of_hour, basis)}",
            f"EWMA {sigma(reading.sigma_ewma, basis)}",
            reading.verdict,
            f"long {percent(reading.long_return)}",
            f"short basket {percent(reading.short_return)}",
            f"{percent(hedged.return_)}  {sigma(hedged.sigma, hedged.sigma_basis)}",
            f"k {hedged.hedge_ratio:.2f}",
            f"against the market {share(reading.long_share)}",
            f"raw {share(reading.long_share_raw)}",
            f"1{sign} of {reading.sigma_n} d {reading.sigma_252_return:.2%}",
            "from the rule's own history" if basis == "rule" else "from today's names held back",
            f"traded long {share(reading.coverage_long)}",
            f"{len(reading.long)}+{len(reading.short)} of {reading.universe}",
            {True: "panic", False: "no panic", None: "panic cannot be told"}[state.panic] + f" ({state.days:,} days)",
            f"comomentum long {ranked(crowding.long, crowding.percentile_long, crowding.n)}",
            f"{sum(reading.left_out.values())} names",
        ):
            assert figure is not None
            assert figure in app.facts
        for reason, count in reading.left_out.items():
            assert f"{count} {reason}" in app.facts


async def test_both_legs_are_whole_and_the_strongest_drivers_come_first(board: Board) -> None:
    reading = reading_of(board)
    async with opened(board, "momentum") as (app, _):
        for leg, names in (("long", reading.long), ("short", reading.short)):
            table = app.page.query_one(f"#{leg}", SortedTable)
            by_contribution = sorted(names, key=lambda name: (name.contribution or 0.0, name.ticker))
            assert table.keys == tuple(name.ticker for name in by_contribution)
            assert by_contribution[0].contribution == min(name.contribution or 0.0 for name in names)


async def test_x_turns_to_the_basket_that_is_neutral_to_sectors_and_back(board: Board) -> None:
    neutral = reading_of(board).sector_neutral
    async with opened(board, "momentum") as (app, pilot):
        assert "raw deciles" in app.text
        before = app.facts
        await pressed(app, pilot, "x")
        assert "neutral to sectors" in app.text
        assert f"{percent(neutral.return_)}  {sigma(neutral.sigma, neutral.sigma_basis)}" in app.facts
        assert set(app.page.query_one("#long", SortedTable).keys) == {name.ticker for name in neutral.long}
        await pressed(app, pilot, "x")
        assert app.facts == before


async def test_the_sectors_sum_to_the_spread(board: Board) -> None:
    reading = reading_of(board)
    for basket in (reading, reading.sector_neutral):
        split = sector_split(basket)
        assert math.fsum(sum(legs) for legs in split.values()) == pytest.approx(basket.return_, abs=1e-12)
        assert math.fsum(legs[0] for legs in split.values()) == pytest.approx(basket.long_return, abs=1e-12)
    async with opened(board, "momentum") as (app, _):
        sectors = app.page.query_one("#sectors", SortedTable)
        lines = "\n".join(lines_of(sectors))
        worst, legs = min(sector_split(reading).items(), key=lambda item: sum(item[1]))
        assert sectors.keys[0] == worst
        assert basis_points(sum(legs)).removesuffix("bp") in lines


async def test_the_order_stands_still_while_the_figures_move_until_it_is_asked_for_anew(
    board: Board, earlier: Board
) -> None:
    async with opened(earlier, "momentum") as (app, pilot):
        table = app.page.query_one("#long", SortedTable)
        before, lines = table.keys, lines_of(table)
        app.page.show(board)
        assert table.keys == before
        assert lines_of(table) != lines
        await pressed(app, pilot, *["s"] * len(table.columns))
        names = sorted(reading_of(board).long, key=lambda name: name.contribution or 0.0, reverse=True)
        assert table.keys[0] == names[0].ticker
        await pressed(app, pilot, "d")
        assert table.keys[0] == names[-1].ticker


async def test_a_name_and_a_sector_open_what_they_are(board: Board) -> None:
    async with opened(board, "momentum") as (app, pilot):
        first = app.page.query_one("#long", SortedTable).keys[0]
        await pressed(app, pilot, "enter")
        sectors = app.page.query_one("#sectors", SortedTable)
        app.page.set_focus(sectors)
        await pressed(app, pilot, "enter")
        assert app.opened == [Target(Kind.NAME, first), Target(Kind.GROUP, sectors.keys[0])]


def test_the_chart_holds_the_past_spreads_the_levels_and_today_last(board: Board) -> None:
    assert board.basis is not None
    assert board.basis.momentum is not None
    held = board.basis.momentum.raw
    assert held is not None
    sd = held.risk.sigma
    assert sd is not None
    spec = spread_chart("", held, past_sessions(board.basis), -0.08)
    today, year = spec.series
    assert list(year.y) == held.risk.spreads[-252:].tolist()
    assert today.y == (year.y[-1], -0.08)
    assert today.x[-1] == year.x[-1] + 1
    assert {round(level.y / sd) for level in spec.levels} == {-4, -2, -1, 0, 1, 2, 4}
    assert spec.x_ticks[-1][1] == board.basis.session.strftime("%b ’%y")


@pytest.mark.parametrize("size", SIZES)
async def test_no_figure_is_cut_at_any_size(board: Board, size: tuple[int, int]) -> None:
    async with opened(board, "momentum", size) as (app, pilot):
        for key in ("", "x", "w"):
            if key:
                await pressed(app, pilot, key)
            assert re.search(r"[\d.]…", app.text) is None
            for table in app.page.query(SortedTable):
                assert {"ticker", "now", "contribution"}.isdisjoint(table.dropped)
        assert app.page.query_one(Chart).region.height > 8


async def test_a_low_terminal_shows_the_legs_and_the_chart_on_its_key(board: Board) -> None:
    async with opened(board, "momentum", (80, 24)) as (app, pilot):
        assert "LONG" in app.text
        assert "β-neutral" in app.text
        assert re.search(r"panic.* \([\d,]+ days\)", app.text)
        assert "halves" not in app.text
        assert "crowding" not in app.text
        assert "Daily spread" not in app.text
        await pressed(app, pilot, "w")
        assert "Daily spread" in app.text
        assert "LONG" not in app.text
        assert app.focused is app.page.query_one("#sectors")
        await pressed(app, pilot, "w")
        assert app.focused is app.page.query_one("#long")


async def test_missing_figures_are_dashes_with_the_reason_in_place_of_the_legs(board: Board) -> None:
    reading = reading_of(board)
    nothing = msgspec.structs.replace(
        reading, return_=None, sigma=None, long=[], short=[], verdict=None, missing={"return": "too few names traded"}
    )
    async with opened(replace(board, momentum=replace(board.momentum, value=nothing)), "momentum") as (app, _):
        assert "–  –" in app.facts
        assert "too few names traded" in app.text
