"""Boards with lists of the user's own, read from files and prepared as the feed does it."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deskview.analytics.holdings import Holdings, read
from deskview.board import Board, Part, Status
from deskview.feed.lists import model_of
from deskview.feed.state import Daily
from deskview.market.own_lists import load_own_lists

CORE = """\
ticker,quantity,price
NVDA,1200,150
SNDK,-300,
AAPL,2500.5,201.10
MSFT,800,
JPM,900,
XOM,-1500,110
TSLA,400,
IREN,5000,12
QBTS,-2000,
ZZZZ,100,5
nvda,100,140
AMD,1O0

BRK.B,250,
SPY,-900,600
"""
WATCHED = "ALK\nAAL\nRIOT\nAPD\nNVDA\n"
FILES = {"core.csv": CORE, "watched.csv": WATCHED}


def with_lists(board: Board, files: Mapping[str, str] | None = None, **fields: Any) -> Board:  # noqa: ANN401
    """The board with these files as lists, its part otherwise that of leveraged ETFs."""
    assert board.basis is not None
    assert board.live is not None
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (FILES if files is None else files).items():
            file = Path(folder) / name
            file.write_text(text)
            file.chmod(0o600)
        found = load_own_lists(Path(folder))
    problems = [problem.replace(f"{folder}/", "") for problem in found.problems]
    model, fault = model_of(found.lists, board.basis, board.basis.reference.groups, Daily())
    assert not fault
    assert model is not None
    reading = read(model, board.live, momentum=board.momentum.value, leverage=board.leverage.value, problems=problems)
    told: dict[str, Any] = {"status": Status.PARTIAL, "note": f"{problems[0]}."} if problems else {}
    return shown(board, reading, **told | fields)


def shown(board: Board, reading: Holdings, **fields: Any) -> Board:  # noqa: ANN401 - any field of a Part
    """The board with this reading."""
    part: Any = replace(board.leverage, value=None)
    return replace(board, lists=replace(part, **{"value": reading, "missing": {}, **fields}))


def without_lists(board: Board, why: str) -> Board:
    """The board of a user who has none."""
    return replace(board, lists=Part.awaited(why))
