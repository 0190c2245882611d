"""The user's own lists: names that are watched or held, a CSV file a list.

What is held is nobody else's business: no sentence made here quotes a quantity or a price, and no repr shows one.
"""

import csv
import math
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

import polars as pl

from deskview.files import Stamp, UnusableFileError, check_owner, mode_of, read_text, stamp_of
from deskview.market.errors import nearest, shown
from deskview.market.reference import TICKER
from deskview.market.schema import Schema
from deskview.text import neutralise

#: One row per ticker, in the order of the file. `quantity` is shares held, negative where they are sold short, null
#: where the list gives none; `price` USD a share at which they were got, null alike. `line` is the first of the file
#: the ticker stands on.
OWN_LIST: Schema = {
    "ticker": pl.String(),
    "quantity": pl.Float64(),
    "price": pl.Float64(),
    "line": pl.Int64(),
}
COLUMNS = ("ticker", "quantity", "price")
"""In the order they stand in where no header names them."""
ALIASES = {"symbol": "ticker", "qty": "quantity", "shares": "quantity"}
"""What a header may call a column beside its own name."""
ENDINGS = (".csv", ".tsv")
MOST_BYTES, MOST_ROWS, MOST_LISTS = 1_000_000, 5_000, 50
MOST_TOLD = 20
"""Rows of one file that are told one by one; of the others the number is."""
SMALLEST, LARGEST = 1e-9, 1e12
"""Least and largest quantity, and price: what lies beyond is a slip of the hand."""
_BACKUP = re.compile(r"[.#~].*|.*~|.*\.(bak|old|orig|sw[a-p]|tmp)", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"(^|\s)#(?![,;\t]|$).*|^\s*#.*$")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_SEPARATED = re.compile(r"[0-9][,'’_\s][0-9]")
_OF_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_WORD = re.compile(r"(?!(nan?|none|null|inf|infinity)$)[^\W\d_][^\d]*", re.IGNORECASE)
_Fields = tuple[int, list[str]]
"""A line's number and its fields."""
_PLACE = re.compile(r"line [0-9]+(, [a-z]+)?: ")
_LONGEST = 40
"""Characters of a number."""
_SEPARATOR = (
    "has a separator of thousands or a decimal comma, which are not guessed at; write 1200.5, without separators and"
    " with a point before fractions"
)


@dataclass(frozen=True, eq=False)
class OwnList:
    """A list by the name of its file; `rows` is OWN_LIST, `problems` are sentences by line on what is not so.

    `written` is the day (UTC) the file was last written: a split since then is not in its quantities.
    """

    name: str
    file: Path
    rows: pl.DataFrame = field(repr=False)
    problems: tuple[str, ...] = ()
    written: date | None = None

    @property
    def has_quantities(self) -> bool:
        """Whether it says of any name how much is held: else all weigh the same."""
        return self.rows.get_column("quantity").count() > 0


