"""The Alerts page on boards with alerts: rows, states, shipped rules apart, firings, cards; and the form."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from deskview.board import Board
from deskview.board.alerts import AlertState, Firing, Watch
from deskview.screens.alerts.explain import firing_key, rule_key
from deskview.screens.alerts.form import AlertForm
from deskview.screens.alerts.offers import offered
from deskview.screens.alerts.page import AlertsPage, rows, state_of
from deskview.screens.desk.still import StillApp, screen_text
from deskview.screens.frame.target import Kind, Target
from deskview.screens.subjects import card_of
from deskview.settings import Alert
from tests.screens.pages.opened import SIZES, Opener, opened, pressed

BELOW = Alert("momentum.sigma", below=-3, for_="2m", clear=-2.5, again="1h")
HOUR = Alert("momentum.sigma_of_hour", sigma=3)
REASON = "A move that large is no ordinary session."
OF_SETTINGS = Watch(Alert("names.NVDA.return", below=-0.2), where="settings.toml, line 4")
SAID = (
    "momentum: σ of the hour −3.6σ, beyond ±3σ; σ of 252 days of the rule's own history; 97% of the legs' weight traded"
)


def now_of(board: Board) -> datetime:
    assert board.as_of is not None
    return board.as_of


def with_alerts(board: Board, *watches: Watch, firings: tuple[Firing, ...] = (), quiet: str = "") -> Board:
    return replace(board, alerts=AlertState(watches, firings, quiet=quiet))


def shipped(**fields: Any) -> Watch:  # noqa: ANN401 - any field of a Watch
    return Watch(HOUR, source="shipped", reason=REASON, **fields)


def fired(board: Board, number: int = 1, rule: Alert = HOUR, *, rings: bool = True) -> Firing:
    return Firing(number, now_of(board), rule, "momentum: σ of the hour beyond ±3σ", SAID, -3.6, rings=rings)


class Asker(Opener):
    """Remembers what the page asked for."""

    def __init__(self, board: Board, page: str) -> None:
        super().__init__(board, page)
        self.asked: list[tuple[Alert, bool]] = []

    def on_alerts_page_asked(self, event: AlertsPage.Asked) -> None:
        self.asked.append((event.watch.rule, event.remove))


async def test_one_rule_a_row_with_all_its_terms_and_the_shipped_ones_apart(board: Board) -> None:
    told = with_alerts(board, Watch(BELOW, source="screen", value=-1.0), shipped(value=1.0), OF_SETTINGS)
    async with opened(told, "alerts", (200, 60)) as (app, _):
        lines = app.text.split("\n")
    place = {name: next(n for n, line in enumerate(lines) if name in line) for name in ("σ of the day", "Shipped with")}
    (row,) = [line for line in lines if "σ of the hour" in line]
    assert place["σ of the day"] < place["Shipped with"] < lines.index(row)
    assert row.rstrip().endswith("shipped")
    assert "below −3σ for 2m, clears at −2.5σ, again after 1h" in lines[place["σ of the day"]]
    assert lines[place["σ of the day"]].rstrip().endswith("here")
    assert any("NVDA: return" in line and line.rstrip().endswith("settings") for line in lines)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "armed"),
        ({"holds": True, "armed": False}, "holds"),
        ({"holds": False, "armed": False}, "unarmed"),
        ({"holds": True, "since": timedelta(seconds=15)}, "in 2m"),
        ({"holds": True, "since": timedelta(seconds=65)}, "in 55s"),
        ({"holds": True, "since": timedelta(seconds=300), "armed": False}, "holds"),
        ({"holds": True, "acknowledged": False, "firings": 1}, "FIRED"),
        ({"holds": True, "acknowledged": False, "pending": "stale"}, "FIRED"),
        ({"pending": "in doubt"}, "waits"),
        ({"fault": "there is no such thing"}, "fault"),
        ({"fault": "there is no such thing", "off": True}, "off"),
    ],
)
def test_the_state_of_a_rule_is_one_word(board: Board, fields: dict[str, Any], state: str) -> None:
    now = now_of(board)
    since = now - fields["since"] if "since" in fields else None
    watch = Watch(BELOW, **{**fields, "since": since})
    assert state_of(watch, AlertState((watch,)), now)[0] == state


def test_a_firing_that_was_not_heard_is_quiet(board: Board) -> None:
    watch = shipped(acknowledged=False, firings=1)
    for rings, state in ((False, "quiet"), (True, "FIRED")):
        alerts = AlertState((watch,), (fired(board, rings=rings),))
        assert state_of(watch, alerts, now_of(board))[0] == state


def test_a_level_that_is_crossed_is_never_held(board: Board) -> None:
    watch = Watch(Alert("momentum.sigma", crosses=0), holds=True)
    assert state_of(watch, AlertState((watch,)), now_of(board))[0] == "armed"


def test_a_percentile_stands_with_its_interval(board: Board) -> None:
    watch = Watch(Alert("flow.retail.percentile", percentile=15), value=6.0, low=2.0, high=12.0)
    (row,) = rows(AlertState((watch,)), board.as_of)
    assert row.cells[2].text == "6 (2–12)"


@pytest.mark.parametrize("size", SIZES)
async def test_the_heading_counts_and_names_the_quiet_hours(board: Board, size: tuple[int, int]) -> None:
    told = with_alerts(board, shipped(off=True), Watch(BELOW, acknowledged=False), OF_SETTINGS, quiet="20:00-08:00")
    async with opened(told, "alerts", size) as (app, _):
        assert "3 rules  ·  1 off  ·  1 not acknowledged  ·  quiet 20:00–08:00 ET" in app.text
    async with opened(with_alerts(board, OF_SETTINGS), "alerts", size) as (app, _):
        assert "Alerts  ·  1 rule  ·  0 not acknowledged" in app.text
        assert "quiet" not in app.text


@pytest.mark.parametrize("size", SIZES)
async def test_firings_are_whole_where_there_is_room_else_cut_with_an_ellipsis(
    board: Board, size: tuple[int, int]
) -> None:
    told = with_alerts(board, shipped(), firings=(fired(board, 2, rings=False), fired(board)))
    async with opened(told, "alerts", size) as (app, _):
        first, second = [line.rstrip() for line in app.text.split("\n") if "−3.6σ, beyond" in line]
    assert first.endswith("no") and not second.endswith("no")
    assert (SAID in second) == (size[0] >= 140)
    assert second.endswith("…") == (size[0] < 140)


async def test_the_minus_key_asks_for_the_rule_under_the_cursor(board: Board) -> None:
    app = Asker(with_alerts(board, Watch(BELOW, source="screen"), shipped()), "alerts")
    async with app.run_test(size=(120, 40)) as pilot:
        await pressed(app, pilot, "minus", "down", "minus", "E")
    assert app.asked == [(BELOW, True), (HOUR, True), (HOUR, False)]


async def test_rules_and_firings_open_the_page_of_their_part_or_their_name(board: Board) -> None:
    told = with_alerts(board, OF_SETTINGS, firings=(fired(board, rule=OF_SETTINGS.rule),))
    async with opened(told, "alerts") as (app, pilot):
        await pressed(app, pilot, "enter", "tab", "enter")
        assert app.opened == [Target(Kind.NAME, "NVDA")] * 2


async def test_without_rules_of_ones_own_the_page_says_how_to_set_one(board: Board) -> None:
    for told in (with_alerts(board), with_alerts(board, shipped())):
        async with opened(told, "alerts") as (app, _):
            assert '[[alert]] reading = "momentum.sigma" below = -3' in " ".join(app.text.split())


async def test_what_waits_and_what_is_wrong_is_told_but_of_rules_that_are_off(board: Board) -> None:
    waits, wrong = replace(OF_SETTINGS, pending="stale"), replace(OF_SETTINGS, fault="there is no NVDA")
    async with opened(with_alerts(board, waits, wrong), "alerts") as (app, _):
        assert "NVDA: return waits: stale" in app.text
        assert "settings.toml, line 4: there is no NVDA" in app.text
    off = (shipped(off=True, pending="stale"), shipped(off=True, fault="there is no σ"))
    async with opened(with_alerts(board, *off), "alerts") as (app, _):
        assert "waits" not in app.text and "there is no σ" not in app.text


async def test_the_rules_are_exported_as_of_the_board_that_is_shown(board: Board) -> None:
    async with opened(with_alerts(board, OF_SETTINGS), "alerts") as (app, _):
        table = app.page.own_table()
    assert table is not None
    assert table["as_of"].to_list() == [board.as_of]
    assert table["reading"].to_list() == ["names.NVDA.return"]


def test_the_card_of_a_rule_has_its_reason_and_its_last_firing_whole(board: Board) -> None:
    told = with_alerts(board, OF_SETTINGS, shipped(), firings=(fired(board, 2), fired(board)))
    words = card_of(told, "alerts", rule_key(1), "").content.plain
    assert REASON in words and "- turns it off" in words
    assert "16:00:00 ET: " + SAID in words
    off = with_alerts(board, shipped(off=True))
    assert "- turns it on again" in card_of(off, "alerts", rule_key(0), "").content.plain
    assert "settings.toml, line 4" in card_of(told, "alerts", rule_key(0), "").content.plain
    waits = with_alerts(board, replace(OF_SETTINGS, pending="in doubt"))
    assert "the reading is in doubt" in card_of(waits, "alerts", rule_key(0), "").content.plain


def test_the_card_of_a_firing_says_all_of_it_and_that_nobody_heard(board: Board) -> None:
    quiet = fired(board, 7, rings=False)
    told = with_alerts(board, shipped(), firings=(quiet,))
    words = card_of(told, "alerts", firing_key(quiet), "").content.plain
    assert SAID in words and "quiet hours" in words
    assert "quiet hours" in card_of(told, "alerts", None, "").content.plain, "the help's own words"
    gone = card_of(told, "alerts", firing_key(fired(board, 8)), "")
    assert gone == card_of(told, "alerts", rule_key(9), "") == card_of(told, "alerts", None, "")


class FormApp(StillApp):
    """The form over a page, and what was set with it."""

    def __init__(self, board: Board) -> None:
        super().__init__(board, "alerts", "deskview-dark")
        self.form = AlertForm()
        self.made: list[tuple[Alert, Alert | None]] = []

    def on_alert_form_made(self, event: AlertForm.Made) -> None:
        self.made.append((event.rule, event.instead))

    @property
    def text(self) -> str:
        return " ".join(screen_text(self.screen).replace("│", " ").split())

    def field(self, name: str) -> Input:
        return self.form.query_one(f"#{name}", Input)


@asynccontextmanager
async def form_on(
    board: Board, instead: Alert | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[FormApp, Pilot[None]]]:
    app = FormApp(board)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.form.offer(board, offered(board, "momentum", None), instead)
        await app.push_screen(app.form)
        await pilot.pause()
        yield app, pilot


async def test_for_and_clear_are_behind_the_level_by_tab_and_may_stay_empty(board: Board) -> None:
    async with form_on(board) as (app, pilot):
        await pilot.press(*"momentum.sigma", "enter", "enter", *"-3", "tab", *"2m", "tab", *"-2.5")
        assert app.focused is app.field("clear")
        message = str(app.form.query_one("#message", Static).content)
        assert "lies below −3σ for 2m, clears at −2.5σ; now −" in message
        assert "it fires in 2m" in message
        assert "clears at" in app.text and "sets it" in app.text
        await pilot.press("enter")
        await pilot.pause()
    assert app.made == [(Alert("momentum.sigma", below=-3, for_="2m", clear=-2.5), None)]
    async with form_on(board) as (app, pilot):
        await pilot.press(*"momentum.sigma", "enter", "enter", *"-3", "enter")
        await pilot.pause()
    assert app.made == [(Alert("momentum.sigma", below=-3), None)]


@pytest.mark.parametrize(
    ("held", "clear", "why"),
    [
        ("2x", "", "'2x' is no length of time: 90s, 2m and 1h are."),
        ("", "-4", "It clears on the calm side of the level: at or over it."),
        ("", "abc", "'abc' is no number."),
    ],
)
async def test_what_is_wrong_with_an_optional_field_is_said_in_place_and_nothing_is_set(
    board: Board, held: str, clear: str, why: str
) -> None:
    async with form_on(board) as (app, pilot):
        await pilot.press(*"momentum.sigma", "enter", "enter", *"-3", "tab", *held, "tab", *clear)
        assert why in app.text
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is app.form and why in app.text
    assert app.made == []


async def test_a_rule_that_is_changed_keeps_what_the_form_has_no_field_for(board: Board) -> None:
    async with form_on(board, BELOW) as (app, pilot):
        assert [app.field(name).value for name in ("level", "for", "clear")] == ["-3", "2m", "-2.5"]
        app.field("for").value = "90s"
        await pilot.press("enter")
        await pilot.pause()
    assert app.made == [(Alert("momentum.sigma", below=-3, for_="90s", clear=-2.5, again="1h"), BELOW)]


@pytest.mark.parametrize("size", [*SIZES, (60, 15)])
async def test_every_field_of_the_form_is_seen(board: Board, size: tuple[int, int]) -> None:
    async with form_on(board, BELOW, size) as (app, _):
        for words in ("momentum.sigma", "-3", "2m", "-2.5", "clears at", "Fires when", "sets it"):
            assert words in app.text, words
