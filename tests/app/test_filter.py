"""`F` through the app: typed, refused, applied, kept by list, stepped through, taken away, exported."""

import gc
from pathlib import Path

import polars as pl
import pytest
from textual.widget import Widget
from textual.widgets import Input, Static

from deskview import paths
from deskview.app.takeout import Filtered
from deskview.board import Board
from deskview.screens.desk.desk import DeskScreen
from deskview.screens.frame.sieve import Cells, sieve
from deskview.screens.frame.target import Target
from deskview.screens.overlays.filter import FilterScreen
from deskview.screens.subjects import LISTS, PAGES
from deskview.settings import Settings
from deskview.widgets.lines import Lines
from tests.app.desk import Seat, seated
from tests.app.seats import seat_with
from tests.hostile_text import ESCAPES


def lines_of(seat: Seat, list_id: str = "long") -> Lines:
    """A list of what is shown below any overlay."""
    return seat.app.base.query_one(f"#{list_id}", Lines)


def above(seat: Seat, list_id: str = "long") -> str:
    """What stands over a list."""
    return "".join(piece.text for piece in lines_of(seat, list_id).line_at(0))


def told(seat: Seat) -> str:
    """What the overlay says of the text in its field."""
    return str(seat.app.screen.query_one("#message", Static).content)


async def filtered(seat: Seat, text: str) -> None:
    """Filters the list one is in."""
    await seat.press("F", *text, "enter")


def falls(board: Board, most: float) -> list[str]:
    """The long leg's tickers whose return, as it is shown, is below so many %."""
    assert board.momentum.value is not None
    known = [(name.ticker, name.return_) for name in board.momentum.value.long]
    return [ticker for ticker, own in known if own is not None and float(f"{own * 100:.1f}") < most]


async def test_a_filter_holds_from_enter_on_and_says_so_over_the_list(board: Board) -> None:
    wanted = falls(board, -5)
    async with seated(board) as seat:
        everyone = lines_of(seat).keys
        await seat.press("F")
        assert isinstance(seat.app.screen, FilterScreen)
        await seat.press(*"now<-5")
        assert told(seat) == f"{len(wanted)} of {len(everyone)} rows pass"
        assert lines_of(seat).keys == everyone
        await seat.press("enter")
        assert isinstance(seat.app.screen, DeskScreen)
        assert list(lines_of(seat).keys) == wanted
        assert f"filter now<-5: {len(wanted)} of {len(everyone)}" in seat.text
        assert 0 < len(wanted) < len(everyone)


async def test_both_legs_have_one_filter_and_the_page_its_own(board: Board) -> None:
    async with seated(board) as seat:
        await filtered(seat, "now<-5")
        assert above(seat, "short").startswith("filter now<-5: 0 of ")
        assert "no row passes now<-5" in seat.text
        await seat.press("m")
        assert lines_of(seat).sieve is None
        await filtered(seat, "weight>0")
        await seat.press("escape")
        assert above(seat).startswith("filter now<-5: ")
        await seat.press("m")
        assert above(seat, "short").startswith("filter weight>0: ")


async def test_escape_leaves_the_filter_and_an_empty_text_takes_it_away(board: Board) -> None:
    async with seated(board) as seat:
        await filtered(seat, "now<-5")
        before = lines_of(seat).keys
        await seat.press("F", *"now>0", "escape")
        assert lines_of(seat).keys == before
        await seat.press("F")
        assert seat.app.screen.query_one(Input).value == "now<-5"
        await seat.press("backspace")
        assert "every row" in told(seat)
        await seat.press("enter")
        assert lines_of(seat).sieve is None
        assert len(lines_of(seat).keys) > len(before)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("nov<5", "column 'nov' at 1: did you mean 'now'"),
        ("now<5 and si>20", "column 'si' at 11 is unknown"),
        ("now<", "the end, at 5,"),
        ("now<5M", "'5M' at 5: now is in %"),
        ("sector>5", "'>' at 7 is for numbers"),
        ("__import__('os')", "column '__import__' at 1"),
        ("sector~[red]x[/]", "'[' at 8 can't be read"),
    ],
)
async def test_what_can_not_be_read_is_told_while_typing_and_not_applied(board: Board, text: str, error: str) -> None:
    async with seated(board) as seat:
        everyone = lines_of(seat).keys
        await seat.press("F", *text)
        assert error in told(seat)
        await seat.press("enter")
        assert isinstance(seat.app.screen, FilterScreen)
        assert error in " ".join(seat.text.replace("│", " ").split())
        await seat.press("escape")
        assert lines_of(seat).keys == everyone


