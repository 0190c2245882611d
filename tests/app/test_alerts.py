"""Alerts on the screen: strip, bell, notification, page, acknowledged by a key."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import polars as pl
import pytest

from deskview import paths
from deskview.alerts.rules import load_rules
from deskview.alerts.shipped import SHIPPED
from deskview.board import Board
from deskview.screens.frame.target import Kind, Target
from deskview.settings import Alert, Settings
from tests.app.seats import seat_with
from tests.screens.snapshots import doubted, stale

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
        assert "momentum: σ of the day −" in notices[0] and "below −3" in notices[0]
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
        assert seat.alerts.watches[0].waiting


async def test_without_rules_the_page_says_how_to_make_one(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("A")
        assert "[[alert]]" in seat.text


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
async def test_the_rules_are_exported_with_what_became_of_them(
    board: Board, own_state: Path, kind: Literal["csv", "json", "parquet"]
) -> None:
    async with seat_with(Settings(alert=RULES, export_format=kind)) as seat:
        await seat.see(board)
        await seat.press("A", "e")
    (file,) = (own_state / "deskview" / "exports").iterdir()
    read: dict[str, Callable[[Path], pl.DataFrame]]
    read = {"csv": pl.read_csv, "json": pl.read_json, "parquet": pl.read_parquet}
    below, above, unknown = read[kind](file).to_dicts()
    assert board.momentum.value is not None
    assert below["source"] == "SIMULATED momentum-crash"
    assert (below["condition"], below["level"], below["firings"]) == ("below", -3.0, 1)
    assert below["value"] == pytest.approx(board.momentum.value.sigma)
    assert (below["acknowledged"], above["acknowledged"]) == (False, True)
    assert above["fired_at"] is None
    assert unknown["value"] is None
    assert "there is no 'nothing'" in unknown["fault"]


async def test_a_rule_opens_the_page_of_its_part_or_its_name_and_nothing_else(board: Board) -> None:
    rules = (Alert("momentum.sigma", below=-3), Alert("names.NVDA.price", above=1))
    async with seat_with(Settings(alert=rules), board) as seat:
        await seat.press("A", "enter")
        assert [stop.place for stop in seat.app.journey.stops] == ["alerts", "momentum"]
        await seat.press("escape", "down", "enter")
        assert [stop.place for stop in seat.app.journey.stops] == ["alerts", Target(Kind.NAME, "NVDA")]


async def test_the_empty_page_shows_an_example_line_by_line(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("A")
        assert '[[alert]] reading = "momentum.sigma" below = -3' in seat.text
        assert "\N{REPLACEMENT CHARACTER}" not in seat.text


async def test_rules_exported_from_a_frozen_display_have_the_time_of_their_values(
    board: Board, earlier: Board, own_state: Path
) -> None:
    async with seat_with(Settings(alert=RULES), earlier) as seat:
        await seat.press("space")
        await seat.see(board)
        await seat.press("A", "e")
    (file,) = (own_state / "deskview" / "exports").iterdir()
    assert earlier.as_of is not None and earlier.momentum.value is not None
    rows = pl.read_csv(file, try_parse_dates=True)
    assert set(rows["as_of"].dt.replace_time_zone("UTC").to_list()) == {earlier.as_of}
    assert rows["value"][0] == pytest.approx(earlier.momentum.value.sigma)


async def test_a_redefined_reading_is_shown_once_with_both_meanings_and_kept_on_the_card(board: Board) -> None:
    rules = (Alert("momentum.coverage", below=0.5), Alert("momentum.hedge_ratio", above=2))
    before, now = r"meant before +ratio of the legs' betas", r"means now +1; the beta-neutral ratio is"
    paths.meanings_file().unlink()
    async with seat_with(Settings(alert=rules), board) as seat:
        assert "Alert rules on figures that mean something else now" in seat.text
        assert re.search(r"rules on +momentum\.hedge_ratio", seat.text)
        assert re.search(before, seat.text) and re.search(now, seat.text)
        assert "momentum.coverage" not in seat.text
        await seat.see(replace(board))
        await seat.press("escape")
        assert "mean something else now" not in seat.text
        await seat.press("A", "i")
        assert "meant before" not in seat.text, "coverage means what it meant"
        await seat.press("escape", "down", "i")
        assert re.search(before, seat.text) and re.search(now, seat.text)
    async with seat_with(Settings(alert=rules), board) as seat:
        assert "mean something else now" not in seat.text
        await seat.press("A", "down", "i")
        assert re.search(before, seat.text)


async def test_redefined_readings_wait_until_no_overlay_is_in_the_way(board: Board) -> None:
    paths.meanings_file().unlink()
    async with seat_with(Settings(alert=(Alert("momentum.hedge_ratio", above=2),))) as seat:
        await seat.press("question_mark")
        await seat.see(board)
        assert "mean something else now" not in seat.text
        await seat.press("escape")
        await seat.see(replace(board))
        assert "mean something else now" in seat.text


async def test_a_rule_on_a_renamed_figure_is_refused_with_its_new_name(board: Board) -> None:
    rules = (Alert("momentum.sigma_days", below=200),)
    told = r"means now +momentum\.sigma_days is called momentum\.sigma_n now"
    paths.meanings_file().unlink()
    async with seat_with(Settings(alert=rules), board) as seat:
        assert re.search(told, seat.text), "shown once at the first start"
    async with seat_with(Settings(alert=rules), board) as seat:
        assert not re.search(told, seat.text)
        await seat.press("A")
        assert "momentum.sigma_days is called momentum.sigma_n now" in seat.text
        await seat.press("i")
        assert re.search(told, seat.text), "kept on the rule's card"


async def test_a_rule_on_what_is_old_or_in_doubt_waits_and_the_page_says_so(board: Board) -> None:
    rule = Alert("momentum.return", below=-0.05)
    for moment, why in ((stale, "stale"), (doubted, "in doubt")):
        async with seat_with(Settings(alert=(rule,)), moment(board)) as seat:
            await seat.press("A")
            assert f"momentum: return waits: {why}" in seat.text
            assert "FIRED" not in seat.text
            await seat.see(board)
            assert "waits" not in seat.text
            assert "FIRED" in seat.text


async def test_a_shipped_rule_is_turned_off_and_on_again_by_one_key_and_says_why_it_is_there(
    board: Board, rules_file: Path
) -> None:
    rule, reason = next((rule, reason) for rule, reason in SHIPPED if rule.reading == "leverage.rank.place")
    async with seat_with(Settings(), board, shipped=SHIPPED) as seat:
        await seat.press("A")
        assert seat.app.board is not None
        place = [watch.rule for watch in seat.app.board.alerts.watches].index(rule)
        await seat.press(*["down"] * place, "minus")
        (row,) = [line for line in seat.lines if "among the 5 largest" in line and "shipped" in line]
        assert re.search(r"\boff\b", row)
        assert "1 off" in seat.lines[1]
        assert load_rules(rules_file).off == (rule.key,)
        await seat.press("i")
        assert reason[:40] in " ".join(seat.text.split())
        await seat.press("escape", "minus")
        assert "off" not in seat.lines[1]
        assert load_rules(rules_file).off == ()
        await seat.press("E")
        assert any("comes with the program" in notice.message for notice in seat.app._notifications)


async def test_quiet_hours_stand_in_the_heading(board: Board) -> None:
    async with seat_with(Settings(alert=RULES, alert_quiet="20:00-08:00"), board) as seat:
        await seat.press("A")
        assert "quiet 20:00–08:00 ET" in seat.lines[1]
