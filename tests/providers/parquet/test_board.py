"""A whole board from the folder: what it has gives the figures the other vendor gives, what it lacks a reason."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from deskview.board import Board
from deskview.board.export import board_to_json
from deskview.providers import PROVIDERS
from deskview.providers.capabilities import USES, Capability
from tests.feed.markets import Made, made
from tests.once import once
from tests.providers.parquet import LARGE, PARQUET
from tests.providers.parquet.recorded import board_of_files


@pytest.fixture(scope="module")
def other(run_folder: Path) -> Made:
    """The same market by way of the first vendor."""
    return made(run_folder)


@pytest.fixture(scope="module")
def board(run_folder: Path, other: Made) -> Board:
    """Made with the folder in the list of providers and nothing else changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROVIDERS, PARQUET.name, PARQUET)
        return once(run_folder, "parquet", lambda: asyncio.run(board_of_files(other)))


def test_its_figures_are_those_of_the_other_vendor(board: Board, other: Made) -> None:
    here, there = board.parts, other.board.parts
    for part, figures in {
        "momentum": ("return_", "long_return", "short_return", "hedge_ratio"),
        "breadth": ("index_return", "beat_share", "equal_weight_return", "dispersion"),
        "leverage": ("today_usd", "per_1pct_usd", "aum_usd", "funds", "coverage"),
    }.items():
        values = {name: getattr(here[part].value, name) for name in figures}
        assert values == {name: pytest.approx(getattr(there[part].value, name), rel=1e-9) for name in figures}
        assert (here[part].note, here[part].doubt) == ("", "")
    assert here["rotation"].value is not None


def test_what_is_withheld_is_missing_with_the_plan_that_has_it(board: Board) -> None:
    for part in USES[Capability.TRADES].parts:
        if part in board.parts:
            found, sentence = board.parts[part], f"does not include trades (needs {LARGE} or higher)"
            if part == "deleveraging":  # what needs no prints is told
                assert any(sentence in why for why in found.missing.values())
            else:
                assert found.value is None
                assert sentence in found.note


def test_what_the_vendor_does_not_have_is_missing_and_said_so(board: Board) -> None:
    reason = board.parts["momentum"].missing["sigma_of_hour"]
    assert reason.startswith(f"{PARQUET.title} does not have intraday bars")


def test_its_json_names_the_source_and_says_what_is_missing(board: Board) -> None:
    told = msgspec.json.decode(board_to_json(board))
    assert told["source"] == {"provider": "parquet", "simulated": True, "scenario": "recorded"}
    assert LARGE in str(told)
