"""From a body to typed rows: what a row holds costs that row, what a body holds ends in rows or a ProviderError.

A page is decoded in one go, a long table a batch at a time; only where a row does not fit is each row looked at by
itself. A body that can't even be parsed, as of one row's bytes, is cut into its rows by quotes and brackets alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw

from deskview.providers.answers import Answer
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.cleaning import Rejects
from deskview.providers.massive.refusals import FAILED, UNREADABLE, ErrorBody, Translator
from deskview.providers.massive.wire import Envelope, RowError

Row = TypeVar("Row")
One = TypeVar("One")
Piece = Raw | bytes

BATCH = 1_000
"""Rows of a long table that are worked on at a time."""
DELAYED = "DELAYED"
_ROW_ERROR = msgspec.json.Decoder(RowError)
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
"""A text, to its end or the body's, or one of the marks between values; never tries a byte twice."""


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """The rows of one page that fit, and the address of the next page."""

    rows: list[Row]
    next_url: str | None


@dataclass(frozen=True)
class Pieces:
    """The rows of one page, not decoded yet; `delayed`: the envelope says that the plan's data are late."""

    rows: Sequence[Piece]
    delayed: bool


class Reader(Generic[Row]):
    """Decodes pages of one kind of row."""

    def __init__(self, row: type[Row], envelope: type = Envelope) -> None:
        self._whole = msgspec.json.Decoder(envelope[row])  # type: ignore[index]
        self._raw = msgspec.json.Decoder(envelope[Raw])  # type: ignore[index]
        self._row = msgspec.json.Decoder(row)
        (results,) = (field for field in msgspec.structs.fields(envelope) if field.name == "results")
        self._array = results.encode_name.encode()

    def read(self, answer: Answer, capability: Capability, translate: Translator, rejects: Rejects) -> Rows[Row]:
        """The page's rows; unfit ones go to the rejects. Raises MALFORMED when it is no page at all."""
        try:
            page = self._whole.decode(answer.body)
            rows = page.results or []
        except UNREADABLE:
            page, pieces = self._cut(answer, capability)
            rows = self._one_by_one(pieces, rejects)
        _refuse_failed(page, answer, capability, translate)
        return Rows(rows, page.next_url)

    def pieces(self, answer: Answer, capability: Capability, translate: Translator) -> Pieces:
        """The page's rows as they came. Raises MALFORMED when it is no page at all."""
        page, pieces = self._cut(answer, capability)
        _refuse_failed(page, answer, capability, translate)
        return Pieces(pieces, page.status == DELAYED)

    def batches(self, pieces: Sequence[Piece], rejects: Rejects) -> Iterator[list[Row]]:
        """The rows a thousand at a time: worked on while they are in the processor's cache, and let go of.

        Of twelve thousand rows read at once half the time is spent on fetching them from memory again.
        """
        for first in range(0, len(pieces), BATCH):
            batch = pieces[first : first + BATCH]
            try:
                yield [self._row.decode(piece) for piece in batch]
            except UNREADABLE:
                yield self._one_by_one(batch, rejects)

    def _cut(self, answer: Answer, capability: Capability) -> tuple[Envelope[Any], Sequence[Piece]]:
        """The envelope and its rows; raises MALFORMED."""
        try:
            page = self._raw.decode(answer.body)
        except UNREADABLE:
            rest, rows = cut(answer.body, self._array)
            return read_one(self._raw, answer, capability, rest), rows
        return page, page.results or []

    def _one_by_one(self, pieces: Sequence[Piece], rejects: Rejects) -> list[Row]:
        return one_by_one(self._row, pieces, rejects)


def one_by_one(decoder: msgspec.json.Decoder[Row], pieces: Sequence[Piece], rejects: Rejects) -> list[Row]:
    """The rows that fit; the others go to the rejects, each with its reason."""
    rows = []
    for piece in pieces:
        try:
            rows.append(decoder.decode(piece))
        except UNREADABLE as fault:
            rejects.add(_own_error(piece) or _explained(fault))
    return rows


def read_list(
    decoder: msgspec.json.Decoder[Row], answer: Answer, capability: Capability, rejects: Rejects
) -> list[Row]:
    """The rows of a bare array; raises MALFORMED when it is none."""
    if not answer.body.lstrip().startswith(b"["):
        raise malformed(answer, capability)
    return one_by_one(decoder, cut(answer.body, b"")[1], rejects)


def read_one(
    decoder: msgspec.json.Decoder[One], answer: Answer, capability: Capability, body: bytes | None = None
) -> One:
    """A body that is one object, the answer's where none is given; raises MALFORMED when it does not fit."""
    try:
        return decoder.decode(answer.body if body is None else body)
    except UNREADABLE:
        raise malformed(answer, capability) from None


def cut(body: bytes, name: bytes) -> tuple[bytes, list[bytes]]:
    """The body with its array of that name emptied, and the array's elements; no name: the body is the array.

    Nothing but quotes and brackets is looked at, so a row may hold what no parser takes: bytes that are no text, half
    a surrogate, a word that is no JSON, a thousand levels. Where there is no such array the body stays as it is.
    """
    depth, inside = 0, 1 if not name else 2
    key, begin, ends = b"", -1, []
    for token in _TOKEN.finditer(body):
        mark = token[0]
        if mark in b"[{":
            depth += 1
            if begin < 0 and depth == inside and mark == b"[" and key.strip(b'"') == name:
                begin = token.end()
        elif mark in b"]}":
            if depth == inside and begin >= 0:
                ends.append(token.start())
                break
            depth -= 1
        elif mark == b"," and depth == inside and begin >= 0:
            ends.append(token.start())
        elif depth == inside - 1 and mark != b",":
            key = mark
    else:
        return body, []
    starts = [begin, *(end + 1 for end in ends)]
    rows = [body[start:end].strip() for start, end in zip(starts, ends, strict=False)]
    return body[:begin] + body[ends[-1] :], [] if rows == [b""] else rows


def _refuse_failed(page: Envelope[Any], answer: Answer, capability: Capability, translate: Translator) -> None:
    """Raises what an answer means that says of itself that it failed."""
    if page.status in FAILED or (page.error and not page.results):
        raise translate.failed_success(ErrorBody(page.status, page.error, page.message), answer.url.path, capability)


def _own_error(piece: Piece) -> str:
    try:
        row = _ROW_ERROR.decode(piece)
    except UNREADABLE:
        return ""
    return f"the provider's own error: {row.error}"


def _explained(fault: Exception) -> str:
    """The decoder's message, field first: "day.c: expected float | null, got str"."""
    if isinstance(fault, UnicodeDecodeError):
        return "row: bytes that are no text"
    if isinstance(fault, RecursionError):
        return "row: nested too deep"
    what, _, where = str(fault).replace("`", "").partition(" - at $")
    what = what.partition(" matching regex")[0].partition(" (byte ")[0]
    what = what.replace("Expected", "expected").replace("Object missing", "missing")
    return f"{where.lstrip('.') or 'row'}: {what}"


def malformed(answer: Answer, capability: Capability) -> ProviderError:
    """The error for an answer in a form nothing can be read from."""
    return ProviderError(
        Kind.MALFORMED,
        "The provider's answer is not in the form it should have. The table is not updated.",
        capability=capability,
        status=200,
        path=answer.url.path,
    )
