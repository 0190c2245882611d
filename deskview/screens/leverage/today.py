"""Today's lists: by name, by underlying, by fund, by kind and sector."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from deskview.format import MISSING, number, percent, tone, usd
from deskview.market.titles import underlying_title
from deskview.screens.leverage.explain import (
    day_of,
    reset_words,
    spread,
    unsigned,
)
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.sorting import Entry

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage
    from deskview.analytics.leverage.readings import FamilyRow, FundRow, KindRow, NameRow, UnderlyingRow


MARK = "●"
"""Stands before a name whose flow reaches the threshold."""
NAME_COLUMNS = (
    Column("mark", "", width=1, sortable=False),
    Column("ticker", "name", width=6),
    Column("today", "today", width=7, align="right"),
    Column("adv", "% ADV", width=6, align="right"),
    Column("close", "% close est.", width=7, align="right", priority=2),
    Column("week", "week ±", width=6, align="right", priority=1),
    Column("week_adv", "±% ADV", width=6, align="right", priority=1),
    Column("single", "single", width=7, align="right", priority=4),
    Column("index", "index", width=7, align="right", priority=4),
    Column("impact", "impact est.", width=7, align="right", priority=5),
    Column("per1", "per 1%", width=7, align="right", priority=3),
    Column("volume", "ADV", width=7, align="right", priority=7),
    Column("sector", "sector", flex=True, minimum=8, priority=6),
    Column("company", "company", flex=True, minimum=8, priority=8),
)
UNDERLYING_COLUMNS = (
    Column("name", "underlying", flex=True, minimum=14),
    Column("move", "move", width=6, align="right"),
    Column("today", "today", width=7, align="right"),
    Column("per1", "per 1%", width=7, align="right"),
    Column("funds", "funds", width=5, align="right", priority=2),
    Column("aum", "AUM", width=7, align="right", priority=1),
    Column("kind", "kind", width=6, priority=3),
)
FUND_COLUMNS = (
    Column("ticker", "fund", width=6),
    Column("leverage", "L", width=4, align="right"),
    Column("underlying", "underlying", flex=True, minimum=8),
    Column("move", "move", width=6, align="right", priority=1),
    Column("today", "today", width=7, align="right"),
    Column("per1", "per 1%", width=7, align="right", priority=4),
    Column("aum", "AUM", width=7, align="right"),
    Column("low", "week p05", width=7, align="right", priority=3),
    Column("high", "week p95", width=7, align="right", priority=3),
    Column("terms", "reset, ETN", flex=True, minimum=13, priority=2),
    Column("creations", "creations", width=7, align="right", priority=5),
    Column("kind", "kind", width=6, priority=6),
    Column("name", "name", flex=True, minimum=10, priority=7),
)
KIND_COLUMNS = (
    Column("label", "kind or sector", flex=True, minimum=12),
    Column("today", "today", width=7, align="right"),
    Column("per1", "per 1%", width=7, align="right"),
    Column("count", "funds/names", width=6, align="right", priority=1),
    Column("aum", "AUM", width=7, align="right", priority=2),
)


def _size(value: float | None) -> float | None:
    """Flows are sorted by size, whichever way they go."""
    return None if value is None else abs(value)


def _flow(value: float | None, *, strong: bool = False) -> Cell:
    return Cell(usd(value), tone(value) + (" strong" if strong else ""))


def name_entries(reading: "Leverage") -> list[Entry]:
    """One row a name any equity fund reaches; those at or beyond the threshold stand out."""
    large = set(reading.threshold_names)
    return [_name(row, large=row.ticker in large) for row in reading.by_name]


def _name(row: "NameRow", *, large: bool) -> Entry:
    impact = MISSING if row.impact_bp is None else f"{number(row.impact_bp, 0)}bp"
    cells = (
        Cell(MARK if large else "", "warning"),
        Cell(row.ticker, "strong" if large else ""),
        _flow(row.today_usd, strong=large),
        Cell(percent(row.of_adv)),
        Cell(percent(row.of_close, 0)),
        Cell(spread(row.week_sd_usd)),
        Cell(unsigned(row.week_of_adv), "dim"),
        Cell(usd(row.single_stock_usd), "dim"),
        Cell(usd(row.index_usd), "dim"),
        Cell(impact, "dim"),
        Cell(usd(row.per_1pct_usd, sign=False), "dim"),
        Cell(usd(row.adv_usd, sign=False), "dim"),
        Cell(row.sector or "unknown", "dim"),
        Cell(row.name or "", "dim"),
    )
    flows = (row.today_usd, row.of_adv, row.of_close)
    parts = (row.single_stock_usd, row.index_usd, row.impact_bp)
    week, texts = (row.week_sd_usd, row.week_of_adv), (row.sector or "unknown", row.name or "")
    sizes = (*map(_size, flows), *week, *map(_size, parts))
    return Entry(row.ticker, cells, ("", row.ticker, *sizes, row.per_1pct_usd, row.adv_usd, *texts))


def underlying_key(row: "UnderlyingRow") -> str:
    """A stock's ticker and an index's key may be the same text; the kind tells them apart."""
    return f"{row.kind}:{row.underlying}"


def underlying_entries(reading: "Leverage") -> list[Entry]:
    """One row an equity underlying."""
    return [
        Entry(
            underlying_key(row),
            (
                Cell(underlying_title(row.underlying, row.kind)),
                Cell(percent(row.return_), tone(row.return_)),
                _flow(row.today_usd),
                Cell(usd(row.per_1pct_usd, sign=False), "dim"),
                Cell(str(row.funds), "dim"),
                Cell(usd(row.aum_usd, sign=False), "dim"),
                Cell(row.kind, "dim"),
            ),
            (row.name, row.return_, _size(row.today_usd), row.per_1pct_usd, row.funds, row.aum_usd, row.kind),
        )
        for row in reading.by_underlying
    ]


def fund_entries(reading: "Leverage", session: date | None) -> list[Entry]:
    """One row a fund with AUM, of every kind."""
    return [_fund(row, session) for row in reading.by_fund]


def _fund(row: "FundRow", session: date | None) -> Entry:
    terms = ", ".join(word for word in (row.structure.removeprefix("ETF"), reset_words(row, session)) if word)
    cells = (
        Cell(row.ticker),
        Cell(f"{row.leverage:+g}x".replace("-", "−")),
        Cell(underlying_title(row.underlying, row.kind)),
        Cell(percent(row.return_), tone(row.return_)),
        _trade(row, session),
        Cell(usd(row.per_1pct_usd, sign=False) if row.trades_on(session) else "", "dim"),
        Cell(usd(row.aum_usd, sign=False), "dim"),
        Cell(usd(row.week_p05_usd), "dim"),
        Cell(usd(row.week_p95_usd), "dim"),
        Cell(terms, "warning" if terms else ""),
        Cell(usd(row.creation_usd), "dim"),
        Cell(row.kind, "dim"),
        Cell(row.name, "dim"),
    )
    figures = (_size(row.today_usd), row.per_1pct_usd, row.aum_usd, _size(row.week_p05_usd), _size(row.week_p95_usd))
    rest = (terms or None, _size(row.creation_usd), row.kind, row.name)
    return Entry(row.ticker, cells, (row.ticker, row.leverage, row.underlying, row.return_, *figures, *rest))


def _trade(row: "FundRow", session: date | None) -> Cell:
    """Today's trade; the day of the next in place of the nothing of a fund that does not reset today."""
    if row.wiped_out:
        return Cell("wiped out", tone(row.today_usd))
    if row.resets_on is not None and not row.trades_on(session):
        return Cell(day_of(row.resets_on, "%a %-d"), "dim")
    return Cell(usd(row.today_usd), tone(row.today_usd))


