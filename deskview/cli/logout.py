"""`deskview logout`: the provider's secrets out of the keyring."""

import asyncio
import sys
from argparse import Namespace

from deskview.cli.context import context_of
from deskview.cli.errors import print_report
from deskview.credentials import KeyringState, delete_credentials
from deskview.exits import Exit


def run(arguments: Namespace) -> int:
    """Deletes every secret and checks that it is gone; having had none is fine."""
    context = context_of(arguments)
    report = asyncio.run(delete_credentials(context.vendor.name, context.vendor.secrets))
    if report.state is KeyringState.ABSENT:
        print(f"deskview: {report.sentence}", file=sys.stderr)
        return Exit.OK
    print_report(report, sys.stderr)
    return Exit.OK if report.ok else Exit.KEY
