"""The gauge: where the dot stands, what gives way, what is said without a percentile."""

import pytest

from deskview.widgets import Gauge, GaugeReading
from deskview.widgets.gauge import ordinal
from tests.widgets.host import Host, lines_of


async def drawn(reading: GaugeReading, width: int = 70, ascii_only: bool = False) -> str:
    gauge = Gauge(reading, label_width=8, value_width=8, ascii_only=ascii_only)
    async with Host(gauge).run_test(size=(width, 3)):
        return lines_of(gauge)[0]


def scale(line: str) -> str:
    return line[line.index("▕") + 1 : line.index("▏")]


async def test_the_whole_gauge() -> None:
    line = await drawn(GaugeReading("RETAIL", 16, 252, (40, 30, 16), "−$1.2B", "loss"))
    assert line.startswith("RETAIL")
    assert line.rstrip().endswith("16th pct of 252 d  ▼   −$1.2B")
    assert scale(line).count("●") == 1
    assert "●━" in scale(line)


@pytest.mark.parametrize(("percentile", "place"), [(0, 0), (50, 0.5), (100, 1)])
async def test_the_dot_stands_where_the_percentile_is(percentile: float, place: float) -> None:
    cells = scale(await drawn(GaugeReading("X", percentile, 252)))
    assert cells.index("●") == round(place * (len(cells) - 1))


async def test_no_percentile_is_said_in_words() -> None:
    line = await drawn(GaugeReading("DEALER", None, note="needs the options chain [advanced]"))
    assert line.rstrip() == "DEALER   – needs the options chain [advanced]"
    assert "0" not in line


@pytest.mark.parametrize("width", range(20, 120, 7))
async def test_digits_are_never_cut(width: int) -> None:
    line = await drawn(GaugeReading("RETAIL", 16, 252, (), "−$1,234.5B", "loss"), width)
    numbers = [word for word in line.split() if any(char.isdigit() for char in word)]
    assert numbers in (["16th"], ["16th", "−$1,234.5B"], ["16th", "252", "−$1,234.5B"])


@pytest.mark.parametrize("width", range(30, 90, 6))
async def test_a_percentile_of_few_days_is_dim_and_has_their_number(width: int) -> None:
    gauge = Gauge(GaugeReading("RETAIL", 0, 34, (), "−$1.23B", "loss"), label_width=8, value_width=8)
    async with Host(gauge).run_test(size=(width, 3)):
        assert "0th pct of 34 d" in lines_of(gauge)[0]
        (digits,) = [piece for piece in gauge.line_at(0) if "0th" in piece.text]
        assert digits.tone == "dim"


async def test_ascii() -> None:
    line = await drawn(GaugeReading("RETAIL", 90, 252, (80, 90), "+$1B", "gain"), ascii_only=True)
    assert line.isascii()
    assert "O" in line
    assert "^" in line


async def test_a_new_reading_repaints_no_more_than_it_must() -> None:
    gauge = Gauge(GaugeReading("RETAIL", 50, 252, (), "+$1.0B", "gain"))
    async with Host(gauge).run_test(size=(60, 3)) as pilot:
        await pilot.pause()
        gauge.show(GaugeReading("RETAIL", 50, 252, (), "+$1.1B", "gain"))
        assert 0 < gauge.repainted_cells <= 12


@pytest.mark.parametrize(
    ("percentile", "text"),
    [
        (0, "0th"),
        (0.2, "1st"),
        (1, "1st"),
        (2, "2nd"),
        (3.2, "3rd"),
        (11, "11th"),
        (22, "22nd"),
        (99.7, "99th"),
        (100, "100th"),
    ],
)
def test_ordinals(percentile: float, text: str) -> None:
    assert ordinal(percentile) == text
