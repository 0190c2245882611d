"""What is read of a file of the library, and what is refused, by its sentence."""

import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskview.french import DECILES, FACTORS, MOMENTUM, NAMES, RecordError
from deskview.french.reader import MOST_BYTES, Record, read
from tests.french.library import (
    COPYRIGHT,
    CREATED,
    EQUAL_WEIGHTED,
    HEADS,
    Text,
    days,
    deciles,
    factors,
    row_of,
    zipped,
)

OURS = {
    MOMENTUM: ["mom"],
    FACTORS: ["mkt_rf", "smb", "hml", "rf"],
    DECILES: [f"d{number}" for number in range(1, 11)],
}


def refusal(data: bytes) -> str:
    """The sentence bytes are refused with."""
    with pytest.raises(RecordError) as caught:
        read(data, "it.zip")
    assert str(caught.value) == caught.value.sentence
    assert caught.value.sentence.startswith("it.zip")
    return caught.value.sentence


def test_the_copy_another_program_saved_is_read_whole(shared: Path) -> None:
    record = read((shared / "data" / "french_momentum_daily.csv").read_bytes(), "the copy")
    assert (record.name, record.table.height) == (MOMENTUM, 26_132)
    assert (record.first, record.last) == (date(1926, 11, 3), date(2026, 4, 30))
    assert (record.vintage, record.copyright) == ("202604", COPYRIGHT)
    assert record.table["mom"][-1] == pytest.approx(0.0217)
    assert record.table["mom"].null_count() == record.unreadable == 0


@pytest.mark.parametrize("name", NAMES)
def test_each_file_has_its_columns_as_fractions(name: str) -> None:
    text = Text(name)
    record = read(text.zipped, "it")
    assert record.name == name
    assert record.table.schema == pl.Schema({"session": pl.Date, **dict.fromkeys(OURS[name], pl.Float64)})
    assert record.table["session"].to_list() == text.days
    row = [float(value) / 100 for value in text.rows[0].split(",")[1:]]
    assert list(record.table.row(0)[1:]) == pytest.approx(row)


@pytest.mark.parametrize("name", NAMES)
def test_both_codes_are_missing_values_and_nothing_else_is(name: str) -> None:
    record = read(Text(name).zipped, "it")
    assert record.table[OURS[name][0]][2] is None
    assert record.table[OURS[name][-1]][4] is None
    assert sum(record.table.null_count().row(0)) == 2
    assert record.unreadable == 0


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\r\r\n"])
def test_lines_may_end_in_any_way(ending: str) -> None:
    expected = read(Text(ending="\n").text, "it").table
    assert read(Text(ending=ending).zipped, "it").table.equals(expected)
    assert read(Text(ending=ending).text, "it").table.equals(expected)


def test_a_lone_cr_among_other_endings_is_an_ending() -> None:
    text = Text()
    expected = read(text.zipped, "it").table
    text.rows[10:12] = ["\r".join(text.rows[10:12])]
    assert read(text.zipped, "it").table.equals(expected)


def test_saturdays_before_1952_are_days_like_others() -> None:
    sessions = read(Text(count=60).zipped, "it").table["session"]
    assert (sessions.dt.weekday() == 6).sum() == 10


def test_only_the_first_table_is_read_and_the_other_named() -> None:
    with_second, alone = read(deciles().zipped, "it"), read(Text(DECILES).zipped, "it")
    assert with_second.table.equals(alone.table)
    assert with_second.left_out == (EQUAL_WEIGHTED.strip(),)
    assert alone.left_out == ()


def test_of_many_later_tables_some_are_named_and_the_rest_counted() -> None:
    below = "\r\n".join(f"  Table {at}\r\n,Mom\r\n1927,  0.1\r\n" for at in range(12))
    record = read(Text(second=below).zipped, "it")
    assert record.left_out[:2] == ("Table 0", "Table 1")
    assert record.left_out[-1] == "5 more"


def test_vintage_and_copyright_are_the_files_own() -> None:
    record = read(factors().zipped, "it")
    assert (record.vintage, record.copyright) == ("202604", COPYRIGHT)
    assert record.created == "This file was created by CMPT_ME_BEME_RETS_DAILY using the 202604 CRSP database."
    assert read(Text().zipped, "it").created == CREATED


