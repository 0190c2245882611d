"""Boards of the crash; folders of the tests' own for what the desk keeps between runs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from deskview import paths
from deskview.analytics.definitions import SCHEMA
from deskview.app import keys
from tests.feed.fixtures import board, crash, earlier

PATIENCE_S = 600.0

__all__ = ["board", "crash", "earlier", "rules_file"]


@pytest.fixture(autouse=True)
def rules_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rules set on the screen are kept: the tests' market is a simulated one."""
    folder = tmp_path / "rules"
    monkeypatch.setattr(paths, "alerts_file", lambda: folder / "alerts.toml")
    return folder / "alerts-demo.toml"


@pytest.fixture(autouse=True)
def notices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice that goes after seconds would be gone before a busy machine has come to look for it."""
    notify: Callable[..., None] = App.notify

    def stay(self: App[Any], message: str, **options: Any) -> None:  # noqa: ANN401 - as Textual's own takes
        notify(self, message, **{**options, "timeout": PATIENCE_S})

    monkeypatch.setattr(App, "notify", stay)


@pytest.fixture(autouse=True)
def keys_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next key, and the look at what this one did, come after its effect, however long a busy machine takes."""
    monkeypatch.setattr(keys, "KEY_WAITS_S", PATIENCE_S / 10)


@pytest.fixture(autouse=True)
def meanings_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What rules look at means what it did: the card that says otherwise would be in the way."""
    file = tmp_path / "meanings.json"
    file.write_text(json.dumps({"simulated": SCHEMA}))
    monkeypatch.setattr(paths, "meanings_file", lambda: file)
