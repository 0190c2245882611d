"""`python -m deskview.process DESCRIPTOR`: the market's process. The desk starts it, and DESCRIPTOR is its pipe."""

import sys
from multiprocessing.connection import Connection
from typing import Any

from deskview.memory import deny_core_dumps
from deskview.process.messages import hello, report_failure


def main(descriptor: int) -> None:
    """Runs the worker. Its version goes first, so that an upgrade which broke the rest is told as one."""
    deny_core_dumps()  # before the key comes
    connection: Connection[Any, Any] = Connection(descriptor)
    connection.send_bytes(hello())
    try:
        from deskview.process.worker import run  # noqa: PLC0415

        run(connection)
    except Exception as error:
        report_failure(connection, error)
        raise


if __name__ == "__main__":
    main(int(sys.argv[1]))
