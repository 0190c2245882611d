"""How the desk looks: shipped and user's themes, greys without colours, ASCII where nothing else can be shown."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from deskview.themes import in_grey, load_themes, load_user_themes

THEMES_S = 2.0
"""How often the user's theme files are looked at, where there is a folder of them."""
FALLBACK = "deskview-dark"
Stamp = tuple[tuple[str, int], ...]


class UserThemes:
    """The theme files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp: Stamp = ()
        self._reported: frozenset[str] = frozenset()
        self.names: tuple[str, ...] = ()

    def changed(self) -> bool:
        """Whether a file came, went or was saved since the last load."""
        return self._stamps() != self._stamp

    def load(self) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
        """The themes, and the problems that were not reported before."""
        self._stamp = self._stamps()
        themes, problems = load_user_themes(self.folder)
        self.names = tuple(theme.name for theme in themes)
        news = tuple(problem for problem in problems if problem not in self._reported)
        self._reported = frozenset(problems)
        return themes, news

    def _stamps(self) -> Stamp:
        stamps = []
        for path in sorted(self.folder.glob("*.toml")):
            try:
                stamps.append((path.name, path.stat().st_mtime_ns))
            except OSError:
                continue
        return tuple(stamps)


class Appearance:
    """The themes one may choose and the filters that every line passes; `folder` holds the user's own themes."""

    def __init__(self, app: App[Any], folder: Path, *, ascii_only: bool) -> None:
        self._app = app
        self.own = UserThemes(folder)
        self.ascii_only = ascii_only or not _speaks_utf8()
        self._filter = AsciiFilter(enabled=self.ascii_only)

    @property
    def names(self) -> list[str]:
        """Names of the themes one may choose."""
        return [*(theme.name for theme in load_themes()), *self.own.names]

    @property
    def filters(self) -> Sequence[LineFilter]:
        """What keeps the screen in ASCII where it has to be."""
        return [self._filter] if self.ascii_only else []

    def start(self, theme_name: str) -> None:
        """Puts the theme on; the user's own are looked at from now on."""
        for theme in load_themes():
            self._offer(theme)
        self._offer_own()
        if self.own.folder.is_dir():
            self._app.set_interval(THEMES_S, self.reload)
        self._app.theme = theme_name if theme_name in self._app.available_themes else FALLBACK

    def next(self) -> None:
        """The next of the themes one may choose."""
        names, app = self.names, self._app
        current = names.index(app.theme) if app.theme in names else -1
        app.theme = names[(current + 1) % len(names)]
        app.notify(f"Theme {app.theme}", timeout=2, markup=False)

    def _offer(self, theme: Theme) -> None:
        """Makes the theme one may choose; in greys where no colours are wanted."""
        self._app.register_theme(in_grey(theme) if self._app.no_color else theme)

    def _offer_own(self) -> None:
        themes, problems = self.own.load()
        for theme in themes:
            self._offer(theme)
        for problem in problems:
            self._app.notify(problem, title="A theme is left out", severity="warning", markup=False)

    def reload(self) -> None:
        """A saved theme is put on at once where it is the one in use."""
        if self.own.changed():
            self._offer_own()
            if self._app.theme in self.own.names:
                self._app.mutate_reactive(App.theme)


_BY_SHAPE = {
    "-": "─━╌╍┄┅–—−═▬",
    "|": "│┃║╎╏┆┇▏▕▌▐╷╵╻╹╽╿",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬┝┥┠┨",
    ".": "▁▂▖▗▄·",
    "'": "▘▝▀▔’",
    "#": "█▆▇▉▊▓▙▛▜▟▚▞",
    "=": "▃▅▒░",
    "*": "•●◆■",
    "@": "◉",
    "d": "Δ",
    "2": "²",
    "V": "√",
    "^": "▲↑▴",
    "v": "▼↓▾",
    ">": "→▶›⏎≥",
    "<": "←◀‹≤",
    "g": "γ",
    "s": "σ",
    "b": "β",
    "S": "Σ",
    "x": "×",
    "~": "…±≈▵▿",
    "o": "○◦",
    "/": "⁄",
}
TABLE = {ord(other): plain for plain, others in _BY_SHAPE.items() for other in others}


def in_ascii(text: str) -> str:
    """The text with every character that is not ASCII replaced, one cell by one cell."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else "?" * cell_len(char) for char in text.translate(TABLE))


class AsciiFilter(LineFilter):
    """Applied to every line on its way to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments in ASCII."""
        return [Segment(in_ascii(text), style, control) for text, style, control in segments]


def _speaks_utf8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
