"""The store keeps whole sessions, sets aside what is damaged, and bears two programs at once."""

import multiprocessing
import os
import time
from datetime import date, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import polars as pl
import pytest

from deskview.market.schema import BARS, SPLITS, empty
from deskview.sealing import CHECKSUM, sealed
from deskview.store import FORMAT_FILE, FRESH_SESSIONS, Store

SESSIONS = [date(2026, 1, 5) + timedelta(days=day) for day in range(12)]
ROWS = 2_000


def bars(session: date, price: float = 10.0, rows: int = 3) -> pl.DataFrame:
    """BARS of one session, every price the same."""
    prices = dict.fromkeys(("open", "high", "low", "close", "vwap"), pl.lit(price))
    names = pl.DataFrame({"ticker": [f"T{row}" for row in range(rows)]})
    return names.with_columns(
        session=pl.lit(session), volume=pl.lit(100.0), trades=pl.lit(1, pl.Int64), **prices
    ).select(list(BARS))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with twelve sessions."""
    filled = Store(tmp_path / "massive")
    for session in SESSIONS:
        filled.put_bars(session, bars(session))
    return filled


def file_of(store: Store, session: date) -> Path:
    return store.folder / "bars" / f"{session}.parquet"


def names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("*") if file.is_file()}


def test_what_is_put_comes_back(store: Store) -> None:
    wanted = SESSIONS[2:5]
    expected = pl.concat([bars(session) for session in wanted])
    assert store.bars(reversed(wanted)).sort("session", "ticker").equals(expected)
    assert store.bars([date(1999, 1, 4)]).equals(empty(BARS))


def test_the_newest_sessions_and_the_missing_ones_are_fetched_newest_first(store: Store) -> None:
    missing = date(2026, 1, 2)
    wanted = [missing, *SESSIONS]
    assert store.to_fetch(wanted) == [*reversed(SESSIONS[-FRESH_SESSIONS:]), missing]
    assert FRESH_SESSIONS == 3


def test_a_session_without_bars_is_recorded_as_such(store: Store) -> None:
    holiday = date(2026, 1, 1)
    store.put_bars(holiday, empty(BARS))
    assert holiday not in store.to_fetch([holiday, *SESSIONS])
    assert store.bars([holiday]).equals(empty(BARS))
    assert store.set_aside == []


def test_a_session_is_replaced_whole(store: Store) -> None:
    store.put_bars(SESSIONS[0], bars(SESSIONS[0], price=99.0, rows=1))
    assert store.bars(SESSIONS[:1]).get_column("close").to_list() == [99.0]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all", "half"])
def test_a_damaged_file_is_set_aside_and_fetched_again(store: Store, content: bytes | str) -> None:
    day = SESSIONS[4]
    file = file_of(store, day)
    whole = file.read_bytes()
    damaged = content if isinstance(content, bytes) else whole[: len(whole) // 2]
    file.write_bytes(damaged)
    assert day in store.to_fetch(SESSIONS)
    assert [path.read_bytes() for path in store.set_aside] == [damaged]
    assert not file.exists()
    store.put_bars(day, bars(day))
    assert day not in store.to_fetch(SESSIONS)


def test_a_file_damaged_inside_costs_its_session_alone(store: Store) -> None:
    day = SESSIONS[4]
    store.put_bars(day, bars(day, rows=ROWS))
    file = file_of(store, day)
    content = bytearray(file.read_bytes())
    content[8:400] = bytes(255 - byte for byte in content[8:400])
    file.write_bytes(content)
    others = [session for session in SESSIONS if session != day]
    assert set(store.bars(SESSIONS).get_column("session")) == set(others)
    assert store.set_aside == [file.with_name(f"{file.name}.damaged")]
    assert day in store.to_fetch(SESSIONS)


def test_columns_of_another_kind_count_as_damage(store: Store) -> None:
    lacking, mistyped = SESSIONS[1], SESSIONS[2]
    bars(lacking).drop("vwap").write_parquet(file_of(store, lacking))
    bars(mistyped).with_columns(pl.col("volume").cast(pl.Int64)).write_parquet(file_of(store, mistyped))
    assert {lacking, mistyped} <= set(store.to_fetch(SESSIONS))
    assert store.bars([lacking, mistyped]).is_empty()


def test_a_table_that_is_no_bars_is_never_written(store: Store) -> None:
    with pytest.raises(ValueError, match="vwap"):
        store.put_bars(SESSIONS[0], bars(SESSIONS[0]).drop("vwap"))
    assert store.bars(SESSIONS[:1]).height == 3


def test_foreign_files_are_left_alone(store: Store) -> None:
    foreign = [store.folder / "bars" / name for name in ("notes.parquet", "2026-01-05.txt", "20260105.parquet")]
    for file in foreign:
        file.write_text("mine")
    assert store.sessions() == set(SESSIONS)
    assert store.set_aside == []
    assert [file.read_text() for file in foreign] == ["mine"] * 3


def test_what_a_killed_write_left_is_removed_after_a_day(store: Store) -> None:
    bars_folder = store.folder / "bars"
    abandoned, running = bars_folder / ".writing-old", bars_folder / ".writing-now"
    for file in (abandoned, running):
        file.write_bytes(b"half")
    yesterday = time.time() - 90_000
    os.utime(abandoned, (yesterday, yesterday))
    assert Store(store.folder).sessions() == set(SESSIONS)
    assert not abandoned.exists()
    assert running.exists()


def test_named_tables_come_back_or_are_set_aside(store: Store) -> None:
    assert store.table("splits") is None
    store.put_table("splits", empty(SPLITS))
    kept = store.table("splits")
    assert kept is not None
    assert kept.equals(empty(SPLITS))
    (store.folder / "splits.parquet").write_bytes(b"gone bad")
    assert store.table("splits") is None
    assert [path.name for path in store.set_aside] == ["splits.parquet.damaged"]


def test_files_and_folders_are_the_users_alone(store: Store) -> None:
    assert file_of(store, SESSIONS[0]).stat().st_mode & 0o077 == 0
    assert (store.folder / "bars").stat().st_mode & 0o077 == 0


def write_all(folder: Path, price: float, together: Barrier) -> None:
    """What each of two programs does: the same sessions, with prices of its own."""
    store = Store(folder)
    together.wait()
    for session in SESSIONS * 3:
        store.put_bars(session, bars(session, price, ROWS))


def test_two_programs_at_once_do_no_harm(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(3)
    writers = [spawn.Process(target=write_all, args=(tmp_path, price, together)) for price in (1.0, 2.0)]
    for writer in writers:
        writer.start()
    store = Store(tmp_path)
    together.wait()
    while any(writer.is_alive() for writer in writers):
        assert_whole(store)
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert_whole(store)
    assert store.sessions() == set(SESSIONS)
    assert names_in(tmp_path) == {FORMAT_FILE, *(f"{session}.parquet" for session in SESSIONS)}


def assert_whole(store: Store) -> None:
    """Every session there is is one program's, complete, and nothing was taken for damaged."""
    found = store.bars(store.sessions()).group_by("session").agg(pl.len(), pl.col("close").n_unique().alias("prices"))
    assert found.filter((pl.col("len") != ROWS) | (pl.col("prices") != 1)).is_empty()
    assert store.set_aside == []


