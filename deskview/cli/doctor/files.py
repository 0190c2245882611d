"""What deskview is made of and where it keeps things: versions, settings, log, cache."""

import os
import platform
import re
from argparse import Namespace
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deskview import __version__, paths
from deskview.cli.context import UsageError, log_file_of, with_options
from deskview.cli.doctor.check import Check, Level
from deskview.exits import Exit
from deskview.market.errors import ReferenceDataError, nearest
from deskview.settings import Settings, SettingsError, load_settings

LIBRARIES = ("textual", "httpx", "polars", "plotext", "keyring", "msgspec", "numpy")
_SESSION = re.compile(r"\d{4}-\d\d-\d\d")


def versions() -> Check:
    """deskview, Python and the libraries a report of a fault should name."""
    known = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    return Check("versions", Level.OK, f"deskview {__version__}, Python {platform.python_version()}, {known}.")


def settings(arguments: Namespace) -> tuple[Check, Settings]:
    """The settings, options laid over them, and the files they name; the defaults where they can't be used."""
    chosen: Path | None = getattr(arguments, "settings", None)
    file = chosen or paths.settings_file()
    try:
        found = with_options(arguments, load_settings(chosen))
        _read_named_files(found)
    except (SettingsError, ReferenceDataError, UsageError) as fault:
        todo = "Correct it; until then no command but this one runs, and what follows is checked with the defaults."
        return Check("settings", Level.FAULT, f"{fault}.", todo, code=Exit.USAGE), Settings()
    if not file.exists():
        return Check("settings", Level.OK, f"There is no {file}; every setting has its default."), found
    return Check("settings", Level.OK, f"{file} is read."), found


def theme(settings: Settings) -> Check:
    """Whether there is a theme of the chosen name."""
    from textual.theme import BUILTIN_THEMES  # noqa: PLC0415 - slow

    from deskview.themes import load_themes  # noqa: PLC0415

    own = [theme.name for theme in load_themes()]
    if settings.theme in own or settings.theme in BUILTIN_THEMES:
        return Check("theme", Level.OK, f"{settings.theme}.")
    found = f"There is no theme {settings.theme!r}{nearest(settings.theme, own)}; the desk uses the default."
    return Check("theme", Level.WARNING, found, f"Choose one of: {', '.join(own)}.")


def log(arguments: Namespace) -> tuple[Check, Path | None]:
    """Whether the log file can be written, and the file; where it can't, this run goes without."""
    try:
        file = log_file_of(arguments)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.open("ab").close()
    except OSError as fault:
        found = f"The log can't be written: {fault.filename}: {fault.strerror}."
        return Check(
            "log", Level.FAULT, found, "Name a file that can be written with --log-file.", code=Exit.USAGE
        ), None
    return Check("log", Level.OK, f"{file} can be written."), file


def cache() -> Iterator[Check]:
    """The cache folder and the history of each market in it."""
    try:
        folder = paths.cache_folder()
    except OSError as fault:
        found = f"There is no cache folder: {fault.filename}: {fault.strerror}."
        todo = "Free the path, or name another place in the environment."
        yield Check("cache", Level.FAULT, found, todo, ("export XDG_CACHE_HOME=FOLDER",), Exit.USAGE)
        return
    markets = sorted(bars.parent for bars in folder.glob("*/bars"))
    size = _megabytes(folder.rglob("*"))
    held = "nothing is stored yet" if not markets else f"{size} in all"
    if not os.access(folder, os.W_OK):
        todo = f"Give yourself the right to write in {folder}."
        yield Check("cache", Level.FAULT, f"{folder} can't be written.", todo, code=Exit.USAGE)
    else:
        yield Check("cache", Level.OK, f"{folder}: {held}.")
    for market in markets:
        yield _market(market)


def _market(folder: Path) -> Check:
    sessions = sorted(file.stem for file in (folder / "bars").glob("*.parquet") if _SESSION.fullmatch(file.stem))
    damaged = sorted(folder.rglob("*.damaged"))
    reach = f", {sessions[0]} to {sessions[-1]}" if sessions else ""
    found = f"{folder.name}: {len(sessions)} sessions{reach}, {_megabytes(folder.rglob('*'))}"
    if not damaged:
        return Check("history", Level.OK, f"{found}; no damaged file.")
    todo = "What was in them is fetched again by itself; they may be deleted. If new ones come, look after the disk."
    return Check("history", Level.WARNING, f"{found}; damaged files set aside: {len(damaged)}.", todo)


def _read_named_files(settings: Settings) -> None:
    from deskview.market.funds import load_funds  # noqa: PLC0415 - polars loads late
    from deskview.market.groups import load_groups  # noqa: PLC0415

    if settings.funds_file:
        load_funds(settings.funds_file)
    if settings.groups_file:
        load_groups(settings.groups_file)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _megabytes(files: Iterator[Path]) -> str:
    size = 0
    for file in files:
        try:
            size += file.stat().st_size if file.is_file() else 0
        except OSError:  # another program may delete a file meanwhile
            continue
    return f"{size / 1_000_000:,.1f} MB"
