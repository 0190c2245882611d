"""A theme where no colours are wanted (NO_COLOR): what counts is as bright as text, whatever grey its colour makes."""

from dataclasses import replace

from textual.color import Color
from textual.theme import Theme

from deskview.themes.contrast import readable_on
from deskview.themes.loader import HEAT

SHADES = (0.06, 0.12, 0.18, 0.25, 0.32)
"""How far each size of a heatmap's step lies from the background towards the text."""
FIGURES = ("gain", "loss", "fault")
"""Colours that repeat a sign or a word."""


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
