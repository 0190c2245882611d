"""What is on disk of option chains: the mornings they made, how long they stay, and how many calls they were."""

from contextlib import suppress
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import polars as pl

from deskview.analytics.gamma import OF_INDICES, Morning
from deskview.feed.records import RecordTable
from deskview.market.schema import Schema
from deskview.sealing import UNREADABLE
from deskview.store import Store

NEAR_DAYS, NEAR_STRIKES = 60, 0.15
"""The near window: most of the gamma (76 % of SPX on a day of 2022) in a third of the contracts."""
FAR_DAYS = 3 * 365
SPLIT_DAYS = (2, 9, 21, 40)
"""Where an index's expiries are split, in days from the session."""
CONTRACTS_A_CALL = 250
OF_AN_INDEX = frozenset(each.underlying for each in OF_INDICES)
KEPT_DAYS = 7
"""Sessions whose chains stay on disk."""
MORNINGS_NAME = "gamma-mornings"
MORNINGS: Schema = {
    "session": pl.Date(),
    "net_usd": pl.Float64(),
    "mass_usd": pl.Float64(),
    "flip": pl.Float64(),
    "spot": pl.Float64(),
}
MORNINGS_SHOWN = 250


def ranges_of(session: date, *, whole: bool, split: bool) -> list[tuple[date, date]]:
    """Ranges of expiries, one after the other."""
    last = FAR_DAYS if whole else NEAR_DAYS
    ends = [*(SPLIT_DAYS if split else ()), *((NEAR_DAYS, 200) if whole and split else ()), last]
    begins = [0, *(end + 1 for end in ends[:-1])]
    return [
        (session + timedelta(days=begin), session + timedelta(days=end))
        for begin, end in zip(begins, ends, strict=True)
    ]


def _table(store: Store) -> RecordTable:
    return RecordTable(store, MORNINGS_NAME, MORNINGS, MORNINGS_NAME)


def mornings_of(store: Store, session: date) -> tuple[Morning, ...]:
    """Those recorded up to the session, the oldest first."""
    rows = _table(store).read().rows.filter(pl.col("session") <= session).sort("session").tail(MORNINGS_SHOWN)
    return tuple(Morning(**row) for row in rows.iter_rows(named=True))


def record(store: Store, morning: Morning) -> None:
    table, row = _table(store), {name: getattr(morning, name) for name in MORNINGS}
    others = table.read().rows.filter(pl.col("session") != morning.session)
    table.keep(pl.concat([others, pl.DataFrame([row], schema=MORNINGS)]).sort("session"))


def forget(store: Store, session: date) -> None:
    """Takes away chains of sessions that are over for a week."""
    for file in store.folder.glob("chains-*/????-??-??.parquet"):
        day = _session_of(file)
        if day is not None and day < session - timedelta(days=KEPT_DAYS):
            with suppress(OSError):
                file.unlink()


_USUAL = {"near": 220, "whole": 450}
"""Calls a session by the contracts that were counted at the end of 2022; more are listed by now."""


def calls_in_words(window: str, folder: Path) -> str:
    """How many calls the chains of a session are: as counted in the last one held in the market's `folder`."""
    if window == "off":
        return 'not asked for: gamma.chains = "off" in the settings'
    files = [file for file in folder.glob(f"chains-{window}-*/????-??-??.parquet") if _session_of(file) is not None]
    last = max((file.stem for file in files), default="")
    files, rows = [file for file in files if file.stem == last], list[pl.DataFrame]()
    with suppress(*UNREADABLE):
        rows = [pl.read_parquet(file, columns=["expiry"]) for file in files]
    if not rows:
        return f"about {_USUAL[window]} calls once a session, none after; more as contracts are listed"
    contracts, calls = sum(each.height for each in rows), 0
    for file, each in zip(files, rows, strict=True):
        split = file.parent.name.removeprefix(f"chains-{window}-") in OF_AN_INDEX
        ranges = ranges_of(date.fromisoformat(last), whole=window == "whole", split=split)
        of_ranges = (each.filter(pl.col("expiry").is_between(*expiries)).height for expiries in ranges)
        calls += sum(max(1, ceil(count / CONTRACTS_A_CALL)) for count in of_ranges)
    return f"{calls} calls once a session, none after ({contracts:,} contracts of {len(rows)} underlyings on {last})"


def _session_of(file: Path) -> date | None:
    try:
        return date.fromisoformat(file.stem)
    except ValueError:
        return None
