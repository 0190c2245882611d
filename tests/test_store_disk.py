"""Where the store's folder can't be written, or must not be, storing is all it costs."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import deskview.store
from deskview import files
from deskview.market.schema import BARS, SPLITS, empty
from deskview.store import FORMAT_FILE, Store
from tests.test_store import SESSIONS, bars, file_of, names_in, store

__all__ = ["store"]


def test_a_write_that_fails_leaves_the_old_file_and_no_trace(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before, data = names_in(store.folder), file_of(store, SESSIONS[0]).read_bytes()
    with full(monkeypatch):
        store.put_bars(SESSIONS[0], bars(SESSIONS[0], price=99.0))
        assert store.bars(SESSIONS[:1]).get_column("close").unique().to_list() == [99.0]
    assert names_in(store.folder) == before
    assert file_of(store, SESSIONS[0]).read_bytes() == data
    assert Store(store.folder).bars(SESSIONS[:1]).get_column("close").unique().to_list() == [10.0]


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk that takes nothing for the length of the block."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkstemp", refuse)
        yield


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; skips where none may be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True)
    if made.returncode:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_on_a_full_disk_everything_goes_on_in_memory_and_is_written_once_there_is_room(tiny_disk: Path) -> None:
    store = Store(tiny_disk / "massive")
    (tiny_disk / "ballast").write_bytes(bytes(900_000))
    for session in SESSIONS:
        store.put_bars(session, noisy(session))
    store.put_table("splits", empty(SPLITS))
    assert store.write_error == (
        f"{store.folder} can't be written (No space left on device): "
        "what is fetched is kept in memory until the desk ends."
    )
    assert store.sessions() == set(SESSIONS)
    assert store.bars(SESSIONS).sort("session").equals(pl.concat([noisy(session) for session in SESSIONS]))
    assert store.table("splits") is not None
    assert store.age_days("splits") < 1
    assert len(Store(store.folder).sessions()) < len(SESSIONS)
    (tiny_disk / "ballast").unlink()
    store.put_table("splits", empty(SPLITS))
    assert store.write_error == ""
    assert Store(store.folder).bars(SESSIONS).equals(store.bars(SESSIONS))
    assert store.set_aside == []


def closes(store: Store, session: date) -> list[float]:
    return store.bars([session]).get_column("close").unique().to_list()


def test_what_another_program_wrote_since_is_not_overwritten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = SESSIONS[0], SESSIONS[1]
    with full(monkeypatch):
        for session in (ours, theirs):
            store.put_bars(session, bars(session, price=100.0))
            store.put_table(f"table-{session}", bars(session, price=100.0), BARS)
    other = Store(store.folder)
    other.put_bars(theirs, bars(theirs, price=200.0))
    other.put_table(f"table-{theirs}", bars(theirs, price=200.0), BARS)
    assert closes(store, theirs) == [200.0]
    store.put_table("splits", empty(SPLITS))
    for reader in (store, other):
        assert (closes(reader, ours), closes(reader, theirs)) == ([100.0], [200.0])
        for session, price in ((ours, 100.0), (theirs, 200.0)):
            table = reader.table(f"table-{session}", BARS)
            assert table is not None
            assert table.equals(bars(session, price=price))
    assert store.write_error == ""


def test_an_older_table_put_back_does_not_cost_what_was_recorded_since(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session's bars can be fetched again and are; rows of a table can't."""
    with full(monkeypatch):
        store.put_bars(SESSIONS[0], bars(SESSIONS[0], price=100.0))
        store.put_table("mine", bars(SESSIONS[0], price=100.0), BARS)
    Store(store.folder).put_table("mine", bars(SESSIONS[0], price=50.0), BARS)
    Store(store.folder).put_bars(SESSIONS[0], bars(SESSIONS[0], price=50.0))
    for file in (store.folder / "mine.parquet", file_of(store, SESSIONS[0])):
        os.utime(file, (1e9, 1e9))
    store.put_table("splits", empty(SPLITS))
    kept = Store(store.folder).table("mine", BARS)
    assert kept is not None
    assert kept.equals(bars(SESSIONS[0], price=100.0))
    assert closes(Store(store.folder), SESSIONS[0]) == [50.0]


