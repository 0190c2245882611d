"""The Board as JSON: how other programs and the tests see the desk."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec

from deskview.analytics.definitions import SCHEMA
from deskview.analytics.figure import D30M, Unit, figure, place, text
from deskview.board.board import Board, Part, Status
from deskview.board.diagnostics import Diagnostics
from deskview.board.trend import TRENDED


class SourceHead(msgspec.Struct, frozen=True, kw_only=True):
    """The origin of every figure."""

    provider: Annotated[str, text("provider", "Who speaks for the market.")]
    simulated: Annotated[bool, text("simulated", "Whether no price is real.")]
    scenario: Annotated[str | None, text("scenario", "Which simulated day it is.")]


class RefreshHead(msgspec.Struct, frozen=True, kw_only=True):
    """How often one kind of work has had its turn."""

    task: Annotated[str, text("task", "What is refreshed.")]
    turns: Annotated[int, figure("turns", Unit.COUNT, "Turns begun since the start.", watched=False)]
    failed: Annotated[int, figure("failed turns", Unit.COUNT, "Of these, those that failed.", watched=False)]
    missed: Annotated[
        int,
        figure("missed turns", Unit.COUNT, "Due while the one before still ran, the first aside.", watched=False),
    ]


class RequestErrorsHead(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that failed in one way."""

    kind: Annotated[str, text("kind", "In what way they failed.")]
    count: Annotated[int, figure("failures", Unit.COUNT, "How many failed so.", watched=False)]
    sentence: Annotated[str, text("sentence", "What was said of the last.")]


class DiagnosticsHead(msgspec.Struct, frozen=True, kw_only=True):
    """How the program itself is, without what differs from run to run: memory, times of day and durations."""

    versions: Annotated[dict[str, str], text("versions", "Of deskview, Python and the libraries, by name.")]
    calls: Annotated[int, figure("calls", Unit.COUNT, "Requests sent since the start.", watched=False)]
    failed: Annotated[int, figure("failed calls", Unit.COUNT, "Of these, those that failed.", watched=False)]
    errors: Annotated[list[RequestErrorsHead], place("errors")]
    refreshes: Annotated[list[RefreshHead], place("refreshes")]


class BoardHead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the parts."""

    schema: Annotated[
        int, text("schema", "Number of what the keys mean; goes up where one comes to mean another thing.")
    ]
    as_of: Annotated[datetime | None, text("as of", "The market's time of the board, UTC.")]
    session: Annotated[date | None, text("session", "The session it is of.")]
    source: Annotated[SourceHead, place("source")]
    left_out: Annotated[
        dict[str, Annotated[int, figure("rows", Unit.COUNT, "Rows of a table that were not used.", watched=False)]],
        place("rows left out"),
    ]
    left_out_reasons: Annotated[
        dict[str, list[str]], text("why rows were left out", "The commonest reasons, by table.")
    ]
    diagnostics: Annotated[DiagnosticsHead, place("diagnostics")]


class PartHead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the figures of a part."""

    as_of: Annotated[datetime | None, text("as of", "The market's time of the reading, UTC.")]
    data_as_of: Annotated[datetime | None, text("data as of", "When its newest data were true, UTC.")]
    status: Annotated[Status, text("status", "How far it can be trusted.")]
    note: Annotated[str, text("note", "What failed, or is still to come.")]
    doubt: Annotated[str | None, text("doubt", "Why the figures may be wrong; null where they are not in doubt.")]


class PartFoot(msgspec.Struct, frozen=True, kw_only=True):
    """What stands below them."""

    missing: Annotated[
        dict[str, str], text("missing", "Why figures are null, by their paths; by an empty one all are.")
    ]


def board_to_builtins(board: Board) -> dict[str, Any]:
    """The board as plain values: fractions, dollars, percentiles 0-100, ISO 8601 UTC times, null for missing.

    `deskview.board.schema` describes it.
    """
    source = board.source
    head = BoardHead(
        schema=SCHEMA,
        as_of=board.as_of,
        session=board.session,
        source=SourceHead(provider=source.provider, simulated=source.simulated, scenario=source.scenario),
        left_out=dict(board.wire.left_out),
        left_out_reasons={table: list(reasons) for table, reasons in board.wire.reasons.items()},
        diagnostics=_diagnostics(board.diagnostics),
    )
    return {**_plain(head), **{name: _part(part, _changes(board, name)) for name, part in board.parts.items()}}


def _diagnostics(own: Diagnostics) -> DiagnosticsHead:
    return DiagnosticsHead(
        versions=dict(own.versions),
        calls=own.wire.calls,
        failed=own.wire.failures,
        errors=[RequestErrorsHead(kind=e.kind, count=e.count, sentence=e.sentence) for e in own.wire.errors],
        refreshes=[
            RefreshHead(task=one.task, turns=one.turns, failed=one.failed, missed=one.missed) for one in own.refreshes
        ],
    )


def _part(part: Part[Any], changes: dict[str, float | str]) -> dict[str, Any]:
    head = PartHead(
        as_of=part.as_of,
        data_as_of=part.data_as_of,
        status=part.status,
        note=part.note,
        doubt=part.doubt or None,
    )
    reading = {} if part.value is None else _plain(part.value)
    d30m = {figure: None if isinstance(change, str) else change for figure, change in changes.items()}
    reasons = {f"{D30M}.{figure}": change for figure, change in changes.items() if isinstance(change, str)}
    foot = PartFoot(missing={**part.missing, **reasons})
    return {**_plain(head), **reading, **({D30M: d30m} if d30m else {}), **_plain(foot)}


def _changes(board: Board, name: str) -> dict[str, float | str]:
    """Changes over 30 minutes of the figures of a part that are told, by their paths within it, or why one is not."""
    if board.parts[name].value is None:
        return {}
    return {
        path.removeprefix(f"{name}."): board.d30m.get(path, board.d30m_missing.get(path, "not known"))
        for path in TRENDED
        if path.startswith(f"{name}.")
    }


def _plain(record: msgspec.Struct) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(record)
    return values


def board_to_json(board: Board) -> bytes:
    """The board as indented JSON, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(board_to_builtins(board)), indent=2) + b"\n"
