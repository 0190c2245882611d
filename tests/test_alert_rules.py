"""alerts.toml: written whole, read back the same, and never over a file that could not be read."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview import paths
from deskview.alert_rules import RuleBook, Rules, RulesError, load_rules, rules_text, save_rules
from deskview.board import Board
from deskview.settings import CONDITIONS, Alert
from tests.feed.fixtures import board, crash

__all__ = ["board", "crash"]

BELOW = Alert("momentum.sigma", below=-3)
ABOVE = Alert("leverage.by_name.BRK.B.of_adv", above=0.05)
LEVELS = st.floats(min_value=0.001, max_value=49)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from(CONDITIONS), LEVELS), max_size=5))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str, float]]
) -> None:
    rules = tuple(Alert(reading, **{kind: level}) for reading, kind, level in drawn if reading.isprintable())
    file = tmp_path_factory.mktemp("rules") / "alerts.toml"
    save_rules(file, rules)
    assert load_rules(file) == (rules, ())


def test_the_file_is_made_with_its_folder_and_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "deskview" / "alerts.toml"
    assert load_rules(file) == ((), ())
    save_rules(file, [BELOW])
    assert file.stat().st_mode & 0o777 == 0o600
    assert [other.name for other in file.parent.iterdir()] == ["alerts.toml"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[alert]]\nreading = "a\n', "line 2"),
        ('[[alert]]\nreading = "a"\nabove = 1\n[[alert]]\nreading = "b"\n', "line 4: a rule needs exactly one of"),
        ('[[alert]]\nreading = "a"\nabov = 1\n', "line 1: Object contains unknown field `abov`"),
        ('alerts = 1\n[[alert]]\nreading = "a"\nabove = 1\n', "line 1: unknown key 'alerts'; valid: alert"),
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


def test_rules_are_watched_without_a_screen(board: Board, state: Path) -> None:
    save_rules(state, [BELOW])
    rules = Rules([Alert("momentum.return", below=-0.01)], None)
    fired = rules.watch(board)
    assert [(watch.rule.reading, watch.own) for watch in fired] == [
        ("momentum.return", False),
        ("momentum.sigma", True),
    ]
    assert list(rules.firings) == fired[::-1]
    assert rules.watch(board) == [], "what holds still has rung already"
    table = rules.table()
    assert table is not None
    assert table["firings"].to_list() == [1, 1]
    rules.acknowledge()
    assert not any(watch.waiting for watch in rules.watches)


def real(board: Board) -> Board:
    """The same board of the real market."""
    return replace(board, source=replace(board.source, simulated=False, scenario=None))


def readings_told(rules: Rules, board: Board) -> set[str]:
    """Which readings are told to mean something else, on the next board."""
    rules.watch(board)
    found = rules.new_meanings()
    if found is None:
        return set()
    rules.meanings_shown()
    return {reading for readings in found.values() for reading in readings}


def test_redefined_readings_are_told_at_the_first_start_only_and_a_demo_does_not_count(
    board: Board, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = state.with_name("alerts.toml")
    monkeypatch.setattr(paths, "alerts_file", lambda: own)
    save_rules(own, [Alert("momentum.sigma", below=-3)])
    of_settings = [Alert("breadth.percentile.gap", above=95), Alert("momentum.coverage", below=0.5)]
    assert readings_told(Rules(of_settings, None), board) == {"breadth.percentile.gap"}
    assert readings_told(Rules(of_settings, None), board) == set(), "the demo's were told"
    rules = Rules(of_settings, None)
    assert readings_told(rules, real(board)) == {"momentum.sigma", "breadth.percentile.gap"}
    assert readings_told(rules, real(board)) == set()
    assert readings_told(Rules(of_settings, None), real(board)) == set()
    assert readings_told(Rules(of_settings, None), board) == set()


def test_rules_on_figures_of_another_name_are_told_with_the_new_one(board: Board, state: Path) -> None:
    rules = Rules([Alert("momentum.sigma_days", below=200), Alert("momentum.coverage", below=0.5)], None)
    rules.watch(board)
    found = rules.new_meanings()
    assert found is not None
    ((row, readings),) = found.items()
    assert readings == ("momentum.sigma_days",)
    assert row.now == "momentum.sigma_days is called momentum.sigma_n now: this rule is not watched"
    rules.meanings_shown()
    assert rules.new_meanings() is None


def test_rules_set_after_the_first_start_are_not_told(board: Board, state: Path) -> None:
    assert readings_told(Rules([], None), board) == set()
    save_rules(state, [BELOW])
    assert readings_told(Rules([], None), board) == set()


def test_a_state_folder_that_can_not_be_written_tells_again(board: Board, state: Path, own_state: Path) -> None:
    save_rules(state, [BELOW])
    (own_state / "deskview" / "meanings.json").mkdir(parents=True)
    for _ in range(2):
        assert readings_told(Rules([], None), board) == {"momentum.sigma"}


def test_a_damaged_memory_tells_again_and_is_mended(board: Board, state: Path) -> None:
    save_rules(state, [BELOW])
    paths.meanings_file().write_text("{")
    assert readings_told(Rules([], None), board) == {"momentum.sigma"}
    assert readings_told(Rules([], None), board) == set()


def test_rules_are_set_changed_and_removed_without_a_screen(board: Board, state: Path) -> None:
    rules = Rules([], None)
    with pytest.raises(RulesError, match="no market yet"):
        rules.set(BELOW)
    rules.watch(board)
    rules.set(BELOW)
    rules.set(ABOVE, instead=BELOW)
    assert load_rules(state) == ((ABOVE,), ())
    assert [watch.rule for watch in rules.watches] == [ABOVE]
    rules.remove(ABOVE)
    assert rules.watches == ()


def test_what_is_wrong_with_the_file_is_reported_once(board: Board, state: Path) -> None:
    state.write_text("[[alert]]\nreading = 1\n")
    rules = Rules([], None)
    rules.watch(board)
    (problem,) = rules.new_problems()
    assert str(state) in problem
    assert rules.new_problems() == []
    with pytest.raises(RulesError, match="for this run only"):
        rules.set(BELOW)
    assert [watch.rule for watch in rules.watches] == [BELOW], "it holds for this run"
