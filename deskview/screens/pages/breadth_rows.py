"""The figures of breadth: what each is called, how it is written and what it means, as rows of a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deskview.screens.format import MISSING, number, percent, share, tone
from deskview.widgets.gauge import ordinal
from deskview.widgets.records import Cell, Column, Row

if TYPE_CHECKING:
    from deskview.analytics.breadth import BreadthReading

Write = Callable[[float | None], str]
SCALE = 21
MIDDLE = SCALE // 2


def _returns(value: float | None) -> str:
    return percent(value, 2)


def _size(value: float | None) -> str:
    return percent(value, 2).lstrip("+")


def _correlation(value: float | None) -> str:
    return number(value)


def _variance(value: float | None) -> str:
    """In squared percentage points, as variances of returns are small."""
    return MISSING if value is None else f"{value * 10_000:.2f}"


@dataclass(frozen=True)
class Figure:
    """A field of the reading; `signed` figures wear the tone of their sign."""

    key: str
    title: str
    write: Write
    meaning: str
    signed: bool = False


SECTIONS: tuple[tuple[str, tuple[Figure, ...]], ...] = (
    (
        "Against the index",
        (
            Figure("beat_share", "beat the index", share, "share of members strictly above the index"),
            Figure("cap_beat_share", "beat it, by weight", share, "the same, weighted by market cap"),
            Figure("up_share", "up on the day", share, "share of members above yesterday's close"),
        ),
    ),
    (
        "Returns",
        (
            Figure("index_return", "index", _returns, "the index fund, live against the previous close", True),
            Figure("equal_weight_return", "equal weight", _returns, "mean return of the members", True),
            Figure("cap_weight_return", "cap weight", _returns, "the members weighted by market cap", True),
            Figure("gap", "equal less cap", _returns, "above 0: the small hold up, the giants fall", True),
            Figure("top_10_contribution", "from the top 10", _returns, "what the ten largest add to cap weight", True),
        ),
    ),
    (
        "Dispersion",
        (
            Figure("dispersion", "dispersion", _size, "standard deviation of the members' returns"),
            Figure("dispersion_cap", "by weight", _size, "weighted distance of the members from the index"),
            Figure("between_share", "between sectors", share, "share of the variance that lies between sectors"),
            Figure("between_variance", "variance between", _variance, "between sectors, in squared percent"),
            Figure("within_variance", "variance within", _variance, "within sectors, in squared percent"),
        ),
    ),
    (
        "Correlation",
        (
            Figure("average_correlation_21d", "average, 21 d", _correlation, "mean of all pairs over a month"),
            Figure("average_correlation_63d", "average, 63 d", _correlation, "mean of all pairs over a quarter"),
            Figure("implied_correlation", "implied, 63 d", _correlation, "from realised volatility, index and members"),
            Figure("implied_correlation_dirty", "implied, simple", _correlation, "index variance over weighted mean's"),
        ),
    ),
)
FIGURES = tuple(figure for _, figures in SECTIONS for figure in figures)
COLUMNS = (
    Column("figure", "figure", width=18, sortable=False),
    Column("now", "now", width=7, align="right", sortable=False),
    Column("percentile", "percentile", width=5, align="right", sortable=False),
    Column("scale", "lowest · median · highest", width=SCALE, priority=2, sortable=False),
    Column("days", "days", width=4, align="right", priority=1, sortable=False),
    Column("meaning", "what it is", flex=True, minimum=24, priority=3, sortable=False),
)
LEFT_OUT_COLUMNS = (Column("ticker", "left out", width=6), Column("why", "why", flex=True, minimum=12))


def figure_rows(reading: "BreadthReading") -> list[Row]:
    """Every figure below the name of its section; one that is missing says why."""
    rows: list[Row] = []
    for section, figures in SECTIONS:
        rows.append(Row(section, (Cell(section),), header=True))
        rows += [_row(figure, reading) for figure in figures]
    return rows


def _row(figure: Figure, reading: "BreadthReading") -> Row:
    value = getattr(reading, figure.key)
    rank = reading.percentile.get(figure.key)
    days = reading.days.get(figure.key)
    why = reading.missing.get(figure.key) or (
        None if rank is not None else reading.missing.get(f"percentile.{figure.key}")
    )
    return Row(
        figure.key,
        (
            Cell(figure.title),
            Cell(figure.write(value), tone(value) if figure.signed else "strong"),
            Cell(MISSING if rank is None else ordinal(rank), "accent" if rank is not None and extreme(rank) else ""),
            Cell(scale(rank), "accent" if rank is not None and extreme(rank) else "dim"),
            Cell(MISSING if days is None else str(days), "dim"),
            Cell(why or figure.meaning, "stale" if why else "dim"),
        ),
    )


def extreme(rank: float) -> bool:
    """Whether a percentile lies in the outermost twentieth on either side."""
    return rank <= 5 or rank >= 95


def scale(rank: float | None) -> str:
    """The percentile as a place on a line, its middle marked."""
    if rank is None:
        return ""
    track = ["─"] * SCALE
    track[MIDDLE] = "┼"
    track[round(min(100.0, max(0.0, rank)) / 100 * (SCALE - 1))] = "●"
    return "".join(track)


def left_out_rows(reading: "BreadthReading") -> list[Row]:
    """Each member left out, and why."""
    reasons = sorted(reading.left_out_reasons.items())
    return [Row(ticker, (Cell(ticker), Cell(why, "dim"))) for ticker, why in reasons]
