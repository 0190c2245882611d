"""The four sentences: as rows with their words wrapped to the width, and in short as the line on the desk."""

from typing import TYPE_CHECKING

from deskview.screens.frame.age import STALE_AFTER_S, marked, state_of
from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.strip import Segment
from deskview.widgets.text import wrap

if TYPE_CHECKING:
    from deskview.board import Board, Part
    from deskview.board.summary import ReadReading

SENTENCE_COLUMNS = (Column("sentence", "sentence", flex=True, minimum=20, sortable=False),)


def sentence_rows(reading: "ReadReading", width: int) -> list[Row]:
    """A sentence in as many rows as its words take, below it what it is from."""
    rows: list[Row] = []
    for place, sentence in enumerate(reading.sentences, 1):
        for number, line in enumerate(wrap(sentence.sentence, width - 3)):
            lead = f"{place}  " if number == 0 else "   "
            rows.append(Row(f"{place}:{number}", (Cell(f"{lead}{line}"),)))
        for number, line in enumerate(wrap(sentence.source, width - 3)):
            rows.append(Row(f"{place}:source {number}", (Cell(f"   {line}", "dim"),)))
    return rows


_GIVES_WAY = (0, 1, 3, 2)
"""The third goes first where there is little room: the strip above has the week's range too."""


def line(board: "Board | None") -> list[Segment]:
    """The sentences in a few words each, or why there are none."""
    title = Segment("title", "Read", "accent")
    if board is None:
        return [title]
    part = board.read
    if part.value is None:
        return [title, Segment("reason", part.note, "dim", priority=1)]
    tone = "stale" if state_of(part, STALE_AFTER_S, board.source.speed) == "stale" else ""
    told = [(one.brief, rank) for one, rank in zip(part.value.sentences, _GIVES_WAY, strict=True)]
    return [title, *[_segment(f"· {brief}" if rank else brief, rank, tone, part) for brief, rank in told]]


def _segment(brief: str, rank: int, tone: str, part: "Part[ReadReading]") -> Segment:
    """In want of room its first clause, which is in doubt as the whole is."""
    text, short = (marked(words, part) for words in (brief, brief.partition(";")[0]))
    return Segment(str(rank), text, tone, priority=rank, short=short, spare=rank == max(_GIVES_WAY))
