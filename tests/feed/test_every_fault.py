"""Every fault the simulated market knows: a refresh ends in a board that says what it misses, or in a typed error."""

from pathlib import Path
from typing import Unpack

import pytest

from deskview.board import Board, Status
from deskview.providers.errors import ProviderError
from deskview.simulator import CAPABILITIES, FAULTS, PLANS
from tests.feed.markets import PARTS, Sold, refreshed, simulated

AT_SHORT = {"bad-rows", "truncated"}
"""Faults of the figures and of the line; tests of single faults stand in `test_failures`."""
LACKING_AT_SHORT = {"starter", "splits"}
"""A plan and a capability."""
GRACE = {"slow": "slow:0.001", "rate-limit": "rate-limit:100000", "retry-after": "retry-after:0.01"}
"""Their defaults take minutes."""


def said(board: Board) -> None:
    """Every part has figures, or is marked and says in words why it has none."""
    for name in PARTS:
        part = board.parts[name]
        assert part.value is not None or (part.status is Status.UNAVAILABLE and part.note), name
        assert part.note.isprintable(), name
        assert "Traceback" not in part.note, name


async def refresh(cache: Path, *faults: str, **sold: Unpack[Sold]) -> None:
    try:
        board = await refreshed(simulated(*(GRACE.get(fault, fault) for fault in faults), **sold), cache)
    except ProviderError as error:
        assert str(error).isprintable()
        assert str(error).endswith(".")
    else:
        said(board)


@pytest.mark.parametrize(
    "fault", [each if each in AT_SHORT else pytest.param(each, marks=pytest.mark.long) for each in FAULTS]
)
async def test_a_refresh_with_history_ends_in_figures_or_words(warm: Path, fault: str) -> None:
    await refresh(warm, fault)


@pytest.mark.parametrize(
    "lacking",
    [
        each if each in LACKING_AT_SHORT else pytest.param(each, marks=pytest.mark.long)
        for each in (*PLANS, *CAPABILITIES)
    ],
)
async def test_a_refresh_with_less_than_everything_ends_in_figures_or_words(warm: Path, lacking: str) -> None:
    if lacking in PLANS:
        await refresh(warm, "rate-limit:0", plan=lacking)
    else:
        await refresh(warm, without=[lacking])


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_first_refresh_ends_in_figures_or_words(tmp_path: Path, fault: str) -> None:
    await refresh(tmp_path, fault)
