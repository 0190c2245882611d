"""Filtered lists: which rows are shown, and what stands above them; what passes is told by whoever holds the filter."""

from collections.abc import Callable, Sequence

import pytest

from deskview.widgets import Cell, Column, Heatmap, HeatRow, Row, Table
from deskview.widgets.lines import Keyed, Lines
from deskview.widgets.records import Sieve, Sort
from deskview.widgets.sorting import Entry, SortedTable
from tests.widgets.host import Host, lines_of

COLUMNS = (Column("ticker", "Ticker"), Column("change", "Chg", align="right"))


class Sifting(Host):
    """An app with a filter: `passes` says of a key whether its row passes, None without a filter."""

    passes: Callable[[str], bool] | None = None
    text, hint, fault, note = "now>1", "F changes", "", ""

    def sieve_of(self, _lines: Lines, rows: Sequence[Keyed]) -> Sieve | None:
        if self.passes is None:
            return None
        return Sieve(self.text, tuple(self.passes(row.key) for row in rows), self.hint, self.fault, self.note)

    def sift(self, passes: Callable[[str], bool] | None) -> None:
        self.passes = passes
        for lines in self.query(Lines):
            lines.sift_again()


def rows(count: int) -> list[Row]:
    return [Row(f"T{number:03}", (Cell(f"T{number:03}"), Cell(f"+{number}.0"))) for number in range(count)]


def head(title: str) -> Row:
    return Row(title, (Cell(title),), header=True)


def even(key: str) -> bool:
    return int(key[1:]) % 2 == 0


async def test_what_passes_is_shown_under_a_line_that_says_how_many() -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    async with host.run_test(size=(40, 8)) as pilot:
        table.set_rows(rows(5))
        assert table.sieve is None
        host.sift(even)
        await pilot.pause()
        assert table.keys == ("T000", "T002", "T004")
        shown = [line.rstrip() for line in lines_of(table)]
        assert shown[:4] == ["filter now>1: 3 of 5 · F changes", "Ticker   Chg", "T000    +0.0", "T002    +2.0"]
        table.set_rows(rows(7))
        await pilot.pause()
        assert lines_of(table)[0].startswith("filter now>1: 4 of 7")
        host.sift(None)
        await pilot.pause()
        assert table.keys == tuple(row.key for row in rows(7))
        assert lines_of(table)[0].startswith("Ticker")


async def test_sections_keep_their_heads_as_long_as_they_have_rows() -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    one, two, three, *_ = rows(5)
    async with host.run_test(size=(40, 8)):
        table.set_rows([head("first"), one, head("second"), two, head("third"), three, head("foot")])
        host.sift(even)
        assert [table.section_title(0), *table.keys] == ["first", "T000", "T002"]
        assert table.sieve is not None
        assert table.sieve.counts == "2 of 3"
        host.sift(lambda key: key == "T001")
        assert [table.section_title(0), *table.keys] == ["second", "T001"]


async def test_the_cursor_stays_on_its_row_and_in_sight() -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    async with host.run_test(size=(40, 8)) as pilot:
        table.set_rows(rows(200))
        table.select("T150")
        await pilot.pause()
        host.sift(even)
        await pilot.pause()
        assert table.cursor_key == "T150"
        host.sift(lambda key: key in ("T150", "T199"))
        await pilot.pause()
        assert table.cursor_key == "T150"
        assert [line.split()[0] for line in lines_of(table)[2:4]] == ["T150", "T199"]
        host.sift(lambda key: key == "T003")
        await pilot.pause()
        assert table.cursor_key == "T003"
        host.sift(lambda _: False)
        assert table.cursor_key is None
        host.sift(None)
        assert table.cursor_key is not None


async def test_the_last_row_is_reached_below_two_lines() -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    async with host.run_test(size=(40, 8)) as pilot:
        table.set_rows(rows(40))
        host.sift(even)
        table.focus()
        await pilot.press("end")
        await pilot.pause()
        assert table.cursor_key == "T038"
        assert "T038" in lines_of(table)[7]
        await pilot.press("home", "pagedown")
        assert table.cursor_key == "T012"


