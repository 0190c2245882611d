"""The option chain of one underlying as it is kept for a session, and what its underlying's price is taken from."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import polars as pl

from deskview.analytics.gamma.black_scholes import Terms
from deskview.analytics.gamma.chain import Strikes

INDEX, INDEX_FUND = "SPX", "SPY"
"""Whose options together are the index's: dollars of both add, as they move alike."""
PARITY_STRIKES = 10
"""At so many strikes, those where call and put cost most alike, parity is asked for the price."""


@dataclass(frozen=True)
class OptionBook:
    """`strikes` of a session, to be marked at any price: that of `proxy` times `ratio`.

    `spot_source` says where the price comes from, `oi_as_of` is the close open interest was counted at, `coverage`
    which contracts were asked for. When it was `fetched` its own price was `spot`.
    """

    underlying: str
    title: str
    strikes: Strikes
    oi_as_of: date
    coverage: str = ""
    proxy: str = ""
    ratio: float = 1.0
    spot_source: str = "its last trade"
    rate: float = 0.0
    dividend: float = 0.0
    fetched: datetime | None = None
    spot: float = 0.0

    def terms(self, price: float) -> Terms:
        """What its contracts are valued by while the proxy is at `price`."""
        return Terms(price * self.ratio, self.rate, self.dividend)


def combined(index: OptionBook, fund: OptionBook) -> OptionBook:
    """The options on an index and on the fund that holds it as one book, in points of the index."""
    scale = index.ratio / fund.ratio
    return replace(
        index,
        title=f"{index.title}: {index.underlying} + {fund.underlying}",
        strikes=index.strikes.beside(fund.strikes, scale),
        coverage=f"{index.underlying} {index.coverage}; {fund.underlying} {fund.coverage}",
    )


def spot_by_parity(chain: pl.DataFrame, rate: float, now: datetime) -> float | None:
    """The underlying's price by the calls and puts of the nearest expiry after today, from CHAIN; None without quotes.

    The median over the strikes where both cost most alike of strike + (call - put) e^{rT}, taken back to today. Quotes
    of one moment are needed: closes of two contracts may be hours apart.
    """
    mid = pl.when((pl.col("bid") > 0) & (pl.col("ask") >= pl.col("bid"))).then((pl.col("bid") + pl.col("ask")) / 2)
    quoted = chain.filter(pl.col("expiry") > now.date()).with_columns(mid=mid).drop_nulls("mid")
    sides = [quoted.filter(pl.col("right") == right) for right in ("call", "put")]
    both = sides[0].join(sides[1], on=["root", "expiry", "strike"], suffix="_put")
    if both.is_empty():
        return None
    nearest = both.filter(pl.col("expiry") == pl.col("expiry").min()).with_columns(
        apart=pl.col("mid") - pl.col("mid_put")
    )
    closest = nearest.sort(pl.col("apart").abs()).head(PARITY_STRIKES)
    years = (closest.get_column("expiry")[0] - now.date()).days / 365
    discount = float(np.exp(-rate * years))
    found = closest.select((pl.col("strike") * discount + pl.col("apart")).median()).item()
    return float(found) if found is not None and found > 0 else None
