"""All widgets in every theme, without colours, and what they need of a theme."""

import re
import subprocess
import sys

import pytest
from textual.widget import Widget

from deskview.themes import default_variables, load_themes
from deskview.widgets import (
    Bars,
    Cell,
    Chart,
    ChartSpec,
    Column,
    Gauge,
    GaugeReading,
    Heatmap,
    HeatRow,
    Pane,
    Row,
    Segment,
    Series,
    StatusStrip,
    Table,
)
from deskview.widgets.painted import TONES
from tests.widgets.host import Host, terminal

CSS = "Table, Heatmap, Chart, Pane { height: 6; }"


def everything() -> list[Widget]:
    return [StatusStrip(), Table(), Heatmap(), Gauge(), Bars(), Chart(), Pane(Gauge(), title="4 Flow")]


def fill(app: Host) -> None:
    app.query_one(StatusStrip).show([Segment(tone, tone, tone) for tone in TONES])
    rows = [Row(tone, (Cell(tone, tone), Cell("-1.0", tone))) for tone in TONES]
    app.query_one(Table).show([Column("a", "A"), Column("b", "B", align="right")], rows)
    steps = tuple(number / 4 for number in range(-4, 5))
    columns = [Column(str(step), str(step)) for step in steps]
    app.query_one(Heatmap).show(columns, [HeatRow("h", "h", steps), HeatRow("i", "i", (None,) * 9)], (1.0,) * 9)
    for gauge in app.query(Gauge):
        gauge.show(GaugeReading("G", 40, 252, (30, 50), "-1", "loss"))
    app.query_one(Bars).show([1, -0.3, None, 0.2], 2)
    app.query_one(Pane).set_status("3s", "stale")
    app.query_one(Pane).set_notice("failed")
    app.query_one(Chart).show(ChartSpec("1", (Series((0, 1, 2), (1.0, 3.0, 2.0)),)))


async def screen_text(theme: str) -> str:
    with terminal(90, 36) as shown:
        app = Host(*everything(), theme=theme, css=CSS)
        async with app.run_test(size=(90, 36)) as pilot:
            fill(app)
            await app.drawn.wait()
            await pilot.pause()
            return "".join(cell[0] for cell in shown.cells())


@pytest.mark.parametrize("theme", [theme.name for theme in load_themes()])
@pytest.mark.parametrize("no_color", [False, True])
async def test_the_text_is_the_same_in_every_theme_and_without_colours(
    theme: str, no_color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    expected = await screen_text("deskview-dark")
    assert "+100.0" in expected
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    assert await screen_text(theme) == expected


def test_every_variable_the_widgets_use_is_a_theme_s() -> None:
    kinds = {kind for widget in everything() for kind in type(widget).__mro__ if "DEFAULT_CSS" in vars(kind)}
    sheets = [vars(kind)["DEFAULT_CSS"] for kind in kinds if kind.__module__.startswith("deskview")]
    used = {name for sheet in sheets for name in re.findall(r"\$([\w-]+)", sheet)}
    assert "gain" in used
    textual = {"accent", "warning", "foreground", "panel"}
    assert used - textual <= set(default_variables())


def test_importing_the_widgets_leaves_plotext_and_numpy_alone() -> None:
    code = "import sys, deskview.widgets; print([m for m in ('plotext', 'numpy', 'polars') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_widget_hides_a_name_of_textual_s_by_accident() -> None:
    """An attribute of ours that a Textual base also has would change how the base works."""
    meant = {"compose", "refresh", "render_line", "notify_style_update", "can_focus", "can_focus_children"}
    meant |= {"watch_has_focus", "on_mount"}  # Textual calls the on_mount of every class of a widget
    kinds = {kind for widget in everything() for kind in type(widget).__mro__}
    ours = {kind for kind in kinds if kind.__module__.startswith("deskview")}
    theirs = {name for kind in kinds - ours for name in vars(kind)} | set(vars(Widget()))
    defined = {
        name for kind in ours for name, value in vars(kind).items() if callable(value) or isinstance(value, property)
    }
    kept = {name for widget in everything() for name in set(vars(widget)) - set(vars(Widget()))}
    assert {name for name in defined if name in theirs and not name.startswith("__")} - meant == set()
    assert kept & {name for kind in kinds - ours for name in vars(kind)} == set()
