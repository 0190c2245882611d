"""The sampled year: killed for real and gone on with, never asked or counted twice; the panel's rounds."""

import asyncio
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from deskview.analytics.flow import FLOW_WINDOWS, FRAME, sample_of, window_plan
from deskview.analytics.flow.windows import PLAN
from deskview.feed.sampling import (
    KEPT_DAYS,
    SEED,
    Sampler,
    TodaysWindows,
    fetch_panel,
    fetch_windows,
    forget_old,
    table_name,
)
from deskview.market.schema import empty
from deskview.providers.base import Table, Window
from deskview.store import Store
from tests.feed.backfilling import CALENDAR, NAMES, PRINTS, SESSIONS, WINDOWS, Arithmetic, fetched, sampler_of

ROOT = Path(__file__).resolve().parents[2]
TABLE = table_name(PRINTS)


def stored(folder: Path) -> set[date]:
    """The sessions whose files stand in the folder."""
    return {date.fromisoformat(file.stem) for file in (folder / TABLE).glob("????-??-??.parquet")}


def in_order(year: pl.DataFrame) -> pl.DataFrame:
    return year.sort("session", "ticker", "since")


def killed_after(folder: Path, calls: int) -> list[date]:
    """Runs the backfill and kills it, by SIGKILL, when it has made so many calls; the sessions it asked for."""
    command = [sys.executable, "-m", "tests.feed.backfilling", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [line for _, line in zip(range(calls), child.stdout, strict=False)]
        child.kill()
        lines += child.stdout.readlines()
    return [date.fromisoformat(line.split()[0]) for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("most", [5, pytest.param(50, marks=pytest.mark.long)])
async def test_killed_at_random_moments_it_loses_nothing_and_counts_nothing_twice(tmp_path: Path, most: int) -> None:
    whole = in_order(await fetched(Arithmetic(), Store(tmp_path / "whole")))
    folder = tmp_path / "killed"
    luck = random.Random(5)  # noqa: S311 - no secret
    kills, asked = 0, Counter[date]()
    while kills < most:
        before = stored(folder)
        sessions = killed_after(folder, luck.randint(0, 11))
        kills += 1
        asked.update(sessions)
        assert before <= stored(folder)
        assert not before & set(sessions)
        if len(stored(folder)) > len(SESSIONS) - 6:
            # Nearly whole: what is stored is taken away again, so that there is something left to kill.
            for file in sorted((folder / TABLE).glob("*.parquet"))[::2]:
                file.unlink()
    last = Arithmetic()
    kept = stored(folder)
    again = in_order(await fetched(last, Store(folder)))
    assert again.equals(whole)
    assert again.select("session", "ticker", "since").is_unique().all()
    assert Counter(last.asked) == {(day, name): WINDOWS for day in SESSIONS if day not in kept for name in NAMES}
    assert sum(asked.values()) > most


async def test_what_is_stored_is_not_asked_for_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, second = Arithmetic(), Arithmetic()
    year = await fetched(first, store)
    assert (await fetched(second, store)).equals(year)
    assert len(first.asked) == len(SESSIONS) * len(NAMES) * WINDOWS
    assert second.asked == []


async def test_a_name_that_joins_costs_its_own_calls_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    await fetched(Arithmetic(), store)
    joined = Arithmetic()
    year = await fetched(joined, store, ("BBB", "CCC"))
    assert {name for _, name in joined.asked} == {"CCC"}
    assert set(year.get_column("ticker")) == {"BBB", "CCC"}
    assert year.height == 2 * WINDOWS * len(SESSIONS)


async def test_a_damaged_session_is_fetched_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    year = await fetched(Arithmetic(), store)
    (tmp_path / TABLE / f"{SESSIONS[7]}.parquet").write_bytes(b"PAR1 and no more")
    again = Arithmetic()
    assert in_order(await fetched(again, Store(tmp_path))).equals(in_order(year))
    assert {day for day, _ in again.asked} == {SESSIONS[7]}


async def test_more_prints_a_window_are_another_measurement(tmp_path: Path) -> None:
    store = Store(tmp_path)
    await fetched(Arithmetic(), store)
    assert table_name(PRINTS) != table_name(2 * PRINTS)
    assert store.days(table_name(2 * PRINTS), FLOW_WINDOWS).is_empty()


def test_samples_of_another_kind_go_after_a_month_and_not_before(tmp_path: Path) -> None:
    old, young, own = (tmp_path / name for name in ("flow-samples-1-2x200", "flow-windows-1-500", table_name(PRINTS)))
    long_ago = time.time() - (KEPT_DAYS + 1) * 86_400
    for folder in (old, young, own, tmp_path / "bars"):
        folder.mkdir()
        (folder / "2026-02-03.parquet").write_bytes(b"")
        if folder != young:
            os.utime(folder / "2026-02-03.parquet", (long_ago, long_ago))
    forget_old(Store(tmp_path), PRINTS)
    assert not old.exists()
    assert all(list(folder.iterdir()) for folder in (young, own, tmp_path / "bars"))


async def test_the_panel_reads_one_window_of_each_name_whose_turn_it_is(tmp_path: Path) -> None:
    provider, universe = Arithmetic(), [f"N{number:02}" for number in range(40)]
    sampler = sampler_of(provider, Store(tmp_path))
    panel = await fetch_panel(sampler, SESSIONS, universe, calls=4)
    assert len(provider.asked) == panel.height == len(set(provider.asked))
    assert panel.get_column("session").min() >= SESSIONS[-21]  # type: ignore[operator]
    none = await fetch_panel(sampler, SESSIONS, universe, calls=0)
    assert none.is_empty()
    assert dict(none.schema) == dict(FLOW_WINDOWS)


class Filling(Arithmetic):
    """The same prints, as far as they are there at `now`."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """As many of the window's prints as there are by now."""
        window = await super().trades_window(ticker, since, count)
        return Window(ticker, since, [row for row in window.rows if row["time"] <= self.now])


def todays(day: date) -> TodaysWindows:
    sample = sample_of(empty(FRAME), NAMES, calls=4 * len(NAMES))
    return TodaysWindows(window_plan([day], sample, SEED, CALENDAR))


async def test_a_window_of_today_counts_once_it_is_full_and_is_stored_then(tmp_path: Path) -> None:
    day, store, late = SESSIONS[-1], Store(tmp_path), timedelta(minutes=10)
    windows, closes = todays(day), CALENDAR.closes(day)
    starts = sorted(windows.plan.get_column("since"))
    provider = Filling(starts[2] + timedelta(seconds=PRINTS // 2))
    sampler = sampler_of(provider, store)
    await windows.refresh(sampler, provider.now, closes, late)
    assert sorted(windows.rows.get_column("since")) == starts[:2]
    assert windows.full.equals(windows.rows)
    assert (windows.rows.get_column("last") <= provider.now).all()
    asked = len(provider.asked)
    await windows.refresh(sampler, provider.now, closes, late)
    assert len(provider.asked) == asked
    provider.now = closes
    await windows.refresh(sampler, closes, closes, late)
    assert windows.rows.height == windows.plan.height
    assert sampler.stored([day]).is_empty()
    provider.now = closes + late
    await windows.refresh(sampler, provider.now, closes, late)
    assert sampler.stored([day]).sort("ticker", "since").equals(windows.full.sort("ticker", "since"))
    assert windows.ended.is_empty()
    whole = await fetch_windows(sampler_of(Arithmetic(), Store(tmp_path / "whole")), windows.plan)
    assert windows.full.sort("ticker", "since").equals(whole.sort("ticker", "since"))


class Unfit(Filling):
    """The same; BBB's prints are none, and the second of every window is none either."""

    async def trades_window(self, ticker: str, since: datetime, count: int) -> Window:
        """The window, with what was left out of it as it came."""
        window = await super().trades_window(ticker, since, count)
        kept = [row for place, row in enumerate(window.rows) if place != 1]
        return Window(ticker, since, kept, {"no print": len(window.rows) - len(kept)})

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES, and how many rows of BBB are none."""
        own = [window for window in windows if window.ticker != "BBB"]
        others = sum(len(window.rows) for window in windows if window.ticker == "BBB")
        return Table(super().prints_of(own).frame, others)


async def test_rows_left_out_of_one_window_do_not_fill_another(tmp_path: Path) -> None:
    day, closes, late = SESSIONS[-1], CALENDAR.closes(SESSIONS[-1]), timedelta(minutes=10)
    begun = closes - timedelta(hours=3)
    plan = pl.DataFrame([(day, "AAA", begun), (day, "BBB", closes - timedelta(hours=4))], dict(PLAN), orient="row")
    windows, provider = TodaysWindows(plan), Unfit(begun + timedelta(seconds=PRINTS / 2))
    sampler = replace(sampler_of(provider, Store(tmp_path)), at_once=1)
    now = provider.now + timedelta(minutes=2)
    await windows.refresh(sampler, now, closes, late)
    assert set(windows.full.get_column("ticker")) == {"BBB"}
    provider.now = now
    await windows.refresh(sampler, now + timedelta(minutes=5), closes, late)
    own = windows.full.filter(pl.col("ticker") == "AAA")
    assert own.get_column("prints").to_list() == [PRINTS - 1]
    assert own.item(0, "last") < now, "a row that is no print does not make a window reach to the close"


async def test_a_window_just_before_the_close_ends_with_it(tmp_path: Path) -> None:
    day = SESSIONS[-1]
    closes = CALENDAR.closes(day)
    since = closes - timedelta(seconds=PRINTS // 2)
    plan = pl.DataFrame([(day, "AAA", since)], schema=dict(PLAN), orient="row")
    windows, provider = TodaysWindows(plan), Filling(closes)
    sampler = sampler_of(provider, Store(tmp_path))
    await windows.refresh(sampler, closes - timedelta(seconds=1), closes, timedelta(minutes=10))
    assert windows.rows.is_empty()
    await windows.refresh(sampler, closes, closes, timedelta(minutes=10))
    assert windows.rows.item(0, "last") == closes
    assert sampler.stored([day]).is_empty()


async def test_what_the_close_has_cut_short_is_asked_for_a_few_times_more(tmp_path: Path) -> None:
    day, late = SESSIONS[-1], timedelta(minutes=10)
    closes = CALENDAR.closes(day)
    plan = pl.DataFrame([(day, name, closes - timedelta(seconds=5)) for name in NAMES], dict(PLAN), orient="row")
    windows, provider = TodaysWindows(plan), Filling(closes)
    sampler = sampler_of(provider, Store(tmp_path))
    for turn in range(40):
        await windows.refresh(sampler, closes + turn * timedelta(seconds=30), closes, late)
        assert windows.rows.height == len(NAMES)
    assert Counter(provider.asked) == {(day, name): 3 for name in NAMES}
    assert windows.full.equals(windows.rows)


async def test_windows_of_one_session_stored_at_once_are_all_there_though_one_was_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    sampler = sampler_of(Arithmetic(), store)
    year = await fetched(Arithmetic(), Store(tmp_path / "other"))
    day = year.filter(pl.col("session") == SESSIONS[3])
    first, second = (day.filter(pl.col("ticker") == name) for name in NAMES)
    reading, go_on, stored_in = threading.Event(), threading.Event(), Sampler.stored

    def slowly(self: Sampler, sessions: Sequence[date] | None = None) -> pl.DataFrame:
        found = stored_in(self, sessions)
        if not reading.is_set():
            reading.set()
            go_on.wait()
        return found

    monkeypatch.setattr(Sampler, "stored", slowly)
    left = asyncio.create_task(sampler.keep(first))
    await asyncio.to_thread(reading.wait)
    left.cancel()
    other = asyncio.create_task(sampler.keep(second))
    await asyncio.sleep(0.1)
    go_on.set()
    await asyncio.gather(left, other, return_exceptions=True)
    assert in_order(sampler.stored()).equals(in_order(day))
