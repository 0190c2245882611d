"""Terminal colour sequences read back into pieces."""

import re
from collections.abc import Iterator, Mapping

from deskview.widgets.records import Line, Piece

_SEQUENCE = re.compile(r"\x1b\[([\d;]*)m")


def pieces(text: str, tones: Mapping[int, str]) -> Iterator[Line]:
    """The lines of `text`, each foreground colour of the 256 replaced by the tone it stands for.

    Backgrounds and other attributes are ignored; a colour not in `tones` wears no tone.
    """
    tone = ""
    for row in text.split("\n"):
        line: list[Piece] = []
        for index, part in enumerate(_SEQUENCE.split(row)):
            if index % 2:
                tone = _tone(part, tone, tones)
            elif part:
                line.append(Piece(part, tone))
        yield tuple(line)


def _tone(parameters: str, tone: str, tones: Mapping[int, str]) -> str:
    codes = [int(code) if code else 0 for code in parameters.split(";")]
    match codes:
        case [38, 5, colour]:
            return tones.get(colour, "")
        case [0] | [39]:
            return ""
        case _:
            return tone
