"""The screen in plain ASCII, for terminals that can show nothing else: every other character by one of its width."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_BY_SHAPE = {
    "-": "─━╌╍┄┅–—−═▬",
    "|": "│┃║╎╏┆┇▏▕▌▐╷╵╻╹╽╿",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬┝┥┠┨",
    ".": "▁▂▖▗▄·",
    "'": "▘▝▀▔’",
    "#": "█▆▇▉▊▓▙▛▜▟▚▞",
    "=": "▃▅▒░",
    "*": "•●◆■",
    "@": "◉",
    "d": "Δ",
    "2": "²",
    "V": "√",
    "^": "▲↑▴",
    "v": "▼↓▾",
    ">": "→▶›⏎≥",
    "<": "←◀‹≤",
    "s": "σ",
    "b": "β",
    "S": "Σ",
    "x": "×",
    "~": "…±≈▵▿",
    "o": "○◦",
    "/": "⁄",
}
TABLE = {ord(other): plain for plain, others in _BY_SHAPE.items() for other in others}


def in_ascii(text: str) -> str:
    """The text with every character that is not ASCII replaced, one cell by one cell."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else "?" * cell_len(char) for char in text.translate(TABLE))


class AsciiFilter(LineFilter):
    """Applied to every line on its way to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments in ASCII."""
        return [Segment(in_ascii(text), style, control) for text, style, control in segments]
