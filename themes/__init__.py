"""Colour themes as data: the shipped ones beside this file, the user's own in a folder of theirs."""

from deskview.themes.loader import (
    ThemeError,
    default_variables,
    in_grey,
    load_theme_file,
    load_themes,
    load_user_themes,
    theme_names,
)

DEFAULT_THEME = "deskview-dark"

__all__ = [
    "DEFAULT_THEME",
    "ThemeError",
    "default_variables",
    "in_grey",
    "load_theme_file",
    "load_themes",
    "load_user_themes",
    "theme_names",
]