def test_any_flipped_byte_is_found(store: Store) -> None:
    day = SESSIONS[4]
    file = file_of(store, day)
    whole = file.read_bytes()
    for at, byte in enumerate(whole):
        flipped = bytes([byte ^ (0x01, 0x80, 0xFF)[at % 3]])
        file.write_bytes(whole[:at] + flipped + whole[at + 1 :])
        assert store.bars([day]).is_empty(), at
        assert not file.exists()
    assert len(store.set_aside) == len(whole)


def test_damage_is_found_when_sessions_are_looked_through_and_not_only_when_they_are_read(store: Store) -> None:
    assert store.sessions() == set(SESSIONS)
    file = file_of(store, SESSIONS[4])
    data = bytearray(file.read_bytes())
    data[60] ^= 0x10
    file.write_bytes(data)
    assert store.sessions() == {*SESSIONS} - {SESSIONS[4]}
    assert SESSIONS[4] in store.to_fetch(SESSIONS)
    assert [path.name for path in store.set_aside] == [f"{SESSIONS[4]}.parquet.damaged"]


def test_a_named_table_that_was_altered_is_set_aside(store: Store) -> None:
    store.put_table("mine", bars(SESSIONS[0], rows=50), BARS)
    file = store.folder / "mine.parquet"
    data = bytearray(file.read_bytes())
    data[20] ^= 0x04
    file.write_bytes(data)
    assert store.table("mine", BARS) is None
    assert [path.name for path in store.set_aside] == ["mine.parquet.damaged"]


