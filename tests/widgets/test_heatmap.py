"""The heatmap: steps, missing values, fitting, repainting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.widgets import Column, Heatmap, HeatRow, signed_pct
from deskview.widgets.heatmap import STEPS, step
from tests.widgets.host import Host, lines_of, terminal

HORIZONS = tuple(Column(name, name, priority=index) for index, name in enumerate(("now", "1d", "5d", "1m", "12m")))
SCALES = (0.03, 0.03, 0.06, 0.10, 0.50)


def row(key: str, *values: float | None, note: str = "") -> HeatRow:
    return HeatRow(key, f"{key} makers", values, note)


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [
        (0.03, 0.03, "pos4"),
        (9.0, 0.03, "pos4"),
        (-0.03, 0.03, "neg4"),
        (0.0, 0.03, "0"),
        (0.001, 0.03, "0"),
        (-0.0075, 0.03, "neg1"),
        (0.015, 0.03, "pos2"),
        (0.5, 0.0, "0"),
    ],
)
def test_steps(value: float, scale: float, expected: str) -> None:
    assert step(value, scale) == expected


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.001, 1))
def test_steps_follow_the_order_and_the_sign_of_values(one: float, other: float, scale: float) -> None:
    low, high = sorted((one, other))
    assert STEPS.index(step(low, scale)) <= STEPS.index(step(high, scale))
    assert STEPS[8 - STEPS.index(step(one, scale))] == step(-one, scale)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0123, "+1.2"), (-0.0123, "−1.2"), (0.0, " 0.0"), (-0.0004, " 0.0"), (1.5, "+150.0")]
)
def test_signs_are_printed_and_zero_has_none(value: float, text: str) -> None:
    assert signed_pct(value) == text


async def test_numbers_signs_missing_and_notes_are_printed() -> None:
    heat = Heatmap(title="Group", note_title="Δ")
    async with Host(heat).run_test(size=(80, 10)):
        heat.show(HORIZONS, [row("Chip", 0.012, -0.034, None, 0.0, 0.2, note="↑3")], SCALES)
        head, line = lines_of(heat)[:2]
        assert head.split() == ["Group", "now", "1d", "5d", "1m", "12m", "Δ"]
        assert line.split() == ["Chip", "makers", "+1.2", "−3.4", "–", "0.0", "+20.0", "↑3"]


async def test_a_short_row_shows_missing_values() -> None:
    heat = Heatmap()
    async with Host(heat).run_test(size=(80, 10)):
        heat.show(HORIZONS, [row("Chip", 0.012)], SCALES)
        assert lines_of(heat)[1].split()[2:] == ["+1.2", "–", "–", "–", "–"]


async def test_one_changed_value_repaints_one_cell() -> None:
    heat = Heatmap()
    with terminal(80, 10) as shown:
        async with Host(heat).run_test(size=(80, 10)) as pilot:
            heat.show(HORIZONS, [row(key, *SCALES) for key in "ABC"], SCALES)
            await pilot.pause()
            painted, sent = heat.repainted_cells, shown.sent
            heat.show(HORIZONS, [row("A", *SCALES), row("B", -0.03, *SCALES[1:]), row("C", *SCALES)], SCALES)
            await pilot.pause()
            assert 0 < heat.repainted_cells - painted <= 12
            assert shown.sent - sent < 200
            incremental = shown.cells()
            heat.refresh()
            await pilot.pause()
            assert shown.cells() == incremental


async def test_a_missing_value_has_no_colour() -> None:
    heat = Heatmap()
    async with Host(heat).run_test(size=(80, 10)):
        heat.show(HORIZONS[:2], [row("A", None, 0.03), row("B", None, 0.03)], SCALES)
        backgrounds = {
            segment.text.strip(): segment.style.bgcolor for segment in heat.render_line(2) if segment.style is not None
        }
        assert backgrounds["–"] == heat.rich_style.bgcolor
        assert backgrounds["+3.0"] != heat.rich_style.bgcolor


async def test_a_count_stands_behind_the_label_and_has_no_column_without_one() -> None:
    heat = Heatmap(title="Group", count_title="n/N")
    async with Host(heat).run_test(size=(80, 10)):
        heat.show(HORIZONS[:2], [row("Chip", 0.01, 0.02)], SCALES)
        assert lines_of(heat)[0].split() == ["Group", "now", "1d"]
        heat.show(HORIZONS[:2], [HeatRow("A", "Chip", (0.01, 0.02), count="8/20")], SCALES)
        assert lines_of(heat)[0].split() == ["Group", "n/N", "now", "1d"]
        assert lines_of(heat)[1].split() == ["Chip", "8/20", "+1.0", "+2.0"]


async def test_a_thin_value_is_printed_without_colour_and_a_dim_row_has_a_dim_label() -> None:
    heat = Heatmap()
    async with Host(heat).run_test(size=(80, 10)):
        heat.show(HORIZONS[:2], [HeatRow("A", "Chip", (0.03, 0.03), thin=(True, False), dim=True)], SCALES)
        assert [(piece.text.strip(), piece.tone) for piece in heat.row_line(0, "")] == [
            ("Chip", "dim"),
            ("+3.0", "dim"),
            ("+3.0", "heat-pos4"),
        ]


@pytest.mark.parametrize("width", range(20, 201, 15))
async def test_no_number_is_cut_and_the_last_horizons_go_first(width: int) -> None:
    heat = Heatmap()
    async with Host(heat).run_test(size=(width, 6)):
        heat.show(HORIZONS, [row("Semiconductor", -0.111, 0.222, -0.333, 0.444, -5.555)], SCALES)
        numbers = [word for word in lines_of(heat)[1].split() if any(char.isdigit() for char in word)]
        assert numbers == ["−11.1", "+22.2", "−33.3", "+44.4", "−555.5"][: len(HORIZONS) - len(heat.dropped)]
        assert heat.dropped == tuple(column.key for column in HORIZONS[len(numbers) :])


async def test_keys_open_the_group() -> None:
    heat = Heatmap()
    app = Host(heat)
    async with app.run_test(size=(80, 10)) as pilot:
        heat.show(HORIZONS, [row("A", 0.1), HeatRow("s", "Themes", (), header=True), row("B", 0.2)], SCALES)
        heat.focus()
        await pilot.press("j", "enter")
        await pilot.pause()
        assert app.keys("opened") == ["B"]
        assert lines_of(heat)[2].strip() == "Themes"


@pytest.mark.parametrize(("width", "left_out"), [(60, False), (30, True)])
async def test_horizons_left_out_are_told(width: int, left_out: bool) -> None:
    heat = Heatmap(title="Group")
    async with Host(heat).run_test(size=(width, 10)):
        heat.show(HORIZONS, [row("Chip", 0.012, -0.034, 0.01, 0.0, 0.2)], SCALES)
        assert ("12m" not in lines_of(heat)[0]) == left_out
        assert ("Group …" in lines_of(heat)[0]) == left_out
