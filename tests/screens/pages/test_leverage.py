"""The leveraged-ETF page: every view at every size, what opens, and that a range never reads as a forecast."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from textual.pilot import Pilot

from deskview.analytics.leverage import Leverage
from deskview.board import Board, WeekInputs
from deskview.board.occasional import completed
from deskview.screens.desk.still import StillApp, screen_text
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.leverage.page import TITLES, LeveragePage
from deskview.screens.leverage.summary import summary
from deskview.screens.leverage.week import fan_chart
from deskview.screens.leverage.weights import weight_rows
from deskview.screens.subjects import detail_of
from deskview.widgets.drawing import last_value
from deskview.widgets.lines import Lines
from deskview.widgets.pane import Pane
from tests.screens.moments import WEIGHTS, whole, with_leverage

SIZES = [(80, 24), (120, 40), (200, 60)]


class Page(StillApp):
    """The page alone, and what was asked of the app."""

    def __init__(self, board: Board) -> None:
        super().__init__(board, "leverage", "deskview-dark")
        self.opened: list[Target] = []

    def on_opened(self, event: Opened) -> None:
        self.opened.append(event.target)

    @property
    def page(self) -> LeveragePage:
        assert isinstance(self.screen, LeveragePage)
        return self.screen

    @property
    def shown(self) -> list[str]:
        return [pane.id.removeprefix("pane-") for pane in self.page.query(Pane) if pane.display and pane.id]


@asynccontextmanager
async def page(board: Board, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Page, Pilot[None]]]:
    app = Page(board)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        yield app, pilot


async def settled(app: Page, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


async def each_view(app: Page, pilot: Pilot[None]) -> AsyncIterator[tuple[list[str], str]]:
    """Panes and text of every view, once round."""
    for _ in app.page._views:
        yield app.shown, screen_text(app.screen)
        await pilot.press("x")
        await settled(app, pilot)


async def go_to(app: Page, pilot: Pilot[None], pane: str) -> str:
    while pane not in app.shown:
        await pilot.press("x")
        await settled(app, pilot)
    return screen_text(app.screen)


@pytest.fixture
def reading(board: Board) -> Leverage:
    assert board.leverage.value is not None
    return board.leverage.value


@pytest.mark.parametrize("size", SIZES)
async def test_every_pane_is_reached_and_none_is_blank(board: Board, size: tuple[int, int]) -> None:
    async with page(board, size) as (app, pilot):
        seen: list[str] = []
        async for panes, text in each_view(app, pilot):
            seen += panes
            for pane in panes:
                assert TITLES[pane] in text
            assert "Nothing to show" not in text
            assert max(len(line) for line in text.splitlines()) <= size[0]
        assert seen == list(TITLES)
        assert app.shown[0] == "names"


async def test_large_terminals_show_several_panes_at_once(board: Board) -> None:
    counts = []
    for size in SIZES:
        async with page(board, size) as (app, _):
            counts.append(len(app.shown))
    assert counts[0] == 1
    assert counts == sorted(set(counts))


async def test_the_way_back_and_a_new_size_keep_what_was_shown(board: Board) -> None:
    async with page(board) as (app, pilot):
        first = app.shown
        views = [panes async for panes, _ in each_view(app, pilot)]
        assert (views[0], views[-1]) == (first, ["score"])
        for _ in views[1:]:
            await pilot.press("x")
        assert app.shown == ["score"]
        await pilot.resize_terminal(200, 60)
        await settled(app, pilot)
        assert "score" in app.shown and len(app.shown) > 1


@pytest.mark.parametrize("size", SIZES)
async def test_no_view_reads_as_a_point_forecast(board: Board, size: tuple[int, int]) -> None:
    """Wherever the coming week stands, so does its spread, both tails, and that its mean is zero."""
    async with page(board, size) as (app, pilot):
        async for _, text in each_view(app, pilot):
            week = next(line for line in text.splitlines() if "next week" in line)
            assert re.search(r"next week ±\$\S+ \(1σ\)", week)
            assert "mean 0" in text
            assert not re.search(r"(?:next|coming) (?:week|sessions)[^±\n]{0,3}[−+]\$", text)


def test_the_pane_on_the_desk_states_a_spread_and_a_zero_mean(reading: Leverage) -> None:
    text = "\n".join("".join(piece.text for fact in line for piece in fact) for line in summary(reading, 56))
    assert "next week ±$" in text
    assert "mean 0" in text
    assert not re.search(r"next week [−+]\$", text)


def test_the_fan_opens_both_ways_from_zero_and_singles_out_no_value(reading: Leverage) -> None:
    for week in (reading.next_week, msgspec.structs.replace(reading.next_week, simulation=None)):
        spec = fan_chart(week)
        named = {series.label: series for series in spec.series if series.label}
        assert list(named) == ["p05", "p16", "p50", "p84", "p95"]
        assert all(series.y[0] == 0.0 for series in named.values())
        last = [series.y[-1] or 0.0 for series in named.values()]
        assert last == sorted(last)
        assert last[0] < 0 < last[-1]
        assert last_value(spec) == []
        assert [label for _, label in spec.x_ticks] == ["now", "Thu 05", "Fri 06", "Mon 09", "Tue 10", "Wed 11"]


async def test_names_at_the_threshold_stand_out(board: Board, reading: Leverage) -> None:
    async with page(board, (120, 40)) as (app, _):
        marked = re.findall(r"●\s*([A-Z.]+)", screen_text(app.screen))
    assert marked
    assert marked == [row.ticker for row in reading.by_name if row.ticker in reading.threshold_names][: len(marked)]


async def test_lists_are_sorted_by_any_column(board: Board, reading: Leverage) -> None:
    async with page(board) as (app, pilot):
        names = app.page.query_one("#names", Lines)
        assert names.cursor_key == max(reading.by_name, key=lambda row: abs(row.today_usd or 0.0)).ticker
        await pilot.press("s", "g")
        known = [row for row in reading.by_name if row.of_adv is not None]
        assert names.cursor_key == max(known, key=lambda row: abs(row.of_adv or 0.0)).ticker


@pytest.mark.parametrize(
    ("pane", "key", "target"),
    [
        ("names", "NVDA", Target(Kind.NAME, "NVDA")),
        ("underlyings", "stock:TSLA", Target(Kind.NAME, "TSLA")),
        ("underlyings", "index:NDX", Target(Kind.FUND, "TQQQ")),
        ("funds", "SOXL", Target(Kind.FUND, "SOXL")),
        ("kinds", "sector:Energy", Target(Kind.GROUP, "Energy")),
        ("left-out", "DJTU", Target(Kind.FUND, "DJTU")),
    ],
)
async def test_a_row_opens_its_detail(board: Board, pane: str, key: str, target: Target) -> None:
    async with page(board) as (app, pilot):
        await go_to(app, pilot, pane)
        assert app.page.query_one(f"#{pane}", Lines).select(key)
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == [target]


async def test_other_kinds_stand_apart_from_the_headline(board: Board) -> None:
    async with page(board, (100, 44)) as (app, pilot):
        text = await go_to(app, pilot, "kinds")
    head, rest = text.split("Other kinds: not in the headline")
    for kind in ("index", "sector", "single stock", "headline"):
        assert re.search(rf"{kind} +[−+]\$", head)
    for kind in ("commodity", "bond", "crypto", "currency", "volatility"):
        assert re.search(rf"{kind} +[−+]\$", rest)


async def test_the_supply_ladder_says_it_is_a_model_and_shows_half_lives_side_by_side(board: Board) -> None:
    async with page(board, (120, 40)) as (app, pilot):
        text = await go_to(app, pilot, "supply")
    assert re.search(r"vol 11d +vol 23d +vol 69d +VaR +trend +next day", text)
    words = re.sub(r"[┃│\s]+", " ", text)
    for said in ("A model, not an observation", "$300B", "10%", "99% VaR", "20/60/120/250", "[supply] in the settings"):
        assert said in words


async def test_scenarios_reach_five_percent_either_way(board: Board) -> None:
    async with page(board, (200, 60)) as (app, pilot):
        text = await go_to(app, pilot, "scenarios")
    for move in range(1, 6):
        assert re.search(rf"−{move}% +−\$\S+ +−\$", text)
        assert re.search(rf"\+{move}% +\+\$\S+ +\+\$", text)
    assert re.search(r"−\$10\.0B +−\d\.\d\d%", text)
    assert "index below −4%" in text


async def test_a_week_not_yet_simulated_says_so(board: Board, reading: Leverage) -> None:
    bare = msgspec.structs.replace(reading.next_week, simulation=None, conditional=[], paths=None)
    async with page(with_leverage(board, next_week=bare)) as (app, pilot):
        assert "not simulated yet" in await go_to(app, pilot, "week")
        assert re.search(r"p05 +−\$\S+ +–", await go_to(app, pilot, "figures"))


async def test_the_score_shows_hit_rate_histogram_and_what_is_pending(board: Board, reading: Leverage) -> None:
    assert reading.score is not None
    score = msgspec.structs.replace(
        reading.score,
        weeks=42,
        hits=37,
        hit_rate=37 / 42,
        hit_low=0.75,
        hit_high=0.948,
        pit_histogram=[1, 3, 6, 3, 5, 7, 4, 3, 5, 5],
        apart=9,
        after_shocks=14,
        shock_hits=12,
    )
    async with page(with_leverage(board, score=score)) as (app, pilot):
        text = await go_to(app, pilot, "score")
    assert "90% band held 37 of 42 weeks   88%   95% interval 75% to 95%" in text
    assert "not overlapping 9   after a shock 12 of 14" in text
    assert f"mean place in the forecast {score.mean_pit:.2f} (0.50 if right)" in text
    assert "share days" in text
    assert re.search(r"1 +3 +6 +3 +5 +7 +4 +3 +5 +5", text)
    assert "█" in text


async def test_without_a_score_the_page_says_when_there_will_be_one(board: Board, reading: Leverage) -> None:
    unscored = completed(reading, WeekInputs())
    async with page(with_leverage(board, score=None, missing=unscored.missing)) as (app, pilot):
        text = await go_to(app, pilot, "score")
    assert "no forecast has run its course yet (0 pending)" in text
    assert "scored once the history is in" in re.sub(r"[│┃\s]+", " ", text)


async def test_weights_that_could_not_be_implied_say_so_and_open_the_largest_fund(board: Board) -> None:
    async with page(whole(board), (120, 40)) as (app, pilot):
        text = await go_to(app, pilot, "weights")
        rows = {index.index: next(line for line in text.splitlines() if index.name in line) for index in WEIGHTS}
        assert re.search(r"implied, QQQ +0\.998 +2\.1 +98/101", rows["NDX"])
        assert re.search(r"by its rule +– +– +30/30", rows["DJI"])
        assert re.search(r"market values +0\.953 +41\.3 +29/30 +R² \.953 is below \.99", rows["NYSE_SEMIS"])
        assert re.search(r"none +– +– +– +no constituents are known", rows["RUT"])
        assert app.page.query_one("#weights", Lines).select("index:NDX")
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == [Target(Kind.FUND, "TQQQ")]


async def test_without_index_weights_the_reason_stands_there(board: Board) -> None:
    why = "the panel holds no fund of an index"
    async with page(with_leverage(board, index_weights=[], missing={"index_weights": why})) as (app, pilot):
        assert why in await go_to(app, pilot, "weights")


async def test_funds_in_no_registry_are_told_with_what_to_do(board: Board) -> None:
    async with page(whole(board)) as (app, pilot):
        await go_to(app, pilot, "left-out")
        assert app.page.query_one("#left-out", Lines).select("unregistered:ABCX")
        await pilot.pause()
        text = screen_text(app.screen)
        assert re.search(r"ABCX +Example 2X Long Daily", text)
        assert "1 listed, looks leveraged, in no registry: add it to your funds file" in text
        await pilot.press("enter")
        assert app.opened == []


@pytest.mark.parametrize("size", SIZES)
async def test_notes_and_funds_that_do_not_reset_today_are_marked(board: Board, size: tuple[int, int]) -> None:
    async with page(whole(board), size) as (app, pilot):
        await go_to(app, pilot, "funds")
        funds = app.page.query_one("#funds", Lines)
        assert funds.select("TQQQ")
        await pilot.pause()
        assert "ETN" in next(line for line in screen_text(app.screen).splitlines() if "TQQQ" in line)
        assert funds.select("SOXL")
        await pilot.pause()
        soxl = next(line for line in screen_text(app.screen).splitlines() if "SOXL" in line)
        assert soxl.count("Fri 6") == 2 and "weekly, Fri 6" in soxl
        assert "$0" not in soxl


async def test_the_funds_on_technology_stand_below_the_headline(board: Board) -> None:
    async with page(whole(board)) as (app, pilot):
        text = await go_to(app, pilot, "kinds")
    families = text.partition("Of which index and sector funds on")[2].partition("Other kinds")[0]
    assert re.search(r"Nasdaq +−\$5\.10B.*semiconductors +−\$3\.20B.*technology +−\$1\.60B", families, re.DOTALL)


@pytest.mark.parametrize("size", [(100, 30), (120, 40)])
async def test_no_label_of_the_coming_week_is_cut(board: Board, size: tuple[int, int]) -> None:
    async with page(whole(board), size) as (app, pilot):
        await go_to(app, pilot, "scenarios")
        for table in ("figures", "scenarios"):
            lines = app.page.query_one(f"#{table}", Lines)
            for key in lines.keys:
                assert lines.select(key)
                await pilot.pause()
                text = screen_text(app.screen)
                assert "…" not in text.partition("Coming sessions: closed form")[2], (table, key)


async def test_the_week_with_and_without_todays_move_and_its_tail(board: Board) -> None:
    async with page(whole(board)) as (app, pilot):
        text = await go_to(app, pilot, "figures")
    assert re.search(r"1σ without today's move +±\$9\.02B", text)
    assert re.search(r"percentile of 252 days +94th", text)
    assert re.search(r"p01, tails of t\(5\) +−\$27\.3B", text)


def test_a_fund_shows_its_arithmetic_line_by_line(board: Board, reading: Leverage) -> None:
    fund = next(row for row in reading.by_fund if row.ticker == "TQQQ")
    (section,) = detail_of(board, Target(Kind.FUND, "TQQQ")).sections
    lines = {row.cells[0].text: row.cells[1].text for row in section.rows}
    assert lines["multiplier L(L−1)"] == "3 × 2 = 6"
    assert lines["AUM A at the previous close"] == f"{fund.aum_usd:,.0f} USD"
    assert "of Nasdaq-100" in lines["return r"]
    assert lines["today L(L−1)·A·r"] == f"{fund.today_usd:+,.0f} USD".replace("-", "−")


def test_a_fund_left_out_says_why(board: Board, reading: Leverage) -> None:
    out = reading.left_out[0]
    detail = detail_of(board, Target(Kind.FUND, out.ticker))
    assert out.reason in "".join(piece.text for line in detail.figures for fact in line for piece in fact)


def test_a_name_lists_every_fund_that_trades_it(board: Board, reading: Leverage) -> None:
    nvidia = next(row for row in reading.by_name if row.ticker == "NVDA")
    section = detail_of(board, Target(Kind.NAME, "NVDA")).sections[0]
    listed = {row.key for row in section.rows}
    assert {"NVDL", "TQQQ", "SOXL", "SPXL"} <= listed
    kinds = {row.ticker: row.kind for row in reading.by_fund}
    assert {kinds[ticker] for ticker in listed} == {"stock", "index", "sector"}
    assert nvidia.today_usd is not None
    assert section.opens is Kind.FUND


def test_a_fit_is_never_rounded_up_and_approximate_weights_say_by_what(board: Board) -> None:
    weights = [
        msgspec.structs.replace(WEIGHTS[0], r2=0.99996),
        msgspec.structs.replace(WEIGHTS[2], start="equal weights"),
        msgspec.structs.replace(WEIGHTS[3], basis="prior"),
    ]
    reading = with_leverage(board, index_weights=weights).leverage.value
    assert reading is not None
    cells = {row.cells[0].text: [cell.text for cell in row.cells] for row in weight_rows(reading)}
    assert "0.999" in cells["Nasdaq-100"]
    assert cells["NYSE Semiconductor"][2] == "equal weights"
    assert cells["Russell 2000"][2] == "approximate"
