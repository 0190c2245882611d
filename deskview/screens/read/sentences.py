"""The four sentences as rows, their words wrapped to the width."""

from typing import TYPE_CHECKING

from deskview.widgets.records import Cell, Column, Row
from deskview.widgets.text import wrap

if TYPE_CHECKING:
    from deskview.board.summary import ReadReading

SENTENCE_COLUMNS = (Column("sentence", "sentence", flex=True, minimum=20, sortable=False),)


def sentence_rows(reading: "ReadReading", width: int) -> list[Row]:
    """A sentence in as many rows as its words take, below it what it is from."""
    rows: list[Row] = []
    for place, sentence in enumerate(reading.sentences, 1):
        for number, line in enumerate(wrap(sentence.sentence, width - 3)):
            lead = f"{place}  " if number == 0 else "   "
            rows.append(Row(f"{place}:{number}", (Cell(f"{lead}{line}"),)))
        if sentence.source:
            rows.append(Row(f"{place}:source", (Cell(f"   {sentence.source}", "dim"),)))
    return rows
