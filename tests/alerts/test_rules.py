"""alerts.toml: written whole, read back the same, and never over a file that could not be read."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview import paths
from deskview.alerts.engine import Alerts
from deskview.alerts.rules import (
    RuleBook,
    RulesError,
    load_rules,
    meanings_shown,
    rules_text,
    save_rules,
    unseen_meanings,
)
from deskview.board import Board
from deskview.board.alerts import Acknowledge, RemoveRule, SetRule
from deskview.board.tables import alerts_table
from deskview.settings import CONDITIONS, Alert, Settings
from tests.feed.fixtures import board, crash

__all__ = ["board", "crash"]

BELOW = Alert("momentum.sigma", below=-3)
ABOVE = Alert("leverage.by_name.BRK.B.of_adv", above=0.05)
DURATIONS = st.sampled_from([None, "90s", "2m", "1h"])
LEVELS = st.floats(min_value=0.001, max_value=49)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.text(min_size=1), st.sampled_from(CONDITIONS), LEVELS, DURATIONS, DURATIONS), max_size=5),
    st.lists(st.text(), max_size=3),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[str, str, float, str | None, str | None]],
    off: list[str],
) -> None:
    entries = [
        {"reading": reading, kind: level, "for": waits, "again": again, "clear": None if kind == "crosses" else level}
        for reading, kind, level, waits, again in drawn
        if reading.isprintable()
    ]
    rules = tuple(msgspec.convert(entry, Alert) for entry in entries)
    off = [key for key in off if key.isprintable()]
    file = tmp_path_factory.mktemp("rules") / "alerts.toml"
    save_rules(file, rules, off)
    assert load_rules(file) == (rules, tuple(off), ())


def test_a_level_to_be_armed_again_at_lies_on_the_calm_side() -> None:
    for entry in ({"above": 1.0, "clear": 2.0}, {"below": 1.0, "clear": 0.0}, {"crosses": 1.0, "clear": 1.0}):
        with pytest.raises(msgspec.ValidationError, match="on the calm side of the level"):
            msgspec.convert({"reading": "momentum.sigma", **entry}, Alert)


def test_a_shipped_rule_stays_off_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    book = RuleBook(file)
    book.add(BELOW)
    book.turn("momentum.sigma_of_hour sigma", on=False)
    assert load_rules(file) == ((BELOW,), ("momentum.sigma_of_hour sigma",), ())
    book.turn("momentum.sigma_of_hour sigma", on=True)
    assert load_rules(file) == ((BELOW,), (), ())


def test_the_file_is_made_with_its_folder_and_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "deskview" / "alerts.toml"
    assert load_rules(file) == ((), (), ())
    save_rules(file, [BELOW])
    assert file.stat().st_mode & 0o777 == 0o600
    assert [other.name for other in file.parent.iterdir()] == ["alerts.toml"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[alert]]\nreading = "a\n', "line 2"),
        ('[[alert]]\nreading = "a"\nabove = 1\n[[alert]]\nreading = "b"\n', "line 4: a rule needs exactly one of"),
        ('[[alert]]\nreading = "a"\nabov = 1\n', "line 1: Object contains unknown field `abov`"),
        ('alerts = 1\n[[alert]]\nreading = "a"\nabove = 1\n', "line 1: unknown key 'alerts'; valid: alert, off"),
        ("alert = 1\n", "line 1: alert is an array of tables"),
    ],
)
def test_a_broken_file_is_told_by_its_line_and_left_as_it_is(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text(text)
    book = RuleBook(file)
    book.open()
    (problem,) = book.problems
    assert str(file) in problem and sentence in problem
    with pytest.raises(RulesError, match="holds for this run only"):
        book.add(BELOW)
    assert BELOW in book.rules
    assert file.read_text() == text


def test_good_rules_beside_a_bad_one_still_hold(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text(rules_text([BELOW]) + '[[alert]]\nreading = "x"\n')
    book = RuleBook(file)
    book.open()
    assert book.rules == (BELOW,)
    assert len(book.problems) == 1


def test_a_change_waits_until_the_file_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text("[[alert]\n")
    book = RuleBook(file)
    book.open()
    with pytest.raises(RulesError):
        book.add(BELOW)
    file.write_text(rules_text([ABOVE]))
    book.add(Alert("flow.retail", percentile=5))
    assert load_rules(file)[0] == (ABOVE, BELOW, Alert("flow.retail", percentile=5))
    assert book.rules == load_rules(file)[0]


def test_two_desks_keep_each_others_rules(tmp_path: Path) -> None:
    here, there = RuleBook(tmp_path / "alerts.toml"), RuleBook(tmp_path / "alerts.toml")
    here.open()
    there.open()
    here.add(BELOW)
    there.add(ABOVE)
    here.replace(BELOW, Alert("momentum.sigma", below=-4))
    there.remove(ABOVE)
    assert load_rules(here.file)[0] == (Alert("momentum.sigma", below=-4),)


def test_a_folder_that_can_not_be_written_costs_the_keeping_only(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where the folder should be")
    book = RuleBook(tmp_path / "folder" / "alerts.toml")
    with pytest.raises(RulesError, match="this run only"):
        book.add(BELOW)
    assert book.rules == (BELOW,)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the rules set on a simulated market."""
    file = tmp_path / "alerts-demo.toml"
    monkeypatch.setattr(paths, "demo_alerts_file", lambda: file)
    return file


