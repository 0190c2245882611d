"""How each index's flow is carried into names: the list, and the card of one of its rows."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, tone, usd
from deskview.screens.frame.card import Card, Line, flow_usd, rests_on
from deskview.screens.leverage.explain import basis_words, r_squared
from deskview.screens.leverage.today import underlying_key
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.readings import IndexWeights, UnderlyingRow
    from deskview.board import Board


WEIGHT_COLUMNS = (
    Column("name", "index", flex=True, minimum=12),
    Column("today", "today", width=7, align="right", priority=1),
    Column("basis", "weights", width=7),
    Column("r2", "R² left out", width=5, align="right", priority=2),
    Column("residual", "resid. bp", width=4, align="right", priority=4),
    Column("known", "names", width=6, align="right", priority=3),
    Column("reason", "why", flex=True, minimum=44),
)
"""R² and residual are of sessions left out when the weights were found."""


def weight_rows(reading: "Leverage") -> list[Row]:
    """How each index's flow is carried into names, the largest flow first."""
    rows = [(_underlying(reading, index), index) for index in reading.index_weights]
    rows.sort(key=lambda pair: -abs((pair[0].today_usd or 0.0) if pair[0] else 0.0))
    return [_weights(underlying, index) for underlying, index in rows]


def _underlying(reading: "Leverage", index: "IndexWeights") -> "UnderlyingRow | None":
    rows = (row for row in reading.by_underlying if row.kind != "stock")
    return next((row for row in rows if row.underlying == index.index), None)


def _key(underlying: "UnderlyingRow | None", index: "IndexWeights") -> str:
    return underlying_key(underlying) if underlying else f"index:{index.index}"


def _weights(underlying: "UnderlyingRow | None", index: "IndexWeights") -> Row:
    flow = underlying.today_usd if underlying else None
    cells = (
        Cell(index.name),
        Cell(usd(flow), tone(flow)),
        Cell(_basis(index), {"prior": "warning", "none": "dim"}.get(index.basis, "")),
        Cell(r_squared(index.r2), "dim"),
        Cell(MISSING if index.residual_bp is None else f"{index.residual_bp:.1f}", "dim"),
        Cell(f"{index.known}/{index.members}" if index.members else MISSING, "dim"),
        Cell(index.reason or "", "dim"),
    )
    return Row(_key(underlying, index), cells)


def _basis(index: "IndexWeights") -> str:
    return f"implied, {index.fund}" if index.basis == "implied" and index.fund else basis_words(index)


TEXT = (
    "How the index's flow is carried into names. Implied weights are those that the returns of a fund on the index"
    " imply; R² and residual say how they held on sessions left out when they were found. Weights that hold too badly"
    " are refused for approximate ones."
)


def weights_card(board: "Board", reading: "Leverage", key: str) -> Card | None:
    """The weights of the row `key`, its reason whole; None where it is no row of theirs."""
    pairs = ((_underlying(reading, index), index) for index in reading.index_weights)
    for underlying, index in pairs:
        if _key(underlying, index) == key:
            return Card(f"Weights of {index.name}", TEXT, _lines(underlying, index), rests_on(board, board.leverage))
    return None


def _lines(underlying: "UnderlyingRow | None", index: "IndexWeights") -> tuple[Line, ...]:
    refused = ", refused" if index.basis == "prior" else ""
    fit = [] if index.r2 is None else [Line("R², sessions left out", f"{r_squared(index.r2)}{refused}")]
    rest = [] if index.residual_bp is None else [Line("left unexplained", f"{index.residual_bp:.1f}bp a day")]
    return (
        Line("weights", basis_words(index)),
        *([Line("why", index.reason)] if index.reason else []),
        *fit,
        *rest,
        Line("names", f"{index.known} of {index.members} have all it takes"),
        Line("flow today", flow_usd(underlying.today_usd if underlying else None)),
    )
