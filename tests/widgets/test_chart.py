"""The chart: drawn off the loop, kept by version and size, honest about what it can't draw."""

import threading

import pytest
from msgspec.structs import replace
from textual.worker import WorkerFailed

from deskview.widgets import Candle, Chart, ChartSpec, Level, Series
from deskview.widgets import chart as chart_module
from deskview.widgets.chartspec import Bounds, Volumes, fitted, two_decimals
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


UP_AND_DOWN = ChartSpec(
    "0", candles=tuple(Candle(x, 10, 20, 0, 15) if x % 2 else Candle(x, 15, 16, 2, 5) for x in range(11))
)
DOTS = {chr(code) for code in range(0x2801, 0x2900)}


def test_candles_show_body_wick_and_direction() -> None:
    tones = {piece.tone for line in draw(UP_AND_DOWN, 40, 20) for piece in line if set(piece.text) & set("│┃║╽╿╻╹╷╵")}
    assert {"gain", "loss"} <= tones
    assert any("┃" in line for line in rows(UP_AND_DOWN, 40, 20))


def test_a_candle_that_rose_is_hollow() -> None:
    for columns, rose, fell in ((40, "║", "┃"), (200, "▒", "█")):
        glyphs = {
            (char, piece.tone) for line in draw(UP_AND_DOWN, columns, 20) for piece in line for char in piece.text
        }
        assert {(rose, "gain"), (fell, "loss")} <= glyphs
        assert not {(fell, "gain"), (rose, "loss")} & glyphs


def test_where_each_has_six_columns_candles_and_bars_are_three_wide() -> None:
    spec = replace(UP_AND_DOWN, span=(-0.5, 10.5))
    assert {run.count("█") for line in rows(spec, 200, 20) for run in line.split()} == {0, 3}
    assert {line.count("█") for line in rows(with_volumes((4.0, 0.0, 4.0)), 40, 20)[-3:]} == {6}


def test_candles_without_two_columns_each_are_a_line_through_their_closes() -> None:
    assert rows(UP_AND_DOWN, 40, 20)[0].startswith("candles")
    lines = rows(UP_AND_DOWN, 20, 20)
    assert lines[0].startswith("close")
    assert not set("".join(lines)) & set("┃║╽╿")
    assert any(line.rstrip().endswith(" 5.00") for line in lines), "the newest close is boxed"


def test_candles_of_minutes_are_joined_with_first_open_and_last_close() -> None:
    bars = tuple(Candle(x, 10 + x, 12 + x, 8 + x, 11 + x) for x in range(78))
    spec = ChartSpec("0", candles=bars, candle_minutes=5, span=(0.0, 78.0))
    joined = fitted(spec, Bounds(0.0, 78.0, 0.0, 100.0, 50, 20))
    assert joined.title == "10-min candles"
    assert len(joined.candles) == 39
    assert joined.candles[1] == Candle(2, 12, 15, 10, 14)
    assert fitted(spec, Bounds(0.0, 78.0, 0.0, 100.0, 79, 20)).candles == bars


def with_volumes(y: tuple[float | None, ...], usual: tuple[float | None, ...] = ()) -> ChartSpec:
    xs = tuple(map(float, range(len(y))))
    return ChartSpec(
        "0",
        (Series(xs, tuple(1.0 for _ in xs)),),
        volumes=Volumes(xs, y, usual, "volume", two_decimals),
        span=(-0.5, len(y) - 0.5),
    )


def test_volumes_stand_below_as_high_as_they_are_and_the_axis_tells_the_highest() -> None:
    lines = rows(with_volumes((8.0, 4.0, None, 0.0)), 40, 21)
    bars = lines[-4:]
    assert [line.count("█") for line in bars] == [3, 3, 6, 6]
    assert bars[0].rstrip().endswith("┤ 8.00")
    assert lines[0].endswith("volume")
    low = rows(with_volumes((8.0, 4.0)), 40, 10)
    assert not any("█" in line for line in low), "a low chart has no room for them"
    assert not any("┤ 0.00" in line for line in rows(with_volumes((0.0, 0.0, None)), 40, 21))


