"""This machine: versions, settings, log, cache, and the terminal as the desk will see it."""

import os
import re
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import disk_usage
from typing import TYPE_CHECKING

from deskview import paths, usage
from deskview.analytics.assumptions import HISTORY, RULE_SIGMA_DAYS, YEAR
from deskview.analytics.definitions import renamed
from deskview.cli.context import UsageError, log_file_of, settings_file_of, with_options
from deskview.cli.desk import TERMINAL, TERMINAL_WAY_OUT, terminal_fault, theme_fault
from deskview.cli.doctor.check import Check, Level
from deskview.exits import Exit
from deskview.files import UnusableFileError, private_folder
from deskview.logs import open_private
from deskview.market.errors import ReferenceDataError
from deskview.settings import Alert, Settings, SettingsError, load_settings, where

if TYPE_CHECKING:
    import polars as pl

_SESSION = re.compile(r"\d{4}-\d\d-\d\d")

FUNDS_NAMED = 3
HISTORY_BYTES = 200_000_000
"""About what the history of a whole market takes on the disk: 530 sessions of 12,000 names take 150 MB."""
LEAST_COLUMNS, LEAST_ROWS = 80, 24
_COLOURS = {"truecolor": "16 million colours", "256": "256 colours", "standard": "16 colours", "windows": "16 colours"}


def versions() -> Check:
    """deskview, Python and the libraries a report of a fault should name."""
    known = ", ".join(f"{name} {number}" for name, number in usage.versions().items())
    return Check("versions", Level.OK, f"{known}.")


def settings(arguments: Namespace) -> tuple[Check, Settings]:
    """The settings, options laid over them, and the files they name; the defaults where they can't be used."""
    chosen: Path | None = getattr(arguments, "settings", None)
    file = chosen or paths.settings_file()
    try:
        found = with_options(arguments, load_settings(chosen))
        _read_what_they_name(found, file)
    except (SettingsError, ReferenceDataError, UsageError) as fault:
        todo = "Correct it; until then the desk does not open. What follows is checked with the defaults."
        found_fault = str(fault) if str(fault).endswith(("?", ".")) else f"{fault}."
        return Check("settings", Level.FAULT, found_fault, todo, code=Exit.USAGE), Settings()
    if not file.exists():
        return Check("settings", Level.OK, f"There is no {file}; every setting has its default."), found
    return Check("settings", Level.OK, f"{file} is read."), found


def history_length(arguments: Namespace, settings: Settings) -> Iterator[Check]:
    """What fewer sessions than the σ of momentum needs cost; nothing to say where there are enough."""
    length, needed = settings.history_sessions, YEAR + RULE_SIGMA_DAYS
    if length >= needed:
        return
    file = settings_file_of(arguments)
    cost = (
        f"there is no momentum: its signal needs {YEAR}" if length < YEAR else "σ rests on today's names run back (σ*)"
    )
    found = f"history_sessions = {length}: {cost}; the σ of the rule's own history needs {needed}."
    todo = f"Set it to {HISTORY} or take the line out ({where(file, ('history_sessions',))})."
    yield Check("history length", Level.WARNING, found, todo)


def of_settings(arguments: Namespace, settings: Settings) -> Iterator[Check]:
    """What is remarkable in settings that can be used, and in what the desk itself keeps beside them."""
    yield from history_length(arguments, settings)
    yield from alert_rules(arguments, settings)
    yield from alert_delivery(arguments, settings)
    yield from kept_columns()
    yield from themes(settings)


def alert_rules(arguments: Namespace, settings: Settings) -> Iterator[Check]:
    """The rules, of the settings and set on the screen, that are not watched, each with its line."""
    from deskview.alerts.rules import load_rules  # noqa: PLC0415

    own = paths.alerts_file()
    rules, _, problems = load_rules(own)
    yield from _unwatched(settings.alert, settings_file_of(arguments))
    yield from _unwatched(rules, own)
    for problem in problems:
        todo = f"Correct it or take {own} away: until then rules set on the screen hold for one run."
        yield Check("alerts file", Level.WARNING, f"{problem}.", todo)


