"""`deskview login`: the provider's secrets from the terminal or standard input, checked by it, into the keyring."""

import asyncio
import getpass
import sys
from argparse import Namespace

from deskview.cli.context import Context, UsageError, context_of
from deskview.cli.errors import print_report
from deskview.credentials import ApiKey, Credentials, InvalidKeyError, entries_of, store_credentials
from deskview.exits import Exit
from deskview.providers import PROVIDERS, Vendor

MOST_BYTES = 4096
"""Of one line; a longer one is no key."""


def run(arguments: Namespace) -> int:
    """Asks for each of the provider's secrets, checks them together, stores them and reads them back."""
    if arguments.name is not None and arguments.name not in PROVIDERS:
        raise UsageError(
            f"what stands after `login` is no provider (known: {', '.join(PROVIDERS)}); it is not repeated here. "
            "If it was a key: it is in the shell's history now, so replace it at the provider; "
            "`deskview login` asks for the key, and --key-stdin reads it from standard input"
        )
    context = context_of(arguments)
    vendor = context.vendor
    if vendor.secrets:
        context.keys.put(vendor.name, _read(vendor, from_stdin=arguments.key_stdin))
    return asyncio.run(_log_in(context))


def _read(vendor: Vendor, *, from_stdin: bool) -> Credentials:
    """Every secret the vendor wants, in its order. Raises InvalidKeyError or UsageError for the first that fails."""
    if not from_stdin and not sys.stdin.isatty():
        raise UsageError("standard input is not a terminal; use --key-stdin to read the key from it")
    read = {}
    for secret, entry in zip(vendor.secrets, entries_of(vendor.name, vendor.secrets), strict=True):
        text = _line(vendor, entry.noun) if from_stdin else _typed(f"{secret.title} for {vendor.name}", entry.noun)
        read[secret.name] = ApiKey(text, entry.noun)
    return Credentials(read)


def _line(vendor: Vendor, noun: str) -> str:
    line = sys.stdin.buffer.readline(MOST_BYTES)
    if not line and len(vendor.secrets) > 1:
        order = ", ".join(secret.title for secret in vendor.secrets)
        raise InvalidKeyError(
            f"There is no line for the {noun}: --key-stdin reads one for each, in this order: {order}."
        )
    return line.decode(errors="replace")


def _typed(title: str, noun: str) -> str:
    try:
        return getpass.getpass(f"{title} (not shown): ")
    except EOFError:
        raise UsageError(f"no {noun} was typed; nothing is stored") from None


async def _log_in(context: Context) -> int:
    from deskview.cli.opening import open_provider  # noqa: PLC0415 - httpx and polars load late

    vendor = context.vendor
    credentials = await context.credentials()
    if vendor.secrets:
        provider = await open_provider(context)
        try:
            status = await provider.market_status()
        finally:
            await provider.aclose()
        accepted = f"{vendor.name} accepts the {'key' if len(vendor.secrets) == 1 else 'keys'}"
        print(f"{accepted}; its clock says {status.now:%Y-%m-%d %H:%M:%S} UTC.", file=sys.stderr)
    report = await store_credentials(vendor.name, vendor.secrets, credentials)
    print_report(report, sys.stderr)
    return Exit.OK if report.ok else Exit.KEY
