"""Leveraged ETFs: what they must trade today and over the coming week, and in which names."""

from functools import partial
from typing import TYPE_CHECKING

from deskview.format import tone, usd
from deskview.screens.frame.age import change, marked
from deskview.screens.frame.subject import Alerts, ListInfo, Subject, list_info
from deskview.screens.leverage import pane, remarks, today, week, weights
from deskview.screens.leverage.card import card
from deskview.screens.leverage.explain import FUND_LEVERAGE, TOPIC, WELL_COVERED, covered
from deskview.screens.leverage.page import LeveragePage
from deskview.screens.leverage.supply import SUPPLY_KEYS
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


def headline(board: "Board") -> list[Segment]:
    """Today's flow, with the part of the book it rests on where that is not enough, how fast it moves, and the spread
    of next week."""
    reading = board.leverage.value
    if reading is None:
        return []
    week = reading.next_week
    today, sd = marked(usd(reading.today_usd), board.leverage), marked(usd(week.sd_usd, sign=False), board.leverage)
    flow, flow_short = _of_part(f"LETF {today}", reading.today_usd, reading.coverage)
    spread, spread_short = _of_part(f"wk ±{sd}", week.sd_usd, week.coverage)
    speed, speed_tone = change(board, "leverage.today_usd", partial(usd, digits=2))
    return [
        Segment("letf", flow, tone(reading.today_usd), 2, short=flow_short, more=speed, more_tone=speed_tone),
        Segment("week", spread, "", priority=6, short=spread_short),
    ]


def _of_part(text: str, value: float | None, coverage: float | None) -> tuple[str, str]:
    """The segment and its short form, with the part of the book it rests on where that is too little."""
    if value is None or coverage is None or coverage >= WELL_COVERED:
        return text, ""
    return f"{text} of {covered(coverage)}", f"{text.removesuffix('?')}?"


OF_A_WEEK = {
    "week": "next week's net trade, one σ either way",
    "week_adv": "that in % of ONE day's average volume",
}

LEVERAGE = Subject(
    name="leverage",
    title="Leveraged ETFs",
    topic=TOPIC,
    part="leverage",
    answers="What must they trade today, in which names, and next week?",
    method=(
        "L(L−1) × assets × return, fund by fund, traced to names by the weights an index's fund implies; next week is a"
        " distribution whose mean is zero, never a point"
    ),
    pane=pane.LeveragePane,
    page=LeveragePage,
    page_key="v",
    headline=headline,
    card=card,
    rows=lambda reading: reading["by_name"],
    lists={
        "desk-leverage": list_info("Leveraged ETFs pane: the names", pane.COLUMNS, OF_A_WEEK),
        "leverage-names": list_info("Leveraged ETFs page: the names", today.NAME_COLUMNS, OF_A_WEEK),
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
                "terms": "an ETN; a reset that is not daily, and its next day",
                "creations": "leverage times last session's net creations",
                "name": "the fund's name",
            },
        ),
        "leverage-kinds": list_info(
            "Leveraged ETFs page: kinds and sectors", today.KIND_COLUMNS, {"count": "how many funds or names"}
        ),
        "leverage-weights": list_info(
            "Leveraged ETFs page: index weights",
            weights.WEIGHT_COLUMNS,
            {
                "name": "the index",
                "today": "dollars the funds on it must trade",
                "basis": "what its weights rest on",
                "r2": "fit on sessions left out of the fit, daily returns",
                "residual": "what they leave unexplained of these, bp a day",
                "known": "names with all it takes, of its members",
                "reason": "why they are not implied, or none",
            },
        ),
        "leverage-left-out": list_info(
            "Leveraged ETFs page: what is left out",
            remarks.LEFT_OUT_COLUMNS,
            {"what": "fund or name", "reason": "why it is left out, or its name"},
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
        (
            *("today_usd", "per_1pct_usd", "next_week.p05_usd", "next_week.p16_usd", "next_week.sd_usd"),
            *("next_week.percentile", "technology_usd", "coverage"),
        ),
        rows=("leverage.by_name.", "leverage.by_fund.", "leverage.by_underlying.", "leverage.by_sector."),
    ),
)
