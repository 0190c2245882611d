"""Exit codes of the command line."""

from enum import IntEnum


class Exit(IntEnum):
    """What the shell sees."""

    OK = 0
    FAULT = 1
    USAGE = 2
    KEY = 3
    PROVIDER = 4
    INCOMPLETE = 5
    INTERRUPTED = 130
    TERMINATED = 143
