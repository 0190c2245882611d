"""What is wrong with a board under a fault: figures that should not be as they are, and words that are missing."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from deskview.board import Board, Status
from deskview.board.export import board_to_builtins
from tests.faults.kind import Expected, Figures, Kind, Told

HEADLINES = {
    "momentum": ("return", "sigma"),
    "breadth": ("beat_share", "index_return"),
    "rotation": ("benchmark_returns.now",),
    "leverage": ("today_usd", "per_1pct_usd"),
    "flow": ("retail.net_usd", "institutional.net_usd"),
}
"""The figures that are compared, part by part."""
NEAR = {"return": 0.003, "sigma": 0.2, "beat_share": 0.005, "index_return": 0.0005, "now": 0.0005}
"""What one name of a hundred in a leg, or of five hundred in the index, can weigh: 1 % of 30 % and the like."""
NEAR_SHARE = 0.22
"""The same for dollars: 30 % of the name most funds follow, as a share of all flows of the crash."""
SAME = 1e-9
OWN_FAULT = "a fault of deskview's own"
LONGEST_TEXT, MOST_MARKS = 1_000, 8


@dataclass(frozen=True)
class Seen:
    """What a board shows: its JSON, and the names whose return is in doubt with the reason."""

    read: dict[str, Any]
    doubted: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, board: Board) -> "Seen":
        """What this one shows."""
        live = board.live
        doubted = () if live is None else live.filter(pl.col("doubt").is_not_null()).select("ticker", "doubt").rows()
        return cls(board_to_builtins(board), frozenset(doubted))

    def status(self, part: str) -> Status:
        """The part's."""
        return Status(self.read[part]["status"])

    def sentence(self, part: str) -> str:
        """What is said of the whole part."""
        shown = self.read[part]
        return " ".join(text for text in (shown["note"], shown["doubt"], shown["missing"].get("", "")) if text)

    def figure(self, part: str, path: str) -> float | None:
        """A headline figure, None where it is missing."""
        found: Any = self.read[part]
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, int | float) else None

    def reason(self, part: str, path: str) -> str:
        """Why a figure is missing."""
        missing = self.read[part]["missing"]
        return str(missing.get(path) or missing.get(path.partition(".")[0]) or missing.get("") or "")


def same(one: float | None, other: float | None) -> bool:
    """Whether two figures are one."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)


def near(part: str, path: str, one: float, other: float) -> bool:
    """Whether two figures differ by no more than a name can weigh."""
    bound = NEAR.get(path.rpartition(".")[2])
    return abs(one - other) <= (bound if bound is not None else NEAR_SHARE * abs(other))


def complaints(
    seen: Seen, well: Seen, kind: Kind, *, cold: bool = False, parts: Sequence[str] = tuple(HEADLINES)
) -> list[str]:
    """What is wrong with these parts of a board under a fault; `cold` where the desk had no board before it.

    A fault of one name is then not looked for in words: which names are in doubt is not in the JSON.
    """
    expected = kind.expected
    found = always(seen, well, expected, parts)
    for part in parts:
        if part in expected.parts:
            found += _touched(seen, well, expected, part, cold=cold)
        elif not cold:
            found += _untouched(seen, well, part)
    if expected.told is Told.SOMEWHERE and not cold and not _told_somewhere(seen, well, parts):
        found.append("nothing is said of it anywhere")
    return found


def always(seen: Seen, well: Seen, expected: Expected, parts: Sequence[str] = tuple(HEADLINES)) -> list[str]:
    """What holds of every board, at any time: no wrong figure is live, every part has figures or words."""
    found = [f"{path} is {value!r}" for path, value in _unfit(seen.read)]
    for part in parts:
        paths, status, sentence = HEADLINES[part], seen.status(part), seen.sentence(part)
        if OWN_FAULT in sentence:
            found.append(f"{part}: {OWN_FAULT}")
        for path in paths:
            figure, right = seen.figure(part, path), well.figure(part, path)
            if figure is None and right is not None and not (sentence or seen.reason(part, path)):
                found.append(f"{part}.{path} is missing without a reason")
            if figure is None or right is None or same(figure, right):
                continue
            if status is Status.LIVE and not (expected.figures is Figures.NEAR and near(part, path, figure, right)):
                found.append(f"{part}.{path} is {figure:.6g} for {right:.6g}, {status}")
            if status is not Status.LIVE and not sentence:
                found.append(f"{part}.{path} is {figure:.6g} for {right:.6g}, {status} without a sentence")
    return found


def _touched(seen: Seen, well: Seen, expected: Expected, part: str, *, cold: bool) -> list[str]:
    """Statuses, figures and words of a part the kind may touch. Without a board before there is none to keep."""
    found, status, sentence = [], seen.status(part), seen.sentence(part)
    told = expected.told is Told.PARTS
    admitted = cold and status is not Status.LIVE and bool(sentence)
    if status not in expected.statuses and not admitted:
        found.append(f"{part} is {status}, not {' or '.join(sorted(expected.statuses))}")
    if told and not sentence:
        found.append(f"{part} says nothing of it")
    for path in HEADLINES[part]:
        figure, right = seen.figure(part, path), well.figure(part, path)
        if same(figure, right) or expected.figures is Figures.ADMITTED or admitted:
            continue
        if figure is not None and right is not None and expected.figures is Figures.NEAR:
            if not near(part, path, figure, right):
                found.append(f"{part}.{path} is {figure:.6g}, too far from {right:.6g}")
        else:
            found.append(f"{part}.{path} is {figure} in place of {right}")
    return found


def _untouched(seen: Seen, well: Seen, part: str) -> list[str]:
    """A part that has nothing to do with the fault stays as it is."""
    found = [
        f"{part}.{path} moved" for path in HEADLINES[part] if not same(seen.figure(part, path), well.figure(part, path))
    ]
    if seen.status(part) is not well.status(part):
        found.append(f"{part} is {seen.status(part)}, with {well.status(part)} undisturbed")
    return found


def _told_somewhere(seen: Seen, well: Seen, parts: Sequence[str]) -> bool:
    """Whether a sentence, a name's doubt or a count is there that is not without the fault."""
    if any(seen.sentence(part) and seen.sentence(part) != well.sentence(part) for part in parts):
        return True
    if any(dict(seen.read[part]["missing"]) != dict(well.read[part]["missing"]) for part in parts):
        return True
    if seen.read["flow"].get("left_out") != well.read["flow"].get("left_out"):
        return True
    return seen.read["left_out"] != well.read["left_out"] or seen.doubted != well.doubted


def _unfit(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Figures that are no numbers, and texts nobody should print, with their paths."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _unfit(each, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _unfit(each, f"{path}.{place}")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, value
    elif isinstance(value, str) and not _printable(value):
        yield path, value[:40]


def _printable(text: str) -> bool:
    """Whether a text is short, of printable signs, and without towers of marks."""
    marks = sum(0x300 <= ord(sign) < 0x370 for sign in text)
    return len(text) <= LONGEST_TEXT and marks <= MOST_MARKS and all(sign.isprintable() for sign in text)


def well_again(seen: Seen, well: Seen, parts: Sequence[str] = tuple(HEADLINES)) -> list[str]:
    """What of these parts of a board after the fault is not as it is without one."""
    found = [each for part in parts for each in _untouched(seen, well, part)]
    return [f"afterwards {each}" for each in found]
