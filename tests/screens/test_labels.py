"""What is missing is told in words, once, and nothing of a field's name is left in them."""

import re

from deskview.board import Board
from deskview.board.readings import readings
from deskview.screens.flow import FLOW
from deskview.screens.leverage.explain import LABELS, remarks
from deskview.screens.parts import label_of


def test_every_figure_has_words(board: Board) -> None:
    for reading in readings(board):
        assert "_" not in label_of(reading.path), reading.path
        assert label_of(reading.path).strip(" :,") == label_of(reading.path)


def test_figures_of_a_name_tell_themselves_apart(board: Board) -> None:
    said: dict[str, str] = {}
    for reading in readings(board):
        other = said.setdefault(label_of(reading.path), reading.path)
        assert other == reading.path, (label_of(reading.path), other, reading.path)


def test_a_name_in_all_funds_and_in_those_on_it_alone() -> None:
    assert label_of("leverage.by_name.NVDA.today_usd") == "NVDA: leveraged ETFs, today, all funds"
    assert label_of("leverage.by_underlying.NVDA.today_usd") == "NVDA: leveraged ETFs on it alone, today"
    assert label_of("leverage.by_underlying.SOX.today_usd").startswith("Semiconductors (NYSE, PHLX): ")
    assert label_of("names.BRK.B.price") == "BRK.B: price"


def test_what_is_told_elsewhere_or_helps_nobody_is_not_told() -> None:
    missing = {
        "funds": "21 funds left out",
        "by_fund.tracking_gap": "without a return",
        "score.hit_rate": "none yet",
        "score.hit_low": "none yet",
        "score": "none yet",
        "by_name.of_adv": "no dollar volume for A, B",
    }
    assert LABELS.missing(missing) == [
        ("score of past forecasts", "none yet"),
        ("% of daily volume", "no dollar volume for A, B"),
    ]
    assert FLOW.labels.missing({"retail.core_net_usd": "retail has no such part"}) == []


def test_underlyings_with_the_same_remark_share_a_row_and_have_titles(board: Board) -> None:
    assert board.leverage.value is not None
    rows = remarks(board.leverage.value.notes)
    (told,) = [words for figure, words in rows if figure.endswith("underlyings")]
    assert "MSCI Brazil" in told and "ARK Innovation" in told
    assert not any(re.search(r"[A-Z]+_[A-Z]+|by_name|by_fund", figure + words) for figure, words in rows)
