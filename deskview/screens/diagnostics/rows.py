"""What is told of the program itself, line by line: the summary above the lists, the lists' rows, and their cards."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from deskview.analytics.assumptions import NO_LIST
from deskview.clock import monotonic
from deskview.format import MISSING, age, data_size, lasting
from deskview.screens.frame.card import Card, Line, Topic
from deskview.text import neutralise
from deskview.widgets.facts import Fact, fact

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.diagnostics import Diagnostics, RefreshFigures, ScreenFigures, WireFigures
    from deskview.logs import LogFigures
    from deskview.usage import ProcessFigures

TOPIC = Topic(
    "Diagnostics",
    "How the program itself is. It opens from the palette (^p), with --mouse by a click on the calls and errors at the"
    " right end of the bottom line, and without a desk by `deskview snapshot --page diagnostics`. The desk is two"
    " processes: one paints and takes keys, one fetches and computes. 'key to paint' is the time from when a key was"
    " read to when the first frame after it was handed to what writes to the terminal; what the line to your terminal"
    " adds is not in it. A turn is 'missed' when the one before still ran as it was due; the first, which fetches what"
    " later ones add to, counts none. Errors are requests that failed, by kind, each with the last one's sentence; most"
    " are tried again and cost nothing but time. Times here are UTC and the machine's own, as in the log, not the"
    " market's. `deskview doctor --bundle FILE` packs what a report of a fault needs; neither it nor this page holds a"
    " key.",
)
SILENT_S = 60.0
"""From so old figures of the market's process on it is said that it tells nothing."""
STEP_S = 5
"""The next turn counts down in these steps."""
LONGEST = 2000
NO_DESK = "one refresh without a desk: nothing was painted"
MUCH_LATER_S = 60.0
"""A market's process that is younger than the desk by more than this was started again."""


class Shown(NamedTuple):
    """A row: what it is called, its figure, and what that is or the sentence that was said, with its tone."""

    key: str
    label: str
    now: str
    text: str
    tone: str = ""


class Section(NamedTuple):
    """Rows under one title."""

    title: str
    rows: list[Shown]


def sections(board: "Board") -> list[Section]:
    """All there is to be told but the refreshes, which have a list of their own."""
    own = board.diagnostics
    found = (
        ("Program", _program(board)),
        ("Requests", _requests(own.wire, board.wire.calls_per_minute)),
        ("Screen", _screen(own.screen)),
        ("In doubt or left out", _in_doubt(board)),
        ("Store", _store(own, board.wire.sessions)),
        ("Log", _log(own.log)),
    )
    return [Section(title, [row._replace(text=_safe(row.text)) for row in rows]) for title, rows in found]


def _safe(text: str) -> str:
    """Some of the sentences are of others: a line without control characters, marks heaped up, or an end."""
    return neutralise(text, limit=LONGEST)


def _program(board: "Board") -> Iterator[Shown]:
    own, source = board.diagnostics, board.source
    libraries = ", ".join(f"{name} {number}" for name, number in own.versions.items() if name != "deskview")
    yield Shown("versions", "deskview", own.versions.get("deskview", MISSING), libraries)
    if source.simulated:
        speed = "stands still" if not source.speed else f"runs ×{source.speed:g}"
        text = f"scenario {source.scenario or MISSING}, its clock {speed}: no price is real"
        yield Shown("market", "market", "simulated", text, "simulated")
    else:
        yield Shown("market", "market", source.provider, "the provider's, nothing is simulated")
    for key, label, process in (("desk", "desk's process", own.desk), ("fetching", "market's process", own.market)):
        if process is not None:
            yield Shown(key, label, data_size(process.memory_bytes), _process(process))


def _process(process: "ProcessFigures") -> str:
    counts = (
        f"at most {data_size(process.most_memory_bytes)}",
        f"{_count(process.descriptors)} descriptors",
        f"{_count(process.threads)} threads",
        f"{process.tasks} tasks",
        f"{process.cpu_share:.1%} of a core",
        f"up {lasting(process.up_s)}",
        f"process {process.pid}",
    )
    return ", ".join(counts)


def _count(number: int | None) -> str:
    return MISSING if number is None else f"{number:,}"


