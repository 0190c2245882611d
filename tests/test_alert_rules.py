"""alerts.toml: written whole, read back the same, and never over a file that could not be read."""

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
