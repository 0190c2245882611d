"""A rule set where its figure is seen: at once in force, kept, changed and removed again."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from deskview.alerts.rules import load_rules, rules_text
from deskview.board import Board
from deskview.format import figure
from deskview.screens.alerts.form import Choice
from deskview.settings import Alert, Settings
from deskview.widgets.lines import Lines
from deskview.widgets.table import Table
from tests.app.desk import Seat
from tests.app.seats import seat_with


def put(file: Path, text: str) -> None:
    """A file of rules that is there before the desk opens."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def kept(file: Path) -> str | None:
    """What is in the file; None where there is none."""
    return file.read_text() if file.exists() else None


async def type_level(seat: Seat, text: str) -> None:
    """From the list of readings over the conditions to the level, and out."""
    await seat.press("enter", "enter", *text, "enter")


async def test_the_row_under_the_cursor_is_offered_and_set_with_three_enters(board: Board, rules_file: Path) -> None:
    assert board.leverage.value is not None
    ticker = board.leverage.value.by_name[0].ticker
    async with seat_with(Settings(), board) as seat:
        await seat.press("3", "plus")
        assert "Set an alert" in seat.text
        offers = [line for line in seat.lines if f"{ticker}: leveraged ETFs" in line]
        assert "today, all funds" in offers[0]
        assert any("today, single-stock funds only" in line for line in offers)
        assert f"leverage.by_name.{ticker}.today_usd" in seat.text
        await type_level(seat, "-900B")
        rule = Alert(f"leverage.by_name.{ticker}.today_usd", below=-900e9)
        assert [watch.rule for watch in seat.alerts.watches] == [rule]
        assert load_rules(rules_file).rules == (rule,)
        await seat.press("A")
        words = f"{ticker}: leveraged ETFs, today, all funds"
        assert any(words in line and "below −$900B" in line and "armed" in line for line in seat.lines)


@pytest.mark.parametrize(
    ("pane", "path"),
    [
        ("2", "rotation.groups.{}.returns.now"),
        ("3", "leverage.by_name.{}.today_usd"),
        ("4", "flow.by_name.{}.retail_net_usd"),
    ],
)
async def test_the_first_offer_is_the_panes_own_figure_of_the_row(board: Board, pane: str, path: str) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press(pane)
        focused = seat.app.screen.focused
        assert isinstance(focused, Lines)
        key = focused.cursor_key
        await seat.press("plus")
        assert seat.app.screen.query_one(Table).cursor_key == path.format(key)


async def test_the_figures_go_on_while_the_form_is_open(board: Board, earlier: Board) -> None:
    assert board.leverage.value is not None and earlier.leverage.value is not None
    async with seat_with(Settings(), earlier) as seat:
        await seat.press("plus", *"leverage.today_usd")
        before = figure(earlier.leverage.value.today_usd, "$")
        after = figure(board.leverage.value.today_usd, "$")
        assert before != after
        assert before in seat.text
        await seat.see(board)
        assert after in seat.text and before not in seat.text


