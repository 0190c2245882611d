"""The flow page's lists: names, divergences, what was left out, how far the method can be trusted."""

from typing import TYPE_CHECKING

from deskview.screens.flow.explain import usual_usd
from deskview.screens.flow.pane import OTHER_INTENSITY, RETAIL_INTENSITY, counted
from deskview.screens.format import number, share, tone, usd
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.sorting import Entry

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, NameFlow, Side
    from deskview.board import Board


NAME_COLUMNS = (
    Column("ticker", "name", width=6),
    Column("retail", "retail", width=7, align="right"),
    Column("other", "non-retail", width=7, align="right"),
    Column("retail_intensity", RETAIL_INTENSITY, width=6, align="right", priority=1),
    Column("other_intensity", OTHER_INTENSITY, width=6, align="right", priority=2),
    Column("core", "blocks, sweeps", width=7, align="right", priority=5),
    Column("share", "retail share", width=5, align="right", priority=3),
    Column("off", "off-exch.", width=5, align="right", priority=6),
    Column("turnover", "traded", width=7, align="right", priority=4),
)
DIVERGENCE_COLUMNS = (
    Column("ticker", "name", width=6),
    Column("who", "retail", width=9, flex=True, minimum=11),
    Column("retail", "retail net", width=7, align="right"),
    Column("other", "non-retail", width=7, align="right"),
    Column("retail_intensity", RETAIL_INTENSITY, width=6, align="right", priority=2),
    Column("share", "retail share", width=5, align="right", priority=1),
)
QUALITY_COLUMNS = (
    Column("figure", "", width=8, align="right"),
    Column("words", "what it means", flex=True, minimum=20),
)


def name_entries(reading: "Flow", board: "Board") -> list[Entry]:
    """One row a focus name."""
    return [_name(row, board.off_exchange.of(row.ticker)) for row in reading.by_name]


def _name(row: "NameFlow", off: float | None) -> Entry:
    return Entry(
        row.ticker,
        (
            Cell(row.ticker),
            _net(row.retail_net_usd),
            _net(row.other_net_usd),
            Cell(number(row.retail_intensity), "dim"),
            Cell(number(row.other_intensity), "dim"),
            _net(row.core_net_usd),
            Cell(share(row.retail_share), "dim"),
            Cell(share(off), "dim"),
            Cell(usd(row.turnover_usd, sign=False), "dim"),
        ),
        (
            row.ticker,
            row.retail_net_usd,
            row.other_net_usd,
            row.retail_intensity,
            row.other_intensity,
            row.core_net_usd,
            row.retail_share,
            off,
            row.turnover_usd,
        ),
    )


def _net(value: float | None) -> Cell:
    return Cell(usd(value), tone(value))


def divergence_rows(reading: "Flow") -> list[Row]:
    """Names where retail stands against the rest, the largest opposition first within either direction."""
    sides = (("buys", reading.divergence), ("sells", reading.converse))
    return [
        Row(
            row.ticker,
            (
                Cell(row.ticker),
                Cell(*_who(who, row.retail_intensity)),
                _net(row.retail_net_usd),
                _net(row.other_net_usd),
                Cell(number(row.retail_intensity), "dim"),
                Cell(share(row.retail_share), "dim"),
            ),
        )
        for who, rows in sides
        for row in rows
    ]


def _who(who: str, intensity: float | None) -> tuple[str, str]:
    """What retail does, and how it is written: where it buys and sells alike to two digits that is said."""
    return (who, "accent") if round(intensity or 0.0, 2) else (f"flat, {who}", "dim")


def quality_rows(reading: "Flow") -> list[Row]:
    """How much was classified, what was left out and why, and the published error rates."""
    from deskview.analytics.flow.subpenny import ACCURACY  # noqa: PLC0415 - polars loads late

    rows = [
        _header("This session"),
        _quality("classified", share(reading.classified_share), "of the dollars outside auctions have a sign"),
        _quality("unsigned", usd(reading.unsigned_usd, sign=False), "without a sign, counted on neither side"),
        _quality("auctions", usd(reading.auction_usd, sign=False), "in opening and closing auctions, apart"),
        _header("Prints left out"),
        *(_quality(f"out:{why}", f"{count:,}", why) for why, count in reading.left_out.items()),
        _header("The method, as published"),
    ]
    return rows + [
        _quality(f"rate:{place}", share(rate.rate), f"{rate.statement} ({rate.source})")
        for place, rate in enumerate(ACCURACY)
    ]


def _header(title: str) -> Row:
    return Row(f"head:{title}", (Cell(title),), header=True)


def _quality(key: str, figure: str, meaning: str) -> Row:
    return Row(key, (Cell(figure), Cell(meaning, "dim")))


def usual_facts(reading: "Flow") -> list[Fact]:
    """What either side is used to: a low percentile of a side that buys is less buying, no selling."""
    retail, other = reading.retail, reading.institutional
    if retail.median_intensity is None or other.median_intensity is None:
        return []
    label = f"usual on today's dollars, median of {retail.days} d: retail"
    return [fact(label, usd(usual_usd(retail))), fact("non-retail", usd(usual_usd(other)))]


def session_facts(reading: "Flow") -> list[Fact]:
    """What the figures rest on, in one line."""
    prints = reading.retail.prints + reading.institutional.prints
    return [
        *counted(reading),
        fact("", f"{prints:,} prints"),
        fact("classified", share(reading.classified_share)),
        fact("all stocks off exchange", share(reading.off_exchange.share)),
        fact("", reading.comparison, "dim"),
    ]


def half_day_facts(label: str, side: "Side", now: str) -> list[Fact]:
    """Morning against afternoon, and the intensity."""
    afternoon = side.afternoon_usd if now >= "12:00" else None
    return [
        fact(f"{label:<10} morning", usd(side.morning_usd), tone(side.morning_usd)),
        fact("afternoon", usd(afternoon), tone(afternoon)),
        fact("intensity", number(side.intensity, 3)),
    ]
