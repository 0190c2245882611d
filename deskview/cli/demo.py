"""`deskview demo`: the desk on the simulated market; no network, no key."""

from argparse import Namespace

from deskview.cli.desk import open_desk


def run(arguments: Namespace) -> int:
    """Opens the desk; it ends with the app's exit code."""
    return open_desk(arguments, demo=True)
