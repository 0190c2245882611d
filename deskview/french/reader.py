"""A file of the library, as it came, to a table: strict, as a wrong figure of 1932 looks like a right one.

The format: lines of text, a head that begins with a comma, a row a day in percent, an empty line; then maybe other
tables, and a copyright line. Only the first table is read. Pure: bytes in, a Record out.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from deskview.french import FILES, LibraryFile, RecordError
from deskview.market.errors import shown
from deskview.text import neutralise

MOST_BYTES = 20_000_000
"""On the wire and unpacked alike: five times the largest file, the deciles."""
MOST_LINES = 250_000
"""Of a file: two daily tables of a century have 53,000."""
LEAST_NUMERIC = 0.95
"""Share of the values that must be numbers; a code for a missing one is a number."""
MOST_PERCENT = 300.0
"""No portfolio's day is beyond this: the losers' best of 1932 and 1933 come near 100."""
MISSING_CODES = (-99.99, -999.0)
_MOST_MEMBERS = 64
"""Central entries of a zip that are looked at: more of them would only take memory."""
_MOST_HEAD, _MOST_ABOVE, _MOST_TITLES = 2_000, 50, 8
"""Characters of a table's head and of the text above it, its lines, and later tables that are named."""
_UNZIPS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DATES = {r"^\d{8}$": "%Y%m%d", r"^\d{4}-\d{2}-\d{2}$": "%Y-%m-%d"}
"""The library's own form, and that of copies other programs saved."""
_OTHER_TABLES = {6: "monthly", 4: "annual"}
"""What a table is by the digits of its dates."""
_DAY = re.compile(r"\s*(?:\d{8}|\d{4}-\d{2}-\d{2})\s*,")
_EQUAL = re.compile(r"(?:average\s+)?equal", re.IGNORECASE)
_VINTAGE = re.compile(r"\b(\d{6}) CRSP\b")
_CREATED = re.compile(r"This file was created\b.*?(?:database\.|$)")


@dataclass(frozen=True, eq=False)
class Record:
    """One file of the library, read.

    `table` has `session` (Date, strictly rising) and the file's columns as fractions (Float64), null where the library
    has no value or one that is no number; `unreadable` counts the latter. `vintage` is the month of the CRSP database
    it rests on, such as 202604, and `created` the library's sentence on that: history is revised from one to the
    next, so figures of two are not to be compared unsaid. `copyright` is its line. These are empty where the file says
    none. `left_out` are the titles of later tables, which are not read.
    """

    name: str
    table: pl.DataFrame
    vintage: str
    created: str
    copyright: str
    unreadable: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def first(self) -> date:
        """The first day."""
        return _day(self.table, 0)

    @property
    def last(self) -> date:
        """The last day."""
        return _day(self.table, -1)


def _day(table: pl.DataFrame, row: int) -> date:
    session: date = table.item(row, "session")
    return session


def read(data: bytes, source: str) -> Record:
    """The record in a zip of the library with one member, or in the text of one.

    `source` is what the bytes are called in sentences. Raises RecordError for what is no such file, whole and sound.
    """
    zipped = data.startswith(b"PK")
    lines = _lines(_member(data, source) if zipped else data, source)
    at = next((number for number, line in enumerate(lines) if _is_head(line)), None)
    if at is None:
        raise RecordError(f"{source} has no table of the library: no line begins with a comma or with Date.")
    file = _file_of(lines[at], source)
    end = next((number for number in range(at + 1, len(lines)) if "," not in lines[number]), len(lines))
    _check_first_table(lines, at, end, source)
    copyright_line = _copyright(lines[end:])
    if not zipped and not _closes(lines):
        # A zip has a checksum; of a text nothing else tells that its last row is not cut within a number.
        raise RecordError(
            f"{source} does not end with the library's copyright line: it may be cut off. Take the zip as the library "
            "gives it, or the whole text of it."
        )
    table, unreadable = _table(lines[at + 1 : end], file, at + 2, source)
    words = " ".join(" ".join(lines[: min(at, _MOST_ABOVE)])[:_MOST_HEAD].split())
    vintage, created = _VINTAGE.search(words), _CREATED.search(words)
    return Record(
        file.name,
        table,
        vintage[1] if vintage else "",
        neutralise(created[0]) if created else "",
        copyright_line,
        unreadable,
        _later_titles(lines, end),
    )


