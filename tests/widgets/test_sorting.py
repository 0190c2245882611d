"""Tables and heatmaps that sort: by any column, missing values last, in an order that stands still."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskview.app.appearance import in_ascii
from deskview.widgets import Cell, Column, Heatmap, HeatRow, Sort, Table
from deskview.widgets.sorting import Entry, HeatEntry, Ranking, SortedHeatmap, SortedTable, Sorting
from tests.widgets.host import Host, lines_of

COLUMNS = (
    Column("name", "name"),
    Column("now", "now", align="right"),
    Column("note", "note", sortable=False),
    Column("size", "size", align="right"),
)


def entry(name: str, now: float | None, size: float = 0.0) -> Entry:
    cells = (Cell(name), Cell("–" if now is None else f"{now:g}"), Cell("x"), Cell(f"{size:g}"))
    return Entry(name, cells, (name, now, "x", size))


def table() -> SortedTable:
    return SortedTable(COLUMNS, sort=Sort("now"))


ENTRIES = [entry("A", 1, 3), entry("B", None, 1), entry("C", 3, 2), entry("D", 2, 4)]


@given(st.lists(st.tuples(st.text(min_size=1), st.none() | st.floats(allow_nan=False)), unique_by=lambda pair: pair[0]))
def test_any_values_are_ranked_with_the_unknown_last_either_way(pairs: list[tuple[str, float | None]]) -> None:
    for descending in (True, False):
        ranking: Ranking[Entry] = Ranking(Sort("now", descending))
        ranking.take([entry(name, now) for name, now in pairs], COLUMNS)
        values = [item.values[1] for item in ranking.ranked]
        known = [value for value in values if isinstance(value, float)]
        assert known == sorted(known, reverse=descending)
        assert values == known + [None] * (len(values) - len(known))


TIED = [entry(name, now) for name, now in (("C", 1), ("A", 1), ("E", None), ("B", 2), ("D", None), ("F", 2))]


@pytest.mark.parametrize(("descending", "order"), [(True, "BFACDE"), (False, "ACBFDE")])
@given(shuffled=st.permutations(TIED))
def test_equal_and_missing_values_stand_by_their_keys_in_whatever_order_they_come(
    descending: bool, order: str, shuffled: list[Entry]
) -> None:
    ranking: Ranking[Entry] = Ranking(Sort("now", descending))
    ranking.take(shuffled, COLUMNS)
    assert "".join(item.key for item in ranking.ranked) == order
    ranking.take(TIED, COLUMNS)
    assert not ranking.sort.held


def test_what_can_be_sorted_is_told_from_what_can_not() -> None:
    assert isinstance(table(), Sorting)
    assert isinstance(SortedHeatmap(sort=Sort("now")), Sorting)
    assert not isinstance(Table(COLUMNS), Sorting)
    assert not isinstance(Heatmap(), Sorting)


async def test_it_sorts_and_marks_the_column() -> None:
    sorted_table = table()
    async with Host(sorted_table).run_test(size=(60, 10)):
        sorted_table.fill(ENTRIES)
        assert sorted_table.keys == ("C", "D", "A", "B")
        assert "now▾" in lines_of(sorted_table)[0]


async def test_s_takes_the_next_sortable_column_and_d_turns_the_direction() -> None:
    sorted_table = table()
    async with Host(sorted_table).run_test(size=(60, 10)) as pilot:
        sorted_table.fill(ENTRIES)
        await pilot.press("s")
        assert "size▾" in lines_of(sorted_table)[0]
        assert sorted_table.keys == ("D", "A", "C", "B")
        await pilot.press("d")
        assert "size▴" in lines_of(sorted_table)[0]
        assert sorted_table.keys == ("B", "C", "A", "D")
        await pilot.press("s")
        assert sorted_table.keys == ("D", "C", "B", "A")


async def test_the_order_stands_still_until_a_sort_or_until_rows_come_or_go() -> None:
    sorted_table = table()
    async with Host(sorted_table).run_test(size=(60, 10)):
        sorted_table.fill(ENTRIES)
        moved = [entry("A", 9), entry("B", 8), entry("C", 1), entry("D", None)]
        sorted_table.fill(moved)
        assert sorted_table.keys == ("C", "D", "A", "B")
        sorted_table.sort_again()
        assert sorted_table.keys == ("A", "B", "C", "D")
        sorted_table.fill([entry("A", 1), entry("B", 8), entry("C", 2)])
        assert list(sorted_table.keys) == ["B", "C", "A"]


async def test_the_cursor_stays_on_its_row_through_a_sort() -> None:
    sorted_table = table()
    async with Host(sorted_table).run_test(size=(60, 10)) as pilot:
        sorted_table.fill(ENTRIES)
        await pilot.press("j", "j", "d")
        assert sorted_table.cursor_key == "A"


async def test_a_click_on_a_title_sorts_by_it_and_a_second_one_turns() -> None:
    sorted_table = table()
    async with Host(sorted_table).run_test(size=(60, 10)) as pilot:
        sorted_table.fill(ENTRIES)
        at = lines_of(sorted_table)[0].index("size")
        await pilot.click(sorted_table, offset=(at + 1, 0))
        assert sorted_table.keys == ("D", "A", "C", "B")
        await pilot.click(sorted_table, offset=(at + 1, 0))
        assert sorted_table.keys == ("B", "C", "A", "D")


HORIZONS = (Column("now", "now", align="right"), Column("1d", "1d", align="right"))


def heat(name: str, now: float | None, day: float, rank: float) -> HeatEntry:
    return HeatEntry(HeatRow(name, name, (now, day), f"{rank:g}"), -rank)


async def test_thin_values_come_last_either_way_and_counts_are_sorted_by() -> None:
    thin = HeatEntry(HeatRow("Tin", "Tin", (0.09, 0.09), thin=(True, False), count="3/9"), None, 3)
    heatmap = SortedHeatmap(count_title="n/N", sort=Sort("now"))
    async with Host(heatmap).run_test(size=(60, 10)):
        heatmap.fill(HORIZONS, [thin, heat("Banks", 0.01, 0.05, 2), heat("Mines", 0.03, -0.02, 1)], (0.03, 0.03))
        assert heatmap.keys == ("Mines", "Banks", "Tin")
        heatmap.sort_by("now", descending=False)
        assert heatmap.keys == ("Banks", "Mines", "Tin")
        heatmap.sort_by("1d")
        assert heatmap.keys == ("Tin", "Banks", "Mines")
        heatmap.sort_by("count")
        assert list(heatmap.keys) == ["Tin", "Banks", "Mines"]


HEAT = [heat("Banks", 0.01, 0.05, 2), heat("Chips", None, 0.01, 3), heat("Mines", 0.03, -0.02, 1)]


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("now", ("Mines", "Banks", "Chips")),
        ("1d", ("Banks", "Chips", "Mines")),
        ("note", ("Mines", "Banks", "Chips")),
        ("label", ("Mines", "Chips", "Banks")),
    ],
)
async def test_a_heatmap_sorts_by_horizon_note_and_label(key: str, order: tuple[str, ...]) -> None:
    heatmap = SortedHeatmap(title="group", note_title="rank", sort=Sort(key))
    async with Host(heatmap).run_test(size=(60, 10)):
        heatmap.fill(HORIZONS, HEAT, (0.05, 0.05))
        assert heatmap.keys == order
        assert lines_of(heatmap)[0].count("▾") == 1


async def test_a_heatmap_sorts_by_key_and_click_and_stands_still_between() -> None:
    heatmap = SortedHeatmap(title="group", note_title="rank", sort=Sort("now"))
    async with Host(heatmap).run_test(size=(60, 10)) as pilot:
        heatmap.fill(HORIZONS, HEAT, (0.05, 0.05))
        heatmap.fill(HORIZONS, [heat("Banks", 0.09, 0.05, 2), *HEAT[1:]], (0.05, 0.05))
        assert heatmap.keys == ("Mines", "Banks", "Chips")
        await pilot.press("d", "d")
        assert heatmap.keys == ("Banks", "Mines", "Chips")
        at = lines_of(heatmap)[0].index("1d")
        await pilot.click(heatmap, offset=(at, 0))
        assert heatmap.keys == ("Banks", "Chips", "Mines")


async def test_a_heatmap_gives_the_scrollbar_its_room() -> None:
    heatmap = SortedHeatmap(title="group", note_title="rank", sort=Sort("now"))
    async with Host(heatmap).run_test(size=(30, 6)) as pilot:
        heatmap.fill(HORIZONS, HEAT, (0.05, 0.05))
        await pilot.pause()
        many = [heat(f"group {number:02}", 0.01, 0.02, number) for number in range(20)]
        heatmap.fill(HORIZONS, many, (0.05, 0.05))
        await pilot.pause()
        assert lines_of(heatmap)[1].split()[-1] == "0"
        assert all(len(line) == 29 for line in lines_of(heatmap))


async def test_a_held_order_is_marked_and_a_sort_takes_the_mark_away() -> None:
    sorted_table = table()
    async with Host(sorted_table).run_test(size=(60, 10)):
        sorted_table.fill(ENTRIES)
        assert "now▾" in lines_of(sorted_table)[0]
        sorted_table.fill([entry("A", 9), entry("B", 8), entry("C", 1), entry("D", None)])
        assert "now▿" in lines_of(sorted_table)[0]
        sorted_table.sort_again()
        assert "now▾" in lines_of(sorted_table)[0]
        sorted_table.fill([entry("A", 8), entry("B", 7), entry("C", 1), entry("D", None)])
        assert "now▾" in lines_of(sorted_table)[0]


def test_a_held_order_is_told_apart_without_box_drawing_too() -> None:
    marks = [Sort("now", descending, held) for descending in (True, False) for held in (True, False)]
    shown = [in_ascii(sort.mark) for sort in marks]
    assert shown == ["~", "v", "~", "^"]
