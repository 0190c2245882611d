"""The pages beyond the desk: one part of the board each, whole."""

from deskview.screens.pages.base import PageScreen

PAGES: dict[str, type[PageScreen]] = {}
"""Pages by name; each is built once when the app starts."""

__all__ = ["PAGES", "PageScreen"]
