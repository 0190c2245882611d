"""The user's own lists: how a file is read, what a wrong row is answered with, and that nothing held is told."""

import os
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview import paths
from deskview.market.own_lists import (
    MOST_ROWS,
    MOST_TOLD,
    OWN_LIST,
    load_own_lists,
)
from tests.market.own_files import only, read, rows, written


def test_without_a_folder_or_a_file_there_is_no_list(tmp_path: Path) -> None:
    assert load_own_lists(tmp_path / "none").problems == ()
    assert load_own_lists(tmp_path).lists == ()


def test_the_folder_lies_beside_the_settings() -> None:
    assert paths.lists_folder() == paths.settings_file().parent / "lists"


def test_a_list_has_the_name_of_its_file_and_its_rows_in_their_order(tmp_path: Path) -> None:
    found = read(tmp_path, "msft,100,410.5\nAAPL,-2.5,200\nBRK.B,1e3,.5\n", "My book.csv")
    assert only(found).name == "My book"
    assert only(found).rows.schema == pl.Schema(OWN_LIST)
    assert only(found).has_quantities
    os.utime(tmp_path / "My book.csv", (0, datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp()))
    assert only(load_own_lists(tmp_path)).written == date(2026, 3, 4)
    assert rows(found) == [("MSFT", 100.0, 410.5, 1), ("AAPL", -2.5, 200.0, 2), ("BRK.B", 1000.0, 0.5, 3)]
    assert found.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("AAPL\nMSFT\n", id="bare"),
        pytest.param("ticker\nAAPL\nMSFT\n", id="header"),
        pytest.param("# mine\n\nAAPL # since May\n  # none\nMSFT,,\n", id="comments"),
        pytest.param("\ufeffAAPL\r\nMSFT\r\n", id="bom-crlf"),
        pytest.param('"aapl"\n"msft"', id="quotes"),
    ],
)
def test_names_alone_are_a_list_without_quantities(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert only(found).rows.select("ticker", "quantity", "price").rows() == [("AAPL", None, None), ("MSFT", None, None)]
    assert not only(found).has_quantities
    assert found.problems == ()


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize(
    "header", [("price", "ticker", "quantity"), ("Price", " SYMBOL ", "Qty")], ids=["own-names", "aliases"]
)
def test_a_header_tells_the_order(tmp_path: Path, mark: str, header: tuple[str, ...]) -> None:
    lines = [header, ("410.5", "msft", "−100"), ("", "AAPL", "7"), ("3", "NVDA")]
    found = read(tmp_path, "\n".join(mark.join(line) for line in lines))
    assert rows(found) == [("MSFT", -100.0, 410.5, 2), ("AAPL", 7.0, None, 3), ("NVDA", None, 3.0, 4)]
    assert found.problems == ()


def test_a_column_nobody_knows_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, "ticker,Account #,prise,quantity\nAAPL,x,3,5\n")
    assert rows(found) == [("AAPL", 5.0, None, 2)]
    assert [sentence.partition("book.csv, ")[2] for sentence in found.problems] == [
        "line 1: column 'Account #' is not read",
        "line 1: column 'prise' is not read; did you mean 'price'?",
    ]


def test_what_an_export_has_above_its_header_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "sep=;\nAccount 12345\nSymbol;Price;Quantity\nAAPL;410.5;100\n")
    assert rows(found) == [("AAPL", 100.0, 410.5, 4)]
    assert [sentence.partition("book.csv, ")[2] for sentence in found.problems] == [
        "line 1: stands above the header and is not read",
        "line 2: stands above the header and is not read",
    ]