READ: dict[str, Callable[[Store], object]] = {
    "sessions": lambda store: store.sessions(),
    "to_fetch": lambda store: store.to_fetch(SESSIONS),
    "table": lambda store: store.table("splits"),
    "days": lambda store: store.days("samples", SPLITS),
    "write_error": lambda store: until(lambda: not store.write_error),
}


def until(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.001)


@pytest.mark.parametrize("read", READ)
def test_with_room_again_it_is_written_without_another_write(
    store: Store, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    monkeypatch.setattr(deskview.store, "RETRY_S", 0.0)
    waiting = Store(store.folder)
    with full(monkeypatch):
        waiting.put_bars(SESSIONS[0], bars(SESSIONS[0], price=99.0))
        assert closes(waiting, SESSIONS[0]) == [99.0]
    READ[read](waiting)
    assert waiting.write_error == ""
    assert closes(Store(store.folder), SESSIONS[0]) == [99.0]


def test_reading_does_not_try_a_full_disk_each_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with full(monkeypatch):
        store.put_bars(SESSIONS[0], bars(SESSIONS[0], price=99.0))
    for read in (name for name in READ if name != "write_error"):
        READ[read](store)
    assert "No space left on device" in store.write_error
    assert closes(Store(store.folder), SESSIONS[0]) == [10.0]


def test_a_folder_that_could_not_be_made_is_used_once_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deskview.store, "RETRY_S", 0.0)
    (tmp_path / "cache").write_text("a file")
    store = Store(tmp_path / "cache" / "massive")
    store.put_bars(SESSIONS[0], bars(SESSIONS[0]))
    assert store.sessions() == {SESSIONS[0]}
    (tmp_path / "cache").unlink()
    assert store.sessions() == {SESSIONS[0]}
    assert store.write_error == ""
    assert Store(store.folder).sessions() == {SESSIONS[0]}


def test_a_folder_of_a_files_name_makes_way(store: Store) -> None:
    (store.folder / "splits.parquet" / "below").mkdir(parents=True)
    store.put_table("splits", empty(SPLITS))
    assert store.write_error == ""
    assert (store.folder / "splits.parquet").is_file()
    assert store.set_aside == [store.folder / "splits.parquet.damaged"]


def test_a_file_that_can_not_be_written_is_named_and_holds_up_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = store.folder / "splits.parquet"
    (stuck / "below").mkdir(parents=True)
    stuck.with_name(f"{stuck.name}.damaged").write_text("in the way")
    tried = []

    def counted(file: Path, data: bytes, *, sync: bool) -> None:
        tried.append(file)
        files.write_whole(file, data, sync=sync)

    monkeypatch.setattr(deskview.store, "write_whole", counted)
    store.put_table("splits", empty(SPLITS))
    for session in SESSIONS:
        store.put_bars(session, bars(session, price=7.0))
        store.sessions()
    assert tried == [stuck, *(file_of(store, session) for session in SESSIONS)]
    assert store.write_error.startswith(f"{stuck} can't be written (")
    assert closes(Store(store.folder), SESSIONS[3]) == [7.0]
    assert store.table("splits") is not None
    assert len(store.set_aside) == 1


def noisy(session: date) -> pl.DataFrame:
    """Bars that take about sixty kilobytes on disk."""
    rows = 1_500
    noise = [pl.Series(name, range(rows)).hash(seed).cast(pl.Float64) for seed, name in enumerate(("open", "volume"))]
    return bars(session, rows=rows).with_columns(noise)


def test_a_read_only_disk_is_read_and_what_is_new_kept_in_memory(tiny_disk: Path) -> None:
    before = Store(tiny_disk / "massive")
    for session in SESSIONS[:3]:
        before.put_bars(session, bars(session))
    damaged = file_of(before, SESSIONS[0])
    damaged.write_bytes(b"half")
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    store = Store(tiny_disk / "massive")
    assert store.sessions() == set(SESSIONS[1:3])
    assert store.set_aside == [damaged]
    store.put_bars(SESSIONS[0], bars(SESSIONS[0], price=12.0))
    store.put_day("samples", SESSIONS[0], empty(SPLITS), SPLITS)
    assert "can't be written (Read-only file system)" in store.write_error
    assert store.sessions() == set(SESSIONS[:3])
    assert store.bars(SESSIONS[:1]).get_column("close").unique().to_list() == [12.0]
    assert store.days("samples", SPLITS).equals(empty(SPLITS))
    store.forget_bars(SESSIONS[1])
    assert store.sessions() == {SESSIONS[0], SESSIONS[2]}


