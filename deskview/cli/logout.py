"""`deskview logout`: the provider's key out of the keyring."""

import asyncio
import sys
from argparse import Namespace

from deskview.cli.context import context_of
from deskview.cli.errors import print_report
from deskview.credentials import KeyringState, delete_key
from deskview.exits import Exit


def run(arguments: Namespace) -> int:
    """Deletes the key and checks that it is gone; having had none is fine."""
    context = context_of(arguments)
    report = asyncio.run(delete_key(context.settings.provider))
    if report.state is KeyringState.ABSENT:
        print(f"deskview: {report.sentence}", file=sys.stderr)
        return Exit.OK
    print_report(report, sys.stderr)
    return Exit.OK if report.ok else Exit.KEY
