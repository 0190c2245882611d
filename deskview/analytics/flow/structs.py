"""The flow reading as records; their fields are the keys of the Board's JSON. Dollars bought are positive."""

from datetime import date, datetime
from typing import Annotated, TypeAlias

import msgspec

from deskview.analytics.figure import Unit, figure, place, text

_BUYING = "bought more than sold"

RETAIL_NET_USD = figure("retail net", Unit.USD, "Dollars retail bought less those it sold.", sign=_BUYING)
OTHER_NET_USD = figure(
    "non-retail net", Unit.USD, "Dollars bought less sold in all other prints that could be signed.", sign=_BUYING
)
RETAIL_INTENSITY = figure(
    "retail intensity", Unit.FRACTION, "Retail's net over all it bought and sold, from -1 to 1.", sign=_BUYING
)
OTHER_INTENSITY = figure(
    "non-retail intensity", Unit.FRACTION, "Non-retail's net over all it bought and sold, from -1 to 1.", sign=_BUYING
)
RETAIL_SHARE = figure("retail share", Unit.FRACTION, "Retail's part of the dollars counted, from 0 to 1.")
CORE_NET_USD = figure(
    "net of blocks, sweeps and crosses",
    Unit.USD,
    "The part of non-retail's net in blocks, intermarket sweeps and crosses; there is none of retail.",
    sign=_BUYING,
)
TURNOVER_USD = figure("dollars traded", Unit.USD, "All dollars counted outside auctions.")
INTENSITY = figure("intensity", Unit.FRACTION, "Net over all bought and sold, from -1 to 1.", sign=_BUYING)
NAMES = figure("names counted", Unit.COUNT, "Names whose prints are counted so far.")
FOCUS = figure("names to be counted", Unit.COUNT, "Names of the sample, whether their prints are counted yet or not.")
TICKER = text("ticker")

Reasons: TypeAlias = dict[str, Annotated[str, text("reason", "Why the figure at this path is null.")]]


class HalfHour(msgspec.Struct, frozen=True, kw_only=True):
    """Dollars of one half-hour: 0 while it is still to come, null where the side has no signed print at all."""

    start: Annotated[str, text("start", "New York time, such as 09:30.")]
    buy_usd: Annotated[float | None, figure("bought", Unit.USD, "Dollars bought in the half-hour.")]
    sell_usd: Annotated[float | None, figure("sold", Unit.USD, "Dollars sold in the half-hour, not negative.")]


class DayMark(msgspec.Struct, frozen=True, kw_only=True):
    """One of the last five sessions on today's scale."""

    session: Annotated[date, text("session")]
    intensity: Annotated[float, INTENSITY]
    percentile: Annotated[
        float | None, figure("percentile", Unit.PERCENTILE, "The part of the same history with a lower intensity.")
    ]


class NameFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One name today, by itself and not scaled to anything."""

    ticker: Annotated[str, TICKER]
    retail_net_usd: Annotated[float, RETAIL_NET_USD]
    other_net_usd: Annotated[float, OTHER_NET_USD]
    core_net_usd: Annotated[float, CORE_NET_USD]
    retail_intensity: Annotated[float | None, RETAIL_INTENSITY]
    other_intensity: Annotated[float | None, OTHER_INTENSITY]
    retail_share: Annotated[float | None, RETAIL_SHARE]
    turnover_usd: Annotated[float, TURNOVER_USD]
    usual_retail: Annotated[
        float | None,
        figure("usual retail intensity", Unit.FRACTION, "The median of its retail intensities by this hour."),
    ] = None
    usual_other: Annotated[
        float | None,
        figure("usual non-retail intensity", Unit.FRACTION, "The median of its non-retail intensities by this hour."),
    ] = None
    sector: Annotated[str | None, text("sector")] = None
    leg: Annotated[str, text("leg", "The leg of momentum it is in, long or short; empty in neither.")] = ""
    weight: Annotated[
        float,
        figure(
            "dollars one of its own stands for",
            Unit.NUMBER,
            "How many dollars of all stocks one of its own counts as in the sums.",
        ),
    ] = 1.0


class GroupFlow(msgspec.Struct, frozen=True, kw_only=True):
    """A sector's or momentum leg's flow today: sums that stand for all its stocks, each with its 80 % limits.

    Limits are null with fewer than two names that are not certain.
    """

    group: Annotated[str, text("group", "The sector, or the leg: long, short or neither.")]
    names: Annotated[int, figure("names counted", Unit.COUNT, "Stocks of the sample in the group.")]
    retail_net_usd: Annotated[float, RETAIL_NET_USD]
    retail_low_usd: Annotated[
        float | None, figure("retail net, low end", Unit.USD, "Lower 80 % limit of retail's net.", sign=_BUYING)
    ]
    retail_high_usd: Annotated[
        float | None, figure("retail net, high end", Unit.USD, "Upper 80 % limit of retail's net.", sign=_BUYING)
    ]
    retail_intensity: Annotated[float | None, RETAIL_INTENSITY]
    other_net_usd: Annotated[float, OTHER_NET_USD]
    other_low_usd: Annotated[
        float | None, figure("non-retail net, low end", Unit.USD, "Lower 80 % limit of non-retail's net.", sign=_BUYING)
    ]
    other_high_usd: Annotated[
        float | None,
        figure("non-retail net, high end", Unit.USD, "Upper 80 % limit of non-retail's net.", sign=_BUYING),
    ]
    other_intensity: Annotated[float | None, OTHER_INTENSITY]


class OffExchangeShare(msgspec.Struct, frozen=True, kw_only=True):
    """How much of all stocks' volume is traded off exchange."""

    share: Annotated[
        float | None,
        figure(
            "part of the volume off exchange",
            Unit.FRACTION,
            "The part (0 to 1) of all stocks' volume that was traded off exchange in the last complete session.",
        ),
    ] = None
    session: Annotated[date | None, text("session", "The session it is of.")] = None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Retail, or everything else. What rests on signs is null where no print could be signed."""

    label: Annotated[str, text("label", "Who the side is, and how it was told.")]
    sign_error_note: Annotated[str, text("sign error note", "How often prints of the side are signed wrongly.")]
    net_usd: Annotated[float | None, figure("net", Unit.USD, "Dollars bought less sold.", sign=_BUYING)]
    intensity: Annotated[float | None, INTENSITY]
    percentile: Annotated[
        float | None,
        figure(
            "percentile",
            Unit.PERCENTILE,
            "The part of the earlier sessions with a lower intensity by the same clock, by the same names and windows.",
        ),
    ]
    days: Annotated[
        int, figure("days", Unit.COUNT, "Earlier sessions the percentile compares today with.", watched=False)
    ]
    morning_usd: Annotated[
        float | None, figure("net of the morning", Unit.USD, "Net before 12:00 New York.", sign=_BUYING)
    ]
    afternoon_usd: Annotated[
        float | None, figure("net of the afternoon", Unit.USD, "Net from 12:00 New York on.", sign=_BUYING)
    ]
    by_half_hour: Annotated[list[HalfHour], place("net by half-hour")]
    prints: Annotated[int, figure("prints", Unit.COUNT, "Prints counted, those that could not be signed among them.")]
    names: Annotated[
        int, figure("names counted", Unit.COUNT, "Names counted; where there is a percentile, those it compares.")
    ]
    core_net_usd: Annotated[float | None, CORE_NET_USD]
    recent: Annotated[list[DayMark], place("recent")]
    median_intensity: Annotated[
        float | None,
        figure(
            "usual intensity",
            Unit.FRACTION,
            "The median of the earlier sessions' intensities by this hour.",
            sign=_BUYING,
        ),
    ] = None
    percentile_low: Annotated[
        float | None, figure("percentile, low end", Unit.PERCENTILE, "Lower 80 % limit of the percentile.")
    ] = None
    percentile_high: Annotated[
        float | None, figure("percentile, high end", Unit.PERCENTILE, "Upper 80 % limit of the percentile.")
    ] = None
    basis: Annotated[str, text("basis", "What the percentile compares: sample, or every print.")] = "sample"
    clock: Annotated[
        str,
        text("clock", "New York time up to which sessions are compared, such as 10:30; empty without a percentile."),
    ] = ""
    net_low_usd: Annotated[
        float | None,
        figure(
            "net, low end", Unit.USD, "Lower 80 % limit of the net; null where every name counts itself.", sign=_BUYING
        ),
    ] = None
    net_high_usd: Annotated[
        float | None,
        figure(
            "net, high end", Unit.USD, "Upper 80 % limit of the net; null where every name counts itself.", sign=_BUYING
        ),
    ] = None


class FundsFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Exchange-traded funds by themselves, in no sum and no percentile of stocks."""

    retail: Annotated[Side, place("funds, retail")]
    institutional: Annotated[Side, place("funds, non-retail")]
    names: Annotated[int, NAMES]
    focus: Annotated[int, FOCUS]
    by_name: Annotated[list[NameFlow], place("by name", row="{row}, a fund")]


