"""A name's price now, what the evening did to it, and what speaks against its figures: for its page and its card."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from deskview.analytics.chain import unusable
from deskview.format import percent
from deskview.screens.frame.age import official_closes

if TYPE_CHECKING:
    from deskview.board import Board


FACTS = {
    "type": "its type",
    "sector": "its sector",
    "shares": "its shares",
    "market_cap_usd": "its market cap",
    "assets_usd": "its assets",
}
"""What the user's file says of a name, in words."""


class Price(NamedTuple):
    """`price` is the official close where `official`, else the last trade; `after_hours` is the price of the evening.

    `ret` is the return against `before`, the previous close, `moved` that of the evening against the official close.
    """

    official: bool
    price: float | None
    before: float | None
    ret: float | None
    doubt: str | None
    after_hours: float | None
    moved: float | None


def price_of(board: "Board", ticker: str) -> Price:
    """The name's row of the live market."""
    live = {} if board.live is None else row_of(board.live, ticker)
    price, moved = number_in(live, "price"), number_in(live, "after_hours")
    evening = None if price is None or moved is None else price * (1 + moved)
    doubt = live.get("doubt")
    return Price(
        official=official_closes(board, board.as_of) is not None,
        price=price,
        before=number_in(live, "prev_close"),
        ret=number_in(live, "ret"),
        doubt=str(doubt) if doubt else None,
        after_hours=evening,
        moved=moved,
    )


def row_of(table: pl.DataFrame, ticker: str) -> dict[str, object]:
    """The name's row of a table; empty where it has none."""
    rows = table.filter(pl.col("ticker") == ticker)
    return rows.row(0, named=True) if rows.height else {}


def number_in(row: dict[str, object], column: str) -> float | None:
    """A number of the row; None where there is none."""
    value = row.get(column)
    return value if isinstance(value, float) else None


def own_of(board: "Board", ticker: str) -> dict[str, date | None]:
    """The facts of the name that are of the user's file, each with the day it is of."""
    if board.basis is None:
        return {}
    used = board.basis.own.filter(pl.col("ticker") == ticker, pl.col("unused").is_null())
    return dict(used.select("fact", "as_of").iter_rows())


def notes(board: "Board", ticker: str) -> tuple[str, ...]:
    """Why today's return is in doubt, from when on the past counts, an open that may hide a spin-off, and what of the
    user's file can't be used."""
    doubt, basis = price_of(board, ticker).doubt, board.basis
    lines = [f"in doubt: {doubt}"] if doubt else []
    if basis is not None:
        broken = basis.breaks.filter(pl.col("ticker") == ticker)
        lines += [f"its past counts from {day:%d %b %Y}: {why}" for _, day, why in broken.iter_rows()]
        gaps = basis.gaps.filter(pl.col("ticker") == ticker)
        lines += [
            f"opened {percent(change, 0)} on {day:%d %b %Y}: news, or a spin-off; spinoffs_file settles which"
            for _, day, change in gaps.iter_rows()
        ]
        useless = unusable(basis.own.filter(pl.col("ticker") == ticker)).select("fact", "unused")
        lines += [f"{FACTS[fact]} in names_file is not used: {why}" for fact, why in useless.iter_rows()]
    return tuple(lines)
