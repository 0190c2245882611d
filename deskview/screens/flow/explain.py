"""What the figures of flow are called and how they come about: help, labels and card; the prints of a name."""

from typing import TYPE_CHECKING

from deskview.format import (
    FEW_DAYS,
    MISSING,
    clock,
    number,
    percentile,
    share,
    usd,
    usd_alike,
)
from deskview.screens.crowding import overlap_lines
from deskview.screens.flow.pane import FlowPane, ranked
from deskview.screens.frame.card import Card, Line, Topic, amount_usd, flow_usd, reasons, rests_on, signed
from deskview.screens.frame.gaps import Gaps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deskview.analytics.flow import Flow, FundsFlow, NameDay, NameFlow, Side
    from deskview.board import Board

TOPIC = Topic(
    "Flow",
    "Prints of names drawn by design, each of which stands for a number of stocks: weighted, their dollars estimate"
    " those of all stocks, and ± is half of the 80 % limits of such an estimate (±? where too few"
    " names were drawn to tell). Off-exchange prints at a fraction of a cent are taken as retail"
    " (below 0.4 cent sold, above 0.6 bought); everything else is non-retail, signed by"
    " the tick rule. The percentile is the share of the last sessions with a lower net intensity up to the same hour,"
    " of the same names by the same windows of prints, in brackets its 80 % limits (the band of the gauge): 16th"
    " (9–27). There is none before 10:30, and below 60 sessions it is dim. Exchange-traded funds stand by themselves,"
    " in no sum of stocks. A list's int. is net over turnover, usual what it usually is by this hour. A print"
    " cancelled or corrected is taken out again; one far from the last good price or ten minutes late is left out and"
    " counted. About a third of retail trades are identified this way, and 28 % of those are signed wrongly (Barber"
    " et al. 2024).",
)

SIDES_OF = ("retail", "institutional")
LIMITS = frozenset(f"{side}.net_{end}_usd" for side in SIDES_OF for end in ("low", "high"))
"""What nets of an estimate have; where every name is counted itself there is nothing to miss."""
RANKS = {
    "retail.percentile": "retail",
    "institutional.percentile": "non-retail",
    "funds.retail.percentile": "retail in funds",
    "funds.institutional.percentile": "non-retail in funds",
}
GAPS = Gaps(
    "flow",
    untold=frozenset(
        {
            *("retail.core_net_usd", "funds.retail.core_net_usd"),
            *(f"funds.{limit}" for limit in LIMITS),
        }
    ),
    as_one=("by_name", "by_leg", "by_sector", "funds.by_name", *RANKS),
    titles={
        "by_name": "some names",
        "by_leg": "limits of some legs",
        "by_sector": "limits of some sectors",
        "funds.by_name": "some funds",
        **{path: f"percentile of {side} and its limits" for path, side in RANKS.items()},
    },
)


CORE = "blocks, intermarket sweeps and crosses, the part most surely of institutions"


def sample_words(reading: "Flow") -> str:
    """What the names stand for, and by what the rest is known."""
    if not reading.universe:
        return f"{reading.focus} names chosen, each for itself: nothing is said of other stocks"
    part = "" if reading.universe_share is None else f", {share(reading.universe_share)} of their dollars"
    lacking = reading.focus - reading.names
    rest = f"the sums still lack {lacking} of them" if lacking > 0 else "the rest is estimated by weight"
    return f"{reading.focus} of {reading.universe:,} stocks{part}; {rest}"


def how_sure() -> str:
    """How far the signs of retail prints can be trusted, in a few words."""
    from deskview.analytics.flow.subpenny import SEEN, SIGNED_WRONGLY  # noqa: PLC0415 - polars loads late

    return f"{share(SEEN.rate)} of retail seen, {share(SIGNED_WRONGLY.rate)} signed wrongly"


def accuracy_words() -> str:
    """How near to the truth percentiles of the shipped sample were where the truth is known, in one sentence."""
    from deskview.analytics.flow.percentile import ACCURACY_AT  # noqa: PLC0415 - polars loads late

    at = [
        f"{one.error[0]:.0f} and {one.error[1]:.0f} points at {one.clock} (correlation"
        f" {one.correlation[0]:.2f}, {one.correlation[1]:.2f})"
        for one in ACCURACY_AT
    ]
    return f"on a simulated market the shipped sample was off by retail and non-retail {', '.join(at)}, on average"


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
    """Both sides: net, intensity, percentile with its limits, what they rest on, and how often a sign is wrong."""
    lines = [*_side("retail", reading.retail), *_side("non-retail", reading.institutional)]
    lines.append(Line("institutional core", f"{usd(reading.institutional.core_net_usd)} of the non-retail net: {CORE}"))
    lines += [Line("compared", reading.comparison), Line("sample", sample_words(reading))]
    lines += [Line("what that costs", reading.sizing)] if reading.sizing else []
    lines.append(Line("how true that is", accuracy_words()))
    lines.append(Line("signed", f"{share(reading.classified_share)} of the dollars outside auctions"))
    lines.append(Line("auctions, apart", amount_usd(reading.auction_usd)))
    if reading.funds is not None:
        lines += _funds(reading.funds)
    lines += overlap_lines(board)
    prints = f"{reading.retail.prints + reading.institutional.prints:,} prints"
    out = [(f"{count:,} prints", f"left out, {why}") for why, count in reading.left_out.items()]
    missing = reading.missing if reading.universe else _estimated(reading.missing)
    foot = rests_on(
        board,
        board.flow,
        coverage=f"{reading.names} of {reading.focus} names, {prints}",
        priced=False,
        stale_after_s=FlowPane.STALE_AFTER_S,
    )
    return Card("Flow", DEFINITION, tuple(lines), foot, reasons([*GAPS.missing(missing), *out]))


