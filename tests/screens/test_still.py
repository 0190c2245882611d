"""The desk without a terminal: the same figures as text and as SVG."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from deskview.board import Board, Part, Status
from deskview.board.board import OF_THE_MARKET
from deskview.cli import snapshot
from deskview.cli.parser import parsed
from deskview.exits import Exit
from deskview.feed import Feed
from deskview.format import percent, usd
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.desk.still import still
from deskview.screens.overlays.columns import Choices
from deskview.themes import DEFAULT_THEME, load_themes
from tests.screens.snapshots import doubted

SIZES = [(80, 24), (120, 40), (200, 60)]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def told(board: Board) -> list[str]:
    momentum, leverage = board.momentum.value, board.leverage.value
    assert momentum is not None
    assert leverage is not None
    return [percent(momentum.return_), percent(momentum.long_return), usd(leverage.today_usd), "SIMULATED"]


def words_of(svg: str) -> str:
    return unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))).replace("\xa0", " ")


@pytest.mark.parametrize("size", SIZES)
async def test_text(board: Board, size: tuple[int, int]) -> None:
    text = await still(board, size=size, theme=DEFAULT_THEME, svg=False)
    lines = text.splitlines()
    assert len(lines) == size[1]
    assert max(map(len, lines)) <= size[0]
    assert not CONTROL.search(text)
    for figure in told(board):
        assert figure in text


@pytest.mark.parametrize("size", SIZES)
async def test_svg(board: Board, size: tuple[int, int]) -> None:
    svg = await still(board, size=size, theme=DEFAULT_THEME, svg=True)
    assert svg.startswith("<svg")
    assert not CONTROL.search(svg)
    words = words_of(svg)
    for figure in told(board):
        assert figure in words


@pytest.mark.parametrize("theme", [theme.name for theme in load_themes()])
async def test_every_theme_shows_the_same_words(board: Board, theme: str) -> None:
    plain = await still(board, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    other = await still(board, size=(120, 40), theme=theme, svg=False)
    age = re.compile(r"[─━]* *\d+[sm]")
    assert age.sub("", other) == age.sub("", plain)


async def test_what_is_awaited_is_said_in_every_pane(board: Board) -> None:
    reasons = {part: f"waiting for {part} to come" for part in ("momentum", "rotation", "leverage", "flow")}
    waiting: dict[str, Part[object]] = {part: Part.awaited(reason) for part, reason in reasons.items()}
    text = await still(replace(board, **waiting), size=(160, 50), theme=DEFAULT_THEME, svg=False)  # type: ignore[arg-type]
    for part, reason in reasons.items():
        assert reason in text, part
    assert "$0" not in text


async def test_what_failed_stands_above_the_figures_it_left(board: Board) -> None:
    note = "The provider has a fault of its own (HTTP 500)."
    failed = replace(board, leverage=replace(board.leverage, note=note))
    text = await still(failed, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    assert note in text
    assert told(board)[2] in text


async def test_text_from_outside_is_harmless(board: Board) -> None:
    nasty = "[red]\x1b[31m\x07 evil \u202e"
    failed = replace(board, flow=replace(board.flow, note=nasty))
    text = await still(failed, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    assert not CONTROL.search(text)
    assert "\u202e" not in text
    assert "[red]" in text


async def test_what_fails_shows_no_local_variable(
    board: Board, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def compose(_: object) -> None:
        secret = "canary7Qz"
        raise ValueError(secret[:0] or "no screen")

    monkeypatch.setattr(DeskScreen, "compose", compose)
    with pytest.raises(ValueError, match="no screen"):
        await still(board, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    assert "canary7Qz" not in "".join(capsys.readouterr())


async def test_the_lists_have_the_columns_chosen_in_the_settings(board: Board) -> None:
    chosen = Choices({"desk-leverage": ["per1", "adv"]})
    text = await still(board, size=(120, 40), theme=DEFAULT_THEME, svg=False, columns=chosen)
    plain = await still(board, size=(120, 40), theme=DEFAULT_THEME, svg=False)
    assert re.search(r"│name +per 1% +% ADV", text)
    assert text != plain


@pytest.mark.parametrize("form", ["text", "svg", "json"])
def test_a_snapshot_in_doubt_shows_it_says_why_and_ends_as_incomplete(
    board: Board, form: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    async def once(_: Feed, wait_s: float) -> Board:
        return doubted(board)

    monkeypatch.setattr(Feed, "once", once)
    arguments = parsed(["snapshot", "--demo", "--format", form, "--log-file", str(tmp_path / "log")])
    assert snapshot.run(arguments) == Exit.INCOMPLETE
    out, err = (text.decode() for text in capfdbinary.readouterr())
    for part in OF_THE_MARKET:
        assert f"deskview: {part}: in doubt: 1,480 of 2,960 names came; figures are of 15:42:10" in err
    assert ("%?" in out) == (form != "json")
    assert ("in&#160;doubt" in out or "in doubt" in out) == (form != "json")


def test_one_of_old_figures_says_of_when_they_are(
    board: Board, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    at = datetime(2026, 2, 4, 20, 42, 10, tzinfo=UTC)
    old: dict[str, Any] = {"flow": replace(board.flow, status=Status.STALE, data_as_of=at)}

    async def once(_: Feed, wait_s: float) -> Board:
        return replace(board, **old)

    monkeypatch.setattr(Feed, "once", once)
    assert snapshot.run(parsed(["snapshot", "--demo", "--log-file", str(tmp_path / "log")])) == Exit.INCOMPLETE
    assert "deskview: flow: stale, its newest data are of 15:42:10 ET" in capfd.readouterr().err
