"""The answers above the lists: what must be traded today, whether that is unusual, what of next week, in which name."""

from collections.abc import Sequence
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from deskview.format import FEW_DAYS, MISSING, percentile, share, tone, usd, usd_alike
from deskview.screens.leverage.explain import (
    COVERED,
    TECHNOLOGY,
    WELL_COVERED,
    counted,
    covered,
    creations_label,
    interval,
    own_words,
    rank_words,
)
from deskview.widgets.facts import GAP, Fact, Facts, fact
from deskview.widgets.records import Piece
from deskview.widgets.text import shorten

if TYPE_CHECKING:
    from deskview.analytics.leverage import Leverage, NextWeek


SKEWED = 0.03
"""A simulated 5th percentile this much off the normal one is shown."""
NORMAL_P05 = -1.645
"""The 5th percentile of a normal distribution, in σ."""


class Room(IntEnum):
    """What room a fact of the summary is given."""

    ALWAYS = 0
    SOME = 1
    """That of the lines there are, and another line while there are few."""
    LEFT = 2
    """What the others leave on their lines."""


class Answer(NamedTuple):
    """A fact of the summary, and the room it is given."""

    fact: Fact
    room: Room = Room.ALWAYS


def arranged(answers: Sequence[Answer], width: int, lines: int) -> list[list[Fact]]:
    """The answers in lines of `width` cells, each on the first that has room for it; some begin one below `lines`."""
    made: list[list[Fact]] = []
    for answer in sorted(answers, key=lambda answer: answer.room):
        piece = _within(answer.fact, width)
        line = next((line for line in made if _width([*line, piece]) <= width), None)
        if line is not None:
            line.append(piece)
        elif answer.room is Room.ALWAYS or (answer.room is Room.SOME and len(made) < lines):
            made.append([piece])
    return made


def _width(line: Sequence[Fact]) -> int:
    return sum(_cells(fact) for fact in line) + cell_len(GAP) * (len(line) - 1)


def _cells(fact: Fact) -> int:
    return sum(cell_len(piece.text) for piece in fact)


def _within(fact: Fact, width: int) -> Fact:
    """The fact with its last words, a reason, shortened to what a whole line holds."""
    *before, last = fact
    return (*before, Piece(shorten(last.text, max(0, width - _cells(tuple(before)))), last.tone))


def today_answers(reading: "Leverage") -> list[Answer]:
    """What must be traded by the close, on how much of the book that rests, and whether it is unusual."""
    large = fact(f"names ≥ {usd(reading.threshold_usd, sign=False)}", str(len(reading.threshold_names)))
    assets = fact("assets", f"{usd(reading.aum_usd, sign=False)}, {counted(reading.funds, 'fund')}", "dim")
    return [
        Answer(_today(reading)),
        *([Answer(_rank(reading)), *_technology(reading)] if reading.today_usd is not None else []),
        Answer(fact("per +1%", usd(reading.per_1pct_usd, sign=False)), Room.SOME),
        Answer(large, Room.LEFT),
        *([Answer(_creations(reading), Room.SOME)] if reading.creation_usd is not None else []),
        *([Answer(fact("", own_words(reading), "dim"))] if reading.own_funds else []),
        Answer(assets, Room.LEFT),
    ]


def _today(reading: "Leverage") -> Fact:
    """The flow and, as one with it, what it rests on where that is not the whole book."""
    if reading.today_usd is None:
        return _unknown("today", reading, "today_usd")
    figure = (Piece("today ", "dim"), Piece(usd(reading.today_usd), f"{tone(reading.today_usd)} strong"))
    return (*figure, *_rests_on(reading.coverage))


def _rests_on(coverage: float | None) -> Fact:
    """The part of the book behind a figure, where that is not the whole."""
    if coverage is None or coverage >= COVERED:
        return ()
    return (Piece(f" on {covered(coverage)} of per-1%", "dim" if coverage >= WELL_COVERED else "warning"),)


def _rank(reading: "Leverage") -> Fact:
    if reading.rank is None:
        return _unknown("rank", reading, "rank")
    place, of = rank_words(reading.rank)
    return (Piece(place), Piece(of, "dim"))


def _technology(reading: "Leverage") -> list[Answer]:
    if not reading.by_family:
        return []
    label = f"of which {', '.join(TECHNOLOGY[row.family] for row in reading.by_family)}"
    return [Answer(fact(label, usd(reading.technology_usd), tone(reading.technology_usd)))]


def _creations(reading: "Leverage") -> Fact:
    part = reading.creation_coverage
    of = counted(reading.creation_funds, "fund") if part is None else f"{covered(part)} of assets"
    return (
        Piece(f"{creations_label(reading)} ", "dim"),
        Piece(usd(reading.creation_usd), tone(reading.creation_usd)),
        Piece(f" ({of})", "dim"),
    )


