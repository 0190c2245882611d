"""The wire's habits undone: zero for missing, epochs for times, text for dates; and rows that can't be, counted."""

from collections import Counter
from collections.abc import Mapping

import polars as pl

from deskview.providers.base import Table
from deskview.text import neutralise

NEW_YORK = "America/New_York"
TICKER = r"[A-Za-z0-9][A-Za-z0-9.:/+\-]{0,31}"
"""What a ticker may be made of: it is shown, and becomes part of addresses and file names."""


REASONS_NAMED = 5


def positive(column: str | pl.Expr) -> pl.Expr:
    """The number where it is above zero, else null: a zero on this wire stands for nothing."""
    value = pl.col(column) if isinstance(column, str) else column
    return pl.when(value > 0).then(value)


def from_nanos(column: str | pl.Expr) -> pl.Expr:
    """UTC time from Unix ns; zero is null."""
    return positive(column).cast(pl.Datetime("ns", "UTC"))


def from_millis(column: str | pl.Expr) -> pl.Expr:
    """UTC time (ns) from Unix ms; zero is null."""
    return (positive(column) * 1_000_000).cast(pl.Datetime("ns", "UTC"))


def new_york_date(time: pl.Expr) -> pl.Expr:
    """The New York date of a UTC time."""
    return time.dt.convert_time_zone(NEW_YORK).dt.date()


def iso_date(column: str) -> pl.Expr:
    """The date of a text YYYY-MM-DD, null when it is none."""
    return pl.col(column).str.to_date("%Y-%m-%d", strict=False)


def one_line(column: str) -> pl.Expr:
    """Text with control and other unprintable characters taken out; empty is null."""
    text = pl.col(column).str.replace_all(r"[\p{C}\p{Zl}\p{Zp}]", "").str.strip_chars()
    return pl.when(text != "").then(text)


def unfit_bar() -> dict[str, pl.Expr]:
    """Rules for daily and intraday bars that can't be."""
    prices = [pl.col(name) for name in ("open", "high", "low", "close")]
    return {
        "a price is not above zero": pl.any_horizontal(price <= 0 for price in prices),
        "the high is below the low": pl.col("high") < pl.col("low"),
        "the volume is negative": pl.col("volume") < 0,
    }


def unfit_ticker() -> dict[str, pl.Expr]:
    """A rule for rows whose ticker is none."""
    return {"the ticker is none": ~pl.col("ticker").str.contains(f"^{TICKER}$")}


def repeated(*key: str) -> dict[str, pl.Expr]:
    """A rule for rows whose key came before."""
    return {f"the same {' and '.join(key)} a second time": ~pl.struct(key).is_first_distinct()}


class Rejects:
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
