"""Filters of a list: what they let through, against expressions written by hand, and how they refuse the rest."""

import ast
import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deskview.analytics import filters
from deskview.analytics.filters import DEEPEST, LONGEST, MOST, Column, FilterError, matching
from tests.hostile_text import ESCAPES, UNSEEN, WIDE

COLUMNS = {
    "now": Column("ret", "percent"),
    "si": Column("short_interest", "percent"),
    "price": Column("price", "number"),
    "ADV": Column("adv_usd", "number"),
    "n": Column("n", "number"),
    "ticker": Column("ticker", "text"),
    "sector": Column("sector", "text"),
    "leg": Column("leg", "text", ("long", "short", "neither")),
    "held": Column("held", "flag"),
}
TABLE = pl.DataFrame(
    {
        "ticker": ["AAA", "BBB", "CCC", "DDD", "BRK.B"],
        "ret": [-0.08, -0.02, None, 0.05, float("nan")],
        "short_interest": [0.25, 0.10, 0.30, None, 0.01],
        "price": [10.0, 20.0, 30.0, 40.0, 5e5],
        "adv_usd": [5e6, 3e8, 2.5e9, None, 1e3],
        "n": [1, 2, 3, 4, None],
        "sector": ["Energy", "Health Care", "Energy", None, "Financials"],
        "leg": ["long", "short", "neither", "long", None],
        "held": [True, False, None, True, False],
    }
)


def let_through(text: str, table: pl.DataFrame = TABLE) -> str:
    """The tickers of the rows, by their first letters."""
    expression = matching(text, COLUMNS)
    assert table.select(expression.alias("in"))["in"].null_count() == 0
    return "".join(ticker[0] if ticker != "BRK.B" else "k" for ticker in table.filter(expression)["ticker"])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", "ABCDk"),
        ("   ", "ABCDk"),
        ("now<-5", "A"),
        ("now < −5 %", "A"),
        ("now<-5 and si>20", "A"),
        ("now>=-2", "BD"),
        ("NOW = 5", "D"),
        ("now!=5", "AB"),
        ("now<>5 or price>100k", "ABk"),
        ("price<2e1", "A"),
        ("price ≤ 20", "AB"),
        ("price ≥ .5M", "k"),
        ("adv>=300m", "BC"),
        ("adv>1.2B", "C"),
        ("adv>$1.2B or adv<$2k", "Ck"),
        ("price>-$5 and price<$15", "A"),
        ("adv<0.001T", "ABk"),
        ("n=2", "B"),
        ('sector="Energy"', "AC"),
        ("sector=energy", "AC"),
        ("sector!=Energy", "Bk"),
        ("sector~e", "ABC"),
        ("sector ~ 'h care'", "B"),
        ("sector!~care", "ACk"),
        ("sector~'.'", ""),
        ("ticker=BRK.B", "k"),
        ("ticker~'.'", "k"),
        ("ticker!~'.'", "ABCD"),
        ("ticker=aaa or ticker = 'bbb'", "AB"),
        ('sector="Energy" or not leg=long', "ABC"),
        ("not leg=long and price<25", "B"),
        ("not (leg=long and price<25)", "BCDk"),
        ("not not leg=long", "AD"),
        ("price<15 or price>35 and leg=long", "AD"),
        ("(price<15 or price>35) and leg=long", "AD"),
        ("(price<15 or price>35) and sector=energy", "A"),
        ("price<15 or price>35 and sector=energy", "A"),
        ("price<15 or price<25 and leg=short or price=30", "ABC"),
        ("held=yes", "AD"),
        ("held!=yes", "Bk"),
        ("not held=NO", "AD"),
        ("(price>1)", "ABCDk"),
        ("Price>1 AND Leg=LONG", "AD"),
        ("'now'<-5", "A"),
    ],
)
def test_a_filter_lets_through(text: str, rows: str) -> None:
    assert let_through(text) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("12-1<0", "AB"),
        ("12-1 < -5", "A"),
        ("not 12-1<0 or % adv>=300M", "BCD"),
        ("(% ADV<1e3 or 1m>15)", "BCD"),
        ("week ±>=0", "D"),
        ("fund's=1", "A"),
        ("5>1", "BCD"),
        ("return<-5", "A"),
        ("RETURN<-5 and 'week ±'<0", "A"),
    ],
)
def test_a_column_is_called_as_it_stands_on_the_screen(text: str, rows: str) -> None:
    columns = {
        "12-1": Column("ret", "percent"),
        "% ADV": Column("adv_usd", "number"),
        "1m": Column("price", "number"),
        "week ±": Column("ret", "percent"),
        "fund's": Column("n", "number"),
        "5": Column("n", "number"),
    }
    found = TABLE.filter(matching(text, columns, {"return": "12-1", "gone": "no column"}))
    assert "".join(ticker[0] for ticker in found["ticker"] if ticker != "BRK.B") == rows
    with pytest.raises(FilterError, match="column 'gone' at 1"):
        matching("gone<1", columns, {"gone": "no column"})