def week_answers(reading: "Leverage") -> list[Answer]:
    """The spread of the coming week, whether it is wide, by when, in which name, and how past bands held."""
    week = reading.next_week
    if week.sd_usd is None:
        return [Answer(_unknown("next week", reading, "next_week.sd_usd"))]
    spread = f"±{usd(week.sd_usd, sign=False)}"
    return [
        Answer((Piece("next week ", "dim"), Piece(spread, "strong"), Piece(" (1σ)", "dim"), *_rests_on(week.coverage))),
        Answer(_percentile(reading)),
        Answer(fact("mean", "0", "dim")),
        Answer(_by_session(week)),
        *_skewed(week),
        *_widest_name(reading),
        Answer(_band(reading), Room.SOME),
    ]


def _percentile(reading: "Leverage") -> Fact:
    week = reading.next_week
    if week.percentile is None:
        return _unknown("percentile", reading, "next_week.percentile")
    few = "dim" if week.percentile_of < FEW_DAYS else ""
    return (Piece(percentile(week.percentile), few), Piece(f" pct of {week.percentile_of} d", "dim"))


def _by_session(week: "NextWeek") -> Fact:
    """One σ from now to each close, all in the unit of the widest."""
    spreads = usd_alike(*(point.sd_usd for point in week.fan), digits=2)
    unit = spreads[-1].lstrip("$0123456789.") if spreads else ""
    pieces = [
        piece
        for point, spread in zip(week.fan, spreads, strict=True)
        for piece in (
            Piece(f"{date.fromisoformat(point.session):%a} ", "dim"),
            Piece(f"±{spread.removeprefix('$').removesuffix(unit)} "),
        )
    ]
    return (Piece("by ", "dim"), *pieces, Piece(f"${unit}", "dim"))


def _skewed(week: "NextWeek") -> list[Answer]:
    """The simulated 5th percentile where a normal distribution's is not near it."""
    simulated = week.simulation.p05_usd if week.simulation else None
    if simulated is None or not week.sd_usd or abs(simulated / (NORMAL_P05 * week.sd_usd) - 1) <= SKEWED:
        return []
    return [Answer(fact("simulated p05", usd(simulated), tone(simulated)))]


def _widest_name(reading: "Leverage") -> list[Answer]:
    known = [row for row in reading.by_name if row.week_sd_usd is not None]
    if not known:
        return []
    row = max(known, key=lambda row: row.week_sd_usd or 0.0)
    volume = "" if row.week_of_adv is None else f", {share(row.week_of_adv)} ADV"
    return [Answer(fact(f"most {row.ticker}", f"±{usd(row.week_sd_usd, sign=False)}{volume}"))]


def _band(reading: "Leverage") -> Fact:
    score = reading.score
    if score is None or score.hit_rate is None:
        return _unknown("band held", reading, "score", "score.hit_rate")
    return (
        Piece(f"{share(score.band)} band held ", "dim"),
        Piece(share(score.hit_rate)),
        Piece(f" ({interval(score)})", "dim"),
    )


def _unknown(label: str, reading: "Leverage", *paths: str) -> Fact:
    """A dash, with the reason where there is one."""
    why = next((reading.missing[path] for path in paths if path in reading.missing), "")
    return (Piece(f"{label} ", "dim"), Piece(MISSING), Piece(f" {why}".rstrip(), "dim"))


class Summary(Facts):
    """The answers of a reading: today above the coming week, in as few lines as they take; `beside` is a fact of
    another part."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(lines=4, id=id)
        self._reading: Leverage | None = None
        self.beside: Fact = ()

    def show_reading(self, reading: "Leverage") -> None:
        """These answers from now on."""
        self._reading = reading
        self._arrange()

    def on_resize(self) -> None:
        """The lines of the new width."""
        self._arrange()

    def _arrange(self) -> None:
        if self._reading is not None and self.line_width:
            self.show(summary(self._reading, self.line_width, self.beside))


TODAY_LINES, WEEK_LINES = 2, 3
"""Below so many lines one is begun for what is given some room."""


def summary(reading: "Leverage", width: int, beside: Fact = ()) -> list[list[Fact]]:
    """The answers in lines of `width` cells; what others trade `beside` the funds where a line has room for it."""
    others = [Answer(beside, Room.SOME)] if beside else []
    return [
        *arranged([*others, *today_answers(reading)], width, TODAY_LINES),
        *arranged(week_answers(reading), width, WEEK_LINES),
    ]