class NameDay(msgspec.Struct, frozen=True, kw_only=True):
    """A name that was opened: its own day and the percentile of the hour among its own year."""

    ticker: Annotated[str, TICKER]
    as_of: Annotated[datetime | None, text("as of", "The market's time up to which its prints are counted.")]
    retail: Annotated[Side, place("retail")]
    institutional: Annotated[Side, place("non-retail")]
    turnover_usd: Annotated[float, TURNOVER_USD]
    volume_share: Annotated[
        float | None,
        figure("volume share", Unit.FRACTION, "What the counted prints are of its volume today, from 0 to 1."),
    ]
    retail_share: Annotated[float | None, RETAIL_SHARE]
    note: Annotated[str, text("note", "What is still to come.")]
    missing: Annotated[Reasons, place("missing")]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of today's prints, in dollars that stand for all the stocks the sample was drawn from.

    `by_leg` and `by_sector` add up to both sides' nets. `divergence` holds names that retail buys and others sell,
    `converse` the reverse, the largest opposition first. `off_exchange` is the whole market's. `missing` has a reason
    for every null figure; of a name by its ticker, of half-hours by their side.
    """

    retail: Annotated[Side, place("retail")]
    institutional: Annotated[Side, place("non-retail")]
    comparison: Annotated[str, text("comparison", "What the percentiles compare.")]
    classified_share: Annotated[
        float | None,
        figure("part of the dollars with a sign", Unit.FRACTION, "The signed part of the dollars outside auctions."),
    ]
    unsigned_usd: Annotated[
        float, figure("dollars without a sign", Unit.USD, "Dollars outside auctions that could not be signed.")
    ]
    auction_usd: Annotated[float, figure("dollars in auctions", Unit.USD, "Dollars traded in auctions, on no side.")]
    left_out: Annotated[
        dict[str, Annotated[int, figure("prints", Unit.COUNT, "Prints not used for this reason.", watched=False)]],
        place("left out"),
    ]
    by_name: Annotated[list[NameFlow], place("by name", row="{row}")]
    divergence: Annotated[list[NameFlow], place("divergence", row="{row}, where retail buys against the rest")]
    converse: Annotated[list[NameFlow], place("converse", row="{row}, where retail sells against the rest")]
    missing: Annotated[Reasons, place("missing")]
    names: Annotated[int, NAMES] = 0
    focus: Annotated[int, FOCUS] = 0
    off_exchange: Annotated[OffExchangeShare, place("all stocks")] = OffExchangeShare()
    universe: Annotated[
        int,
        figure(
            "stocks the sums stand for",
            Unit.COUNT,
            "Stocks the sample was drawn from; 0 where its names stand for themselves.",
        ),
    ] = 0
    universe_share: Annotated[
        float | None,
        figure(
            "part of all stocks' dollars that is counted",
            Unit.FRACTION,
            "The part of those stocks' dollars that the sample's names trade.",
        ),
    ] = None
    sizing: Annotated[str, text("sizing", "What is sampled, and what that costs.")] = ""
    by_leg: Annotated[list[GroupFlow], place("by leg", row="stocks {leg}")] = []
    by_sector: Annotated[list[GroupFlow], place("by sector", row="stocks of {row}")] = []
    funds: Annotated[FundsFlow | None, place("funds")] = None