def test_what_is_usual_is_a_mark_above_the_bar_and_a_bar_above_it_is_brighter() -> None:
    lines = draw(with_volumes((8.0, 2.0), (2.0, 6.0)), 40, 21)[-4:]
    tones = {(char, piece.tone) for line in lines for piece in line for char in piece.text if char in "█┄"}
    assert tones == {("█", "flat"), ("█", "dim"), ("┄", "flat")}
    assert [sum(piece.text.count("┄") for piece in line) for line in lines] == [0, 1, 0, 0]
    plain_lines = draw(with_volumes((8.0, 2.0), (2.0, 6.0)), 40, 21, ascii_only=True)[-4:]
    assert [sum(piece.text.count("-") for piece in line) for line in plain_lines] == [0, 1, 0, 0]


def test_several_bars_in_a_column_are_their_mean() -> None:
    bars = rows(with_volumes(tuple(float(value) for value in (8, 8, 4, 4) * 200)), 40, 21)[-4:]
    assert [line.count("█") > 25 for line in bars] == [False, True, True, True]
    assert bars[0].rstrip().endswith("┤ 8.00")


def test_a_series_that_need_not_fit_does_not_widen_the_scale_and_the_legend_says_where_it_is() -> None:
    xs = tuple(map(float, range(50)))
    off = Series(xs, tuple(500.0 for _ in xs), "mean 500", "dim", fit=False)
    lines = rows(ChartSpec("0", (*RISE.series, off)))
    assert "mean 500 ↑" in lines[0]
    assert not any("200" in line for line in lines[1:])
    low = rows(ChartSpec("0", (*RISE.series, Series(xs, tuple(-9.0 for _ in xs), "mean", "dim", fit=False))))
    assert "mean ↓" in low[0]
    inside = rows(ChartSpec("0", (*RISE.series, Series(xs, tuple(9.0 for _ in xs), "mean", "dim", fit=False))))
    assert inside[0].endswith("mean")


def test_in_a_low_chart_a_mean_is_named_and_not_drawn() -> None:
    xs = tuple(map(float, range(50)))
    spec = ChartSpec("0", (*RISE.series, Series(xs, tuple(9.0 for _ in xs), "mean 9", "dim", True, fit=False)))
    high, low = (rows(spec, 60, height) for height in (14, 9))
    assert set("".join(high)) & DOTS
    assert not set("".join(low)) & DOTS
    assert low[0].endswith("mean 9")


def test_dashed_lines_are_told_apart_without_colours() -> None:
    flat = [Series((0.0, 50.0), (y, y), "", tone, True, dash) for y, tone, dash in ((1.0, "", 0), (2.0, "dim", 2))]
    dashed, whole = (line for line in rows(ChartSpec("0", tuple(flat)), 60, 14) if set(line) & DOTS)
    assert " " not in "".join(char if char in DOTS else " " for char in whole).strip()
    assert set("".join("x" if char in DOTS else " " for char in dashed).strip().split(" ")) == {"x"}


def test_a_level_that_gives_way_is_named_where_nothing_is_drawn_or_in_the_legend_alone() -> None:
    half = Series((0.0, 20.0, 20.0, 40.0), (1.0, 1.0, 3.0, 3.0))
    named = Level(1.0, "close before", legend="prev 1.00", gives_way=True)
    lines = rows(ChartSpec("0", (half,), levels=(named,)), 60, 14)
    assert "─ prev 1.00" in lines[0]
    assert "close before " in lines[-1] or "close before " in lines[-2]
    crowded = Series((0.0, 40.0), (1.0, 1.0))
    lines = rows(ChartSpec("0", (crowded,), levels=(named,)), 60, 14)
    assert "─ prev 1.00" in lines[0]
    assert not any("close before" in line for line in lines)


def test_two_levels_in_one_row_do_not_write_over_each_other() -> None:
    levels = tuple(Level(5.0, name, gives_way=True) for name in ("the first one", "the second one"))
    line = next(
        line for line in rows(ChartSpec("0", (Series((0.0, 9.0), (0.0, 0.1)),), levels=levels)) if "first" in line
    )
    assert "the first one" in line and "the second one" in line


def test_names_give_way_whole_from_the_right_of_the_legend() -> None:
    flat = tuple(Series((0.0, 1.0), (1.0, 1.0), f"line {number} 123.45") for number in range(5))
    for width in (30, 60, 90):
        heading = rows(ChartSpec("0", flat, title="T"), width)[0]
        assert heading.count("line") == heading.count("123.45")
        assert len(heading) <= width


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