def kind_rows(reading: "Leverage") -> list[Row]:
    """The headline's kinds with their sum, the other kinds apart, and the headline by the sector of the names."""
    sectors = [
        Row(
            f"sector:{row.sector}",
            (
                Cell(row.sector),
                _flow(row.today_usd),
                Cell(usd(row.per_1pct_usd, sign=False), "dim"),
                Cell(str(row.names) if row.names else "", "dim"),
                Cell(""),
            ),
        )
        for row in reading.by_sector
    ]
    total = (
        Cell("headline", "strong"),
        _flow(reading.today_usd, strong=True),
        Cell(usd(reading.per_1pct_usd, sign=False), "strong"),
        Cell(str(reading.funds), "strong"),
        Cell(usd(reading.aum_usd, sign=False), "strong"),
    )
    return [
        head("Equity: the headline"),
        *_kinds(reading.by_kind),
        Row("headline", total),
        *_families(reading),
        head("Other kinds: not in the headline"),
        *_kinds(reading.other_kinds),
        head("The headline by the names' sector"),
        *sectors,
    ]


def _kinds(rows: "Iterable[KindRow]") -> Iterable[Row]:
    for row in rows:
        yield Row(
            f"kind:{row.kind}",
            (
                Cell({"stock": "single stock"}.get(row.kind, row.kind)),
                _flow(row.today_usd),
                Cell(usd(row.per_1pct_usd, sign=False), "dim"),
                Cell(str(row.funds), "dim"),
                Cell(usd(row.aum_usd, sign=False), "dim"),
            ),
        )


def _families(reading: "Leverage") -> Iterable[Row]:
    """The index and sector funds on technology, a row a family."""
    if reading.by_family:
        yield head("Of which index and sector funds on")
    yield from map(_family, reading.by_family)


def _family(row: "FamilyRow") -> Row:
    cells = (
        Cell({"nasdaq": "Nasdaq"}.get(row.family, row.family)),
        _flow(row.today_usd),
        Cell(usd(row.per_1pct_usd, sign=False), "dim"),
        Cell(str(row.funds), "dim"),
        Cell(""),
    )
    return Row(f"family:{row.family}", cells)


def head(title: str) -> Row:
    """A line that parts a list."""
    return Row(title, (Cell(title),), header=True)