def _requests(wire: "WireFigures", a_minute: int) -> Iterator[Shown]:
    received = f"{a_minute} in the last minute; {data_size(wire.bytes_received)} received"
    yield Shown("calls", "calls", f"{wire.calls:,}", received)
    share = f"{wire.failures / wire.calls:.2%} of the calls" if wire.calls else "of none"
    yield Shown("failed", "failed", f"{wire.failures:,}", share, "stale" if wire.failures else "")
    for error in wire.errors:
        yield Shown(f"error {error.kind}", error.kind, f"{error.count:,}", f"{utc(error.at)} {error.sentence}", "stale")


def _screen(screen: "ScreenFigures | None") -> Iterator[Shown]:
    if screen is None:
        yield Shown("key", "key to paint", MISSING, NO_DESK)
        return
    worst = f"; the longest took {_ms(screen.worst_ms)} at {utc(screen.worst_at)}" if screen.worst_at else ""
    of = f"median of the last {screen.keys:,} keys that changed anything{worst}" if screen.keys else "no key yet"
    yield Shown("key", "key to paint", _ms(screen.median_ms), of)
    total = f"of the last two minutes; {data_size(screen.bytes_written)} in {screen.frames:,} frames since the start"
    yield Shown("terminal", "to the terminal", _a_second(screen.bytes_per_s), total)
    stalls = f"while the terminal did not read: {screen.stalls:,} times, for {screen.longest_stall_s:.1f} s at most"
    tone = "stale" if screen.frames_skipped else ""
    yield Shown("skipped", "frames skipped", f"{screen.frames_skipped:,}", stalls, tone)


def _in_doubt(board: "Board") -> Iterator[Shown]:
    rows = [row for name, part in board.parts.items() for row in _of_part(name, part.doubt, part.note)]
    rows += [
        Shown(f"left out {table}", table, f"{count:,}", "; ".join(board.wire.reasons.get(table, ())) or "rows left out")
        for table, count in board.wire.left_out.items()
    ]
    yield from rows or [Shown("nothing", "nothing", "", "every part is whole, and every row that came was used")]


def _of_part(name: str, doubt: str, note: str) -> Iterator[Shown]:
    if doubt:
        yield Shown(f"doubt {name}", name, "in doubt", doubt, "warning")
    if note and note != doubt and not note.startswith(NO_LIST):
        yield Shown(f"note {name}", name, "note", note, "stale")


def _store(own: "Diagnostics", in_use: int) -> Iterator[Shown]:
    store = own.store
    if store is None:
        yield Shown("folder", "history", MISSING, "the market is not known yet")
        return
    held = f"{store.sessions:,} sessions of bars, {in_use:,} in use; {store.files:,} files in {store.folder}"
    yield Shown("folder", "history", data_size(store.bytes), held)
    if store.set_aside:
        names = f"damaged, fetched again where that can be done: {', '.join(store.set_aside)}"
        yield Shown("aside", "set aside", f"{len(store.set_aside):,}", names, "stale")
    if store.write_error:
        yield Shown("unwritten", "not written", "", store.write_error, "warning")


def _log(log: "LogFigures | None") -> Iterator[Shown]:
    if log is None:
        yield Shown("log", "log", MISSING, "not known")
        return
    yield Shown("log", "log", "", log.file or "there is no log file: lines are counted and the last shown here")
    for key, label, count, tone in (
        ("errors", "errors", log.errors, "warning"),
        ("warnings", "warnings", log.warnings, "stale"),
    ):
        yield Shown(key, label, f"{count:,}", "since the start", tone if count else "")
    for number, line in enumerate(reversed(log.last)):
        at, _, rest = line.partition(" ")
        level, _, said = rest.partition(" ")
        yield Shown(f"line {number}", at.partition("T")[2][:8] + "Z", level.lower(), said, "stale")


def refresh_text(refresh: "RefreshFigures") -> str:
    """The row of a refresh as a sentence."""
    took = f"the last took {refresh.last_s:.1f} s, the longest {refresh.longest_s:.1f} s"
    counts = f"{_many(refresh.turns, 'turn')}, {refresh.failed:,} failed, {refresh.missed:,} missed"
    return _safe(f"{counts}; {took if refresh.longest_s else 'none is over yet'}. {refresh.message}")


