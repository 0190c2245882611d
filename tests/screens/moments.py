"""Boards whose momentum reading is another."""

from dataclasses import replace
from typing import Any

import msgspec

from deskview.board import Board


def with_momentum(board: Board, **figures: Any) -> Board:  # noqa: ANN401 - any field of the reading
    """The board with these fields of its momentum reading."""
    assert board.momentum.value is not None
    reading = msgspec.structs.replace(board.momentum.value, **figures)
    return replace(board, momentum=replace(board.momentum, value=reading, missing=reading.missing))


def with_basis(board: Board, basis: str) -> Board:
    """The board whose every σ of momentum rests on that, with one of the hour."""
    reading = board.momentum.value
    assert reading is not None

    def rests(part: Any) -> Any:  # noqa: ANN401 - a Struct with a basis
        return msgspec.structs.replace(part, sigma_basis=basis)

    neutral, horizons = reading.sector_neutral, reading.horizons
    return with_momentum(
        board,
        sigma_basis=basis,
        sigma_of_hour=reading.sigma,
        beta_neutral=rests(reading.beta_neutral),
        sector_neutral=msgspec.structs.replace(rests(neutral), beta_neutral=rests(neutral.beta_neutral)),
        horizons=msgspec.structs.replace(
            horizons, intermediate=rests(horizons.intermediate), recent=rests(horizons.recent)
        ),
    )
