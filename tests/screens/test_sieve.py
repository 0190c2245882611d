"""A filter goes by what is written in the cells: how that is read, and that what passes is what is on the screen."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.format import percent, usd, usd_within
from deskview.screens.frame.sieve import Cells, number, sieve
from deskview.widgets import Cell, Column, Heatmap, HeatRow, Row, Table
from deskview.widgets.lines import Keyed, Lines
from deskview.widgets.records import Sieve
from tests.hostile_text import ESCAPES, UNSEEN, WIDE
from tests.widgets.host import Host


class Filtering(Host):
    """An app with one filter for all its lists."""

    text = ""

    def sieve_of(self, lines: Lines, rows: Sequence[Keyed]) -> Sieve | None:
        return sieve(self.text, lines, rows) if self.text else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−$1.31B", -1.31e9),
        ("+$812M", 812e6),
        ("±$1.12B", 1.12e9),
        ("$0", 0.0),
        ("+12.3%", 12.3),
        ("5.0%?", 5.0),
        ("+216% ", 216.0),
        ("3rd", 3.0),
        ("100th", 100.0),
        ("12 (6–21)", 12.0),
        ("−$310M (−420 to −200)", -310e6),
        ("+$5B ±13", 5e9),
        ("−3.6σ*", -3.6),
        ("1.39×", 1.39),
        ("−1.5x", -1.5),
        ("−41bp", -41.0),
        ("8/20", 8.0),
        (" 3 ▲20", 3.0),
        ("24,737", 24_737.0),
        ("−3,909,558,757 USD", -3_909_558_757.0),
        ("30 ms", 0.03),
        ("2.9 s", 2.9),
        ("1.0 GB", 1e9),
        ("≈4", 4.0),
        ("–", None),
        ("", None),
        ("n/a", None),
        ("0.1.0", None),
        ("2026-01-22", None),
        ("10:14", None),
        ("43-63", None),
        ("1d", None),
        ("٣", None),
        ("1\x1b[2J", None),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, value: float | None) -> None:
    found = number(text)
    assert (found.value if found is not None else None) == value


@given(st.floats(-9, 9), st.floats(-1e13, 1e13), st.floats(0, 1e12))
def test_what_the_desk_writes_is_read_back(fraction: float, dollars: float, reach: float) -> None:
    for text, value, off in (
        (percent(fraction), fraction * 100, 0.0501),
        (usd(dollars), dollars, max(0.51, abs(dollars) * 0.006)),
        (usd_within(dollars, dollars - reach, dollars + reach), dollars, max(0.51, abs(dollars) * 0.06, reach)),
    ):
        found = number(text)
        assert found is not None, text
        assert abs(found.value - value) <= off, text


COLUMNS = (
    Column("ticker", "name"),
    Column("return", "now", align="right"),
    Column("adv", "% ADV", align="right"),
    Column("net", "net", align="right"),
    Column("rank", "12-1", align="right"),
    Column("sector", "sector"),
)


class Shown(NamedTuple):
    """A row by the numbers its cells show: tenths of a %, tenths of a %, millions, whole."""

    now: int | None
    adv: int | None
    net: int | None
    rank: int | None
    sector: str | None

    def row(self, key: str) -> Row:
        """The row as a pane would write it."""
        texts = (
            key,
            "–" if self.now is None else f"{self.now / 10:+.1f}%".replace("-", "−"),
            "–" if self.adv is None else f"{self.adv / 10:.1f}%?",
            "–" if self.net is None else f"{'−' if self.net < 0 else '+'}${abs(self.net) / 1000:.3f}B",
            "–" if self.rank is None else f"{self.rank} (1–9)",
            self.sector or "–",
        )
        return Row(key, tuple(Cell(text) for text in texts))


class Condition(NamedTuple):
    """The same comparison as text and as an expression on whole numbers."""

    text: str
    holds: pl.Expr


SIGNS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "=": "eq", "!=": "ne"}


def tenths(name: str, column: str) -> st.SearchStrategy[Condition]:
    return st.builds(
        lambda sign, value, unit: Condition(
            f"{name}{sign}{value / 10}{unit}", getattr(pl.col(column), SIGNS[sign])(value)
        ),
        st.sampled_from(list(SIGNS)),
        st.integers(-40, 40),
        st.sampled_from(["", "%"]),
    )


def whole(name: str, column: str, unit: str) -> st.SearchStrategy[Condition]:
    return st.builds(
        lambda sign, value: Condition(f"{name} {sign} {value}{unit}", getattr(pl.col(column), SIGNS[sign])(value)),
        st.sampled_from(list(SIGNS)),
        st.integers(-40, 40),
    )


CONDITIONS = st.one_of(
    tenths("now", "now"),
    tenths("RETURN", "now"),
    tenths("% adv", "adv"),
    whole("net", "net", "M"),
    whole("12-1", "rank", ""),
    st.sampled_from(["tech", "banks"]).map(
        lambda word: Condition(f"Sector={word.upper()}", pl.col("sector").eq(pl.lit(word)))
    ),
)
FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        inner.map(lambda one: Condition(f"not ({one.text})", ~one.holds)),
        st.tuples(inner, inner).map(
            lambda two: Condition(f"({two[0].text}) and ({two[1].text})", two[0].holds & two[1].holds)
        ),
        st.tuples(inner, inner).map(
            lambda two: Condition(f"({two[0].text}) or ({two[1].text})", two[0].holds | two[1].holds)
        ),
    ),
    max_leaves=6,
)
FIGURE = st.none() | st.integers(-45, 45)
ROWS = st.lists(st.builds(Shown, FIGURE, FIGURE, FIGURE, FIGURE, st.sampled_from([None, "tech", "banks"])), max_size=20)
KINDS = {"now": pl.Int64, "adv": pl.Int64, "net": pl.Int64, "rank": pl.Int64, "sector": pl.String}


async def test_the_rows_shown_are_those_of_the_expression_on_the_numbers_shown() -> None:
    table = Table(COLUMNS, name="list")
    host = Filtering(table)

    @settings(deadline=None)
    @given(FILTERS, ROWS)
    def hold(condition: Condition, shown: list[Shown]) -> None:
        host.text = condition.text
        table.set_rows([row.row(f"T{index}") for index, row in enumerate(shown)])
        assert table.sieve is None or table.sieve.fault == "", condition.text
        numbers = pl.DataFrame(shown, schema=KINDS, orient="row").with_row_index("key")
        wanted = numbers.filter(condition.holds)["key"]
        assert table.keys == tuple(f"T{index}" for index in wanted), condition.text

    async with host.run_test(size=(80, 24)):
        hold()


async def test_a_missing_figure_passes_neither_a_comparison_nor_its_opposite() -> None:
    table = Table(COLUMNS, name="list")
    host = Filtering(table)
    async with host.run_test(size=(80, 24)):
        for text, keys in (("now>0", ("A",)), ("not now>0", ("B",)), ("now>0 or not now>0", ("A", "B"))):
            host.text = text
            rows = [Shown(12, 0, 0, 0, None).row("A"), Shown(-12, 0, 0, 0, None).row("B")]
            table.set_rows([*rows, Shown(None, 0, 0, 0, None).row("C")])
            assert table.keys == keys


async def test_a_name_without_a_flag_has_none_and_that_is_known() -> None:
    table = Table((Column("ticker", "ticker"), Column("flags", "")), name="list")
    host = Filtering(table)
    flags = {"A": "S", "B": "", "C": "E S", "D": "–"}
    async with host.run_test(size=(80, 24)):
        for text, keys in (("flags~S", "AC"), ("flags!~S", "B"), ("not flags~E", "AB")):
            host.text = text
            table.set_rows([Row(key, (Cell(key), Cell(flag))) for key, flag in flags.items()])
            assert "".join(table.keys) == keys, text
        host.text = "flags!~S"
        table.set_rows([Row(key, (Cell(key), Cell(""))) for key in "AB"])
        assert table.keys == ("A", "B"), "nobody is flagged"


async def test_a_column_in_which_nothing_stands_is_told() -> None:
    table = Table(COLUMNS, name="list")
    host = Filtering(table)
    async with host.run_test(size=(80, 24)):
        host.text = "now>0 and % adv>3% and net>1B"
        table.set_rows([Shown(12, None, None, 1, "tech").row(key) for key in "AB"])
        assert table.keys == ()
        assert table.sieve is not None
        assert (table.sieve.fault, table.sieve.note) == ("", "nothing stands in % ADV, net")


async def test_columns_go_by_their_titles_then_by_their_keys() -> None:
    columns = (
        Column("volume", "ADV", align="right"),
        Column("adv", "% ADV", align="right"),
        Column("first", "int.", align="right"),
        Column("second", "int.", align="right"),
        Column("mark", ""),
    )
    table = Table(columns, name="list")
    host = Filtering(table)
    row = Row("A", tuple(map(Cell, ("$5.00B", "3.0%", "+0.04", "+0.01", "●"))))
    async with host.run_test(size=(80, 24)):
        table.set_rows([row])
        assert list(Cells(table, table.given)) == ["ADV", "% ADV", "first", "second", "mark"]
        assert Cells(table, table.given).titled == "ADV, % ADV, first, second"
        for text in ("adv>4B", "% adv<4%", "first>second", "first>0.03 and second<0.03", "mark=●"):
            found = sieve(text, table, table.given)
            if text == "first>second":
                assert "'second' at 7 is no number" in found.fault
            elif text == "mark=●":
                assert " at 6 can't be read" in found.fault
            else:
                assert (found.fault, found.passes) == ("", (True,)), text
        assert sieve("mark='●'", table, table.given).passes == (True,)
        assert "column 'int.' at 1" in sieve("int.>0", table, table.given).fault


async def test_a_title_that_differs_in_lists_of_one_name_is_no_name_of_the_column() -> None:
    both = [
        Table((Column("ticker", leg), Column("now", "now", align="right")), name="legs") for leg in ("LONG", "SHORT")
    ]
    async with Filtering(*both).run_test(size=(80, 24)):
        for table in both:
            table.set_rows([Row("A", (Cell("A"), Cell("+1.0%")))])
            assert list(Cells(table, table.given)) == ["ticker", "now"]
            assert "column 'long' at 1" in sieve("long~A", table, table.given).fault
            assert Cells(table, table.given).example == "now>0"


async def test_a_column_of_figures_alone_is_one_of_numbers_wherever_it_stands() -> None:
    table = Table((Column("year", "year"), Column("span", "span"), Column("day", "day")), name="list")
    async with Filtering(table).run_test(size=(80, 24)):
        table.set_rows(
            [Row(a, (Cell(a), Cell(b), Cell(c))) for a, b, c in (("2024", "5", "5 Feb"), ("2025", "43-63", "–"))]
        )
        cells = Cells(table, table.given)
        assert [cells[name].kind for name in cells] == ["number", "text", "text"]
        assert sieve("year>2024", table, table.given).passes == (False, True)
        assert sieve("span=5 and day~feb", table, table.given).passes == (True, False)


async def test_what_stands_at_the_right_and_is_no_number_is_a_text() -> None:
    table = Table((Column("age", "age", align="right"), Column("n", "n", align="right")), name="list")
    async with Filtering(table).run_test(size=(80, 24)):
        table.set_rows([Row(age, (Cell(age), Cell(n))) for age, n in (("12m", "3"), ("1h", "new"), ("3d", "–"))])
        assert "'<' at 4 is for numbers, and age is a text" in sieve("age<60", table, table.given).fault
        assert sieve("age~m", table, table.given).passes == (True, False, False)
        assert sieve("not n>3", table, table.given).passes == (True, False, False)


async def test_a_heatmap_goes_by_percent() -> None:
    heatmap = Heatmap(title="% by group", name="list")
    async with Filtering(heatmap).run_test(size=(80, 24)):
        rows = [HeatRow("A", "Banks", (0.0496,)), HeatRow("B", "AI", (-0.05,)), HeatRow("C", "Gold", (None,))]
        heatmap.show([Column("now", "now", align="right")], rows, [0.05])
        assert sieve("now>=5%", heatmap, heatmap.given).passes == (True, False, False)  # +5.0 is what it shows
        assert sieve("now<0 or % by group~gold", heatmap, heatmap.given).passes == (False, True, True)


HOSTILE = [*ESCAPES, *UNSEEN, *WIDE]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_is_refused_by_its_place_and_hides_nothing(text: str) -> None:
    table = Table(COLUMNS, name="list")
    async with Filtering(table).run_test(size=(80, 24)):
        table.set_rows([Shown(1, 1, 1, 1, "tech").row("A")])
        found = sieve(f"now<{text}", table, table.given)
        assert found.passes == (True,)
        assert " at " in found.fault
        assert found.fault.isprintable()
