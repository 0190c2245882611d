"""Which readings an alert is offered on: those of the row and pane under the cursor first, then all that match."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from deskview.screens.target import Target

if TYPE_CHECKING:
    from deskview.board import Board
    from deskview.board.readings import Reading

SHOWN = 200
"""So many matches are listed."""
HEADLINES: dict[str, tuple[str, ...]] = {
    "momentum": ("return", "sigma", "long_return", "short_return", "long_share", "sector_neutral.return"),
    "breadth": ("beat_share", "index_return", "up_share", "gap", "dispersion", "implied_correlation"),
    "rotation": ("benchmark_returns.now",),
    "leverage": ("today_usd", "per_1pct_usd", "next_week.p05_usd", "next_week.p16_usd", "next_week.sd_usd"),
    "flow": (
        *("retail.net_usd", "retail.intensity", "retail.percentile"),
        *("institutional.net_usd", "institutional.intensity", "institutional.percentile"),
    ),
    "crowding": ("spearman",),
}
"""The figures a pane is about."""
_FIRST = (
    "return",
    "price",
    "returns.now",
    "relative.now",
    "net_usd",
    "today_usd",
    "of_adv",
    "score",
    "contribution",
    "per_1pct_usd",
)
"""Of a row's figures those most asked for, in this order."""
_SAID = {"momo": "momentum", "letf": "leverage", "pct": "percentile"}
"""Short forms on the screen, and the words in the paths."""


def offered(board: "Board", subject: Target | str, row: str | None) -> list["Reading"]:
    """Every reading: first those of the detail that is shown and of the row, then the part's headlines, then the rest.

    `subject` is the detail or the part that is shown, `row` the key of the row under the cursor.
    """
    from deskview.board.readings import readings  # noqa: PLC0415 - polars loads late

    found = readings(board)
    keys = [subject.key] if isinstance(subject, Target) else []
    keys += [row] if row else []
    heads = {f"{part}.{figure}": place for part, figures in HEADLINES.items() for place, figure in enumerate(figures)}
    part = "" if isinstance(subject, Target) else subject

    def place(reading: "Reading") -> tuple[int, int, int]:
        dotted = f".{reading.path}."
        for tier, key in enumerate(keys):
            if f".{key}." in dotted:
                return tier, _rank(reading.path, part), len(dotted)
        if reading.path in heads:
            return len(keys) + (not reading.path.startswith(f"{part}.")), heads[reading.path], 0
        return len(keys) + 2, 0, 0

    return sorted(found, key=place)


def _rank(path: str, part: str) -> int:
    """Where a row's figure stands among its others: those of the part that is shown first."""
    wanted = next((place for place, name in enumerate(_FIRST) if path.endswith(f".{name}")), len(_FIRST))
    apart = "sector_neutral" in path or (part and not path.startswith((f"{part}.", "names.")))
    return wanted + (len(_FIRST) + 1) * bool(apart)


def matching(offers: Sequence["Reading"], typed: str) -> list["Reading"]:
    """The readings whose path has all the typed words, else all the typed letters in their order; all where none are.

    A reading with the words as whole parts of its path comes before others.
    """
    words = [_SAID.get(word, word) for word in typed.casefold().split()]
    if not words:
        return list(offers[:SHOWN])
    hits = [reading for reading in offers if all(word in reading.path.casefold() for word in words)]
    if not hits:
        letters = re.compile(".*?".join(map(re.escape, "".join(words))))
        hits = [reading for reading in offers if letters.search(reading.path.casefold())]
    return sorted(hits, key=lambda reading: _looseness(reading.path.casefold(), words))[:SHOWN]


def _looseness(path: str, words: Iterable[str]) -> tuple[int, int, int]:
    parts = path.split(".")
    exact = path in words
    return not exact, -sum(word in parts for word in words), len(parts)
