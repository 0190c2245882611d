"""Bars: direction, gaps, separator, many values in few cells."""

import pytest

from deskview.widgets import Bars, sparkline
from tests.widgets.host import Host, lines_of


async def drawn(values: list[float | None], height: int, width: int = 40, separator: int | None = None) -> list[str]:
    bars = Bars()
    async with Host(bars, css=f"Bars {{ height: {height}; }}").run_test(size=(width, 6)):
        bars.show(values, separator)
        return [line.rstrip() for line in lines_of(bars)]


async def test_gains_rise_and_losses_hang_from_the_middle() -> None:
    above, below = await drawn([1.0, -1.0, 0.5, -0.5], 2)
    assert [above[index] for index in (0, 10)] == ["█", "▄"]
    assert above[5:9].strip() == ""
    assert [below[index] for index in (5, 15)] == ["█", "▄"]
    assert below[0:4].strip() == ""


async def test_half_a_loss_fills_the_upper_half() -> None:
    bars = Bars()
    async with Host(bars).run_test(size=(40, 6)):
        bars.show([-1.0, -0.25])
        quarter = next(segment for segment in bars.render_line(1) if "▆" in segment.text)
        assert quarter.style is not None
        assert quarter.style.reverse


async def test_what_is_there_at_all_has_an_eighth() -> None:
    above, below = await drawn([1000.0, 0.1, 0.0, -0.1], 2)
    assert above[5:9] == "▁▁▁▁"
    assert above[10:].strip() == ""
    assert below[15:19] == "▇▇▇▇"  # in reverse: an eighth from above
    assert below[:15].strip() == ""


async def test_gaps_are_dots_and_the_separator_a_line() -> None:
    above, below = await drawn([1.0, None, 1.0], 2, separator=1)
    assert above.split() == ["████", "│·", "████"]
    assert "·" not in below
    assert "│" in below


async def test_one_line_tells_signs_apart_by_shape() -> None:
    (line,) = await drawn([1.0, 0.25, -0.25], 1)
    assert line.split() == ["████", "▂▂▂▂", "▆▆▆▆"]


@pytest.mark.parametrize("values", [[], [None, None], [0.0, 0.0]])
async def test_nothing_to_scale_by(values: list[float | None]) -> None:
    for height in (1, 2, 3):
        for line in await drawn(values, height):
            assert set(line) <= {" ", "·"}


async def test_more_values_than_cells_are_joined() -> None:
    above, _ = await drawn([1.0] * 390, 2, width=20)
    assert 0 < len(above) <= 20
    assert set(above) == {"█"}


async def test_a_changed_value_repaints_its_bar() -> None:
    bars = Bars()
    async with Host(bars).run_test(size=(70, 6)) as pilot:
        bars.show([0.5] * 12 + [1.0])
        await pilot.pause()
        before = bars.repainted_cells
        bars.show([0.5] * 11 + [0.75, 1.0])
        assert 0 < bars.repainted_cells - before <= 5


def test_sparkline() -> None:
    assert sparkline([0, 1, 2, None, 7]) == "▁▂▃·█"
    assert sparkline([3, 3]) == "▄▄"
    assert sparkline([]) == ""
    assert sparkline([0, 7], ascii_only=True).isascii()
