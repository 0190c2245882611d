"""Reading reference files: the CSV and TOML shipped with the package, and the user's TOML."""

import csv
import math
import re
import tomllib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from deskview.files import UnusableFileError, line_of, read_toml
from deskview.market.errors import ReferenceDataError, nearest, shown

#: A US ticker as this project writes it: capitals, a share class after a dot (BRK.B).
TICKER = re.compile(r"[A-Z][A-Z0-9]{0,5}(\.[A-Z])?")
_LISTED = 12
"""The most valid words that a sentence lists."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row or table of a reference file: where it stands, and its fields as read."""

    file: str
    place: str
    fields: dict[str, object]

    def fail(self, field: str, problem: str) -> NoReturn:
        """Raises ReferenceDataError for a field of this row."""
        raise ReferenceDataError(self.file, self.place, field, problem)

    def text(self, field: str) -> str:
        """A field that must be text; raises ReferenceDataError where it is missing or something else."""
        value = self.fields.get(field)
        if not isinstance(value, str):
            self.fail(field, "is missing" if value is None else f"{shown(value)} is not text")
        return value

    def one_of(self, field: str, valid: Collection[str]) -> str:
        """A field that must be one of the valid words, which are listed where they are few and none resembles it."""
        value = self.text(field)
        if value not in valid:
            listed = f"; it is one of: {', '.join(filter(None, valid))}" if len(valid) <= _LISTED else ""
            self.fail(field, f"{shown(value)} is unknown{nearest(value, valid) or listed}")
        return value

    def number(self, field: str) -> float:
        """A field that must be a finite number; raises ReferenceDataError where it is missing or something else."""
        value = self.fields.get(field)
        number = math.nan
        if isinstance(value, int | float) and not isinstance(value, bool):
            with suppress(OverflowError):  # an integer of a few hundred digits
                number = float(value)
        if not math.isfinite(number):
            self.fail(field, "is missing" if value is None else f"{shown(value)} is not a number")
        return number

    def day(self, field: str) -> date:
        """A field that must be a date written bare; raises ReferenceDataError where it is missing or something else."""
        value = self.fields.get(field)
        if not isinstance(value, date) or isinstance(value, datetime):
            problem = f"{shown(value)} is not a date written bare, such as 2026-02-04"
            self.fail(field, "is missing" if value is None else problem)
        return value

    def ticker(self, field: str = "ticker") -> str:
        """A field that must be a ticker."""
        value = self.text(field)
        self.check_ticker(value, field)
        return value

    def check_ticker(self, value: object, field: str) -> None:
        """Raises ReferenceDataError unless the value is written like a ticker."""
        if value == "":
            self.fail(field, "is missing")
        if not isinstance(value, str) or not TICKER.fullmatch(value):
            self.fail(field, f"{shown(value)} is not a ticker (capitals and digits, a share class after a dot: BRK.B)")

    def only(self, valid: Collection[str]) -> None:
        """Raises ReferenceDataError for a field nobody knows."""
        for field in self.fields:
            if field not in valid:
                self.fail(shown(field), f"is unknown{nearest(field, valid)}")


def csv_rows(file: str) -> Iterator[Row]:
    """The rows of a shipped CSV, as text; the header is row 1."""
    lines = (_shipped() / file).read_text(encoding="utf-8").splitlines()
    for number, fields in enumerate(csv.DictReader(lines), start=2):
        yield Row(file, f"row {number}", dict(fields))


def shipped_tables(file: str, table: str) -> list[Row]:
    """The `[[table]]` entries of a shipped TOML."""
    text = (_shipped() / file).read_text(encoding="utf-8")
    return _tables(tomllib.loads(text), text, file, table)


def user_tables(path: Path, table: str) -> list[Row]:
    """The `[[table]]` entries of a user's TOML; raises ReferenceDataError where it cannot be read or parsed."""
    file = ascii(str(path))[1:-1]
    try:
        text, document = read_toml(path)
    except FileNotFoundError:
        raise ReferenceDataError(file, "", "", "there is no such file") from None
    except UnusableFileError as error:
        raise ReferenceDataError(file, "", "", ascii(error.reason)[1:-1]) from None
    return _tables(document, text, file, table)


def unique(rows: list[Row], field: str) -> list[Row]:
    """The rows as they are; raises ReferenceDataError where a field that names the row is given twice."""
    seen: set[str] = set()
    for row in rows:
        value = row.text(field)
        if value in seen:
            row.fail(field, f"{shown(value)} stands here a second time")
        seen.add(value)
    return rows


def _shipped() -> resources.abc.Traversable:
    return resources.files("deskview.market.data")


def _tables(document: dict[str, Any], text: str, file: str, table: str) -> list[Row]:
    for key in document:
        if key != table:
            raise ReferenceDataError(file, _line(text, key), shown(key), f"is unknown{nearest(key, [table])}")
    entries = document.get(table, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ReferenceDataError(file, _line(text, table), table, f"must be a list of tables: [[{table}]]")
    headers = [at for at, line in enumerate(text.split("\n"), 1) if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)]
    known = len(headers) == len(entries)
    places = [
        f"line {headers[at]}, [[{table}]] {at + 1}" if known else f"[[{table}]] {at + 1}" for at in range(len(entries))
    ]
    return [Row(file, place, entry) for place, entry in zip(places, entries, strict=True)]


def _line(text: str, key: str) -> str:
    line = line_of(text, (key,))
    return f"line {line}" if line else ""
