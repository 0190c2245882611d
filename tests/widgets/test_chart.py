"""The chart: drawn off the loop, kept by version and size, honest about what it can't draw."""

import threading

import pytest
from textual.worker import WorkerFailed

from deskview.widgets import Candle, Chart, ChartSpec, Level, Series
from deskview.widgets import chart as chart_module
from deskview.widgets.chartspec import Bounds
from deskview.widgets.drawing import draw, nice_ticks, pieces, runs
from deskview.widgets.text import width_of
from tests.widgets.host import Host, lines_of

RISE = ChartSpec(
    "1",
    (Series(tuple(range(50)), tuple(float(x) for x in range(50)), "Rise", "gain"),),
    levels=(Level(25.0, "prev close"),),
    title="Price [x]",
    x_ticks=((0, "9:30"), (25, "12:00"), (49, "16:00")),
)


async def test_it_is_drawn_once_a_version_and_size_and_not_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def watched(spec: ChartSpec, width: int, height: int, ascii_only: bool) -> object:
        threads.append(threading.current_thread().name)
        return draw(spec, width, height, ascii_only)

    monkeypatch.setattr(chart_module, "draw", watched)
    chart = Chart()
    app = Host(chart)
    async with app.run_test(size=(70, 16)):
        for version in ("1", "2", "1", "2"):
            app.drawn.clear()
            chart.show(ChartSpec(version, RISE.series))
            await app.drawn.wait()
        assert chart.drawings_made == len(threads) == 2
        assert all(name.startswith("chart") for name in threads)
        assert set(threads) == {threads[0]}


async def test_the_last_drawing_stays_until_the_next_is_there() -> None:
    chart = Chart()
    app = Host(chart)
    async with app.run_test(size=(70, 16)):
        chart.show(RISE)
        await app.drawn.wait()
        before = lines_of(chart)
        chart.show(ChartSpec("2", (Series((0, 1), (5.0, 5.0)),)))
        assert lines_of(chart) == before
        assert "Price [x]" in before[0]
        assert "━ Rise" in before[0]


async def test_a_fault_is_said_and_does_not_end_the_app() -> None:
    chart = Chart()
    app = Host(chart)
    async with app.run_test(size=(70, 16)) as pilot:
        chart.show(ChartSpec("1", (Series((0, 1), (1.0,)),)))
        with pytest.raises(WorkerFailed):
            await app.workers.wait_for_complete()
        await pilot.pause()
        assert lines_of(chart)[0].startswith("The chart could not be drawn")


def rows(spec: ChartSpec, width: int = 60, height: int = 14) -> list[str]:
    return ["".join(piece.text for piece in line) for line in draw(spec, width, height)]


def test_every_line_fits() -> None:
    for width, height in ((24, 4), (40, 10), (120, 40)):
        lines = draw(RISE, width, height)
        assert len(lines) == height
        assert all(width_of(line) <= width for line in lines)


def test_the_line_rises_and_the_last_value_is_boxed_beside_its_end() -> None:
    lines = draw(RISE, 60, 14)
    drawn = [
        (y, sum(len(piece.text) for piece in line[:index]))
        for y, line in enumerate(lines)
        for index, piece in enumerate(line)
        if piece.tone == "gain"
    ]
    columns = [x for _, x in sorted(drawn)][1:]
    assert columns == sorted(columns, reverse=True)
    boxed = [(y, piece) for y, line in enumerate(lines) for piece in line if "reversed" in piece.tone]
    assert [piece.text.strip() for _, piece in boxed] == ["49.00"]
    assert boxed[0][0] == 1
    assert rows(RISE)[-1].split() == ["9:30", "12:00", "16:00"]


def test_levels_are_named_at_their_height() -> None:
    line = next(line for line in rows(RISE) if "prev close" in line)
    middle = rows(RISE).index(line)
    assert 5 <= middle <= 8


@pytest.mark.parametrize(
    "spec", [ChartSpec("0"), ChartSpec("0", (Series((), ()),)), ChartSpec("0", (Series((1,), (None,)),))]
)
def test_nothing_to_draw_is_said(spec: ChartSpec) -> None:
    assert rows(spec) == ["No data to draw"]


def test_too_little_room_is_said() -> None:
    assert rows(RISE, 12, 14) == ["Too narrow…"]
    assert rows(RISE, 60, 3) == ["Too low for a chart"]


def test_flat_and_single_points_are_drawn() -> None:
    assert len(rows(ChartSpec("0", (Series((1,), (5.0,)),)))) == 14
    assert len(rows(ChartSpec("0", (Series((1, 2), (0.0, 0.0)),)))) == 14


def test_a_gap_breaks_the_line() -> None:
    assert list(runs(Series((0, 1, 2, 3), (1.0, None, 2.0, 3.0)))) == [([0], [1.0]), ([2, 3], [2.0, 3.0])]


def test_candles_show_body_wick_and_direction() -> None:
    spec = ChartSpec("0", candles=(Candle(0, 10, 20, 0, 15), Candle(1, 15, 16, 2, 5)))
    tones = {piece.tone for line in draw(spec, 40, 20) for piece in line if set(piece.text) & set("│┃╽╿╻╹╷╵")}
    assert {"gain", "loss"} <= tones
    assert any("┃" in line for line in rows(spec, 40, 20))


@pytest.mark.parametrize(("low", "high", "count"), [(0, 1, 4), (93.2, 101.7, 3), (-5e9, 2e9, 5), (0.0001, 0.0002, 3)])
def test_ticks_are_round_and_inside(low: float, high: float, count: int) -> None:
    ticks = nice_ticks(low, high, count)
    assert 1 <= len(ticks) <= count + 1
    assert all(low <= tick <= high for tick in ticks)
    assert all(len(f"{tick:.3g}") <= 8 for tick in ticks)


def test_bounds_put_the_ends_on_the_edges() -> None:
    bounds = Bounds(0.0, 10.0, 0.0, 1.0, 50, 12)
    assert (bounds.column(0), bounds.column(10), bounds.row(0), bounds.row(1)) == (0, 49, 11, 0)


def test_sequences_become_tones() -> None:
    text = "ab\x1b[38;5;17mcd\x1b[0m e\n\x1b[0m\x1b[38;5;9mf\x1b[48;5;15mg"
    assert [[tuple(piece) for piece in line] for line in pieces(text, {17: "gain"})] == [
        [("ab", ""), ("cd", "gain"), (" e", "")],
        [("f", ""), ("g", "")],
    ]
