"""Dealers' gamma from option chains: whether their hedging dampens moves or amplifies them, and together with funds."""

from deskview.analytics.gamma.black_scholes import Terms
from deskview.analytics.gamma.chain import SOURCES, Strikes, settlement, strikes_of
from deskview.analytics.gamma.read import (
    CONVENTIONS,
    CUSTOMERS_LONG,
    MOVES,
    NAIVE,
    UNSIGNED,
    book_of,
    flips_of,
    next_monthly,
    profile_of,
    read,
)
from deskview.analytics.gamma.shocks import SHOCKS, Shock, dealers_flow, funds_flow, shocks_of
from deskview.analytics.gamma.structs import ExpiryGamma, GammaReading, ProfilePoint, StrikeGamma

__all__ = [
    "CONVENTIONS",
    "CUSTOMERS_LONG",
    "MOVES",
    "NAIVE",
    "SHOCKS",
    "SOURCES",
    "UNSIGNED",
    "ExpiryGamma",
    "GammaReading",
    "ProfilePoint",
    "Shock",
    "StrikeGamma",
    "Strikes",
    "Terms",
    "book_of",
    "dealers_flow",
    "flips_of",
    "funds_flow",
    "next_monthly",
    "profile_of",
    "read",
    "settlement",
    "shocks_of",
    "strikes_of",
]
