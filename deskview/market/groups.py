"""Sectors and themes: the groups money rotates between."""

from pathlib import Path

import polars as pl

from deskview.market.members import SECTORS, load_members
from deskview.market.reference import Row, shipped_tables, unique, user_tables
from deskview.market.schema import Schema

#: One row per group and name; `kind` is sector or theme. A name has one sector and any number of themes.
GROUPS: Schema = {
    "group": pl.String(),
    "kind": pl.String(),
    "ticker": pl.String(),
}


def load_groups(extra: Path | None = None, *, replace: bool = False) -> pl.DataFrame:
    """GROUPS: the 11 sectors of the shipped names, then the themes, in the order of their file.

    `extra` is a user's TOML of `[[theme]]` tables with `name` and `members`. Its themes are added, one of
    a shipped name takes that theme's place; with `replace` they are the only themes. Raises
    ReferenceDataError on a theme it cannot use.
    """
    themes = {} if replace and extra else _themes(shipped_tables("groups.toml", "theme"))
    if extra:
        themes |= _themes(user_tables(extra, "theme"))
    return pl.concat([_sector_rows(), _theme_rows(themes)])


def _themes(rows: list[Row]) -> dict[str, list[str]]:
    return {row.text("name"): _members(row) for row in unique(rows, "name")}


def _members(row: Row) -> list[str]:
    row.only(("name", "members"))
    name = row.text("name")
    if not name.strip() or not name.isprintable():
        row.fail("name", "is empty or holds control characters")
    if name in SECTORS:
        row.fail("name", f"{name!r} is a sector; choose another name")
    members = row.fields.get("members")
    if not isinstance(members, list) or not members:
        row.fail("members", "must be a list of tickers with at least one in it")
    for position, ticker in enumerate(members):
        row.check_ticker(ticker, "members")
        if ticker in members[:position]:
            row.fail("members", f"{ticker} stands here a second time")
    return members


def _sector_rows() -> pl.DataFrame:
    return (
        load_members()
        .select(group="sector", kind=pl.lit("sector"), ticker="ticker")
        .sort("group", "ticker")
        .match_to_schema(dict(GROUPS))
    )


def _theme_rows(themes: dict[str, list[str]]) -> pl.DataFrame:
    rows = [(name, "theme", ticker) for name, members in themes.items() for ticker in members]
    return pl.DataFrame(rows, schema=dict(GROUPS), orient="row")
