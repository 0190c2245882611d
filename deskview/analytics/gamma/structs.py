"""What is read of dealers' gamma: the figures with their titles, units and signs."""

from datetime import date
from typing import Annotated

import msgspec

from deskview.analytics.figure import Missing, Unit, figure, place, text
from deskview.analytics.measures import Number

PER_1 = "Dollars dealers sell (negative: buy) to stay hedged where the underlying rises by 1 %."


class ProfilePoint(msgspec.Struct, frozen=True, kw_only=True):
    """Gamma were the underlying elsewhere, each strike's volatility as it is."""

    move: Annotated[float, figure("move", Unit.FRACTION, "Of the underlying from its price now.", watched=False)]
    usd: Annotated[float, figure("gamma there", Unit.USD, "Net, per 1 % of the price there.", watched=False)]


class ExpiryGamma(msgspec.Struct, frozen=True, kw_only=True):
    """What one expiry has of it."""

    expiry: Annotated[date, text("expiry")]
    net_usd: Annotated[float, figure("gamma", Unit.USD, "Net, per 1 %.", watched=False)]
    mass_usd: Annotated[float, figure("mass", Unit.USD, "Without signs, per 1 %.", watched=False)]
    share: Annotated[Number, figure("share of mass", Unit.FRACTION, "Of the mass of all expiries.", watched=False)]


class StrikeGamma(msgspec.Struct, frozen=True, kw_only=True):
    """What one strike has of it over all expiries."""

    strike: Annotated[float, figure("strike", Unit.PRICE, "In points of an index.", watched=False)]
    calls_usd: Annotated[float, figure("calls", Unit.USD, "By the convention's sign, per 1 %.", watched=False)]
    puts_usd: Annotated[float, figure("puts", Unit.USD, "By the convention's sign, per 1 %.", watched=False)]
    net_usd: Annotated[float, figure("gamma", Unit.USD, "Both, per 1 %.", watched=False)]


class GammaReading(msgspec.Struct, frozen=True, kw_only=True):
    """Dealers' gamma in one underlying at one moment, by a convention on who holds what."""

    underlying: Annotated[str, text("underlying")]
    convention: Annotated[str, text("convention", "Who is taken to hold what: open interest has no owner.")]
    net_usd: Annotated[
        Number,
        figure("gamma", Unit.USD, PER_1, sign="dealers sell rises and buy falls: moves are dampened", listed=True),
    ]
    calls_usd: Annotated[Number, figure("of calls", Unit.USD, "The calls' part of it.", listed=True)]
    puts_usd: Annotated[Number, figure("of puts", Unit.USD, "The puts' part of it.", listed=True)]
    mass_usd: Annotated[Number, figure("mass", Unit.USD, "The same without signs.", listed=True)]
    net_of_mass: Annotated[Number, figure("gamma of its mass", Unit.FRACTION, "Under 5 % is balanced.", listed=True)]
    verdict: Annotated[str | None, text("verdict", "dampen, amplify or balanced.")]
    flip: Annotated[
        Number, figure("flip", Unit.PRICE, "Where gamma changes its sign, nearest to the price now.", listed=True)
    ]
    flip_move: Annotated[Number, figure("way to the flip", Unit.FRACTION, "From the price now.", listed=True)]
    flips: Annotated[list[float], place("every flip within 20 %")]
    call_wall: Annotated[Number, figure("call wall", Unit.PRICE, "The strike with most gamma of calls.", listed=True)]
    put_wall: Annotated[Number, figure("put wall", Unit.PRICE, "The strike with most gamma of puts.", listed=True)]
    without_today_usd: Annotated[
        Number, figure("without today's expiry", Unit.USD, "What is left of it after the close.", listed=True)
    ]
    without_month_usd: Annotated[
        Number, figure("without the next monthly", Unit.USD, "Without the next third Friday's.", listed=True)
    ]
    profile: Annotated[list[ProfilePoint], place("profile")]
    by_expiry: Annotated[list[ExpiryGamma], place("expiry")]
    by_strike: Annotated[list[StrikeGamma], place("strike")]
    contracts: Annotated[int, figure("contracts", Unit.COUNT, "With open interest, still to settle.", watched=False)]
    used: Annotated[int, figure("of them used", Unit.COUNT, "With a volatility.", watched=False)]
    left_out: Annotated[dict[str, Annotated[int, text("contracts")]], text("left out", "Contracts, by reason.")]
    approximate: Annotated[
        int, figure("approximate", Unit.COUNT, "Strikes with the next expiry's volatility.", watched=False)
    ]
    missing: Missing
