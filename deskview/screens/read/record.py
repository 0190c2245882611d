"""What followed past events, as rows and charts: outcomes by rule, paths, the events one by one, the calendar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from deskview.format import MISSING, percent, share, tone
from deskview.screens.frame.history import standing
from deskview.widgets.chartspec import ChartSpec, Level, Series
from deskview.widgets.facts import Fact, fact
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.text import wrap

if TYPE_CHECKING:
    from deskview.analytics.events import Event, HistoryReading, Month, Outcome, Record, RecordReading, Study
    from deskview.board import Board

OUTCOME_COLUMNS = (
    Column("span", "sessions after", width=14, sortable=False),
    Column("n", "n", width=3, align="right", sortable=False),
    Column("up", "up", width=3, align="right", sortable=False),
    Column("hit", "share up", width=8, align="right", priority=2, sortable=False),
    Column("median", "median", width=6, align="right", sortable=False),
    Column("limits", "90% limits", width=13, align="right", sortable=False),
    Column("control", "as volatile", width=11, align="right", priority=3, sortable=False),
    Column("difference", "less those", width=10, align="right", priority=1, sortable=False),
    Column("difference_limits", "90% limits", width=13, align="right", priority=1, sortable=False),
)
EVENT_COLUMNS = (
    Column("session", "event", width=10, sortable=False),
    Column("return", "day", width=6, align="right", sortable=False),
    Column("days", "days", width=4, align="right", priority=3, sortable=False),
    Column("5", "5 d", width=6, align="right", priority=2, sortable=False),
    Column("21", "21 d", width=6, align="right", sortable=False),
    Column("42", "42 d", width=6, align="right", sortable=False),
    Column("63", "63 d", width=6, align="right", sortable=False),
    Column("fall", "p to t", width=6, align="right", priority=1, sortable=False),
    Column("panic", "panic", width=5, priority=2, sortable=False),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_COLUMNS = (
    Column("year", "year", width=4, sortable=False),
    *(Column(str(number), name, width=6, align="right", sortable=False) for number, name in enumerate(MONTHS, 1)),
)
SPLIT_SPANS = ("21", "42", "63")
"""Of the events in and out of a panic these stand below the rule's own."""


class Chosen(NamedTuple):
    """A rule of a record, whose paths and events are shown."""

    record: "RecordReading"
    study: "Study"

    @property
    def key(self) -> str:
        """What it is chosen by."""
        return f"{self.record.record}:{self.study.rule}"


def choices(reading: "HistoryReading") -> list[Chosen]:
    """Every rule of every record, in the order of the table."""
    return [Chosen(record, study) for record in reading.records for study in record.rules]


def chosen(reading: "HistoryReading", key: str) -> Chosen | None:
    """The rule a row of outcomes belongs to, the first where it is not there any more."""
    found = choices(reading)
    return next((choice for choice in found if key.startswith(choice.key)), found[0] if found else None)


def outcome_rows(reading: "HistoryReading") -> list[Row]:
    """Each rule's outcomes below its name, the records one below the other."""
    rows: list[Row] = []
    for choice in choices(reading):
        study = choice.study
        rows.append(_section(choice.key, _heading(choice)))
        rows += [_outcome(f"{choice.key}:{outcome.sessions}", outcome) for outcome in study.outcomes]
        for name, split in (("in a panic", study.panic), ("not in a panic", study.calm)):
            if split is None:
                continue
            key = f"{choice.key}:{name}"
            rows.append(_section(key, f"  of them {name}: {counted(split.events)}"))
            told = [outcome for outcome in split.outcomes if outcome.sessions in SPLIT_SPANS]
            rows += [_outcome(f"{key}:{outcome.sessions}", outcome) for outcome in told]
    return rows


def _section(key: str, title: str) -> Row:
    return Row(f"{key}:", (Cell(title),), header=True)


def _heading(choice: Chosen) -> str:
    study, record = choice.study, choice.record
    fall = "" if study.peak_to_trough is None else f", peak to trough {percent(study.peak_to_trough)}"
    days = f"{study.days:,} of {study.judged:,} days, {counted(study.events)} apart"
    return f"{record.short} {study.title}: {days}{fall}"


