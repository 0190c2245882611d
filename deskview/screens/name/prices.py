"""A name's price now, what the evening did to it, and what speaks against its figures: for its page and its card."""

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from deskview.format import official_closes, percent

if TYPE_CHECKING:
    from deskview.board import Board


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


def notes(board: "Board", ticker: str) -> tuple[str, ...]:
    """Why today's return is in doubt, from when on the past counts, and an open that may hide a spin-off."""
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
    return tuple(lines)
