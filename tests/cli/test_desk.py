"""What the desk refuses before it opens."""

import gc
import os
import sys
from pathlib import Path

import pytest

from deskview import processor
from deskview.app import DeskApp
from deskview.exits import Exit
from tests.cli.conftest import Desk
from tests.test_processor import old

__all__ = ["old"]


@pytest.fixture
def at_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output is one."""
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_without_a_terminal(desk: Desk) -> None:
    done = desk.run("demo")
    assert done.code == Exit.USAGE
    assert "the desk needs a terminal; `deskview snapshot`" in done.err


@pytest.mark.usefixtures("at_a_terminal", "old")
def test_on_a_processor_that_can_not_run_the_installed_polars(desk: Desk) -> None:
    done = desk.run("demo")
    assert done.code == Exit.USAGE
    assert "lacks avx2" in done.err
    assert processor.WAY_OUT in done.err


@pytest.mark.usefixtures("at_a_terminal")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[keys]\nzom = "q"', "zom"),
        ('[columns]\ndesk-momentun = ["now"]', "line 2: columns: there is no list 'desk-momentun'"),
        ('theme = "ambre"', "there is no theme 'ambre'; did you mean 'amber'?"),
    ],
)
def test_settings_it_can_not_use(desk: Desk, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    done = desk.run("demo", "--settings", str(file))
    assert done.code == Exit.USAGE
    assert told in done.err


def test_every_command_that_needs_polars_says_so_too(desk: Desk, old: Path) -> None:
    done = desk.run("snapshot", "--demo")
    assert done.code == Exit.USAGE
    assert "lacks avx2" in done.err


@pytest.mark.usefixtures("at_a_terminal")
def test_a_log_that_can_not_be_written_is_gone_without_unless_it_was_asked_for(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    done = desk.run("demo", "--theme", "ambre")
    assert "the log can't be written" in done.err
    assert "this run goes without" in done.err
    assert "there is no theme 'ambre'" in done.err, "it went on"
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "file" / "log", tmp_path / "pipe"):
        asked = desk.run("demo", "--theme", "ambre", "--log-file", str(file))
        assert asked.code == Exit.USAGE
        assert f"{tmp_path}/" in asked.err
        assert "ambre" not in asked.err


@pytest.mark.usefixtures("at_a_terminal")
def test_at_the_end_python_looks_through_none_of_what_was_opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[list[int]] = []
    monkeypatch.setattr(DeskApp, "run", lambda *_, **__: left.append([]))
    thresholds = gc.get_threshold()
    try:
        desk.run("demo")
        assert left
        assert all(kept is not left for kept in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(0.005)