def _unwatched(rules: Sequence[Alert], file: Path) -> Iterator[Check]:
    from deskview.board.readings import reading_fault  # noqa: PLC0415 - polars loads late

    for number, rule in enumerate(rules):
        if fault := reading_fault(rule.reading):
            place = where(file, ("alert", "reading"), number)
            now = renamed(rule.reading)
            found = (
                f"{fault} This rule is not watched." if fault.endswith("?") else f"{fault}: this rule is not watched."
            )
            todo = f'Write reading = "{now}" ({place}).' if now else f"Correct it ({place})."
            yield Check("alert rule", Level.WARNING, found, todo)


def alert_delivery(arguments: Namespace, settings: Settings) -> Iterator[Check]:
    """Whether the user's program for alerts is found, and whether their file can be written; nothing is started."""
    from deskview.alerts.delivery import append_to, program_path  # noqa: PLC0415

    file = settings_file_of(arguments)
    if settings.alert_command:
        program, path = settings.alert_command[0], program_path(settings.alert_command[0])
        if path is None:
            todo = f"Install it, or correct alert_command ({where(file, ('alert_command',))})."
            found = f"There is no program {program} that can be started: alerts are shown and kept, and none is told."
            yield Check("alert_command", Level.WARNING, found, todo)
        else:
            yield Check("alert_command", Level.OK, f"{path} is found.")
    if settings.alert_file:
        try:
            os.close(append_to(settings.alert_file))
        except (OSError, ValueError) as fault:
            found = f"{settings.alert_file}: {getattr(fault, 'strerror', None) or fault}: alerts are shown and kept."
            todo = f"Make its folder, or name another file ({where(file, ('alert_file',))})."
            yield Check("alert_file", Level.WARNING, found, todo)
        else:
            yield Check("alert_file", Level.OK, f"{settings.alert_file} can be written.")


def kept_columns() -> Iterator[Check]:
    """What is wrong with the columns chosen in the desk."""
    from deskview.screens.overlays.columns import Choices  # noqa: PLC0415 - textual loads late

    for problem in Choices({}).load():
        todo = f"Choose them again in the desk (c), or delete {paths.columns_file()}."
        yield Check("columns", Level.WARNING, f"{problem}.", todo)


def themes(settings: Settings) -> Iterator[Check]:
    """Whether there is a theme of the chosen name, and what is wrong with the user's own."""
    from deskview.themes import load_user_themes  # noqa: PLC0415 - textual loads late

    fault = theme_fault(settings.theme)
    if fault:
        yield Check("theme", Level.FAULT, f"{fault}.", "Until then the desk does not open.", code=Exit.USAGE)
    else:
        yield Check("theme", Level.OK, f"{settings.theme}.")
    for problem in load_user_themes(paths.themes_folder())[1]:
        yield Check("own theme", Level.WARNING, f"{problem}.", "The desk opens without it.")