BAD = [
    ('AAPL,"1,200"', "line 2, quantity: has a separator of thousands or a decimal comma"),
    ("AAPL,1 200", "line 2, quantity: has a separator of thousands"),
    ("AAPL,1'200", "line 2, quantity: has a separator of thousands"),
    ("AAPL,1_200", "line 2, quantity: has a separator of thousands"),
    ('AAPL,5,"1,200.50"', "line 2, price: has a separator of thousands"),
    ("AAPL,1,200,150.5", "line 2: has 4 fields where there are 3 columns"),
    ("AAPL,nan", "line 2, quantity: is not a number"),
    ("AAPL,abc", "line 2, quantity: is not a number"),
    ("AAPL,inf", "line 2, quantity: is not a number"),
    ("AAPL,-Infinity", "line 2, quantity: is not a number"),
    ("AAPL,1e400", "line 2, quantity: is more than there can be"),
    ("AAPL,1e13", "line 2, quantity: is more than there can be"),
    ("AAPL," + "9" * 5000, "line 2, quantity: is more than there can be"),
    ("AAPL,0", "line 2, quantity: is 0: nothing is held of AAPL"),
    ("AAPL,-0.0", "line 2, quantity: is 0: nothing is held of AAPL"),
    ("AAPL,1e-400", "line 2, quantity: is 0: nothing is held of AAPL"),
    ("AAPL,(100)", "line 2, quantity: is not a number (a short position has a minus before it)"),
    ("AAPL,$100", "line 2, quantity: is not a number"),
    ("AAPL,٣", "line 2, quantity: is not a number"),
    ("AAPL,0x10", "line 2, quantity: is not a number"),
    ("AAPL,5,0", "line 2, price: is not above 0"),
    ("AAPL,5,-3", "line 2, price: is not above 0"),
    (",5", "line 2, ticker: is missing"),
    ("BRK-B,5", "line 2, ticker: 'BRK-B' is not a ticker (a share class goes after a dot: BRK.B)"),
    ("ß,5", "line 2, ticker: '\\xdf' is not a ticker"),
    ('"AAPL,5', "line 2: its quotes can't be made out"),
    ('"AAPL"x,5', "line 2: its quotes can't be made out"),
    ("AAPL\x00,5", "line 2, ticker: 'AAPL\\x00' is not a ticker"),
]


@pytest.mark.parametrize(("row", "told"), BAD, ids=range(len(BAD)))
def test_a_bad_row_costs_that_row_and_is_told_by_its_line(tmp_path: Path, row: str, told: str) -> None:
    found = read(tmp_path, f"MSFT,100,410.5\n{row}\nNVDA,-3\n")
    assert rows(found) == [("MSFT", 100.0, 410.5, 1), ("NVDA", -3.0, None, 3)]
    (sentence,) = found.problems
    assert sentence.startswith(f"{tmp_path / 'book.csv'}, {told}")


@pytest.mark.parametrize(
    ("number", "told"),
    [("1.200", "may have a point between thousands"), ("−12.345.678", "is not a number")],
    ids=["one", "two"],
)
def test_points_between_thousands_are_told_where_a_comma_may_be_the_decimal_sign(
    tmp_path: Path, number: str, told: str
) -> None:
    found = read(tmp_path, f"AAPL;1.5\nMSFT;{number}\n")
    assert rows(found) == [("AAPL", 1.5, None, 1)]
    assert f"line 2, quantity: {told}" in found.problems[0]
    assert rows(read(tmp_path, "ticker,price,quantity\nMSFT,1.200,1.200\n")) == [("MSFT", 1.2, 1.2, 2)]


def test_a_decimal_comma_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "AAPL;100,5\nMSFT;3\n")
    assert rows(found) == [("MSFT", 3.0, None, 2)]
    assert "line 1, quantity: has a separator of thousands or a decimal comma" in found.problems[0]


def test_three_fields_that_may_be_two_are_told_unless_something_shows_which(tmp_path: Path) -> None:
    two_ways = read(tmp_path, "AAPL,1,200\nMSFT,50\n")
    assert rows(two_ways) == [("MSFT", 50.0, None, 2)]
    assert "line 1, quantity: may be one number with a comma or two; a header" in two_ways.problems[0]
    by_header = read(tmp_path, "ticker,quantity,price\nAAPL,1,200\nMSFT,50\n")
    assert rows(by_header)[0] == ("AAPL", 1.0, 200.0, 2)
    by_the_others = read(tmp_path, "AAPL,1,200\nMSFT,50,410.25\n")
    assert rows(by_the_others)[0] == ("AAPL", 1.0, 200.0, 1)


DUPLICATES = [
    ("AAPL,100,10\nMSFT,1\nAAPL,300,20", (400.0, 17.5), "AAPL stands on line 1 as well; the quantities are added, the"),
    ("AAPL,100,10\nAAPL,-50,16", (50.0, 4.0), "the price is their mean by quantity"),
    ("AAPL,100\nAAPL,300", (400.0, None), "the quantities are added"),
    ("AAPL,100,10\nAAPL,300", (400.0, None), "without a price: not every row has one"),
    ("AAPL,100,10\nAAPL,-99,20", (1.0, None), "bought and sold, they have none"),
    ("AAPL\nAAPL,300", (300.0, None), "the quantities are added, of those rows that have one"),
    ("AAPL\naapl\nAAPL", (None, None), "AAPL stands on line 1, 2 as well; it is counted once"),
    ("ticker,price\nAAPL,3\nAAPL,4", (None, None), "it is counted once, without a price: they differ"),
    ("ticker,price\nAAPL,3\nAAPL,3", (None, 3.0), "it is counted once"),
]


