"""Dealers' gamma: whether their hedging dampens moves or amplifies them, and what it does with leveraged ETFs."""

from typing import TYPE_CHECKING, Any

from deskview.format import percent, usd
from deskview.screens.frame.age import STALE_AFTER_S, marked, state_of
from deskview.screens.frame.subject import Alerts, Subject, list_info
from deskview.screens.gamma import tables
from deskview.screens.gamma.explain import TOPIC, card
from deskview.screens.gamma.page import GammaPage
from deskview.screens.gamma.words import UNSIGNED, does, level, moved, told_shock, tone_of
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


def headline(board: "Board") -> list[Segment]:
    """The S&P 500's net for 1 %, with its verdict where there is room."""
    reading = board.gamma.value
    index = reading.index if reading else None
    if reading is None or index is None or index.net_usd_per_1pct is None:
        return []
    net = marked(f"γ {usd(index.net_usd_per_1pct, digits=2)}", board.gamma)
    style = "" if reading.convention == UNSIGNED else tone_of(index)
    return [Segment("gamma", f"{net} {does(reading, index)}".rstrip(), style, priority=5, short=net)]


def line(board: "Board | None") -> list[Segment]:
    """The net and its verdict, the flip, and what dealers and leveraged funds trade together; nothing where it can't be
    had."""
    part = board.gamma if board else None
    if part is None or board is None or (part.value is None and part.progress is None):
        return []
    title = Segment("title", "Dealers", "accent")
    if part.value is None or part.value.index is None or part.value.index.net_usd_per_1pct is None:
        missing = part.value.missing.get("index", "") if part.value else ""
        return [title, Segment("reason", missing or part.note, "dim", priority=1)]
    index, shock = part.value.index, told_shock(part.value)
    stale = "stale" if state_of(part, STALE_AFTER_S, board.source.speed) == "stale" else ""
    net = marked(f"γ {usd(index.net_usd_per_1pct, digits=2)}", part)
    segments = [title, Segment("net", f"{net} per 1% {does(part.value, index)}".rstrip(), stale)]
    if index.flip is not None:
        text = marked(f"flip {level(index.flip)} ({percent(index.flip_move)})", part)
        segments.append(Segment("flip", f"· {text}", stale, priority=2))
    if shock is not None:
        both = f"dealers {usd(shock.dealers_usd, digits=2)}, LETF {usd(shock.funds_usd)}"
        text = marked(f"{both}: {shock.effect}", part)
        segments.append(Segment("shock", f"· at {moved(shock.move)}: {text}", stale, priority=1))
    return segments


_LISTS = frozenset({"profile", "by_expiry", "by_strike", "flips", "left_out", "walls", "missing"})


def rows(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """A row an underlying, that of the S&P 500 together first; its profile, strikes and expiries are in the JSON."""
    index = [{**reading["index"], "underlying": "S&P 500"}] if reading["index"] else []
    return [
        {
            **{name: value for name, value in one.items() if name not in _LISTS},
            "call_wall": one["walls"]["call"],
            "put_wall": one["walls"]["put"],
        }
        for one in (*index, *reading["by_underlying"])
    ]


GAMMA = Subject(
    name="gamma",
    title="Dealers' gamma",
    topic=TOPIC,
    part="gamma",
    page=GammaPage,
    headline=headline,
    line=line,
    line_rows=36,
    optional=True,
    card=card,
    rows=rows,
    lists={
        "gamma-shocks": list_info(
            "Dealers' gamma page: moves of the index",
            tables.SHOCK_COLUMNS,
            {
                "move": "the index's move",
                "dealers": "dollars dealers buy, to stay hedged",
                "funds": "dollars leveraged ETFs buy by the close",
                "together": "both",
                "effect": "what both do to the move",
            },
        ),
        "gamma-underlyings": list_info(
            "Dealers' gamma page: the underlyings",
            tables.UNDERLYING_COLUMNS,
            {
                "underlying": "what the options are on",
                "title": "what it is called",
                "net": "dollars dealers sell for a rise of 1%",
                "of_all": "that in % of all gamma without signs",
                "verdict": "what it does to a move",
                "flip": "the nearest price at which the sign changes",
                "way": "how far that is",
                "price": "price it is computed at",
                "call": "strike with most gamma of calls",
                "put": "strike with most gamma of puts",
            },
        ),
        "gamma-strikes": list_info(
            "Dealers' gamma page: the strikes",
            tables.STRIKE_COLUMNS,
            {
                "strike": "the strike, in points of an index",
                "puts": "gamma of its puts for 1%",
                "puts_bar": "the same as a bar",
                "calls_bar": "gamma of its calls as a bar",
                "calls": "gamma of its calls for 1%",
                "net": "both",
                "wall": "whether it is a wall",
            },
        ),
        "gamma-expiries": list_info(
            "Dealers' gamma page: the expiries",
            tables.EXPIRY_COLUMNS,
            {
                "expiry": "the day they expire",
                "net": "gamma for 1%",
                "share": "of all gamma without signs",
                "bar": "the same as a bar",
            },
        ),
        "gamma-mornings": list_info(
            "Dealers' gamma page: the mornings",
            tables.MORNING_COLUMNS,
            {
                "session": "the session, at its open",
                "net": "gamma for 1%",
                "of_all": "that in % of all gamma without signs",
                "flip": "the nearest price at which the sign changes",
                "price": "the close before, it is computed at",
            },
        ),
    },
    alerts=Alerts(
        ("index.net_usd_per_1pct", "index.net_of_mass", "index.flip_move", "index.without_today_usd"),
        rows=("gamma.by_underlying.",),
    ),
)
