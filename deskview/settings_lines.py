"""Where in a settings file something is set: the line a fault is told with."""

import re
from pathlib import Path


def line_of(text: str, path: tuple[str, ...], entry: int = 0) -> int | None:
    """The line that sets the key; where there is none, the first that speaks of a table it is in.

    Of an array of tables the search begins with the table number `entry`, from 0.
    """
    table: tuple[str, ...] = ()
    nearest = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)([^\]]+)\]", line):
            here = table = _names(header[2])
            if entry and header[1] == "[[" and table == path[:1]:
                entry -= 1
                table = ()
                continue
        elif setting := re.match(r"\s*([^=#]+?)\s*=", line):
            here = (*table, *_names(setting[1]))
        else:
            continue
        if entry:
            continue
        if here[: len(path)] == path != ():
            return number
        if nearest is None and here == path[: len(here)]:
            nearest = number
    return nearest


def where(file: Path | None, path: tuple[str, ...], entry: int = 0) -> str:
    """The file and the line that sets the key, such as "settings.toml, line 7"; as much of it as can be known."""
    if file is None:
        return "settings"
    try:
        line = line_of(file.read_text(encoding="utf-8-sig"), path, entry)
    except (OSError, UnicodeDecodeError):
        line = None
    return f"{file}, line {line}" if line else str(file)


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))
