"""The positions of a list as a table, and what a filter may ask of them."""

from collections.abc import Mapping

import polars as pl

from deskview.analytics.filters import Column
from deskview.analytics.holdings.rows import LONG, NEITHER, SHORT
from deskview.analytics.holdings.structs import ListReading
from deskview.market.schema import Schema

THEMES = " · "
"""Between the themes of a name."""
#: One row per position, in the order of the list; null where the figure is. The columns are the fields of `Position`,
#: `themes` in one text. Returns, weights and parts are fractions, the rest dollars, shares and betas.
POSITIONS: Schema = {
    **dict.fromkeys(("ticker", "name", "sector", "themes", "leg"), pl.String()),
    "counted": pl.Boolean(),
    **dict.fromkeys(("quantity", "price", "list_price", "value_usd", "weight", "return_"), pl.Float64()),
    **dict.fromkeys(("pnl_today_usd", "since_return", "pnl_since_usd", "leg_weight"), pl.Float64()),
    **dict.fromkeys(("beta_market", "beta_spread"), pl.Float64()),
    **dict.fromkeys(("flow_today_usd", "flow_per_1pct_usd", "flow_of_adv"), pl.Float64()),
}
FILTERED: Mapping[str, Column] = {
    "ticker": Column("ticker", "text"),
    "name": Column("name", "text"),
    "sector": Column("sector", "text"),
    "theme": Column("themes", "text"),
    "leg": Column("leg", "text", (LONG, SHORT, NEITHER)),
    "counted": Column("counted", "flag"),
    "quantity": Column("quantity", "number"),
    "price": Column("price", "number"),
    "cost": Column("list_price", "number"),
    "value": Column("value_usd", "number"),
    "weight": Column("weight", "percent"),
    "now": Column("return_", "percent"),
    "pnl": Column("pnl_today_usd", "number"),
    "since": Column("since_return", "percent"),
    "since_pnl": Column("pnl_since_usd", "number"),
    "leg_weight": Column("leg_weight", "percent"),
    "beta": Column("beta_market", "number"),
    "mom_beta": Column("beta_spread", "number"),
    "etfs": Column("flow_today_usd", "number"),
    "etfs_1pct": Column("flow_per_1pct_usd", "number"),
    "etfs_adv": Column("flow_of_adv", "percent"),
}
"""What a filter calls the columns of POSITIONS."""


def table_of(one: ListReading) -> pl.DataFrame:
    """POSITIONS of a list."""
    plain = [column for column in POSITIONS if column != "themes"]
    columns: dict[str, list[object]] = {column: [getattr(row, column) for row in one.positions] for column in plain}
    columns["themes"] = [THEMES.join(row.themes) or None for row in one.positions]
    return pl.DataFrame(columns, schema_overrides=dict(POSITIONS)).select(list(POSITIONS))