def test_files_without_a_checksum_are_read_and_get_one_with_the_next_write(store: Store) -> None:
    day = SESSIONS[0]
    bars(day).write_parquet(file_of(store, day), compression="zstd")
    assert store.bars([day]).equals(bars(day))
    assert day in store.sessions()
    assert store.set_aside == []
    store.put_bars(day, bars(day, price=11.0))
    assert CHECKSUM in file_of(store, day).read_bytes()


def test_a_sealed_file_is_plain_parquet(tmp_path: Path) -> None:
    file = tmp_path / "bars.parquet"
    file.write_bytes(sealed(bars(SESSIONS[0])))
    assert pl.read_parquet(file).equals(bars(SESSIONS[0]))


def altered(data: bytes, *places: int) -> bytes:
    content = bytearray(data)
    for at in places:
        content[at] ^= 0x04
    return bytes(content)


def test_damage_to_the_checksum_does_not_hide_damage_elsewhere(store: Store) -> None:
    """Not in its marker, its digits, nor in the key it stands under."""
    day = SESSIONS[4]
    store.put_bars(day, noise := bars(day, rows=ROWS).with_columns(volume=pl.Series(range(ROWS)).cast(pl.Float64)))
    file = file_of(store, day)
    whole = file.read_bytes()
    marker = whole.rindex(CHECKSUM)
    for at in range(marker - 12, marker + len(CHECKSUM) + 10):
        file.write_bytes(altered(whole, at, len(whole) // 3))
        assert store.bars([day]).is_empty(), at
        file.write_bytes(altered(whole, at))
        assert day not in store.sessions(), at
    file.write_bytes(whole)
    assert store.bars([day]).equals(noise)


@pytest.mark.parametrize("as_before", [False, True])
def test_a_file_under_the_name_of_another_session_is_not_that_session(store: Store, *, as_before: bool) -> None:
    """Whether its name stands in it or, as in files of earlier versions, only its rows tell."""
    source, target = file_of(store, SESSIONS[1]), file_of(store, SESSIONS[2])
    if as_before:
        bars(SESSIONS[1]).write_parquet(source)
    target.write_bytes(source.read_bytes())
    assert Store(store.folder).bars(SESSIONS[1:3]).equals(bars(SESSIONS[1]))
    target.write_bytes(source.read_bytes())
    assert store.sessions() == {*SESSIONS} - {SESSIONS[2]}
    assert SESSIONS[2] in store.to_fetch(SESSIONS)
    assert [path.name for path in store.set_aside] == [f"{SESSIONS[2]}.parquet.damaged"]


def test_a_table_under_the_name_of_another_is_not_that_table(store: Store) -> None:
    store.put_table("overlaps-6x200", bars(SESSIONS[0]), BARS)
    (store.folder / "overlaps-6x100.parquet").write_bytes((store.folder / "overlaps-6x200.parquet").read_bytes())
    assert store.table("overlaps-6x100", BARS) is None
    assert store.table("overlaps-6x200", BARS) is not None