def counted(events: int) -> str:
    """So many events, in words."""
    return f"{events} event{'' if events == 1 else 's'}"


def _outcome(key: str, outcome: "Outcome") -> Row:
    return Row(
        key,
        (
            Cell(outcome.sessions),
            Cell(str(outcome.n), "dim"),
            Cell(str(outcome.up), "dim"),
            Cell(share(outcome.hit)),
            Cell(percent(outcome.median), tone(outcome.median)),
            Cell(limits(outcome.low, outcome.high), "dim"),
            Cell(percent(outcome.control), "dim"),
            Cell(percent(outcome.difference), "strong" if is_told(outcome) else "dim"),
            Cell(limits(outcome.difference_low, outcome.difference_high), "dim"),
        ),
    )


def limits(low: float | None, high: float | None) -> str:
    """An interval of fractions."""
    return MISSING if low is None or high is None else f"{percent(low)} to {percent(high)}"


def is_told(outcome: "Outcome") -> bool:
    """Whether the difference to days as volatile has limits that leave out zero."""
    low, high = outcome.difference_low, outcome.difference_high
    return low is not None and high is not None and (low > 0 or high < 0)


def event_rows(choice: Chosen | None) -> list[Row]:
    """The events of a rule, the newest first."""
    return [_event(event) for event in choice.study.all_events] if choice else []


def _event(event: "Event") -> Row:
    after = [event.after.get(span) for span in ("5", "21", "42", "63")]
    return Row(
        event.session.isoformat(),
        (
            Cell(event.session.isoformat()),
            Cell(percent(event.return_), tone(event.return_)),
            Cell(str(event.days), "dim"),
            *(Cell(percent(value), tone(value)) for value in after),
            Cell(percent(event.peak_to_trough), "dim"),
            Cell({True: "yes", False: "no", None: MISSING}[event.panic], "dim"),
        ),
    )


def month_rows(record: "RecordReading | None") -> list[Row]:
    """A year a row, the newest first; months that lack days at either end of the record are dim."""
    if record is None:
        return []
    by_year: dict[int, dict[int, Month]] = {}
    for month in record.months:
        by_year.setdefault(month.year, {})[month.month] = month
    ends = _ends(record)
    return [
        Row(str(year), (Cell(str(year), "strong"), *(_month(months.get(number), ends) for number in range(1, 13))))
        for year, months in sorted(by_year.items(), reverse=True)
    ]


def _ends(record: "RecordReading") -> set[tuple[int, int]]:
    """Year and month of its first and last day, of which days lack."""
    return {(day.year, day.month) for day in (record.first, record.last)}


def _month(month: "Month | None", ends: set[tuple[int, int]]) -> Cell:
    if month is None:
        return Cell("")
    return Cell(percent(month.return_), "dim" if (month.year, month.month) in ends else tone(month.return_))


def season_chart(record: "RecordReading | None") -> ChartSpec:
    """January against February and March together, a dot a year that has all three whole, the newest bold."""
    dots = _seasons(record) if record else []
    if record is None or not dots:
        return ChartSpec(version="none", title="No year yet with January, February and March")
    year, *_ = dots[-1]
    reach = max(abs(january) for _, january, _ in dots)
    ticks = sorted({0.0, *(sign * part * reach for sign in (-1, 1) for part in (0.5, 1.0))})
    return ChartSpec(
        version=f"{record.record}:{record.last}",
        series=(
            _dots(dots[-1:], str(year), "strong", reach),
            _dots(dots[:-1], "", "dim", reach),
            Series((-reach, reach), (None, None)),  # as far to the left as to the right
        ),
        levels=(Level(0.0),),
        title=f"{record.short}: across January, up February and March; {len(dots)} of them, bold {year}",
        x_ticks=tuple((tick, percent(tick)) for tick in ticks),
        write=percent,
    )


