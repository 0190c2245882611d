"""Whatever a board's texts hold, the terminal gets printable text within its width and the program's own sequences."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Paste

from deskview.board import Board
from deskview.screens.alerts.levels import notifications
from deskview.widgets.textual_private import write_to_terminal
from tests.app.desk import seated
from tests.feed.markets import Made, just_now
from tests.hostile_text import HOSTILE, PIECES, read_terminal, unsaid

WORDS = {
    *("name", "sector", "industry", "issuer", "group", "market", "span", "state", "label"),
    *("note", "doubt", "reason", "why", "rank_doubt", "verdict", "comparison", "sizing", "sign_error_note"),
    *("survivorship", "scenario", "provider", "phase", "clock_missing", "universe_size", "missing", "notes"),
}
"""Fields of a board, and columns of its tables, whose texts are shown as they are."""
WIDTH, HEIGHT = 120, 40
SEEN_AT_LEAST = 10
WALKS = {
    "desk": ("y", "S", "4", "enter", "S"),
    "momentum": ("m", "i", "escape", "y", "down", "enter", "S"),
    "rotation": ("o", "u", "u", "S", "i", "escape", "enter"),
    "leverage": ("v", "tab", "y", "x", "S", "x", "i"),
    "flow": ("f", "x", "tab", "y", "S", "x"),
    "alerts": ("A", "plus", "down", "escape"),
}
MARK = "¤"
"""Stands before every text of a board, so that it is known on the screen."""


def renamed(value: Any, rename: Callable[[str], str], field: str = "") -> Any:  # noqa: ANN401, PLR0911 - any part of a board
    """The value with every text of WORDS in it renamed, the same text always alike."""

    def again(inner: Any, name: str = field) -> Any:  # noqa: ANN401
        return renamed(inner, rename, name)

    match value:
        case Enum():
            return value
        case str():
            return rename(value) if field in WORDS else value
        case msgspec.Struct():
            inner = {name: again(getattr(value, name), name) for name in value.__struct_fields__}
            return msgspec.structs.replace(value, **inner)
        case dict():
            return {key: again(each) for key, each in value.items()}
        case list() | tuple() if not hasattr(value, "_fields"):
            return type(value)(map(again, value))
        case pl.DataFrame():
            return with_renamed(value, rename)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{each.name: again(getattr(value, each.name), each.name) for each in fields(value)})
    return value


def with_renamed(frame: pl.DataFrame, rename: Callable[[str], str]) -> pl.DataFrame:
    """The table with its texts renamed; a table holds no lone surrogates."""
    words = [name for name, kind in frame.schema.items() if name in WORDS and kind == pl.String]
    texts = {
        name: [each and rename(each).encode("utf-8", "replace").decode() for each in frame[name]] for name in words
    }
    return frame.with_columns(pl.Series(name, each) for name, each in texts.items())


class Renaming(dict[str, str]):
    """A drawn text for every text there is; a number behind it keeps two from being the same."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, text: str) -> str:
        place = len(self)
        self[text] = f"{MARK}{self._texts[place % len(self._texts)]}{place}" if text else text
        return self[text]


@contextmanager
def written() -> Iterator[list[str]]:
    """All that apps inside write to their terminal."""
    sent = ["\x1b[?1049h"]
    with (
        patch.object(HeadlessDriver, "is_headless", False),
        patch.object(HeadlessDriver, "write", lambda _, data: sent.append(data)),
    ):
        yield sent


def saved(state: Path) -> dict[str, bytes]:
    """What has been saved of screens, by name."""
    return {file.name: file.read_bytes() for file in (state / "screens").glob("*")}


async def assert_harmless(board: Board, keys: Iterable[str], state: Path) -> None:
    """The board on the desk, the keys pressed: all that goes out is harmless, and the board's texts are in it."""
    with written() as sent:
        async with seated(board, size=(WIDTH, HEIGHT)) as seat:
            await seat.press(*keys)
    reading = read_terminal("".join(sent), WIDTH)
    assert reading.faults == []
    files = saved(state)
    assert list(unsaid(files)) == []
    assert files or "S" not in keys
    assert reading.shown.count(MARK) > SEEN_AT_LEAST


def fuzzed(examples: int) -> Callable[[Any], Any]:
    """Runs a test on so many drawn lists of texts; what fails is not made smaller, as each takes seconds."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    quiet = list(HealthCheck)
    chosen = settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=quiet)
    return lambda test: chosen(given(st.lists(HOSTILE, min_size=40, max_size=40))(test))


@pytest.mark.parametrize("walk", WALKS)
@fuzzed(2)
async def test_a_board_s_texts(crash: Made, own_state: Path, walk: str, texts: list[str]) -> None:
    board = renamed(just_now(crash.board), Renaming([*PIECES, *texts]).__getitem__)
    await assert_harmless(board, WALKS[walk], own_state / "deskview")


@pytest.mark.long
@pytest.mark.parametrize("walk", WALKS)
@fuzzed(40)
async def test_a_board_s_texts_many_times(crash: Made, own_state: Path, walk: str, texts: list[str]) -> None:
    board = renamed(just_now(crash.board), Renaming(texts).__getitem__)
    await assert_harmless(board, WALKS[walk], own_state / "deskview")


@fuzzed(2)
async def test_what_is_pasted_noticed_and_alerted(crash: Made, own_state: Path, texts: list[str]) -> None:
    """Into the search and the form of alerts, in the corner, and as the terminal's own notification."""
    with written() as sent:
        async with seated(just_now(crash.board), size=(WIDTH, HEIGHT)) as seat:
            for text in (*PIECES, *texts):
                for sequence in notifications(text, "both"):
                    write_to_terminal(seat.app, sequence)
            for text in map("".join, (PIECES, texts)):
                seat.app.notify(text, title=text, markup=False)
                for key in ("slash", "plus"):
                    await seat.press(key)
                    seat.app.post_message(Paste(MARK + text))
                    await seat.settle()
                    await seat.press("escape")
    reading = read_terminal("".join(sent), WIDTH)
    assert reading.faults == []
    assert len(reading.said) > len(PIECES)
    assert MARK in reading.shown
