"""The terminal as the desk will see it: size, colours, characters, tmux."""

import os
import sys
from collections.abc import Iterator

from deskview.cli.doctor.check import Check, Level

LEAST_COLUMNS, LEAST_ROWS = 80, 24
_COLOURS = {"truecolor": "16 million colours", "256": "256 colours", "standard": "16 colours", "windows": "16 colours"}


def checks() -> Iterator[Check]:
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
    if term in ("", "dumb", "unknown"):
        todo = "Name the terminal's kind:"
        return Check("colours", Level.WARNING, f"TERM is {term or 'not set'}.", todo, ("export TERM=xterm-256color",))
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