def log(arguments: Namespace) -> tuple[Check, Path | None]:
    """Whether the log file can be written, and the file; where it can't, this run goes without."""
    try:
        file = log_file_of(arguments)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(open_private(str(file), os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    except OSError as fault:
        found = f"The log can't be written: {fault.filename}: {fault.strerror}."
        todo = "Name a file that can be written with --log-file."
        if getattr(arguments, "log_file", None):
            return Check("log", Level.FAULT, found, todo, code=Exit.USAGE), None
        return Check("log", Level.WARNING, f"{found} The desk goes without.", todo), None
    return Check("log", Level.OK, f"{file} can be written."), file


def cache(arguments: Namespace, settings: Settings) -> Iterator[Check]:
    """The cache folder, and of each market in it the history and the funds nobody registered."""
    folder = paths.cache_folder()
    markets = sorted(bars.parent for bars in folder.glob("*/bars"))
    held = f"{_megabytes(folder.rglob('*'))} in all" if markets else "nothing is stored yet"
    if fault := _not_storing(folder):
        todo = "The desk runs all the same and fetches its history at every start. To name another place:"
        yield Check("cache", Level.WARNING, fault, todo, ("export XDG_CACHE_HOME=FOLDER",))
    else:
        yield Check("cache", Level.OK, f"{folder}: {held}.")
    for market in markets:
        yield _market(market)
        yield from _unregistered(market, settings, settings_file_of(arguments))


def _not_storing(folder: Path) -> str:
    """Why a history could not be kept in the folder, as far as that can be told without writing one."""
    try:
        private_folder(folder)
        free = disk_usage(folder).free
    except UnusableFileError as fault:
        return f"{fault.file} {fault.reason}."
    if not os.access(folder, os.W_OK):
        return f"{folder} can't be written."
    if free < HISTORY_BYTES:
        return (
            f"{folder} has {free / 1_000_000:,.0f} MB left; a whole history takes {HISTORY_BYTES / 1_000_000:,.0f} MB."
        )
    return ""


def _unregistered(market: Path, settings: Settings, file: Path) -> Iterator[Check]:
    """The funds of the market's stored listing whose name looks leveraged and that no list of funds holds, if any."""
    from deskview.analytics.chain import with_types  # noqa: PLC0415 - polars loads late
    from deskview.market.funds import load_funds, unregistered  # noqa: PLC0415
    from deskview.market.members import load_members  # noqa: PLC0415
    from deskview.market.own_names import load_own_names  # noqa: PLC0415

    listing, known = _listing(market), load_funds(settings.funds_file)
    if listing is not None:
        listing = with_types(listing, load_own_names(settings.names_file), load_members(), known)
    funds = [] if listing is None else unregistered(listing, known).rows()
    if not funds:
        return
    first = "; ".join(f"{ticker} ({name})" for ticker, name in funds[:FUNDS_NAMED])
    more = f"; and {len(funds) - FUNDS_NAMED} more" if len(funds) > FUNDS_NAMED else ""
    found = f"{market.name}: {len(funds)} listed that look leveraged by name are in no list of funds, so in no figure"
    place = settings.funds_file or f'a file of yours that {file} names: funds_file = "funds.toml"'
    todo = f"Give those that matter a row [[fund]] with ticker, leverage, kind and underlying in {place}."
    yield Check("unregistered", Level.WARNING, f"{found}: {first}{more}.", todo)


def _listing(market: Path) -> "pl.DataFrame | None":
    """The stored listing; None where there is none or it can't be read, which the desk mends by itself."""
    import polars as pl  # noqa: PLC0415 - polars loads late

    try:
        return pl.read_parquet(market / "tickers.parquet", columns=["ticker", "name", "type"])
    except (pl.exceptions.PolarsError, OSError):
        return None


def _market(folder: Path) -> Check:
    from deskview.store import Store  # noqa: PLC0415 - polars loads late

    if fault := Store(folder).write_error:
        return Check("history", Level.WARNING, f"{folder.name}: {fault}")
    sessions = sorted(file.stem for file in (folder / "bars").glob("*.parquet") if _SESSION.fullmatch(file.stem))
    damaged = sorted(folder.rglob("*.damaged"))
    reach = f", {sessions[0]} to {sessions[-1]}" if sessions else ""
    found = f"{folder.name}: {len(sessions)} sessions{reach}, {_megabytes(folder.rglob('*'))}"
    if not damaged:
        return Check("history", Level.OK, f"{found}; no damaged file.")
    todo = "What was in them is fetched again by itself; they may be deleted. If new ones come, look after the disk."
    return Check("history", Level.WARNING, f"{found}; damaged files set aside: {len(damaged)}.", todo)


def _read_what_they_name(settings: Settings, file: Path) -> None:
    """Keys, columns and files, as the desk reads them. Raises SettingsError, ReferenceDataError."""
    from deskview.app.keys import keymap_of  # noqa: PLC0415 - textual loads late
    from deskview.market.funds import load_funds  # noqa: PLC0415 - polars loads late
    from deskview.market.groups import load_groups  # noqa: PLC0415
    from deskview.market.own_names import load_own_names  # noqa: PLC0415
    from deskview.market.spinoffs import load_spinoffs  # noqa: PLC0415
    from deskview.screens.overlays.columns import Choices  # noqa: PLC0415

    keymap_of(settings.keys, file)
    Choices(settings.columns, file)
    load_funds(settings.funds_file)
    load_groups(settings.groups_file)
    load_spinoffs(settings.spinoffs_file)
    load_own_names(settings.names_file)


def _megabytes(files: Iterator[Path]) -> str:
    size = 0
    for file in files:
        try:
            size += file.stat().st_size if file.is_file() else 0
        except OSError:  # another program may delete a file meanwhile
            continue
    return f"{size / 1_000_000:,.1f} MB"


def terminal() -> Iterator[Check]:
    """Everything that can be known without asking the terminal itself: an answer that comes late, over a slow line,
    would be typed into the shell."""
    yield size()
    yield colours()
    yield characters()
    if os.environ.get("TMUX"):
        yield tmux()


def size() -> Check:
    """Columns and rows of the first standard stream that is a terminal."""
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        try:
            columns, rows = os.get_terminal_size(stream.fileno() if stream else -1)
        except (OSError, ValueError):
            continue
        found = f"{columns}x{rows}"
        if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
            todo = f"Enlarge it to at least {LEAST_COLUMNS}x{LEAST_ROWS}; 120x40 is comfortable."
            return Check("terminal", Level.WARNING, f"{found} is too small for the desk.", todo)
        return Check("terminal", Level.OK, f"{found}.")
    found = "There is no terminal here, and the desk needs one."
    return Check("terminal", Level.WARNING, found, "Without one, `deskview snapshot` prints the same figures.")


def colours() -> Check:
    """How many colours Textual will use here."""
    term = os.environ.get("TERM", "")
    if fault := terminal_fault(term):
        return Check("colours", Level.WARNING, fault, TERMINAL_WAY_OUT, (f"export {TERMINAL}",))
    if "NO_COLOR" in os.environ:
        return Check("colours", Level.OK, "NO_COLOR is set: shades of grey; signs are always printed.")
    system = _colour_system()
    if system not in _COLOURS:
        todo = "Take it back:"
        return Check(
            "colours", Level.WARNING, "TEXTUAL_COLOR_SYSTEM is no such thing.", todo, ("unset TEXTUAL_COLOR_SYSTEM",)
        )
    found = f"{_COLOURS[system]} (TERM={term}, COLORTERM={os.environ.get('COLORTERM') or 'not set'})."
    if system == "standard":
        todo = "The theme ansi-16 is made for them. If the terminal has more:"
        return Check("colours", Level.WARNING, found, todo, ("export TERM=xterm-256color",))
    return Check("colours", Level.OK, found)


def characters() -> Check:
    """Whether box drawing and blocks come out: the locale as tmux reads it, and Python's own encoding."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    encoding = (sys.__stderr__.encoding if sys.__stderr__ else "") or "unknown"
    if encoding.lower().replace("-", "") != "utf8":
        found = f"Python writes {encoding}, which lacks the characters of the desk."
    elif "utf8" not in chosen.lower().replace("-", ""):
        found = f"The locale ({chosen or 'not set'}) is not UTF-8; boxes and bars may come out as question marks."
    else:
        return Check("characters", Level.OK, f"UTF-8 ({chosen}).")
    return Check("characters", Level.WARNING, found, "Choose a UTF-8 locale:", ("export LC_ALL=C.UTF-8",))


def tmux() -> Check:
    """What tmux does to keys and frames, by its version."""
    known = os.environ.get("TERM_PROGRAM") == "tmux"
    release = os.environ.get("TERM_PROGRAM_VERSION", "") if known else ""
    found = f"tmux {release}." if release else "tmux, older than 3.2."
    if _release(release) >= (3, 5):
        return Check("tmux", Level.OK, found)
    todo = "Before 3.5 it holds Esc back for half a second (Backspace goes back too); to change that:"
    return Check("tmux", Level.OK, found, todo, ("tmux set -sg escape-time 10",))


def _colour_system() -> str | None:
    from rich.console import Console  # noqa: PLC0415 - slow

    chosen = os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if chosen not in ("auto", *_COLOURS):
        return None
    return Console(color_system=chosen, force_terminal=True, legacy_windows=False).color_system  # type: ignore[arg-type]


def _release(text: str) -> tuple[int, int]:
    major, _, minor = text.removeprefix("next-").partition(".")
    digits = "".join(char for char in minor if char.isdigit())
    return (int(major) if major.isdigit() else 0, int(digits or 0))
