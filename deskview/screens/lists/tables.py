"""One of the user's lists as rows: its positions, and what it has of sectors and themes."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, number, percent, price, share, short_sector, tone, usd
from deskview.screens.lists.facts import shares
from deskview.widgets.records import Cell, Column
from deskview.widgets.sorting import Entry, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deskview.analytics.holdings import GroupRow, ListReading, Position

COLUMNS = (
    Column("ticker", "ticker", width=6),
    Column("name", "name", flex=True, minimum=10, priority=8),
    Column("now", "now", width=6, align="right"),
    Column("price", "price", width=7, align="right", priority=2),
    Column("quantity", "shares", width=6, align="right", priority=9),
    Column("value", "value", width=6, align="right", priority=7),
    Column("weight", "weight", width=6, align="right"),
    Column("gain", "today", width=7, align="right"),
    Column("since", "since", width=6, align="right", priority=10),
    Column("beta", "β mom.", width=5, align="right"),
    Column("market", "β SPY", width=5, align="right", priority=11),
    Column("leg", "leg", width=5, priority=3),
    Column("today", "LETFs", width=7, align="right"),
    Column("per1", "per 1%", width=6, align="right", priority=1),
    Column("adv", "%ADV", width=5, align="right", priority=6),
    Column("sector", "sector", width=9, priority=4),
    Column("themes", "themes", flex=True, minimum=8, priority=12),
    Column("remark", "remark", flex=True, minimum=8, priority=5),
)
"""What has a price in front of what hangs on it; the remark says why a row does not count, or what is odd in it."""
IN_DOLLARS = frozenset({"quantity", "value", "gain", "since"})
"""What a list without quantities has none of."""
MEANINGS = {
    "ticker": "the name",
    "name": "the company or fund",
    "price": "its last trade, else its previous close",
    "quantity": "shares held, negative where sold short",
    "value": "shares times price",
    "weight": "of the list's gross value; the same for each in a list without quantities",
    "gain": "gain or loss today",
    "since": "gain or loss since the list's price",
    "beta": "beta to the momentum spread, 252 sessions",
    "market": "beta to SPY, 252 sessions",
    "themes": "the themes it belongs to",
    "remark": "why it is not counted, or what is odd in it",
}
GROUP_COLUMNS = (
    Column("group", "sector", flex=True, minimum=10),
    Column("names", "names", width=5, align="right", priority=1),
    Column("weight", "net", width=5, align="right"),
    Column("share", "gross", width=5, align="right"),
    Column("value", "net $", width=7, align="right", priority=2),
)
THEME_COLUMNS = (Column("group", "theme", flex=True, minimum=10), *GROUP_COLUMNS[1:])
GROUP_MEANINGS = {
    "group": "sector or theme",
    "names": "names of the list in it",
    "weight": "long less short, of the list's gross value",
    "share": "long and short together, of the list's gross value",
    "value": "long less short in dollars",
}
Figures = dict[str, tuple[Cell, Value]]


def columns_of(one: "ListReading") -> tuple[Column, ...]:
    """Those the list has figures for."""
    return tuple(column for column in COLUMNS if one.has_quantities or column.key not in IN_DOLLARS)


def entries(one: "ListReading") -> list[Entry]:
    """A row a position."""
    keys = [column.key for column in columns_of(one)]
    return [_entry(row.ticker, _position(row), keys) for row in one.positions]


def _entry(key: str, figures: Figures, keys: "Sequence[str]") -> Entry:
    return Entry(key, tuple(figures[one][0] for one in keys), tuple(figures[one][1] for one in keys))


def _position(row: "Position") -> Figures:
    """Every cell by its column, with what it sorts by."""
    base = "" if row.counted else "dim"
    doubt = "?" if row.doubt and row.return_ is not None else ""
    leg = row.leg if row.leg in ("long", "short") else ""
    themes = ", ".join(row.themes)
    quantity = MISSING if row.quantity is None else shares(row.quantity)
    return {
        "ticker": (Cell(row.ticker, "strong" if row.counted else "dim"), row.ticker),
        "name": (Cell(row.name or "", "dim"), row.name),
        "now": (Cell(percent(row.return_) + doubt, tone(row.return_)), row.return_),
        "price": (Cell(price(row.price), base if row.price_basis == "last" else "dim"), row.price),
        "quantity": (Cell(quantity, base), row.quantity),
        "value": (Cell(usd(row.value_usd, sign=bool(row.value_usd and row.value_usd < 0)), base), row.value_usd),
        "weight": (Cell(percent(row.weight).lstrip("+"), base), row.weight),
        "gain": (Cell(usd(row.pnl_today_usd), tone(row.pnl_today_usd)), row.pnl_today_usd),
        "since": (Cell(usd(row.pnl_since_usd), tone(row.pnl_since_usd)), row.pnl_since_usd),
        "beta": (Cell(number(row.beta_spread), base), row.beta_spread),
        "market": (Cell(number(row.beta_market), "dim"), row.beta_market),
        "leg": (Cell(leg or (MISSING if row.leg is None else ""), "accent" if leg else "dim"), leg or None),
        "today": (Cell(usd(row.flow_today_usd), tone(row.flow_today_usd)), row.flow_today_usd),
        "per1": (Cell(usd(row.flow_per_1pct_usd, sign=False), base), row.flow_per_1pct_usd),
        "adv": (Cell(percent(row.flow_of_adv), tone(row.flow_of_adv)), row.flow_of_adv),
        "sector": (Cell(short_sector(row.sector or ""), "dim"), row.sector),
        "themes": (Cell(themes, "dim"), themes or None),
        "remark": (Cell(*_remark(row)), row.reason or row.doubt or row.split),
    }


def _remark(row: "Position") -> tuple[str, str]:
    """What is to be said of a row, the gravest alone, and its tone."""
    if row.reason:
        return row.reason, "stale"
    if row.split:
        return row.split, "warning"
    if row.doubt:
        return row.doubt, "warning"
    return ("no trade today", "dim") if row.price_basis == "previous close" else ("", "")


def group_entries(rows: "Sequence[GroupRow]", *, dollars: bool) -> list[Entry]:
    """A row a group, by the columns of a list with dollars or without."""
    keys = [column.key for column in group_columns(dollars=dollars)]
    return [_entry(row.group or "", _group(row), keys) for row in rows]


def group_columns(*, dollars: bool, theme: bool = False) -> tuple[Column, ...]:
    """Those of sectors or of themes; dollars only where the list has them."""
    columns = THEME_COLUMNS if theme else GROUP_COLUMNS
    return columns if dollars else columns[:-1]


def _group(row: "GroupRow") -> Figures:
    return {
        "group": (Cell(row.group or "no sector", "" if row.group else "dim"), row.group),
        "names": (Cell(f"{row.names:,}", "dim"), row.names),
        "weight": (Cell(percent(row.weight), tone(row.weight)), row.weight),
        "share": (Cell(share(row.share)), row.share),
        "value": (Cell(usd(row.value_usd), tone(row.value_usd)), row.value_usd),
    }