def test_what_nobody_knows_may_be_compared_with_anything_and_matches_neither_way() -> None:
    table = TABLE.with_columns(pl.lit(None, dtype=pl.Boolean).alias("si"))
    for text in ("si>5%", "si<1.2B", "si=long", "si~x", "not si>5"):
        assert table.filter(matching(text, {"si": Column("si", "unknown")})).is_empty(), text


def test_what_is_not_known_matches_neither_way() -> None:
    assert let_through("si>20") == "AC"
    assert let_through("not si>20") == "Bk"
    assert let_through("now<0 or not now<0") == "ABD"
    assert let_through("leg=long or leg!=long") == "ABCD"
    assert let_through("si>20 or price=40") == "ACD"  # settled by the rest
    assert let_through("not (si>20 and price<0)") == "ABCDk"


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("nwo<-5", 1, "column 'nwo' at 1: did you mean 'now'?"),
        ("now<-5 and  secotr=x", 13, "column 'secotr' at 13: did you mean 'sector'?"),
        ("qqqqq=1", 1, "column 'qqqqq' at 1 is unknown; there are ADV, held, leg, n, now, price, sector, si, ticker"),
        ("leg=lnog", 5, "leg 'lnog' at 5: did you mean 'long'?"),
        ("leg=q", 5, "leg 'q' at 5 is unknown; there are long, neither, short"),
        ("now", 4, "the end, at 4, is not expected: a comparison of now is"),
        ("now<", 5, "the end, at 5, is not expected: what now is compared with is"),
        ("now<<5", 5, "'<' at 5 is not expected: what now is compared with is"),
        ("now<five", 5, "'five' at 5 is no number, and now is one"),
        ("now<'5'", 5, "no number"),
        ("now~5", 4, "'~' at 4 is for texts, and now is a number"),
        ("sector>5", 7, "'>' at 7 is for numbers, and sector is a text"),
        ("held>yes", 5, "'>' at 5 does not fit held, which is yes or no"),
        ("held=maybe", 6, "'maybe' at 6: held is yes or no"),
        ("price<5%", 7, "'5%' at 7: price is not in %"),
        ("now<5M", 5, "'5M' at 5: now is in %"),
        ("now<-$5", 5, "'-$5' at 5: now is in %"),
        ("price<$", 7, "'$' at 7 can't be read"),
        ("price<1e999", 7, "'1e999' at 7 is more than there can be"),
        ("price<nan", 7, "'nan' at 7 is no number"),
        ("price<inf", 7, "'inf' at 7 is no number"),
        ("price<1,000", 8, "',' at 8 can't be read"),
        ("price<5x", 7, "'5x' at 7 is no number"),
        ("price<5 6", 9, "'6' at 9 is not expected: and, or or the end is"),
        (
            "sector=Health Care",
            15,
            "'Care' at 15 is not expected: and, or or the end is; a text of several words",
        ),
        ("price<5)", 8, "')' at 8 is not expected"),
        ("(price<5", 9, "the parenthesis at 1 is not closed"),
        ("()", 2, "')' at 2 is not expected: a column is, such as ADV, held"),
        ("price<5 and", 12, "the end, at 12, is not expected: a column is"),
        ("and price<5", 1, "'and' at 1 is not expected: a column is"),
        ("not", 4, "the end, at 4,"),
        ("5<now", 1, "'5' at 1 is not expected: a column is"),
        ('sector="Energy', 8, "'\"' at 8 can't be read: the quote is not closed"),
        ("price<5; import os", 8, "';' at 8 can't be read"),
        ("__import__('os')", 1, "column '__import__' at 1"),
        ("price.__class__=1", 1, "column 'price.__class__' at 1"),
        ("now<-5 & si>20", 8, "'&' at 8 can't be read"),
        ("price<٣", 7, "'\\u0663' at 7 is no number"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_place(text: str, at: int, told: str) -> None:
    with pytest.raises(FilterError) as refused:
        matching(text, COLUMNS)
    assert refused.value.at == at
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("(" * 10_000, LONGEST + 1, "at most 2,000 characters, this one has 10,000"),
        ("(" * 1_999, DEEPEST + 1, f"the parenthesis at {DEEPEST + 1} is deeper than {DEEPEST} others"),
        ("n=1 or " * 150 + "n=1", 7 * MOST + 1, f"at most {MOST} comparisons"),
    ],
    ids=["long", "deep", "many"],
)
def test_length_depth_and_number_are_bounded(text: str, at: int, told: str) -> None:
    with pytest.raises(FilterError, match=told) as refused:
        matching(text, COLUMNS)
    assert refused.value.at == at


