"""Whatever a row holds, it costs itself and nothing else."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.providers.answers import Answer
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive import MASSIVE
from deskview.providers.massive.cleaning import Rejects
from deskview.providers.massive.decode import Reader
from deskview.providers.massive.refusals import Translator
from deskview.providers.massive.wire import GroupedBar
from tests.providers.massive.answers import Json, answering, snapshot_row
from tests.providers.massive.every_table import (
    BARS,
    DAY,
    EVERY_TABLE,
    SNAPSHOT,
    TRADES,
    OneTable,
    closure,
    overview,
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from([0, -1, 2**63 - 1, 9 * 10**12, "NaN", "1e999", 1e308, -1e308]),
    st.sampled_from(["0001-01-01", "9999-12-31", "+12026-01-01", "2026-02-30", "2026W101", "e\u0301\u0301\u0301"]),
)
values = st.one_of(
    scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from("ohlcvtpP"), scalars, max_size=4)
)


@st.composite
def mangled(draw: st.DrawFn, good: Json) -> object:
    """A good row with fields changed or gone, or something that is no row at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(values)
    row = dict(good)
    for name in draw(st.lists(st.sampled_from(sorted(good)), min_size=1, max_size=4)):
        row[name] = draw(values)
    for name in draw(st.lists(st.sampled_from(sorted(good)), max_size=1)):
        row.pop(name)
    return row


def encoded(rows: Sequence[object], key: str) -> bytes:
    # the standard library writes integers of any size
    return json.dumps({"status": "OK", key: rows}, allow_nan=False).encode()


@pytest.mark.parametrize("kind", EVERY_TABLE, ids=lambda kind: kind.name)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_good_rows_survive_among_mangled_ones(kind: OneTable, data: st.DataObject) -> None:
    good = [kind.good(number) for number in range(3)]
    bad = data.draw(st.lists(mangled(kind.good(7)), min_size=1, max_size=4))
    rows = data.draw(st.permutations([*good, *bad]))
    table = kind.read(answering(encoded(rows, kind.rows)))
    assert table.frame.height + table.left_out <= len(rows), "rows of other types are counted nowhere"
    alone = kind.read(answering(encoded(good, kind.rows))).frame.sort(kind.key)
    assert alone.height == len(good)
    kept = table.frame.join(alone.select(kind.key), on=kind.key, how="semi", maintain_order="left")
    assert kept.sort(kind.key).equals(alone)
    assert all(reason.isprintable() for reason in table.reasons)
    list(table.frame.iter_rows())  # every value is one Python has too


@given(row=mangled(overview()))
@settings(max_examples=60, deadline=None)
def test_one_names_details_are_a_row_or_none_or_a_typed_error(row: object) -> None:
    body = json.dumps({"status": "OK", "results": row}, allow_nan=False).encode()
    try:
        table = asyncio.run(answering(body).details("GOOD1", DAY))
    except ProviderError as error:
        assert error.kind is Kind.MALFORMED
    else:
        assert table.frame.height + table.left_out <= 1
        list(table.frame.iter_rows())


@given(bad=mangled(closure("2026-11-27")))
@settings(max_examples=60, deadline=None)
def test_a_coming_closure_that_is_mangled_costs_no_other(bad: object) -> None:
    body = json.dumps([closure("2026-11-26"), bad, closure("2026-12-25")], allow_nan=False).encode()
    found = asyncio.run(answering(body).closures())
    assert {date(2026, 11, 26), date(2026, 12, 25)} <= set(found)


trees = st.recursive(
    scalars,
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(st.sampled_from(["results", "tickers", "status", "next_url"]), below, max_size=3),
    ),
    max_leaves=8,
)


@given(body=st.one_of(st.binary(max_size=60), trees.map(lambda tree: json.dumps(tree, allow_nan=False).encode())))
@settings(max_examples=200, deadline=None)
def test_any_body_gives_rows_or_a_typed_error(body: bytes) -> None:
    answer = Answer(body, httpx.Headers(), httpx.URL("https://h/x"))
    try:
        Reader(GroupedBar).read(answer, Capability.DAILY_BARS, Translator(MASSIVE, None), Rejects())
    except ProviderError as error:
        assert error.kind in (Kind.MALFORMED, Kind.SERVER)


GARBLED = {
    "bytes that are no text": b'"\xff\xfe"',
    "a text cut within a letter": b'"AAPL\xe2\x82"',
    "half a surrogate, as bytes": b'"\xed\xa0\x80"',
    "half a surrogate": b'"\\ud800"',
    "a surrogate and no second": b'"\\ud800A"',
    "a surrogate too early": b'"\\udc00\\ud800"',
    "a control character": b'"A\x00"',
    "a word that is no JSON": b"NaN",
    "an unknown escape": b'"\\x41"',
    "fifty thousand levels": b"[" * 50_000 + b"]" * 50_000,
    "a number of five thousand digits": b"9" * 5_000,
    "nothing": b"",
}


