"""Which panes stand side by side: one at a time in a small terminal, several in a large one."""

from deskview.screens.pages.panes import View

TITLES = {
    "names": "By name",
    "underlyings": "By underlying",
    "funds": "By fund",
    "kinds": "By kind and sector",
    "left-out": "Left out, and remarks",
    "week": "Coming sessions: a distribution, mean zero",
    "figures": "Coming sessions: closed form and simulation",
    "scenarios": "If the market moves",
    "supply": "Systematic supply: a model under assumptions",
    "score": "Score of the past forecasts",
}
"""The panes in the order the views go through them."""


SMALL = tuple(View((pane,)) for pane in TITLES)
MEDIUM = (
    View(("names", "underlyings")),
    View(("funds", "kinds", "left-out"), 2, {"funds": 2}),
    View(("week", "figures", "scenarios"), 2, {"week": 2}),
    View(("supply", "score")),
)
LARGE = (
    View(("names", "underlyings", "funds", "kinds", "left-out"), 3, {"names": 2}),
    View(("week", "figures", "scenarios", "supply", "score"), 3, {"supply": 2}),
)


def views_for(columns: int, rows: int) -> tuple[View, ...]:
    """The views of a terminal of this size."""
    if columns < 100 or rows < 30:
        return SMALL
    return LARGE if columns >= 160 and rows >= 44 else MEDIUM
