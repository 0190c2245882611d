"""Boards of the crash; folders of the tests' own for what the desk keeps between runs."""

from pathlib import Path

import pytest

from deskview import paths
from tests.feed.fixtures import board, crash, earlier

__all__ = ["board", "crash", "earlier", "own_state", "rules_file"]


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the desk keeps between runs is kept here."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture(autouse=True)
def rules_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rules set on the screen are kept: the tests' market is a simulated one."""
    folder = tmp_path / "rules"
    monkeypatch.setattr(paths, "alerts_file", lambda: folder / "alerts.toml")
    return folder / "alerts-demo.toml"
