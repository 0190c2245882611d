"""What is missing is told in words, once, and nothing of a field's name is left in them."""

import re

from deskview.board import Board
from deskview.board.readings import readings
from deskview.screens.gaps import gaps, remarks
from deskview.screens.reading_words import words_of


def test_every_figure_has_words(board: Board) -> None:
    for reading in readings(board):
        assert "_" not in words_of(reading.path), reading.path
        assert words_of(reading.path).strip(" :,") == words_of(reading.path)


def test_figures_of_a_name_tell_themselves_apart(board: Board) -> None:
    said: dict[str, str] = {}
    for reading in readings(board):
        other = said.setdefault(words_of(reading.path), reading.path)
        assert other == reading.path, (words_of(reading.path), other, reading.path)


def test_a_name_in_all_funds_and_in_those_on_it_alone() -> None:
    assert words_of("leverage.by_name.NVDA.today_usd") == "NVDA: leveraged ETFs, today, all funds"
    assert words_of("leverage.by_underlying.NVDA.today_usd") == "NVDA: leveraged ETFs on it alone, today"
    assert words_of("leverage.by_underlying.SOX.today_usd").startswith("Semiconductors (NYSE, PHLX): ")
    assert words_of("names.BRK.B.price") == "BRK.B: price"


def test_what_is_told_elsewhere_or_helps_nobody_is_not_told() -> None:
    missing = {
        "funds": "21 funds left out",
        "by_fund.tracking_gap": "without a return",
        "score.hit_rate": "none yet",
        "score.hit_low": "none yet",
        "score": "none yet",
        "by_name.of_adv": "no dollar volume for A, B",
    }
    assert gaps("leverage", missing) == [
        ("score of past forecasts", "none yet"),
        ("% of daily volume", "no dollar volume for A, B"),
    ]
    assert gaps("flow", {"retail.core_net_usd": "retail has no such part"}) == []


def test_underlyings_with_the_same_remark_share_a_row_and_have_titles(board: Board) -> None:
    assert board.leverage.value is not None
    rows = remarks("leverage", board.leverage.value.notes)
    (told,) = [words for figure, words in rows if figure.endswith("underlyings")]
    assert "MSCI Brazil" in told and "ARK Innovation" in told
    assert not any(re.search(r"[A-Z]+_[A-Z]+|by_name|by_fund", figure + words) for figure, words in rows)
