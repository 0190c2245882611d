"""From the bytes of an answer to typed rows.

A page is decoded in one go, a long table a batch at a time; only when a row does not fit is each row looked at by
itself, so that one bad row costs that row and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw

from deskview.providers.answers import Answer
from deskview.providers.base import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.refusals import FAILED, ErrorBody, Translator
from deskview.providers.massive.tally import Tally
from deskview.providers.massive.wire import Envelope, RowError

Row = TypeVar("Row")
One = TypeVar("One")

BATCH = 1_000
"""Rows of a long table that are worked on at a time."""
_ROW_ERROR = msgspec.json.Decoder(RowError)


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """The rows of one page that fit, and the address of the next page."""

    rows: list[Row]
    next_url: str | None


class Reader(Generic[Row]):
    """Decodes pages of one kind of row."""

    def __init__(self, row: type[Row], envelope: type = Envelope) -> None:
        self._whole = msgspec.json.Decoder(envelope[row])  # type: ignore[index]
        self._raw = msgspec.json.Decoder(envelope[Raw])  # type: ignore[index]
        self._row = msgspec.json.Decoder(row)

    def read(self, answer: Answer, capability: Capability, translate: Translator, tally: Tally) -> Rows[Row]:
        """The page's rows; unfit ones go to the tally. Raises MALFORMED when it is no page at all."""
        try:
            page = self._whole.decode(answer.body)
            rows = page.results or []
        except msgspec.DecodeError:
            page = _envelope(self._raw, answer, capability)
            rows = self._one_by_one(page.results or [], tally)
        _refuse_failed(page, answer, capability, translate)
        return Rows(rows, page.next_url)

    def batches(
        self, answer: Answer, capability: Capability, translate: Translator, tally: Tally
    ) -> Iterator[list[Row]]:
        """The same rows a thousand at a time: worked on while they are in the processor's cache, and let go of.

        Of twelve thousand rows read at once half the time is spent on fetching them from memory again.
        """
        page = _envelope(self._raw, answer, capability)
        _refuse_failed(page, answer, capability, translate)
        pieces = page.results or []
        for first in range(0, len(pieces), BATCH):
            batch = pieces[first : first + BATCH]
            try:
                yield [self._row.decode(piece) for piece in batch]
            except msgspec.DecodeError:
                yield self._one_by_one(batch, tally)

    def _one_by_one(self, raw: list[Raw], tally: Tally) -> list[Row]:
        rows = []
        for piece in raw:
            try:
                rows.append(self._row.decode(piece))
            except msgspec.DecodeError as fault:
                tally.add(_own_error(piece) or _in_words(fault))
        return rows


def _refuse_failed(page: Envelope[Any], answer: Answer, capability: Capability, translate: Translator) -> None:
    """Raises what an answer means that says of itself that it failed."""
    if page.status in FAILED:
        raise translate.failed_success(ErrorBody(page.status, page.error, page.message), answer.url.path, capability)


def read_one(decoder: msgspec.json.Decoder[One], answer: Answer, capability: Capability) -> One:
    """A body that is one object or a bare array; raises MALFORMED when it does not fit."""
    try:
        return decoder.decode(answer.body)
    except msgspec.DecodeError:
        raise malformed(answer, capability) from None


def _envelope(decoder: msgspec.json.Decoder[Envelope[Raw]], answer: Answer, capability: Capability) -> Envelope[Raw]:
    return read_one(decoder, answer, capability)


def _own_error(piece: Raw) -> str:
    try:
        row = _ROW_ERROR.decode(piece)
    except msgspec.DecodeError:
        return ""
    return f"the provider's own error: {row.error}"


def _in_words(fault: msgspec.DecodeError) -> str:
    """The decoder's message, field first: "day.c: expected float | null, got str"."""
    what, _, where = str(fault).replace("`", "").partition(" - at $")
    what = what.partition(" matching regex")[0].replace("Expected", "expected").replace("Object missing", "missing")
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