def next_in(refresh: "RefreshFigures") -> str:
    """In how long the next turn comes, in steps; empty where that is not known."""
    if refresh.next_at is None:
        return ""
    left_s = refresh.next_at - monotonic()
    return "now" if left_s <= 0 else age(-(-left_s // STEP_S) * STEP_S)


def summary(board: "Board") -> list[tuple[str, list[Fact]]]:
    """What is asked first, a subject and its facts a line: running, keys, requests, refreshes, log, doubts."""
    own = board.diagnostics
    lines = [("running", list(_running(own)))]
    if own.screen is not None:
        lines.append(("screen", list(_keys(own.screen))))
    lines.append(("requests", list(_failures(own.wire, board.wire.calls_per_minute))))
    if own.refreshes:
        lines.append(("refreshes", list(_turns(own.refreshes))))
    if own.log is not None and own.log.warnings + own.log.errors:
        tone = "warning" if own.log.errors else "stale"
        counts = f"{_many(own.log.errors, 'error')}, {_many(own.log.warnings, 'warning')}"
        lines.append(("log", [fact("", counts, tone)]))
    return lines


def _running(own: "Diagnostics") -> Iterator[Fact]:
    shown = own.desk or own.market
    yield fact("up", MISSING if shown is None else lasting(shown.up_s))
    for label, process in (("desk", own.desk), ("market", own.market)):
        if process is not None:
            yield fact(label, data_size(process.memory_bytes))
    if own.desk is not None and own.market is not None and own.market.began - own.desk.began > MUCH_LATER_S:
        yield fact("", f"the market's process was started again {lasting(own.market.up_s)} ago", "stale")


def _keys(screen: "ScreenFigures") -> Iterator[Fact]:
    yield fact("key to paint", _ms(screen.median_ms))
    yield fact("longest", f"{_ms(screen.worst_ms)} at {utc(screen.worst_at)}" if screen.worst_at else MISSING)
    yield fact("", f"{_a_second(screen.bytes_per_s)} to the terminal")
    if screen.frames_skipped:
        yield fact("", f"{screen.frames_skipped:,} frames skipped", "stale")


def _failures(wire: "WireFigures", a_minute: int) -> Iterator[Fact]:
    yield fact("", f"{wire.calls:,} calls, {a_minute} in the last minute")
    kinds = ", ".join(f"{error.count:,} {error.kind}" for error in wire.errors)
    tone = "stale" if wire.failures else ""
    yield fact("", f"{wire.failures:,} failed{f': {kinds}' if kinds else ''}", tone)


def _turns(refreshes: "tuple[RefreshFigures, ...]") -> Iterator[Fact]:
    """The market's snapshot, which comes first, with its times; missed and failed are of all, whose is told."""
    first = refreshes[0]
    if first.longest_s:
        yield fact(f"{first.task}: last", f"{first.last_s:.1f} s")
        yield fact("longest", f"{first.longest_s:.1f} s")
    for label, counts in (
        ("missed", {one.task: one.missed for one in refreshes if one.missed}),
        ("failed", {one.task: one.failed for one in refreshes if one.failed}),
    ):
        whose = ", ".join(f"{task} {count:,}" for task, count in counts.items())
        yield fact(f"{label} turns:", whose or "none", "stale" if whose else "")


def silence(own: "Diagnostics") -> str:
    """That the market's process tells nothing any more, with the age of what it told; empty while it does."""
    if own.market is None:
        return "The market's process has told nothing of itself yet."
    silent_s = monotonic() - own.market.at
    if own.desk is None or silent_s < SILENT_S:
        return ""
    return f"The market's process has told nothing of itself for {age(silent_s)}: its figures here are that old."


def card(board: "Board", _value: None, key: str | None, _variant: str) -> Card:
    """What the page is; of the row under the cursor all it says, for which a narrow terminal has no room."""
    for refresh in board.diagnostics.refreshes:
        if refresh.task == key:
            return Card(refresh.task, refresh_text(refresh), ())
    for section in sections(board):
        for row in section.rows:
            if row.key == key:
                lines = (Line("now", row.now),) if row.now else ()
                return Card(f"{section.title}: {_safe(row.label)}", row.text, lines)
    return Card(TOPIC.title, TOPIC.text, ())


def utc(moment: datetime | None) -> str:
    """Such as 14:02:11Z, with its date where that is not today's."""
    if moment is None:
        return MISSING
    here = moment.astimezone(UTC)
    return f"{here:%H:%M:%S}Z" if here.date() == datetime.now(UTC).date() else f"{here:%-d %b %H:%M}Z"


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"


def _ms(milliseconds: float | None) -> str:
    return MISSING if milliseconds is None else f"{milliseconds:,.0f} ms"


def _a_second(rate: float | None) -> str:
    return MISSING if rate is None else f"{data_size(rate)}/s"
