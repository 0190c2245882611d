"""A card: one figure's definition, its inputs, the formula with the numbers in it, and what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.content import Content

from deskview.format import MISSING, clock, figure, percent_difference, usd
from deskview.screens.frame.age import OPEN, STALE_AFTER_S, in_doubt, market_state, official_closes, state_of

if TYPE_CHECKING:
    from deskview.board import Board, Part, Wire


LABEL_WIDTH = 24


class Topic(NamedTuple):
    """What the help says of a subject: a title and the text below it."""

    title: str
    text: str


@dataclass(frozen=True)
class Line:
    """A figure or an input: its name and the arithmetic that makes it, numbers in place."""

    label: str
    text: str


@dataclass(frozen=True)
class Card:
    """`definition` in words, `lines` the arithmetic, `foot` what it rests on, `missing` what is not there and why."""

    title: str
    definition: str
    lines: tuple[Line, ...]
    foot: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        """The card as it is read."""
        parts = [Content(self.definition)]
        if self.lines:
            parts += [Content(""), *map(_written, self.lines)]
        if self.foot:
            parts += [Content(""), Content.styled("Rests on", "bold"), *map(_written, self.foot)]
        if self.missing:
            parts += [Content(""), Content.styled("Missing", "bold"), *(Content(f"  {why}") for why in self.missing)]
        return Content("\n").join(parts)


def _written(line: Line) -> Content:
    return Content.assemble((f"{line.label:<{LABEL_WIDTH}} ", "bold"), line.text)


def rests_on(
    board: "Board",
    part: "Part[Any]",
    *,
    coverage: str = "",
    priced: bool = True,
    stale_after_s: float = STALE_AFTER_S,
) -> tuple[Line, ...]:
    """Time, source, prices, state and coverage of a part; `priced` unless no price of the live market is in it."""
    source = board.source
    name = (
        f"SIMULATED market, scenario {source.scenario or '–'}: no real prices" if source.simulated else source.provider
    )
    lines = [
        Line(
            "as of", f"{clock(part.as_of)} ET, session {board.session or MISSING}, {_state(board, part, stale_after_s)}"
        ),
        *_newest(part),
        *([Line("in doubt", part.doubt)] if part.doubt else []),
        Line("source", name),
    ]
    closes = official_closes(board, part.as_of) if priced else None
    lines += [Line("prices", f"official closes of {closes:%-d %b}")] if closes else []
    lines += [Line("coverage", coverage)] if coverage else []
    return (*lines, *([Line("note", part.note)] if part.note else ()), *_left_out(board.wire))


def listed_lines(board: "Board", part: str) -> tuple[Line, ...]:
    """The figures of a part that cards list by themselves, each with what it means or why it is missing."""
    from deskview.board.readings import listed  # noqa: PLC0415 - polars loads late

    return tuple(
        Line(own.label, f"{figure(own.value, own.unit)}: {own.reason or own.definition}") for own in listed(board, part)
    )


def listed_line(board: "Board", parts: Iterable[str]) -> str:
    """The same of these parts in one line of a page, without what they mean."""
    from deskview.board.readings import listed  # noqa: PLC0415

    return "   ".join(f"{own.label} {figure(own.value, own.unit)}" for part in parts for own in listed(board, part))


def _newest(part: "Part[Any]") -> list[Line]:
    """When the newest data were true, and by how much the plan's are late."""
    if part.data_as_of is None:
        return []
    late = f", {max(1, round(part.delay_s / 60))} min delayed by the plan" if part.delay_s > 0 else ""
    return [Line("newest data", f"of {clock(part.data_as_of)} ET{late}")]


def _left_out(wire: "Wire") -> list[Line]:
    """How many rows of each table were not used, and the commonest reasons."""
    lines = [
        f"{table} {rows:,}" + (f": {'; '.join(why)}" if (why := wire.reasons.get(table)) else "")
        for table, rows in wire.left_out.items()
    ]
    return [Line("" if number else "rows left out", line) for number, line in enumerate(lines)]


def _state(board: "Board", part: "Part[Any]", stale_after_s: float) -> str:
    """The part's status; figures are live only while the market is open and they are neither old nor a close's."""
    if in_doubt(part):
        return "in doubt"
    if part.status.value != "live":
        return part.status.value
    if state_of(part, stale_after_s, board.source.speed) == "stale":
        return "stale"
    state = market_state(board)
    if state not in ("", OPEN):
        return state
    return "final" if part.age_s is None else "live"


MOST_MISSING = 8


def reasons(missing: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What is missing and why, one line a reason; paths with the same reason share it."""
    by_reason: dict[str, list[str]] = {}
    for path, reason in missing:
        by_reason.setdefault(reason, []).append(path or "everything")
    lines = [_reason(paths, reason) for reason, paths in by_reason.items()]
    if len(lines) > MOST_MISSING:
        lines = [*lines[:MOST_MISSING], f"and {len(lines) - MOST_MISSING} reasons more, in the JSON under `missing`"]
    return tuple(lines)


def _reason(paths: list[str], reason: str) -> str:
    few = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    return f"{few}: {reason}"


def ratio(top: float | None, bottom: float | None, result: float | None, unit: str = "") -> str:
    """A quotient of two returns with its result, such as −7.40% / 1.90% = −3.9σ."""
    if top is None or bottom is None or result is None:
        return MISSING
    return f"{pct(top)} / {pct(bottom)} = {signed(result)}{unit}"


def difference(left: float | None, right: float | None, result: float | None) -> str:
    """A difference of two returns with the numbers in place; a missing one is a dash."""
    if left is None or right is None or result is None:
        return f"{pct(left)} − ({pct(right)}) = {pct(result)}"
    return percent_difference(left, right, result)


def pct(value: float | None) -> str:
    """A return with two decimals and its sign."""
    return MISSING if value is None else f"{value:+.2%}".replace("-", "−")


def flow_usd(value: float | None) -> str:
    """A flow of dollars with one digit more than in a list."""
    return usd(value, digits=4)


def amount_usd(value: float | None) -> str:
    """An amount of dollars, without a sign, as exact."""
    return usd(value, sign=False, digits=4)


def signed(value: float | None, digits: int = 2) -> str:
    """A bare number with its sign."""
    return MISSING if value is None else f"{value:+.{digits}f}".replace("-", "−")


def plain_number(value: float | None, digits: int = 2) -> str:
    """A bare number, a sign only where it is negative."""
    return MISSING if value is None else f"{value:.{digits}f}".replace("-", "−")