@dataclass(frozen=True, eq=False)
class OwnLists:
    """The lists by name, and a sentence for each file that is none or can't be read."""

    lists: tuple[OwnList, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Every sentence: of files, then of the rows of each list."""
        return (*self.refused, *(sentence for one in self.lists for sentence in one.problems))


class _UnusableError(ValueError):
    """A file, or a row of it, that can't be used; `place` is its line and column."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)


class _Row(NamedTuple):
    """One line as written; None where nothing is."""

    line: int
    ticker: str
    quantity: float | None
    price: float | None


def load_own_lists(folder: Path) -> OwnLists:
    """The lists of the folder, by name; none where there is no folder. Nothing is raised: what can't be read is told.

    Each `.csv` or `.tsv` file is a list: ticker, quantity and price in this order or as a header names them, the last
    two optional, between commas, semicolons or tabs; `#` begins a comment. Hidden files and backups are no lists.
    """
    try:
        check_owner(folder)
        found = sorted(file for file in folder.iterdir() if not _BACKUP.fullmatch(file.name))
    except FileNotFoundError:
        return OwnLists()
    except UnusableFileError as error:
        return OwnLists(refused=(_sentence(folder, error.reason),))
    except OSError as error:
        return OwnLists(refused=(_sentence(folder, f"can't be looked into ({error.strerror or 'no reason given'})"),))
    lists: dict[str, OwnList] = {}
    refused = []
    for number, file in enumerate(found):
        try:
            if number >= MOST_LISTS:
                raise _UnusableError("", f"is not read: the folder has more than {MOST_LISTS} lists")
            one = _list_of(file)
            if one.name in lists:
                raise _UnusableError("", f"is not read: {lists[one.name].file.name!r} is a list of the same name")
            lists[one.name] = one
        except _UnusableError as error:
            refused.append(_sentence(file, str(error)))
    return OwnLists(tuple(lists.values()), tuple(refused))


def list_stamps(folder: Path) -> dict[str, tuple[Stamp | None, int]]:
    """What differs once a file of the folder has changed, come or gone, its mode too; nothing where there is none."""
    try:  # without what an editor lays beside a file that is open, which may lead nowhere
        files = [file for file in folder.iterdir() if not _BACKUP.fullmatch(file.name)]
    except FileNotFoundError:
        return {}
    except OSError:  # who reads it is told why
        return {folder.name: (None, 0)}
    return {file.name: (stamp_of(file), mode_of(file)) for file in files}


def _sentence(file: Path, problem: str) -> str:
    """What is said of a file: one line, whatever its name is made of."""
    mark = ", " if _PLACE.match(problem) else ": "
    return f"{neutralise(str(file), limit=300)}{mark}{neutralise(problem)}"


def _list_of(file: Path) -> OwnList:
    """The list of a file; raises _UnusableError where there is none in it."""
    if file.suffix.lower() not in ENDINGS:
        raise _UnusableError("", f"is no list: the name of one ends in {' or '.join(ENDINGS)}")
    name = neutralise(file.stem, limit=60)
    if not name:
        raise _UnusableError("", "is not read: its name has nothing in it that can be shown")
    lines = _lines(file)
    if len(lines) > MOST_ROWS + 1:
        raise _UnusableError("", f"is not read: it has more than {MOST_ROWS:,} rows")
    rows, problems = _rows(lines)
    merged, remarks = _merged(rows)
    if not merged:
        raise _UnusableError("", "; ".join(["has no row that can be used", *_counted(problems)[:3]]))
    table = pl.DataFrame(
        [(row.ticker, row.quantity, row.price, row.line) for row in merged], dict(OWN_LIST), orient="row"
    )
    told = [*_counted(problems), *_counted(remarks), *_open_to_others(file)]
    stamp = stamp_of(file)
    written = datetime.fromtimestamp(stamp[0] / 1e9, UTC).date() if stamp else None
    return OwnList(name, file, table, tuple(_sentence(file, problem) for problem in told), written)


def _lines(file: Path) -> list[tuple[int, str]]:
    """The lines with anything but a comment on them, numbered from 1."""
    try:
        check_owner(file)
        text = read_text(file, MOST_BYTES)
    except FileNotFoundError:
        raise _UnusableError("", "there is no such file") from None
    except UnusableFileError as error:
        raise _UnusableError("", error.reason) from None
    except OSError as error:
        raise _UnusableError("", error.strerror or "can't be read") from None
    found = ((number, _COMMENT.sub("", line).rstrip(" ")) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in found if line.strip()]


def _open_to_others(file: Path) -> list[str]:
    """A sentence where other users may read or write the file."""
    try:
        closed = os.name != "posix" or not file.stat().st_mode & 0o077
    except OSError:  # gone since: what was read of it stands
        closed = True
    return (
        [] if closed else [f"other users can read what you hold; chmod 600 {shlex.quote(str(file))} closes it to them"]
    )


def _counted(problems: list[str]) -> list[str]:
    """The first sentences, and how many there are more."""
    more = len(problems) - MOST_TOLD
    return problems if more <= 0 else [*problems[:MOST_TOLD], f"{more:,} more rows are like these"]


def _rows(lines: list[tuple[int, str]]) -> tuple[list[_Row], list[str]]:
    """The rows that can be used, and a sentence for every other; raises _UnusableError for a header that can't be."""
    if not lines:
        return [], []
    delimiter = max("\t;,", key=lambda one: sum(one in line for _, line in lines))
    problems: list[str] = []
    split = [(number, fields) for number, fields in _split(lines, delimiter, problems) if fields]
    columns, split = _headed(split, problems)
    if columns is None and any(name in lines[0][1].casefold() for name in (*COLUMNS, *ALIASES)):
        raise _UnusableError("", f"is not read: line {lines[0][0]} looks like a header that can't be made out")
    if len(split) > MOST_ROWS:
        raise _UnusableError("", f"is not read: it has more than {MOST_ROWS:,} rows")
    doubted = _of_two_readings(split) if delimiter == "," and not columns else set()
    rows = []
    for number, fields in split:
        try:
            if number in doubted:
                _fail(number, "quantity", "may be one number with a comma or two; a header line would tell")
            rows.append(_row(number, fields, columns or list(COLUMNS), points_doubted=delimiter == ";"))
        except _UnusableError as error:
            problems.append(str(error))
    return rows, problems


def _split(lines: list[tuple[int, str]], delimiter: str, problems: list[str]) -> Iterator[_Fields]:
    """The fields of each line, without the empty ones at its end."""
    for number, line in lines:
        try:
            fields = [
                one.strip() for one in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True))
            ]
        except csv.Error:
            problems.append(f"line {number}: its quotes can't be made out")
            continue
        while fields and not fields[-1]:
            fields.pop()
        yield number, fields