def test_a_zip_that_says_neither_is_read_all_the_same() -> None:
    record = read(Text(created="Some returns.", footer="").zipped, "it")
    assert (record.vintage, record.created, record.copyright) == ("", "", "")


def test_a_copy_with_a_head_and_days_of_its_own_form_is_read() -> None:
    saved = Text(corner="Date", form="%Y-%m-%d", ending="\n").text
    assert read(saved, "it").table.equals(read(Text().zipped, "it").table)


def test_a_byte_order_mark_and_capitals_make_no_difference() -> None:
    text = Text(head=["MOM   "], corner=" DATE ")
    assert read(b"\xef\xbb\xbf" + text.text, "it").name == MOMENTUM


def test_few_values_that_are_no_numbers_are_missing_and_counted() -> None:
    text = Text(count=100)
    text.rows[7], text.rows[8], text.rows[9] = (
        row_of(day, [value]) for day, value in zip(text.days[7:10], ["n/a", "", "inf"], strict=True)
    )
    record = read(text.zipped, "it")
    assert record.unreadable == 3
    assert record.table["mom"][7:10].to_list() == [None, None, None]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(NAMES),
    count=st.integers(6, 12),
    ending=st.sampled_from(["\r\n", "\n", "\r"]),
    data=st.data(),
)
def test_what_is_written_is_read(name: str, count: int, ending: str, data: st.DataObject) -> None:
    value = st.one_of(st.integers(-29_999, 29_999), st.sampled_from([-9999, -99_900]))
    width = len(HEADS[name])
    cells = data.draw(st.lists(st.lists(value, min_size=width, max_size=width), min_size=count, max_size=count))
    cells[0] = [0] * width  # a column without a value is refused
    rows = [row_of(day, [f"{cell / 100:.2f}" for cell in row]) for day, row in zip(days(count), cells, strict=True)]
    table = read(Text(name, count=count, rows=rows, ending=ending).zipped, "it").table
    for number, row in enumerate(cells):
        expected = [None if cell in (-9999, -99_900) else pytest.approx(cell / 10_000) for cell in row]
        assert list(table.row(number)[1:]) == expected


def changed(**parts: object) -> bytes:
    """A file with some part of it otherwise."""
    return Text(**parts).zipped  # type: ignore[arg-type]


def with_rows(*changes: tuple[int, str]) -> bytes:
    """A file with rows of a test's own, each in the place of one; an empty text takes it out."""
    text = Text()
    for at, row in changes:
        text.rows[at] = row
    return text.zipped


def encrypted() -> bytes:
    """A zip whose member says that it wants a password."""
    data = bytearray(Text().zipped)
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def packed(method: int) -> bytes:
    """A zip packed in another way."""
    data = bytearray(Text().zipped)
    data[8] = data[data.rindex(b"PK\x01\x02") + 10] = method
    return bytes(data)


