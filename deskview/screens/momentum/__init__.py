"""Momentum: how hard it is hit, how unusual that is, and which leg it is."""

from typing import TYPE_CHECKING, Any

from deskview.format import percent, sigma, tone
from deskview.screens.frame.age import change, marked
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.screens.momentum.explain import TOPIC, card
from deskview.screens.momentum.page import OWN_ACTIONS, MomentumPage, leg_columns, sector_columns
from deskview.screens.momentum.pane import MomentumPane, columns
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board


DESK_FILTERS = {"squeeze": "flags~S and now>0"}
PAGE_FILTERS = {"squeeze": "si>10 and now>0"}
"""Of the legs: in whom much is sold short and who rises, so that it is bought back."""


def headline(board: "Board") -> list[Segment]:
    """The spread and its σ of the day, with a star where that rests on today's names, and how fast it moves."""
    reading = board.momentum.value
    if reading is None:
        return []
    spread = marked(percent(reading.return_), board.momentum)
    text = f"MOMO {spread} {marked(sigma(reading.sigma, reading.sigma_basis), board.momentum)}"
    speed, speed_tone = change(board, "momentum.return", percent)
    return [Segment("momentum", text, f"{tone(reading.return_)} strong", priority=0, more=speed, more_tone=speed_tone)]


def _legs(reading: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"leg": leg, **row} for leg in ("long", "short") for row in reading[leg]]


def table(board: "Board", _key: str) -> "pl.DataFrame | None":
    """The legs with what is told of the companies; days and counts as in COMPANIES."""
    import polars as pl  # noqa: PLC0415 - loads late

    from deskview.analytics.companies import COMPANIES  # noqa: PLC0415
    from deskview.board.tables import part_table  # noqa: PLC0415
    from deskview.market.schema import empty  # noqa: PLC0415

    legs = part_table(board, board.momentum, _legs)
    told = empty(COMPANIES) if board.companies.table is None else board.companies.table
    wanted = told.select(
        "ticker", *TAKEN, earnings_is_a_guess=pl.col("calendar_sessions").is_null() & pl.col("earnings").is_not_null()
    )
    return None if legs is None else legs.join(wanted, on="ticker", how="left", maintain_order="left")


TAKEN = (
    "settlement",
    "short_of_float",
    "days_to_cover",
    "short_change",
    "earnings",
    "earnings_when",
    "earnings_sessions",
)
"""What of COMPANIES stands in an export of the legs."""

MOMENTUM = Subject(
    name="momentum",
    title="Momentum",
    topic=TOPIC,
    part="momentum",
    answers="How hard is momentum hit, how unusual is that, which leg?",
    method=(
        "Best against worst tenth of the 1,000 most traded stocks by 12-1 return, dollar for dollar and beta-neutral"
        " beside it, live against the previous close; σ of the rule's own last 252 days, σ* of today's names where it"
        " has fewer than 200"
    ),
    pane=MomentumPane,
    page=MomentumPage,
    page_key="m",
    actions=OWN_ACTIONS,
    headline=headline,
    card=card,
    rows=_legs,
    table=table,
    lists={
        "desk-momentum": list_info("Momentum pane: the legs", columns(""), filters=DESK_FILTERS),
        "momentum-legs": list_info("Momentum page: the legs", leg_columns(""), filters=PAGE_FILTERS),
        "momentum-sectors": list_info(
            "Momentum page: the sectors",
            sector_columns(),
            {
                "long": "what the long leg adds, in basis points",
                "short": "what the short leg adds, in basis points",
                "both": "what both legs add, in basis points",
            },
        ),
    },
    alerts=Alerts(
        (
            *("return", "sigma", "sigma_of_hour", "long_return", "short_return", "long_share"),
            *("sector_neutral.return", "beta_neutral.return"),
        )
    ),
)