@pytest.mark.parametrize(("text", "row", "told"), DUPLICATES, ids=range(len(DUPLICATES)))
def test_a_ticker_that_stands_twice_is_added_with_a_remark(
    tmp_path: Path, text: str, row: tuple[object, ...], told: str
) -> None:
    found = read(tmp_path, text)
    assert only(found).rows.filter(ticker="AAPL").select("quantity", "price").rows() == [row]
    (remark,) = found.problems
    assert told in remark


def test_quantities_that_cancel_out_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, "AAPL,0.1\nAAPL,0.2\nAAPL,-0.3\nMSFT,1\n")
    assert [row[0] for row in rows(found)] == ["MSFT"]
    assert found.problems[0].endswith("line 3: AAPL stands on line 1, 2 as well; the quantities cancel out: nothing is "
                                      "held, and the rows are left out")  # fmt: skip


AMOUNTS = st.integers(-10_000, 10_000).filter(bool).map(lambda hundredths: hundredths / 100)
TICKERS = st.sampled_from(["AAPL", "MSFT", "NVDA", "BRK.B", "F"])


@settings(deadline=None)
@given(st.lists(st.tuples(TICKERS, AMOUNTS, AMOUNTS.map(abs)), min_size=1, max_size=40))
def test_no_share_is_lost_or_made(
    tmp_path_factory: pytest.TempPathFactory, given: list[tuple[str, float, float]]
) -> None:
    text = "ticker,quantity,price\n" + "".join(f"{ticker},{held},{price}\n" for ticker, held, price in given)
    found = read(tmp_path_factory.mktemp("lists"), text)
    held, cost = defaultdict[str, float](float), defaultdict[str, float](float)
    for ticker, quantity, price in given:
        held[ticker] += quantity
        cost[ticker] += quantity * price
    table = only(found).rows if found.lists else pl.DataFrame(schema=dict(OWN_LIST))
    assert {row[0]: row[1] for row in table.rows()} == pytest.approx(
        {ticker: total for ticker, total in held.items() if abs(total) > 1e-6}
    )
    for ticker, quantity, price, _ in table.rows():
        assert price is None or quantity * price == pytest.approx(cost[ticker])


REFUSED: list[tuple[str | bytes, str]] = [
    ("", "has no row that can be used"),
    ("# nothing yet\n", "has no row that can be used"),
    ("AAPL,0\n", "has no row that can be used; line 1, quantity: is 0"),
    ("quantity,price\n3,4\n", "is not read: its header names no column ticker"),
    ("ticker,qty,shares\nAAPL,1,2\n", "is not read: its header names the column quantity 2 times"),
    (
        "Sym;Kurs;Anzahl\nAAPL;410;100\n",
        "line 1 looks like a header; columns are ticker, quantity and price",
    ),
    ("ticker,price,quantity\nA;410;100\nB;1;2\n", "is not read: line 1 looks like a header that can't be made out"),
    ('"ticker,"price","quantity"\nA,410,100\n', "is not read: line 1 looks like a header that can't be made out"),
    ("ticker,quantity\nAAPL,1\n\nticker,price\nMSFT,2\n", "is not read: it has two headers, on lines 1 and 4"),
    (b"\xff\xfeA\x00", "line 1 is not UTF-8 (byte 0xff)"),
    ("A\n" * (MOST_ROWS + 2), f"is not read: it has more than {MOST_ROWS:,} rows"),
    ("AAPL,1\n" + "#" * 1_000_000, "has more than 1,000,000 bytes"),
]


@pytest.mark.parametrize(("text", "told"), REFUSED, ids=range(len(REFUSED)))
def test_a_file_that_is_no_list_is_told(tmp_path: Path, text: str | bytes, told: str) -> None:
    written(tmp_path, "MSFT\n", "other.csv")
    found = read(tmp_path, text)
    assert [one.name for one in found.lists] == ["other"]
    (sentence,) = found.problems
    assert sentence.startswith(f"{tmp_path / 'book.csv'}: ")
    assert told in sentence


def test_as_many_rows_as_are_allowed_are_read(tmp_path: Path) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = [f"{a}{b}{c}{d}" for a in letters[:1] for b in letters for c in letters for d in letters]
    found = read(tmp_path, "ticker\n" + "\n".join(names[:MOST_ROWS]))
    assert only(found).rows.height == MOST_ROWS
    assert "more than" in read(tmp_path, "ticker\n" + "\n".join(names[: MOST_ROWS + 1])).problems[0]


def test_of_many_bad_rows_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "AAPL,3\n" + "MSFT,?\n" * 500)
    assert len(found.problems) == MOST_TOLD + 1
    assert found.problems[-1].endswith(f"{500 - MOST_TOLD} more rows are like these")