@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED)
@pytest.mark.parametrize("kind", [BARS, SNAPSHOT, TRADES], ids=lambda kind: kind.name)
@pytest.mark.parametrize("field", ["name", "unknown"])
def test_what_no_parser_takes_costs_its_row(kind: OneTable, garbled: bytes, field: str) -> None:
    rows = [kind.good(number) | {"unknown": ']}{[,\\"'} for number in range(3)]
    body = encoded([*rows[:2], kind.good(7) | {kind.wire_key: "BAD", "unknown": "BADLY"}, rows[2]], kind.rows)
    body = body.replace(b'"BAD"' if field == "name" else b'"BADLY"', garbled)
    alone = kind.read(answering(encoded(rows, kind.rows))).frame
    table = kind.read(answering(body))
    good = table.frame.filter(table.frame[kind.key].str.starts_with("GOOD").fill_null(value=False))
    assert good.equals(alone)
    assert table.frame.height + table.left_out == 4
    assert table.left_out == (0 if harmless(garbled, field) else 1)
    assert all(reason.isprintable() for reason in table.reasons)


def harmless(garbled: bytes, field: str) -> bool:
    """Whether it stands in a field nobody reads, which is stepped over."""
    return field == "unknown" and garbled in [GARBLED[name] for name in STEPPED_OVER]


STEPPED_OVER = (
    "bytes that are no text",
    "a text cut within a letter",
    "half a surrogate, as bytes",
    "a number of five thousand digits",
)


@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED)
def test_what_no_parser_takes_costs_its_row_in_a_listing_of_many_pages(garbled: bytes) -> None:
    body = encoded([{"ticker": name, "name": "X", "type": "CS"} for name in ("MSFT", "BAD", "AAPL")], "results")
    table = asyncio.run(answering(body.replace(b'"BAD"', garbled)).tickers())
    assert table.frame["ticker"].to_list() == ["MSFT", "AAPL"]
    assert table.left_out == 1


@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED)
def test_a_closure_that_can_t_be_read_costs_itself(garbled: bytes) -> None:
    rows = [{"exchange": "NYSE", "date": day, "status": "closed"} for day in ("2026-11-26", "BAD", "2026-12-25")]
    body = json.dumps(rows).encode().replace(b'"BAD"', garbled)
    assert list(asyncio.run(answering(body).closures())) == [date(2026, 11, 26), date(2026, 12, 25)]


@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED)
@pytest.mark.parametrize("place", ["status", "next_url", "request_id"])
def test_an_envelope_that_can_t_be_read_is_malformed_or_stepped_over(garbled: bytes, place: str) -> None:
    body = b'{"results":[],"%b":%b}' % (place.encode(), garbled)
    for work in (answering(body).daily_bars(date(2026, 8, 7)), answering(body).tickers()):
        try:
            assert asyncio.run(work).frame.is_empty()
        except ProviderError as error:
            assert error.kind is Kind.MALFORMED


@given(body=st.lists(st.sampled_from([b'"', b"[", b"]", b"{", b"}", b",", b":", b"\\", b"results", b"1", b"\xff"])))
@settings(max_examples=300, deadline=None)
def test_whatever_marks_a_body_is_made_of_it_is_cut_or_refused(body: list[bytes]) -> None:
    answer = Answer(b'{"results":[' + b"".join(body), httpx.Headers(), httpx.URL("https://h/x"))
    try:
        Reader(GroupedBar).read(answer, Capability.DAILY_BARS, Translator(MASSIVE, None), Rejects())
    except ProviderError as error:
        assert error.kind is Kind.MALFORMED


CLOCKS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "2002-12-31T23:59:59Z",
    "2101-01-01T00:00:00Z",
    "2026-02-04T15:00:00",
    "2026-02-30T15:00:00Z",
    "soon",
    "",
]


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_clock_that_can_t_be_is_refused_with_what_it_says(clock: str) -> None:
    with pytest.raises(ProviderError) as caught:
        asyncio.run(answering({"market": "open", "serverTime": clock}).market_status())
    assert caught.value.kind is Kind.MALFORMED
    assert f'clock says "{clock}"' in caught.value.sentence


@pytest.mark.parametrize(("status", "delayed"), [("OK", False), ("DELAYED", True), (None, False), (7, False)])
def test_a_plan_whose_data_are_late_is_known_by_the_envelope(status: object, delayed: bool) -> None:
    body = {"status": status, "tickers": [snapshot_row()]}
    assert asyncio.run(answering(body).snapshot()).delayed is delayed


def test_an_error_nobody_thought_of_is_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("deskview.providers.massive.reference.splits", broken)
    with pytest.raises(ProviderError, match="ZeroDivisionError, see the log") as caught:
        asyncio.run(answering({"status": "OK", "results": []}).splits(date(2026, 1, 1)))
    assert caught.value.kind is Kind.MALFORMED


@pytest.mark.parametrize("ticker", ["AAPL\n", "AAPL\r", "", " AAPL", "A" * 33])
def test_a_ticker_that_is_none_costs_its_row(ticker: str) -> None:
    good = {"ticker": "MSFT", "execution_date": "2026-02-04", "split_from": 1, "split_to": 2}
    provider = answering({"status": "OK", "results": [good | {"ticker": ticker}, good]})
    table = asyncio.run(provider.splits(date(2026, 1, 1)))
    assert table.frame["ticker"].to_list() == ["MSFT"]
    assert table.left_out == 1
