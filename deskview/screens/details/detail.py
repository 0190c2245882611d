"""A detail as data: figures, a chart, lists whose rows open further details."""

from dataclasses import dataclass, field

from deskview.screens.target import Kind
from deskview.widgets.chartspec import ChartSpec
from deskview.widgets.facts import Fact
from deskview.widgets.records import Column, Row


@dataclass(frozen=True)
class Section:
    """A list, by the name its columns are chosen by; its rows open details of `opens`, or nothing.

    `empty` says why it has no rows.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = "nothing here"
    opens: Kind | None = None


@dataclass(frozen=True)
class Detail:
    """One screen's contents. `chart` is None where there is none, `chart_note` then says why."""

    title: str
    figures: list[list[Fact]] = field(default_factory=list)
    chart: ChartSpec | None = None
    chart_title: str = ""
    sections: tuple[Section, ...] = ()
