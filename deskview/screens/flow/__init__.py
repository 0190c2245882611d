"""Flow: whether retail buys and institutions sell, and when in the day."""

from functools import partial
from typing import TYPE_CHECKING

from deskview.format import rank, usd, usd_within
from deskview.screens.flow import pane, rows
from deskview.screens.flow.explain import TOPIC, card
from deskview.screens.flow.page import FlowPage
from deskview.screens.frame.age import change, marked
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.analytics.flow.structs import Side
    from deskview.board import Board


def headline(board: "Board") -> list[Segment]:
    """The percentiles of both sides with their limits; retail's is among the last figures to go. Behind it how fast its
    net moves."""
    reading = board.flow.value
    if reading is None:
        return []
    retail, other = (marked(pane.ranked(side, rank), board.flow) for side in (reading.retail, reading.institutional))
    speed, speed_tone = _speed(board, reading.retail)
    return [
        Segment("retail", f"retail {retail}", priority=3, more=speed, more_tone=speed_tone),
        Segment("other", f"non-ret {other}", priority=4),
    ]


def _speed(board: "Board", side: "Side") -> tuple[str, str]:
    """The net's change in as many digits as the limits of the net leave sure; without a colour within these."""
    if side.net_low_usd is None or side.net_high_usd is None:
        return change(board, "flow.retail.net_usd", partial(usd, digits=2))
    half = (side.net_high_usd - side.net_low_usd) / 2

    def estimated(value: float) -> str:
        return f"≈{usd_within(value, value - half, value + half).partition(' ')[0]}"

    return change(board, "flow.retail.net_usd", estimated, flat=half)


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
)
