"""What is recorded as sessions pass: every row carries the number of the definition it was made under.

Rows of another definition mean something else. They stay on disk and are never mixed in; whoever reads the rest is
told how many they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from deskview.analytics.definitions import definition_of
from deskview.market.schema import Schema, empty
from deskview.store import DEFINITION, Store


class Records(NamedTuple):
    """`rows` of the definition that holds, and the rows of `others`, which are left out."""

    rows: pl.DataFrame
    others: pl.DataFrame


@dataclass(frozen=True)
class RecordTable:
    """A table of the store by its name; `kind` is that of its rows in RECORDED. Slow: for a thread."""

    store: Store
    name: str
    schema: Schema
    kind: str

    def read(self) -> Records:
        """Its rows, apart by definition; none where nothing is stored."""
        found = self.store.table(self.name, self._numbered)
        return self._apart(empty(self._numbered) if found is None else found)

    def keep(self, rows: pl.DataFrame) -> None:
        """Stores the rows in place of those of the definition that holds; the others stay."""
        self.store.put_table(self.name, self._beside(self.read().others, rows), self._numbered)

    def read_days(self, sessions: Sequence[date] | None = None) -> Records:
        """The same of a table that has a file a session, of these sessions (by default all), oldest first."""
        return self._apart(self.store.days(self.name, self._numbered, sessions))

    def keep_day(self, session: date, rows: pl.DataFrame) -> None:
        """Stores one session's rows in place of those of the definition that holds; the others stay."""
        others = self._apart(self.store.days(self.name, self._numbered, [session])).others
        self.store.put_day(self.name, session, self._beside(others, rows), self._numbered)

    @property
    def _numbered(self) -> Schema:
        return {**self.schema, DEFINITION: pl.Int64()}

    def _beside(self, others: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([others, rows.with_columns(pl.lit(definition_of(self.kind), pl.Int64).alias(DEFINITION))])

    def _apart(self, rows: pl.DataFrame) -> Records:
        holds = pl.col(DEFINITION) == definition_of(self.kind)
        return Records(rows.filter(holds).select(list(self.schema)), rows.filter(~holds))


def left_out(others: Sequence[pl.DataFrame], kind: str, unit: str) -> str:
    """How many sessions' rows of another definition are not counted, in words; empty where there are none."""
    rows = pl.concat([frame.select("session", DEFINITION) for frame in others])
    count = rows.get_column("session").n_unique()
    if not count:
        return ""
    which = "an earlier" if (rows.get_column(DEFINITION) < definition_of(kind)).all() else "another"
    units, are = (unit, "is") if count == 1 else (f"{unit}s", "are")
    return f"{count} {units} recorded under {which} definition {are} not counted"
