"""What every line widget promises: what was sent over time is what a full repaint would show."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.widgets import Bars, Column, Gauge, GaugeReading, Heatmap, HeatRow, Segment, StatusStrip
from deskview.widgets.painted import TONES, changes
from deskview.widgets.records import Line, Piece
from deskview.widgets.text import plain, shorten, width_of, wrap
from tests.widgets.host import Host, terminal

tones = st.sampled_from(["", *TONES, "gain strong"])
words = st.text(st.sampled_from("abc 19.,−トヨ[]"), max_size=8)
percentiles = st.one_of(st.none(), st.floats(0, 100))
readings = st.builds(GaugeReading, words, percentiles, st.just(252), value_text=words, tone=tones, note=words)
strips = st.lists(st.builds(Segment, words, words, tones, st.integers(0, 3), st.booleans()), max_size=5)
series = st.lists(st.one_of(st.none(), st.floats(-9, 9)), max_size=30)
groups = st.lists(
    st.builds(HeatRow, words, words, st.tuples(*[st.one_of(st.none(), st.floats(-1, 1))] * 3), words), max_size=4
)
COLUMNS = [Column(name, name, priority=index) for index, name in enumerate(("now", "1d", "5d"))]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(readings, strips, series, st.integers(0, 30), groups), min_size=2, max_size=5),
    st.sampled_from([20, 33, 80]),
)
def test_what_was_sent_equals_a_full_repaint(
    steps: list[tuple[GaugeReading, list[Segment], list[float | None], int, list[HeatRow]]], width: int
) -> None:
    async def run() -> None:
        gauge, strip, bars, heat = Gauge(), StatusStrip(), Bars(), Heatmap()
        with terminal(width, 10) as shown:
            async with Host(gauge, strip, bars, heat).run_test(size=(width, 10)) as pilot:
                for reading, segments, values, separator, rows in steps:
                    gauge.show(reading)
                    strip.show(segments)
                    bars.show(values, separator)
                    heat.show(COLUMNS, rows, (0.1, 0.2, 0.3))
                    await pilot.pause()
                incremental = shown.cells()
                for widget in (gauge, strip, bars, heat):
                    widget.refresh()
                await pilot.pause()
                assert shown.cells() == incremental

    asyncio.run(run())


lines = st.lists(st.builds(Piece, words, tones), max_size=6).map(tuple)


@given(lines, lines)
def test_changes_cover_every_cell_that_differs(old: Line, new: Line) -> None:
    def cells(line: Line) -> list[tuple[str, str]]:
        return [(char, piece.tone) for piece in line for char in piece.text for _ in range(width_of((Piece(char),)))]

    marked = {x for start, width in changes(old, new) for x in range(start, start + width)}
    before, after = cells(old), cells(new)
    longest = max(len(before), len(after))
    before += [("", "")] * (longest - len(before))
    after += [("", "")] * (longest - len(after))
    assert {x for x in range(longest) if before[x] != after[x]} <= marked
    assert list(changes(new, new)) == []


@given(st.text(), st.integers(1, 40))
def test_shortened_text_fits_and_says_that_it_was_cut(text: str, width: int) -> None:
    text = plain(text)
    short = shorten(text, width)
    assert width_of((Piece(short),)) <= width
    assert short == text or short.endswith("…")
    assert all(width_of((Piece(line),)) <= width for line in wrap(text, width))


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\nb", "a\x00", "a\x9b2J", "a\u202e", "a\u200b"])
def test_plain_text_can_not_steer_the_terminal(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(text)[0] == "a"
