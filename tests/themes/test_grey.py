"""Without colours: figures as bright as text, a heatmap of sizes."""

import pytest
from textual.color import Color
from textual.theme import Theme

from deskview.themes import in_grey, load_themes
from deskview.themes.contrast import contrast
from deskview.themes.loader import HEAT
from tests.themes.test_themes import THEMES, TRUECOLOUR, colour


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_a_loss_is_as_bright_as_a_gain_and_as_text(theme: Theme) -> None:
    grey = in_grey(theme)
    assert colour(grey, "loss") == colour(grey, "gain") == colour(grey, "foreground")
    assert set(grey.variables) == set(theme.variables)


@pytest.mark.parametrize("theme", TRUECOLOUR, ids=lambda theme: theme.name)
def test_the_heatmap_shows_sizes_and_stays_readable(theme: Theme) -> None:
    grey = in_grey(theme)
    ground = colour(grey, "background")
    steps = [contrast(colour(grey, step), ground) for step in HEAT]
    assert steps == steps[::-1]
    assert steps[4:] == sorted(set(steps))
    assert all(contrast(colour(grey, f"{step}-text"), colour(grey, step)) >= 4.5 for step in HEAT)


def test_the_themes_themselves_are_untouched() -> None:
    before = {theme.name: dict(theme.variables) for theme in load_themes()}
    for theme in THEMES.values():
        in_grey(theme)
    assert {theme.name: dict(theme.variables) for theme in load_themes()} == before
    assert Color.parse(THEMES["deskview-dark"].variables["loss"]) != Color.parse("#d0d0d0")