def alerts_of(*rules: Alert) -> Alerts:
    """The rules of the settings and those set on the screen."""
    return Alerts(Settings(alert=rules), None, shipped=())


def test_rules_are_watched_without_a_screen(board: Board, state: Path) -> None:
    save_rules(state, [BELOW])
    alerts = alerts_of(Alert("momentum.return", below=-0.01))
    first = alerts.look(board).alerts
    assert [(watch.rule.reading, watch.own) for watch in first.watches] == [
        ("momentum.return", False),
        ("momentum.sigma", True),
    ]
    assert [(firing.number, firing.rule.reading) for firing in first.firings] == [
        (2, "momentum.sigma"),
        (1, "momentum.return"),
    ]
    again = alerts.look(board).alerts
    assert again.firings == first.firings, "what holds still has rung already"
    table = alerts_table(board, again.watches)
    assert table is not None
    assert table["firings"].to_list() == [1, 1]
    alerts.change(Acknowledge())
    assert not any(watch.waiting for watch in alerts.look(board).alerts.watches)


def real(board: Board) -> Board:
    """The same board of the real market."""
    return replace(board, source=replace(board.source, simulated=False, scenario=None))


def readings_shown(board: Board, *rules: Alert) -> set[str]:
    """Which readings are shown to mean something else, on the first board of a start."""
    simulated = board.source.simulated
    watches = alerts_of(*rules).look(board).alerts.watches
    found = unseen_meanings([watch.rule for watch in watches], simulated=simulated)
    if found is None:
        return set()
    meanings_shown(simulated=simulated)
    return {reading for readings in found.values() for reading in readings}


def test_redefined_readings_are_shown_at_the_first_start_only_and_a_demo_does_not_count(
    board: Board, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = state.with_name("alerts.toml")
    monkeypatch.setattr(paths, "alerts_file", lambda: own)
    save_rules(own, [Alert("momentum.sigma", below=-3)])
    of_settings = (Alert("breadth.percentile.gap", above=95), Alert("momentum.coverage", below=0.5))
    assert readings_shown(board, *of_settings) == {"breadth.percentile.gap"}
    assert readings_shown(board, *of_settings) == set(), "the demo's were shown"
    assert readings_shown(real(board), *of_settings) == {"momentum.sigma", "breadth.percentile.gap"}
    assert readings_shown(real(board), *of_settings) == set()
    assert readings_shown(board, *of_settings) == set()


def test_rules_on_figures_of_another_name_are_shown_with_the_new_one() -> None:
    rules = [Alert("momentum.sigma_days", below=200), Alert("momentum.coverage", below=0.5)]
    found = unseen_meanings(rules, simulated=True)
    assert found is not None
    ((row, readings),) = found.items()
    assert readings == ("momentum.sigma_days",)
    assert row.now == "momentum.sigma_days is called momentum.sigma_n now: this rule is not watched"
    meanings_shown(simulated=True)
    assert unseen_meanings(rules, simulated=True) is None


def test_rules_set_after_the_first_start_are_not_shown(board: Board, state: Path) -> None:
    assert readings_shown(board) == set()
    save_rules(state, [BELOW])
    assert readings_shown(board) == set()


def test_a_state_folder_that_can_not_be_written_shows_again(board: Board, state: Path, own_state: Path) -> None:
    save_rules(state, [BELOW])
    (own_state / "deskview" / "meanings.json").mkdir(parents=True)
    for _ in range(2):
        assert readings_shown(board) == {"momentum.sigma"}


def test_a_damaged_memory_shows_again_and_is_mended(board: Board, state: Path) -> None:
    save_rules(state, [BELOW])
    paths.meanings_file().write_text("{")
    assert readings_shown(board) == {"momentum.sigma"}
    assert readings_shown(board) == set()


def test_rules_are_set_changed_and_removed_without_a_screen(board: Board, state: Path) -> None:
    alerts = alerts_of()
    alerts.change(SetRule(BELOW))
    assert "no market yet" in alerts.state.notices[-1].sentence
    alerts.look(board)
    alerts.change(SetRule(BELOW))
    alerts.change(SetRule(ABOVE, instead=BELOW))
    assert load_rules(state).rules == (ABOVE,)
    assert [watch.rule for watch in alerts.look(board).alerts.watches] == [ABOVE]
    alerts.change(RemoveRule(ABOVE))
    assert alerts.look(board).alerts.watches == ()


def test_what_is_wrong_with_the_file_is_told_once(board: Board, state: Path) -> None:
    state.write_text("[[alert]]\nreading = 1\n")
    alerts = alerts_of()
    (notice,) = alerts.look(board).alerts.notices
    assert str(state) in notice.sentence
    assert alerts.look(board).alerts.notices == (notice,)
    alerts.change(SetRule(BELOW))
    assert "for this run only" in alerts.state.notices[-1].sentence
    assert [watch.rule for watch in alerts.look(board).alerts.watches] == [BELOW], "it holds for this run"
