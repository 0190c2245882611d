"""The strip: priorities, whole figures, repainting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.widgets import Segment, StatusStrip
from tests.widgets.host import Host, lines_of

SEGMENTS = [
    Segment("app", "deskview", "strong"),
    Segment("sim", " SIMULATED ", "simulated"),
    Segment("momo", "MOMO −7.7%", "loss", 1),
    Segment("spy", "SPY −0.5%", "loss", 3),
    Segment("retail", "retail 16", "", 2),
    Segment("calls", "17 calls/min", "dim", 9, right=True),
]


async def test_a_wide_strip_shows_everything() -> None:
    strip = StatusStrip(SEGMENTS)
    async with Host(strip).run_test(size=(120, 3)):
        line = lines_of(strip)[0]
        assert strip.dropped == ()
        assert line.startswith(" deskview    SIMULATED ")
        assert line.endswith("17 calls/min ")
        assert len(line) == 120


async def test_the_least_important_go_first() -> None:
    strip = StatusStrip(SEGMENTS)
    async with Host(strip).run_test(size=(50, 3)):
        assert strip.dropped == ("spy", "calls")
        assert lines_of(strip)[0].split() == ["deskview", "SIMULATED", "MOMO", "−7.7%", "retail", "16", "…"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.text("0123456789", min_size=1, max_size=12), st.integers(0, 3), st.booleans()), max_size=8),
    st.integers(5, 120),
)
def test_no_figure_is_cut(shapes: list[tuple[str, int, bool]], width: int) -> None:
    segments = [Segment(str(i), text, "", priority, right) for i, (text, priority, right) in enumerate(shapes)]

    class Fixed(StatusStrip):
        @property
        def line_width(self) -> int:
            return width

    strip = Fixed(segments)
    line = "".join(piece.text for piece in strip.line_at(0))[:width]
    kept = [segment for segment in segments if segment.key not in strip.dropped]
    assert sorted(line.replace("…", " ").split()) == sorted(segment.text for segment in kept)
    assert all(segments[int(key)].priority >= segment.priority for key in strip.dropped for segment in kept)


async def test_only_the_changed_segment_is_repainted() -> None:
    strip = StatusStrip(SEGMENTS)
    async with Host(strip).run_test(size=(120, 3)) as pilot:
        await pilot.pause()
        strip.show([*SEGMENTS[:2], Segment("momo", "MOMO −7.8%", "loss", 1), *SEGMENTS[3:]])
        assert strip.repainted_cells == len("MOMO −7.8%")


async def test_a_segment_says_less_before_another_goes() -> None:
    strip = StatusStrip([Segment("beat", "75% beat SPY", short="75% beat"), Segment("week", "wk $11B", priority=6)])
    async with Host(strip).run_test(size=(30, 3)) as pilot:
        assert lines_of(strip)[0].split() == ["75%", "beat", "SPY", "wk", "$11B"]
        await pilot.resize_terminal(19, 3)
        await pilot.pause()
        assert lines_of(strip)[0].split() == ["75%", "beat", "wk", "$11B"]
        assert strip.dropped == ()


@given(st.integers(20, 140), st.text("x", min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_a_spare_segment_moves_no_other(width: int, text: str) -> None:
    class Fixed(StatusStrip):
        @property
        def line_width(self) -> int:
            return width

    figures = SEGMENTS[:-1]
    alone = "".join(piece.text for piece in Fixed(figures).line_at(0)).rstrip(" …")
    beside = "".join(piece.text for piece in Fixed([*figures, Segment("alert", text, spare=True)]).line_at(0))
    assert beside.startswith(alone)
    assert len(beside.rstrip()) <= width


WITH_MORE = [
    Segment("momo", "MOMO −7.7%", more="30m −1.2%"),
    Segment("beat", "75% beat SPY", short="75% beat", priority=5),
    Segment("letf", "LETF −$18B", more="30m −$2B", priority=2),
    Segment("alert", "momentum below −3", spare=True),
]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (79, "MOMO −7.7% 30m −1.2%   75% beat SPY   LETF −$18B 30m −$2B   momentum below −3"),
        (78, "MOMO −7.7% 30m −1.2%   75% beat SPY   LETF −$18B 30m −$2B"),
        (58, "MOMO −7.7% 30m −1.2%  75% beat SPY  LETF −$18B 30m −$2B"),
        (56, "MOMO −7.7% 30m −1.2%  75% beat SPY  LETF −$18B"),
        (47, "MOMO −7.7%  75% beat SPY  LETF −$18B 30m −$2B"),
        (45, "MOMO −7.7%   75% beat SPY   LETF −$18B"),
        (38, "MOMO −7.7%  75% beat SPY  LETF −$18B"),
        (34, "MOMO −7.7%  75% beat  LETF −$18B"),
    ],
)
async def test_more_is_said_only_where_all_stands_whole(width: int, line: str) -> None:
    class Unmarked(StatusStrip):
        MORE = ""

    strip = Unmarked(WITH_MORE)
    async with Host(strip).run_test(size=(width, 3)):
        assert lines_of(strip)[0].strip() == line


@given(st.integers(5, 140))
def test_what_more_is_said_costs_no_figure(width: int) -> None:
    class Fixed(StatusStrip):
        @property
        def line_width(self) -> int:
            return width

    plain = [Segment(each.key, each.text, short=each.short, priority=each.priority) for each in WITH_MORE[:3]]
    before, after = Fixed(plain), Fixed(WITH_MORE[:3])
    assert before.dropped == after.dropped
    words = "".join(piece.text for piece in after.line_at(0)).split()
    assert [word for word in "".join(piece.text for piece in before.line_at(0)).split() if word not in words] == []
    if words[:1] == ["MOMO"]:
        assert len("".join(piece.text for piece in after.line_at(0)).rstrip()) <= width


WITH_SENTENCE = (
    Segment("momo", "MOMO −7.2%?", priority=0),
    Segment("retail", "retail 12th", priority=4),
    Segment("week", "wk ±$10.9B", priority=6),
    Segment(
        "why", "1,480 of 2,960 names came; of 15:42:10", priority=3, short="1,480 of 2,960 names came", sentence=True
    ),
)


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        (80, "MOMO −7.2%? retail 12th wk ±$10.9B 1,480 of 2,960 names came; of 15:42:10"),
        (64, "MOMO −7.2%? retail 12th wk ±$10.9B 1,480 of 2,960 names came"),
        (56, "MOMO −7.2%? retail 12th 1,480 of 2,960 names came …"),
        (44, "MOMO −7.2%? 1,480 of 2,960 names came …"),
        (39, "MOMO −7.2%? retail 12th wk ±$10.9B …"),
        (24, "MOMO −7.2%? …"),
    ],
)
async def test_a_sentence_takes_the_room_of_what_matters_less_or_none(width: int, kept: str) -> None:
    strip = StatusStrip(WITH_SENTENCE)
    async with Host(strip).run_test(size=(width, 3)):
        assert " ".join(lines_of(strip)[0].split()) == kept
