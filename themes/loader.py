"""Theme files (TOML) read into Textual themes, every wrong key or colour named; and a theme put into greys."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from textual.color import Color, ColorParseError
from textual.theme import Theme

from deskview.files import UnusableFileError, read_toml
from deskview.themes.contrast import readable_on

_FOLDER = Path(__file__).parent
_STYLES = {"none", "bold", "dim", "italic", "reverse", "strike", "underline"}
HEAT = tuple(f"heat-{step}" for step in ("neg4", "neg3", "neg2", "neg1", "0", "pos1", "pos2", "pos3", "pos4"))
COLOURS = (
    "primary",
    "secondary",
    "accent",
    "background",
    "surface",
    "panel",
    "foreground",
    "warning",
    "error",
    "success",
)
VARIABLES = (
    "gain",
    "loss",
    "flat",
    "stale",
    "fault",
    "simulated",
    "simulated-text",
    "dim",
    "pane-border",
    "table-cursor",
    "table-cursor-blurred",
    "table-cursor-style",
    *HEAT,
    *(f"{step}-text" for step in HEAT),
)

SHADES = (0.06, 0.12, 0.18, 0.25, 0.32)
"""How far each size of a heatmap's step lies from the background towards the text."""
FIGURES = ("gain", "loss", "fault")
"""Colours that repeat a sign or a word."""


