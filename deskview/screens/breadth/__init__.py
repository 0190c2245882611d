"""Breadth: whether it is the index or the inside of it."""

from typing import TYPE_CHECKING, Any

from deskview.format import percent, share, tone
from deskview.screens.breadth.explain import TOPIC, card
from deskview.screens.breadth.page import COLUMNS, LEFT_OUT_COLUMNS, BreadthPage
from deskview.screens.frame.age import marked
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


def headline(board: "Board") -> list[Segment]:
    """The index, and how many beat it."""
    reading = board.breadth.value
    if reading is None:
        return []
    index = f"{reading.index} {marked(percent(reading.index_return), board.breadth)}"
    beat = f"{marked(share(reading.beat_share), board.breadth)} beat"
    return [
        Segment("index", index, tone(reading.index_return), priority=4),
        Segment("beat", f"{beat} {reading.index}", "", priority=5, short=beat),
    ]


def _figures(reading: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "figure": name,
            "value": float(value),
            "percentile": reading["percentile"].get(name),
            "days": reading["days"].get(name),
        }
        for name, value in reading.items()
        if isinstance(value, int | float)
    ]


BREADTH = Subject(
    name="breadth",
    title="Breadth",
    topic=TOPIC,
    part="breadth",
    page=BreadthPage,
    page_key="b",
    headline=headline,
    card=card,
    rows=_figures,
    lists={
        "breadth-figures": list_info(
            "Breadth page: the figures",
            COLUMNS,
            {
                "figure": "the figure",
                "now": "its value now",
                "percentile": "its percentile at this hour among the sessions kept",
                "scale": "where it stands between lowest and highest",
                "days": "sessions the percentile rests on",
                "meaning": "what the figure is",
            },
        ),
        "breadth-left-out": list_info(
            "Breadth page: who is left out",
            LEFT_OUT_COLUMNS,
            {"ticker": "the member", "why": "why it is not counted"},
        ),
    },
    alerts=Alerts(("beat_share", "index_return", "up_share", "gap", "dispersion", "implied_correlation")),
)
