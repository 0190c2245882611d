"""deskview on the command line: stdout is data, stderr is narration."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from deskview.exits import Exit
from deskview.memory import deny_core_dumps
from deskview.process import MARKET_GC


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    from deskview.cli.parser import DEFAULT_COMMAND, parsed  # noqa: PLC0415 - argparse only when run

    deny_core_dumps()
    gc.set_threshold(*MARKET_GC)
    arguments = parsed(argv)
    command = arguments.command or DEFAULT_COMMAND
    run: Callable[..., int] = import_module(f"deskview.cli.{command}").run
    try:
        return run(arguments)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as fault:  # noqa: BLE001 - the one place where a fault of ours becomes an exit code
        from deskview.cli.errors import report  # noqa: PLC0415

        return report(fault, sys.stderr)
