"""Retail prints by their sub-penny price, and what is known of how often that errs.

Wholesalers improve retail market orders by a fraction of a cent, so an off-exchange print a little above a whole
tick was most likely a sale at the bid and one a little below it a purchase at the ask (Boehmer, Jones, Zhang and
Zhang 2021). Prints near half a tick are midpoint crosses and say nothing. All in integers of 1/10000 USD: in
floating point nearly half as many false retail prints appear as there are true ones.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import polars as pl

PENNY_E4: Final = 100
#: Below one dollar quotes themselves may be in sub-pennies, so the price tells nothing.
LOWEST_E4: Final = 10_000
#: Parts of a tick, in tenths: (0, 4) is a sale, (6, 10) a purchase, the rest is not retail.
SELL_BELOW_TENTHS: Final = 4
BUY_ABOVE_TENTHS: Final = 6


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """A published rate of the method; `rate` is a fraction."""

    statement: str
    rate: float
    source: str


BARBER: Final = "Barber, Huang, Jorion, Odean and Schwarz 2024, Journal of Finance 79, 2403-2427"

SEEN: Final = Accuracy(statement="of retail trades are identified by the sub-penny price", rate=0.35, source=BARBER)
SIGNED_WRONGLY: Final = Accuracy(
    statement="of identified trades are signed wrongly by the sub-penny price", rate=0.28, source=BARBER
)
#: What the literature says of these figures, for the card that explains them.
ACCURACY: Final[tuple[Accuracy, ...]] = (
    SEEN,
    SIGNED_WRONGLY,
    Accuracy(statement="of identified trades are signed wrongly by the quote midpoint", rate=0.05, source=BARBER),
    Accuracy(statement="of stocks have an uninformative imbalance by the sub-penny price", rate=0.30, source=BARBER),
    Accuracy(
        statement="of trades known to be retail, at most, were identified in another sample",
        rate=1 / 3,
        source="Battalio, Jennings, Saglam and Wu 2023, SSRN 4579159",
    ),
)


def tick(tick_e4: int | Mapping[str, int]) -> pl.Expr:
    """Minimum price variation of each print in 1/10000 USD; names absent from a mapping quote in pennies."""
    if isinstance(tick_e4, int):
        return pl.lit(tick_e4, dtype=pl.Int64)
    if not tick_e4:
        return pl.lit(PENNY_E4, dtype=pl.Int64)
    return pl.col("ticker").replace_strict(dict(tick_e4), default=PENNY_E4, return_dtype=pl.Int64)


def side(price_e4: pl.Expr, tick_e4: pl.Expr) -> pl.Expr:
    """1 for a retail purchase, -1 for a sale, 0 where the price does not tell; the print must be off-exchange."""
    tenths = 10 * (price_e4 % tick_e4)
    return (
        pl.when(price_e4 < LOWEST_E4)
        .then(0)
        .when((tenths > 0) & (tenths < SELL_BELOW_TENTHS * tick_e4))
        .then(-1)
        .when(tenths > BUY_ABOVE_TENTHS * tick_e4)
        .then(1)
        .otherwise(0)
        .cast(pl.Int8)
    )


def on_grid(price_e4: pl.Expr, tick_e4: pl.Expr) -> pl.Expr:
    """Whether a quote could stand at this price; below one dollar every price is on the grid."""
    return (price_e4 < LOWEST_E4) | (price_e4 % tick_e4 == 0)
