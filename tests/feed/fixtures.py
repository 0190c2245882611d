"""Fixtures of every folder that needs a complete board."""

import shutil
from pathlib import Path

import pytest

from deskview.board import Board
from tests.feed.markets import Made, a_little_before, just_now, made


@pytest.fixture(scope="session")
def crash(run_folder: Path) -> Made:
    """The crash at the close, with the history that made it; neither is to be changed."""
    return made(run_folder)


@pytest.fixture
def board(crash: Made) -> Board:
    """The crash at the close, computed this moment."""
    return just_now(crash.board)


@pytest.fixture
def earlier(run_folder: Path) -> Board:
    """The crash five minutes before the close, computed this moment."""
    return just_now(a_little_before(run_folder))


@pytest.fixture
def warm(crash: Made, tmp_path: Path) -> Path:
    """A folder with all the history the crash needs, to do with as one likes."""
    return Path(shutil.copytree(crash.cache, tmp_path / "cache"))
