"""A name: price, place in the legs, leveraged-ETF flow fund by fund, retail and the rest."""

from typing import TYPE_CHECKING

from deskview.screens.frame.detail import Detail
from deskview.screens.frame.subject import Subject, list_info
from deskview.screens.frame.target import Kind
from deskview.screens.leverage.explain import FUND_LEVERAGE
from deskview.screens.name.explain import FUNDS, GROUPS, HEADLINES, TOPIC, card

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Board


def detail(board: "Board", ticker: str) -> Detail:
    """Everything the board knows of one name."""
    from deskview.screens.name.detail import name_detail  # noqa: PLC0415 - polars loads late

    return name_detail(board, ticker)


def table(board: "Board", ticker: str) -> "pl.DataFrame | None":
    """The daily bars known of a name, adjusted for splits."""
    import polars as pl  # noqa: PLC0415 - loads late

    from deskview.board.tables import stamped  # noqa: PLC0415

    if board.basis is None:
        return None
    bars = board.basis.history.filter(pl.col("ticker") == ticker).sort("session")
    return stamped(board, bars, sessions=True)


NAME = Subject(
    name=Kind.NAME,
    title="A name",
    topic=TOPIC,
    finds=lambda basis: ((key, name or "") for key, name in basis.names.select("ticker", "name").iter_rows()),
    detail=detail,
    card=card,
    table=table,
    lists={
        "name-funds": list_info(
            "A name: the funds on it",
            FUNDS,
            {
                "ticker": "ticker of the fund",
                "leverage": FUND_LEVERAGE,
                "weight": "the name's weight in the underlying",
                "fund": "the fund's whole trade today",
                "part": "the part that falls on the name",
            },
        ),
        "name-news": list_info(
            "A name: its headlines",
            HEADLINES,
            {
                "age": "how long ago it was published",
                "title": "its title",
                "about": "how many names it is about, where these are several",
                "host": "where its link leads: y copies it, nothing opens it",
            },
        ),
        "name-groups": list_info("A name: its groups", GROUPS, {"month": "return of a month to the last close"}),
    },
)
