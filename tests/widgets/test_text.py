"""Text cut to a width."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from deskview.widgets.text import ELLIPSIS, HarmlessFilter, plain, shorten
from tests.hostile_text import HOSTILE, foreign

WORDS = st.lists(
    st.sampled_from(["Wu", "2023)", "1.25X", "−8.09%", "GraniteShares", "價格", "$1.07B,", "a1"]), max_size=6
)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("GraniteShares 1.25X Long", 17, "GraniteShares…"),
        ("Wu 2023 and others", 8, "Wu 2023…"),
        ("−8.09%", 4, "…"),
        ("FANG & innovation", 9, "FANG & i…"),
        ("價格表", 4, "價…"),
        ("Nasdaq-100", 9, "Nasdaq…"),
        ("Nasdaq-100", 8, "Nasdaq-…"),
        ("whole", 5, "whole"),
        ("none", 0, ""),
    ],
)
def test_it_is_cut_at_a_letter_and_never_within_a_number(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown


@given(WORDS.map(" ".join), st.integers(0, 40))
def test_it_fits_and_every_figure_left_is_whole(text: str, width: int) -> None:
    shown = shorten(text, width)
    assert cell_len(shown) <= width
    figures = [word for word in shown.removesuffix(ELLIPSIS).split() if re.search(r"\d", word)]
    assert set(figures) <= set(text.split())


@given(st.lists(HOSTILE, max_size=5))
def test_the_filter_takes_out_what_steers_and_keeps_the_width(texts: list[str]) -> None:
    segments = [Segment(text) for text in texts]
    safe = HarmlessFilter().apply(segments, Color(0, 0, 0))
    assert [foreign(segment.text) for segment in safe] == [[]] * len(texts)
    assert [cell_len(segment.text) for segment in safe] == [cell_len(text) for text in texts]


@given(HOSTILE)
def test_plain_text_is_plain(text: str) -> None:
    assert foreign(plain(text)) == []
    assert plain(plain(text)) == plain(text)