class ThemeError(ValueError):
    """A theme file that can't be used; the text names file, key and what would be valid."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    dark: bool = True
    ansi: bool = False
    base: str = ""
    colors: dict[str, str] = {}
    variables: dict[str, str] = {}


def load_themes() -> tuple[Theme, ...]:
    """The shipped themes, by name."""
    return tuple(load_theme_file(path) for path in sorted(_FOLDER.glob("*.toml")))


def load_user_themes(folder: Path) -> tuple[tuple[Theme, ...], tuple[str, ...]]:
    """The themes of a folder, and what is wrong with the files that could not be used; a missing folder has none."""
    taken = {path.stem for path in _FOLDER.glob("*.toml")}
    themes: list[Theme] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            theme = load_theme_file(path)
            if theme.name in taken:
                raise ThemeError(f"{path}: name: there is a theme {theme.name!r} already; choose another name")
        except ThemeError as error:
            problems.append(str(error))
        else:
            taken.add(theme.name)
            themes.append(theme)
    return tuple(themes), tuple(problems)


def theme_names(folder: Path) -> list[str]:
    """Names of the shipped themes and of the user's in the folder; one that can't be used is known by its file."""
    own, _ = load_user_themes(folder)
    names = [*(theme.name for theme in (*load_themes(), *own)), *(path.stem for path in folder.glob("*.toml"))]
    return list(dict.fromkeys(names))


def default_variables() -> dict[str, str]:
    """Every variable the widgets use, as the default theme has it: for themes that lack them."""
    return dict(_shipped("deskview-dark").variables)


def load_theme_file(path: Path) -> Theme:
    """The theme of a file; what it leaves out is its `base` theme's, deskview-dark's or deskview-light's without one.

    Raises ThemeError for a file that can't be read, an unknown key, a wrong type or something that is no colour.
    """
    file = _read(path)
    _check(path, "colors", file.colors, COLOURS)
    _check(path, "variables", file.variables, (*VARIABLES, *_textual_variables()))
    base = _base(path, file)
    colours = {**_colours_of(base), **file.colors} if base else file.colors
    variables = {**base.variables, **file.variables} if base else dict(file.variables)
    if missing := [key for key in COLOURS if key not in colours]:
        raise ThemeError(f"{path}: colors.{missing[0]} is missing")
    ansi = file.ansi or (base is not None and base.ansi)
    if not ansi:
        variables |= _heat_texts(variables, colours["foreground"], file.variables)
    if absent := [key for key in VARIABLES if key not in variables]:
        raise ThemeError(f"{path}: variables.{absent[0]} is missing")
    return Theme(name=file.name, dark=file.dark, ansi=ansi, variables=variables, **colours)  # type: ignore[arg-type]


def _read(path: Path) -> _File:
    try:
        _, raw = read_toml(path)
    except (FileNotFoundError, UnusableFileError) as error:
        reason = error.reason if isinstance(error, UnusableFileError) else "there is no such file"
        raise ThemeError(f"{path}: can't be read: {reason}") from error
    _refuse_unknown(path, "", raw, tuple(_File.__struct_fields__))
    try:
        return msgspec.convert(raw, _File)
    except msgspec.ValidationError as error:
        raise ThemeError(f"{path}: {error}") from error


def _refuse_unknown(path: Path, table: str, keys: Mapping[str, Any], valid: tuple[str, ...]) -> None:
    for key in keys:
        if key not in valid:
            near = get_close_matches(key, valid, n=1, cutoff=0.0)[0]
            raise ThemeError(f"{path}: {table}{key} is no key of a theme; the nearest is {table}{near}")


def _check(path: Path, table: str, values: Mapping[str, str], valid: tuple[str, ...]) -> None:
    _refuse_unknown(path, f"{table}.", values, valid)
    for key, value in values.items():
        if key.endswith("-style"):
            if not set(value.split()) <= _STYLES:
                raise ThemeError(f"{path}: {table}.{key}: {value!r} is no text style; use {', '.join(sorted(_STYLES))}")
            continue
        try:
            Color.parse(value)
        except ColorParseError as error:
            raise ThemeError(f"{path}: {table}.{key}: {value!r} is no colour; write #rrggbb") from error


def _base(path: Path, file: _File) -> Theme | None:
    if path.parent == _FOLDER and not file.base:
        return None
    base = file.base or ("deskview-dark" if file.dark else "deskview-light")
    names = tuple(shipped.stem for shipped in _FOLDER.glob("*.toml"))
    if base not in names:
        near = get_close_matches(base, names, n=1, cutoff=0.0)[0]
        raise ThemeError(f"{path}: base: there is no theme {base!r}; the nearest is {near}")
    return _shipped(base)


@cache
def _shipped(name: str) -> Theme:
    return load_theme_file(_FOLDER / f"{name}.toml")


@cache
def _textual_variables() -> tuple[str, ...]:
    plain, ansi = (Theme(name="", primary="#000000", ansi=ansi).to_color_system().generate() for ansi in (False, True))
    return (*plain, *ansi, "ansi-background", "ansi-foreground")


def _colours_of(theme: Theme) -> dict[str, str]:
    return {key: str(getattr(theme, key)) for key in COLOURS}


def _heat_texts(variables: Mapping[str, str], foreground: str, own: Mapping[str, str]) -> dict[str, str]:
    """A readable text colour for every step the file doesn't give one for."""
    preferred = Color.parse(foreground)
    return {
        f"{step}-text": readable_on(Color.parse(variables[step]), preferred).hex
        for step in HEAT
        if step in variables and f"{step}-text" not in own
    }


def in_grey(theme: Theme) -> Theme:
    """The theme with losses as bright as gains, and a heatmap of sizes: the signs are printed."""
    if theme.ansi:
        plain = dict.fromkeys((*FIGURES, *HEAT, *(f"{step}-text" for step in HEAT)), "ansi_default")
        return replace(theme, variables={**theme.variables, **plain})
    ground, ink = Color.parse(str(theme.background)), Color.parse(str(theme.foreground))
    steps = {step: ground.blend(ink, SHADES[abs(place - len(HEAT) // 2)]) for place, step in enumerate(HEAT)}
    shades = {step: shade.hex for step, shade in steps.items()}
    texts = {f"{step}-text": readable_on(shade, ink).hex for step, shade in steps.items()}
    return replace(theme, variables={**theme.variables, **dict.fromkeys(FIGURES, ink.hex), **shades, **texts})
