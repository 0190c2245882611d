"""`python -m deskview.process NUMBER`: the market's process; the desk starts it. NUMBER is its end of the pipe."""

import sys
from multiprocessing.connection import Connection

from deskview.process.market import follow_market

if __name__ == "__main__":
    follow_market(Connection(int(sys.argv[1])))
