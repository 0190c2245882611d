"""A kind of fault: which answers it touches, what it makes of them, and what the desk is to show while it lasts."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum
from typing import Any

import msgspec

from deskview.board import Status
from deskview.store import Store

MARKET = ("momentum", "breadth", "rotation", "leverage")
"""The parts that rest on the snapshot."""
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
CLOCK = "/v1/marketstatus/now"
AFTERNOON, EVENING = time(15), time(17)
ROWS = ("tickers", "results")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as it is about to be sent; no header of its length."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def with_header(self, name: str, value: str) -> "Answer":
        """The answer with this header and no other of the name."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))


Change = Callable[[Answer], Answer]
Delivery = Callable[[asyncio.StreamWriter, Answer], Awaitable[None]]
"""Puts an answer on a socket in a way of its own; the connection is closed afterwards."""
Row = dict[str, Any]


class Figures(StrEnum):
    """What becomes of the headline figures of the parts a kind touches."""

    UNDISTURBED = "undisturbed"
    """Those of the market without the fault: what is wrong was not taken."""
    NEAR = "near"
    """Off by no more than the few rows that are wrong can weigh."""
    ADMITTED = "admitted"
    """Undisturbed, or missing, or beside a status that is not live and a sentence that says why."""


class Told(StrEnum):
    """Where the fault is to be told in words."""

    NOWHERE = "nowhere"
    PARTS = "parts"
    """In `note` or `doubt` of every part it touches."""
    SOMEWHERE = "somewhere"
    """In any part's `note`, `doubt` or `missing`, a name's doubt, or the count of rows left out."""


@dataclass(frozen=True)
class Expected:
    """What is right. `parts` are those the fault may touch, with the statuses they may have; all others stay as they
    are."""

    figures: Figures
    told: Told
    statuses: frozenset[Status]
    parts: tuple[str, ...] = MARKET


SET_ASIDE = Expected(Figures.UNDISTURBED, Told.PARTS, frozenset({Status.DOUBT, Status.STALE}))
"""The last good table stays, and every part that rests on it says so."""
DOUBTED = Expected(Figures.ADMITTED, Told.PARTS, frozenset({Status.DOUBT, Status.STALE}))
"""Set aside or taken: either way every part says so."""
HARMLESS = Expected(Figures.UNDISTURBED, Told.NOWHERE, frozenset({Status.LIVE}))
ONE_NAME = Expected(Figures.NEAR, Told.SOMEWHERE, frozenset({Status.LIVE, Status.PARTIAL, Status.DOUBT, Status.STALE}))
"""One bad row costs that row."""
COUNTED = Expected(Figures.UNDISTURBED, Told.SOMEWHERE, frozenset(set(Status) - {Status.UNAVAILABLE}))
"""Costs no figure, and is told or counted."""
QUIET = Expected(Figures.UNDISTURBED, Told.NOWHERE, frozenset(set(Status) - {Status.UNAVAILABLE}))
"""Costs no figure; whether it is told is left open."""
OTHERWISE = Expected(Figures.NEAR, Told.NOWHERE, frozenset(set(Status) - {Status.UNAVAILABLE}))
"""As good a market read from other fields."""
FAILED = Expected(Figures.UNDISTURBED, Told.PARTS, frozenset({Status.STALE, Status.PARTIAL, Status.DOUBT}))
"""An answer that can't be had or read: the last good figures stay, and the parts say why."""
SPOKEN = Expected(Figures.ADMITTED, Told.PARTS, frozenset(set(Status) - {Status.LIVE}))
"""Not live, and why."""


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    It touches the first `answers` answers (None: all) whose path begins with one of `paths` and whose query holds the
    part behind its `?`. `change` is done to them, `delivery` puts them on the wire (over a socket alone). `clock` is
    the market's time, `prepare` what is done to the store of history before the desk opens. `heals` is False where the
    desk is right to wait for minutes before it asks again.
    """

    name: str
    family: str
    paths: tuple[str, ...]
    expected: Expected
    change: Change | None = None
    delivery: Delivery | None = None
    answers: int | None = None
    clock: time = AFTERNOON
    prepare: Callable[[Store], None] | None = None
    heals: bool = True

    def touches(self, path: str, query: str) -> bool:
        """Whether it alters the answer to this request."""
        parts = (each.partition("?") for each in self.paths)
        return any(path.startswith(place) and held in query for place, _, held in parts)


@dataclass
class Family:
    """Kinds that have most in common, collected one by one."""

    name: str
    paths: tuple[str, ...]
    kinds: list[Kind] = field(default_factory=list)

    def add(self, name: str, expected: Expected, change: Change | None = None, **more: Any) -> None:  # noqa: ANN401
        """One more kind."""
        self.kinds.append(Kind(name, self.name, more.pop("paths", self.paths), expected, change, **more))


def of_body(change: Callable[[dict[str, Any]], object]) -> Change:
    """What is done to the object in the body. An answer that is none, such as a refusal, stays as it is."""

    def changed(answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        body = msgspec.json.decode(answer.body)
        change(body)
        return replace(answer, body=msgspec.json.encode(body))

    return changed


def of_list(change: Callable[[list[Row]], Iterable[object] | None]) -> Change:
    """What is done to the rows of a body; they are what `change` returns."""

    def changed(body: dict[str, Any]) -> None:
        key = next(name for name in ROWS if name in body)
        found = change(body[key] or [])
        body[key] = None if found is None else list(found)

    return of_body(changed)


def of_rows(change: Callable[[Row], object], *, every: int = 1, ticker: str | None = None) -> Change:
    """What is done to every so manieth row, or to the rows of one name."""

    def changed(rows: list[Row]) -> list[Row]:
        for place, row in enumerate(rows):
            if place % every == 0 and (ticker is None or ticker in (row.get("ticker"), row.get("T"))):
                change(row)
        return rows

    return of_list(changed)


def of_bytes(change: Callable[[bytes], bytes]) -> Change:
    """What is done to the body as it is."""
    return lambda answer: replace(answer, body=change(answer.body))


def instead(status: int, body: bytes, *headers: tuple[str, str], kind: str = "application/json") -> Change:
    """Another answer in its place, of the same market."""

    def changed(answer: Answer) -> Answer:
        marks = tuple(pair for pair in answer.headers if pair[0].lower().startswith("x-"))
        return Answer(status, (*marks, ("content-type", kind), *headers), body)

    return changed