def _headed(split: list[_Fields], problems: list[str]) -> tuple[list[str] | None, list[_Fields]]:
    """What each field holds by the header ("" where it is not read), None without one, and the rows below it.

    What stands above a header, as exports have it, is told. Rows of which it can't be told what they hold are no list:
    raises _UnusableError for a header without a ticker or with unknown columns only, and where there are two.
    """
    headers = [place for place, (_, fields) in enumerate(split) if _names_columns(fields, least=2 if place else 1)]
    if len(headers) > 1:
        first, second = (split[place][0] for place in headers[:2])
        raise _UnusableError("", f"is not read: it has two headers, on lines {first} and {second}")
    if not headers:
        if split and len(split[0][1]) > 1 and all(_WORD.fullmatch(one) for one in split[0][1]):
            names = f"{', '.join(COLUMNS[:-1])} and {COLUMNS[-1]}"
            raise _UnusableError("", f"is not read: line {split[0][0]} looks like a header; columns are {names}")
        return None, split
    place = headers[0]
    line, fields = split[place]
    columns = _columns(fields)
    for name in COLUMNS:
        if columns.count(name) > 1:
            raise _UnusableError("", f"is not read: its header names the column {name} {columns.count(name)} times")
    if "ticker" not in columns:
        raise _UnusableError("", "is not read: its header names no column ticker")
    problems += [f"line {number}: stands above the header and is not read" for number, _ in split[:place]]
    unknown = [one for one, column in zip(fields, columns, strict=True) if one and not column]
    problems += [f"line {line}: column {_told(one)} is not read{nearest(one, COLUMNS)}" for one in unknown]
    return columns, split[place + 1 :]


def _columns(fields: list[str]) -> list[str]:
    """The column each field names, "" where it names none."""
    names = [re.sub(r"\s+", " ", one.casefold()) for one in fields]
    return [column if (column := ALIASES.get(one, one)) in COLUMNS else "" for one in names]


def _names_columns(fields: list[str], *, least: int) -> bool:
    """Whether a line is a header: it has no number in it and names so many columns, or the ticker's."""
    columns = [column for column in _columns(fields) if column]
    named = len(columns) >= least or "ticker" in columns
    return named and not any(_NUMBER.fullmatch(one) for one in fields)


def _of_two_readings(split: list[_Fields]) -> set[int]:
    """Lines such as AAA,1,200 without a header: a quantity and a price, or 1,200 shares.

    Where all lines have three fields and one of them is plainly a price, the columns are plain, too.
    """
    three = {number: fields for number, fields in split if len(fields) == 3}
    alike = {
        number
        for number, (_, second, third) in three.items()
        if re.fullmatch(r"[+-−]?[1-9][0-9]{0,2}", second) and re.fullmatch(r"[0-9]{3}", third)
    }
    plain = len(three) == len(split) and len(alike) < len(three)
    return set() if plain else alike