def _member(data: bytes, source: str) -> bytes:
    """What the only member of a zip holds; never more than MOST_BYTES are unpacked."""
    if data.count(b"PK\x01\x02") > _MOST_MEMBERS:
        raise RecordError(f"{source} is a zip of many files; one of the library holds a single one.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) != 1:
                raise RecordError(f"{source} is a zip of {len(members)} files; one of the library holds a single one.")
            _check_member(members[0], source)
            with archive.open(members[0]) as content:
                return content.read(MOST_BYTES + 1)
    except RecordError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, struct.error):
        raise RecordError(f"{source} is a zip that is damaged or cut off.") from None


def _check_member(member: zipfile.ZipInfo, source: str) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise RecordError(f"{source} is a zip that asks for a password; the library's do not.")
    if member.compress_type not in _UNZIPS:
        raise RecordError(f"{source} is a zip packed in another way than the library's.")
    if member.is_dir() or "/" in member.filename or "\\" in member.filename:
        raise RecordError(f"{source} is a zip with folders in it; the library's have none.")
    if member.file_size > MOST_BYTES:
        raise _too_large(source)


def _too_large(source: str) -> RecordError:
    return RecordError(f"{source} holds more than {MOST_BYTES // 1_000_000} MB, which no file of the library does.")


def _lines(data: bytes, source: str) -> list[str]:
    """The lines of a text, however they end: the library's own end in CRLF, and some hold a lone CR."""
    if len(data) > MOST_BYTES:
        raise _too_large(source)
    if not data.strip():
        raise RecordError(f"{source} is empty.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if text.lstrip().startswith("<"):
        raise RecordError(f"{source} is a web page and no data: a login or a proxy's page may stand in its place.")
    for ending in ("\r\r\n", "\r\n", "\r"):
        text = text.replace(ending, "\n")
    if text.count("\n") > MOST_LINES:
        raise RecordError(f"{source} has more than {MOST_LINES:,} lines, which no file of the library has.")
    return text.split("\n")


def _is_head(line: str) -> bool:
    first, comma, _ = line.partition(",")
    return bool(comma) and first.strip().casefold() in ("", "date")


def _file_of(head: str, source: str) -> LibraryFile:
    """The file of the library that has these columns; any other column is refused, for its unit is not known."""
    names = [" ".join(name.split()) for name in head[:_MOST_HEAD].split(",")[1:]]
    folded = [name.casefold() for name in names]
    for file in FILES.values():
        if folded == [name.casefold() for name in file.columns]:
            return file
    known = {name.casefold() for file in FILES.values() for name in file.columns}
    unknown = [name for name, fold in zip(names, folded, strict=True) if fold not in known]
    which, others = ("columns deskview does not know", unknown) if unknown else ("other columns", names)
    listed = neutralise(", ".join(shown(name) for name in others), limit=200)
    wanted = "; ".join(f"{file.name} ({', '.join(file.columns)})" for file in FILES.values())
    raise RecordError(f"{source} has {which}: {listed}. These files are read: {wanted}.")


def _check_first_table(lines: Sequence[str], at: int, end: int, source: str) -> None:
    """Raises RecordError unless the first table is daily, value-weighted and in one piece."""
    title = _title(lines, at)
    if _EQUAL.match(title):
        raise RecordError(f"{source} begins with an equal-weighted table ({title}); the value-weighted one is read.")
    day = lines[at + 1].partition(",")[0].strip() if end > at + 1 else ""
    if not day:
        raise RecordError(f"{source} has no row below the head of its table.")
    if day.isdecimal() and len(day) in _OTHER_TABLES:
        raise RecordError(f"{source} begins with {_OTHER_TABLES[len(day)]} figures; the daily file is read.")
    for number in range(end, len(lines)):
        if _is_head(lines[number]):
            return
        if _DAY.match(lines[number]):
            raise RecordError(
                f"{source} breaks off at line {end + 1} and goes on at line {number + 1}: lines are missing or damaged."
            )


def _title(lines: Sequence[str], at: int) -> str:
    """The line above a head, as the library has it of some tables: within two lines, and no sentence."""
    above = [line.strip() for line in lines[max(0, at - 2) : at] if line.strip()]
    return neutralise(above[-1], limit=80) if above and "," not in above[-1] else ""


def _later_titles(lines: Sequence[str], end: int) -> tuple[str, ...]:
    heads = [number for number in range(end, len(lines)) if _is_head(lines[number])]
    titles = [_title(lines, number) or "a table without a title" for number in heads[:_MOST_TITLES]]
    return (*titles, f"{len(heads) - _MOST_TITLES} more") if len(heads) > _MOST_TITLES else tuple(titles)


def _copyright(lines: Sequence[str]) -> str:
    found = [line for line in lines if line.lstrip().startswith("Copyright")]
    return neutralise(found[-1], limit=200) if found else ""


def _closes(lines: Sequence[str]) -> bool:
    last = next((line for line in reversed(lines) if line.strip()), "")
    return last.lstrip().startswith("Copyright")


def _table(rows: Sequence[str], file: LibraryFile, first_line: int, source: str) -> tuple[pl.DataFrame, int]:
    """The table of the rows, and how many of its values are no numbers; `first_line` is the line of the first."""
    width = len(file.columns)
    day = rows[0].partition(",")[0].strip()
    form = next((form for form in _DATES if re.fullmatch(form, day)), r"^\d{8}$")
    row, session = pl.col("row"), pl.col("field_0").str.strip_chars()
    fields = pl.DataFrame({"row": rows}).with_columns(row.str.split_exact(",", width).struct.unnest())
    is_day = session.str.contains(form) & (row.str.count_matches(",", literal=True) == width)
    read_fields = fields.select(
        pl.when(is_day).then(session).str.to_date(_DATES[form], strict=False).alias("session"),
        *(
            pl.col(f"field_{at}").str.strip_chars().cast(pl.Float64, strict=False).alias(ours)
            for at, ours in enumerate(file.columns.values(), 1)
        ),
    )
    _check_days(read_fields["session"], rows, first_line, source)
    values = pl.exclude("session")
    finite = read_fields.with_columns(pl.when(values.is_finite()).then(values))
    unreadable = sum(finite.null_count().row(0))
    if unreadable > (1 - LEAST_NUMERIC) * width * len(rows):
        share = 1 - unreadable / (width * len(rows))
        raise RecordError(f"{source}: only {share:.0%} of its values are numbers, which is no file of the library.")
    percent = finite.with_columns(pl.when(~values.is_in(MISSING_CODES)).then(values))
    _check_values(percent, file, source)
    return percent.with_columns(values / 100), unreadable


def _check_days(session: pl.Series, rows: Sequence[str], first_line: int, source: str) -> None:
    at = _first_true(session.is_null())
    if at is not None:
        raise RecordError(f"{source}, line {first_line + at}, is no row of a day: {shown(rows[at].strip())}.")
    at = _first_true(session.diff().dt.total_days() <= 0)
    if at is not None:
        raise RecordError(
            f"{source}, line {first_line + at}: {session[at]} comes after {session[at - 1]}; the days must rise."
        )


def _check_values(percent: pl.DataFrame, file: LibraryFile, source: str) -> None:
    for theirs, ours in file.columns.items():
        column = percent[ours]
        at = _first_true(column.abs() > MOST_PERCENT)
        if at is not None:
            found: Any = column[at]
            raise RecordError(
                f"{source}: {theirs} of {percent['session'][at]} is {found:,.2f} %, beyond what any day has had; "
                "nothing of it is used."
            )
        if column.null_count() == len(column):
            raise RecordError(f"{source} has no value at all in its column {theirs}.")


def _first_true(mask: pl.Series) -> int | None:
    """The row of the first true one; null counts as false."""
    return mask.arg_max() if mask.any() else None
