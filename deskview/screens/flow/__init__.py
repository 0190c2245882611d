"""Flow: whether retail buys and institutions sell, and when in the day."""

from typing import TYPE_CHECKING

from deskview.screens.flow import pane, rows
from deskview.screens.flow.explain import LABELS, TOPIC, card
from deskview.screens.flow.page import FlowPage
from deskview.screens.format import percentile
from deskview.screens.frame.age import marked
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


def headline(board: "Board") -> list[Segment]:
    """The percentiles of both sides."""
    reading = board.flow.value
    if reading is None:
        return []
    return [
        Segment("retail", f"retail {marked(percentile(reading.retail.percentile), board.flow)}", priority=4),
        Segment("other", f"non-ret {marked(percentile(reading.institutional.percentile), board.flow)}", priority=4),
    ]


FLOW = Subject(
    name="flow",
    title="Flow",
    topic=TOPIC,
    part="flow",
    answers="Does retail buy, do institutions sell, and when in the day?",
    method=(
        "Off-exchange prints at sub-penny prices are retail, everything else is not; net dollars, by half-hour,"
        " percentile of a year"
    ),
    pane=pane.FlowPane,
    page=FlowPage,
    page_key="f",
    headline=headline,
    card=card,
    rows=lambda reading: reading["by_name"],
    lists={
        "desk-flow": list_info("Flow pane: the names", pane.COLUMNS),
        "flow-names": list_info("Flow page: the names", rows.NAME_COLUMNS),
        "flow-divergence": list_info(
            "Flow page: the divergence", rows.DIVERGENCE_COLUMNS, {"who": "which way retail stands"}
        ),
        "flow-quality": list_info(
            "Flow page: how sure it is", rows.QUALITY_COLUMNS, {"figure": "the figure", "words": "what it means"}
        ),
    },
    alerts=Alerts(
        (
            *("retail.net_usd", "retail.intensity", "retail.percentile"),
            *("institutional.net_usd", "institutional.intensity", "institutional.percentile"),
        ),
        rows=("flow.by_name.",),
    ),
    labels=LABELS,
)
