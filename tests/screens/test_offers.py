"""What an alert is offered on: the likeliest without reading the whole board, and whatever is typed."""

from dataclasses import replace

import pytest

from deskview.board import Board
from deskview.board.figures import label_of
from deskview.board.readings import readings, readings_of
from deskview.board.trend import TRENDED
from deskview.screens.alerts.offers import SHOWN, matching, offered
from deskview.screens.frame.target import Kind, Target
from tests.screens.moments import drawn_flow, with_flow

ASKED = [
    ("momentum", "SNDK"),
    ("rotation", "theme:Chemicals"),
    ("leverage", "NVDA"),
    ("flow", "BRK.B"),
    ("breadth", "dispersion"),
    ("flow", None),
    (Target(Kind.NAME, "NVDA"), None),
]


@pytest.mark.parametrize(("shown", "row"), ASKED)
def test_the_form_opens_without_reading_the_whole_board(
    board: Board, shown: Target | str, row: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {reading.path: reading for reading in readings(board)}

    def not_now(_: Board) -> None:
        raise AssertionError("the whole board was read")

    with monkeypatch.context() as held:
        held.setattr("deskview.board.readings.readings", not_now)
        offers = offered(board, shown, row)
        listed = matching(offers, "")
    assert len(listed) == SHOWN
    assert [reading for reading in listed if whole[reading.path] != reading] == []
    searched = [reading for _, reading in offers.searched]
    assert searched[:SHOWN] == listed
    assert len(searched) == len(whole) == len({reading.path for reading in searched})


@pytest.mark.parametrize(("shown", "row"), ASKED)
def test_what_the_cursor_is_on_comes_first_and_whole(board: Board, shown: Target | str, row: str | None) -> None:
    key = shown.key if isinstance(shown, Target) else (row or "").rpartition(":")[2]
    listed = [reading.path for reading in matching(offered(board, shown, row), "")]
    own = [reading.path for reading in readings(board) if key and f".{key}." in f".{reading.path}."]
    assert bool(own) == bool(key)
    assert set(listed[: len(own)]) == set(own)
    assert {reading.path for reading in readings_of(board, key)} == set(own)


@pytest.mark.parametrize("part", ["momentum", "leverage", "flow"])
def test_the_headlines_of_the_part_come_next_each_with_its_change_behind(board: Board, part: str) -> None:
    told = with_flow(replace(board, d30m=dict.fromkeys(TRENDED, 0.5)), drawn_flow())
    listed = [reading.path for reading in matching(offered(told, part, None), "")]
    assert listed[0].startswith(f"{part}.")
    for path in TRENDED:
        if path in listed:
            assert listed[listed.index(path) + 1] == f"{path}.d30m"
    assert {path for path in TRENDED if path.startswith(f"{part}.")} <= set(listed[:12])


@pytest.mark.parametrize(
    "typed", ["n", "nvda", "NVDA price", "momo sig", "letf pct", "leverage today_usd", "over 30", "chemicals 5d", "zz"]
)
def test_what_is_typed_finds_every_reading_that_has_it(board: Board, typed: str) -> None:
    short = {"momo": "momentum", "letf": "leverage", "pct": "percentile"}
    words = [short.get(word, word) for word in typed.casefold().split()]
    every = {reading.path: f"{reading.path} {label_of(reading.path)}".casefold() for reading in readings(board)}
    hits = {path for path, text in every.items() if all(word in text for word in words)}
    found = {reading.path for reading in matching(offered(board, "momentum", None), typed)}
    if hits:
        assert found <= hits and len(found) == min(len(hits), SHOWN)


def test_letters_in_their_order_find_what_no_word_does(board: Board) -> None:
    offers = offered(board, "momentum", None)
    assert "momentum.sigma" in {reading.path for reading in matching(offers, "mmtmsgm")}
    assert matching(offers, "no such thing at all") == []


def test_an_exact_path_comes_first(board: Board) -> None:
    offers = offered(board, "leverage", "NVDA")
    for path in ("momentum.return", "momentum.return.d30m", "names.TSLA.price", "leverage.by_name.TSLA.today_usd"):
        assert matching(offers, path)[0].path == path
