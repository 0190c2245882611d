"""What a filter lets through of a list: it goes by what the cells have written, read back as numbers and texts.

So what is compared is what is on the screen, in its unit and with its digits: −7.96% shown as −8.0% is not below −8.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from deskview.format import MISSING
from deskview.widgets.lines import Keyed, Lines
from deskview.widgets.records import Column as ListColumn
from deskview.widgets.records import Sieve

if TYPE_CHECKING:
    import polars as pl

    from deskview.analytics.filters import Column

_CELL = re.compile(
    r"""\s*[≈~±]?\s?(?P<sign>[+\-−]?)\$?(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)
        (?P<unit>%|bp|σ\*?|×|x|st|nd|rd|th|[KMBT])?[?*]*(?:/[0-9]+)?
        (?P<rest>\s.*)?""",
    re.VERBOSE,
)
_WORDS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3_600.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}
_UNITS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, **_WORDS}


class Number(NamedTuple):
    """A number as a cell has it written: dollars and seconds whole, of a % the number before the sign.

    `bare` is one behind which no words follow.
    """

    value: float
    percent: bool
    bare: bool


def number(text: str) -> Number | None:
    """The number a cell begins with: −$1.31B, +12.3%, 3rd, 12 (6–21), 5.0%?, 8/20, 30 ms. None for – and for words."""
    found = _CELL.fullmatch(text)
    if found is None:
        return None
    rest = (found["rest"] or "").split()
    unit = found["unit"] or (rest.pop(0) if rest and rest[0] in _WORDS else "")
    value = float(found["digits"].replace(",", "")) * _UNITS.get(unit, 1.0)
    bare = not any(char.isalpha() for word in rest[:1] for char in word)
    return Number(-value if found["sign"] in ("-", "−") else value, unit == "%", bare)


class Cells(Mapping[str, "Column"]):
    """The columns of a list as a filter asks for them, by what they are called, each read when it is asked for.

    A column is called by its title, where the lists of the same name have it in common and no other column of theirs
    has it, else by its key; `also` are the keys of the others.
    """

    def __init__(self, lines: Lines, rows: Sequence[Keyed]) -> None:
        self._columns = {column.key: (place, column) for place, column in enumerate(lines.columns)}
        self._lines, self._rows = lines, rows
        self._texts: dict[str, list[str]] = {}
        self._numbers: dict[str, list[Number | None]] = {}
        self._known: dict[str, Column] = {}
        self._keys = _called(lines)
        self.also = {key: name for name, key in self._keys.items()}

    def __getitem__(self, name: str) -> "Column":
        """What is in the column called so."""
        if name not in self._known:
            self._known[name] = self._found(self._keys[name])
        return self._known[name]

    def _found(self, key: str) -> "Column":
        from deskview.analytics.filters import Column  # noqa: PLC0415 - polars loads late

        if not any(self._written(key)) and (self._columns[key][1].align == "right" or not self._is_left_open(key)):
            return Column(key, "unknown")
        if not self._is_number(key):
            return Column(key, "text")
        is_percent = all(found.percent for found in self._read(key) if found is not None)
        return Column(key, "percent" if is_percent else "number")

    def __iter__(self) -> Iterator[str]:
        """The names, in the columns' order."""
        return iter(self._keys)

    def __len__(self) -> int:
        """How many columns there are."""
        return len(self._keys)

    @property
    def titled(self) -> str:
        """The columns in a row, those left out that have neither a title nor words in them, as bars."""
        return ", ".join(
            name for name, key in self._keys.items() if self._columns[key][1].title.strip() or self._words(key)
        )

    def _words(self, key: str) -> bool:
        return any(char.isalnum() for text in self._written(key) for char in text)

    @property
    def example(self) -> str:
        """A filter of this list, to begin with."""
        name = next((name for name, key in self._keys.items() if self._is_number(key)), None)
        return f"{name}>0" if name else f"{next(iter(self._keys), '')}~word"

    def frame(self, keys: Iterable[str]) -> "pl.DataFrame":
        """The rows' values in these columns; what is % as fractions."""
        import polars as pl  # noqa: PLC0415 - loads late

        return pl.DataFrame([self._series(key) for key in keys])

    def _series(self, key: str) -> "pl.Series":
        import polars as pl  # noqa: PLC0415 - loads late

        kind = self[self.also[key]].kind
        if kind == "unknown":
            return pl.Series(key, [None] * len(self._rows), dtype=pl.Boolean)
        if kind == "text":
            shown = zip(self._cells(key), self._written(key), strict=True)
            return pl.Series(key, [None if cell == MISSING else text for cell, text in shown], dtype=pl.String)
        scale = 100 if kind == "percent" else 1
        values = [None if found is None else found.value / scale for found in self._read(key)]
        return pl.Series(key, values, dtype=pl.Float64)

    def _cells(self, key: str) -> list[str]:
        """The column's texts as they stand."""
        if key not in self._texts:
            place = self._columns[key][0]
            self._texts[key] = [self._lines.text_of(row, place).strip() for row in self._rows]
        return self._texts[key]

    def _written(self, key: str) -> list[str]:
        """The column's texts; what is missing is empty."""
        return ["" if text == MISSING else text for text in self._cells(key)]

    def _is_left_open(self, key: str) -> bool:
        """Whether a column of words says of some rows that nothing is to be said, as of a name without a flag: that is
        known, and is not what a dash stands for."""
        return "" in self._cells(key)

    def _read(self, key: str) -> list[Number | None]:
        if key not in self._numbers:
            self._numbers[key] = [number(text) for text in self._written(key)]
        return self._numbers[key]

    def _is_number(self, key: str) -> bool:
        """Whether the column holds figures: some of what stands at the right, all of what stands at the left."""
        if self._columns[key][1].align == "right":
            return any(self._read(key))
        pairs = zip(self._written(key), self._read(key), strict=True)
        found = [figure for text, figure in pairs if text]
        return bool(found) and all(figure is not None and figure.bare for figure in found)


