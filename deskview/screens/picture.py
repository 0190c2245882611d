"""Pictures of the screen: bars as areas instead of characters, which no font draws to the edge of their cells."""

import re
from itertools import groupby

from deskview.widgets.bars import EIGHTHS

_TEXT = re.compile(
    r'<text class="(?P<shade>[^"]+)" x="(?P<x>[\d.]+)" y="[\d.]+" textLength="(?P<width>[\d.]+)"'
    r' clip-path="url\(#(?P<line>[^)]+)\)">(?P<glyphs>[^<]*)</text>'
)
_LINE = re.compile(
    r'<clipPath id="([^"]+-line-\d+)">\s*<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/>'
)
_BLOCKS = frozenset(EIGHTHS[1:])


def with_solid_bars(svg: str) -> str:
    """The picture with a rectangle in the place of every run of eighth blocks."""
    lines = {name: (float(top), float(height)) for name, top, height in _LINE.findall(svg)}
    return _TEXT.sub(lambda found: _solid(found, lines), svg)


def _solid(text: re.Match[str], lines: dict[str, tuple[float, float]]) -> str:
    glyphs = text["glyphs"]
    if not glyphs or not _BLOCKS.issuperset(glyphs) or text["line"] not in lines:
        return text[0]
    top, height = lines[text["line"]]
    cell, at, areas = float(text["width"]) / len(glyphs), float(text["x"]), []
    for glyph, run in groupby(glyphs):
        width, filled = cell * len(list(run)), height * EIGHTHS.index(glyph) / 8
        areas.append(
            f'<rect class="{text["shade"]}" x="{at:g}" y="{top + height - filled:g}" width="{width:g}"'
            f' height="{filled:g}" shape-rendering="crispEdges"/>'
        )
        at += width
    return "".join(areas)
