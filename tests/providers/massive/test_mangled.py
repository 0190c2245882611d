"""Whatever a row holds, it costs itself and nothing else."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskview.providers.answers import Answer
from deskview.providers.base import Capability, Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.cleaning import Rejects
from deskview.providers.massive.client import Reader
from deskview.providers.massive.refusals import Translator
from deskview.providers.massive.wire import GroupedBar
from tests.providers.massive.answers import Json, answering, grouped_bar, snapshot_row, trade

Ask = Callable[[Provider], Coroutine[Any, Any, Table]]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from([0, -1, 2**63 - 1, 9 * 10**12, "NaN", "1e999", 1e308, -1e308]),
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


KINDS: list[tuple[str, str, Callable[..., Json], Ask]] = [
    ("results", "T", grouped_bar, lambda provider: provider.daily_bars(date(2026, 8, 7))),
    ("tickers", "ticker", snapshot_row, lambda provider: provider.snapshot()),
    (
        "results",
        "id",
        trade,
        lambda provider: provider.trades("X", datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)),
    ),
]


@pytest.mark.parametrize(("key", "name", "make", "ask"), KINDS, ids=["daily bars", "snapshot", "trades"])
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_good_rows_survive_among_mangled_ones(
    key: str, name: str, make: Callable[..., Json], ask: Ask, data: st.DataObject
) -> None:
    good = [make(**{name: f"GOODROW{number}"}) for number in range(3)]
    bad = data.draw(st.lists(mangled(make(**{name: "BAD"})), min_size=1, max_size=4))
    rows = data.draw(st.permutations([*good, *bad]))
    table = asyncio.run(ask(answering(encoded(rows, key))))
    assert table.frame.height + table.left_out == len(rows)
    column = "id" if name == "id" else "ticker"
    alone = asyncio.run(ask(answering(encoded(good, key)))).frame.sort(column)
    kept = table.frame.filter(table.frame[column].is_in([row[name] for row in good]).fill_null(value=False)).sort(
        column
    )
    assert kept.equals(alone)
    assert all(reason.isprintable() for reason in table.reasons)


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
        Reader(GroupedBar).read(answer, Capability.DAILY_BARS, Translator(None), Rejects())
    except ProviderError as error:
        assert error.kind in (Kind.MALFORMED, Kind.SERVER)


@pytest.mark.parametrize("ticker", ["AAPL\n", "AAPL\r", "", " AAPL", "A" * 33])
def test_a_ticker_that_is_none_costs_its_row(ticker: str) -> None:
    good = {"ticker": "MSFT", "execution_date": "2026-02-04", "split_from": 1, "split_to": 2}
    provider = answering({"status": "OK", "results": [good | {"ticker": ticker}, good]})
    table = asyncio.run(provider.splits(date(2026, 1, 1)))
    assert table.frame["ticker"].to_list() == ["MSFT"]
    assert table.left_out == 1