@pytest.mark.parametrize("text", ESCAPES, ids=range(len(ESCAPES)))
async def test_pasted_text_steers_nothing(board: Board, text: str) -> None:
    async with seated(board) as seat:
        await seat.press("F")
        seat.app.screen.query_one(Input).value = f"sector!~'{text}[b]x[/b]'"
        await seat.settle()
        await seat.press("enter", "escape")
        assert all(line.isprintable() for line in seat.lines)


async def test_a_new_board_is_filtered_anew_under_the_cursor(board: Board, earlier: Board) -> None:
    async with seated(earlier) as seat:
        await filtered(seat, "now<-5")
        assert list(lines_of(seat).keys) == falls(earlier, -5)
        stays = [key for key in falls(earlier, -5) if key in falls(board, -5)][-1]
        lines_of(seat).select(stays)
        await seat.see(board)
        assert list(lines_of(seat).keys) == falls(board, -5)
        assert lines_of(seat).cursor_key == stays


async def test_the_way_through_the_names_goes_by_the_rows_that_pass(board: Board) -> None:
    wanted = falls(board, -5)
    async with seated(board) as seat:
        await filtered(seat, "now<-5")
        await seat.press("home", "down", "enter")
        assert f"  2/{len(wanted)}" in seat.text
        for place in (2, 3):
            await seat.press("n")
            shown = seat.app.journey.place
            assert isinstance(shown, Target)
            assert shown.key == wanted[place]
        await seat.press("escape")
        assert above(seat).startswith("filter now<-5: ")


async def test_columns_that_are_hidden_can_be_asked_for(board: Board) -> None:
    async with seat_with(Settings(columns={"desk-momentum": ("sector",)}), board) as seat:
        await filtered(seat, "now<-5")
        assert list(lines_of(seat).keys) == falls(board, -5)


async def test_the_last_filters_and_those_a_list_comes_with_are_offered(board: Board) -> None:
    async with seated(board) as seat:
        for text in ("now<-5", "now<-6", "now<-5"):
            await filtered(seat, text)
        await seat.press("F")
        offers = seat.app.screen.query_one(Lines)
        shipped = tuple(LISTS["desk-momentum"].filters.values())
        assert offers.keys == ("now<-5", "now<-6", *shipped)
        await seat.press("down", "down", "enter")
        assert above(seat).startswith("filter now<-6: ")
        await seat.press("F", *"squee")
        assert offers.keys == shipped
        await seat.press("m", "escape", "escape", "2", "F")
        assert seat.app.screen.query_one(Lines).keys == ()


async def test_what_is_offered_and_can_not_be_applied_stands_in_the_field_with_the_reason(board: Board) -> None:
    async with seated(board) as seat:
        seat.app.filters.apply("desk-momentum", "gone>1")
        await seat.settle()
        everyone = lines_of(seat).given
        assert above(seat) == "filter not applied: gone>1"
        assert lines_of(seat).keys == tuple(row.key for row in everyone)
        await seat.press("F", "down", "enter")
        assert seat.app.screen.query_one(Input).value == "gone>1"
        assert "column 'gone' at 1" in told(seat)


async def test_the_filters_a_list_comes_with_can_be_read_by_it(board: Board) -> None:
    found = set()
    async with seated(board) as seat:
        for keys in ((), ("m",)):
            await seat.press(*keys)
            for lines in seat.app.base.query(Lines):
                for name, text in LISTS[lines.list_name].filters.items() if lines.list_name in LISTS else ():
                    found.add((lines.list_name, name))
                    assert sieve(text, lines, lines.given).fault == ""
    assert found == {(name, called) for name, info in LISTS.items() for called in info.filters}
    assert found