async def test_no_unit_is_told_twice(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("plus", *"impact_bp")
        assert re.search(r"−\d+\.?\d*bp", seat.text)
        assert not re.search(r"bp +bp", seat.text)


async def test_rules_of_a_simulated_market_stay_apart_from_the_real_ones(board: Board, rules_file: Path) -> None:
    real = rules_file.with_name("alerts.toml")
    put(real, rules_text([Alert("momentum.hedge_ratio", above=50)]))
    async with seat_with(Settings(), board) as seat:
        assert not seat.alerts.watches
        await seat.press("plus", *"momentum.hedge_ratio", "enter", "enter", *"70", "enter")
        assert load_rules(rules_file)[0] == (Alert("momentum.hedge_ratio", above=70),)
        assert load_rules(real)[0] == (Alert("momentum.hedge_ratio", above=50),)
        await seat.see(replace(board, source=replace(board.source, simulated=False)))
        assert [watch.rule for watch in seat.alerts.watches] == [Alert("momentum.hedge_ratio", above=50)]


async def test_typing_finds_any_reading_and_conditions_follow_it(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("plus", *"momo sig")
        form = seat.app.screen
        assert "momentum.sigma" in seat.text
        assert form.query_one(Choice).conditions == ("above", "below", "crosses", "sigma")
        find = form.query_one("#find", Input)
        find.value = "leverage today_usd"
        await seat.settle()
        assert form.query_one(Choice).conditions == ("above", "below", "crosses")
        find.value = "breadth dispersion"
        await seat.settle()
        assert "percentile" in form.query_one(Choice).conditions
        find.value = "no such thing at all"
        await seat.settle()
        assert "Nothing matches" in seat.text
        await seat.press("enter")
        assert form.query_one("#find", Input).has_focus


async def test_a_sigma_rule_rings_at_once_where_it_holds(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("plus", *"momentum.return", "enter", "right", "right", "enter", *"3")
        message = " ".join(str(seat.app.screen.query_one("#message", Static).content).split())
        assert "Fires when momentum: return, σ of the day comes to lie beyond ±3σ; now −" in message
        assert "it fires at once" in message
        await seat.press("enter")
        (watch,) = seat.alerts.watches
        assert watch.rule == Alert("momentum.return", sigma=3)
        assert watch.waiting
        assert "ALERT 1" in seat.lines[0]
        assert [fired.rule for fired in seat.alerts.firings] == [watch.rule]
        await seat.press("A")
        assert "Firings, newest first" in seat.text


async def test_a_bad_level_is_refused_by_name_and_nothing_is_set(board: Board, rules_file: Path) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("plus", *"leverage.today_usd", "enter", "enter", *"5%", "enter")
        assert "'%' does not go with this reading; K, M, B or T does." in seat.text
        assert seat.app.screen is seat.app._form
        await seat.press("escape")
        assert seat.alerts.watches == ()
        assert kept(rules_file) is None


async def test_a_rule_set_here_is_changed_and_removed(board: Board, rules_file: Path) -> None:
    put(rules_file, rules_text([Alert("momentum.hedge_ratio", above=50)]))
    async with seat_with(Settings(), board) as seat:
        await seat.press("A", "E")
        assert "Change the alert" in seat.text
        level = seat.app.screen.query_one("#level", Input)
        assert level.value == "50"
        await seat.press("backspace", "backspace", *"60", "enter")
        assert load_rules(rules_file)[0] == (Alert("momentum.hedge_ratio", above=60),)
        assert "above 60" in seat.text
        await seat.press("minus")
        assert load_rules(rules_file)[0] == ()
        assert seat.alerts.watches == ()


async def test_a_rule_of_the_settings_says_where_it_stands_and_stays(
    board: Board, tmp_path: Path, rules_file: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('theme = "amber"\n\n[[alert]]\nreading = "momentum.sigmas"\nabove = 0\n')
    settings = Settings(alert=(Alert("momentum.sigmas", above=0),))
    async with seat_with(settings, settings_file=file) as seat:
        await seat.see(board)
        await seat.press("A")
        assert "line 4" in " ".join(seat.text.split())
        assert "did you mean 'sigma'?" in " ".join(seat.text.split())
        await seat.press("minus")
        await seat.press("E")
        notices = [notice.message for notice in seat.app._notifications]
        assert len(notices) == 2
        assert all("line 4; change it there" in notice for notice in notices)
        assert len(seat.alerts.watches) == 1
        assert kept(rules_file) is None


async def test_a_broken_file_is_told_and_left_alone(board: Board, rules_file: Path) -> None:
    put(rules_file, "[[alert]\n")
    async with seat_with(Settings(), board) as seat:
        (notice,) = [notice.message for notice in seat.app._notifications]
        assert "alerts-demo.toml" in notice and "line 1" in notice
        await seat.press("plus", *"momentum.sigma", "enter", "enter", *"-30", "enter")
        assert [watch.rule for watch in seat.alerts.watches] == [Alert("momentum.sigma", below=-30)]
        assert kept(rules_file) == "[[alert]\n"
        assert any("this run only" in notice.message for notice in seat.app._notifications)


async def test_what_became_of_the_other_rules_stays_when_one_is_added(board: Board) -> None:
    async with seat_with(Settings(alert=(Alert("momentum.sigma", below=-3),)), board) as seat:
        fired = seat.alerts.watches[0]
        assert fired.firings == 1
        await seat.press("plus", *"momentum.hedge_ratio", "enter", "enter", *"99", "enter")
        await seat.see(replace(board))
        assert seat.alerts.watches[0].firings == 1
        assert len(seat.alerts.watches) == 2
        assert len(seat.alerts.firings) == 1


async def test_from_a_card_too(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("1", "i", "plus")
        assert "Set an alert" in seat.text


async def test_the_same_rule_is_not_set_twice(board: Board) -> None:
    async with seat_with(Settings(alert=(Alert("momentum.sigma", below=-3),)), board) as seat:
        await seat.press("plus", *"momentum.sigma", "enter", "enter", *"-3", "enter")
        assert len(seat.alerts.watches) == 1
        assert any("such a rule already" in notice.message for notice in seat.app._notifications)


async def test_the_form_fits_the_smallest_terminal(board: Board) -> None:
    async with seat_with(Settings(), board, size=(60, 15)) as seat:
        await seat.press("plus", *"momentum.sigma", "enter", "enter", *"-30")
        for words in ("momentum.sigma", "below", "level", "-30", "Fires when", "sets it"):
            assert words in seat.text, words


async def test_a_level_typed_a_field_too_early_is_not_lost(board: Board) -> None:
    async with seat_with(Settings(), board) as seat:
        await seat.press("plus", *"momentum.sigma", "enter", *"-90")
        field = seat.app.screen.query_one("#level", Input)
        assert field.has_focus
        assert field.value == "-90"
