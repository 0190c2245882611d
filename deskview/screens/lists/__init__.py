"""Own lists: what the names one watches or holds do today, and what of them hangs on momentum and leveraged ETFs."""

from typing import TYPE_CHECKING, Any

from deskview.analytics.assumptions import NO_LIST
from deskview.format import percent, tone, usd, usd_between
from deskview.screens.frame.age import STALE_AFTER_S, marked, state_of
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.screens.lists import tables
from deskview.screens.lists.explain import TOPIC, card
from deskview.screens.lists.facts import NAME_CELLS
from deskview.screens.lists.page import ListsPage
from deskview.widgets.strip import Segment
from deskview.widgets.text import shorten

if TYPE_CHECKING:
    from deskview.analytics.holdings import ListReading
    from deskview.board import Board, Part


def line(board: "Board | None") -> list[Segment]:
    """Each list's return and gain today and its −4σ day, the first ones longest; nothing where there is no list."""
    part = board.lists if board else None
    if part is None or board is None or (part.value is None and (not part.note or part.note.startswith(NO_LIST))):
        return []
    title = Segment("title", "Lists", "accent")
    if part.value is None:
        return [title, Segment("reason", part.note, "dim", priority=1)]
    stale = "stale" if state_of(part, STALE_AFTER_S, board.source.speed) == "stale" else ""
    return [title, *(each for rank, one in enumerate(part.value.lists) for each in _segments(one, part, rank, stale))]


def _segments(one: "ListReading", part: "Part[Any]", rank: int, stale: str) -> list[Segment]:
    """One list; its −4σ day gives way before it, and both before those of the lists above it."""
    gain = "" if one.pnl_today_usd is None else f" {usd(one.pnl_today_usd)}"
    now = marked(f"{percent(one.return_today, 2)}{gain}", part)
    name = f"{'· ' if rank else ''}{shorten(one.name, NAME_CELLS)}"
    tone_of = stale or tone(one.return_today)
    first = Segment(f"{rank} today", f"{name} {now}", tone_of, priority=2 * rank, short=f"{name} {now}")
    if one.shock is None:
        return [first]
    dollars = usd_between(one.shock_usd, one.shock_low_usd, one.shock_high_usd)
    shock = percent(one.shock) if one.shock_usd is None else dollars
    short = percent(one.shock) if one.shock_usd is None else usd(one.shock_usd)
    fall = Segment(
        f"{rank} shock",
        f"· −4σ {marked(shock, part)}",
        stale,
        priority=2 * rank + 1,
        short=f"· −4σ {marked(short, part)}",
    )
    return [first, fall]


def rows(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a position of every list, with all that is known of it; sums are in the JSON."""
    return [
        {"list": one["name"], **position, "themes": ", ".join(position["themes"])}
        for one in reading["lists"]
        for position in one["positions"]
    ]


LISTS = Subject(
    name="lists",
    title="Own lists",
    topic=TOPIC,
    part="lists",
    page=ListsPage,
    line=line,
    line_rows=37,
    optional=True,
    card=card,
    rows=rows,
    lists={
        "lists": list_info("Own lists page: the positions", tables.COLUMNS, tables.MEANINGS),
        "lists-sectors": list_info("Own lists page: by sector", tables.GROUP_COLUMNS, tables.GROUP_MEANINGS),
        "lists-themes": list_info("Own lists page: by theme", tables.THEME_COLUMNS, tables.GROUP_MEANINGS),
    },
    alerts=Alerts(
        (
            "lists.*.return_today",
            "lists.*.pnl_today_usd",
            "lists.*.shock_usd",
            "lists.*.beta_usd",
            "lists.*.flow_today_usd",
        )
    ),
)
