"""`deskview doctor`: what stands between this machine and a working desk, each line with what to do."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from deskview.cli.context import Context, context_with
from deskview.cli.doctor.bundle import check_target, write_bundle
from deskview.cli.doctor.check import Check, Level, as_json, exit_code, summary, terminal_width
from deskview.credentials import Credentials
from deskview.exits import Exit
from deskview.processor import WAY_OUT, processor_fault
from deskview.settings import Settings


def run(arguments: Namespace) -> int:
    """Prints the report, line by line as it is found out or as one JSON; returns the exit code of its gravest fault."""
    return asyncio.run(_examine(arguments))


async def _examine(arguments: Namespace) -> Exit:
    bundle: Path | None = arguments.bundle
    if bundle is not None:
        check_target(bundle)
    checks = []
    found = Found()
    async for check in _checks(arguments, found):
        checks.append(check)
        if not arguments.json:
            print(check.as_text(terminal_width()), flush=True)
    if arguments.json:
        print(as_json(checks), flush=True)
    print(f"deskview: {summary(checks)}", file=sys.stderr)
    if bundle is not None:
        print(f"deskview: {write_bundle(bundle, checks, found.settings, found.log_file)}", file=sys.stderr)
    return exit_code(checks)


@dataclass
class Found:
    """What the checks come upon that a bundle is made of; the defaults where they did not get so far."""

    settings: Settings = field(default_factory=Settings)
    log_file: Path | None = None


async def _checks(arguments: Namespace, found: Found) -> AsyncIterator[Check]:
    if fault := processor_fault():  # what else there is to be checked loads polars, and would end without a word
        todo = f"{WAY_OUT} Nothing else can be checked before."
        yield Check("processor", Level.FAULT, fault, todo, code=Exit.USAGE)
        return
    from deskview.cli.doctor import machine, provider  # noqa: PLC0415 - they load the whole program

    yield machine.versions()
    settings_check, settings = machine.settings(arguments)
    yield settings_check
    for check in machine.of_settings(arguments, settings):
        yield check
    log_check, log_file = machine.log(arguments)
    yield log_check
    found.settings, found.log_file = settings, log_file
    context = context_with(arguments, settings, log_file)
    for check in machine.terminal():
        yield check
    keyring = await provider.keyring(context)
    yield keyring
    key_check, credentials = await provider.key(context, keyring)
    yield key_check
    if settings_check.level is Level.FAULT:  # the defaults may name another host than the user's
        yield Check("provider", Level.WARNING, "Not asked: the settings that name its address can't be used.")
    else:
        async for check in _of_provider(context, credentials):
            yield check
    for check in machine.cache(arguments, settings):
        yield check


async def _of_provider(context: Context, credentials: Credentials | None) -> AsyncIterator[Check]:
    """The way to the provider, and what it answers where its secrets are there."""
    from deskview.cli.doctor import provider  # noqa: PLC0415

    async for check in provider.network(context):
        yield check
    if credentials is None:
        yield Check("provider", Level.WARNING, "Not asked: there is no key to ask with.")
        return
    async for check in provider.checks(context, credentials):
        yield check
