"""What passes between the two processes, pickled by `multiprocessing`: both ends are this program's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deskview.credentials import ApiKey

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Basis
    from deskview.providers.base import Provider
    from deskview.settings import Settings


@dataclass(frozen=True)
class Order:
    """What the market's process is to follow: `opening` makes the provider from the key, `cache` holds its history.

    The key is no part of it, as an ApiKey refuses to be pickled: its text goes beside the order, in the pipe's first
    parcel.
    """

    opening: "Callable[[ApiKey], Provider]"
    cache: Path
    settings: "Settings"


@dataclass(frozen=True)
class NewBasis:
    """To the desk: the fixed part of every board that follows. Its history is sent `packed`, right behind it."""

    basis: "Basis | None"


@dataclass(frozen=True)
class NewBoard:
    """To the desk: what of a board, its fixed part aside, is new since the board before; of the first board all."""

    changes: "Mapping[str, Any]"


@dataclass(frozen=True)
class Refused:
    """To the desk: the market can't be opened as the user has set it up; the sentence says why."""

    sentence: str


@dataclass(frozen=True)
class Logged:
    """To the desk: a line for the log, its traceback already free of secrets."""

    logger: str
    level: int
    created: float
    message: str
    traceback: str | None


@dataclass(frozen=True)
class Bars:
    """To the desk: the answer to an `AskBars` of this number; None where there are none to be had."""

    number: int
    frame: "pl.DataFrame | None"


@dataclass(frozen=True)
class AskBars:
    """To the market: the session's bars of a name."""

    number: int
    ticker: str


@dataclass(frozen=True)
class AskAgain:
    """To the market: every loop is to ask the provider now."""


def packed(history: "pl.DataFrame") -> bytes:
    """A history's bytes. Compressed, polars reads them without holding the interpreter: no key waits meanwhile."""
    data = BytesIO()
    history.write_ipc(data, compression="zstd")
    return data.getvalue()


def unpacked(data: bytes) -> "pl.DataFrame":
    """The history of `packed`; on a thread."""
    import polars as pl  # noqa: PLC0415 - the desk's process starts without it

    return pl.read_ipc(BytesIO(data))


ToDesk = NewBasis | NewBoard | Refused | Logged | Bars
ToMarket = AskBars | AskAgain
