"""What a path can't lead to is known without a board, in the words a board says it in."""

import pytest

from deskview.board import Board
from deskview.board.readings import reading_at, reading_fault, readings


def test_every_figure_of_a_board_is_one(board: Board) -> None:
    assert {reading.path: fault for reading in readings(board) if (fault := reading_fault(reading.path))} == {}


@pytest.mark.parametrize(
    "path",
    [
        "momentun.sigma",
        "momentum.sigmaa",
        "momentum",
        "momentum.sigma_basis",
        "momentum.sigma.now",
        "momentum.sigma_days",
        "flow.retail.net",
        "leverage.today",
        "leverage.by_name.NVDA.of_advv",
        "names.NVDA.prise",
        "names",
        "",
    ],
)
def test_what_is_none_is_refused_in_the_same_words(board: Board, path: str) -> None:
    with pytest.raises(LookupError) as told:
        reading_at(board, path)
    assert reading_fault(path) == told.value.args[0]
