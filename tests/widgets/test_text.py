"""Text cut to a width."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deskview.widgets.text import ELLIPSIS, shorten

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
