"""Without a key the first screen says why and offers the ways on; what is typed is seen nowhere."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import pytest

from deskview.board import Board
from deskview.cli.context import NoKeyError
from deskview.credentials.reports import KeyringReport, KeyringState, WayOut, open_a_keyring
from deskview.providers import PROVIDERS
from deskview.settings import Settings
from tests.app.desk import Door, seated
from tests.providers.made_up import FREE, PAIR

CANARY = "canary7Qz-secret-0042"
REPORT = KeyringReport("none", KeyringState.MISSING, "There is no keyring service.", WayOut("Do this:", ("dbus-run",)))


def locked() -> Door:
    return Door(fault=NoKeyError(REPORT))


async def test_it_says_why_and_offers_the_ways_on() -> None:
    async with seated(door=locked()) as seat:
        said = [line.strip("│ ") for line in seat.lines if line.strip("│ ")]
        assert said[1] == "No API key yet."
        assert "There is no keyring service." in seat.text
        assert "dbus-run" in seat.text
        assert "l  log in: type an API key" in seat.text
        assert "d  demo: a simulated market" in seat.text
        assert "q  quit" in seat.text
        await seat.press("q")
    assert seat.app.return_code == 0


async def test_a_command_too_long_to_copy_is_named_by_what_prints_it() -> None:
    report = replace(REPORT, way_out=open_a_keyring("linux"))
    async with seated(door=Door(fault=NoKeyError(report)), size=(80, 24)) as seat:
        text = " ".join(seat.text.replace("│", " ").split())
        assert "There is no keyring service. `deskview doctor` prints the way to one" in text
        assert "dbus-run-session" not in text


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
async def test_a_newcomer_learns_what_a_key_is_and_where_it_is_kept(size: tuple[int, int]) -> None:
    async with seated(door=locked(), size=size) as seat:
        seen = seat.text
        for _ in range(4):
            await seat.press("pagedown")
            seen += seat.text
        for words in (
            "API key is",
            "Massive",
            "Stocks",
            "Starter",
            "encrypted",
            "There is no keyring service",
        ):
            assert words in seen, words
        await seat.press(*["pageup"] * 4)
        for choice in ("l  log in", "d  demo", "no real prices", "q  quit"):
            assert choice in seat.text


async def test_in_a_terminal_too_small_the_size_is_told_and_the_choices_come_with_the_room() -> None:
    door = locked()
    async with seated(door=door, size=(50, 12)) as seat:
        assert "this terminal has 50x12" in seat.text
        assert "log in" not in seat.text
        await seat.pilot.resize_terminal(80, 24)
        await seat.settle()
        assert "d  demo" in seat.text
        door.opened.clear()
        await seat.press("d")
        await door.opened.wait()
        await seat.settle()
        assert "1 Momentum" in seat.text


async def test_a_market_that_fails_is_not_taken_for_a_missing_key() -> None:
    async with seated(door=Door(fault=RuntimeError("the wire is cut"))) as seat:
        assert "the wire is cut" in seat.text
        assert "API key is" not in seat.text


async def test_the_simulated_market_is_one_key_away(board: Board) -> None:
    door = locked()
    async with seated(door=door) as seat:
        door.opened.clear()
        await seat.press("d")
        await door.opened.wait()
        await seat.settle()
        assert door.demo
        assert door.subscriber is not None
        door.subscriber(board)
        await seat.settle()
        assert "SIMULATED" in seat.text
        assert "1 Momentum" in seat.text


async def test_the_same_market_is_tried_again(board: Board) -> None:
    door = Door(fault=RuntimeError("the wire is cut"))
    async with seated(door=door) as seat:
        door.opened.clear()
        door.fault = None
        await seat.press("r")
        await door.opened.wait()
        await seat.settle()
        assert not door.demo
        assert door.subscriber is not None
        door.subscriber(board)
        await seat.settle()
        assert "1 Momentum" in seat.text


async def test_a_typed_key_is_masked_and_handed_over_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    door = locked()
    async with seated(door=door) as seat:
        await seat.press("l", *"canary7Qz", "minus", *"secret", "minus", *"0042")
        assert CANARY not in seat.text
        assert "canary" not in seat.text
        assert "•" * len(CANARY) in seat.text
        door.opened.clear()
        await seat.press("enter")
        await door.opened.wait()
        await seat.settle()
        assert door.typed == [CANARY]
        assert CANARY not in seat.text
        assert CANARY not in seat.app.export_screenshot()
    assert CANARY not in caplog.text


@pytest.mark.parametrize("keys", [("shift+home", "ctrl+c"), ("shift+home", "ctrl+x"), ("ctrl+a", "ctrl+c")])
async def test_a_typed_key_gets_onto_no_clipboard(keys: tuple[str, ...]) -> None:
    async with seated(door=locked()) as seat:
        await seat.press("l", *CANARY, *keys)
        assert seat.app.clipboard == ""


async def test_a_key_that_cannot_be_one_is_told_without_repeating_it() -> None:
    def refuse(_: Sequence[str]) -> str:
        raise ValueError("A key is printable and without spaces.")

    door = locked()
    door.logs_in = refuse
    async with seated(door=door) as seat:
        await seat.press("l", *"canary", "enter")
        assert "A key is printable" in seat.text
        assert "canary" not in seat.text
        await seat.press("l")
        await seat.press(*"xyz", "escape")
        assert door.typed == ["canary"]
        assert seat.app.is_running


async def test_a_feed_that_crashes_leaves_a_sentence_and_the_figures(
    board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    async with seated(board) as seat:
        assert seat.door.market is not None
        seat.door.market.crash.set_exception(RuntimeError("the wire is cut"))
        await seat.settle()
        await seat.settle()
        assert "the wire is cut" in seat.text
        assert seat.app.is_running
        await seat.press("escape")
        assert seat.app.is_running
    assert "the feed ended" in caplog.text


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider of two secrets and one of none are in the list."""
    for vendor in (PAIR, FREE):
        monkeypatch.setitem(PROVIDERS, vendor.name, vendor)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_of_two_secrets_each_is_asked_for_by_its_title_and_both_are_handed_over_once(
    listed: None, caplog: pytest.LogCaptureFixture, size: tuple[int, int]
) -> None:
    caplog.set_level(logging.DEBUG)
    door = locked()
    first, second = "idcanary31d0c9", "secretcanary77aa"
    async with seated(door=door, settings=Settings(provider="pair"), size=size) as seat:
        assert "Not logged in yet." in seat.text
        assert "l  log in: type the API key ID and the secret key; nothing shows" in seat.text
        assert "The API key ID and the secret key are what" in " ".join(seat.text.replace("│", " ").split())
        await seat.press("l")
        assert "API key ID, then enter" in seat.text
        await seat.press(*first)
        assert "•" * len(first) in seat.text
        await seat.press("enter")
        assert "Secret key, then enter" in seat.text
        assert door.typed == []
        await seat.press(*second)
        assert "•" * len(second) in seat.text
        assert "Secret key, 2 of 2" in seat.text, "also while it is typed"
        door.opened.clear()
        await seat.press("enter")
        await door.opened.wait()
        await seat.settle()
        assert door.typed == [first, second]
        shown = seat.text + seat.app.export_screenshot() + repr(seat.app.screen_stack) + seat.app.clipboard
    for text in (first, second):
        assert text not in shown + caplog.text


async def test_putting_the_field_away_forgets_the_first_of_two(listed: None) -> None:
    door = locked()
    async with seated(door=door, settings=Settings(provider="pair")) as seat:
        await seat.press("l", *"before", "enter", *"half", "escape")
        assert "Not logged in yet." in seat.text
        await seat.press("l")
        assert "API key ID, then enter" in seat.text
        door.opened.clear()
        await seat.press(*"one", "enter", *"two", "enter")
        await door.opened.wait()
        assert door.typed == ["one", "two"]


async def test_a_provider_that_wants_no_secret_is_asked_for_none(listed: None) -> None:
    door = Door(fault=RuntimeError("the wire is cut"))
    async with seated(door=door, settings=Settings(provider="free")) as seat:
        assert "the wire is cut" in seat.text
        assert "l  log in: nothing to type, this provider needs no key" in seat.text
        await seat.press("l", *"xyz", "enter")
        assert "then enter" not in seat.text
        assert door.typed == []


async def test_one_key_is_asked_for_as_ever() -> None:
    async with seated(door=locked()) as seat:
        await seat.press("l")
        assert "API key, then enter; esc puts the field away" in seat.text
