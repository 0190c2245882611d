"""A screen as lines of coloured text: as a file one can read, as what differs between two, and as an SVG picture."""

import io
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby

from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.app import App

from deskview.widgets.textual_private import screen_lines

_RULE = "=" * 8
Line = list[tuple[str, str]]
"""Runs of cells: their text and the name of their style."""


def lines_of(app: App[int]) -> list[Line]:
    """What stands on the screen, cells of one style together."""
    found = []
    for strip in screen_lines(app.screen):
        pieces = [(piece.text, _name(piece.style)) for piece in strip if piece.text]
        runs = groupby(pieces, key=lambda piece: piece[1])
        found.append([("".join(text for text, _ in run), style) for style, run in runs])
    return found


def _name(style: Style | None) -> str:
    """Such as `bold #ffffff on #000000`."""
    if style is None:
        return "none"
    how = [name for name in ("bold", "dim", "italic", "underline", "reverse", "strike") if getattr(style, name)]
    colours = [style.color.name if style.color else "default", "on", style.bgcolor.name if style.bgcolor else "default"]
    return " ".join([*how, *colours])


def written(lines: Sequence[Line]) -> str:
    """The file's text."""
    styles = sorted({style for line in lines for _, style in line})
    text = ["".join(text for text, _ in line).rstrip() for line in lines]
    runs = [" ".join(f"{len(text)}{_letters(style)}" for text, style in line) for line in lines]
    names = [f"{_letters(style)} {style}" for style in styles]
    return "\n".join([*text, _RULE, *runs, _RULE, *names]) + "\n"


def _letters(style: str) -> str:
    """A style's short name, the same in every file."""
    number = int(sha256(style.encode()).hexdigest()[:8], 16)
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(4))


def read(text: str) -> list[Line]:
    """The lines of a file's text."""
    words, runs, names = (part.splitlines() for part in text.split(f"{_RULE}\n"))
    styles = dict(name.split(" ", 1) for name in names)
    return [_line(line, run, styles) for line, run in zip(words, runs, strict=True)]


def _line(text: str, runs: str, styles: dict[str, str]) -> Line:
    found, at = [], 0
    for length, letters in re.findall(r"(\d+)([a-z]+)", runs):
        end = at + int(length)
        found.append((f"{text[at:end]:{int(length)}}", styles[letters]))
        at = end
    return found


def difference(old: Sequence[Line], new: Sequence[Line]) -> str:
    """What differs, first the words and then the colours; empty where nothing does."""
    before, after = [_words(line) for line in old], [_words(line) for line in new]
    said = [] if len(old) == len(new) else [f"{len(old)} lines before, {len(new)} now"]
    for number, (was, now) in enumerate(zip(before, after, strict=False), 1):
        if was != now:
            said += [f"line {number}", f"  - {was}", f"  + {now}"]
    for number, (line, other) in enumerate(zip(old, new, strict=False), 1):
        if _words(line) == _words(other):
            said += [f"line {number}, {change}" for change in _recoloured(line, other)]
    return "\n".join(said)


def _words(line: Line) -> str:
    return "".join(text for text, _ in line).rstrip()


def _recoloured(old: Line, new: Line) -> Iterator[str]:
    pairs = [(was, now, char) for (_, was), (char, now) in zip(_cells(old), _cells(new), strict=False)]
    at = 0
    for (was, now), run in groupby(pairs, key=lambda pair: pair[:2]):
        text = "".join(char for _, _, char in run)
        if was != now:
            yield f"columns {at + 1} to {at + len(text)} {text!r}: was {was}, is {now}"
        at += len(text)


def _cells(line: Line) -> list[tuple[str, str]]:
    return [(char, style) for text, style in line for char in text]


def drawn(lines: Sequence[Line], name: str) -> str:
    """The snapshot as SVG."""
    width = max(len(_cells(line)) for line in lines)
    console = Console(width=width, record=True, force_terminal=True, color_system="truecolor", file=io.StringIO())
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)
    return console.export_svg(title=name, unique_id="deskview")
