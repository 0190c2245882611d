"""What is prepared once a session for rotation: member returns over the closed horizons, weekly trails."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from deskview.analytics.measures import span_returns
from deskview.analytics.panel import Floats, Ints, Panel
from deskview.analytics.rotation.quadrants import trails
from deskview.analytics.rotation.structs import SPANS, Trail

BENCHMARK = "SPY"


@dataclass(frozen=True)
class Groups:
    """Groups in file order; `belongs` (names x groups) is 1 where the name is a member, else 0."""

    name: tuple[str, ...]
    kind: tuple[str, ...]
    belongs: Floats

    def members(self, place: int) -> Ints:
        """The rows of the names table that belong to the group."""
        return np.flatnonzero(self.belongs[:, place])


@dataclass(frozen=True)
class RotationModel:
    """`names` (ticker, name) and `tickers`: the distinct members, the benchmark last. `closed` is spans x names."""

    benchmark: str
    groups: Groups
    names: pl.DataFrame
    tickers: tuple[str, ...]
    closed: Floats
    trails: tuple[Trail, ...]


def prepare(panel: Panel, groups: pl.DataFrame, names: pl.DataFrame, *, benchmark: str = BENCHMARK) -> RotationModel:
    """The model from the sessions before the live one, GROUPS (group, kind, ticker) and NAMES.

    Returns are price returns on today's share basis, ending at the last close.
    """
    pairs = groups.unique(["group", "kind", "ticker"], keep="first", maintain_order=True)
    heads = pairs.unique(["group", "kind"], keep="first", maintain_order=True)
    members = pairs["ticker"].unique(maintain_order=True)
    tickers = pl.concat([members, pl.Series("ticker", [benchmark])])
    belongs = np.zeros((len(tickers), len(heads)))
    belongs[_rows_of(members.to_frame(), pairs), _rows_of(heads.select("group", "kind"), pairs)] = 1.0
    known = Groups(tuple(heads["group"]), tuple(heads["kind"]), belongs)
    columns = panel.columns(tickers)
    close = np.full((len(panel.sessions), len(columns)), np.nan)
    close[:, columns >= 0] = panel.close[:, columns[columns >= 0]]
    named = names.select("ticker", "name").unique("ticker", keep="first", maintain_order=True)
    return RotationModel(
        benchmark=benchmark,
        groups=known,
        names=tickers.to_frame().join(named, on="ticker", how="left", maintain_order="left"),
        tickers=tuple(tickers),
        closed=span_returns(close, SPANS),
        trails=trails(close, known.name, known.kind, known.belongs),
    )


def _rows_of(table: pl.DataFrame, pairs: pl.DataFrame) -> Ints:
    """The row of `table` each of the pairs refers to, by the columns of the table."""
    keys = table.columns
    found = pairs.select(keys).join(table.with_row_index("row"), on=keys, how="left", maintain_order="left")["row"]
    return found.to_numpy().astype(np.int64)
