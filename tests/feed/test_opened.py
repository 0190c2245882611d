"""Names the user opens: their day, their year, what is kept of them, and that the sample never waits for them."""

import asyncio
import random
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from deskview.analytics.flow import FLOW_BARS
from deskview.feed import opened
from deskview.feed.flows import refresh_year
from deskview.feed.opened import WINDOWS, opened_inputs
from deskview.feed.prints import closes_of, draw, fetch_name, refresh_prints, start_of_day
from deskview.feed.sampling import KEY, table_name
from deskview.feed.tasks import Task
from deskview.market.schema import UTC_NS, empty
from deskview.market.sessions import Calendar
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive import MASSIVE
from tests.feed.opening import (
    EVENING,
    EVERY,
    LATER,
    NOON,
    OPENED,
    OWN_YEAR,
    PRINTS,
    SAMPLED,
    SESSION,
    SESSIONS,
    SETTINGS,
    Desk,
    Tape,
    desk,
    has_day,
    is_complete,
    of_today,
    printed,
)
from tests.feed.running import running

ROOT = Path(__file__).resolve().parents[2]


async def in_one_pass(shown: Desk, ticker: str, until: datetime) -> pl.DataFrame:
    """FLOW_BARS of the name as one fetch of the whole day so far makes them."""
    state = start_of_day(SESSION, Calendar(), closes_of(await shown.state.complete.get()))
    return (await fetch_name(Tape(until), state, ticker, until + timedelta(seconds=1))).bars


