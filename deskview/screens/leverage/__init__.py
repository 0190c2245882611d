"""Leveraged ETFs: what they must trade today and over the coming week, and in which names."""

from typing import TYPE_CHECKING

from deskview.screens.format import tone, usd
from deskview.screens.frame.subject import Alerts, ListInfo, Subject, list_info
from deskview.screens.leverage import pane, today, week
from deskview.screens.leverage.explain import FUND_LEVERAGE, LABELS, TOPIC, card
from deskview.screens.leverage.page import LeveragePage
from deskview.screens.leverage.supply import SUPPLY_KEYS
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


def headline(board: "Board") -> list[Segment]:
    """Today's flow, and the spread of the coming week."""
    reading = board.leverage.value
    if reading is None:
        return []
    spread = f"wk ±{usd(reading.next_week.sd_usd, sign=False)}"
    return [
        Segment("letf", f"LETF {usd(reading.today_usd)}", tone(reading.today_usd), priority=2),
        Segment("week", spread, "", priority=6),
    ]


LEVERAGE = Subject(
    name="leverage",
    title="Leveraged ETFs",
    topic=TOPIC,
    part="leverage",
    answers="What must they trade today, in which names, and next week?",
    method=(
        "L(L−1) × assets × return, fund by fund, traced to names; next week is a distribution whose mean is zero,"
        " never a point"
    ),
    pane=pane.LeveragePane,
    page=LeveragePage,
    page_key="v",
    headline=headline,
    card=card,
    rows=lambda reading: reading["by_name"],
    lists={
        "desk-leverage": list_info("Leveraged ETFs pane: the names", pane.COLUMNS),
        "leverage-names": list_info("Leveraged ETFs page: the names", today.NAME_COLUMNS),
        "leverage-underlyings": list_info(
            "Leveraged ETFs page: the underlyings", today.UNDERLYING_COLUMNS, {"name": "stock or index"}
        ),
        "leverage-funds": list_info(
            "Leveraged ETFs page: the funds",
            today.FUND_COLUMNS,
            {
                "ticker": "ticker of the fund",
                "leverage": FUND_LEVERAGE,
                "today": "dollars it must trade by the close",
                "per1": "dollars it trades per 1% move",
                "low": "next week's trade, 5th percentile",
                "high": "next week's trade, 95th percentile",
                "name": "the fund's name",
            },
        ),
        "leverage-kinds": list_info(
            "Leveraged ETFs page: kinds and sectors", today.KIND_COLUMNS, {"count": "how many funds or names"}
        ),
        "leverage-left-out": list_info(
            "Leveraged ETFs page: what is left out",
            today.LEFT_OUT_COLUMNS,
            {"what": "fund or name", "reason": "why it is left out"},
        ),
        "leverage-figures": list_info(
            "Leveraged ETFs page: the coming week",
            week.FIGURE_COLUMNS,
            {"closed": "from the formula, normal returns", "simulated": "from the Monte Carlo"},
        ),
        "leverage-scenarios": list_info(
            "Leveraged ETFs page: the scenarios",
            week.SCENARIO_COLUMNS,
            {"first": "what the funds then trade", "second": "the same, each underlying by its beta"},
        ),
        "leverage-supply": ListInfo(
            "Leveraged ETFs page: systematic supply",
            SUPPLY_KEYS,
            {
                "move": "the index's move in one session",
                "life-": "volatility targets, by half-life in days",
                "var": "books under value-at-risk limits",
                "trend": "trend followers",
                "total": "all of them together",
            },
        ),
    },
    alerts=Alerts(
        ("today_usd", "per_1pct_usd", "next_week.p05_usd", "next_week.p16_usd", "next_week.sd_usd"),
        rows=("leverage.by_name.", "leverage.by_fund.", "leverage.by_underlying.", "leverage.by_sector."),
    ),
    labels=LABELS,
)
