"""A subject: what the desk, the pages, the keys, the help, the exports and the alerts know of one part of the program.

A room of `deskview.screens` ends in one of these. Whoever shows subjects reads the list in `deskview.screens.subjects`;
no other file names one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from deskview.screens.frame.card import Card, Topic
from deskview.screens.frame.detail import Detail
from deskview.screens.frame.keys import ANYWHERE, ON_THE_DESK, Action, scoped
from deskview.screens.frame.page import PageScreen
from deskview.screens.frame.pane import BoardPane
from deskview.widgets.records import Column
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Basis, Board


class ListInfo(NamedTuple):
    """A list whose columns can be chosen: what it is, and the keys of its columns.

    A key that ends in a hyphen stands for all that begin so. `meanings` are the columns this list means something of
    its own by; any other has the meaning it has in every list. `filters` are offered of it by what each is called.
    """

    title: str
    keys: tuple[str, ...]
    meanings: Mapping[str, str] = {}
    filters: Mapping[str, str] = {}


def list_info(
    title: str,
    columns: Sequence[Column],
    meanings: Mapping[str, str] | None = None,
    filters: Mapping[str, str] | None = None,
) -> ListInfo:
    """A list of these columns."""
    return ListInfo(title, tuple(column.key for column in columns), meanings or {}, filters or {})


class Alerts(NamedTuple):
    """What alerts are offered on: the part's own figures, and the starts of the paths of its rows, likeliest first.

    A `*` in a figure stands for every row of that list, where the user names them.
    """

    figures: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


class PaletteCommand(NamedTuple):
    """What the palette alone offers: its title, what it does in a line, and the app's action."""

    title: str
    note: str
    action: str


@dataclass(frozen=True)
class Subject:
    """What there is of a subject; what it has none of stays at its default.

    `name` is what keys, settings and the JSON call it, `part` the part of the board it is made of. `answers` and
    `method` are its row in the README's table of panes. Headline and alerts are those of a part. Everything
    that needs the analytics loads them when it is called.
    """

    name: str
    title: str
    topic: Topic
    part: str = ""
    answers: str = ""
    method: str = ""
    pane: type[BoardPane[Any]] | None = None
    page: type[PageScreen] | None = None
    page_key: str = ""
    """Without one the page opens from the palette alone, and `behind_traffic` from the bottom line's traffic."""
    behind_traffic: bool = False
    actions: tuple[Action, ...] = ()
    commands: tuple[PaletteCommand, ...] = ()
    headline: "Callable[[Board], list[Segment]] | None" = None
    line: "Callable[[Board | None], list[Segment]] | None" = None
    """What the page's line on the desk says; the line opens the page. With nothing to say it takes no row."""
    line_rows: int = 0
    """The rows of the terminal from which the line has one; lines of lower terminals stand above."""
    optional: bool = False
    """Whether a desk without its figures is whole: its part is among those stated once it has any."""
    card: "Callable[[Board, Any, str | None, str], Card] | None" = None
    """The card of the part's reading, the key of the row under the cursor, and the page's variant."""
    finds: "Callable[[Basis], Iterable[tuple[str, str]]] | None" = None
    """What the search finds of it: keys of details, each with its name in words."""
    detail: "Callable[[Board, str], Detail] | None" = None
    """What the drill-down to a key shows; slow enough for a thread."""
    rows: Callable[[dict[str, Any]], list[dict[str, Any]]] | None = None
    """The rows of a part's reading (as plain values) to take elsewhere."""
    table: "Callable[[Board, str], pl.DataFrame | None] | None" = None
    """The rows behind a detail of that key, to take elsewhere. None without figures."""
    lists: Mapping[str, ListInfo] = field(default_factory=dict)
    alerts: Alerts = field(default_factory=Alerts)

    @property
    def page_actions(self) -> tuple[Action, ...]:
        """The key that opens the page, where there is one."""
        page = Action(f"page('{self.name}')", self.page_key, self.page_key, f"{self.title} page")
        return scoped(ANYWHERE, page) if self.page is not None and self.page_key else ()

    @property
    def has_still(self) -> bool:
        """Whether one refresh without a desk has what its page shows."""
        return self.page is not None and bool(self.part or self.behind_traffic)

    def pane_actions(self, number: int) -> tuple[Action, ...]:
        """The key that goes to the pane, where there is one."""
        pane = Action(f"pane({number})", str(number), str(number), f"{self.title} pane")
        return scoped(ON_THE_DESK, pane) if self.pane is not None else ()
