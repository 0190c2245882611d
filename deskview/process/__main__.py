"""`python -m deskview.process NUMBER`: the market's process; the desk starts it. NUMBER is its end of the pipe."""

import sys
from multiprocessing.connection import Connection
from typing import Any

from deskview.process.market import follow_market, tell_fault


def main(number: int) -> None:
    """Follows the market; a fault before there is a log to tell it goes to the desk's all the same."""
    pipe: Connection[Any, Any] = Connection(number)
    try:
        follow_market(pipe)
    except Exception as fault:
        tell_fault(pipe, fault, ())
        raise


if __name__ == "__main__":
    main(int(sys.argv[1]))
