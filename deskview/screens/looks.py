"""Themes of the user's own: loaded at start, reloaded when one is saved, problems told once."""

from pathlib import Path

from textual.theme import Theme

from deskview.themes import load_user_themes

Stamp = tuple[tuple[str, int], ...]


class UserThemes:
    """The theme files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp: Stamp = ()
        self._told: frozenset[str] = frozenset()
        self.names: tuple[str, ...] = ()

    def changed(self) -> bool:
        """Whether a file came, went or was saved since the last load."""
        return self._now() != self._stamp

    def load(self) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
        """The themes, and the problems that were not told before."""
        self._stamp = self._now()
        themes, problems = load_user_themes(self.folder)
        self.names = tuple(theme.name for theme in themes)
        news = tuple(problem for problem in problems if problem not in self._told)
        self._told = frozenset(problems)
        return themes, news

    def _now(self) -> Stamp:
        found = []
        for path in sorted(self.folder.glob("*.toml")):
            try:
                found.append((path.name, path.stat().st_mtime_ns))
            except OSError:
                continue
        return tuple(found)
