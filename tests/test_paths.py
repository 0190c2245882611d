"""Folders of the program are the user's alone."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deskview import paths


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder of its own, and the usual umask, which leaves new folders open to others."""
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    before = os.umask(0o022)
    yield tmp_path
    os.umask(before)


@pytest.mark.parametrize("folder", [paths.cache_folder, paths.state_folder])
def test_a_folder_is_made_private(folder: Callable[[], Path]) -> None:
    assert folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("folder", [paths.cache_folder, paths.state_folder])
def test_a_folder_left_open_is_closed(folder: Callable[[], Path]) -> None:
    folder().chmod(0o755)
    assert folder().stat().st_mode & 0o777 == 0o700


def test_everything_lies_in_the_home_folder(home: Path) -> None:
    for path in (paths.config_folder(), paths.settings_file(), paths.cache_folder(), paths.state_folder()):
        assert path.is_relative_to(home)


def test_asking_for_the_settings_makes_no_folder(home: Path) -> None:
    assert not paths.settings_file().exists()
    assert not paths.config_folder().exists()


def test_the_users_choice_of_folders_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert paths.cache_folder() == tmp_path / "elsewhere" / "deskview"
