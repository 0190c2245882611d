"""The breadth page: every figure with its place in the year, and the past of the one under the cursor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from deskview.format import MISSING, clock, number, percent, share, tone
from deskview.ordinals import ordinal
from deskview.screens.breadth.explain import compared_with
from deskview.screens.frame.history import history_chart, past_sessions
from deskview.screens.frame.page import ChartPage
from deskview.screens.frame.status_lines import Segments
from deskview.screens.frame.target import Kind, Target
from deskview.widgets.chart import Chart
from deskview.widgets.facts import GAP, Fact, Facts, fact, flowed
from deskview.widgets.lines import Lines
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.table import Table
from deskview.widgets.text import wrap

if TYPE_CHECKING:
    from deskview.analytics.breadth import BreadthReading
    from deskview.analytics.figure import Figure
    from deskview.board import Board


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
class Shown:
    """A figure of the reading, how it is written, and whether it wears the tone of its sign.

    `meaning` is what it means where it is written in another unit than its own.
    """

    key: str
    write: Write
    signed: bool = False
    meaning: str = ""

    @property
    def about(self) -> "Figure":
        """What it is called and means."""
        from deskview.board.figures import figure_at  # noqa: PLC0415 - polars loads late

        found = figure_at(f"breadth.{self.key}")
        if found is None:
            raise LookupError(f"breadth has no figure {self.key!r}")
        return found

    @property
    def words(self) -> str:
        """What it means, or what it means that it is positive."""
        about = self.about
        return self.meaning or (f"above 0: {about.sign}" if about.sign else about.definition)


SECTIONS: tuple[tuple[str, tuple[Shown, ...]], ...] = (
    (
        "Against the index",
        (
            Shown("beat_share", share),
            Shown("cap_beat_share", share),
            Shown("up_share", share),
        ),
    ),
    (
        "Returns",
        (
            Shown("index_return", _returns, signed=True),
            Shown("equal_weight_return", _returns, signed=True),
            Shown("cap_weight_return", _returns, signed=True),
            Shown("gap", _returns, signed=True),
            Shown("top_10_contribution", _returns, signed=True),
        ),
    ),
    (
        "Dispersion",
        (
            Shown("dispersion", _size),
            Shown("dispersion_cap", _size),
            Shown("between_share", share),
            Shown("between_variance", _variance, meaning="Variance between sectors, in squared percent."),
            Shown("within_variance", _variance, meaning="Variance within sectors, in squared percent."),
        ),
    ),
    (
        "Correlation",
        (
            Shown("average_correlation_21d", _correlation),
            Shown("average_correlation_63d", _correlation),
            Shown("implied_correlation", _correlation),
            Shown("implied_correlation_dirty", _correlation),
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
    """Every figure below the name of its section; one that is missing says why.

    Why no figure of the hour has a percentile stands once, above the list.
    """
    rows: list[Row] = []
    for section, figures in SECTIONS:
        rows.append(Row(section, (Cell(section),), header=True))
        rows += [_row(figure, reading) for figure in figures]
    return rows


def _row(figure: Shown, reading: "BreadthReading") -> Row:
    value = getattr(reading, figure.key)
    rank = reading.percentile.get(figure.key)
    days = reading.days.get(figure.key)
    why = reading.missing.get(figure.key) or reading.missing.get(f"percentile.{figure.key}")
    if why == reading.missing.get("hour.variance_share"):
        why = None
    return Row(
        figure.key,
        (
            Cell(figure.about.short),
            Cell(figure.write(value), tone(value) if figure.signed else "strong"),
            Cell(MISSING if rank is None else ordinal(rank), "accent" if rank is not None and extreme(rank) else ""),
            Cell(scale(rank), "accent" if rank is not None and extreme(rank) else "dim"),
            Cell(MISSING if days is None else str(days), "dim"),
            Cell(why or figure.words, "stale" if why else "dim"),
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


INDENT = 10


class BreadthPage(ChartPage):
    """Figures in sections; below them a year of the chosen one beside the members left out."""

    PART = "breadth"
    HEADING = "Breadth"
    AUTO_FOCUS = "#figures"
    TURNS = frozenset({"figures"})
    DEFAULT_CSS: ClassVar[str] = f"""
    BreadthPage .list-area {{ height: {len(SECTIONS) + len(FIGURES) + 1}; }}
    BreadthPage.-low .list-area {{ height: 1fr; }}
    BreadthPage .chart-area {{ height: 1fr; }}
    BreadthPage #left-out {{ width: 44; margin-left: 2; }}
    BreadthPage #left-out.-none {{ display: none; }}
    """

    def __init__(self, segments: Segments) -> None:
        super().__init__(segments)
        self._figure = FIGURES[0].key
        self._days: tuple[date | None, list[date]] = (None, [])

    def compose_body(self) -> ComposeResult:
        """The members, the figures, the chart and who is left out."""
        yield Facts()
        with Horizontal(classes="list-area"):
            yield Table(COLUMNS, name="breadth-figures", id="figures")
        with Horizontal(classes="chart-area"):
            yield Chart()
            yield Table(LEFT_OUT_COLUMNS, empty="nobody is left out", name="breadth-left-out", id="left-out")

    def show_reading(self, reading: "BreadthReading", board: "Board") -> None:
        """Members, figures and the chart."""
        self.query_one(Facts).show(members(reading, self.size.width - 2))
        self.query_one("#figures", Table).set_rows(figure_rows(reading))
        left_out = self.query_one("#left-out", Table)
        left_out.set_class(not reading.left_out, "-none")
        left_out.set_rows(left_out_rows(reading))
        self._show_chart(reading, board)

    @on(Lines.Highlighted, "#figures")
    def choose(self, event: Lines.Highlighted) -> None:
        """The figure under the cursor shows its past."""
        event.stop()
        self._figure = event.key
        if self._board is not None and self._board.breadth.value is not None:
            self._show_chart(self._board.breadth.value, self._board)

    def target_of(self, list_id: str, key: str) -> Target | None:
        """A figure opens its chart, a member left out itself."""
        if list_id == "left-out":
            return Target(Kind.NAME, key)
        self.action_chart()
        return None

    def _show_chart(self, reading: "BreadthReading", board: "Board") -> None:
        model = board.basis.breadth if board.basis else None
        if model is None or board.basis is None:
            return
        if self._days[0] != board.basis.session:
            self._days = (board.basis.session, past_sessions(board.basis))
        figure = next(figure for figure in FIGURES if figure.key == self._figure)
        past = model.past.get(figure.key)
        spec = history_chart(
            f"{figure.key}:{board.basis.session}",
            [] if past is None else past.tolist(),
            self._days[1],
            getattr(reading, figure.key),
            title=chart_title(figure, reading, clock(board.breadth.as_of)[:5], None if past is None else len(past)),
            write=figure.write,
            today_tone="strong",
        )
        self.query_one(Chart).show(spec)


def chart_title(figure: Shown, reading: "BreadthReading", time: str, sessions: int | None) -> str:
    """What is charted: closing figures, beside which today's of an hour is one of part of a day."""
    from deskview.analytics.breadth import POWER_OF_THE_HOUR  # noqa: PLC0415 - polars loads late

    if sessions is None:
        return f"{figure.about.short}: no past is kept"
    if figure.key not in POWER_OF_THE_HOUR or reading.hour.variance_share == 1:
        return f"{figure.about.short}, {sessions} sessions"
    return f"{figure.about.short}, {sessions} sessions at their close, today at {time}"


def members(reading: "BreadthReading", width: int) -> list[list[Fact]]:
    """Whom the figures are of, who is not counted, and what the percentiles are against."""
    facts = [
        fact(reading.index, percent(reading.index_return, 2)),
        fact("counted", f"{reading.members} members"),
        fact("left out", str(reading.left_out)),
        fact("coverage", share(reading.coverage)),
    ]
    reasons: dict[str, int] = {}
    for reason in reading.left_out_reasons.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    facts += [fact("", f"{count} {reason}", "dim") for reason, count in reasons.items()]
    if reading.coverage_note:
        facts.append(fact("", reading.coverage_note, "stale"))
    tone_of = "stale" if "hour.variance_share" in reading.missing else ""
    room = width - INDENT - len(GAP)
    against = [fact("", line, tone_of) for words in compared_with(reading) for line in wrap(words, room)]
    return [*flowed("members", facts, INDENT, width), *flowed("percentile", against, INDENT, width)]
