"""Where deskview keeps its files. Folders are made private to the user; where that can't be done, whoever writes there
says so."""

from contextlib import suppress
from pathlib import Path

import platformdirs

from deskview.files import UnusableFileError, private_folder

_DIRS = platformdirs.PlatformDirs("deskview", appauthor=False)


def _private(folder: Path) -> Path:
    """The folder, made where it is not there, closed to others where it is ours and open."""
    with suppress(UnusableFileError):
        private_folder(folder)
    return folder


def config_folder() -> Path:
    """Settings and the user's own themes, funds and groups. Not created: reading it needs no folder."""
    return Path(_DIRS.user_config_dir)


def settings_file() -> Path:
    """The settings file, whether or not it exists."""
    return config_folder() / "settings.toml"


def alerts_file() -> Path:
    """The rules set on the screen, whether or not it exists; the settings' own rules stay in the settings file."""
    return config_folder() / "alerts.toml"


def demo_alerts_file() -> Path:
    """The rules set on a simulated market: they would make no sense on the real one."""
    return alerts_file().with_name("alerts-demo.toml")


def themes_folder() -> Path:
    """The user's own colour themes. Not created."""
    return config_folder() / "themes"


def lists_folder() -> Path:
    """The user's own lists of names and positions. Not created."""
    return config_folder() / "lists"


def cache_folder() -> Path:
    """Fetched history; safe to delete, it is fetched again."""
    return _private(Path(_DIRS.user_cache_dir))


def state_folder() -> Path:
    """Logs, exported tables and saved screens."""
    return _private(Path(_DIRS.user_state_dir))


def columns_file() -> Path:
    """The columns chosen in the lists, whether or not there is one."""
    return state_folder() / "columns.json"


def firings_file(*, simulated: bool) -> Path:
    """The day's alerts of the real or of a simulated market, whether or not there is one."""
    return state_folder() / ("firings-demo.json" if simulated else "firings.json")


def diagnostics_file(*, simulated: bool) -> Path:
    """How the last desk on the real or on a simulated market was, whether or not there is one."""
    return state_folder() / ("diagnostics-demo.json" if simulated else "diagnostics.json")


def place_file(*, simulated: bool) -> Path:
    """Where the desk on the real or on a simulated market was cut off, whether or not there is such a place."""
    return state_folder() / ("place-demo.json" if simulated else "place.json")


def meanings_file() -> Path:
    """Up to which schema the rules on redefined readings were shown with both meanings, whether or not there is one."""
    return state_folder() / "meanings.json"


def french_folder() -> Path:
    """The user's copies of French's data library. Not created.

    They lie with the state and not in the cache, which may be deleted as it is fetched again: these are not. They were
    got with the user's consent or carried to a machine without a way out, and the library revises what it once gave.
    """
    return state_folder() / "french"


def exports_folder() -> Path:
    """Exported tables."""
    return _private(state_folder() / "exports")


def screens_folder() -> Path:
    """Saved screens."""
    return _private(state_folder() / "screens")
