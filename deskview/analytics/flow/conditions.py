"""Which prints count, by sale condition and correction code, and in words why the others do not.

Codes are the vendor's consolidated ids (the letters are the tapes' own). A print counts when all its codes do;
where codes disagree the stricter use wins: kept, then institutional core, then auction, then left out.
"""

from dataclasses import dataclass
from enum import IntEnum

import polars as pl


class Use(IntEnum):
    """What becomes of a print with such a code, in the order in which one use overrides another."""

    KEEP = 0
    CORE = 1
    AUCTION = 2
    LEFT_OUT = 3


@dataclass(frozen=True)
class Condition:
    """One group of sale conditions; `reason` is what the screen says of prints left out by it."""

    use: Use
    codes: tuple[int, ...]
    reason: str


UNKNOWN = "condition code not known"

#: Every known code. Odd lots (37) are kept: fractional and odd-lot orders are what retail trades.
CONDITIONS: tuple[Condition, ...] = (
    Condition(Use.KEEP, (0, 1, 3, 4, 6, 11, 23, 24, 27, 34, 36, 37, 41), "regular"),
    Condition(Use.CORE, (9, 14), "intermarket sweep or cross"),
    Condition(Use.AUCTION, (8, 17, 18, 19, 25, 28), "opening, reopening or closing auction"),
    Condition(Use.LEFT_OUT, (2,), "average price"),
    Condition(Use.LEFT_OUT, (7, 20, 29), "settles other than regular way"),
    Condition(Use.LEFT_OUT, (10,), "derivatively priced"),
    Condition(Use.LEFT_OUT, (12, 13), "extended hours"),
    Condition(Use.LEFT_OUT, (15, 16, 38, 55), "repeats an auction"),
    Condition(Use.LEFT_OUT, (21,), "price variation"),
    Condition(Use.LEFT_OUT, (22,), "prior reference price"),
    Condition(Use.LEFT_OUT, (5, 26, 30, 31, 32, 33, 40), "reported late or out of sequence"),
    Condition(Use.LEFT_OUT, (35, 52, 53), "contingent on another trade"),
    Condition(Use.LEFT_OUT, (42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 54), "not an eligible trade report"),
    Condition(Use.LEFT_OUT, (), UNKNOWN),
)

#: Correction codes of prints that stand: 0 as reported, 1 corrected (the row carries the corrected figures).
STANDING = (0, 1)

#: Correction codes of prints cancelled or in error, and of the records that say so.
CANCELLED = (7, 8, 10, 11, 12)

_RANK = {code: rank for rank, condition in enumerate(CONDITIONS) for code in condition.codes}
_CORE_RANK = next(rank for rank, condition in enumerate(CONDITIONS) if condition.use is Use.CORE)
_AUCTION_RANK = next(rank for rank, condition in enumerate(CONDITIONS) if condition.use is Use.AUCTION)


def rank() -> pl.Expr:
    """Row of CONDITIONS that decides over a print, from its list of codes."""
    each = pl.element().replace_strict(_RANK, default=len(CONDITIONS) - 1, return_dtype=pl.UInt8)
    return pl.col("conditions").list.eval(each).list.max().fill_null(0)


def is_auction(rank: pl.Expr) -> pl.Expr:
    """Whether the deciding row is the auctions'."""
    return rank == _AUCTION_RANK


def is_core(rank: pl.Expr) -> pl.Expr:
    """Whether the deciding row is that of sweeps and crosses."""
    return rank == _CORE_RANK


def left_out(rank: pl.Expr) -> pl.Expr:
    """The reason in words where the deciding row leaves the print out, else null."""
    words = pl.lit(pl.Series([c.reason if c.use is Use.LEFT_OUT else None for c in CONDITIONS], dtype=pl.String))
    return words.gather(rank)


def cancelled() -> pl.Expr:
    """The reason in words where the correction code takes the print off the tape, else null."""
    code = pl.col("correction").fill_null(0)
    return (
        pl.when(code.is_in(CANCELLED))
        .then(pl.lit("cancelled or in error"))
        .when(~code.is_in(STANDING))
        .then(pl.lit("correction code not known"))
    )
