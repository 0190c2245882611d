"""Counting what is left out, and why."""

from collections import Counter
from collections.abc import Mapping

import polars as pl

from deskview.providers.base import Table
from deskview.text import neutralise

REASONS_NAMED = 5


class Tally:
    """Rows left out of one table, by reason."""

    def __init__(self) -> None:
        self._reasons: Counter[str] = Counter()

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were left out for each reason so far."""
        return dict(self._reasons)

    def add(self, reason: str, count: int = 1) -> None:
        """Counts rows left out for a reason; the text may quote the wire."""
        if count:
            self._reasons[neutralise(reason, limit=120)] += count

    def merge(self, reasons: Mapping[str, int]) -> None:
        """Adds what another table left out."""
        self._reasons.update(reasons)

    def drop(self, frame: pl.DataFrame, rules: dict[str, pl.Expr]) -> pl.DataFrame:
        """The frame without the rows any rule holds for; each row counts under the first that does."""
        if not frame.select(pl.any_horizontal(rules.values()).any()).item():
            return frame
        for reason, unfit in rules.items():
            kept = frame.filter(~unfit.fill_null(value=False))
            self.add(reason, frame.height - kept.height)
            frame = kept
        return frame

    def table(self, frame: pl.DataFrame) -> Table:
        """The frame with what was left out of it, the commonest reasons first."""
        named = self._reasons.most_common(REASONS_NAMED)
        return Table(frame, self._reasons.total(), tuple(f"{reason} ({count})" for reason, count in named))
