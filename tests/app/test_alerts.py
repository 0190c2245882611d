"""Alerts on the screen: strip, bell, notification, page, acknowledged by a key."""

from dataclasses import replace
from unittest.mock import patch

from deskview.board import Board
from deskview.settings import Alert, Settings
from tests.app.seats import seat_with

RULES = (Alert("momentum.sigma", below=-3), Alert("momentum.sigma", above=3), Alert("momentum.nothing", above=0))


async def test_an_alert_rings_once_stands_in_the_strip_and_is_acknowledged(board: Board) -> None:
    async with seat_with(Settings(alert=RULES)) as seat:
        sent: list[str] = []
        assert seat.app._driver is not None
        with patch.object(seat.app._driver, "write", sent.append), patch.object(seat.app, "bell") as bell:
            await seat.see(board)
            await seat.see(replace(board))
        assert bell.call_count == 1
        notices = [text for text in sent if text.startswith("\x1b]9;")]
        assert len(notices) == 1
        assert "momentum: σ of the year −" in notices[0] and "below −3" in notices[0]
        assert "ALERT 1" in seat.lines[0]
        await seat.press("A")
        rows = seat.lines
        assert any("below −3" in line and "FIRED" in line for line in rows)
        assert any("above 3" in line and "armed" in line for line in rows)
        assert any("momentum.nothing" in line and "fault" in line for line in rows)
        assert "momentum.nothing: there is no 'nothing'; did you mean" in seat.text
        await seat.press("a")
        assert "ALERT" not in seat.lines[0]
        assert "FIRED" not in seat.text


async def test_bell_and_notification_can_be_turned_off(board: Board) -> None:
    async with seat_with(Settings(alert=RULES, alert_bell=False, alert_notification=False)) as seat:
        sent: list[str] = []
        assert seat.app._driver is not None
        with patch.object(seat.app._driver, "write", sent.append), patch.object(seat.app, "bell") as bell:
            await seat.see(board)
        assert bell.call_count == 0
        assert not any(text.startswith("\x1b]9;") for text in sent)
        assert "ALERT 1" in seat.lines[0]


async def test_a_frozen_display_still_warns(board: Board) -> None:
    async with seat_with(Settings(alert=RULES[:1])) as seat:
        await seat.press("space")
        await seat.see(board)
        assert seat.app.watches[0].waiting


async def test_without_rules_the_page_says_how_to_make_one(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("A")
        assert "[[alert]]" in seat.text
