"""What is read of dealers' gamma: the JSON part `gamma`, field for field."""

from datetime import date
from typing import Annotated

import msgspec

from deskview.analytics.figure import Missing, Unit, figure, place, text
from deskview.analytics.measures import Number

PER_1 = "Dollars dealers sell (negative: buy) to stay hedged where the underlying rises by 1 %."
LONG = "dealers sell rises and buy falls: moves are dampened"
BOUGHT = "bought"
NET = figure("gamma", Unit.USD, "Of calls and puts, by the convention's signs, per 1 %.", watched=False)
MASS = figure("gamma without signs", Unit.USD, "Of all open interest, per 1 %.", watched=False)


class ProfilePoint(msgspec.Struct, frozen=True, gc=False):
    """Gamma were the underlying elsewhere, each strike's volatility as it is."""

    move: Annotated[float, figure("move", Unit.FRACTION, "Of the underlying from its price now.", watched=False)]
    usd: Annotated[float, figure("gamma there", Unit.USD, "Net, per 1 % of the price there.", watched=False)]


class ExpiryGamma(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What one expiry has of it."""

    expiry: Annotated[date, text("expiry")]
    net_usd: Annotated[float, NET]
    mass_usd: Annotated[float, MASS]
    share: Annotated[float, figure("share of all", Unit.FRACTION, "Of the gamma without signs.", watched=False)]


class StrikeGamma(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What one strike has of it over all expiries."""

    strike: Annotated[float, figure("strike", Unit.PRICE, "In points of an index.", watched=False)]
    calls_usd: Annotated[float, figure("of calls", Unit.USD, "By the convention's sign, per 1 %.", watched=False)]
    puts_usd: Annotated[float, figure("of puts", Unit.USD, "By the convention's sign, per 1 %.", watched=False)]
    net_usd: Annotated[float, NET]


class Walls(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The strikes with most gamma of either right, within 15 % of the price."""

    call: Annotated[Number, figure("call wall", Unit.PRICE, "The strike with most gamma of calls.")]
    put: Annotated[Number, figure("put wall", Unit.PRICE, "The strike with most gamma of puts.")]


class UnderlyingGamma(msgspec.Struct, frozen=True, kw_only=True):
    """Dealers' gamma in one underlying at one moment, by a convention on who holds what: open interest has no owner."""

    underlying: Annotated[str, text("underlying")]
    title: Annotated[str, text("called")]
    spot: Annotated[Number, figure("price", Unit.PRICE, "What it is computed at.", watched=False)]
    spot_source: Annotated[str, text("source of the price", "Its last trade, or the proxy it is taken from.")]
    net_usd_per_1pct: Annotated[Number, figure("gamma", Unit.USD, PER_1, sign=LONG)]
    calls_usd: Annotated[Number, figure("gamma of calls", Unit.USD, "The calls' part of it.")]
    puts_usd: Annotated[Number, figure("gamma of puts", Unit.USD, "The puts' part of it.")]
    mass_usd_per_1pct: Annotated[Number, figure("gamma without signs", Unit.USD, "The same without signs.")]
    net_of_mass: Annotated[Number, figure("of all without signs", Unit.FRACTION, "Under 5 % either way is balanced.")]
    verdict: Annotated[str | None, text("verdict", "dampen, amplify or balanced.")]
    flip: Annotated[Number, figure("flip", Unit.PRICE, "The nearest price at which gamma changes its sign.")]
    flip_move: Annotated[Number, figure("way to the flip", Unit.FRACTION, "From the price now.")]
    flips: Annotated[
        list[Annotated[float, figure("flip", Unit.PRICE, "Within 20 %, the nearest first.", watched=False)]],
        place("every flip"),
    ]
    walls: Annotated[Walls, place("walls")]
    without_today_usd: Annotated[Number, figure("without today's expiry", Unit.USD, "What is left after the close.")]
    without_month_usd: Annotated[
        Number, figure("without the next monthly", Unit.USD, "Without the next third Friday's.")
    ]
    profile: Annotated[list[ProfilePoint], place("profile")]
    by_expiry: Annotated[list[ExpiryGamma], place("by expiry")]
    by_strike: Annotated[list[StrikeGamma], place("by strike")]
    oi_as_of: Annotated[date | None, text("open interest as of", "The close it was counted at.")]
    coverage: Annotated[str, text("coverage", "Which expiries and strikes, and what of them is used.")]
    contracts: Annotated[int, figure("contracts", Unit.COUNT, "With open interest, still to settle.", watched=False)]
    used: Annotated[int, figure("contracts used", Unit.COUNT, "Those of them with a volatility.", watched=False)]
    approximate: Annotated[
        int, figure("approximate", Unit.COUNT, "Strikes with the next expiry's volatility.", watched=False)
    ]
    left_out: Annotated[
        dict[str, Annotated[int, figure("contracts", Unit.COUNT, "Left out for it.", watched=False)]],
        place("left out of"),
    ]
    missing: Missing


class Shock(msgspec.Struct, frozen=True, kw_only=True):
    """What dealers and leveraged funds trade together over one move of the index; dollars bought are positive."""

    move: Annotated[float, figure("index", Unit.FRACTION, "The move of the S&P 500.", watched=False)]
    dealers_usd: Annotated[
        Number, figure("dealers", Unit.USD, "To stay hedged, along the profile.", sign=BOUGHT, watched=False)
    ]
    funds_usd: Annotated[Number, figure("leveraged ETFs", Unit.USD, "By the close.", sign=BOUGHT, watched=False)]
    net_usd: Annotated[Number, figure("together", Unit.USD, "Both.", sign=BOUGHT, watched=False)]
    effect: Annotated[str | None, text("effect", "amplify, dampen, or none where neither trades.")]


class Morning(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The S&P 500's figures of a session at its open, at the close before."""

    session: Annotated[date, text("session")]
    net_usd: Annotated[float, NET]
    mass_usd: Annotated[float, MASS]
    flip: Annotated[Number, figure("flip", Unit.PRICE, "Nearest to the close before.", watched=False)]
    spot: Annotated[float, figure("price", Unit.PRICE, "The close before.", watched=False)]


class Gamma(msgspec.Struct, frozen=True, kw_only=True):
    """Part `gamma` of the Board. `index` is the S&P 500's options together (SPX, SPXW, SPY), in points of the index."""

    convention: Annotated[str, text("convention", "Who is taken to hold what: naive, customers long or unsigned.")]
    index: Annotated[UnderlyingGamma | None, place("dealers' gamma of the S&P 500")]
    by_underlying: Annotated[list[UnderlyingGamma], place("by underlying", row="dealers' gamma of {row}")]
    today: Annotated[Shock | None, place("dealers and leveraged ETFs today")]
    by_shock: Annotated[list[Shock], place("by shock")]
    mornings: Annotated[list[Morning], place("mornings")]
    this_morning_usd: Annotated[
        Number, figure("this morning", Unit.USD, "Of the session's own open, S&P 500.", watched=False)
    ]
    mean_before_usd: Annotated[
        Number, figure("mean of five mornings", Unit.USD, "Of the five sessions before, S&P 500.", watched=False)
    ]
    betas: Annotated[str, text("betas", "How far the underlyings follow the index, and what of the funds has no beta.")]
    rate: Annotated[float, figure("rate", Unit.FRACTION, "A year's, for the drift.", watched=False)]
    rate_source: Annotated[str, text("source of the rate")]
    missing: Missing
