"""From 60x15 to 300x100, on every screen: no figure is cut, no line is wider than the terminal."""

import re
from collections.abc import Iterable, Sequence

import pytest
from textual.geometry import Region

from deskview.board import Board
from deskview.screens.frame.target import Kind, Opened, Target
from deskview.screens.overlays.small import SMALLEST
from deskview.screens.subjects import KEYLESS_PAGES, PAGES
from deskview.widgets.chart import Chart
from deskview.widgets.lines import Lines
from deskview.widgets.scatter import Scatter
from tests.app.desk import Seat, seated

WIDTHS, HEIGHTS = range(60, 301), range(15, 101)
ROOMY = (300, 400)
BETWEEN = re.compile(r"\d+ groups between|view \d of \d")
AGE = re.compile(r"\d+(s|m|h|d)")
WORD = re.compile(r"[\w.,%σ$+−±–/²]+")
DETAILS = [Target(Kind.NAME, "NVDA"), Target(Kind.GROUP, "ai-compute"), Target(Kind.FUND, "TQQQ")]
PLACES: list[str | Target] = ["desk", *PAGES, *DETAILS]


def sizes(start: int, step: int) -> list[tuple[int, int]]:
    """Every `step`-th width from the first plus `start`, each with another height."""
    widths = WIDTHS[start::step]
    return [(width, HEIGHTS[(37 * place + 11 * start) % len(HEIGHTS)]) for place, width in enumerate(widths)]


def figures(seat: Seat) -> set[str]:
    """Every word with a digit that stands outside of charts, but ages and how many groups have no room."""
    charts = [chart.region for kind in (Chart, Scatter) for chart in seat.app.screen.query(kind) if chart.display]
    lines = [_without(line, y, charts) for y, line in enumerate(seat.lines)]
    return figures_of(BETWEEN.sub("", line) for line in lines)


def figures_of(lines: Iterable[str]) -> set[str]:
    """The words with a digit in them."""
    words = {word.strip(".,") for line in lines for word in WORD.findall(line)}
    return {word for word in words if any(char.isdigit() for char in word) and not AGE.fullmatch(word)}


def listed(seat: Seat) -> set[str]:
    """The figures of all lists, the columns without room among them."""
    lists = seat.app.screen.query(Lines)
    return figures_of(each.row_text(row) for each in lists for row in range(each.virtual_size.height - 1))


def _without(line: str, y: int, regions: Sequence[Region]) -> str:
    for region in regions:
        if region.y <= y < region.bottom:
            line = f"{line[: region.x]:{region.x}}{' ' * region.width}{line[region.right :]}"
    return line


async def go(seat: Seat, place: str | Target) -> list[str]:
    """To the place; the keys that lead through its parts."""
    if isinstance(place, Target):
        seat.app.screen.post_message(Opened(place))
        await seat.settle()
        return [""]
    if place == "desk":
        return ["1", "2", "3", "4"]
    seat.app.action_page(place)
    await seat.settle()
    return ["", *["x"] * 4]


async def everything(board: Board, place: str | Target) -> set[str]:
    """The figures of all parts of a place where there is room for all of them."""
    found: set[str] = set()
    async with seated(board, size=ROOMY) as seat:
        for key in await go(seat, place):
            await seat.press(*([key] if key else []))
            found |= figures(seat) | listed(seat)
            if place == "desk":
                await seat.press("z")
                found |= figures(seat)
                await seat.press("z")
    return found


@pytest.mark.parametrize(
    ("start", "place"), [(start, place) for start, place in enumerate(PLACES) if place not in KEYLESS_PAGES], ids=str
)
async def test_no_figure_is_cut_at_any_size(board: Board, start: int, place: str | Target) -> None:
    whole = await everything(board, place)
    cut: dict[tuple[int, int], list[str]] = {}
    async with seated(board, size=(SMALLEST.width, SMALLEST.height)) as seat:
        keys = await go(seat, place)
        for number, size in enumerate([(SMALLEST.width, SMALLEST.height), *sizes(start, 2 * len(PLACES)), (300, 100)]):
            await seat.pilot.resize_terminal(*size)
            if key := keys[number % len(keys)]:
                await seat.press(key)
            await seat.settle()
            assert len(figures(seat)) > 1
            assert max(map(len, seat.lines)) <= size[0]
            if other := figures(seat) - whole:
                cut[size] = sorted(other)
    assert not cut, cut
