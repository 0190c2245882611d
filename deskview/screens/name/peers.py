"""The groups a name belongs to and the names most like it, each with its return of today."""

from typing import TYPE_CHECKING

import polars as pl

from deskview.format import MISSING, percent, tone
from deskview.screens.frame.detail import Section
from deskview.screens.frame.target import Kind
from deskview.screens.name.explain import GROUPS
from deskview.screens.name.prices import number_in
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Row

if TYPE_CHECKING:
    from deskview.analytics.rotation import Group
    from deskview.board import Board

PEERS = 3
LEAST = 1
"""In an industry with fewer others the sector's names are the peers."""


def peers_of(board: "Board", ticker: str, known: dict[str, object]) -> list[Fact]:
    """The names of its industry, else of its sector, nearest to it in market cap: a company once, its own shares of
    another class not at all."""
    basis, cap = board.basis, number_in(known, "market_cap_usd")
    if basis is None or board.live is None or not cap:
        return [fact("", f"{MISSING}  its market cap is not known", "dim")]
    others = basis.names.filter(pl.col("ticker") != ticker, pl.col("market_cap_usd") > 0)
    others = others.filter(pl.col("cik").ne_missing(known.get("cik")) | pl.col("cik").is_null())
    alike = _alike(others, known)
    if alike.is_empty():
        return [fact("", f"{MISSING}  neither its industry nor its sector is known", "dim")]
    own = alike.join(board.live.select("ticker", "ret", "doubt"), on="ticker").drop_nulls("ret")
    if own.is_empty():
        return [fact("", f"{MISSING}  none of them has a return today", "dim")]
    issuer = pl.coalesce("cik", "ticker").alias("issuer")
    by_size = own.sort((pl.col("market_cap_usd") / cap).log().abs(), "ticker").with_columns(issuer)
    nearest = by_size.unique("issuer", keep="first", maintain_order=True).head(PEERS)
    found = nearest.select("ticker", "ret", "doubt").iter_rows()
    return [fact(peer, percent(ret) + ("?" if doubt else ""), tone(ret)) for peer, ret, doubt in found]


def _alike(others: pl.DataFrame, known: dict[str, object]) -> pl.DataFrame:
    for column in ("industry", "sector"):
        value = known.get(column)
        alike = others.filter(pl.col(column) == value) if value is not None else others.clear()
        if alike.height >= LEAST:
            return alike
    return others.clear()


def groups_section(board: "Board", ticker: str) -> Section:
    """The same as a list; each opens."""
    rows = tuple(
        Row(
            group.name,
            (
                Cell(group.name),
                Cell(group.kind, "dim"),
                Cell(percent(group.returns["now"]), tone(group.returns["now"])),
                Cell(percent(group.returns["1m"]), tone(group.returns["1m"])),
            ),
        )
        for group in _groups(board, ticker)
    )
    return Section("name-groups", "Groups it belongs to", GROUPS, rows, "in no sector or theme", Kind.GROUP)


def _groups(board: "Board", ticker: str) -> "list[Group]":
    if board.basis is None or board.rotation.value is None:
        return []
    mine = set(board.basis.reference.groups.filter(pl.col("ticker") == ticker).get_column("group"))
    return [group for group in board.rotation.value.groups if group.name in mine]