def test_as_much_as_is_allowed_is_read() -> None:
    assert let_through("(" * DEEPEST + "n=1" + ")" * DEEPEST) == "A"
    assert let_through(" or ".join(["n=1"] * MOST)) == "A"
    assert let_through(" and ".join(["(n=1)"] * MOST)) == "A"
    assert let_through("not " * 400 + "n=1") == "A"
    assert let_through("not (" * DEEPEST + "n=1" + ")" * DEEPEST) == "A"


@pytest.mark.parametrize("text", [*ESCAPES, *UNSEEN, *WIDE], ids=range(len(ESCAPES) + len(UNSEEN) + len(WIDE)))
@pytest.mark.parametrize("form", ["{}", "now<{}", "sector={}", "{}=1", "now<5 {}"])
def test_hostile_text_is_refused_in_a_printable_line(text: str, form: str) -> None:
    given_text = form.format(text)
    try:
        matching(given_text, COLUMNS)
    except FilterError as refused:
        assert str(refused).isprintable()
        assert 1 <= refused.at <= min(len(given_text), LONGEST) + 1
    else:
        assert not given_text.strip() or form in ("sector={}", "now<5 {}")


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("now si<>=~!()\"' andort5.%kM-−_\x1b\u202e\n"), max_size=60))
@example("now<5\x1b[2J")
def test_whatever_is_typed_is_read_or_refused_by_its_place(text: str) -> None:
    try:
        found = matching(text, COLUMNS)
    except FilterError as refused:
        assert str(refused).isprintable()
        assert 1 <= refused.at <= len(text) + 1
    else:
        assert TABLE.select(found.alias("in"))["in"].null_count() == 0


def test_nothing_is_evaluated() -> None:
    tree = ast.parse(Path(filters.__file__).read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile", "getattr", "__import__"}


class Written:
    """A filter as text, and the same by hand: whether a row is let through, None where it can't be told."""

    def __init__(self, text: str, holds: Callable[[Mapping[str, Any]], bool | None], binds: int) -> None:
        self.text, self.holds, self.binds = text, holds, binds

    def inside(self, binds: int) -> str:
        """Its text within another filter, in parentheses where it must be."""
        return self.text if self.binds >= binds else f"({self.text})"


SIGNS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def compared(name: str, sign: str, value: int) -> Written:
    """A comparison of a number; of `ret` it is written in %."""

    def holds(row: Mapping[str, Any]) -> bool | None:
        own = row["ret" if name == "now" else name]
        return None if own is None else bool(SIGNS[sign](own, value / 100 if name == "now" else value))

    return Written(f"{name}{sign}{value}", holds, 4)


def worded(sign: str, value: str) -> Written:
    """A comparison of a text."""

    def holds(row: Mapping[str, Any]) -> bool | None:
        own = row["leg"]
        return None if own is None else (own == value) == (sign == "=")

    return Written(f"leg {sign} {value}", holds, 4)


def negated(one: Written) -> Written:
    """Not it."""

    def holds(row: Mapping[str, Any]) -> bool | None:
        own = one.holds(row)
        return None if own is None else not own

    return Written(f"not {one.inside(3)}", holds, 3)


def joined(parts: list[Written], word: str) -> Written:
    """All or any of them, by the logic of three values."""
    binds, settles = (2, False) if word == "and" else (1, True)

    def holds(row: Mapping[str, Any]) -> bool | None:
        own = [part.holds(row) for part in parts]
        return settles if settles in own else None if None in own else not settles

    return Written(f" {word} ".join(part.inside(binds + 1) for part in parts), holds, binds)


LEAVES = st.one_of(
    st.builds(compared, st.sampled_from(["now", "n", "price"]), st.sampled_from(list(SIGNS)), st.integers(-3, 3)),
    st.builds(worded, st.sampled_from(["=", "!="]), st.sampled_from(["long", "short", "neither"])),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(negated, inner),
        st.builds(joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["and", "or"])),
    ),
    max_leaves=12,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "ret": st.one_of(st.none(), st.integers(-4, 4).map(lambda percent: percent / 100)),
            "n": st.one_of(st.none(), st.integers(-4, 4)),
            "price": st.one_of(st.none(), st.floats(-4, 4)),
            "leg": st.sampled_from([None, "long", "short", "neither"]),
        }
    ),
    min_size=1,
    max_size=12,
)
KINDS = {"ret": pl.Float64, "n": pl.Int64, "price": pl.Float64, "leg": pl.String}


@settings(deadline=None)
@given(FILTERS, ROWS)
def test_a_filter_is_what_was_written_by_hand(written: Written, rows: list[dict[str, Any]]) -> None:
    table = pl.DataFrame(rows, schema=KINDS)
    found = table.select(matching(written.text, COLUMNS).alias("in"))["in"].to_list()
    assert found == [written.holds(row) is True for row in rows], written.text