DEFINITION = (
    "Net is dollars bought less dollars sold of the signed prints; intensity is net over both together. The"
    " percentile is the share of earlier sessions with a lower intensity up to the same hour, from the same windows"
    " of the same names: a buyer's low percentile means that it buys less than it is used to. Limits hold the truth"
    " on 80 % of days, as far as it depends on which names and windows were drawn; how often a sign is wrong is not"
    " in them."
)


def counted(reading: "Flow", ticker: str) -> "NameFlow | None":
    """A name of the sample or a fund, where it is one."""
    rows = [*reading.by_name, *(reading.funds.by_name if reading.funds else ())]
    return next((row for row in rows if row.ticker == ticker), None)


def prints_of(board: "Board", key: str) -> list[Line]:
    """The prints of a name, the time they reach to and how sure they are; nothing for one that is not counted."""
    day, reading = board.opened.get(key), board.flow.value
    row = counted(reading, key) if reading else None
    if day is not None and (day.retail.prints or day.institutional.prints or row is None):
        return _opened(day)
    if reading is None or row is None:
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


def _opened(day: "NameDay") -> list[Line]:
    """A name that was opened, among its own year."""
    share_words = f"{share(day.retail_share)} retail, of {amount_usd(day.turnover_usd)} counted"
    of_volume = f"; {share(day.volume_share)} of its volume today" if day.volume_share is not None else ""
    return [
        *_side("retail", day.retail),
        *_side("non-retail", day.institutional),
        Line("its dollars", share_words + of_volume),
        *([Line("note", day.note)] if day.note else []),
        *(Line("missing", f"{label}: {why}") for label, why in GAPS.missing(_estimated(day.missing))),
        Line("prints to", f"{clock(day.as_of)} ET"),
    ]


def _estimated(missing: "Mapping[str, str]") -> dict[str, str]:
    """The reasons without those for limits of an estimate, of names that are counted themselves."""
    return {path: why for path, why in missing.items() if path not in LIMITS}


def _side(label: str, side: "Side") -> list[Line]:
    (bought, sold), known = dollars_of(side), side.net_usd is not None
    first, second, net, both = usd_alike(bought, sold, side.net_usd, bought + sold)
    net = ("−" if (side.net_usd or 0.0) < 0 else "+") + net
    between = f"{usd(side.net_low_usd)} to {usd(side.net_high_usd)}: as far as it depends on which names were drawn"
    return [
        Line(f"{label} net", f"{first} − {second} = {net}" if known else MISSING),
        *([Line("its 80 % limits", between)] if side.net_low_usd is not None else []),
        Line("intensity", f"{net} / {both} = {signed(side.intensity, 3)}" if known else MISSING),
        *_ranked(label, side),
        Line("errors", side.sign_error_note),
    ]


def _ranked(label: str, side: "Side") -> list[Line]:
    """The percentile with its limits, days and hour, what the side is used to, and where it stood on the last days."""
    if side.percentile is None:
        return [Line("percentile", MISSING)]
    few = f", fewer than {FEW_DAYS}: read it with care" if side.days < FEW_DAYS else ""
    words = f"{_rank_words(side)}{few}"
    usually = usual(label, side)
    last = [f"{mark.session:%-d %b} {percentile(mark.percentile)}" for mark in side.recent]
    return [
        Line("percentile", f"{words}. {usually}" if usually else words),
        *([Line("sessions before", ", ".join(last))] if last else []),
    ]


def _rank_words(side: "Side") -> str:
    """Its percentile with limits, days and hour."""
    if side.percentile is None:
        return "no percentile"
    return f"{ranked(side)} of {side.days} sessions" + (f" up to {side.clock}" if side.clock else "")


def _funds(funds: "FundsFlow") -> list[Line]:
    """The funds' own lines: in no sum and no percentile of stocks."""
    sides = (("funds, retail", funds.retail), ("funds, non-retail", funds.institutional))
    counted_words = f"{funds.names} of {funds.focus} funds, in no sum of stocks"
    return [Line(label, f"{flow_usd(side.net_usd)}, {_rank_words(side)}; {counted_words}") for label, side in sides]
