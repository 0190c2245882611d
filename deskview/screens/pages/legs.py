"""The legs of the momentum basket and the sectors they fall into, as rows that sort."""

from typing import TYPE_CHECKING

from deskview.screens.format import MISSING, basis_points, number, percent, tone
from deskview.screens.sectors import short_sector
from deskview.widgets.records import Cell, Column
from deskview.widgets.sorting import Entry

if TYPE_CHECKING:
    from deskview.analytics.momentum import LegName
    from deskview.analytics.momentum.structs import BasketReading

UNKNOWN = "unknown"


def columns(leg: str) -> tuple[Column, ...]:
    """The columns of one leg; the first title names it."""
    return (
        Column("ticker", leg, width=6),
        Column("now", "now", width=6, align="right"),
        Column("contribution", "bp", width=6, align="right", priority=1),
        Column("score", "12-1", width=6, align="right", priority=2),
        Column("weight", "weight", width=5, align="right", priority=5),
        Column("sector", "sector", flex=True, minimum=12, priority=3),
        Column("company", "name", flex=True, minimum=14, priority=4),
    )


def leg_entries(names: "list[LegName]") -> list[Entry]:
    """One row a name; the ticker of one that has not traded lately is marked."""
    return [
        Entry(
            name.ticker,
            (
                Cell(name.ticker, "" if name.covered else "stale"),
                Cell(percent(name.return_), tone(name.return_)),
                Cell(_bp(name.contribution), tone(name.contribution)),
                Cell(percent(name.score, 0), "dim"),
                Cell(f"{name.weight:.1%}", "dim"),
                Cell(short_sector(name.sector or UNKNOWN), "dim"),
                Cell(name.name or "", "dim"),
            ),
            (name.ticker, name.return_, name.contribution, name.score, name.weight, name.sector, name.name),
        )
        for name in names
    ]


def _bp(contribution: float | None) -> str:
    return MISSING if contribution is None else number(contribution * 10_000, 1)


def sector_columns() -> tuple[Column, ...]:
    """What each sector adds to the spread, leg by leg."""
    return (
        Column("sector", "sector", flex=True, minimum=10),
        Column("long", "long", width=5, align="right", priority=2),
        Column("short", "short", width=5, align="right", priority=1),
        Column("both", "bp", width=5, align="right"),
    )


def sector_split(basket: "BasketReading") -> dict[str, tuple[float, float]]:
    """Sums of the contributions of the long and the short leg by sector; both legs' sums make up the spread."""
    split: dict[str, tuple[float, float]] = {}
    for place, names in enumerate((basket.long, basket.short)):
        for name in names:
            if name.contribution is not None:
                long, short = split.get(name.sector or UNKNOWN, (0.0, 0.0))
                added = (long + name.contribution, short) if place == 0 else (long, short + name.contribution)
                split[name.sector or UNKNOWN] = added
    return split


def sector_entries(basket: "BasketReading") -> list[Entry]:
    """One row a sector."""
    return [
        Entry(
            sector,
            (
                Cell(sector),
                *(Cell(_whole(value), "dim") for value in legs),
                Cell(_whole(sum(legs)), tone(sum(legs))),
            ),
            (sector, *legs, sum(legs)),
        )
        for sector, legs in sector_split(basket).items()
    ]


def _whole(value: float) -> str:
    return basis_points(value).removesuffix("bp")
