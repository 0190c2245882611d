"""The user's copies: verified whenever they are read, and never given up for less."""

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deskview import paths
from deskview.french import DECILES, FACTORS, MOMENTUM, NAMES, RecordError
from deskview.french.kept import Copy, about, keep, keep_file, load
from deskview.french.reader import read
from tests.french.library import Text, deciles, factors

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def put(data: bytes, *, now: datetime = NOW) -> Copy:
    """Keeps what a host sent."""
    return keep(read(data, "it.zip"), data, called="it.zip", source="library.example", now=now)


def refusal(data: bytes, *, now: datetime = NOW) -> str:
    """The sentence a record is not kept with."""
    with pytest.raises(RecordError) as caught:
        put(data, now=now)
    return caught.value.sentence


def copy_of(name: str) -> Path:
    """The file of a copy."""
    (file,) = paths.french_folder().glob(f"{name}*")
    return file


@pytest.mark.parametrize("name", NAMES)
def test_without_a_copy_there_is_no_record(name: str) -> None:
    assert load(name) is None
    assert about(name) is None
    assert not paths.french_folder().exists()


def test_what_is_kept_is_read_back() -> None:
    for text in (Text(), factors(), deciles()):
        put(text.zipped)
        record, expected = load(text.name), read(text.zipped, "it")
        assert record is not None
        assert record.table.equals(expected.table)
        assert (record.vintage, record.copyright, record.left_out) == ("202604", expected.copyright, expected.left_out)


def test_what_is_known_of_a_copy_is_kept_beside_it() -> None:
    text = Text()
    assert put(text.zipped) == about(MOMENTUM)
    copy = about(MOMENTUM)
    assert copy is not None
    assert (copy.source, copy.fetched, copy.vintage) == ("library.example", NOW, "202604")
    assert (copy.first, copy.last, copy.rows) == (text.days[0], text.days[-1], 40)
    first_line, _, data = copy_of(MOMENTUM).read_bytes().partition(b"\n")
    assert json.loads(first_line)["sha256"] == copy.sha256
    assert data == text.zipped


def test_a_copy_is_the_users_alone() -> None:
    put(Text().zipped)
    assert paths.french_folder().stat().st_mode & 0o777 == 0o700
    assert copy_of(MOMENTUM).stat().st_mode & 0o777 == 0o600


def test_a_record_that_ends_before_the_copy_is_refused_and_the_copy_stays() -> None:
    put(Text(count=40).zipped)
    before = copy_of(MOMENTUM).read_bytes()
    assert refusal(Text(count=30, seed=2).zipped) == "it.zip ends 1926-12-07, your copy 1926-12-18: your copy is kept."
    assert copy_of(MOMENTUM).read_bytes() == before


def test_a_record_that_begins_after_the_copy_is_refused() -> None:
    put(Text(count=40).zipped)
    told = refusal(Text(count=60, first=date(1926, 12, 1)).zipped)
    assert told == "it.zip begins 1926-12-01, your copy 1926-11-03: your copy is kept."


def test_another_vintage_takes_the_place_of_the_whole_copy() -> None:
    put(Text(count=40, seed=1).zipped)
    revised = Text(count=41, seed=2, created="This file was created by using the 202605 CRSP database.")
    put(revised.zipped)
    record = load(MOMENTUM)
    assert record is not None
    assert record.vintage == "202605"
    assert record.table.equals(read(revised.zipped, "it").table)


def test_the_same_again_tells_when_it_was_asked_for() -> None:
    put(Text().zipped)
    later = datetime(2026, 6, 1, tzinfo=UTC)
    assert put(Text().zipped, now=later).fetched == later


def test_days_to_come_are_refused() -> None:
    told = refusal(Text(first=date(2026, 4, 20)).zipped)
    assert told == "it.zip ends 2026-06-12, which is still to come: not kept."
    assert load(MOMENTUM) is None


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: data[:-1], "its bytes are not those that were kept"),
        (lambda data: data[:-9] + b"x" + data[-8:], "its bytes are not those that were kept"),
        (lambda data: b"", "its first line is not deskview's"),
        (lambda data: data.partition(b"\n")[2], "its first line is not deskview's"),
        (lambda data: b"[" * 5000 + data, "its first line is not deskview's"),
        (lambda data: data.replace(MOMENTUM.encode(), FACTORS.encode(), 1), "it is another file's"),
    ],
    ids=["a byte short", "a byte changed", "empty", "no first line", "nested", "of another name"],
)
def test_a_damaged_copy_is_refused_by_name_until_a_good_one_comes(damage: Callable[[bytes], bytes], why: str) -> None:
    put(Text().zipped)
    file = copy_of(MOMENTUM)
    file.write_bytes(damage(file.read_bytes()))
    for ask in (load, about):
        with pytest.raises(RecordError) as caught:
            ask(MOMENTUM)
        assert f"Your copy of daily momentum ({file}) is damaged, {why}: not used." in caught.value.sentence
    put(Text(count=20).zipped)  # though it ends before what the damaged one may have held
    assert load(MOMENTUM) is not None


def test_a_copy_put_in_the_place_of_another_is_refused() -> None:
    put(Text().zipped)
    put(factors().zipped)
    copy_of(FACTORS).write_bytes(copy_of(MOMENTUM).read_bytes())
    with pytest.raises(RecordError, match="it is another file's"):
        load(FACTORS)
    assert load(MOMENTUM) is not None


def test_what_lies_in_the_place_of_a_copy_is_told() -> None:
    put(Text().zipped)
    file = copy_of(MOMENTUM)
    file.unlink()
    file.mkdir()
    with pytest.raises(RecordError, match=r"Your copy of daily momentum is not used: .* is a folder"):
        load(MOMENTUM)
    with pytest.raises(RecordError, match="is a folder"):
        put(Text().zipped)


def test_a_folder_that_takes_no_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    put(Text(count=30).zipped)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        told = refusal(Text(count=40).zipped)
    assert "can't be written (No space left on device): it.zip is not kept." in told
    assert [file.name for file in paths.french_folder().iterdir()] == [f"{MOMENTUM}.copy"]
    copy = about(MOMENTUM)
    assert copy is not None
    assert copy.rows == 30


def test_a_file_is_known_by_its_columns_whatever_it_is_called(tmp_path: Path) -> None:
    for number, text in enumerate((Text(corner="Date", form="%Y-%m-%d", ending="\n").text, deciles().zipped)):
        (tmp_path / f"saved {number}").write_bytes(text)
    kept = [keep_file(tmp_path / f"saved {number}", now=NOW) for number in range(2)]
    assert [copy.name for copy in kept] == [MOMENTUM, DECILES]
    assert kept[0].source == str(tmp_path / "saved 0")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "there is no such file"),
        (b"<html>", "is a web page and no data"),
        (b" " * 20_000_001, "has more than 20,000,000 bytes"),
    ],
    ids=["none", "web page", "too large"],
)
def test_a_file_that_can_not_be_taken_is_told(tmp_path: Path, data: bytes | None, told: str) -> None:
    file = tmp_path / "saved.zip"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(RecordError) as caught:
        keep_file(file, now=NOW)
    assert caught.value.sentence.startswith(str(file))
    assert told in caught.value.sentence
