"""The Read page: what a trader reads off it of past days like this one, and what is not said of few of them."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from deskview.analytics.events import ENOUGH, Record, RecordReading, Series, history_of, read_record
from deskview.board import Board, HistoryInputs, Part
from deskview.board.occasional import ranked
from deskview.screens.read.explain import card, read_card
from deskview.screens.read.record import footers, season_chart
from deskview.screens.read.sentences import line
from deskview.widgets.table import Table
from tests.screens.pages.opened import SIZES, Opener, opened, pressed

COPYRIGHT = "Copyright 2026 Somebody"


def long_record(falls: int) -> Record:
    """Forty years of calm days with falls that stand apart."""
    rng = np.random.default_rng(8)
    returns = rng.normal(0.0003, 0.006, 10_000)
    returns[np.linspace(600, 9_990, falls, dtype=np.int64)] = -0.05
    days = [date(1990, 1, 1) + timedelta(days=place) for place in range(len(returns))]
    panic = np.arange(len(returns)) < 2_000
    return Record(
        record="long",
        title="a long record",
        short="long",
        series=Series(days, returns, panic),
        source="made up",
        copyright=COPYRIGHT,
    )


def with_record(board: Board, falls: int = 30) -> Board:
    """The board beside whose own record there is a long one."""
    record = long_record(falls)
    assert board.history.value is not None
    assert board.momentum.value is not None
    own = board.history.value.records
    reading = history_of([read_record(record), *own], reason="", note="")
    records = (record, *board.records)
    momentum = ranked(board.momentum.value, HistoryInputs(reading, records))
    return replace(
        board,
        records=records,
        history=replace(board.history, value=reading),
        momentum=replace(board.momentum, value=momentum),
    )


def rows(app: Opener, name: str) -> list[tuple[str, ...]]:
    table = app.page.query_one(f"#{name}", Table)
    return [tuple(cell.text for cell in row.cells) for row in table._rows]


@pytest.mark.parametrize("size", SIZES)
async def test_today_s_place_and_the_records_stand_above_what_followed(board: Board, size: tuple[int, int]) -> None:
    async with opened(with_record(board), "read", size) as (app, pilot):
        assert "worst of all 10,000 days of a long record since 1990-01-01" in " ".join(app.text.split())
        await pressed(app, pilot, *("x" * (3 if size == SIZES[0] else 1)))
        text = " ".join(app.text.split())
        assert "long: a long record, 1990-01-01 to 2017-05-18; made up" in text
        assert "long ≤ −" in app.text
        assert "30 events apart" in app.text
        assert COPYRIGHT in app.text


async def test_of_enough_events_there_are_medians_with_limits_and_days_as_volatile(board: Board) -> None:
    async with opened(with_record(board), "read") as (app, _):
        month = next(row for row in rows(app, "outcomes") if row[0] == "21")
        _, n, up, hit, median, limits, control, difference, between = month
        assert int(n) == 29
        assert 0 < int(up) < int(n)
        assert hit == f"{round(int(up) / int(n) * 100)}%"
        assert all(text.endswith("%") for text in (median, control, difference))
        assert " to " in limits
        assert " to " in between


async def test_of_few_events_there_are_counts_and_every_path(board: Board) -> None:
    async with opened(with_record(board, falls=ENOUGH - 1), "read") as (app, pilot):
        await pressed(app, pilot, "x")
        month = next(row for row in rows(app, "outcomes") if row[0] == "21")
        assert month[1] == str(ENOUGH - 2)
        assert set(month[3:]) == {"–"}
        assert "After each of 19 events" in app.text


async def test_events_in_and_out_of_a_panic_stand_apart(board: Board) -> None:
    async with opened(with_record(board), "read") as (app, _):
        heads = [row[0].strip() for row in rows(app, "outcomes") if len(row) == 1]
        told = [head for head in heads if head.startswith("of them")]
        assert told[:2] == ["of them in a panic: 5 events", "of them not in a panic: 25 events"]


async def test_the_event_under_the_cursor_has_its_path_drawn_and_the_rule_its_events(board: Board) -> None:
    async with opened(with_record(board), "read", (120, 40)) as (app, pilot):
        await pressed(app, pilot, "x")
        newest, before = (row[0] for row in rows(app, "events")[:2])
        assert f"middle half; bold {newest}" in app.text
        await pressed(app, pilot, "tab", "down")
        assert f"middle half; bold {before}" in app.text
        await pressed(app, pilot, "shift+tab", "end")
        own = board.history.value.records[0] if board.history.value else None
        assert own is not None
        assert [row[0] for row in rows(app, "events")] == [str(event.session) for event in own.rules[-1].all_events]


async def test_the_card_of_an_event_has_its_days_and_what_followed(board: Board) -> None:
    board = with_record(board)
    history, read = board.history.value, board.read.value
    assert history is not None and read is not None
    study = history.records[0].rules[0]
    event = study.all_events[-1]
    lines = {line.label: line.text for line in read_card(board, read, str(event.session), "long:threshold").lines}
    assert lines["event"].startswith(f"{event.session}, −5.0%: long {study.title}")
    assert lines["days with it"] == "none"
    assert lines["21 after"] == f"{of(event.after['21']):+.1%}".replace("-", "−")
    other = history.records[-1].rules[0].all_events[0]
    own = read_card(board, read, str(other.session), f"own:{history.records[-1].rules[0].rule}")
    assert {line.label for line in own.lines} >= {"event", "days with it", "63 after"}


def of(value: float | None) -> float:
    assert value is not None
    return value


async def test_months_are_compounded_and_stand_by_year(board: Board) -> None:
    async with opened(with_record(board), "read", (120, 40)) as (app, pilot):
        await pressed(app, pilot, "x", "x")
        years = rows(app, "months")
        assert years[0][0] == "2017"
        assert years[-1][0] == "1990"
        assert years[0][6:] == ("",) * 7
        returns = long_record(30).series.returns
        assert years[-1][1] == f"{np.prod(1 + returns[:31]) * 100 - 100:+.1f}%".replace("-", "−")


async def test_without_a_record_it_says_how_one_is_got(board: Board) -> None:
    async with opened(board, "read") as (app, pilot):
        await pressed(app, pilot, "x")
        assert "the palette or `deskview backfill record` gets it from mba.tuck.dartmouth.edu" in " ".join(
            app.text.split()
        )
        assert COPYRIGHT not in app.text


async def test_what_is_wrong_with_a_copy_or_did_not_come_stands_with_the_records(board: Board) -> None:
    failed = replace(board, history=replace(board.history, note="No data: the host was not found."))
    async with opened(failed, "read") as (app, pilot):
        await pressed(app, pilot, "x")
        assert "No data: the host was not found." in app.text


def test_a_copyright_line_of_two_records_stands_once(board: Board) -> None:
    reading = with_record(board).history.value
    assert reading is not None
    twice = msgspec.structs.replace(reading, records=[*reading.records, reading.records[0]])
    assert footers(twice) == [COPYRIGHT]


def test_the_card_of_a_sign_or_a_column_is_that_of_the_signs(board: Board) -> None:
    reading = board.read.value
    assert reading is not None
    for key in ("volume", "score"):
        assert read_card(board, reading, key, "").title == "Positions cut"
    assert read_card(board, reading, "1:0", "").title == "Read"


async def test_a_board_without_its_history_says_what_is_awaited(board: Board) -> None:
    empty = replace(board, history=Part.awaited("waiting for the daily history"), records=())
    async with opened(empty, "read") as (app, pilot):
        await pressed(app, pilot, "x")
        assert "waiting for the daily history" in app.text


def test_the_card_has_the_rule_its_outcomes_and_why_figures_are_missing(board: Board) -> None:
    board = with_record(board)
    reading = board.history.value
    assert reading is not None
    long = card(board, reading, "long:threshold:21", "")
    lines = {line.label: line.text for line in long.lines}
    assert "30 of them over 21 sessions apart" in lines["events"]
    assert " up; days as volatile " in lines["21 after"]
    own = card(board, reading, "own:legs:21", "")
    assert any("only counts" in why for why in own.missing)


async def test_the_four_sentences_stand_first_with_the_signs_and_what_returns_go_by(board: Board) -> None:
    async with opened(board, "read") as (app, _):
        lines = [row[0].strip() for row in rows(app, "sentences")]
        assert [line[0] for line in lines if line[:1].isdigit()] == ["1", "2", "3", "4"]
        assert lines[0].startswith("1  Longs cut, shorts not covered: momentum −7.5%, −3.6σ of 252 days")
        assert [row[1] for row in rows(app, "signs")].count("yes") >= 4
        assert rows(app, "drivers")[0][0] == "12-1 return"


async def test_the_season_is_a_dot_a_year_and_no_more(board: Board) -> None:
    async with opened(with_record(board), "read", (200, 60)) as (app, pilot):
        await pressed(app, pilot, "x", "x")
        assert "power is 22%" in app.text
        assert "long: across January, up February and March; 27 of them, bold 2017" in app.text
    async with opened(replace(board, history=Part.awaited("still to come"), records=()), "read") as (app, pilot):
        await pressed(app, pilot, "x", "x")
        assert "still to come" in app.text


def test_a_year_cut_off_by_either_end_of_the_record_is_no_dot() -> None:
    reading = read_record(long_record(30))
    newest, others, _ = season_chart(reading).series
    first = (1 + returns(reading, 1991, 2)) * (1 + returns(reading, 1991, 3)) - 1
    assert others.y[0] == pytest.approx(first)
    assert sum(value is None for value in others.y) == len(others.x) // 3 == 26
    cut = msgspec.structs.replace(reading, last=date(2017, 3, 20))
    before, _, _ = season_chart(cut).series
    assert (newest.label, before.label) == ("2017", "2016")


def test_years_in_another_order_are_the_same_dots() -> None:
    reading = read_record(long_record(30))
    years = sorted({month.year for month in reading.months if 1990 < month.year < 2017})
    other = dict(zip(years, reversed(years), strict=True))
    moved = [msgspec.structs.replace(month, year=other.get(month.year, month.year)) for month in reading.months]
    before, after = season_chart(reading), season_chart(msgspec.structs.replace(reading, months=moved))
    dots = [sorted(zip(one.series[1].x, map(str, one.series[1].y), strict=True)) for one in (before, after)]
    assert dots[0] == dots[1]
    assert before.series[0] == after.series[0], "the newest year stays"


def returns(reading: RecordReading, year: int, month: int) -> float:
    (found,) = [each for each in reading.months if (each.year, each.month) == (year, month)]
    return found.return_


def test_what_is_in_doubt_is_marked_where_the_line_is_short_of_room_too(board: Board) -> None:
    doubtful = replace(board, read=replace(board.read, doubt="the snapshot may be wrong"))
    _, *segments = line(doubtful)
    assert all(each.text.endswith("?") and each.short.endswith("?") for each in segments)


@pytest.mark.parametrize("size", [(60, 15), (80, 24)])
async def test_however_long_sources_and_copyrights_are_what_followed_is_seen(
    board: Board, size: tuple[int, int]
) -> None:
    board = with_record(board)
    assert board.history.value is not None
    long = [
        msgspec.structs.replace(record, source=f"{number} of many " * 15, copyright=f"Copyright {number} " * 15)
        for number, record in enumerate([board.history.value.records[0]] * 3)
    ]
    reading = msgspec.structs.replace(board.history.value, records=long)
    async with opened(replace(board, history=replace(board.history, value=reading)), "read", size) as (app, pilot):
        await pressed(app, pilot, "x", "x", "x")
        assert "30 events apart" in " ".join(app.text.split())
        assert "… i: the record under the cursor" in app.text
        assert app.page.query_one("#outcomes", Table).size.height >= 3
