"""What is told of companies in a list of names: flags in a narrow one, columns in a wide one."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from deskview.format import MISSING
from deskview.screens.frame.age import OPEN
from deskview.widgets.records import Cell, Column

if TYPE_CHECKING:
    from deskview.board import Board

FLAGS = Column("flags", "ES", width=2, priority=2)
COLUMNS = (
    FLAGS,
    Column("si", "si", width=5, align="right", priority=3),
    Column("dtc", "dtc", width=4, align="right", priority=6),
    Column("earn", "earn", width=4, align="right", priority=4),
)
"""Short interest in % of the float, days to cover, sessions to the next report."""
ABOUT_SOON = 3
"""Sessions to a report that last year's filing tells of from which on it has a flag: results come days before."""
HEAVILY = 0.20
"""Of the float: more than this sold short has a flag."""
FLAG_WORDS = (
    "Letters behind a name: E, it reports until the next session opens; E?, a guess by last year's filing says today or"
    " within three sessions; S, above 20% of its float is sold short; H?, it may be halted:"
    " nothing has traded for five minutes while the market does. No letter is no all-clear: where nothing is known of a"
    " name there is none either."
)
COLUMN_WORDS = (
    "On the page si is what is sold short in % of the float, weeks old; dtc the days of its usual volume it takes to"
    " buy that back, where 1.0 may stand for less; earn the sessions to its next report, 0 today, ~ a guess by last"
    " year's filing."
)


class Told(NamedTuple):
    """What is told of one name, as far as it is."""

    flags: str = ""
    short_of_float: float | None = None
    days_to_cover: float | None = None
    earnings_sessions: int | None = None
    is_estimated: bool = False

    @property
    def flag_cell(self) -> Cell:
        """The flags; what may surprise within a day stands out."""
        return Cell(self.flags, "warning" if self.flags.strip("S ") else "dim")

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Those of COLUMNS."""
        about = "~" if self.is_estimated else ""
        sessions = MISSING if self.earnings_sessions is None else f"{about}{self.earnings_sessions}"
        return (
            self.flag_cell,
            Cell(in_percent(self.short_of_float), "dim"),
            Cell(days(self.days_to_cover), "dim"),
            Cell(sessions, "dim"),
        )

    @property
    def values(self) -> tuple[float | str | None, ...]:
        """What those columns sort by."""
        return (self.flags or None, self.short_of_float, self.days_to_cover, self.earnings_sessions)


NOTHING = Told()
NONE_TOLD: Mapping[str, Told] = MappingProxyType({})


def in_percent(part: float | None) -> str:
    """A part that is never negative: 18.2%."""
    return MISSING if part is None else f"{part:.1%}"


def days(count: float | None) -> str:
    """Days to cover: 4.1."""
    return MISSING if count is None else f"{count:.1f}"


def told_of(board: "Board", tickers: Iterable[str]) -> Mapping[str, Told]:
    """What is told of these names; of one that is not among them nothing is."""
    import polars as pl  # noqa: PLC0415 - loads late

    wanted, quiet, early = list(tickers), quiet_of(board), is_early(board)
    table, found = board.companies.table, dict[str, Told]()
    rows = [] if table is None else table.filter(pl.col("ticker").is_in(wanted)).iter_rows(named=True)
    for row in rows:
        found[row["ticker"]] = _told(row, is_early=early, is_quiet=row["ticker"] in quiet)
    for ticker in quiet.intersection(wanted) - found.keys():
        found[ticker] = Told(flags="H?")
    return found


def is_early(board: "Board") -> bool:
    """Whether the session has not opened yet."""
    return board.basis is not None and board.as_of is not None and board.as_of < board.basis.prices.opens


def quiet_of(board: "Board") -> frozenset[str]:
    """Names in which nothing trades any more within regular hours, while the market does."""
    from deskview.analytics.live import QUIET, quiet_names  # noqa: PLC0415 - polars loads late

    basis, at = board.basis, board.as_of
    if board.live is None or basis is None or at is None or board.phase != OPEN:
        return frozenset()
    if not basis.prices.opens + QUIET <= at < basis.prices.bell:
        return frozenset()
    return quiet_names(board.live, at)


def is_near(row: Mapping[str, Any], *, is_early: bool) -> bool:
    """Whether a report a calendar has comes until the next session opens; `is_early`: this one has not opened yet.

    What came this morning is out, and tomorrow's evening is not tonight; an hour that is not told may be either.
    """
    sessions, when = row["earnings_sessions"], row["earnings_when"]
    return (sessions == 0 and (when != "before" or is_early)) or (sessions == 1 and when in ("before", None))


def _told(row: Mapping[str, Any], *, is_early: bool, is_quiet: bool) -> Told:
    from deskview.analytics.companies import ESTIMATED  # noqa: PLC0415 - polars loads late

    sessions, estimated = row["earnings_sessions"], row["earnings_by"] == ESTIMATED
    flags = []
    if estimated and sessions <= ABOUT_SOON:
        flags.append("E?")
    elif not estimated and is_near(row, is_early=is_early):
        flags.append("E")
    if (row["short_of_float"] or 0.0) > HEAVILY:
        flags.append("S")
    if is_quiet:
        flags.append("H?")
    return Told(" ".join(flags), row["short_of_float"], row["days_to_cover"], sessions, estimated)
