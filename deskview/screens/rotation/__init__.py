"""Rotation: where money rotates from and to, sectors and themes over seven horizons."""

from typing import Any

from deskview.screens.frame.subject import Alerts, ListInfo, Subject, list_info
from deskview.screens.rotation.explain import TOPIC, card
from deskview.screens.rotation.page import OWN_ACTIONS, RotationPage, standing_columns
from deskview.screens.rotation.pane import FULL_COLOUR, RotationPane

HORIZONS = tuple(FULL_COLOUR)
COUNT = {"count": "members with a price now, of all"}


def _groups(reading: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = {"return": "returns", "relative": "relative", "rank": "rank", "with_data": "with_data"}
    return [
        {
            "group": row["name"],
            "kind": row["kind"],
            "members": row["members"],
            **{f"{kind}_{h}": row[field][h] for kind, field in kinds.items() for h in reading["horizons"]},
        }
        for row in reading["groups"]
    ]


ROTATION = Subject(
    name="rotation",
    title="Rotation",
    topic=TOPIC,
    part="rotation",
    answers="Where does it rotate from and to?",
    method=(
        "Equal-weighted returns of 11 sectors and 31 themes over seven horizons, strongest on top, weakest at the"
        " bottom"
    ),
    pane=RotationPane,
    page=RotationPage,
    page_key="o",
    actions=OWN_ACTIONS,
    card=card,
    rows=_groups,
    lists={
        "desk-rotation": ListInfo("Rotation pane: the groups", ("label", "count", *HORIZONS), COUNT),
        "rotation-groups": ListInfo(
            "Rotation page: the groups",
            ("label", "count", *HORIZONS, "note"),
            COUNT | {"note": "rank now, places climbed since the last close"},
        ),
        "rotation-standings": list_info(
            "Rotation page: the standings",
            standing_columns(),
            {
                "count": "members with a return in the thinnest week, of all",
                "strength": "relative strength: 100 is its 12-week mean",
                "momentum": "the same measure of that strength",
                "quadrant": "improving, leading, weakening or lagging",
            },
        ),
    },
    alerts=Alerts(("benchmark_returns.now",), rows=("rotation.groups.",)),
)