async def test_a_filter_that_lets_nothing_through_is_told_from_a_list_without_rows() -> None:
    table = Table(COLUMNS, name="list", empty="no figures yet")
    host = Sifting(table)
    async with host.run_test(size=(40, 8)) as pilot:
        host.sift(lambda _: False)
        await pilot.pause()
        assert lines_of(table)[0].rstrip() == "no figures yet"
        table.set_rows(rows(5))
        await pilot.pause()
        shown = [line.rstrip() for line in lines_of(table)]
        assert shown[:3] == ["filter now>1: 0 of 5 · F changes", "no row passes now>1", ""]
        host.note = "nothing stands in now"
        host.sift(lambda _: False)
        assert lines_of(table)[1].rstrip() == "no row passes now>1: nothing stands in"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (60, "filter now<-5 and sector~tech: 3 of 5 · F changes"),
        (40, "filter now<-5 and sector~tech: 3 of 5"),
        (30, "filter now<-5 and sec…: 3 of 5"),
    ],
)
async def test_in_want_of_room_the_counts_stay(width: int, line: str) -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    host.text = "now<-5 and sector~tech"
    async with host.run_test(size=(width, 8)) as pilot:
        table.set_rows(rows(5))
        host.sift(even)
        await pilot.pause()
        assert lines_of(table)[0].rstrip() == line


async def test_a_filter_that_can_not_be_applied_hides_nothing_and_says_why() -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    host.fault = "column 'now' at 1 is unknown"
    async with host.run_test(size=(70, 8)) as pilot:
        table.set_rows(rows(5))
        host.sift(even)
        await pilot.pause()
        assert len(table.keys) == 5
        assert lines_of(table)[0].rstrip() == "filter now>1 is not applied: column 'now' at 1 is unknown"
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert lines_of(table)[0].rstrip() == "filter not applied: now>1"


async def test_text_of_a_filter_is_no_markup_and_steers_no_terminal() -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    host.text = "a~'[red]b[/]\x1b[2J'"
    async with host.run_test(size=(70, 8)) as pilot:
        table.set_rows(rows(5))
        host.sift(lambda _: False)
        await pilot.pause()
        above, below = lines_of(table)[:2]
        assert above.startswith("filter a~'[red]b[/]")
        assert "no row passes a~'[red]b[/]" in below
        assert "\x1b" not in above + below


async def test_a_list_without_a_name_is_not_filtered() -> None:
    table = Table(COLUMNS)
    host = Sifting(table)
    host.passes = even
    async with host.run_test(size=(40, 8)):
        table.set_rows(rows(5))
        assert len(table.keys) == 5


async def test_clicks_find_head_and_rows_below_the_line() -> None:
    table = SortedTable(COLUMNS, sort=Sort("change"), name="list")
    host = Sifting(table)
    async with host.run_test(size=(40, 8)) as pilot:
        table.fill([Entry(row.key, row.cells, (row.key, float(index))) for index, row in enumerate(rows(6))])
        host.sift(even)
        await pilot.pause()
        assert table.keys == ("T004", "T002", "T000")
        await pilot.click(table, offset=(1, 0))
        assert table.cursor_key == "T004"
        await pilot.click(table, offset=(1, 1))
        assert table.keys == ("T004", "T002", "T000")  # by ticker now, the last first
        await pilot.click(table, offset=(1, 1))
        assert table.keys == ("T000", "T002", "T004")
        await pilot.click(table, offset=(1, 3))
        assert table.cursor_key == "T002"


async def test_a_row_that_begins_to_pass_appears_and_one_that_ceases_goes() -> None:
    table = Table(COLUMNS, name="list")
    host = Sifting(table)
    async with host.run_test(size=(40, 8)):
        host.passes = even
        table.set_rows(rows(3))
        before = table.keys
        host.passes = lambda key: not even(key)
        table.set_rows(rows(3))
        assert (before, table.keys) == (("T000", "T002"), ("T001",))


async def test_a_heatmap_is_filtered_by_its_figures_with_their_unit() -> None:
    heatmap = Heatmap(title="group", count_title="n/N", note_title="rank", name="list")
    host = Sifting(heatmap)
    entries = [HeatRow("T000", "AI", (0.012, None), "1", count="8/20"), HeatRow("T001", "Banks", (-0.03, 0.1), "2")]
    async with host.run_test(size=(60, 8)):
        heatmap.show([Column("now", "now"), Column("1d", "1d")], entries, [0.05, 0.05])
        texts = [[heatmap.text_of(row, place) for place in range(len(heatmap.columns))] for row in heatmap.given]
        assert texts == [["AI", "8/20", "+1.2%", "–", "1"], ["Banks", "", "−3.0%", "+10.0%", "2"]]
        host.sift(even)
        assert heatmap.keys == ("T000",)
        assert lines_of(heatmap)[0].startswith("filter now>1: 1 of 2")
