"""Charts in plain characters: every series a character of its own, unbroken, gaps left open."""

from deskview.widgets.chartspec import Candle, ChartSpec, Level, Mark, Series
from deskview.widgets.drawing import draw


def text(spec: ChartSpec, width: int = 60, height: int = 16) -> list[str]:
    """The drawing as plain lines, the axis's own glyphs in ASCII as the app's filter makes them."""
    table = str.maketrans("│┤", "|+")
    lines = draw(spec, width, height, ascii_only=True)
    return ["".join(piece.text for piece in line).translate(table) for line in lines]


UP = Series(tuple(range(50)), tuple(float(y) for y in range(50)), label="up")
DOWN = Series(tuple(range(50)), tuple(float(50 - y) for y in range(50)), label="down", tone="loss")


def test_every_line_is_ascii_and_as_wide_as_asked() -> None:
    lines = text(ChartSpec("1", (UP, DOWN), levels=(Level(25, "half"),), title="Two", x_ticks=((0, "a"), (49, "b"))))
    assert all(line.isascii() for line in lines)
    assert len(lines) == 16
    assert {len(line) for line in lines[1:-1]} == {60}


def test_the_legend_names_each_series_character() -> None:
    heading, *body = text(ChartSpec("1", (UP, DOWN)))
    assert "* up" in heading and "o down" in heading
    both = [line for line in body if "o" in line and "*" in line]
    assert both[0].index("o") < both[0].index("*")
    assert both[-1].index("*") < both[-1].index("o")


def test_no_column_between_two_points_is_left_out_and_a_gap_stays_open() -> None:
    broken = Series((0, 10, 20, 30, 40), (0.0, 5.0, None, 5.0, 0.0))
    body = text(ChartSpec("1", (broken,)), width=50, height=12)[1:]
    canvas = [line[: line.index("+" if "+" in line else "|")] if "|" in line or "+" in line else line for line in body]
    columns = {x for line in canvas for x, char in enumerate(line) if char in "*:"}
    widest = max(columns)
    inside = [x for x in range(widest + 1) if x not in columns]
    assert inside == list(range(inside[0], inside[-1] + 1))
    assert abs(len(inside) - widest / 2) <= 2


def test_a_jump_is_joined_from_row_to_row() -> None:
    jump = Series((0.0, 24.0, 25.0, 49.0), (0.0, 0.0, 10.0, 10.0))
    body = text(ChartSpec("1", (jump,)), height=14)[1:]
    assert all("*" in line or ":" in line for line in body[1:-1])


def test_candles_tell_up_from_down_without_colour() -> None:
    rises, falls = Candle(0, 1, 4, 0, 3), Candle(1, 3, 4, 0, 1)
    body = "\n".join(text(ChartSpec("1", candles=(rises, falls)))[1:])
    assert "O" in body and "#" in body and "|" in body


def test_a_level_lies_below_the_series() -> None:
    flat = Series((0.0, 9.0), (5.0, 5.0))
    body = text(ChartSpec("1", (flat, UP), levels=(Level(5.0), Level(45.0))), height=14)[1:]
    assert any(line.startswith("*") for line in body)
    assert any(". ." in line for line in body)


def test_marks_are_named_beside_their_lines_where_nothing_else_is_drawn() -> None:
    marks = (Mark(10.0, "left one"), Mark(12.0, "near it"), Mark(40.0, "right one"))
    body = text(ChartSpec("1", (UP,), marks=marks))[1:]
    for name in ("left one|", "|near it", "|right one"):
        assert sum(name in line for line in body) == 1, name
    assert sum(line.count("*") + line.count(":") for line in body) == sum(
        line.count("*") + line.count(":") for line in text(ChartSpec("1", (UP,)))[1:]
    ), "no part of the line is hidden"


def test_a_mark_outside_is_not_drawn() -> None:
    assert not any("far" in line for line in text(ChartSpec("1", (UP,), marks=(Mark(99.0, "far"),))))


def test_the_boxed_value_is_that_of_the_chart_where_it_has_one() -> None:
    own, newest = (text(ChartSpec("1", (UP,), boxed=boxed)) for boxed in ((21.0, "accent"), None))
    assert any(line.rstrip().endswith(" 21.00") for line in own)
    assert not any(line.rstrip().endswith(" 21.00") for line in newest)
