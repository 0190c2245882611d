"""What the flow's figures mean, in words shared by the page and the card."""

from typing import TYPE_CHECKING

from deskview.screens.format import number, percentile, share, usd

if TYPE_CHECKING:
    from deskview.analytics.favourites import LegOverlap
    from deskview.analytics.flow import Flow, Side

FEW_DAYS = 60
"""A percentile of fewer days is no yardstick yet."""
CORE = "blocks, intermarket sweeps and crosses, the part most surely of institutions"


def rests_on_names(reading: "Flow") -> str:
    """How many of the focus names are counted."""
    if reading.names < reading.focus:
        return f"rests on {reading.names} of {reading.focus} focus names"
    return f"all {reading.focus} focus names"


def how_sure() -> str:
    """How far the signs of retail prints can be trusted, in a few words."""
    from deskview.analytics.flow.subpenny import SEEN, SIGNED_WRONGLY  # noqa: PLC0415 - polars loads late

    return f"{share(SEEN.rate)} of retail seen, {share(SIGNED_WRONGLY.rate)} signed wrongly"


def usual_usd(side: "Side") -> float | None:
    """The net of the side's median intensity on the dollars it has signed today."""
    return None if side.median_intensity is None else side.median_intensity * sum(dollars_of(side))


def usual(label: str, side: "Side") -> str:
    """What the side is used to, in one sentence: a percentile alone does not say that it usually buys."""
    if side.median_intensity is None or side.intensity is None:
        return ""
    way = {1: "buys more than it sells", -1: "sells more than it buys"}.get(
        (side.median_intensity > 0) - (side.median_intensity < 0), "buys as much as it sells"
    )
    median = f"its median intensity of {side.days} days is {number(side.median_intensity, 3)}"
    return f"{label.capitalize()} usually {way}: {median}, {usd(usual_usd(side))} on today's dollars"


def history(side: "LegOverlap") -> str:
    """Where the overlap lies among its own past, and on how many days that rests."""
    if side.history_percentile is None:
        return "no earlier day recorded yet, each session adds one"
    return f"{percentile(side.history_percentile)} among its own {side.history_days} recorded days"


def dollars_of(side: "Side") -> tuple[float, float]:
    """Dollars bought and sold."""
    halves = side.by_half_hour
    return sum(half.buy_usd or 0.0 for half in halves), sum(half.sell_usd or 0.0 for half in halves)
