"""Filters of a list, such as `now<-5 and (si>20 or not leg=long)`, as an expression over its columns.

A filter is made of comparisons with `and`, `or`, `not` and parentheses; `not` binds closer than `and`, and `and` closer
than `or`. On the left of a comparison stands a column, on the right a number, a word or a text in quotes:

    =  !=  <  <=  >  >=     a number with its unit: -5, 12.5%, 3k, $250M, -$1.2B, 2T
    =  !=  ~  !~            a text; ~ is "contains", capitals and small letters are the same

A column is written as it is called, with whatever stands in its name (`12-1<0`, `% ADV>3`), or in quotes.
A number without a unit is in the unit the column is shown in: -5 of a column in % is -5%. What is not known compares as
not matching either way: a row without `si` is neither in `si>20` nor in `not si>20`, unless the rest of the filter
settles it. Nothing of a filter is run as a program.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, NoReturn

import polars as pl

from deskview.market.errors import nearest, shown

LONGEST, DEEPEST, MOST = 2_000, 40, 100
"""Characters of a filter, parentheses in each other, and comparisons."""
_LISTED = 12
"""The most columns or values a sentence lists."""
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_TOKENS = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>\() | (?P<close>\))
      | (?P<sign><=|>=|!=|<>|!~|==|[=<>~≤≥≠])
      | (?P<quoted>"[^"]*"|'[^']*')
      | (?P<number>[+\-−]?\$?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-−]?[0-9]{1,3})?(?:\s?%|[kKmMbBtT])?(?![\w.%]))
      | (?P<word>\w[\w.&/\-]*)""",
    re.VERBOSE,
)
_BEFORE_SIGN = re.compile(r"\s*[=<>!~≤≥≠]")
_NUMBER = re.compile(r"(?P<value>[^%kmbt]*)(?P<unit>[%kmbt]?)")
_SAME = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
_OF_NUMBERS: Mapping[str, Callable[[pl.Expr, float], pl.Expr]] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column != value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
}
_OF_TEXTS: Mapping[str, Callable[[pl.Expr, str], pl.Expr]] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column != value,
    "~": lambda column, value: column.str.contains(value, literal=True),
    "!~": lambda column, value: ~column.str.contains(value, literal=True),
}
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


class Column(NamedTuple):
    """A column that can be asked for: its name in the table, and what is in it.

    `percent` is a fraction that is shown in %, `flag` true or false; `unknown` has nothing in it yet, which may be
    compared with anything, a column of flags that are all null. `values` are all the words a text can be, where
    they are few: another is refused with the nearest.
    """

    name: str
    kind: Literal["number", "percent", "text", "flag", "unknown"]
    values: tuple[str, ...] = ()


