"""The table: diffs, cursor, fitting, keys and mouse."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from deskview.widgets import Cell, Column, Row, Sort, Table
from deskview.widgets.columns import fit
from tests.widgets.host import Host, lines_of, terminal

COLUMNS = (
    Column("ticker", "Ticker"),
    Column("name", "Name", flex=True),
    Column("last", "Last", align="right", priority=2),
    Column("change", "Chg", align="right"),
)


def row(key: str, name: str = "Some name", last: str = "100.00", change: str = "+1.0", tone: str = "gain") -> Row:
    return Row(key, (Cell(key), Cell(name), Cell(last), Cell(change, tone)))


def rows(count: int) -> list[Row]:
    return [row(f"T{number:03}") for number in range(count)]


async def test_a_changed_cell_alone_is_repainted() -> None:
    table = Table(COLUMNS)
    with terminal(80, 24) as shown:
        async with Host(table).run_test(size=(80, 24)) as pilot:
            table.set_rows(rows(10))
            await pilot.pause()
            before, sent = table.repainted_cells, shown.sent
            changed = rows(10)
            changed[4] = row("T004", change="-9.9", tone="loss")
            table.set_rows(changed)
            await pilot.pause()
            assert table.repainted_cells - before == len("-9.9") + 2
            assert 0 < shown.sent - sent < 200
            table.set_rows(changed)
            assert table.repainted_cells - before == len("-9.9") + 2


async def test_same_rows_send_nothing() -> None:
    table = Table(COLUMNS)
    with terminal(80, 24) as shown:
        async with Host(table).run_test(size=(80, 24)) as pilot:
            table.set_rows(rows(10))
            await pilot.pause()
            sent = shown.sent
            table.set_rows(rows(10))
            await pilot.pause()
            assert shown.sent == sent


cells = st.builds(
    row,
    key=st.sampled_from([f"T{number}" for number in range(12)]),
    name=st.sampled_from(["Short", "A very long company name [plc]", "トヨタ自動車", ""]),
    last=st.sampled_from(["1.00", "1,234,567.89", "–"]),
    change=st.sampled_from(["+1.0", "−12.5"]),
    tone=st.sampled_from(["gain", "loss", "stale", "dim strong"]),
)
updates = st.lists(
    st.one_of(
        st.lists(cells, max_size=12, unique_by=lambda row: row.key),
        st.sampled_from(["down", "up", "end", "home", "pagedown", "g", "G"]),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(updates, st.sampled_from([24, 40, 80]))
def test_what_was_sent_equals_a_full_repaint(steps: list[list[Row] | str], width: int) -> None:
    async def run() -> None:
        table = Table(COLUMNS, empty="No rows yet: the provider has not answered")
        with terminal(width, 9) as shown:
            async with Host(table).run_test(size=(width, 9)) as pilot:
                for step in steps:
                    if isinstance(step, str):
                        await pilot.press(step)
                    else:
                        table.show(COLUMNS, step, Sort("last"))
                    await pilot.pause()
                incremental = shown.cells()
                table.screen.refresh()
                table.refresh()
                await pilot.pause()
                assert shown.cells() == incremental

    asyncio.run(run())


async def test_the_cursor_stays_on_its_key_and_the_scroll_where_it_is() -> None:
    table = Table(COLUMNS)
    async with Host(table).run_test(size=(60, 10)) as pilot:
        table.set_rows(rows(40))
        assert table.select("T020")
        await pilot.pause()
        scroll = table.scroll_offset
        assert any("T020" in line for line in lines_of(table))
        table.set_rows([row("NEW1"), row("NEW2"), *rows(40)])
        await pilot.pause()
        assert table.cursor_key == "T020"
        assert table.scroll_offset == scroll
        table.set_rows(rows(40)[::-1])
        assert table.cursor_key == "T020"


async def test_the_cursor_keeps_its_place_where_its_row_went_away() -> None:
    table = Table(COLUMNS)
    app = Host(table)
    async with app.run_test(size=(60, 20)) as pilot:
        table.set_rows(rows(10))
        table.select("T004")
        await pilot.pause()
        table.set_rows([each for each in rows(10) if each.key != "T004"])
        await pilot.pause()
        assert table.cursor_key == "T005"
        table.set_rows([])
        assert table.cursor_key is None
        await pilot.press("enter", "down")
        heard = app.keys("highlighted")
        assert heard == ["T000", "T004", "T005"]
        assert not app.keys("opened")


async def test_keys_move_and_open() -> None:
    table = Table(COLUMNS)
    app = Host(table)
    async with app.run_test(size=(60, 11)) as pilot:
        table.set_rows(rows(30))
        table.focus()
        reached = []
        for key in ("j", "down", "k", "up", "pagedown", "G", "g", "end", "pageup", "home"):
            await pilot.press(key)
            reached.append(table.cursor_key)
        assert reached == ["T001", "T002", "T001", "T000", "T010", "T029", "T000", "T029", "T019", "T000"]
        await pilot.press("enter")
        await pilot.pause()
        assert app.keys("opened") == ["T000"]


async def test_the_row_under_the_cursor_is_always_in_view_after_a_key() -> None:
    table = Table(COLUMNS)
    async with Host(table).run_test(size=(60, 8)) as pilot:
        table.set_rows(rows(30))
        table.focus()
        for key in ("G", *["k"] * 12, "g", "pagedown", *["j"] * 9):
            await pilot.press(key)
            await pilot.pause()
            assert any(str(table.cursor_key) in line for line in lines_of(table))


async def test_section_rows_are_skipped() -> None:
    table = Table(COLUMNS)
    head, foot = Row("l", (Cell("LONG leg"),), header=True), Row("s", (Cell("SHORT leg"),), header=True)
    async with Host(table).run_test(size=(60, 20)) as pilot:
        table.set_rows([head, row("A"), foot, row("B")])
        table.focus()
        assert table.cursor_key == "A"
        await pilot.press("down")
        assert table.cursor_key == "B"
        await pilot.press("home")
        assert table.cursor_key == "A"
        assert not table.select("s")
        assert lines_of(table)[1].rstrip() == "LONG leg"


async def test_a_click_selects_and_a_second_one_opens() -> None:
    table = Table(COLUMNS)
    app = Host(table)
    async with app.run_test(size=(60, 20)) as pilot:
        table.show(COLUMNS, rows(5), Sort("last"))
        await pilot.pause()
        await pilot.click(table, offset=(3, 3))
        assert table.cursor_key == "T002"
        assert not app.keys("opened")
        await pilot.click(table, offset=(3, 3))
        await pilot.pause()
        assert app.keys("opened") == ["T002"]
        await pilot.click(table, offset=(lines_of(table)[0].index("Last"), 0))
        await pilot.pause()
        assert app.keys("sort") == ["last"]


async def test_the_sorted_column_is_marked() -> None:
    table = Table(COLUMNS)
    async with Host(table).run_test(size=(60, 20)):
        table.show(COLUMNS, rows(2), Sort("last", descending=True))
        assert "Last▾" in lines_of(table)[0]
        table.show(COLUMNS, rows(2), Sort("change", descending=False))
        assert "Chg▴" in lines_of(table)[0]
        assert "▾" not in lines_of(table)[0]


@pytest.mark.parametrize("width", range(20, 201, 12))
async def test_no_number_is_ever_cut(width: int) -> None:
    columns = [Column("name", "Name", flex=True)]
    columns += [Column(f"n{index}", f"N{index}", align="right", priority=index % 3) for index in range(7)]
    numbers = [f"{'9' * (index + 2)}.{index}%" for index in range(7)]
    table = Table(columns)
    async with Host(table).run_test(size=(width, 6)):
        table.set_rows([Row("a", (Cell("Acme Widgets Incorporated"), *(Cell(number) for number in numbers)))])
        words = lines_of(table)[1].replace("Acme Widgets Incorporated", "").split()
        shown = [word for word in words if any(char.isdigit() for char in word)]
        kept = [number for index, number in enumerate(numbers) if f"n{index}" not in table.dropped]
        assert shown == kept
        if width == 200:
            assert table.dropped == ()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 30)), max_size=8),
    st.integers(20, 200),
    st.integers(0, 2),
)
def test_columns_fit_and_the_least_important_go_first(
    shapes: list[tuple[int, bool, int]], width: int, gap: int
) -> None:
    columns = [Column(str(i), "", priority=priority, flex=flex) for i, (priority, flex, _) in enumerate(shapes)]
    needs = [need for _, _, need in shapes]
    slots = fit(columns, needs, width, gap)
    assert sum(slot.width for slot in slots) + gap * max(0, len(slots) - 1) <= width
    kept = {slot.column: slot.width for slot in slots}
    assert list(kept) == sorted(kept)
    for index, column in enumerate(columns):
        if index in kept:
            assert kept[index] == needs[index] or (column.flex and kept[index] >= min(needs[index], column.minimum))
        else:
            assert all(columns[other].priority <= column.priority for other in kept)


async def test_left_out_columns_are_named_and_hinted_at() -> None:
    table = Table(COLUMNS)
    async with Host(table).run_test(size=(22, 6)):
        table.set_rows([row("TICKER")])
        assert table.dropped == ("last",)
        assert lines_of(table)[0].rstrip().endswith("…")


async def test_wide_characters_keep_the_columns_straight() -> None:
    table = Table(COLUMNS)
    async with Host(table).run_test(size=(34, 6)):
        table.set_rows([row("7203", "トヨタ自動車株式会社"), row("AAPL", "Apple Incorporated")])
        first, second = lines_of(table)[1:3]
        assert cell_len(first) == cell_len(second) == 34
        assert "…" in first
        assert cell_len(first[: first.index("100.00")]) == cell_len(second[: second.index("100.00")])


async def test_text_is_literal_and_harmless() -> None:
    table = Table(COLUMNS)
    async with Host(table).run_test(size=(60, 6)):
        table.set_rows([row("A", "[red]not[/] \x1b[31m\x07 \u202eright")])
        line = lines_of(table)[1]
        assert "[red]not[/] �[31m� �right" in line


async def test_the_empty_table_says_why() -> None:
    table = Table(COLUMNS, empty="No session today: New York is closed for Thanksgiving")
    async with Host(table).run_test(size=(30, 6)):
        assert [line.strip() for line in lines_of(table)[:2]] == [
            "No session today: New York is",
            "closed for Thanksgiving",
        ]
        table.empty = "Market opens at 09:30"
        assert lines_of(table)[0].strip() == "Market opens at 09:30"


async def test_a_short_list_after_a_long_one_is_seen() -> None:
    table = Table(COLUMNS)
    async with Host(table).run_test(size=(60, 8)) as pilot:
        table.set_rows(rows(100))
        table.select("T099")
        await pilot.pause()
        table.set_rows(rows(3))
        await pilot.pause()
        assert "T000" in lines_of(table)[1]
        assert table.cursor_key == "T002"


async def test_a_count_below_the_last_row_comes_into_view_with_it() -> None:
    table = Table(COLUMNS)
    rest = Row("more", (Cell("··· 7 more"),), header=True)
    async with Host(table).run_test(size=(80, 12)) as pilot:
        table.set_rows([*rows(40), rest])
        await pilot.pause()
        table.focus()
        await pilot.press("end")
        await pilot.pause()
        assert table.cursor_key == "T039"
        assert any("··· 7 more" in line for line in lines_of(table))
