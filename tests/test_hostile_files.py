"""Whatever a file of the user's turns out to be, whoever reads it says so in a sentence that names it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deskview import paths
from deskview.alerts.rules import RuleBook, RulesError, load_rules
from deskview.market.errors import ReferenceDataError
from deskview.market.funds import load_funds
from deskview.market.groups import load_groups
from deskview.market.own_names import load_own_names
from deskview.market.spinoffs import load_spinoffs
from deskview.screens.overlays.columns import Choices
from deskview.settings import Alert
from deskview.themes import ThemeError, load_theme_file, load_user_themes
from tests.hostile import NO_TOML, UNREADABLE, holding

Make = Callable[[Path], None]
NO_JSON = [
    pytest.param(holding(b"{"), "ignored", id="half"),
    pytest.param(holding(b'{"a": ' + b"[" * 100_000), "ignored", id="brackets"),
    pytest.param(holding(b'{"a": ' + b"9" * 5_000 + b"}"), "ignored", id="digits"),
    pytest.param(holding(b"[1]"), "ignored", id="list"),
]


@pytest.mark.parametrize(("make", "reason"), [*UNREADABLE, *NO_TOML])
def test_alert_rules(tmp_path: Path, make: Make, reason: str) -> None:
    file = tmp_path / "alerts.toml"
    make(file)
    rules, _, problems = load_rules(file)
    assert rules == ()
    assert problems[0].startswith(f"{file}: ")
    assert reason in problems[0]
    book = RuleBook(file)
    with pytest.raises(RulesError, match="holds for this run only, the file is left as it is"):
        book.add(Alert("momentum.sigma", above=3))


@pytest.mark.parametrize(("make", "reason"), [*UNREADABLE, *NO_TOML])
@pytest.mark.parametrize("load", [load_funds, load_groups, load_own_names, load_spinoffs])
def test_reference_files(tmp_path: Path, load: Callable[[Path], object], make: Make, reason: str) -> None:
    make(tmp_path / "mine.toml")
    with pytest.raises(ReferenceDataError) as told:
        load(tmp_path / "mine.toml")
    assert str(told.value).startswith(f"{tmp_path / 'mine.toml'}: ")
    assert reason in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("make", "reason"), [*UNREADABLE, *NO_TOML])
def test_themes(tmp_path: Path, make: Make, reason: str) -> None:
    make(tmp_path / "mine.toml")
    with pytest.raises(ThemeError, match=r"mine\.toml: can't be read: ") as told:
        load_theme_file(tmp_path / "mine.toml")
    assert reason in str(told.value)
    assert load_user_themes(tmp_path) == ((), (str(told.value),))


@pytest.mark.parametrize(("make", "reason"), [*UNREADABLE, *NO_JSON])
def test_columns(own_state: Path, make: Make, reason: str) -> None:
    make(paths.columns_file())
    (problem,) = Choices({}).load()
    assert problem.startswith("The columns chosen earlier are ignored: ")
    assert reason in problem
