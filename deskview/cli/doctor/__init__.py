"""`deskview doctor`: what stands between this machine and a working desk, each line with what to do."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncIterator

from deskview.cli.context import context_with
from deskview.cli.doctor.check import Check, Level, as_json, exit_code, summary
from deskview.exits import Exit


def run(arguments: Namespace) -> int:
    """Prints the report, line by line as it is found out or as one JSON; returns the exit code of its gravest fault."""
    return asyncio.run(_examine(arguments))


async def _examine(arguments: Namespace) -> Exit:
    checks = []
    async for check in _checks(arguments):
        checks.append(check)
        if not arguments.json:
            print(check.as_text(), flush=True)
    if arguments.json:
        print(as_json(checks), flush=True)
    print(f"deskview: {summary(checks)}", file=sys.stderr)
    return exit_code(checks)


async def _checks(arguments: Namespace) -> AsyncIterator[Check]:
    from deskview.cli.doctor import machine, provider  # noqa: PLC0415 - they load the whole program

    yield machine.versions()
    settings_check, settings = machine.settings(arguments)
    yield settings_check
    for check in machine.history_length(arguments, settings):
        yield check
    for check in machine.alert_rules(arguments, settings):
        yield check
    yield machine.theme(settings)
    log_check, log_file = machine.log(arguments)
    yield log_check
    context = context_with(arguments, settings, log_file)
    for check in machine.terminal():
        yield check
    keyring = await provider.keyring()
    yield keyring
    key_check, key = await provider.key(context, keyring)
    yield key_check
    if key is None:
        yield Check("provider", Level.WARNING, "Not asked: there is no key to ask with.")
    else:
        async for check in provider.checks(context, key):
            yield check
    for check in machine.cache(arguments, settings):
        yield check