def _row(line: int, fields: list[str], columns: list[str], *, points_doubted: bool) -> _Row:
    """One row; raises _UnusableError. With `points_doubted` 1.200 may be a thousand and two hundred."""
    if len(fields) > len(columns):
        raise _UnusableError(
            f"line {line}",
            f"has {len(fields)} fields where there are {len(columns)} columns; is there a comma in a number?",
        )
    found = {column: text for column, text in zip(columns, fields, strict=False) if column}
    ticker = found.get("ticker", "")
    ticker = ticker.upper() if ticker.isascii() else ticker
    if not TICKER.fullmatch(ticker):
        problem = (
            "is missing" if not ticker else f"{_told(ticker)} is not a ticker (a share class goes after a dot: BRK.B)"
        )
        _fail(line, "ticker", problem)
    quantity, price = (
        _number(line, column, found.get(column, ""), points_doubted=points_doubted) for column in ("quantity", "price")
    )
    if quantity is not None and abs(quantity) < SMALLEST:
        _fail(line, "quantity", f"is 0: nothing is held of {ticker}, and the row is left out")
    if price is not None and price < SMALLEST:
        _fail(line, "price", "is not above 0")
    return _Row(line, ticker, quantity, price)


def _number(line: int, column: str, text: str, *, points_doubted: bool) -> float | None:
    """A number of the row, None where there is none; raises _UnusableError for anything that may mean another."""
    if not text:
        return None
    text = text.replace("−", "-")
    if _SEPARATED.search(text):
        _fail(line, column, _SEPARATOR)
    if not _NUMBER.fullmatch(text):
        short = " (a short position has a minus before it)" if re.fullmatch(r"\(.*\)", text) else ""
        _fail(line, column, f"is not a number{short}")
    if points_doubted and _OF_THOUSANDS.fullmatch(text):
        _fail(line, column, "may have a point between thousands; write it without, or with another 0 behind a fraction")
    value = float(text) if len(text) <= _LONGEST else math.inf
    if abs(value) > LARGEST:
        _fail(line, column, "is more than there can be")
    return value


def _fail(line: int, column: str, problem: str) -> NoReturn:
    raise _UnusableError(f"line {line}, {column}", problem)


def _told(text: str) -> str:
    """A text of the file for a message; one with digits in it may be a quantity out of place, and is not quoted."""
    return "what stands there" if any(one.isdigit() for one in text) else shown(text)


def _merged(rows: list[_Row]) -> tuple[list[_Row], list[str]]:
    """One row a ticker, and a remark for each that stands there more than once."""
    by_ticker: dict[str, list[_Row]] = {}
    for row in rows:
        by_ticker.setdefault(row.ticker, []).append(row)
    merged, remarks = [], []
    for same in by_ticker.values():
        if len(same) == 1:
            merged += same
            continue
        total, what = _sum_of(same)
        merged += [total] if total else []
        places = ", ".join(str(one.line) for one in same[:-1])
        remarks.append(f"line {same[-1].line}: {same[0].ticker} stands on line {places} as well; {what}")
    return merged, remarks


def _sum_of(same: list[_Row]) -> tuple[_Row | None, str]:
    """The rows of one ticker as one, and what was done. The price is the one at which gain and loss of all are even."""
    given = [(row.quantity, row.price) for row in same if row.quantity is not None]
    first = same[0]
    if not given:
        prices = {row.price for row in same}
        price = prices.pop() if len(prices) == 1 else None
        return first._replace(price=price), "it is counted once" + (
            "" if not prices else ", without a price: they differ"
        )
    total = math.fsum(quantity for quantity, _ in given)
    if abs(total) < SMALLEST * max(1.0, math.fsum(abs(quantity) for quantity, _ in given)):
        return None, "the quantities cancel out: nothing is held, and the rows are left out"
    added = "the quantities are added" + ("" if len(given) == len(same) else ", of those rows that have one")
    if any(price is None for _, price in given):
        priced = any(price is not None for _, price in given)
        return first._replace(quantity=total, price=None), added + (", without a price: not every row has one" * priced)
    price = math.fsum(quantity * price for quantity, price in given if price is not None) / total
    if not SMALLEST <= price <= LARGEST:
        return first._replace(quantity=total, price=None), f"{added}, without a price: bought and sold, they have none"
    return first._replace(quantity=total, price=price), f"{added}, the price is their mean by quantity"