def _seasons(record: "RecordReading") -> list[tuple[int, float, float]]:
    """Years with what January returned and what the two months after it did; a month cut off by either end is none."""
    ends = _ends(record)
    months = {(m.year, m.month): m.return_ for m in record.months if (m.year, m.month) not in ends}
    years = [year for year, month in months if month == 1 and {(year, 2), (year, 3)} <= months.keys()]
    return [(year, months[year, 1], (1 + months[year, 2]) * (1 + months[year, 3]) - 1) for year in sorted(years)]


def _dots(dots: Sequence[tuple[int, float, float]], label: str, shade: str, reach: float) -> Series:
    half = reach / 1000  # less than a pixel
    xs = [x for _, january, _ in dots for x in (january - half, january + half, january + half)]
    return Series(tuple(xs), tuple(y for _, _, after in dots for y in (after, after, None)), label, shade)


def path_chart(board: "Board", choice: Chosen | None, session: str | None) -> ChartSpec:
    """The middle half and the median of what came after the events, and one event's path over them.

    Of few events there is no median, and every path is drawn.
    """
    record = next((each for each in board.records if choice and each.record == choice.record.record), None)
    if choice is None or record is None or not choice.study.all_events:
        return ChartSpec(version="none", title="No event, so no path")
    study = choice.study
    event = next((each for each in study.all_events if each.session.isoformat() == session), study.all_events[0])
    bold = Series(*_path(record, event), event.session.isoformat(), "strong")
    told = any(day.median is not None for day in study.path)
    fan = _fan(study) if told else [Series(*_path(record, other), "", "dim") for other in study.all_events]
    kind = f"{counted(study.events)}: median and middle half" if told else f"each of {counted(study.events)}"
    return ChartSpec(
        version=f"{choice.key}:{event.session}:{record.series.sessions[-1]}:{study.events}",
        series=(bold, *fan),
        levels=(Level(0.0),),
        title=f"After {kind}; bold {event.session}",
        x_ticks=tuple((float(step), str(step)) for step in (0, 5, 10, 21, 42, 63)),
        write=percent,
    )


def _fan(study: "Study") -> list[Series]:
    steps = tuple(float(step) for step in range(len(study.path) + 1))
    return [
        Series(steps, (0.0, *(getattr(day, name) for day in study.path)), name, shade)
        for name, shade in (("median", "accent"), ("low", "dim"), ("high", "dim"))
    ]


def _path(record: "Record", event: "Event") -> tuple[tuple[float, ...], tuple[float, ...]]:
    """An event's returns since its close, by the session after it, as far as they have come."""
    from deskview.analytics.events import path_after  # noqa: PLC0415 - polars loads late

    values = path_after(record.series, event.session)
    return tuple(float(step) for step in range(len(values))), tuple(values)


def record_facts(board: "Board", reading: "HistoryReading", width: int, most: int) -> list[list[Fact]]:
    """Where today stands, what is wrong with the records and what they are, in `most` lines of `width` cells."""
    lines = [[fact("", line, "strong")] for line in wrap(_today(board), width)]
    sources = [*filter(None, [board.history.note]), *map(_named, reading.records), *filter(None, [reading.note])]
    lines += [[fact("", line, "dim")] for source in sources for line in wrap(source, width)]
    return lines if len(lines) <= most else [*lines[: most - 1], [fact("", "… i: the record under the cursor", "dim")]]


def _today(board: "Board") -> str:
    momentum = board.momentum.value
    if momentum is None or momentum.rank is None:
        why = board.momentum.note if momentum is None else momentum.missing.get("rank", "")
        return f"Today is not ranked: {why}"
    return f"Today {percent(momentum.return_)}: {standing(momentum.return_, momentum.rank)}"


def _named(record: "RecordReading") -> str:
    return f"{record.short}: {record.title}, {record.first} to {record.last}; {record.source}"


def footers(reading: "HistoryReading") -> Sequence[str]:
    """The copyright lines of the records, each once."""
    return list(dict.fromkeys(record.copyright for record in reading.records if record.copyright))
