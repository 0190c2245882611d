"""`deskview login`: a key from the terminal or standard input, checked by the provider, into the keyring."""

import asyncio
import getpass
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from deskview.cli.context import Context, UsageError, context_of
from deskview.cli.errors import print_report
from deskview.credentials import ApiKey, store_key
from deskview.exits import Exit
from deskview.providers import PROVIDERS

if TYPE_CHECKING:
    from deskview.settings import Settings

MOST_BYTES = 4096


def run(arguments: Namespace) -> int:
    """Asks for the key, checks it, stores it and reads it back."""
    if arguments.name is not None and arguments.name not in PROVIDERS:
        raise UsageError(
            f"what stands after `login` is no provider (known: {', '.join(PROVIDERS)}); it is not repeated here. "
            "If it was a key: it is in the shell's history now, so replace it at the provider; "
            "`deskview login` asks for the key, and --key-stdin reads it from standard input"
        )
    context = context_of(arguments)
    key = _read_key(context.settings, from_stdin=arguments.key_stdin)
    context.keys.put(context.settings.provider, key)
    return asyncio.run(_log_in(context, key))


def _read_key(settings: "Settings", *, from_stdin: bool) -> ApiKey:
    if from_stdin:
        return ApiKey(sys.stdin.buffer.readline(MOST_BYTES).decode(errors="replace"))
    if not sys.stdin.isatty():
        raise UsageError("standard input is not a terminal; use --key-stdin to read the key from it")
    try:
        return ApiKey(getpass.getpass(f"API key for {settings.provider} (not shown): "))
    except EOFError:
        raise UsageError("no key was typed; nothing is stored") from None


async def _log_in(context: Context, key: ApiKey) -> int:
    from deskview.cli.opening import connected  # noqa: PLC0415 - httpx and polars load late

    settings = context.settings
    provider = connected(settings, key)
    try:
        status = await provider.market_status()
    finally:
        await provider.aclose()
    print(f"{settings.provider} accepts the key; its clock says {status.now:%Y-%m-%d %H:%M:%S} UTC.", file=sys.stderr)
    report = await store_key(settings.provider, key)
    print_report(report, sys.stderr)
    return Exit.OK if report.ok else Exit.KEY
