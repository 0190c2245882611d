"""`deskview snapshot`: one refresh without a terminal, as JSON, text or SVG."""

import asyncio
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import msgspec

from deskview.analytics.assumptions import NO_LIST
from deskview.cli.context import Context, context_of
from deskview.cli.opening import demo_flow, open_provider, open_simulated
from deskview.exits import Exit
from deskview.memory import give_back_what_is_freed

if TYPE_CHECKING:
    from deskview.board import Board, Part
    from deskview.screens.overlays.columns import Choices

HEADLINES = frozenset({"return", "beat_share", "today_usd", "retail.net_usd", "institutional.net_usd"})
"""The figure each part is there for; a part without it is incomplete."""


def run(arguments: Namespace) -> int:
    """Prints one refresh, or its schema; figures that are missing make the exit code 5."""
    if arguments.schema:
        _write(arguments, _schema())
        return Exit.OK
    give_back_what_is_freed()
    context = context_of(arguments)
    if arguments.demo:
        arguments.speed = 0.0 if arguments.speed is None else arguments.speed
        context.settings = demo_flow(context.settings, full=arguments.full)
    return asyncio.run(_snapshot(context))


def _schema() -> bytes:
    from deskview.board.schema import board_schema  # noqa: PLC0415 - polars loads late

    return msgspec.json.format(msgspec.json.encode(board_schema()), indent=2) + b"\n"


async def _snapshot(context: Context) -> int:
    from deskview.feed import Feed  # noqa: PLC0415 - polars loads late

    arguments = context.arguments
    columns = None if arguments.format == "json" else _columns(context)
    provider = open_simulated(arguments) if arguments.demo else await open_provider(context)
    try:
        board = await Feed(provider, context.cache, context.settings).once(arguments.wait)
    finally:
        await provider.aclose()
    _write(arguments, await _rendered(board, context, columns))
    return _print_missing(board)


def _columns(context: Context) -> "Choices":
    """The columns the settings choose for the lists. Raises SettingsError where there are no such."""
    from deskview.screens.overlays.columns import Choices  # noqa: PLC0415 - textual loads late

    return Choices(context.settings.columns, context.settings_file)


async def _rendered(board: "Board", context: Context, columns: "Choices | None") -> bytes:
    arguments = context.arguments
    if arguments.format == "json":
        from deskview.board.export import board_to_json  # noqa: PLC0415

        return board_to_json(board)
    from deskview.screens.desk.still import still  # noqa: PLC0415

    text = await still(
        board,
        page=arguments.page,
        size=arguments.size,
        theme=context.settings.theme,
        svg=arguments.format == "svg",
        columns=columns,
    )
    return text.encode()


def _write(arguments: Namespace, content: bytes) -> None:
    if arguments.output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        arguments.output.write_bytes(content)


def _print_missing(board: "Board") -> Exit:
    """One line on stderr for every part without its figures, in doubt, or with a fault."""
    incomplete = False
    for name, part in board.parts.items():
        if part.value is None and part.note.startswith(NO_LIST):
            continue
        reasons = dict.fromkeys(reason for path, reason in part.missing.items() if path in HEADLINES)
        if part.doubt:
            incomplete = True
            print(f"deskview: {name}: in doubt: {part.doubt}", file=sys.stderr)
        if part.value is None or part.note or reasons:
            incomplete |= part.value is not None or not _is_optional(name)
            print(f"deskview: {name}: {part.note or '; '.join(reasons) or 'no figures'}", file=sys.stderr)
        elif part.status == "stale":
            incomplete = True
            print(f"deskview: {name}: stale, its newest data are of {_clock(part)} ET", file=sys.stderr)
    return Exit.INCOMPLETE if incomplete else Exit.OK


def _is_optional(part: str) -> bool:
    """Whether a board without the part's figures is whole."""
    from deskview.screens.parts import PARTS  # noqa: PLC0415 - textual loads late

    return any(subject.optional for subject in PARTS if subject.part == part)


def _clock(part: "Part[Any]") -> str:
    """The exchange's time of the part's newest data."""
    from deskview.format import clock  # noqa: PLC0415 - numpy and polars load late

    return clock(part.data_as_of or part.as_of)
