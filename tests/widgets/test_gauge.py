"""The gauge: where the dot stands, what gives way, what is said without a percentile."""

import pytest

from deskview.ordinals import limits, ordinal
from deskview.widgets import Gauge, GaugeReading
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


async def test_the_band_is_what_one_can_be_sure_of() -> None:
    line = await drawn(GaugeReading("RETAIL", 16.3, 252, (90, 95), "−$3.1B ±0.6", "loss", low=9.4, high=26.6))
    cells = scale(line)
    band = [index for index, glyph in enumerate(cells) if glyph in "━●"]
    assert (band[0], band[-1]) == (round(0.094 * (len(cells) - 1)), round(0.266 * (len(cells) - 1)))
    assert cells[band[0] : band[-1] + 1].strip("━") == "●"
    assert line.rstrip().endswith("16th (9–27)  of 252 d  ▼ −$3.1B ±0.6")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(9.9, 26.1, "(9–27)"), (0.0, 100.0, "(0–100)"), (9 - 1e-12, 27 + 1e-12, "(9–27)"), (0.4, 0.4, "(0–1)")],
)
def test_limits_are_rounded_outwards(low: float, high: float, text: str) -> None:
    assert limits(low, high) == text
    assert limits(None, high) == limits(low, None) == ""


@pytest.mark.parametrize("width", range(22, 120, 7))
async def test_limits_are_never_cut_from_their_percentile(width: int) -> None:
    line = await drawn(GaugeReading("RETAIL", 16, 252, (), "−$3.1B ±0.6", "loss", low=9, high=27), width)
    assert "16th (9–27)" in line


async def test_of_few_days_with_limits_the_value_outlives_their_number() -> None:
    gauge = Gauge(GaugeReading("RETAIL", 0, 34, (), "−$1.2B ±0.6", "loss", low=0, high=58), label_width=8)
    async with Host(gauge).run_test(size=(50, 3)):
        line = lines_of(gauge)[0]
        assert "0th (0–58)" in line and "−$1.2B ±0.6" in line
        (digits,) = [piece for piece in gauge.line_at(0) if "0th" in piece.text]
        assert digits.tone == "dim"


async def test_gauges_above_each_other_have_scales_of_one_length() -> None:
    lines = [
        await drawn(GaugeReading("X", 50, 252, (), "−$3.1B", "loss", low=low, high=high))
        for low, high in ((3, 9), (9, 27), (13, 88))
    ]
    assert len({len(scale(line)) for line in lines}) == 1


async def test_without_a_percentile_the_value_stays_where_the_reason_has_room() -> None:
    line = await drawn(GaugeReading("RETAIL", None, note="before 10:30", value_text="−$3.1B", tone="loss"))
    assert line.rstrip() == "RETAIL   – before 10:30".ljust(60) + "▼   −$3.1B"
    assert "−$3.1B" in await drawn(GaugeReading("RETAIL", None, value_text="−$3.1B", tone="loss"), width=30)
    narrow = await drawn(GaugeReading("RETAIL", None, note="before 10:30", value_text="−$3.1B"), width=26)
    assert narrow.rstrip() == "RETAIL   – before 10:30"


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