def _called(lines: Lines) -> dict[str, str]:
    """The keys of a list's columns by what each is called."""
    alike = [other for other in lines.screen.query(Lines) if other.list_name == lines.list_name]
    titles = [_titles(other.columns) for other in alike or [lines]]
    common = {key: title for key, title in titles[0].items() if all(own.get(key) == title for own in titles[1:])}
    taken = {title.casefold() for title in common.values()}
    names = {common.get(column.key, column.key): column.key for column in lines.columns}
    return {name: key for name, key in names.items() if key in common or name.casefold() not in taken}


def _titles(columns: Sequence[ListColumn]) -> dict[str, str]:
    """Titles by key, those left out that two columns have or none."""
    titles = {column.key: " ".join(column.title.split()) for column in columns}
    folded = [title.casefold() for title in titles.values()]
    return {key: title for key, title in titles.items() if title and folded.count(title.casefold()) == 1}


def sieve(text: str, lines: Lines, rows: Sequence[Keyed], hint: str = "") -> Sieve:
    """What the filter lets through of the rows of a list; one that can't be read lets all through, and says why."""
    from deskview.analytics.filters import FilterError, matching  # noqa: PLC0415 - polars loads late

    cells = Cells(lines, rows)
    try:
        expression = matching(text, cells, cells.also)
    except FilterError as fault:
        return Sieve(text, (True,) * len(rows), hint, str(fault))
    used = expression.meta.root_names()
    if not rows or not used:
        return Sieve(text, (True,) * len(rows), hint)
    passes = cells.frame(dict.fromkeys(used)).select(expression.alias("passes"))["passes"].to_list()
    blank = [name for name in map(cells.also.__getitem__, dict.fromkeys(used)) if cells[name].kind == "unknown"]
    return Sieve(text, tuple(passes), hint, note=f"nothing stands in {', '.join(blank)}" if blank else "")
