"""Cards: the arithmetic on them is that of the board, and what is missing is said."""

import re
from dataclasses import replace
from typing import Any

import pytest

from deskview.board import Board, Part
from deskview.screens.cards import card_of
from deskview.screens.format import percent, usd
from deskview.screens.target import Kind, Target

PARTS = ("momentum", "breadth", "rotation", "leverage", "flow")


def figure(words: str) -> float:
    """A printed percentage or number as a number."""
    return float(words.replace("−", "-").replace("+", "").rstrip("%σ"))


def test_the_momentum_card_adds_up(board: Board) -> None:
    card = card_of(board, "momentum", None)
    spread = next(line.text for line in card.lines if line.label.startswith("long/short"))
    found = re.fullmatch(r"(\S+)% − (\S+) × \((\S+)%\) = (\S+)%", spread)
    assert found
    long, hedge, short, result = map(figure, found.groups())
    assert long - hedge * short == pytest.approx(result, abs=0.03)  # each figure is rounded to two decimals
    sigma = next(line.text for line in card.lines if line.label.startswith("σ = "))
    top, bottom, move = re.match(r"(\S+) / (\S+) = (\S+)σ", sigma).groups()  # type: ignore[union-attr]
    assert figure(top) / figure(bottom) == pytest.approx(figure(move), abs=0.05)


def test_a_name_under_the_cursor_stands_first(board: Board) -> None:
    assert board.momentum.value is not None
    name = board.momentum.value.short[0]
    first = card_of(board, "momentum", name.ticker).lines[0]
    assert first.label == f"{name.ticker} in the short leg"
    assert first.text.startswith("−")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_tells_time_source_and_that_it_is_simulated(board: Board, part: str) -> None:
    words = card_of(board, part, None).words.plain
    assert "SIMULATED market, scenario momentum-crash" in words
    assert "2026-02-04" in words
    assert re.search(r"as of +\d\d:\d\d:\d\d ET", words)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_without_a_reading_says_why(board: Board, part: str) -> None:
    waiting: dict[str, Any] = {part: Part.awaited("waiting for the market")}
    card = card_of(replace(board, **waiting), part, None)
    assert "waiting for the market" in card.missing
    assert card.lines == ()


def test_a_group_and_its_horizons(board: Board) -> None:
    assert board.rotation.value is not None
    group = board.rotation.value.groups[0]
    for subject, key in (("rotation", group.name), (Target(Kind.GROUP, group.name), None)):
        card = card_of(board, subject, key)
        assert card.title == group.name
        assert [line.label for line in card.lines] == board.rotation.value.horizons


def test_a_fund_line_by_line(board: Board) -> None:
    assert board.leverage.value is not None
    fund = board.leverage.value.by_fund[0]
    card = card_of(board, Target(Kind.FUND, fund.ticker), None)
    assert fund.today_usd is not None
    assert card.lines[-1].text == f"{fund.today_usd:+,.0f} USD"
    unknown = card_of(board, Target(Kind.FUND, "NOFUND"), None)
    assert unknown.missing == ("NOFUND: not among the funds known",)


def test_a_name_tells_what_there_is_and_what_not(board: Board) -> None:
    assert board.leverage.value is not None
    row = board.leverage.value.by_name[0]
    words = card_of(board, Target(Kind.NAME, row.ticker), None).words.plain
    assert f"= {usd(row.today_usd)}" in words
    assert f"= {percent(row.of_adv)}" in words
    nothing = card_of(board, Target(Kind.NAME, "NONE"), None)
    assert len(nothing.missing) == 3


def test_the_flow_card_tells_the_error_rates(board: Board) -> None:
    words = card_of(board, "flow", None).words.plain
    assert "28 %" in words
    assert "signed" in words
