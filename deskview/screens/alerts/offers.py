"""Which readings an alert is offered on: those of the row and pane under the cursor first, then all that match."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

from deskview.alerts.sentences import label_of
from deskview.screens.frame.target import Target
from deskview.screens.parts import PARTS

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


class Offers:
    """What an alert may be set on: the likeliest at once, every reading of the board once something is typed."""

    def __init__(self, board: "Board", likely: "Sequence[Reading]") -> None:
        self._board = board
        self.likely = tuple(likely)

    def __len__(self) -> int:
        return len(self.likely)

    @cached_property
    def searched(self) -> "list[tuple[str, Reading]]":
        """The likeliest, then all others in the board's order, each behind its path and what it is called."""
        from deskview.board.readings import readings  # noqa: PLC0415 - polars loads late

        known = {reading.path for reading in self.likely}
        all_of_them = [*self.likely, *(reading for reading in readings(self._board) if reading.path not in known)]
        return [(f"{reading.path} {label_of(reading.path)}".casefold(), reading) for reading in all_of_them]

    def prepare(self) -> None:
        """Lays out what typing is looked up in; some tenths of a second, for a thread."""
        _ = self.searched


def offered(board: "Board", shown: Target | str, row: str | None) -> Offers:
    """The likeliest: those of the detail that is shown and of the row, then the parts' headlines, those of the part
    shown first, then as many as are listed.

    `shown` is the detail or the part that is shown, `row` the key of the row under the cursor.
    """
    from deskview.board.readings import each_reading  # noqa: PLC0415 - polars loads late

    part = "" if isinstance(shown, Target) else shown
    keys = [shown.key] if isinstance(shown, Target) else []
    keys += [row.partition(":")[2] or row] if row else []
    likely = {reading.path: reading for key in keys for reading in _of_row(board, key, part)}
    likely |= {reading.path: reading for reading in _headlines(board, part) if reading.path not in likely}
    for reading in each_reading(board):
        if len(likely) >= SHOWN:
            break
        likely.setdefault(reading.path, reading)
    return Offers(board, list(likely.values()))


def _of_row(board: "Board", key: str, part: str) -> "list[Reading]":
    """The readings of what goes by the key, those most asked for first."""
    from deskview.board.readings import readings_of  # noqa: PLC0415 - polars loads late

    return sorted(readings_of(board, key), key=lambda reading: (_rank(reading.path, part), len(reading.path)))


def _headlines(board: "Board", part: str) -> "Iterator[Reading]":
    """What alerts are offered on of each part, one of each in turn, the changes behind their figures."""
    from deskview.board.readings import readings_at  # noqa: PLC0415 - polars loads late

    of_parts = [
        [path for figure in subject.alerts.figures for path in _paths(board, f"{subject.part}.{figure}")]
        for subject in PARTS
    ]
    own = [path for paths in of_parts for path in paths if path.startswith(f"{part}.")]
    others = [path for in_turn in zip_longest(*of_parts, fillvalue="") for path in in_turn if path and path not in own]
    for path in (*own, *others):
        yield from readings_at(board, path)


def _paths(board: "Board", path: str) -> list[str]:
    """The path; of one with ANY in place of a row of the user's own naming that of every such row."""
    from deskview.board.figures import ANY  # noqa: PLC0415 - polars loads late

    above, is_any, figure = path.partition(f".{ANY}.")
    if not is_any:
        return [path]
    part, _, names = above.partition(".")
    reading = board.parts[part].value
    return [f"{above}.{row.name}.{figure}" for row in (getattr(reading, names) if reading is not None else ())]


def _rank(path: str, part: str) -> int:
    """Where a row's figure stands among its others: those of the lists of the part that is shown first."""
    wanted = next((place for place, name in enumerate(_FIRST) if path.endswith(f".{name}")), len(_FIRST))
    lists = next((subject.alerts.rows for subject in PARTS if subject.part == part), ())
    own = next((place for place, start in enumerate(lists) if path.startswith(start)), len(lists))
    apart = "sector_neutral" in path or (part and not path.startswith((f"{part}.", "names.")))
    return (own + (len(lists) + 1) * bool(apart)) * (len(_FIRST) + 1) + wanted


def matching(offers: Offers, typed: str) -> list["Reading"]:
    """The readings whose path or words have all that is typed, else the path its letters in their order; else all.

    A reading with the words as whole parts of its path comes before others.
    """
    words = [_SHORT_FORMS.get(word, word) for word in typed.casefold().split()]
    if not words:
        return list(offers.likely[:SHOWN])
    hits = [reading for text, reading in offers.searched if all(word in text for word in words)]
    if not hits:
        letters = re.compile(".*?".join(map(re.escape, "".join(words))))
        hits = [reading for _, reading in offers.searched if letters.search(reading.path.casefold())]
    return sorted(hits, key=lambda reading: _looseness(reading.path.casefold(), words))[:SHOWN]


def _looseness(path: str, words: Iterable[str]) -> tuple[int, int, int]:
    parts = path.split(".")
    exact = path in words
    return not exact, -sum(word in parts for word in words), len(parts)