class FilterError(ValueError):
    """A filter that can't be read; `at` is where, the first character being 1. The message says it, too."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class _Token(NamedTuple):
    """A piece of the text: its kind, its text, where it begins (from 1)."""

    kind: str
    text: str
    at: int


def matching(text: str, columns: Mapping[str, Column], also: Mapping[str, str] | None = None) -> pl.Expr:
    """The expression that is true of the rows a filter lets through, false of all others, never null.

    `columns` are by what the user calls them, capitals or not; `also` are other names of them, which the sentences of
    errors do not list. An empty filter lets everything through. Raises FilterError with the place and, where there is
    one, the nearest column or word.
    """
    if len(text) > LONGEST:
        _fail(f"a filter has at most {LONGEST:,} characters, this one has {len(text):,}", LONGEST + 1)
    names = {other: key for other, key in (also or {}).items() if key in columns} | {key: key for key in columns}
    folded = {name.casefold(): key for name, key in names.items()}
    tokens = list(_tokens(text, sorted(filter(None, folded), key=len, reverse=True)))
    if not tokens:
        return pl.lit(value=True)
    reader = _Reader([*tokens, _Token("end", "", len(text) + 1)], folded, columns)
    found = reader.alternatives()
    if reader.next.kind != "end":
        words = reader.next.kind == reader.tokens[reader.place - 1].kind == "word"
        hint = "; a text of several words stands in quotes" if words else ""
        _fail(f"{_told(reader.next)} is not expected: and, or or the end is{hint}", reader.next.at)
    return found.fill_null(value=False)


def _tokens(text: str, names: Sequence[str]) -> Iterator[_Token]:
    """The pieces of the text; where a column is expected, one of the `names`, small and longest first, is one piece."""
    at, column_next = 0, True
    while at < len(text):
        name = _named(text, at, names) if column_next else ""
        if name:
            yield _Token("word", name, at + 1)
            at, column_next = at + len(name), False
            continue
        found = _TOKENS.match(text, at)
        if found is None:
            why = ": the quote is not closed" if text[at] in "\"'" else ""
            _fail(f"{shown(text[at])} at {at + 1} can't be read{why}", at + 1)
        kind = found.lastgroup or ""
        if kind == "word" and found[0].casefold() in ("and", "or", "not"):
            kind = found[0].casefold()
        if kind != "space":
            yield _Token(kind, found[0], at + 1)
            column_next = kind in ("and", "or", "not", "open")
        at = found.end()


def _named(text: str, at: int, names: Sequence[str]) -> str:
    """The column whose name stands there before a sign, as it is written there; empty where none does."""
    for name in names:
        written = text[at : at + len(name)]
        if written.casefold() == name and _BEFORE_SIGN.match(text, at + len(name)):
            return written
    return ""


@dataclass
class _Reader:
    """Reads the tokens from left to right; `folded` has the columns by all their names in small letters."""

    tokens: list[_Token]
    folded: Mapping[str, str]
    columns: Mapping[str, Column]
    place: int = 0
    depth: int = 0
    comparisons: int = 0

    @property
    def next(self) -> _Token:
        """The token that is to be read."""
        return self.tokens[self.place]

    def taken(self, *kinds: str) -> _Token | None:
        """The next token, read, where it is of these kinds."""
        token = self.next
        if token.kind not in kinds:
            return None
        self.place += 1
        return token

    def alternatives(self) -> pl.Expr:
        """What stands between `or`."""
        found = [self.conditions()]
        while self.taken("or"):
            found.append(self.conditions())
        return found[0] if len(found) == 1 else pl.any_horizontal(found)

    def conditions(self) -> pl.Expr:
        """What stands between `and`."""
        found = [self.condition()]
        while self.taken("and"):
            found.append(self.condition())
        return found[0] if len(found) == 1 else pl.all_horizontal(found)

    def condition(self) -> pl.Expr:
        """One comparison or parenthesis with any number of `not` before it."""
        turned = False
        while self.taken("not"):
            turned = not turned
        found = self.parenthesis() if self.next.kind == "open" else self.comparison()
        return ~found if turned else found

    def parenthesis(self) -> pl.Expr:
        """What stands in one."""
        opened = self.next
        self.place += 1
        self.depth += 1
        if self.depth > DEEPEST:
            _fail(f"the parenthesis at {opened.at} is deeper than {DEEPEST} others", opened.at)
        found = self.alternatives()
        if not self.taken("close"):
            _fail(f"{_told(self.next)} is not expected: the parenthesis at {opened.at} is not closed", self.next.at)
        self.depth -= 1
        return found

    def comparison(self) -> pl.Expr:
        """A column, a sign and a value."""
        self.comparisons += 1
        if self.comparisons > MOST:
            _fail(f"a filter has at most {MOST} comparisons; the next is at {self.next.at}", self.next.at)
        name = self.taken("word", "quoted")
        if name is None:
            _fail(f"{_told(self.next)} is not expected: a column is, such as {_some(self.columns)}", self.next.at)
        key = self.folded.get(_bare(name).casefold())
        if key is None:
            _fail(f"column {shown(_bare(name))} at {name.at}{_instead(_bare(name), self.columns)}", name.at)
        sign = self.taken("sign")
        if sign is None:
            _fail(f"{_told(self.next)} is not expected: a comparison of {key} is, such as = or <", self.next.at)
        value = self.taken("number", "word", "quoted")
        if value is None:
            _fail(f"{_told(self.next)} is not expected: what {key} is compared with is", self.next.at)
        return _compared(key, self.columns[key], sign, value)


def _compared(key: str, column: Column, sign: _Token, value: _Token) -> pl.Expr:
    """The comparison, null where the column is."""
    compare = _SAME.get(sign.text, sign.text)
    if column.kind == "unknown":
        return pl.col(column.name)
    if column.kind in ("number", "percent"):
        if compare not in _OF_NUMBERS:
            _fail(f"{shown(sign.text)} at {sign.at} is for texts, and {key} is a number", sign.at)
        number = _number(key, value, percent=column.kind == "percent")
        return _OF_NUMBERS[compare](pl.col(column.name).cast(pl.Float64).fill_nan(None), number)
    if column.kind == "flag":
        if compare not in ("=", "!="):
            _fail(f"{shown(sign.text)} at {sign.at} does not fit {key}, which is yes or no: = and != do", sign.at)
        wanted = _YES_NO.get(_bare(value).casefold())
        if wanted is None:
            _fail(f"{_told(value)}: {key} is yes or no", value.at)
        return pl.col(column.name) == (wanted if compare == "=" else not wanted)
    if compare not in _OF_TEXTS:
        _fail(f"{shown(sign.text)} at {sign.at} is for numbers, and {key} is a text: = != ~ !~ are for it", sign.at)
    text = _bare(value)
    if column.values and compare in ("=", "!=") and text.casefold() not in map(str.casefold, column.values):
        _fail(f"{key} {shown(text)} at {value.at}{_instead(text, column.values)}", value.at)
    # small letters on both sides: what polars makes of a capital is not always what Python does
    return _OF_TEXTS[compare](pl.col(column.name).cast(pl.String).str.to_lowercase(), text.lower())


def _number(key: str, value: _Token, *, percent: bool) -> float:
    """The value in the column's own unit."""
    if value.kind != "number":
        _fail(f"{_told(value)} is no number, and {key} is one", value.at)
    found = _NUMBER.fullmatch(value.text.casefold().replace("−", "-").replace("$", ""))
    number, unit = (float(found["value"].strip()), found["unit"]) if found else (float("inf"), "")
    if unit == "%" and not percent:
        _fail(f"{_told(value)}: {key} is not in %", value.at)
    if percent and ("$" in value.text or unit not in ("", "%")):
        _fail(f"{_told(value)}: {key} is in %", value.at)
    number = number / 100 if percent else number * _UNITS[unit]
    if abs(number) == float("inf"):
        _fail(f"{_told(value)} is more than there can be", value.at)
    return number


def _bare(token: _Token) -> str:
    """A text without its quotes."""
    return token.text[1:-1] if token.kind == "quoted" else token.text


def _told(token: _Token) -> str:
    return f"the end, at {token.at}," if token.kind == "end" else f"{shown(token.text)} at {token.at}"


def _instead(text: str, valid: Mapping[str, Column] | tuple[str, ...]) -> str:
    """How a sentence on an unknown column or word ends."""
    close = nearest(text, valid).removeprefix("; ")
    return f": {close}" if close else f" is unknown; there are {_some(valid)}"


def _some(valid: Mapping[str, Column] | tuple[str, ...]) -> str:
    names = sorted(valid)
    more = "" if len(names) <= _LISTED else f" and {len(names) - _LISTED} more"
    return ", ".join(names[:_LISTED]) + more


def _fail(message: str, at: int) -> NoReturn:
    raise FilterError(message, at)
