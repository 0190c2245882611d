"""Which names' prints are read: the most traded, a few of the momentum legs, a few of the retail favourites."""

from collections.abc import Iterable, Sequence
from itertools import chain

import polars as pl

STOCKS = ("CS", "ADRC")
SESSIONS = 20
"""Sessions of the median dollar volume."""
LEGS_PART, FAVOURITES_PART = 4, 8
"""One name in 4 is of the momentum legs and one in 8 a retail favourite."""


def most_traded(history: pl.DataFrame, names: pl.DataFrame) -> list[str]:
    """Tickers of the stocks of NAMES by median dollar volume over the last 20 sessions of HISTORY, largest first.

    Of equal ones the first in the alphabet; a session without a bar of a name is left out of its median.
    """
    recent = history.get_column("session").unique().sort().tail(SESSIONS)
    stocks = names.filter(pl.col("type").is_in(STOCKS)).select("ticker")
    return (
        history.filter(pl.col("session").is_in(recent.implode()))
        .join(stocks, on="ticker", how="semi")
        .group_by("ticker")
        .agg(pl.col("dollar_volume_usd").median())
        .sort(["dollar_volume_usd", "ticker"], descending=[True, False])
        .get_column("ticker")
        .to_list()
    )


def choose_names(
    ranked: Sequence[str],
    *,
    long: Iterable[str] = (),
    short: Iterable[str] = (),
    favourites: Iterable[str] = (),
    count: int,
) -> list[str]:
    """`count` names, the most traded first: those of `ranked`, some of either leg in turn, some of the favourites.

    `favourites` come with the highest retail share first. Where legs or favourites are too few, the next largest take
    their places. A favourite that is not in `ranked` comes last.
    """
    place = {ticker: number for number, ticker in enumerate(ranked)}
    legs = (sorted((name for name in leg if name in place), key=place.__getitem__) for leg in (long, short))
    from_legs, from_favourites = count // LEGS_PART, count // FAVOURITES_PART
    chosen = list(ranked[: count - from_legs - from_favourites])
    chosen += _first(chain.from_iterable(zip(*legs, strict=False)), from_legs, chosen)
    chosen += _first(favourites, from_favourites, chosen)
    chosen += _first(ranked, count - len(chosen), chosen)
    return sorted(chosen, key=lambda ticker: place.get(ticker, len(place)))


def _first(names: Iterable[str], count: int, chosen: list[str]) -> list[str]:
    """The first so many that are not chosen yet."""
    return [name for name in dict.fromkeys(names) if name not in chosen][: max(0, count)]