def test_files_that_may_not_grow_cost_storing_alone(tmp_path: Path) -> None:
    """A limit on the size of files stops large ones half-way and lets small ones pass."""
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from tests.test_store_disk import SESSIONS, SPLITS, Store, empty, noisy\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for day in SESSIONS: store.put_bars(day, noisy(day))\n"
        "assert store.bars(SESSIONS).height == 1_500 * len(SESSIONS)\n"
        "store.put_table('splits', empty(SPLITS)); print(store.write_error)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "massive")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert "massive can't be written (File too large)" in done.stdout
    assert names_in(tmp_path) == {FORMAT_FILE, "splits.parquet"}


def test_where_the_folder_can_not_be_made_nothing_is_lost_but_the_storing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    store = Store(tmp_path / "cache" / "massive")
    assert "massive can't be made (Not a directory): what is fetched is kept in memory" in store.write_error
    store.put_bars(SESSIONS[0], bars(SESSIONS[0]))
    store.put_day("samples", SESSIONS[0], empty(SPLITS), SPLITS)
    assert store.sessions() == {SESSIONS[0]}
    assert store.bars(SESSIONS).equals(bars(SESSIONS[0]))
    assert store.table("splits") is None
    store.forget_bars(SESSIONS[0])
    assert store.sessions() == set()
    assert store.set_aside == []


@pytest.mark.parametrize(
    "line",
    [f"deskview cache, format {number}{end}" for number in (2, 10**9) for end in ("\n", "", "\r\n", " \nmore\n")],
)
def test_what_a_newer_version_wrote_is_left_alone(store: Store, line: str) -> None:
    (store.folder / FORMAT_FILE).write_text(line)
    before = {file: file.read_bytes() for file in store.folder.rglob("*") if file.is_file()}
    older = Store(store.folder)
    assert older.write_error == (
        f"{store.folder} was written by a newer deskview and is left alone: "
        "what is fetched is kept in memory until the desk ends."
    )
    assert older.sessions() == set()
    assert older.bars(SESSIONS).is_empty()
    older.put_bars(SESSIONS[0], bars(SESSIONS[0], price=5.0))
    older.put_table("splits", empty(SPLITS))
    older.forget_bars(SESSIONS[1])
    assert older.bars(SESSIONS).equals(bars(SESSIONS[0], price=5.0))
    assert {file: file.read_bytes() for file in store.folder.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("content", [b"", b"deskview cache, format", b"\xff\xfe"])
def test_a_format_that_can_not_be_read_is_written_anew(store: Store, content: bytes) -> None:
    file = store.folder / FORMAT_FILE
    whole = file.read_bytes()
    file.write_bytes(content)
    assert Store(store.folder).sessions() == set(SESSIONS)
    assert file.read_bytes() == whole


@pytest.mark.parametrize("whose", ["massive", "massive/bars", "."])
def test_a_folder_of_another_user_is_not_used(store: Store, monkeypatch: pytest.MonkeyPatch, whose: str) -> None:
    foreign = store.folder.parent / whose

    def check(folder: Path) -> None:
        if folder == foreign:
            raise files.UnusableFileError(folder, "belongs to another user")

    monkeypatch.setattr(files, "check_owner", check)
    monkeypatch.setattr("deskview.store.check_owner", check)
    planted = Store(store.folder)
    assert planted.write_error.startswith(f"{foreign} belongs to another user: what is fetched is kept in memory")
    assert planted.sessions() == set()


def test_folders_others_could_write_to_are_closed(store: Store) -> None:
    store.put_day("samples", SESSIONS[0], empty(SPLITS), SPLITS)
    folders = [store.folder, store.folder / "bars", store.folder / "samples"]
    for folder in folders:
        folder.chmod(0o777)
    assert Store(store.folder).write_error == ""
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert {file.stat().st_mode & 0o777 for file in store.folder.rglob("*") if file.is_file()} == {0o600}
