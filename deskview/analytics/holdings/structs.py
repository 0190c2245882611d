"""The reading of the user's own lists, field for field.

What is held is the user's alone: no repr of these shows a figure.
"""

from typing import Annotated, Any

import msgspec

from deskview.analytics.assumptions import SigmaBasis
from deskview.analytics.figure import Missing, Ticker, Unit, figure, place, text
from deskview.analytics.measures import Number

BUYING = "buying"
GAIN = "a gain"
OF_GROSS = "Signed, over the gross value of the list; each name the same in a list without quantities."
BY_BETA = "By the rows' betas to the spread over 252 sessions, weighted as the list is; rows without one add nothing."
SHOCK = "Four σ of a day times the list's beta to the spread, of the rows that have one."
INTERVAL = (
    "95 % of days on which momentum falls four σ lie between, by how sure beta is and by what else moved the list in"
    " the past year; days like these are wilder than that."
)


class Private(msgspec.Struct, frozen=True, kw_only=True):
    """What has figures of the user's in it: its repr, for logs and tracebacks, has none."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class Position(Private, frozen=True, kw_only=True):
    """One row of a list. Outside the sums (`counted` false) `reason` says why.

    No rule is set on what gives away how much is held or at which price: sentences of rules are sent elsewhere.
    """

    ticker: Ticker
    line: Annotated[
        int, figure("line of the file", Unit.COUNT, "The line of the file it stands on first.", watched=False)
    ]
    name: Annotated[str | None, text("name")]
    sector: Annotated[str | None, text("sector")]
    themes: Annotated[list[str], text("themes", "The themes it belongs to.")]
    counted: Annotated[bool, text("counted", "Whether it is in the sums.")]
    reason: Annotated[str | None, text("why not counted")]
    doubt: Annotated[str | None, text("doubt", "Why today's return is in doubt.")]
    split: Annotated[str | None, text("split since", "A split since the list was written, which it does not have.")]
    quantity: Annotated[
        Number, figure("quantity", Unit.NUMBER, "Shares held.", sign="held, negative: sold short", watched=False)
    ]
    price: Annotated[Number, figure("price it is valued at", Unit.PRICE, "Its last, else its previous close.")]
    price_basis: Annotated[str | None, text("price is", "last, or previous close where there is no trade today.")]
    list_price: Annotated[
        Number,
        figure("price in the list", Unit.PRICE, "As the list has it, splits since not taken out.", watched=False),
    ]
    value_usd: Annotated[
        Number, figure("value of the position", Unit.USD, "Quantity times price.", sign="long", watched=False)
    ]
    weight: Annotated[Number, figure("weight in the list", Unit.FRACTION, OF_GROSS, sign="long")]
    return_: Annotated[Number, figure("return of the name", Unit.FRACTION, "Its price against the previous close.")] = (
        msgspec.field(name="return")
    )
    pnl_today_usd: Annotated[
        Number,
        figure("gain or loss today", Unit.USD, "Quantity times the price's change today.", sign=GAIN, watched=False),
    ]
    since_return: Annotated[
        Number,
        figure("return since the list's price", Unit.FRACTION, "Of the name, whichever way it is held.", watched=False),
    ]
    pnl_since_usd: Annotated[
        Number,
        figure(
            "gain or loss since the list's price",
            Unit.USD,
            "Quantity times the change since.",
            sign=GAIN,
            watched=False,
        ),
    ]
    leg: Annotated[str | None, text("leg of momentum", "long, short or neither; null where that is not known.")]
    leg_weight: Annotated[Number, figure("weight in the leg", Unit.FRACTION, "Its part of the leg it is in.")]
    beta_market: Annotated[
        Number, figure("beta to the market", Unit.NUMBER, "To SPY over 252 sessions, at least 126 of them.")
    ]
    beta_spread: Annotated[
        Number,
        figure("beta to the spread", Unit.NUMBER, "To momentum's spread over 252 sessions, at least 126 of them."),
    ]
    beta_n: Annotated[int, figure("sessions of the beta", Unit.COUNT, "With a return of both.", watched=False)]
    flow_today_usd: Annotated[
        Number, figure("leveraged ETFs in it today", Unit.USD, "What all funds must trade in it today.", sign=BUYING)
    ]
    flow_per_1pct_usd: Annotated[
        Number, figure("leveraged ETFs in it for 1%", Unit.USD, "What they trade in it if all underlyings move by 1 %.")
    ]
    flow_of_adv: Annotated[
        Number,
        figure(
            "leveraged ETFs, % of its volume", Unit.FRACTION, "Today's flow over the mean daily volume.", sign=BUYING
        ),
    ]


class GroupRow(Private, frozen=True, kw_only=True):
    """What a list has of one sector or theme."""

    group: Annotated[str | None, text("group", "Null for the names without a sector.")]
    names: Annotated[int, figure("names of the list in it", Unit.COUNT, "Rows that are counted.", watched=False)]
    value_usd: Annotated[Number, figure("net value in it", Unit.USD, "Long less short.", sign="long")]
    weight: Annotated[float, figure("net weight in it", Unit.FRACTION, OF_GROSS, sign="long")]
    share: Annotated[float, figure("share of gross in it", Unit.FRACTION, "Long and short together, of all of them.")]


class ListReading(Private, frozen=True, kw_only=True):
    """One list. Sums are over the rows that are `counted`; without quantities every name weighs the same, and there are
    no dollars. A figure in dollars is that by weight times `gross_usd`.

    `missing` has "positions.TICKER.field" for one row and "positions.field" for what no row has.
    """

    name: Annotated[str, text("list", "The name of its file.")]
    has_quantities: Annotated[bool, text("has quantities", "Whether the list says how much is held.")]
    rows: Annotated[int, figure("names in the list", Unit.COUNT, "Rows of the list.", watched=False)]
    counted: Annotated[int, figure("names counted", Unit.COUNT, "Rows that are in the sums.", watched=False)]
    left_out: Annotated[
        dict[str, Annotated[int, figure("names not counted", Unit.COUNT, "For this reason.", watched=False)]],
        place("not counted, "),
    ]
    at_previous_close: Annotated[
        int, figure("names at their previous close", Unit.COUNT, "Counted, and without a trade today.", watched=False)
    ]
    gross_usd: Annotated[Number, figure("gross value", Unit.USD, "Long and short together.")]
    net_usd: Annotated[Number, figure("net value", Unit.USD, "Long less short.", sign="long")]
    long_usd: Annotated[Number, figure("value held long", Unit.USD, "Of the rows held long.")]
    short_usd: Annotated[Number, figure("value sold short", Unit.USD, "Of the rows sold short, negative.")]
    net: Annotated[Number, figure("net over gross", Unit.FRACTION, "Long less short, over both together.", sign="long")]
    pnl_today_usd: Annotated[
        Number, figure("the list's gain or loss today", Unit.USD, "Sum over rows with a return today.", sign=GAIN)
    ]
    return_today: Annotated[
        Number,
        figure(
            "the list's return today",
            Unit.FRACTION,
            "Gain or loss over the gross value at the previous close of the rows with a return; their mean without"
            " quantities.",
            sign=GAIN,
        ),
    ]
    return_rows: Annotated[int, figure("names with a return", Unit.COUNT, "Of those counted.", watched=False)]
    return_share: Annotated[
        Number, figure("share with a return", Unit.FRACTION, "Gross of these rows over all gross.", watched=False)
    ]
    in_doubt: Annotated[list[Ticker], text("in doubt", "Tickers counted whose return is in doubt.")]
    split_since: Annotated[
        list[Ticker], text("split since", "Tickers counted that were split since the list was written.")
    ]
    pnl_since_usd: Annotated[
        Number,
        figure("the list's gain or loss since", Unit.USD, "Sum over the rows for which it has a price.", sign=GAIN),
    ]
    since_rows: Annotated[int, figure("names with a list price", Unit.COUNT, "Of those counted.", watched=False)]
    legs: Annotated[
        Number,
        figure(
            "weight in momentum's legs",
            Unit.FRACTION,
            "Net weight in names of the long leg less that in names of the short leg.",
            sign="held as momentum is",
        ),
    ]
    legs_usd: Annotated[
        Number,
        figure(
            "dollars in momentum's legs",
            Unit.USD,
            "Net dollars in names of the long leg less those in names of the short leg.",
            sign="held as momentum is",
        ),
    ]
    leg_rows: Annotated[int, figure("names in a leg", Unit.COUNT, "Of those counted.", watched=False)]
    beta_market: Annotated[Number, figure("the list's beta to SPY", Unit.NUMBER, "Betas of the rows by their weights.")]
    market_rows: Annotated[int, figure("names with a beta to SPY", Unit.COUNT, "Of those counted.", watched=False)]
    market_share: Annotated[
        Number, figure("share with a beta to SPY", Unit.FRACTION, "Gross of these rows over all gross.", watched=False)
    ]
    beta_spread: Annotated[Number, figure("the list's beta to momentum", Unit.NUMBER, BY_BETA)]
    beta_error: Annotated[
        Number,
        figure(
            "standard error of that beta", Unit.NUMBER, "As the list is held now, over these sessions.", watched=False
        ),
    ]
    beta_usd: Annotated[
        Number, figure("dollars in momentum by beta", Unit.USD, BY_BETA, sign="gains when momentum does")
    ]
    beta_rows: Annotated[
        int, figure("names with a beta", Unit.COUNT, "To the spread, of those counted.", watched=False)
    ]
    beta_share: Annotated[
        Number, figure("share with a beta", Unit.FRACTION, "Gross of these rows over all gross.", watched=False)
    ]
    sigma: Annotated[
        Number, figure("σ the fall is made of", Unit.FRACTION, "One σ of a day of the spread.", watched=False)
    ]
    sigma_basis: Annotated[SigmaBasis | None, text("σ rests on", "The rule's own days, or today's names held back.")]
    shock: Annotated[Number, figure("return on a −4σ momentum day", Unit.FRACTION, SHOCK, sign=GAIN)]
    shock_low: Annotated[Number, figure("that return at worst", Unit.FRACTION, INTERVAL, watched=False)]
    shock_high: Annotated[Number, figure("that return at best", Unit.FRACTION, INTERVAL, watched=False)]
    shock_usd: Annotated[Number, figure("gain or loss on a −4σ momentum day", Unit.USD, SHOCK, sign=GAIN)]
    shock_low_usd: Annotated[Number, figure("that day at worst", Unit.USD, INTERVAL, watched=False)]
    shock_high_usd: Annotated[Number, figure("that day at best", Unit.USD, INTERVAL, watched=False)]
    flow_today_usd: Annotated[
        Number, figure("leveraged ETFs in the list today", Unit.USD, "In all its names together.", sign=BUYING)
    ]
    flow_today_long_usd: Annotated[
        Number, figure("leveraged ETFs in names held long", Unit.USD, "Today's part of it.", sign=BUYING)
    ]
    flow_today_short_usd: Annotated[
        Number, figure("leveraged ETFs in names sold short", Unit.USD, "Today's part of it.", sign=BUYING)
    ]
    flow_per_1pct_usd: Annotated[
        Number, figure("leveraged ETFs in the list for 1%", Unit.USD, "If all underlyings move by 1 %.")
    ]
    flow_rows: Annotated[int, figure("names the funds reach", Unit.COUNT, "Of those counted.", watched=False)]
    flow_unknown: Annotated[
        int,
        figure("names with unknown flow", Unit.COUNT, "Reached, and today's trade in them not known.", watched=False),
    ]
    by_sector: Annotated[list[GroupRow], place("of the list")]
    by_theme: Annotated[list[GroupRow], place("of the list by theme")]
    positions: Annotated[list[Position], place("position", row="{row} in the list")]
    missing: Missing


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """The user's lists at one moment, in the order of their names; each has its own `missing`."""

    lists: Annotated[list[ListReading], place("own list", row="list {row}")]
    problems: Annotated[list[str], text("problems", "What of the files can't be used, and why, by file and line.")]
    missing: Missing
