"""What unit a figure of the Board is in, told from its name."""

from enum import StrEnum


class Unit(StrEnum):
    """The units figures come in; the value is how it is printed beside a figure."""

    FRACTION = "%"
    USD = "$"
    PRICE = "$ a share"
    BASIS_POINTS = "bp"
    SIGMA = "σ"
    PERCENTILE = "percentile"
    NUMBER = ""


_FRACTIONS = frozenset(
    {
        "return",
        "contribution",
        "score",
        "weight",
        "coverage",
        "creation_coverage",
        "coverage_long",
        "coverage_short",
        "of_adv",
        "week_of_adv",
        "of_close",
        "dispersion",
        "dispersion_cap",
        "gap",
        "share",
        "top_10_contribution",
        "sell_probability",
        "probability",
        "tracking_gap",
        "move",
        "vol",
        "intensity",
        "median_intensity",
        "retail_intensity",
        "other_intensity",
        "usual_retail",
        "usual_other",
        "hit_rate",
        "hit_low",
        "hit_high",
        "market_return_24m",
        "market_vol_126d",
        "market_vol_median",
        "after_hours",
        "shared",
    }
)
_NAMED = {
    "usd": Unit.USD,
    "price": Unit.PRICE,
    "sigma": Unit.SIGMA,
    "sigma_ewma": Unit.SIGMA,
    "sigma_of_hour": Unit.SIGMA,
    "percentile_long": Unit.PERCENTILE,
    "percentile_short": Unit.PERCENTILE,
    "percentile_low": Unit.PERCENTILE,
    "percentile_high": Unit.PERCENTILE,
}

_ENDINGS = {
    "_percentile": Unit.PERCENTILE,
    "_usd": Unit.USD,
    "_bp": Unit.BASIS_POINTS,
    "_return": Unit.FRACTION,
    "_share": Unit.FRACTION,
    "_share_raw": Unit.FRACTION,
}
_OF_RETURNS = frozenset({"returns", "relative", "benchmark_returns"})
_TIMES = ("flow.by_name.", "flow.divergence.", "flow.converse.", "flow.funds.by_name.")
"""Where a weight is no part of a whole but how many dollars one stands for."""


def unit_of(path: str) -> Unit:
    """The unit of the figure at a dotted path of the Board's JSON."""
    parent, last = ("", *path.split("."))[-2:]
    if "percentile" in (parent, last):
        return Unit.PERCENTILE
    if last in _NAMED:
        return _NAMED[last]
    if last == "weight" and path.startswith(_TIMES):
        return Unit.NUMBER
    if parent in _OF_RETURNS or last in _FRACTIONS:
        return Unit.FRACTION
    return next((unit for ending, unit in _ENDINGS.items() if last.endswith(ending)), Unit.NUMBER)
