"""Which readings an alert is offered on: those of the row and pane under the cursor first, then all that match."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from deskview.screens.frame.target import Target
from deskview.screens.parts import PARTS, label_of

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.readings import Reading


SHOWN = 200
"""So many matches are listed."""
_FIRST = (
    "returns.now",
    "net_usd",
    "retail_net_usd",
    "today_usd",
    "single_stock_usd",
    "index_usd",
    "return",
    "price",
    "relative.now",
    "of_adv",
    "score",
    "contribution",
    "other_net_usd",
    "per_1pct_usd",
)
"""Of a row's figures those most asked for, in this order."""
_SHORT_FORMS = {"momo": "momentum", "letf": "leverage", "pct": "percentile"}
"""Short forms on the screen, and the words in the paths."""


def offered(board: "Board", shown: Target | str, row: str | None) -> list["Reading"]:
    """Every reading: first those of the detail that is shown and of the row, then the part's headlines, then the rest.

    `shown` is the detail or the part that is shown, `row` the key of the row under the cursor.
    """
    from deskview.board.readings import readings  # noqa: PLC0415 - polars loads late

    offers = readings(board)
    keys = [shown.key] if isinstance(shown, Target) else []
    keys += [row.partition(":")[2] or row] if row else []
    heads = {
        f"{subject.part}.{figure}": place for subject in PARTS for place, figure in enumerate(subject.alerts.figures)
    }
    part = "" if isinstance(shown, Target) else shown

    def place(reading: "Reading") -> tuple[int, int, int]:
        dotted = f".{reading.path}."
        for tier, key in enumerate(keys):
            if f".{key}." in dotted:
                return tier, _rank(reading.path, part), len(dotted)
        if reading.path in heads:
            return len(keys) + (not reading.path.startswith(f"{part}.")), heads[reading.path], 0
        return len(keys) + 2, 0, 0

    return sorted(offers, key=place)


def _rank(path: str, part: str) -> int:
    """Where a row's figure stands among its others: those of the lists of the part that is shown first."""
    wanted = next((place for place, name in enumerate(_FIRST) if path.endswith(f".{name}")), len(_FIRST))
    lists = next((subject.alerts.rows for subject in PARTS if subject.part == part), ())
    own = next((place for place, start in enumerate(lists) if path.startswith(start)), len(lists))
    apart = "sector_neutral" in path or (part and not path.startswith((f"{part}.", "names.")))
    return (own + (len(lists) + 1) * bool(apart)) * (len(_FIRST) + 1) + wanted


def matching(offers: Sequence["Reading"], typed: str) -> list["Reading"]:
    """The readings whose path or words have all that is typed, else the path its letters in their order; else all.

    A reading with the words as whole parts of its path comes before others.
    """
    words = [_SHORT_FORMS.get(word, word) for word in typed.casefold().split()]
    if not words:
        return list(offers[:SHOWN])
    hits = [reading for reading in offers if _has(reading.path, words)]
    if not hits:
        letters = re.compile(".*?".join(map(re.escape, "".join(words))))
        hits = [reading for reading in offers if letters.search(reading.path.casefold())]
    return sorted(hits, key=lambda reading: _looseness(reading.path.casefold(), words))[:SHOWN]


def _has(path: str, words: Iterable[str]) -> bool:
    """Whether every word is in the path or in what the reading is called."""
    text = f"{path} {label_of(path)}".casefold()
    return all(word in text for word in words)


def _looseness(path: str, words: Iterable[str]) -> tuple[int, int, int]:
    parts = path.split(".")
    exact = path in words
    return not exact, -sum(word in parts for word in words), len(parts)
