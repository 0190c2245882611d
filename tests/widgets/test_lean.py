"""A screen that paints only what changed shows what a full repaint would, whatever lies over what."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from deskview.widgets.textual_private import GuardedApp
from tests.widgets.host import Host, terminal

WIDTH, HEIGHT = 30, 10
MARKS = "abトc.-"


class Sheet(Widget):
    """A rectangle somewhere on the screen, each of its lines filled with a mark."""

    def __init__(self, number: int, box: Region) -> None:
        super().__init__()
        self._lines = [str(number)] * box.height
        self.drawn: list[int] = []
        self.styles.position = "absolute"
        self.styles.offset = box.offset
        self.styles.width, self.styles.height = box.size
        self.styles.layer = f"layer{number}"

    def write(self, y: int, mark: str, x: int, width: int) -> None:
        """Changes a line, and says that some cells of it have to be painted."""
        if y < len(self._lines):
            self._lines[y] = mark
            self.refresh(Region(x, y, width, 1))

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return Strip([Segment(self._lines[y] * self.size.width)]).adjust_cell_length(self.size.width)


class Guarded(Host, GuardedApp[None]):
    """A host that can be told to paint anew."""


@dataclass(frozen=True)
class Change:
    """One line of one sheet is written anew, from a cell on."""

    sheet: int
    y: int
    mark: str
    x: int = 0
    width: int = WIDTH


@dataclass
class Shown:
    """What the terminal had after the changes, and after everything was painted again."""

    incremental: list[tuple[str, str, str, bool]] = field(default_factory=list)
    whole: list[tuple[str, str, str, bool]] = field(default_factory=list)
    sent: int = 0
    printed: str = ""
    drawn: list[list[int]] = field(default_factory=list)


async def shown_after(boxes: list[Region], frames: list[list[Change]]) -> Shown:
    """Draws the sheets one over the other, then changes lines frame by frame."""
    sheets, found = [Sheet(number, box) for number, box in enumerate(boxes)], Shown()
    layers = " ".join(f"layer{number}" for number in range(len(boxes)))
    with terminal(WIDTH, HEIGHT) as screen:
        async with Host(*sheets, css=f"Screen {{ layers: {layers}; }}").run_test(size=(WIDTH, HEIGHT)) as pilot:
            await pilot.pause()
            before, printed = screen.sent, len(screen.printed)
            for sheet in sheets:
                sheet.drawn.clear()
            for frame in frames:
                for change in frame:
                    sheets[change.sheet % len(sheets)].write(change.y, change.mark, change.x, change.width)
                await pilot.pause()
            found.printed = screen.printed[printed:]
            found.sent, found.drawn = screen.sent - before, [sorted(set(sheet.drawn)) for sheet in sheets]
            found.incremental = screen.cells()
            pilot.app.screen.refresh()
            await pilot.pause()
            found.whole = screen.cells()
    return found


boxes = st.builds(
    lambda column, y, columns, height: Region(2 * column, y, 2 * columns, height),
    st.integers(-1, WIDTH // 2 - 2),
    st.integers(-2, HEIGHT - 2),
    st.integers(2, WIDTH // 2),
    st.integers(2, HEIGHT),
)
"""In columns of two cells: a full repaint of Textual's blanks a wide character that any edge would cut."""
changes = st.builds(Change, st.integers(0, 4), st.integers(0, HEIGHT - 1), st.sampled_from(MARKS))


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=5), st.lists(st.lists(changes, min_size=1), min_size=1, max_size=3))
def test_what_was_sent_equals_a_full_repaint(boxes: list[Region], frames: list[list[Change]]) -> None:
    found = asyncio.run(shown_after(boxes, frames))
    assert found.incremental == found.whole


async def test_two_changes_far_apart_cost_two_lines() -> None:
    behind, corner, other = Region(0, 0, WIDTH, HEIGHT), Region(0, 0, 10, 5), Region(20, 5, 10, 5)
    found = await shown_after([behind, corner, other], [[Change(1, 0, "x"), Change(2, 4, "y")]])
    assert found.drawn == [[], [0], [4]]
    assert found.sent < 100


@pytest.mark.parametrize("x", [0, WIDTH // 2, WIDTH - 1])
async def test_a_cell_that_changed_is_sent_alone(x: int) -> None:
    found = await shown_after([Region(0, 0, WIDTH, 2)], [[Change(0, 1, "x", x, 1)]])
    assert found.printed == "x"
    line = "".join(cell for cell, *_ in found.incremental[WIDTH : 2 * WIDTH])
    assert line == "0" * x + "x" + "0" * (WIDTH - x - 1)


async def test_what_lies_behind_is_painted_where_it_is_seen_only() -> None:
    behind, front = Region(0, 0, WIDTH, HEIGHT), Region(5, 0, 10, HEIGHT)
    found = await shown_after([behind, front], [[Change(0, 3, "x")]])
    assert found.drawn == [[3], []]
    line = "".join(cell for cell, *_ in found.incremental[3 * WIDTH : 4 * WIDTH])
    assert line == "x" * 5 + "1" * 10 + "x" * 15


async def test_what_is_painted_out_of_turn_leaves_nothing_out_that_is_about_to_be() -> None:
    sheet = Sheet(0, Region(0, 0, WIDTH, 2))
    with terminal(WIDTH, HEIGHT) as screen:
        app = Guarded(sheet)
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            await pilot.pause()
            sheet.write(1, "x", 0, WIDTH)
            while sheet not in app.screen._dirty_widgets:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0)
            app.repaint(whole=False)
            await pilot.pause()
            assert "x" * WIDTH in screen.printed


async def test_what_is_painted_amid_changes_that_belong_together_comes_after_them() -> None:
    with terminal(WIDTH, HEIGHT) as screen:
        app = Guarded(Sheet(0, Region(0, 0, WIDTH, 2)))
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            await pilot.pause()
            with app.batch_update():
                screen.write("\x1b[2J")
                app.repaint()
            while "0" not in (cell for cell, *_ in screen.cells()):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)


async def test_what_a_screen_below_has_painted_anew_leaves_nothing_out_above_it() -> None:
    sheet = Sheet(0, Region(0, 0, WIDTH, 2))
    with terminal(WIDTH, HEIGHT) as screen:
        app = Host(sheet)
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            await pilot.pause()
            sheet.write(1, "x", 0, WIDTH)
            app.screen.refresh(Region(0, 0, WIDTH, 1))
            await pilot.pause(0.05)
            assert "x" * WIDTH in screen.printed
