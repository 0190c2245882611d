"""Boards of the crash; folders of the tests' own for what the desk keeps between runs."""

import json
from pathlib import Path

import pytest

from deskview import paths
from deskview.analytics.definitions import SCHEMA
from tests.feed.fixtures import board, crash, earlier

__all__ = ["board", "crash", "earlier", "rules_file"]


@pytest.fixture(autouse=True)
def rules_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rules set on the screen are kept: the tests' market is a simulated one."""
    folder = tmp_path / "rules"
    monkeypatch.setattr(paths, "alerts_file", lambda: folder / "alerts.toml")
    return folder / "alerts-demo.toml"


@pytest.fixture(autouse=True)
def meanings_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What rules look at means what it did: the card that says otherwise would be in the way."""
    file = tmp_path / "meanings.json"
    file.write_text(json.dumps({"simulated": SCHEMA}))
    monkeypatch.setattr(paths, "meanings_file", lambda: file)
