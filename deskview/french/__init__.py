"""Kenneth French's data library: the long daily record of momentum, got at the user's wish alone and never shipped.

`reader` makes a table of a file of the library, `kept` holds the user's copies, `fetch` asks the library's host for new
ones. This page of names loads nothing slow: screens may name the host without polars and httpx.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from deskview.text import neutralise

HOST = "mba.tuck.dartmouth.edu"
"""The one host besides the provider's, asked by `deskview backfill record` and from the palette and by nothing else."""
MOMENTUM, FACTORS, DECILES = (
    "F-F_Momentum_Factor_daily",
    "F-F_Research_Data_Factors_daily",
    "10_Portfolios_Prior_12_2_Daily",
)


@dataclass(frozen=True)
class LibraryFile:
    """A file of the library: its name there, what it is in words, and its columns as they are called there and here."""

    name: str
    title: str
    columns: Mapping[str, str]


FILES = {
    file.name: file
    for file in (
        LibraryFile(MOMENTUM, "daily momentum", {"Mom": "mom"}),
        LibraryFile(FACTORS, "daily factors", {"Mkt-RF": "mkt_rf", "SMB": "smb", "HML": "hml", "RF": "rf"}),
        LibraryFile(
            DECILES,
            "daily deciles of prior return",
            {"Lo PRIOR": "d1", **{f"PRIOR {at}": f"d{at}" for at in range(2, 10)}, "Hi PRIOR": "d10"},
        ),
    )
}
"""The files that are read, by name: the losers are `d1`, the winners `d10`."""
NAMES = tuple(FILES)
OWNERS = "Eugene F. Fama and Kenneth R. French"
NOTICE = (
    f"{HOST} is asked for {len(NAMES)} files, about 2 MB: daily momentum, factors and deciles of Kenneth French's data "
    f"library, (c) {OWNERS}, for your own use."
)
"""What a user is told before the host is asked."""
ASKS = f"Asks {HOST} for {len(NAMES)} files, about 2 MB, of Kenneth French's library"
"""The same where there is a line for it."""


class RecordError(ValueError):
    """A record that can't be got, read or kept. `sentence` says which, why, and what becomes of the copy held."""

    def __init__(self, sentence: str) -> None:
        self.sentence = neutralise(sentence)
        super().__init__(self.sentence)


def refused_by_setting(place: str) -> str:
    """The sentence for a user whose settings say `history = "off"`; `place` is their file, and the line if known."""
    return (
        f'{place}: history = "off", so {HOST} is not asked. A file you have is taken by --file; to ask the host, set '
        'history = "on".'
    )
