"""The flow page's lists: names, divergences, what was left out, how far the method can be trusted."""

from typing import TYPE_CHECKING

from deskview.format import MISSING, number, share, short_sector, tone, usd, usd_between, usd_within
from deskview.screens.flow.explain import sample_words, usual_usd
from deskview.screens.flow.pane import RETAIL_INTENSITY
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.sorting import Entry, Value

if TYPE_CHECKING:
    from deskview.analytics.flow import Flow, GroupFlow, NameFlow, Side
    from deskview.board import Board


NAME_COLUMNS = (
    Column("ticker", "name", width=6),
    Column("retail", "retail", width=7, align="right"),
    Column("retail_intensity", "int.", width=5, align="right", priority=1),
    Column("usual_retail", "usual", width=5, align="right", priority=2),
    Column("other", "non-ret.", width=7, align="right"),
    Column("other_intensity", "int.", width=5, align="right", priority=3),
    Column("usual_other", "usual", width=5, align="right", priority=4),
    Column("share", "share", width=5, align="right", priority=5),
    Column("leg", "leg", width=5, priority=6),
    Column("sector", "sector", width=12, priority=7),
    Column("turnover", "traded", width=7, align="right", priority=8),
    Column("core", "blocks", width=7, align="right", priority=9),
    Column("off", "off-exch.", width=5, align="right", priority=10),
)
FUND_COLUMNS = tuple(column for column in NAME_COLUMNS if column.key not in ("leg", "sector"))
GROUP_COLUMNS = (
    Column("group", "leg or sector", flex=True, minimum=10),
    Column("names", "n", width=2, align="right"),
    Column("retail", "retail", width=10, align="right"),
    Column("retail_intensity", "int.", width=5, align="right", priority=1),
    Column("other", "non-retail", width=10, align="right"),
    Column("other_intensity", "int.", width=5, align="right", priority=2),
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


def name_entries(rows: "list[NameFlow]", board: "Board", columns: tuple[Column, ...] = NAME_COLUMNS) -> list[Entry]:
    """One row a name counted, in these of the columns of names."""
    return [_entry(_name(row, board.off_exchange.of(row.ticker)), columns) for row in rows]


def _entry(figures: dict[str, tuple[Value, Cell]], columns: tuple[Column, ...]) -> Entry:
    chosen = [figures[column.key] for column in columns]
    return Entry(figures["ticker"][1].text, tuple(cell for _, cell in chosen), tuple(value for value, _ in chosen))


def _name(row: "NameFlow", off: float | None) -> dict[str, tuple[Value, Cell]]:
    """What a name has in each column, to sort by and to show."""
    sector = row.sector or ""
    return {
        "ticker": (row.ticker, Cell(row.ticker)),
        "retail": (row.retail_net_usd, _net(row.retail_net_usd)),
        "retail_intensity": (row.retail_intensity, Cell(number(row.retail_intensity))),
        "usual_retail": (row.usual_retail, Cell(number(row.usual_retail), "dim")),
        "other": (row.other_net_usd, _net(row.other_net_usd)),
        "other_intensity": (row.other_intensity, Cell(number(row.other_intensity))),
        "usual_other": (row.usual_other, Cell(number(row.usual_other), "dim")),
        "share": (row.retail_share, Cell(share(row.retail_share), "dim")),
        "leg": (row.leg or None, Cell(row.leg or MISSING, "accent" if row.leg else "dim")),
        "sector": (sector or None, Cell(short_sector(sector) or MISSING, "dim")),
        "turnover": (row.turnover_usd, Cell(usd(row.turnover_usd, sign=False), "dim")),
        "core": (row.core_net_usd, _net(row.core_net_usd)),
        "off": (off, Cell(share(off), "dim")),
    }


LEGS = {"long": "long leg", "short": "short leg", "neither": "in neither leg"}


def group_rows(reading: "Flow") -> list[Row]:
    """Both legs and the rest, then the sectors; either adds up to the whole."""
    parts = (("leg", "Momentum legs", reading.by_leg), ("sector", "Sectors", reading.by_sector))
    return [
        row
        for kind, title, groups in parts
        if groups
        for row in (_header(title), *(_group(kind, group, _is_estimated(reading, group)) for group in groups))
    ]


def _is_estimated(reading: "Flow", group: "GroupFlow") -> bool:
    """Whether names of the group stand for others too."""
    return any(
        name.weight > 1 and group.group in (name.sector or "no sector", name.leg or "neither")
        for name in reading.by_name
    )


def _group(kind: str, group: "GroupFlow", estimated: bool) -> Row:
    unknown = " ±?" if estimated and group.retail_low_usd is None else ""
    retail = usd_within(group.retail_net_usd, group.retail_low_usd, group.retail_high_usd) + unknown
    other = usd_within(group.other_net_usd, group.other_low_usd, group.other_high_usd) + unknown
    return Row(
        f"{kind}:{group.group}",
        (
            Cell(LEGS.get(group.group, group.group) if kind == "leg" else short_sector(group.group)),
            Cell(str(group.names), "dim"),
            Cell(retail, tone(group.retail_net_usd)),
            Cell(number(group.retail_intensity), "dim"),
            Cell(other, tone(group.other_net_usd)),
            Cell(number(group.other_intensity), "dim"),
        ),
    )


def leg_sentences(reading: "Flow") -> list[str]:
    """What retail did with either leg; where its limits hold both signs that can't be told."""
    so_far = ", so far" if reading.names < reading.focus else ""
    return [f"{_leg(group)}{so_far}" for group in reading.by_leg if group.group != "neither"]


def _leg(group: "GroupFlow") -> str:
    net, low, high = group.retail_net_usd, group.retail_low_usd, group.retail_high_usd
    even = not net or (low is not None and high is not None and low <= 0 <= high)
    did = "about even in" if even else "sold" if net < 0 else "bought"
    few = "" if low is not None else f", {group.names} name{'s' * (group.names != 1)}"
    return f"retail {did} the {group.group} leg: {usd_between(net, low, high)}{few}"


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
        _quality("counted", str(reading.names), f"names counted: {sample_words(reading)}"),
        *(_quality(f"sizing:{part}", "", part) for part in reading.sizing.split("; ") if part),
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
        fact("", sample_words(reading)),
        fact("", f"{prints:,} prints"),
        fact("classified", share(reading.classified_share)),
        fact("all stocks off exchange", share(reading.off_exchange.share)),
    ]


def half_day_facts(label: str, side: "Side", now: str) -> list[Fact]:
    """Morning against afternoon, and the intensity."""
    afternoon = side.afternoon_usd if now >= "12:00" else None
    return [
        fact(f"{label:<10} morning", usd(side.morning_usd), tone(side.morning_usd)),
        fact("afternoon", usd(afternoon), tone(afternoon)),
        fact("intensity", number(side.intensity, 3)),
    ]