async def test_every_list_of_the_desk_its_pages_and_drill_downs_takes_a_filter(board: Board) -> None:
    passed: set[str] = set()
    async with seated(board) as seat:

        async def filter_all() -> None:
            for lines in seat.app.base.query(Lines):
                if lines not in seat.app.base.focus_chain or lines.list_name in passed:
                    continue
                assert lines.list_name, lines
                seat.app.base.set_focus(lines)
                await seat.press("F")
                field = seat.app.screen.query_one(Input)
                assert field.placeholder == f"such as {Cells(lines, lines.given).example}"
                field.value = Cells(lines, lines.given).example
                await seat.settle()
                assert not seat.app.screen.query_one("#message").has_class("-wrong"), (lines.list_name, told(seat))
                await seat.press("enter")
                assert seat.app.screen is seat.app.base
                assert (lines.sieve is None) == (not lines.given), lines.list_name
                passed.add(lines.list_name)

        await filter_all()
        for name, page in PAGES.items():
            seat.app.action_page(name)
            await seat.settle()
            for _ in range(4):
                await filter_all()
                if hasattr(page, "action_next_view"):
                    await seat.press("x")
            await seat.press("escape")
        for keys in (("2", "enter"), ("3", "enter"), ("3", "enter", "down", "enter")):
            await seat.press(*keys)
            await filter_all()
            await seat.press("escape", "escape")
    assert passed >= {"desk-momentum", "desk-rotation", "desk-leverage", "desk-flow", "momentum-legs", "leverage-names"}
    assert passed >= {"name-groups", "group-members", "rotation-groups", "breadth-figures", "diagnostics-figures"}


async def test_the_own_key_is_named_over_the_list(board: Board) -> None:
    async with seat_with(Settings(keys={"filter": "f9"}), board) as seat:
        await seat.press("3", "f9", *"today<0", "enter")
        assert " · f9 changes" in seat.text


def taken(folder: Path) -> pl.DataFrame | None:
    """The table that lies in the folder, which is empty then."""
    for file in folder.glob("*.csv"):
        table = pl.read_csv(file)
        file.unlink()
        return table
    return None


def notices(seat: Seat) -> list[str]:
    """What was told in passing."""
    return [notice.message for notice in seat.app._notifications]


async def test_an_export_has_the_rows_that_pass(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "exports_folder", lambda: tmp_path)
    async with seated(board) as seat:
        await seat.press("e")
        whole = taken(tmp_path)
        assert whole is not None
        await filtered(seat, "now<-5")
        await seat.press("e")
        table = taken(tmp_path)
        assert table is not None
        assert sorted(table["ticker"]) == sorted(falls(board, -5))
        assert any(f": {len(table)} of {len(whole)} rows, as filtered" in notice for notice in notices(seat))
        await filtered(seat, "now<-99")
        await seat.press("e")
        assert taken(tmp_path) is None
        assert "Nothing exported: no row passes the filter." in notices(seat)
        await seat.press("v", "tab", "x", "tab")
        await filtered(seat, "today<0")
        await seat.press("e")
        other = taken(tmp_path)
        assert other is not None
        assert any(f": all {len(other):,} rows; the list that is filtered is not" in notice for notice in notices(seat))


def test_rows_that_the_list_does_not_have_are_not_exported_as_filtered() -> None:
    filtered_names = Filtered(frozenset({"AAPL"}), frozenset({"AAPL", "NVDA"}))
    of_one = pl.DataFrame({"list": ["core", "core", "other"], "ticker": ["AAPL", "NVDA", "MSFT"]})
    found = filtered_names.of(of_one)
    assert found is not None and found.rows() == [("core", "AAPL")]
    of_two = pl.DataFrame({"list": ["core", "core", "other"], "ticker": ["AAPL", "NVDA", "AAPL"]})
    assert filtered_names.of(of_two) is None, "the other list was not filtered"
    members = pl.DataFrame({"ticker": ["AAPL", "NVDA", "XOM"], "sector": ["Tech", "Tech", "Energy"]})
    assert Filtered(frozenset({"Tech"}), frozenset({"Tech", "Energy"})).of(members) is None


async def test_filtering_again_and_again_leaves_nothing_behind(board: Board) -> None:
    async with seated(board) as seat:

        def widgets() -> int:
            gc.collect()
            return sum(isinstance(one, Widget) for one in gc.get_objects())

        counts = []
        for turn in range(6):
            await filtered(seat, f"now<-{turn}")
            await seat.press("F", "escape")
            counts.append(widgets())
        assert len(set(counts[2:])) == 1
        assert len(seat.app.filters.last("desk-momentum")) == 5


async def test_nothing_of_a_filter_is_kept_for_the_next_run(board: Board) -> None:
    async with seated(board) as seat:
        await filtered(seat, "now<-5")
    async with seated(board) as seat:
        await seat.press("F")
        assert (lines_of(seat).sieve, seat.app.screen.query_one(Input).value) == (None, "")