async def test_the_day_is_fetched_and_from_then_on_only_what_is_new(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        first = await shown.open("XOM", has_day)
        assert first.as_of == NOON
        assert first.today is not None
        assert first.today.bars.equals(await in_one_pass(shown, "XOM", NOON))
        await shown.at(LATER)
        later = await shown.open("XOM", lambda one: one.as_of == LATER)
        assert later.today is not None
        assert later.today.bars.equals(await in_one_pass(shown, "XOM", LATER))
    assert min(shown.market.since) == Calendar().opens(SESSION)
    assert shown.market.since[-1] >= NOON - EVERY


async def test_after_the_close_it_is_read_once_more_and_then_no_more(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        await shown.open("XOM", has_day)
        await shown.at(EVENING)
        last = await shown.open("XOM", lambda one: one.as_of == EVENING)
        asked = shown.market.days_asked["XOM"]
        for _ in range(3):
            shown.context.scheduler.wake(Task.OPENED)
            await asyncio.sleep(0.02)
    assert last.today is not None and last.today.bars.equals(await in_one_pass(shown, "XOM", EVENING))
    assert shown.market.since[-1] == Calendar().opens(SESSION)
    assert shown.market.days_asked["XOM"] == asked


async def test_its_own_year_comes_newest_first_and_is_asked_for_once(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        one = await shown.open("XOM", is_complete)
        assert one.windows is not None
        past = one.windows.filter(pl.col("session") < SESSION)
        assert past.group_by("session").len().get_column("len").unique().to_list() == [WINDOWS]
        assert past.get_column("session").n_unique() == SESSIONS
        assert past.select("session", "since").is_unique().all()
        asked = shown.market.windows_asked["XOM"]
    async with desk(tmp_path, Tape(NOON)) as again:
        second = await again.open("XOM", is_complete)
        assert second.windows is not None
        assert second.windows.filter(pl.col("session") < SESSION).equals(past)
    assert OWN_YEAR <= asked <= OWN_YEAR + WINDOWS
    assert again.market.windows_asked["XOM"] < WINDOWS, "at most those of today that were not full"


async def test_windows_of_today_come_as_they_fill(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        early = await shown.open("XOM", is_complete)
        await shown.at(EVENING)
        late = await shown.open("XOM", lambda one: of_today(one) == WINDOWS)
    assert of_today(early) < WINDOWS
    assert late.windows is not None
    assert late.windows.select("session", "since").is_unique().all()


async def test_a_name_of_the_sample_takes_what_the_sample_has(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        await refresh_prints(shown.context)
        await refresh_year(shown.context)
        days, windows = shown.market.days_asked["AAPL"], shown.market.windows_asked["AAPL"]
        assert shown.state.windows is not None
        assert shown.state.flow_today is not None
        one = await shown.open("AAPL", lambda one: has_day(one) and one.windows is not None)
        await asyncio.sleep(0.05)
        assert one.today is not None
        assert one.windows is not None
        for own, sampled in ((one.today.bars, shown.state.flow_today.bars), (one.windows, shown.state.windows)):
            assert own.equals(sampled.sort(sampled.columns[:3]))
        assert one.windows.height > SAMPLED * SESSIONS
    assert (shown.market.days_asked["AAPL"], shown.market.windows_asked["AAPL"]) == (days, windows)


async def test_of_a_name_the_sample_has_few_windows_of_only_the_others_are_asked_for(tmp_path: Path) -> None:
    few = msgspec.structs.replace(SETTINGS, flow=msgspec.structs.replace(SETTINGS.flow, calls_per_session=1))
    async with desk(tmp_path, Tape(NOON), few) as shown:
        await refresh_prints(shown.context)
        await refresh_year(shown.context)
        one = await shown.open("AAPL", is_complete)
        assert one.windows is not None
    assert one.windows.select("session", "since").is_unique().all()
    assert OWN_YEAR + of_today(one) <= shown.market.windows_asked["AAPL"] <= OWN_YEAR + WINDOWS


async def test_a_name_of_the_sample_whose_answers_are_bad_keeps_no_other_waiting(tmp_path: Path) -> None:
    def refuse(ticker: str) -> None:
        if ticker == "AAPL":
            raise ProviderError(Kind.MALFORMED, "AAPL's answer can't be read")

    three = msgspec.structs.replace(SETTINGS.flow, names=("AAPL", "JPM", "XOM"))
    async with desk(tmp_path, Tape(NOON), msgspec.structs.replace(SETTINGS, flow=three)) as shown:
        shown.market.refuses = refuse
        with pytest.raises(ProviderError, match="AAPL"):
            await refresh_prints(shown.context)
        assert set(shown.state.fetched) == {"JPM", "XOM"}
        assert shown.state.windows is not None
        assert set(shown.state.windows.get_column("ticker")) == {"JPM", "XOM"}
        shown.market.refuses = lambda _: None
        await refresh_prints(shown.context)
        assert set(shown.state.fetched) == {"AAPL", "JPM", "XOM"}


async def test_a_name_of_the_sample_waits_for_the_samples_turn(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        await draw(shown.context)
        waits = await shown.open("AAPL", lambda one: "come with the sample's" in one.note)
        assert waits.today is None
        assert shown.market.days_asked["AAPL"] == 0
        await refresh_prints(shown.context)
        await shown.open("AAPL", lambda one: has_day(one) and not one.note)
    assert shown.market.days_asked["AAPL"] == 1


async def test_while_the_sample_is_at_work_one_call_at_a_time_is_made_and_the_sample_does_not_wait(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        await shown.hang("XOM")
        await refresh_prints(shown.context)
        await refresh_year(shown.context)
        assert shown.state.windows is not None, "while the opened name's call hangs"
        assert Task.FLOW_YEAR in shown.state.progress
        shown.market.go_on.set()
        await shown.open("XOM", is_complete)
        assert shown.market.most_at_once_of["XOM"] == 1
        shown.state.progress.clear()
        await shown.open("JPM", is_complete)
        assert shown.market.most_at_once_of["JPM"] > 1


async def test_the_next_name_does_not_wait_for_the_one_before(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        await shown.hang("XOM")
        await shown.open("JPM", has_day)
        shown.names.open(None)
        await asyncio.sleep(0.02)
        asked = shown.market.days_asked.total(), shown.market.windows_asked.total()
        shown.context.scheduler.wake()
        await asyncio.sleep(0.05)
        assert (shown.market.days_asked.total(), shown.market.windows_asked.total()) == asked
        kept = opened_inputs(shown.state)
    assert kept["JPM"].today is not None
    assert "XOM" not in kept or kept["XOM"].today is None, "its headlines may have come"


async def test_the_last_names_are_kept_and_no_more(tmp_path: Path) -> None:
    tickers = [f"N{number}" for number in range(opened.KEPT + 2)]
    async with desk(tmp_path, Tape(NOON)) as shown:
        for ticker in tickers:
            await shown.open(ticker, has_day)
        assert set(opened_inputs(shown.state)) == set(tickers[2:])
        await shown.open(tickers[2], has_day)
        await shown.open("XOM", has_day)
    assert set(opened_inputs(shown.state)) == {tickers[2], *tickers[4:], "XOM"}


async def test_fewer_are_kept_where_they_have_many_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        first = await shown.open("XOM", has_day)
        assert first.today is not None
        prints = first.today.remembered
        monkeypatch.setattr(opened, "KEPT_PRINTS", 2 * prints + prints // 2)
        for ticker in ("JPM", "NVDA"):
            await shown.open(ticker, has_day)
        assert set(opened_inputs(shown.state)) == {"JPM", "NVDA"}
        monkeypatch.setattr(opened, "KEPT_PRINTS", prints // 2)
        one = await shown.open("XOM", has_day)
    assert one.today is not None
    assert set(opened_inputs(shown.state)) == {"XOM"}, "the one that is looked at stays"


async def test_on_a_plan_of_few_calls_the_year_is_not_fetched_and_it_says_so(tmp_path: Path) -> None:
    slow = msgspec.structs.replace(SETTINGS, calls_per_minute=3)
    async with desk(tmp_path, Tape(NOON), slow) as shown:
        one = await shown.open("XOM", lambda one: has_day(one) and "not fetched" in one.note)
        past = one.windows.filter(pl.col("session") < SESSION).height if one.windows is not None else 0
    assert one.note == f"its own year would take {OWN_YEAR} calls, 27 minutes at 3 calls a minute, and is not fetched"
    assert past == 0
    assert shown.market.windows_asked["XOM"] <= WINDOWS


async def test_a_session_fetches_so_many_years_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "YEARS", 1)
    async with desk(tmp_path, Tape(NOON)) as shown:
        await shown.open("XOM", is_complete)
        refused = await shown.open("JPM", lambda one: has_day(one) and "not fetched" in one.note)
        assert refused.note.startswith("its own year is not fetched: 1 names' years")
        assert shown.market.windows_asked["JPM"] <= WINDOWS
        again = await shown.open("XOM", has_day)
    assert is_complete(again)


def not_entitled(_ticker: str) -> None:
    raise ProviderError(Kind.NOT_ENTITLED, MASSIVE.denial(Capability.TRADES).sentence, capability=Capability.TRADES)


async def test_a_plan_without_trades_is_a_note_on_the_name_which_says_the_plan(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        shown.market.refuses = not_entitled
        one = await shown.open("XOM", lambda one: "plan" in one.note)
        assert MASSIVE.denial(Capability.TRADES).plan in one.note
        assert one.today is None
        shown.market.refuses = lambda _: None
        shown.context.scheduler.wake()
        await shown.open("XOM", is_complete)


def breaks(_ticker: str) -> None:
    raise ProviderError(Kind.SERVER, "The provider is out of order.")


async def test_what_failed_leaves_the_figures_before_it(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        before = await shown.open("XOM", is_complete)
        shown.market.refuses = breaks
        await shown.at(LATER)
        one = await shown.open("XOM", lambda one: "out of order" in one.note)
        assert one.as_of == NOON
        assert before.today is not None
        assert one.today is before.today
        await shown.open("JPM", lambda one: "out of order" in one.note)
        assert "out of order" not in opened_inputs(shown.state)["XOM"].note


async def test_a_name_that_does_not_exist_has_a_reason(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        shown.market.nothing = {"NOSUCH"}
        one = await shown.open("NOSUCH", lambda one: "daily bars" in one.note)
        await asyncio.sleep(0.02)
    assert "lists no such stock or fund" in one.note
    assert shown.market.windows_asked["NOSUCH"] == 0
    assert one.today is not None
    assert one.today.bars.equals(empty(FLOW_BARS))


async def test_a_new_session_drops_what_was_opened_in_the_one_before(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(NOON)) as shown:
        await shown.open("XOM", has_day)
        await shown.open("JPM", has_day)
        await shown.at(NOON + timedelta(days=1))
        found = await shown.until(lambda found: found["JPM"].as_of == NOON + timedelta(days=1))
    assert set(found) == {"JPM"}
    assert found["JPM"].today is not None
    assert found["JPM"].today.session == date(2026, 3, 3)


async def test_a_clock_that_went_back_has_the_day_counted_anew(tmp_path: Path) -> None:
    async with desk(tmp_path, Tape(LATER)) as shown:
        await shown.open("XOM", lambda one: one.as_of == LATER)
        await shown.at(NOON)
        one = await shown.open("XOM", lambda one: one.as_of == NOON)
    assert one.today is not None
    assert one.today.bars.equals(await in_one_pass(shown, "XOM", NOON))


def test_the_tape_of_these_tests_has_prints_of_both_sides() -> None:
    rows = printed("XOM", Calendar().opens(SESSION), NOON)
    assert rows.schema["time"] == UTC_NS
    assert rows.get_column("price_e4").n_unique() > 3


async def test_it_comes_with_the_boards_and_no_part_of_them_waits_for_it(tmp_path: Path) -> None:
    market = Tape(EVENING)
    async with running(market, tmp_path, SETTINGS) as shown:
        await shown.until(lambda board: board.flow.value is not None)
        shown.feed.open_name("XOM")
        board = await shown.until(lambda board: "XOM" in board.opened and not board.opened["XOM"].note)
        market.refuses = breaks
        shown.feed.open_name("JPM")
        failed = await shown.until(lambda board: "JPM" in board.opened and "out of order" in board.opened["JPM"].note)
    day = board.opened["XOM"]
    assert day.as_of == EVENING
    assert day.turnover_usd > 0
    assert (day.retail.days, day.retail.clock) == (SESSIONS, "16:00")
    assert day.retail.percentile is not None
    assert failed.opened["JPM"].retail.net_usd is None
    assert "out of order" in failed.opened["JPM"].missing["retail.net_usd"]
    assert failed.opened["XOM"] == day


class Killed:
    """The program of `opening`, run again and again on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> list[Path]:
        """The sessions whose windows are stored; today's come as they fill."""
        files = sorted(self.folder.glob(f"*/{table_name(PRINTS)}/????-??-??.parquet"))
        return [file for file in files if file.stem != str(SESSION)]

    def rows(self) -> pl.DataFrame:
        """Every window that is stored."""
        files = self.files()
        return pl.concat(pl.read_parquet(file) for file in files).sort(KEY) if files else pl.DataFrame()

    def run(self, calls: int | None = None) -> list[tuple[str, ...]]:
        """One run, killed by SIGKILL when it has asked for so many windows; what it asked for of earlier sessions."""
        command = [sys.executable, "-m", "tests.feed.opening", str(self.folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            lines = [line for _, line in zip(range(calls or 0), child.stdout, strict=False)]
            if calls is not None:
                child.kill()
            lines += child.stdout.readlines()
        assert calls is not None or child.returncode == 0
        asked = [tuple(line.split()) for line in lines if line.endswith("\n")]
        return [window for window in asked if window[0] != str(SESSION)]

    def leave_half(self) -> None:
        """So that there is something left to kill."""
        for file in self.files()[::2]:
            file.unlink()


def keys_of(rows: pl.DataFrame) -> set[tuple[str, ...]]:
    """The windows as the program tells of them."""
    found = rows.select(KEY).iter_rows() if rows.width else ()
    return {(str(day), name, since.isoformat()) for day, name, since in found}


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.long)])
def test_killed_while_a_name_is_fetched_it_loses_nothing_and_counts_nothing_twice(tmp_path: Path, kills: int) -> None:
    whole, killed = Killed(tmp_path / "whole"), Killed(tmp_path / "killed")
    windows = SESSIONS * (SAMPLED + len(OPENED) * WINDOWS)
    assert len(whole.run()) == whole.rows().height == windows
    luck = random.Random(7)  # noqa: S311 - no secret
    both = 0
    for _ in range(kills):
        before = keys_of(killed.rows())
        asked = killed.run(luck.randint(1, windows // 3))
        after = keys_of(killed.rows())
        assert before <= after
        assert not before & set(asked)
        assert after - before <= set(asked)
        both += len({ticker for _, ticker, _ in asked}) > 1
        if len(after) > windows * 2 // 3:
            killed.leave_half()
    kept = keys_of(killed.rows())
    last = killed.run()
    assert len(last) == len(set(last))
    assert set(last) == keys_of(whole.rows()) - kept
    assert killed.rows().equals(whole.rows())
    assert killed.rows().select(KEY).is_unique().all()
    assert both, "none was killed while both were fetched"
