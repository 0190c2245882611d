"""The wire's habits undone: zero for missing, epochs for times, text for dates; and rows that can't be, counted."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from deskview.providers.base import Table
from deskview.providers.origin import TICKER
from deskview.text import JOINING, MARKS_KEPT, UNSURE, neutralise

NEW_YORK = "America/New_York"
REASONS_NAMED = 5
HIGHEST_PRICE = 10_000_000.0
"""USD, more than ten times the dearest share there has been: no price is as high, and no cash paid on a share."""
MOST_SHARES = 1e13
"""A hundred times the shares of any company listed in New York; nothing trades more of them in a day either."""
MOST_CAP_USD = 1e14
"""About the value of all listed companies together."""
WIDEST_RATIO = 10_000.0
"""No split has made more of one share, or one of more."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
AHEAD = timedelta(days=8 * 366)
"""A date so far after the first day asked for is none: history reaches back five years, and nothing is announced three
years ahead."""
NAME_LENGTH = 120
"""Characters of a name that are kept: the longest fund's name has about a hundred."""


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
    """The date of a text YYYY-MM-DD, null when it is none or of another age than the market's."""
    day = pl.col(column).str.to_date("%Y-%m-%d", strict=False)
    return pl.when(day.is_between(FIRST_DAY, LAST_DAY)).then(day)


def one_line(column: str) -> pl.Expr:
    """Text of at most NAME_LENGTH characters, an ellipsis at the end of a cut one; empty is null.

    Control and other unprintable characters are taken out, and of marks that join a character all but the first two;
    every space is a plain one.
    """
    plain = _printable(column).str.replace_all(r"\p{Zs}", " ")
    few_marks = plain.str.replace_all(rf"([{JOINING}]{{{MARKS_KEPT}}})[{JOINING}]+", "${1}")
    text = few_marks.str.replace_all(rf"(^|\s)[{JOINING}]+", "${1}").str.strip_chars()
    cut = pl.when(text.str.len_chars() > NAME_LENGTH).then(text.str.head(NAME_LENGTH - 1) + "…").otherwise(text)
    return pl.when(text != "").then(cut)


def code(column: str) -> pl.Expr:
    """Text that is compared and never shown, without control characters; empty is null."""
    text = _printable(column).str.strip_chars()
    return pl.when(text != "").then(text)


def _printable(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all(rf"[\p{{C}}\p{{Zl}}\p{{Zp}}{UNSURE}]", "")


def unfit_bar() -> dict[str, pl.Expr]:
    """Rules for daily and intraday bars that can't be."""
    prices = [pl.col(name) for name in ("open", "high", "low", "close")]
    return {
        "a price is not above zero": pl.any_horizontal(price <= 0 for price in prices),
        **too_high(*prices),
        "the high is below the low": pl.col("high") < pl.col("low"),
        **unfit_volume(),
    }


def too_high(*prices: pl.Expr) -> dict[str, pl.Expr]:
    """A rule for rows with a price that can be none."""
    return {f"a price of {HIGHEST_PRICE:,.0f} or more": pl.any_horizontal(price >= HIGHEST_PRICE for price in prices)}


def unfit_volume(*columns: str) -> dict[str, pl.Expr]:
    """Rules for rows whose volumes, by default the one, can't be."""
    volumes = [pl.col(name) for name in columns or ("volume",)]
    name = "a volume" if columns else "the volume"
    return {
        f"{name} is negative": pl.any_horizontal(volume < 0 for volume in volumes),
        f"{name} is above {MOST_SHARES:.0e} shares": pl.any_horizontal(volume > MOST_SHARES for volume in volumes),
    }


def unfit_day(column: str, name: str, since: date) -> dict[str, pl.Expr]:
    """Rules for rows without a date, or with one that can't be among those from `since` on."""
    return {
        f"the {name} is no date": pl.col(column).is_null(),
        f"the {name} is years ahead": pl.col(column) > since + AHEAD,
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
