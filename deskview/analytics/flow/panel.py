"""Windows of prints as a panel: sessions by names and by slots, and what of it is compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

ENOUGH: Final = 0.5
"""A session with a smaller part of the usual windows is left out."""
ALWAYS: Final = 0.9
"""A name with windows by the clock in such a part of the sessions is missing today if it has none."""
DAY_NS: Final = 86_400 * 10**9
FEWEST_DAYS: Final = 20
"""Fewer earlier sessions give no percentile and nothing that is usual."""
SIDES: Final = ("retail", "other")
USUAL: Final = {"ticker": pl.String(), "retail": pl.Float64(), "other": pl.Float64()}

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """Windows that had ended: sessions (the last one is today's) by names, and by slots.

    A slot is a name's first, second ... window of a session; `name` says whose. `drawn` names might as well not have
    been in the sample. `stake` is weight times dollars, `found` the number of windows, `counted` their dollars; `known`
    is where a name traded and its windows were read, whether or not one had ended by the clock.
    """

    sessions: Sequence[date]
    tickers: Sequence[str]
    drawn: Flags
    stake: Floats
    found: Integers
    known: Flags
    counted: Floats
    name: Integers
    net: Mapping[str, Floats]
    gross: Mapping[str, Floats]

    def of_sessions(self, kept: Flags) -> "Panel":
        """Only the sessions marked."""
        return replace(
            self,
            sessions=[day for day, keep in zip(self.sessions, kept, strict=True) if keep],
            stake=self.stake[kept],
            found=self.found[kept],
            known=self.known[kept],
            counted=self.counted[kept],
            net={side: net[kept] for side, net in self.net.items()},
            gross={side: gross[kept] for side, gross in self.gross.items()},
        )

    def of_names(self, kept: Flags) -> "Panel":
        """Only the names marked."""
        slots = kept[self.name]
        return replace(
            self,
            tickers=[ticker for ticker, keep in zip(self.tickers, kept, strict=True) if keep],
            drawn=self.drawn[kept],
            stake=self.stake[:, kept],
            found=self.found[:, kept],
            known=self.known[:, kept],
            counted=self.counted[:, kept],
            name=(np.cumsum(kept) - 1)[self.name[slots]],
            net={side: net[:, slots] for side, net in self.net.items()},
            gross={side: gross[:, slots] for side, gross in self.gross.items()},
        )

    def enough(self) -> Flags:
        """The earlier sessions with enough windows, and today."""
        windows = self.found.sum(axis=1)
        kept: Flags = windows >= ENOUGH * np.median(windows[:-1])
        kept[-1] = True
        return kept

    def taking_part(self) -> Flags:
        """Names with windows, but for those that nearly always have some by now and have none today, and those of which
        the windows of most earlier sessions are not known."""
        past, known = self.found[:-1] > 0, self.known[:-1].sum(axis=0)
        always = past.sum(axis=0) >= ALWAYS * known
        kept: Flags = past.any(axis=0) & (known >= ENOUGH * len(past)) & ((self.found[-1] > 0) | ~always)
        return kept

    def sums(self, side: str) -> tuple[Floats, Floats]:
        """Net and gross of every slot, in dollars of all stocks (up to a factor that all sessions share)."""
        usual = self.found[:-1].sum(axis=0) / np.maximum(1, self.known[:-1].sum(axis=0))
        scale = np.where(self.counted > 0, self.stake * self.found / np.where(self.counted > 0, self.counted, 1), 0.0)
        scale = (scale / np.where(usual > 0, usual, 1))[:, self.name]
        return self.net[side] * scale, self.gross[side] * scale

    def medians(self) -> pl.DataFrame:
        """(ticker, retail, other): the middle of each name's own intensities before today."""
        first = np.flatnonzero(begins(self.name))
        columns = {"ticker": pl.Series(self.tickers, dtype=pl.String)}
        for side in SIDES:
            net, gross = (np.add.reduceat(slots[side][:-1], first, axis=1) for slots in (self.net, self.gross))
            values = np.sort(ratio_of(net, gross), axis=0)  # NaN comes last
            days = np.isfinite(values).sum(axis=0)
            around = np.stack([np.maximum(days - 1, 0) // 2, days // 2])
            middle = np.take_along_axis(values, around, axis=0).mean(axis=0)
            columns[side] = pl.Series(np.where(days >= FEWEST_DAYS, middle, np.nan)).fill_nan(None)
        return pl.DataFrame(columns, schema=USUAL)


def panel_of(
    ended: pl.DataFrame, every: pl.DataFrame, names: pl.DataFrame, dollars: pl.DataFrame, session: date
) -> Panel:
    """Windows in order of time within session and name; drawn names first, neighbours from the same stratum.

    `ended` are those of `every` window that count.
    """
    order = names.sort("certain", "leg", "sector", "ticker")
    days = [*ended.filter(pl.col("session") < session).get_column("session").unique().sort(), session]
    rows = pl.DataFrame({"session": days, "row": range(len(days))}, schema_overrides={"session": pl.Date})
    columns = order.select("ticker", "weight", column=pl.int_range(pl.len()))
    stake = np.zeros((len(days), order.height))
    traded = dollars.join(rows, "session").join(columns, "ticker").filter(pl.col("dollar_volume_usd") > 0)
    stake[traded["row"], traded["column"]] = traded["dollar_volume_usd"] * traded["weight"]
    read = every.lazy().select("session", "ticker").unique().join(rows.lazy(), "session")
    read_cells = read.join(columns.lazy(), "ticker").collect()
    known = np.zeros(stake.shape, dtype=np.bool_)
    known[read_cells["row"], read_cells["column"]] = True
    cell = pl.col("row") * order.height + pl.col("column")
    found = ended.lazy().join(rows.lazy(), "session").join(columns.lazy(), "ticker").with_columns(cell=cell).collect()
    in_time = np.argsort(found.select(pl.col("cell") * DAY_NS + pl.col("since").to_physical() % DAY_NS).to_series())
    in_time = in_time[stake.ravel()[found["cell"].to_numpy()[in_time]] > 0]
    row, column, cell, usd = (found[name].to_numpy()[in_time] for name in ("row", "column", "cell", "counted_usd"))
    number = np.bincount(cell, minlength=stake.size).reshape(stake.shape)
    counted: Floats = np.bincount(cell, usd, stake.size).reshape(stake.shape).astype(float)
    slots = number.max(axis=0)
    place = np.arange(len(cell)) - np.searchsorted(cell, cell)
    slot = (np.cumsum(slots) - slots)[column] + place
    net, gross = {}, {}
    for side in SIDES:
        bought, sold = (found[f"{side}_{way}_usd"].to_numpy()[in_time] for way in ("buy", "sell"))
        net[side], gross[side] = np.zeros((len(days), slots.sum())), np.zeros((len(days), slots.sum()))
        net[side][row, slot], gross[side][row, slot] = bought - sold, bought + sold
    return Panel(
        sessions=days,
        tickers=order["ticker"].to_list(),
        drawn=~order["certain"].to_numpy(),
        stake=stake,
        found=number,
        known=known & (stake > 0),
        counted=counted,
        name=np.repeat(np.arange(order.height), slots),
        net=net,
        gross=gross,
    )


def ratio_of(net: Floats, gross: Floats) -> Floats:
    """Net over gross, NaN where nothing was bought or sold."""
    ratio: Floats = np.where(gross > 0, net / np.where(gross > 0, gross, 1), np.nan)
    return ratio


def begins(name: Integers) -> Flags:
    """Where the slots of another name begin."""
    return np.append(True, name[1:] != name[:-1])
