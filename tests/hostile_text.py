"""Text nobody should send and somebody will, and a strict reader of what a program writes to a terminal."""

import base64
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st
from wcwidth import wcwidth

ESCAPES = (
    "\x1b[2J\x1b[H",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]2;title\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]9;notify\x07",
    "\x1b]777;notify;a;b\x07",
    "\x1bPtmux;\x1b\x1b]52;c;ZXZpbA==\x07\x1b\\",
    "\x1b[6n\x1b[c\x1b[>q",
    "\x1b[?1049l\x1bc",
    "\x9b2J\x9d0;title\x9c\x90q\x9c",
    "\x07\x08\x0b\x0c\x0e\x0f\x7f\x85",
)
UNSEEN = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufff9\ufffb",
    "\u202e\u202d\u2066\u2067\u2069\u200e\u200f\u061c",
    "\u2028\u2029\r\n\t\v",
    "\U000e0041\U000e0062\ue000\U0010fffd\ufdd0\uffff",
    "\ud800\udfff\udc1b",
    "\u034f\u115f\u1160\u17b4\u180b\u3164\uffa0\ufe0f\U000e0100\U0001f3fd\U0001f1fa",
)
WIDE = (
    "Z" + "\u0301" * 1_000,
    "\u0e01" + "\u0e48" * 300,
    "\u1112" + "\u1161\u11ab" * 300,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\u2764\ufe0f1\ufe0f\u20e3\U0001f44d\U0001f3fd\U0001f1fa\U0001f1f8\U0001f1fa",
    "東京株式会社アイウエオ",
    "\ufdfd\ufdfa\u2e3b\u0b95\u0bcd\u0bb7\u0bc1",
    "x" * 20_000,
)
WRITTEN = ("[red]", "[/]", "[/red][bold]", "[@click=app.quit]x[/]", "[link=https://evil.example]x[/link]", "\\[", "$x")
FORMATS = ("{}", "{0}", "{title}{time}", "{self.__class__}", "%s%n%(x)s", "${HOME}", "$(id)", "`id`", "=1+1", "..", "/")
PIECES = (*ESCAPES, *UNSEEN, *WIDE, *WRITTEN, *FORMATS, "Acme", " ", "&<>\"'")
HOSTILE = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.characters(), max_size=6)), min_size=1, max_size=6
).map("".join)
"""Controls, sequences that steer a terminal, what is not seen, what is wide, markup, formats, and anything at all."""
MOST_MARKS = 2
"""Marks a cell may hold besides its character."""


def foreign(text: str) -> list[str]:
    """What of a text no terminal, file or log should get: its control, format and other unprintable characters, what
    is not seen though it counts as a letter or mark, and more marks on a character than MOST_MARKS."""
    found = [f"{char!a} ({unicodedata.category(char)})" for char in text if not char.isprintable()]
    found += [f"{char!a}, which is not seen" for char in text if char in "".join(UNSEEN) and char.isprintable()]
    row = 0
    for char in text:
        row = row + 1 if _joins(char) else 0
        if row > MOST_MARKS:
            return [*found, f"more than {MOST_MARKS} marks before {char!a}"]
    return found


def _joins(char: str) -> bool:
    return wcwidth(char) == 0


_TOKEN = re.compile(
    r"(?P<move>\x1b\[(?P<y>\d+);(?P<x>\d+)H)"
    r"|(?P<style>\x1b\[[\d;]*m)"
    r"|(?P<mode>\x1b\[\?(?:25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048|7)[hl])"
    r"|(?P<query>\x1b\[\?(?:2026|2048)\$p|\x1b\[>25u|\x1b\[<u)"
    r"|(?P<clipboard>\x1b\]52;c;(?P<copied>[A-Za-z0-9+/=]*)\x07)"
    r"|(?P<notice>\x1b\](?:9;deskview: |777;notify;deskview;)(?P<said>[^\x00-\x1f\x7f-\x9f;]*)\x07)"
    r"|(?P<title>\x1b\][02];(?P<titled>[^\x00-\x1f\x7f-\x9f]*)\x07)"
    r"|(?P<pointer>\x1b\]22;[a-z-]*\x07)"
    r"|(?P<bell>\x07)"
    r"|(?P<end>\r?\n)"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)
"""All that the program writes: places, colours, the modes of Textual's driver, a copy, an alert, and text."""


@dataclass
class Reading:
    """What was read of a program's output, in order; `faults` is what should not have been there."""

    faults: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """All text in one piece."""
        return "".join(self.texts)


def read_terminal(written: bytes | str, width: int) -> Reading:
    """Reads all a program wrote to a terminal of that many columns, strictly: what is not known is a fault.

    Widths are counted character by character, as the terminals do that know nothing of emoji sequences: no text may
    reach over the right edge, where it would be cut or pushed into the next line.
    """
    text = written if isinstance(written, str) else written.decode("utf-8", "surrogateescape")
    found, place, x = Reading(), 0, 0
    full = False
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            found.faults.append(f"{text[place : place + 12]!a} at {place}, after {text[max(0, place - 40) : place]!a}")
            place += 1
            continue
        place = token.end()
        match token.lastgroup:
            case "mode":
                full = token[0] == "\x1b[?1049h" or (full and token[0] != "\x1b[?1049l")
            case "move" | "x" | "y":
                x = int(token["x"]) - 1
            case "end":
                x = 0
            case "text":
                found.texts.append(token[0])
                found.faults += foreign(token[0])
                x += sum(max(0, wcwidth(char)) for char in token[0])
                if full and x > width:
                    found.faults.append(f"{x} cells in a line of {width}: {token[0][-80:]!a}")
            case _:
                _heard(found, token)
    return found


def _heard(found: Reading, token: re.Match[str]) -> None:
    """A copy, a notice or a title: what is said in it."""
    if token["clipboard"]:
        copied = base64.b64decode(token["copied"]).decode()
        found.copied.append(copied)
        found.faults += [f"copied: {each}" for line in re.split(r"[\n\t]", copied) for each in foreign(line)]
    elif said := token["said"] or token["titled"]:
        found.said.append(said)
        found.faults += [f"said: {each}" for each in foreign(said)]


def unsaid(files: dict[str, bytes]) -> Iterator[str]:
    """What files of text hold that none should. Polars knows newer characters than Python, which has them for none."""
    for name, data in files.items():
        for line in data.decode("utf-8", "surrogateescape").split("\n"):
            known = "".join(char for char in line if char != "\t" and unicodedata.category(char) != "Cn")
            yield from (f"{name}: {each}" for each in foreign(known))
