"""The shipped themes: complete, readable, exact on the 256-colour palette, tellable apart."""

from itertools import combinations

import pytest
from textual.color import Color
from textual.theme import Theme

from deskview.themes import DEFAULT_THEME, default_variables, load_themes
from deskview.themes.contrast import contrast
from deskview.themes.loader import COLOURS, HEAT, VARIABLES

THEMES = {theme.name: theme for theme in load_themes()}
TRUECOLOUR = [theme for theme in THEMES.values() if not theme.ansi]
CUBE = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
XTERM = {(r, g, b) for r in CUBE for g in CUBE for b in CUBE} | {(8 + 10 * i,) * 3 for i in range(24)}


def colour(theme: Theme, name: str) -> Color:
    return Color.parse(theme.variables[name] if name in theme.variables else str(getattr(theme, name)))


def test_the_shipped_ones() -> None:
    assert list(THEMES) == [
        "amber",
        "ansi-16",
        "colour-blind",
        "deskview-dark",
        "deskview-light",
        "east-asia",
        "high-contrast",
    ]
    assert DEFAULT_THEME in THEMES
    assert [name for name, theme in THEMES.items() if not theme.dark] == ["deskview-light"]
    assert set(default_variables()) >= set(VARIABLES)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_each_is_complete(theme: Theme) -> None:
    assert set(theme.variables) >= set(VARIABLES)
    assert all(getattr(theme, name) for name in COLOURS)


@pytest.mark.parametrize("theme", TRUECOLOUR, ids=lambda theme: theme.name)
def test_text_is_readable_on_the_background(theme: Theme) -> None:
    """WCAG's 4.5; of ansi-16 nothing can be computed, its sixteen colours are whatever the terminal's owner set."""
    names = ("foreground", "gain", "loss", "flat", "stale", "fault", "dim", "accent", "warning")
    poor = {
        (name, ground): round(contrast(colour(theme, name), colour(theme, ground)), 2)
        for name in names
        for ground in ("background", "panel")
        if contrast(colour(theme, name), colour(theme, ground)) < 4.5
    }
    assert not poor


@pytest.mark.parametrize("theme", TRUECOLOUR, ids=lambda theme: theme.name)
def test_numbers_are_readable_on_every_heat_step_and_on_the_mark_of_simulated_data(theme: Theme) -> None:
    for name in (*HEAT, "simulated"):
        assert contrast(colour(theme, f"{name}-text"), colour(theme, name)) >= 4.5, name


@pytest.mark.parametrize("theme", TRUECOLOUR, ids=lambda theme: theme.name)
def test_bold_figures_are_readable_under_the_cursor(theme: Theme) -> None:
    """3 is WCAG's measure for bold and large text."""
    for cursor in ("table-cursor", "table-cursor-blurred"):
        for name in ("foreground", "gain", "loss", "flat", "stale"):
            assert contrast(colour(theme, name), colour(theme, cursor)) >= 3, (name, cursor)


@pytest.mark.parametrize("theme", TRUECOLOUR, ids=lambda theme: theme.name)
def test_every_colour_is_one_of_xterm_s_256(theme: Theme) -> None:
    names = [*COLOURS, *(name for name in VARIABLES if not name.endswith(("-style", "-text")))]
    assert {name: colour(theme, name).hex for name in names if colour(theme, name).rgb not in XTERM} == {}


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_heat_steps_differ_from_each_other(theme: Theme) -> None:
    looks = [(theme.variables[step], theme.variables[f"{step}-text"]) for step in HEAT]
    if theme.ansi:
        assert len({*looks}) == 7
    else:
        assert len({*looks}) == 9


def test_east_asia_swaps_the_sides() -> None:
    east, west = THEMES["east-asia"], THEMES["deskview-dark"]
    assert (east.variables["gain"], east.variables["loss"]) == (west.variables["loss"], west.variables["gain"])
    for step in "1234":
        assert east.variables[f"heat-pos{step}"] == west.variables[f"heat-neg{step}"]
        assert east.variables[f"heat-neg{step}"] == west.variables[f"heat-pos{step}"]


# Viénot, Brettel and Mollon (1999): dichromats' linear RGB.
DEUTERANOPIA = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))
PROTANOPIA = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
NORMAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
TOLD_APART = 40.0
"""CIE76 distance; 2.3 is just noticeable."""


def linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def lab(seen: Color, eye: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as that eye sees it."""
    rgb = [linear(part) for part in seen.rgb]
    r, g, b = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in eye)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: Color, other: Color, eye: tuple[tuple[float, ...], ...]) -> float:
    pairs = zip(lab(one, eye), lab(other, eye), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


@pytest.mark.parametrize("eye", [NORMAL, DEUTERANOPIA, PROTANOPIA], ids=["normal", "deuteranopia", "protanopia"])
def test_the_colour_blind_theme_tells_up_from_down(eye: tuple[tuple[float, ...], ...]) -> None:
    theme = THEMES["colour-blind"]
    assert distance(colour(theme, "gain"), colour(theme, "loss"), eye) > TOLD_APART
    for step in "234":
        gain, loss = colour(theme, f"heat-pos{step}"), colour(theme, f"heat-neg{step}")
        assert distance(gain, loss, eye) > TOLD_APART


def test_red_and_green_are_what_the_simulation_confuses() -> None:
    dark = THEMES["deskview-dark"]
    gain, loss = colour(dark, "gain"), colour(dark, "loss")
    assert distance(gain, loss, NORMAL) > 2 * distance(gain, loss, DEUTERANOPIA)


@pytest.mark.parametrize("theme", TRUECOLOUR, ids=lambda theme: theme.name)
def test_gain_loss_and_flat_are_told_apart(theme: Theme) -> None:
    for one, other in combinations(("gain", "loss", "flat"), 2):
        assert distance(colour(theme, one), colour(theme, other), NORMAL) > 25, (one, other)
