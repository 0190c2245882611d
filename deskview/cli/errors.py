"""From what went wrong to a sentence on stderr and an exit code."""

import errno
import logging
import os
from typing import TextIO

from deskview.cli.context import KEYS, NoKeyError, UsageError
from deskview.credentials import InvalidKeyError, KeyringReport
from deskview.exits import Exit
from deskview.logs import plain_traceback
from deskview.market.errors import ReferenceDataError
from deskview.providers.errors import Kind, ProviderError
from deskview.settings import SettingsError
from deskview.text import neutralise

log = logging.getLogger(__name__)
KEY_KINDS = frozenset({Kind.KEY_MISSING, Kind.KEY_REFUSED})


def print_report(report: KeyringReport, stderr: TextIO) -> None:
    """A keyring report: its sentence, then the way out."""
    print(f"deskview: {report.sentence}", file=stderr)
    if str(report.way_out):
        print(str(report.way_out), file=stderr)


def report(fault: Exception, stderr: TextIO) -> Exit:
    """Tells the user and returns the exit code; only a fault of ours shows a traceback."""
    match fault:
        case NoKeyError():
            print_report(fault.report, stderr)
            return Exit.KEY
        case InvalidKeyError():
            return _print(str(fault), Exit.KEY, stderr)
        case ProviderError():
            again = fault.transient and fault.retry_after_s is not None
            wait = f" Try again in {max(1, round(fault.retry_after_s or 0))} s." if again else ""
            return _print(fault.sentence + wait, Exit.KEY if fault.kind in KEY_KINDS else Exit.PROVIDER, stderr)
        case _ if sentence := _usage(fault):
            return _print(sentence, Exit.USAGE, stderr)
        case _:
            log.error("a fault of deskview's own", exc_info=fault)
            print(plain_traceback(fault, KEYS), file=stderr)
            return _print(
                "this is a fault of deskview's own; the traceback above belongs in a report.", Exit.FAULT, stderr
            )


def _print(sentence: str, code: Exit, stderr: TextIO) -> Exit:
    print(f"deskview: {neutralise(sentence, KEYS)}", file=stderr)
    return code


def _usage(fault: Exception) -> str:
    """What is wrong with the command, the settings or a file they name; empty where the fault is another."""
    of_simulator = isinstance(fault, ValueError) and type(fault).__module__.startswith("deskview.simulator.")
    if of_simulator or isinstance(fault, SettingsError | ReferenceDataError | UsageError):
        return str(fault)
    if isinstance(fault, OSError) and fault.filename and fault.strerror:
        return f"{os.fsdecode(fault.filename)}: {fault.strerror}"
    if isinstance(fault, OSError) and fault.errno == errno.EADDRINUSE:
        return "another program serves on this port; choose another with --port, or 0 for a free one"
    return ""
