"""The quadrant plot: points where they belong, names that never overlap, the chosen trail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.widgets.records import Piece
from deskview.widgets.scatter import Field, Scatter, Track, area, between, draw
from deskview.widgets.text import width_of
from tests.widgets.host import Host, lines_of

FIELD = Field(
    centre=(100.0, 100.0),
    x_title="across →",
    y_title="↑ up",
    quadrants=(Piece("TOP-LEFT"), Piece("TOP-RIGHT"), Piece("LOW-LEFT"), Piece("LOW-RIGHT")),
)
WIDTH, HEIGHT = 61, 22


def drawn(tracks: list[Track], chosen: str | None = None, width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    return ["".join(piece.text for piece in line) for line in draw(tracks, FIELD, width, height, chosen)]


def at(key: str, *points: tuple[float, float]) -> Track:
    return Track(key, key, points)


def place_of(char: str, lines: list[str]) -> tuple[int, int]:
    return next((line.index(char), y) for y, line in enumerate(lines) if char in line)


@pytest.mark.parametrize(
    ("point", "right", "up"),
    [((104, 103), True, True), ((104, 97), True, False), ((96, 97), False, False), ((96, 103), False, True)],
)
def test_a_point_stands_in_its_quadrant(point: tuple[float, float], right: bool, up: bool) -> None:
    x, y = place_of("●", drawn([at("A", point)]))
    middle = WIDTH // 2, (HEIGHT - 1) // 2
    assert (x > middle[0]) is right
    assert (y < middle[1]) is up


@given(
    st.lists(st.tuples(st.floats(80, 120), st.floats(80, 120)), min_size=1, max_size=12),
    st.integers(44, 120),
    st.integers(8, 50),
)
def test_every_dot_is_at_its_place_and_every_line_has_the_width(
    points: list[tuple[float, float]], width: int, height: int
) -> None:
    tracks = [at(f"n{number}", point) for number, point in enumerate(points)]
    lines = drawn(tracks, width=width, height=height)
    bounds = area(tracks, FIELD, width, height - 1)
    assert len(lines) == height
    for x, y in points:
        assert lines[bounds.row(y)][bounds.column(x)] == "●"
    assert all(width_of(line) <= width for line in draw(tracks, FIELD, width, height))


@given(st.lists(st.tuples(st.floats(95, 105), st.floats(95, 105)), min_size=1, max_size=20))
def test_names_are_whole_or_counted_as_left_out(points: list[tuple[float, float]]) -> None:
    tracks = [at(f"<name{number}>", point) for number, point in enumerate(points)]
    lines = drawn(tracks, width=90, height=30)
    shown = sum(any(track.label in line for line in lines) for track in tracks)
    left_out = len(tracks) - shown
    told = any(words in lines[-1] for words in (f" {left_out} no label", f" {left_out} dots without a label"))
    assert told is (left_out > 0)


def test_the_chosen_track_shows_its_weeks_and_its_name() -> None:
    track = at("chosen", (96, 96), (98, 99), (104, 104))
    lines = drawn([track, at("other", (95, 105))], "chosen")
    bounds = area([track, at("other", (95, 105))], FIELD, WIDTH, HEIGHT - 1, "chosen")
    for (x, y), char in zip(track.points, "21◉", strict=True):
        assert lines[bounds.row(y)][bounds.column(x)] == char
    assert "chosen" in lines[bounds.row(104)]
    assert any("·" in line for line in lines)
    assert not any("·" in line or "◉" in line for line in drawn([track], None))


def test_the_scale_reaches_as_far_to_either_side() -> None:
    bounds = area([at("A", (90, 101)), at("B", (105, 98))], FIELD, WIDTH, HEIGHT)
    assert bounds.left + bounds.right == pytest.approx(200)
    assert bounds.low + bounds.high == pytest.approx(200)
    assert bounds.left < 90
    assert bounds.low < 98
    assert "100" in drawn([at("A", (90, 101))])[-1]


def test_wide_characters_keep_the_lines_straight() -> None:
    lines = draw([Track("半導体", "半導体", ((104.0, 104.0),))], FIELD, WIDTH, HEIGHT, None)
    assert {width_of(line) for line in lines[:-1]} == {WIDTH}
    assert any("半導体" in piece.text for line in lines for piece in line)


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x1b" not in "".join(drawn([Track("x", "\x1b[2J", ((104.0, 104.0),))], "x"))


def test_between_leaves_out_the_ends() -> None:
    assert list(between((0, 0), (3, 0))) == [(1, 0), (2, 0)]
    assert list(between((0, 0), (0, 0))) == []


@pytest.mark.parametrize("size", [(43, 20), (60, 7)])
def test_a_plot_without_room_says_so(size: tuple[int, int]) -> None:
    assert drawn([at("A", (101, 101))], width=size[0], height=size[1]) == ["Too small for a plot"]


async def test_the_widget_draws_follows_the_choice_and_the_size() -> None:
    scatter = Scatter(FIELD)
    async with Host(scatter).run_test(size=(60, 20)) as pilot:
        scatter.show([at("A", (98, 98), (103, 103)), at("B", (97, 103))])
        assert sum(line.count("●") for line in lines_of(scatter)) == 2
        scatter.choose("A")
        assert sum(line.count("◉") for line in lines_of(scatter)) == 1
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert len(lines_of(scatter)) == 30
        assert lines_of(scatter)[0].endswith("TOP-RIGHT")
