"""Flow: whether retail buys and institutions sell, and when in the day."""

from typing import TYPE_CHECKING

from deskview.screens.flow import pane, rows
from deskview.screens.flow.explain import LABELS, TOPIC, card
from deskview.screens.flow.page import FlowPage
from deskview.screens.format import rank
from deskview.screens.frame.age import marked
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


def headline(board: "Board") -> list[Segment]:
    """The percentiles of both sides with their limits; retail's is among the last figures to go."""
    reading = board.flow.value
    if reading is None:
        return []
    retail, other = (marked(pane.ranked(side, rank), board.flow) for side in (reading.retail, reading.institutional))
    return [
        Segment("retail", f"retail {retail}", priority=3),
        Segment("other", f"non-ret {other}", priority=4),
    ]


FLOW = Subject(
    name="flow",
    title="Flow",
    topic=TOPIC,
    part="flow",
    answers="Does retail buy, do institutions sell, and when in the day?",
    method=(
        "Off-exchange prints at sub-penny prices are retail, everything else is not; names drawn by design stand for"
        " all stocks; net dollars, by half-hour, percentile of a year, the same hour against the same hour, with its"
        " limits"
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
        "flow-groups": list_info(
            "Flow page: by leg and sector",
            rows.GROUP_COLUMNS,
            {
                "group": "momentum leg or sector",
                "retail": "net dollars bought by retail, with half of its 80 % limits",
                "other": "net dollars bought by everyone else, with half of its 80 % limits",
                "names": "names counted in it",
            },
        ),
        "flow-funds": list_info("Flow page: the funds", rows.FUND_COLUMNS, {"ticker": "ticker of the fund"}),
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
        rows=("flow.by_name.", "flow.by_leg.", "flow.by_sector.", "flow.funds.by_name."),
    ),
    labels=LABELS,
)
