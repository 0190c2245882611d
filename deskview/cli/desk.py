"""`deskview`: the desk on the configured provider."""

import sys
from argparse import Namespace

from deskview.cli.context import UsageError, context_of
from deskview.cli.opening import Doorway


def run(arguments: Namespace) -> int:
    """Opens the desk; it ends with the app's exit code."""
    return open_desk(arguments, demo=False)


def open_desk(arguments: Namespace, *, demo: bool) -> int:
    """The desk in this terminal."""
    from deskview.app import DeskApp  # noqa: PLC0415 - textual is not needed by other commands

    if not sys.stdout.isatty():
        raise UsageError("the desk needs a terminal; `deskview snapshot` prints the same figures without one")
    context = context_of(arguments)
    app = DeskApp(
        Doorway(context, demo=demo), theme_name=context.settings.theme, secrets=context.keys, settings=context.settings
    )
    app.run(mouse=getattr(arguments, "mouse", False))
    app.print_crash()
    return app.return_code or 0
