"""Pictures: a bar is an area as high as its eighths."""

import re

from deskview.screens.desk.still import with_solid_bars

LINE = '<clipPath id="t-line-2">\n    <rect x="0" y="50" width="100" height="24"/>\n</clipPath>'


def text(glyphs: str) -> str:
    width = f"{12.2 * len(glyphs):g}"
    return f'<text class="t-r3" x="12.2" y="70" textLength="{width}" clip-path="url(#t-line-2)">{glyphs}</text>'


def test_every_run_of_blocks_becomes_an_area() -> None:
    picture = with_solid_bars(LINE + text("▄▄█"))
    assert "<text" not in picture
    areas = re.findall(r'<rect class="t-r3" x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"', picture)
    assert areas == [("12.2", "62", "24.4", "12"), ("36.6", "50", "12.2", "24")]


def test_words_stay_words() -> None:
    assert with_solid_bars(LINE + text("now ▄")) == LINE + text("now ▄")
