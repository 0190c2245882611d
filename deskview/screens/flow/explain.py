"""What the figures of flow are called and how they come about: help, labels and card; the prints of a name."""

from typing import TYPE_CHECKING

from deskview.screens.crowding import overlap_lines
from deskview.screens.flow.pane import FlowPane
from deskview.screens.format import (
    FEW_DAYS,
    MISSING,
    clock,
    number,
    percentile,
    share,
    usd,
    usd_alike,
)
from deskview.screens.frame.card import Card, Line, Topic, amount_usd, flow_usd, plain_number, reasons, rests_on, signed
from deskview.screens.frame.labels import Labels

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, Side
    from deskview.board import Board

TOPIC = Topic(
    "Flow",
    "Prints of the focus names. Off-exchange prints at a fraction of a cent are taken as retail (below 0.4 cent"
    " sold, above 0.6 bought); everything else is non-retail, signed by the tick rule. The percentile is the"
    " share of the last sessions with a lower net intensity; those are sampled, and below 60 of them it is dim."
    " A print cancelled or corrected is taken out again; the day is read anew once, ten minutes after its close."
    " About a third of retail trades are identified this way, and 28 % of those are signed wrongly (Barber et"
    " al. 2024). J is the favourites' overlap with a momentum leg (weighted Jaccard, 0 to 1), its percentile that"
    " among shuffles of names alike in sector and size.",
)

LABELS = Labels(
    "flow",
    "flow",
    places={"retail": "retail", "institutional": "non-retail", "off_exchange": "all stocks"},
    rows={
        "by_name": "{row}",
        "divergence": "{row}, where retail buys against the rest",
        "converse": "{row}, where retail sells against the rest",
    },
    figures={"off_exchange.share": "part of the volume off exchange"},
    untold=frozenset({"retail.core_net_usd"}),
    as_one=("by_name",),
    gaps={"by_name": "some names"},
)


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


def dollars_of(side: "Side") -> tuple[float, float]:
    """Dollars bought and sold."""
    halves = side.by_half_hour
    return sum(half.buy_usd or 0.0 for half in halves), sum(half.sell_usd or 0.0 for half in halves)


def card(board: "Board", reading: "Flow", _key: str | None, _variant: str) -> Card:
    """Both sides: net, intensity, percentile, and how often a sign is wrong."""
    lines = [*_side("retail", reading.retail), *_side("non-retail", reading.institutional)]
    lines.append(
        Line("institutional core", f"{flow_usd(reading.institutional.core_net_usd)} of the non-retail net: {CORE}")
    )
    lines.append(Line("signed", f"{share(reading.classified_share)} of the dollars outside auctions"))
    lines.append(Line("auctions, apart", amount_usd(reading.auction_usd)))
    lines += overlap_lines(board)
    definition = (
        "Net is dollars bought less dollars sold of the signed prints; intensity is net over both together. The"
        " percentile is the share of earlier sessions with a lower intensity: a buyer's low percentile means that it"
        f" buys less than it is used to. Compared: {reading.comparison}."
    )
    prints = f"{reading.retail.prints + reading.institutional.prints:,} prints"
    out = [(f"{count:,} prints", f"left out, {why}") for why, count in reading.left_out.items()]
    foot = rests_on(
        board,
        board.flow,
        coverage=f"{rests_on_names(reading)}, {prints}",
        priced=False,
        stale_after_s=FlowPane.STALE_AFTER_S,
    )
    return Card("Flow", definition, tuple(lines), foot, reasons([*LABELS.missing(reading.missing), *out]))


def prints_of(board: "Board", reading: "Flow", key: str | None) -> list[Line]:
    """The prints of a focus name, the time they reach to and how sure they are; nothing for another."""
    row = next((row for row in reading.by_name if row.ticker == key), None)
    if row is None:
        return []
    retail, other = flow_usd(row.retail_net_usd), flow_usd(row.other_net_usd)
    return [
        Line("retail net", f"{retail}, intensity {signed(row.retail_intensity)}"),
        Line(
            "non-retail net",
            f"{other}, intensity {signed(row.other_intensity)}, of {amount_usd(row.turnover_usd)} traded",
        ),
        Line("prints to", f"{clock(board.flow.as_of)} ET"),
        Line("errors", reading.retail.sign_error_note),
    ]


def _side(label: str, side: "Side") -> list[Line]:
    (bought, sold), known = dollars_of(side), side.net_usd is not None
    first, second, net, both = usd_alike(bought, sold, side.net_usd, bought + sold)
    net = ("−" if (side.net_usd or 0.0) < 0 else "+") + net
    few = f", fewer than {FEW_DAYS}: read it with care" if side.days < FEW_DAYS else ""
    rank = f"{percentile(side.percentile)} ({plain_number(side.percentile, 1)}) of {side.days} sessions{few}"
    usually = usual(label, side)
    return [
        Line(f"{label} net", f"{first} − {second} = {net}" if known else MISSING),
        Line("intensity", f"{net} / {both} = {signed(side.intensity, 3)}" if known else MISSING),
        Line("percentile", f"{rank}. {usually}" if usually else rank),
        Line("errors", side.sign_error_note),
    ]
