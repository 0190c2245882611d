"""Homes of their own, one of them with the history of the crash already there."""

import os
import shutil
from pathlib import Path

import pytest

from tests.feed.fixtures import crash
from tests.feed.markets import Made

__all__ = ["crash"]

KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV")
QUICK = "[flow]\ncount = 2\nhistory_sessions = 20\ncalls_per_session = 4\nsample_prints = 200\n"


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a log-in over SSH without a session bus."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"HOME": str(home), "TERM": "xterm-256color", "PYTHONWARNINGS": "ignore", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    folder = tmp_path / "home"
    (folder / ".config" / "deskview").mkdir(parents=True)
    (folder / ".config" / "deskview" / "settings.toml").write_text(QUICK)
    return folder


@pytest.fixture
def warm_home(home: Path, crash: Made) -> Path:
    """A home with the crash's history."""
    shutil.copytree(crash.cache, home / ".cache" / "deskview")
    return home
