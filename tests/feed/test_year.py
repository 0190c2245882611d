"""The sampled year: killed for real and gone on with, never asked or counted twice; the panel's rounds."""

import random
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from deskview.analytics.flow import FLOW_SAMPLES
from deskview.feed.sampling import Sampler, fetch_panel, table_name
from deskview.store import Store
from tests.feed.backfilling import CALENDAR, NAMES, PRINTS, SESSIONS, WINDOWS, Arithmetic, fetched

ROOT = Path(__file__).resolve().parents[2]
TABLE = table_name(WINDOWS, PRINTS)


def stored(folder: Path) -> set[date]:
    """The sessions whose files stand in the folder."""
    return {date.fromisoformat(file.stem) for file in (folder / TABLE).glob("????-??-??.parquet")}


def in_order(year: pl.DataFrame) -> pl.DataFrame:
    return year.sort("session", "ticker")


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
    assert again.select("session", "ticker").is_unique().all()
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
    assert year.height == 2 * len(SESSIONS)


async def test_a_damaged_session_is_fetched_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    year = await fetched(Arithmetic(), store)
    (tmp_path / TABLE / f"{SESSIONS[7]}.parquet").write_bytes(b"PAR1 and no more")
    again = Arithmetic()
    assert in_order(await fetched(again, Store(tmp_path))).equals(in_order(year))
    assert {day for day, _ in again.asked} == {SESSIONS[7]}


async def test_the_day_adds_up_to_its_dollar_volume(tmp_path: Path) -> None:
    year = await fetched(Arithmetic(), Store(tmp_path))
    dollars = [column for column in FLOW_SAMPLES if column.endswith("_usd")]
    row = year.filter(pl.col("session") == SESSIONS[3]).row(0, named=True)
    signed = sum(row[column] for column in dollars)
    assert signed == pytest.approx(1e9 + SESSIONS[3].toordinal(), rel=0.2)
    assert row["prints"] == WINDOWS * PRINTS


async def test_the_panel_reads_one_window_of_each_name_whose_turn_it_is(tmp_path: Path) -> None:
    provider, universe = Arithmetic(), [f"N{number:02}" for number in range(40)]
    volumes = pl.DataFrame(schema={"session": pl.Date, "ticker": pl.String, "dollar_volume_usd": pl.Float64})
    sampler = Sampler(provider, Store(tmp_path), CALENDAR, volumes, lambda _: None)  # type: ignore[arg-type]
    panel = await fetch_panel(sampler, SESSIONS, universe, calls=4, prints=PRINTS)
    assert len(provider.asked) == panel.height == len(set(provider.asked))
    assert panel.get_column("session").min() >= SESSIONS[-21]  # type: ignore[operator]
    none = await fetch_panel(sampler, SESSIONS, universe, calls=0, prints=PRINTS)
    assert none.is_empty()
    assert dict(none.schema) == dict(FLOW_SAMPLES)
