"""The doctor finds what the desk would refuse, and its JSON is of a fixed form."""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deskview import paths
from deskview.cli import doctor
from deskview.cli.doctor.check import NAMES, SCHEMA
from deskview.exits import Exit
from deskview.store import FORMAT_FILE
from tests.cli.conftest import Desk
from tests.cli.test_desk import at_a_terminal
from tests.hostile import NO_TOML, UNREADABLE
from tests.test_processor import old

__all__ = ["at_a_terminal", "old"]


def checks(desk: Desk, *arguments: str) -> list[dict[str, Any]]:
    """Every check of `doctor --json`."""
    found: list[dict[str, Any]] = json.loads(desk.run("doctor", "--json", *arguments).out)["checks"]
    return found


def found(desk: Desk, name: str, *arguments: str) -> list[str]:
    """What the checks of this name found."""
    return [check["found"] for check in checks(desk, *arguments) if check["name"] == name]


REFUSED = [
    '[keys]\nzom = "q"',
    '[keys]\nquit = "ctrl+nosuchkey"',
    '[keys]\nquit = "?"',
    '[columns]\ndesk-momentun = ["now"]',
    '[columns]\ndesk-momentum = ["scor"]',
    'theme = "ambre"',
    'provider = "masive"',
    "thema = 1",
    'groups_file = "~nosuchuser/groups.toml"',
]


@pytest.mark.usefixtures("at_a_terminal")
@pytest.mark.parametrize("text", REFUSED)
def test_what_the_desk_refuses_the_doctor_refuses_in_the_same_words(desk: Desk, tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    refused = desk.run("demo", "--settings", str(file))
    assert refused.code == Exit.USAGE
    examined = json.loads(desk.run("doctor", "--json", "--settings", str(file)).out)
    assert examined["exit_code"] == Exit.USAGE
    faults = [check["found"] for check in examined["checks"] if check["level"] == "fault"]
    sentence = refused.err.removeprefix("deskview: ").strip()
    assert (sentence if sentence.endswith("?") else f"{sentence}.") in faults


@pytest.mark.parametrize(("make", "reason"), [*UNREADABLE, *NO_TOML])
@pytest.mark.parametrize("name", ["settings", "groups_file", "funds_file", "names_file", "spinoffs_file"])
def test_a_hostile_file_is_a_fault_with_its_name(
    desk: Desk, tmp_path: Path, make: Callable[[Path], None], reason: str, name: str
) -> None:
    settings, bad = tmp_path / "settings.toml", tmp_path / "settings.toml"
    if name != "settings":
        bad = tmp_path / "bad"
        settings.write_text(f'{name} = "bad"')
    make(bad)
    (told,) = found(desk, "settings", "--settings", str(settings))
    assert told.startswith(f"{bad}: ")
    assert reason in told


def test_a_reading_that_is_none_is_told_with_its_line(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        '[[alert]]\nreading = "momentum.sigma"\nabove = 3\n[[alert]]\nreading = "momentum.sigmaa"\nabove = 3\n'
    )
    (check,) = [check for check in checks(desk, "--settings", str(file)) if check["name"] == "alert rule"]
    assert check["found"] == "momentum.sigmaa: there is no 'sigmaa'; did you mean 'sigma'? This rule is not watched."
    assert check["todo"] == f"Correct it ({file}, line 5)."


def test_rules_set_on_the_screen_are_looked_through_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(desk.home / "config"))
    paths.alerts_file().parent.mkdir(parents=True)
    paths.alerts_file().write_text('[[alert]]\nreading = "breadth.x"\nabove = 1\n')
    (told,) = found(desk, "alert rule")
    assert "breadth.x: there is no 'x'" in told
    paths.alerts_file().write_text("[[alert]\n")
    (told,) = found(desk, "alerts file")
    assert told.startswith(f"{paths.alerts_file()}: is not TOML")


def test_columns_and_themes_that_are_left_out_are_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.columns_file().write_text('{"desk-momentun": []}')
    (tmp_path / "mine.toml").write_text('name = "mine"\n[colors]\nacent = "#112233"\n')
    monkeypatch.setattr(paths, "themes_folder", lambda: tmp_path)
    assert "there is no list 'desk-momentun'" in found(desk, "columns")[0]
    assert "mine.toml: colors.acent is no key of a theme" in found(desk, "own theme")[0]


def test_a_full_disk_and_a_cache_that_can_not_be_made_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("deskview.cli.doctor.machine.disk_usage", lambda _: SimpleNamespace(free=5_000_000))
        assert "has 5 MB left; a whole history takes 200 MB." in found(desk, "cache")[0]
    (desk.home / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(desk.home / "file"))
    assert "can't be made (Not a directory)." in found(desk, "cache")[0]


def test_a_cache_of_a_newer_version_is_told(desk: Desk) -> None:
    market = desk.home / ".cache" / "deskview" / "massive"
    (market / "bars").mkdir(parents=True)
    (market / FORMAT_FILE).write_text("deskview cache, format 99\n")
    assert "was written by a newer deskview and is left alone" in found(desk, "history")[0]


@pytest.mark.usefixtures("old")
def test_on_a_processor_that_can_not_run_polars_nothing_else_is_tried(desk: Desk) -> None:
    (check,) = checks(desk)
    assert check["name"] == "processor"
    assert "lacks avx2" in check["found"]
    assert "polars[rtcompat]" in check["todo"]
    assert desk.run("doctor").code == Exit.USAGE


def test_the_form_of_the_json(desk: Desk) -> None:
    report = json.loads(desk.run("doctor", "--json").out)
    assert list(report) == ["schema", "deskview", "exit_code", "checks"]
    assert report["schema"] == SCHEMA == 2
    for check in report["checks"]:
        assert list(check) == ["name", "level", "found", "todo", "commands"]
        assert check["level"] in ("ok", "warning", "fault")


def test_the_names_of_the_checks_are_fixed() -> None:
    """A name that goes or changes its meaning raises SCHEMA; a new one is added here."""
    assert set(NAMES) == {
        *("versions", "processor", "settings", "history length", "alert rule", "alerts file"),
        *("alert_command", "alert_file", "columns"),
        *("theme", "own theme", "log", "terminal", "colours", "characters", "tmux", "keyring", "key"),
        *("network", "proxy", "trust store", "certificate", "provider", "clock"),
        *("clock", "holidays", "names", "delisted names", "types", "shares", "market caps", "industries"),
        *("trade conditions", "daily bars", "intraday bars", "splits", "dividends", "snapshot"),
        *("trades", "off-exchange prints", "TRF id", "participant time", "flow sample", "short volume"),
        *("option chains", "treasury yields", "open interest", "short interest", "float", "earnings", "filings"),
        *("news", "halts"),
        *("pane Momentum", "pane Breadth", "pane Rotation", "pane Leveraged ETFs", "pane Flow"),
        *("pane Dealers' gamma", "chains of a session"),
        *("pane Positions cut", "pane Retail favourites", "pane Name page"),
        *("cache", "history", "unregistered"),
    }
    used = set()
    for file in Path(doctor.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Check" | "Question"), args=[ast.Constant(value=str(name)), *_]):
                    used.add(name)
    assert len(used) > 20
    assert used <= set(NAMES)
