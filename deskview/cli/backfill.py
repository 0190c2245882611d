"""`deskview backfill`: history into the cache, before it is needed; resumable at any point.

`deskview backfill record` gets the long daily record of French's data library instead, or takes files of it.
"""

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from deskview.cli.context import Context, UsageError, context_of
from deskview.cli.opening import open_provider, open_simulated
from deskview.exits import Exit
from deskview.french import FILES, NOTICE, RecordError, refused_by_setting
from deskview.memory import give_back_what_is_freed
from deskview.settings import where
from deskview.text import neutralise

if TYPE_CHECKING:
    from deskview.french.kept import Copy


def run(arguments: Namespace) -> int:
    """Fetches what is missing and tells how far it is."""
    give_back_what_is_freed()
    context = context_of(arguments)
    if arguments.what is not None:
        return asyncio.run(_record(context))
    if arguments.sessions:
        context.settings = msgspec.structs.replace(context.settings, history_sessions=arguments.sessions)
    return asyncio.run(_backfill(context))


async def _backfill(context: Context) -> int:
    from deskview.feed import Feed  # noqa: PLC0415 - polars loads late

    arguments = context.arguments
    provider = open_simulated(arguments) if arguments.demo else await open_provider(context)
    feed = Feed(provider, context.cache, context.settings)
    try:
        await feed.backfill(_narrate, flows=arguments.flows)
    finally:
        await provider.aclose()
    return Exit.OK


def _narrate(line: str) -> None:
    """Progress on one line of a terminal, line by line elsewhere."""
    ending = "\r" if sys.stderr.isatty() else "\n"
    print(f"{line:<78}", end=ending, file=sys.stderr, flush=True)


async def _record(context: Context) -> int:
    """Gets the files of the library or takes those that are named, and tells of each; the worst decides the code."""
    codes = [Exit.OK]
    try:
        async for kept in _taken(context) if context.arguments.files else _fetched(context):
            if isinstance(kept, tuple):
                code, error = kept
                codes.append(code)
                print(f"deskview: {error.sentence}", file=sys.stderr, flush=True)
            else:
                print(neutralise(_line(kept)), flush=True)
    except RecordError as error:
        raise UsageError(error.sentence) from None
    return max(codes)


async def _taken(context: Context) -> "AsyncIterator[Copy | tuple[Exit, RecordError]]":
    from deskview.french.kept import keep_file  # noqa: PLC0415 - polars loads late

    for path in context.arguments.files:
        try:
            yield keep_file(path, now=datetime.now(UTC))
        except RecordError as error:
            yield Exit.USAGE, error


async def _fetched(context: Context) -> "AsyncIterator[Copy | tuple[Exit, RecordError]]":
    """Raises UsageError where the settings refuse it."""
    from deskview.french.fetch import renew  # noqa: PLC0415 - httpx and polars load late

    if context.settings.history == "off":
        raise UsageError(refused_by_setting(where(context.settings_file, ("history",))))
    print(f"deskview: {NOTICE}", file=sys.stderr, flush=True)
    async for renewal in renew(now=datetime.now(UTC)):
        if renewal.copy is not None:
            yield renewal.copy
        elif renewal.error is not None:
            yield Exit.PROVIDER, renewal.error


def _line(copy: "Copy") -> str:
    """A copy in a line: which file, how many days from when to when, the vintage, and what was left out."""
    parts = [
        f"{FILES[copy.name].title}: {copy.rows:,} days, {copy.first} to {copy.last}",
        f"vintage {copy.vintage or 'not told'}",
    ]
    if copy.unreadable:
        parts.append(f"values that are no numbers, and missing: {copy.unreadable}")
    if copy.left_out:
        parts.append(f"not read: {', '.join(copy.left_out)}")
    return "; ".join(parts)
