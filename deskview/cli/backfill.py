"""`deskview backfill`: history into the cache, before it is needed; resumable at any point."""

import asyncio
import sys
from argparse import Namespace

import msgspec

from deskview.cli.context import Context, context_of
from deskview.cli.opening import open_provider, open_simulated
from deskview.exits import Exit
from deskview.memory import give_back_what_is_freed


def run(arguments: Namespace) -> int:
    """Fetches what is missing and tells how far it is."""
    give_back_what_is_freed()
    context = context_of(arguments)
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