def flipped() -> bytes:
    """A zip with a bit of its contents turned."""
    data = bytearray(Text().zipped)
    data[len(data) // 2] ^= 0x10
    return bytes(data)


ROW = row_of(date(1926, 11, 5), ["0.10"])
REFUSALS = {
    "empty": (b" \r\n", "is empty"),
    "a web page": (b"\n<!DOCTYPE html><html>Log in, please</html>", "is a web page and no data"),
    "a web page in the zip": (zipped({"a.csv": b"<html>"}), "is a web page and no data"),
    "a zip cut off": (Text().zipped[:-40], "is a zip that is damaged or cut off"),
    "the beginning of a zip": (Text().zipped[:300], "is a zip that is damaged or cut off"),
    "a zip with a turned bit": (flipped(), "is a zip that is damaged or cut off"),
    "two members": (zipped({"a.csv": Text().text, "b.csv": b"x"}), "is a zip of 2 files; one of the library"),
    "no member": (zipped({}), "is a zip of 0 files"),
    "very many members": (zipped({f"{at}.csv": b"" for at in range(80)}), "is a zip of many files"),
    "a folder": (zipped({"../a.csv": Text().text}), "is a zip with folders in it"),
    "a password": (encrypted(), "asks for a password"),
    "another way to pack": (packed(zipfile.ZIP_LZMA), "packed in another way"),
    "21 MB unzipped": (zipped({"a.csv": b" " * 21_000_000}), "holds more than 20 MB"),
    "21 MB of text": (Text().text + b" " * MOST_BYTES, "holds more than 20 MB"),
    "too many lines": (b"\n" * 300_000 + b"a", "has more than 250,000 lines"),
    "no table": (b"Some text\r\nand no more", "has no table of the library"),
    "an unknown column": (changed(head=["Mkt-RF", "SMB", "RMW", "CMA"]), "does not know: 'RMW', 'CMA'. These files"),
    "columns in another order": (changed(head=["SMB", "Mkt-RF", "HML", "RF"]), "has other columns: 'SMB', 'Mkt-RF'"),
    "half of the columns": (changed(head=["SMB", "HML"]), "has other columns: 'SMB', 'HML'"),
    "an index before the days": (changed(corner=",", count=40), "columns deskview does not know: ''"),
    "no row": (changed(rows=[""]), "has no row below the head"),
    "monthly": (changed(form="%Y%m"), "begins with monthly figures; the daily file is read"),
    "annual": (changed(form="%Y"), "begins with annual figures"),
    "equal-weighted first": (changed(title=EQUAL_WEIGHTED), "begins with an equal-weighted table (Average Equal"),
    "a day twice": (with_rows((3, ROW)), ", line 12: 1926-11-05 comes after 1926-11-05; the days must rise"),
    "a day back": (with_rows((6, ROW)), ", line 15: 1926-11-05 comes after 1926-11-09"),
    "a day there is not": (with_rows((3, "19260231,0.1")), ", line 12, is no row of a day: '19260231,0.1'"),
    "days of two forms": (with_rows((3, "1926-11-06,0.1")), ", line 12, is no row of a day: '1926-11-06,0.1'"),
    "a value too many": (with_rows((3, "19261106,0.1,0.2")), ", line 12, is no row of a day"),
    "no day": (with_rows((3, "x,0.1")), ", line 12, is no row of a day: 'x,0.1'"),
    "an empty line among the rows": (with_rows((3, "")), "breaks off at line 12 and goes on at line 13"),
    "a line of noise among the rows": (with_rows((3, "~~~")), "breaks off at line 12 and goes on at line 13"),
    "no numbers": (with_rows(*((at, row_of(day, ["?"])) for at, day in enumerate(days(8)))), "only 80% of its values"),
    "a wild value": (with_rows((2, row_of(date(1926, 11, 5), ["300.01"]))), "Mom of 1926-11-05 is 300.01 %, beyond"),
    "a code misspelt": (with_rows((2, row_of(date(1926, 11, 5), ["-9999"]))), "Mom of 1926-11-05 is -9,999.00 %"),
    "no value": (changed(rows=[row_of(day, ["-99.99"]) for day in days(9)]), "has no value at all in its column Mom"),
    "a text cut off": (Text().text[:-90], "does not end with the library's copyright line"),
    "a text without its end": (Text(footer="").text, "does not end with the library's copyright line"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_no_such_file_is_refused_by_its_sentence(case: str) -> None:
    data, told = REFUSALS[case]
    assert told in refusal(data)


def test_a_value_just_within_bounds_is_taken() -> None:
    assert read(with_rows((2, row_of(date(1926, 11, 5), ["-300.00"]))), "it").table["mom"][2] == pytest.approx(-3)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_noise_is_refused_and_never_raises_otherwise(noise: bytes) -> None:
    for data in (noise, b"PK\x03\x04" + noise, Text(count=6).zipped[:60] + noise):
        with pytest.raises(RecordError):
            read(data, "it")


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_zip_with_a_byte_changed_is_the_same_record_or_refused(at: int, byte: int) -> None:
    data = bytearray(Text(count=20).zipped)
    data[at % len(data)] = byte
    try:
        record: Record | None = read(bytes(data), "it")
    except RecordError:
        record = None
    assert record is None or record.table.equals(read(Text(count=20).zipped, "it").table)


def test_text_of_a_file_is_one_printable_line() -> None:
    created = "This file was created by \x1b[31m using the 202604 CRSP database."
    record = read(Text(created=created, footer=f"{COPYRIGHT}\x07").zipped, "it")
    assert record.created.isprintable()
    assert record.copyright == COPYRIGHT
    assert "\x1b" not in refusal(changed(head=["\x1b[2J"]))
