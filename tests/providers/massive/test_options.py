"""Option chains and Treasury yields in the vendor's own forms: what is absent, empty, absurd or contradicts itself."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deskview.market.schema import CHAIN, YIELDS, require
from deskview.providers.base import Provider, Table
from deskview.providers.errors import Kind, ProviderError
from deskview.providers.massive.provider import Massive
from tests.providers.massive.answers import Absent, Json, answering, results, without_absent
from tests.providers.massive.every_table import DAY, contract
from tests.providers.scripted import Reply, Server, failed, ok

EXPIRIES, STRIKES = (DAY, date(2027, 1, 15)), (500.0, 700.0)
EXPIRY = date(2026, 12, 18)


async def chain_of(*rows: object) -> Table:
    """The chain made of rows of the wire."""
    return await chain(answering(results(*rows)))


async def chain(provider: Provider) -> Table:
    """SPY's within the bounds."""
    return await provider.chain("SPY", EXPIRIES, STRIKES)


def changed(number: int = 0, **fields: object) -> Json:
    """A contract with fields beside its details replaced, or `Absent`."""
    return without_absent(contract(number) | fields)


async def test_a_contract_as_the_wire_has_it(server: Server, massive: Massive) -> None:
    server.will(ok(results(contract(12))))
    table = await chain(massive)
    assert require(table.frame, CHAIN, "chain").row(0) == (
        "O:SPY261218P00612000", "SPY", EXPIRY, 612.0, "put", "american", 100.0, 1_250.0, 0.21, 7.4, 7.6, 7.5, 612.5,
    )  # fmt: skip
    assert table.left_out == 0
    assert server.seen[0].target == (
        "/v3/snapshot/options/SPY?expiration_date.gte=2026-11-20&expiration_date.lte=2027-01-15"
        "&strike_price.gte=500&strike_price.lte=700&sort=strike_price&order=asc&limit=250"
    )


@pytest.mark.parametrize(("underlying", "path"), [("SPX", "I:SPX"), ("NDX", "I:NDX"), ("RUT", "I:RUT"), ("SPY", "SPY")])
async def test_an_index_is_asked_for_by_its_mark(server: Server, massive: Massive, underlying: str, path: str) -> None:
    server.will(ok(results()))
    await massive.chain(underlying, EXPIRIES, STRIKES)
    assert server.seen[0].target.partition("?")[0] == f"/v3/snapshot/options/{path}"


async def test_bounds_are_sent_to_the_thousandth(server: Server, massive: Massive) -> None:
    server.will(ok(results()))
    await massive.chain("SPX", EXPIRIES, (0.005, 12_345.675))
    assert "strike_price.gte=0.005&strike_price.lte=12345.675&" in server.seen[0].target


@pytest.mark.parametrize("greeks", [{}, Absent, None, {"gamma": 0}, {"delta": None}], ids=str)
async def test_greeks_may_be_absent_or_empty(greeks: object) -> None:
    table = await chain_of(changed(greeks=greeks))
    assert (table.frame.height, table.left_out) == (1, 0)
    assert table.frame["iv"].to_list() == [0.21]


@pytest.mark.parametrize(
    ("told", "iv"), [(Absent, None), (None, None), (0, None), (-0.2, None), (5.0, 5.0), (1e-6, 1e-6)], ids=str
)
async def test_a_volatility_is_as_told_or_null(told: object, iv: float | None) -> None:
    table = await chain_of(changed(implied_volatility=told))
    assert (table.frame["iv"].to_list(), table.frame["oi"].to_list(), table.left_out) == ([iv], [1_250.0], 0)


@pytest.mark.parametrize(("told", "oi"), [(0, 0.0), (None, None), (Absent, None), (3.0, 3.0)], ids=str)
async def test_no_open_interest_is_zero_and_one_not_told_is_null(told: object, oi: float | None) -> None:
    table = await chain_of(changed(open_interest=told))
    assert (table.frame["oi"].to_list(), table.left_out) == ([oi], 0)


@pytest.mark.parametrize(
    ("field", "told", "column"),
    [
        *(("day", each, "close") for each in ({}, None, Absent, {"close": 0})),
        *(("last_quote", each, "bid") for each in ({}, None, Absent, {"bid": 0, "ask": 0.05})),
        *(("underlying_asset", each, "spot") for each in ({}, None, Absent, {"ticker": "SPY"}, {"price": 0})),
    ],
    ids=str,
)
async def test_a_part_that_is_empty_or_absent_leaves_its_price_null(field: str, told: object, column: str) -> None:
    table = await chain_of(changed(0, **{field: told}))
    assert (table.frame[column].to_list(), table.frame.height, table.left_out) == ([None], 1, 0)


@pytest.mark.parametrize(("asset", "spot"), [({"price": 612.5}, 612.5), ({"value": 6_765.25}, 6_765.25)], ids=str)
async def test_the_underlying_of_an_index_has_a_value_and_that_of_a_stock_a_price(asset: Json, spot: float) -> None:
    table = await chain_of(changed(underlying_asset=asset))
    assert table.frame["spot"].to_list() == [spot]


@pytest.mark.parametrize(
    ("ticker", "root"),
    [
        ("O:SPY1261218P00600000", "SPY1"),
        ("O:SPXW261218P00600000", "SPXW"),
        ("O:BRKB261218P00600000", "BRKB"),
        ("O:A261218P00600000", "A"),
    ],
)
async def test_the_root_is_the_tickers_and_keeps_its_digit(ticker: str, root: str) -> None:
    table = await chain_of(contract(0, ticker=ticker))
    assert (table.frame["root"].to_list(), table.left_out) == ([root], 0)


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"ticker": "SPY261218P00600000"}, "the ticker is no contract's"),
        ({"ticker": "O:SPY261218P600000"}, "the ticker is no contract's"),
        ({"ticker": "O:SPY261219P00600000"}, "the ticker tells another last day"),
        ({"ticker": "O:SPY261218P00601000"}, "the ticker tells another strike"),
        ({"strike_price": 600.5}, "the ticker tells another strike"),
        ({"ticker": "O:SPY261218C00600000"}, "the ticker tells another right"),
        ({"contract_type": "call"}, "the ticker tells another right"),
        ({"contract_type": "other"}, "the contract is neither call nor put"),
        ({"expiration_date": "soon"}, "the last day is no date"),
        (
            {"ticker": "O:SPY261119P00600000", "expiration_date": "2026-11-19"},
            "the contract is outside the bounds asked for",
        ),
        ({"ticker": "O:SPY261218P00700010", "strike_price": 700.01}, "the contract is outside the bounds asked for"),
    ],
)
async def test_a_contract_that_contradicts_itself_or_the_question_is_left_out(details: Json, reason: str) -> None:
    table = await chain_of(contract(1), contract(0, **details), contract(2))
    assert table.frame["strike"].to_list() == [601.0, 602.0]
    assert (table.left_out, table.reasons) == (1, (f"{reason} (1)",))


async def test_a_strike_of_nothing_is_none() -> None:
    row = contract(0, ticker="O:SPY261218P00000000", strike_price=0)
    table = await answering(results(row)).chain("SPY", EXPIRIES, (0.0, 700.0))
    assert (table.frame.height, table.reasons) == (0, ("the strike is not above zero (1)",))


async def test_a_contract_told_twice_is_counted_once() -> None:
    table = await chain_of(contract(0), changed(0, open_interest=9), contract(1))
    assert table.frame.select("strike", "oi").rows() == [(600.0, 1_250.0), (601.0, 1_250.0)]
    assert (table.left_out, table.reasons) == (1, ("the same ticker a second time (1)",))


async def test_what_is_left_out_of_every_page_is_counted_by_its_reason(server: Server, massive: Massive) -> None:
    pages = [
        results(contract(0), contract(1, contract_type="call"), "no row"),
        results(contract(0), contract(2, contract_type="call")),
    ]
    pages[0]["next_url"] = f"{server.url}/v3/snapshot/options/SPY?cursor=2"
    server.will(*map(ok, pages))
    table = await chain(massive)
    assert table.frame["strike"].to_list() == [600.0]
    assert table.left_out == 4
    assert table.reasons[0] == "the ticker tells another right (2)"
    assert "the same ticker a second time (1)" in table.reasons


@pytest.mark.parametrize(
    "broken",
    [failed(500, {"status": "ERROR", "error": "x"}), failed(404, {"status": "NOT_FOUND"}), Reply(body=b'{"results":[')],
    ids=["failed", "gone", "cut"],
)
async def test_of_a_chain_whose_second_page_is_missing_there_is_none(
    server: Server, massive: Massive, broken: Reply
) -> None:
    first, third = results(contract(0)), results(contract(2))
    first["next_url"] = f"{server.url}/v3/snapshot/options/SPY?cursor=2"
    server.will(ok(first), *[broken] * 9, ok(third))
    with pytest.raises(ProviderError):
        await chain(massive)


async def test_a_name_the_vendor_does_not_know_is_told_from_one_without_options(
    server: Server, massive: Massive
) -> None:
    server.will(failed(404, {"status": "NOT_FOUND", "request_id": "r", "message": "Ticker not found."}), ok(results()))
    with pytest.raises(ProviderError) as caught:
        await massive.chain("ZZZZ", EXPIRIES, STRIKES)
    assert caught.value.kind is Kind.NOT_FOUND
    assert (await massive.chain("KIMpL", EXPIRIES, STRIKES)).frame.is_empty()


def yields_of(*rows: object) -> Callable[[], Any]:
    """The yields made of rows of the wire."""
    return answering(results(*rows)).yields


async def test_yields_are_fractions_of_the_newest_day(server: Server, massive: Massive) -> None:
    newest = {"date": "2026-11-19", "yield_30_year": 4.75, "yield_1_month": 4.0, "yield_3_month": None}
    body = results({"date": "2026-11-18", "yield_1_month": 3.5, "yield_3_month": 3.75}, newest)
    server.will(ok(body | {"next_url": f"{server.url}/fed/v1/treasury-yields?cursor=2"}))
    table = await massive.yields()
    day = date(2026, 11, 19)
    assert require(table.frame, YIELDS, "yields").rows() == [(day, 1.0, 0.04), (day, 360.0, 0.0475)]
    assert table.left_out == 0
    assert [each.target for each in server.seen] == ["/fed/v1/treasury-yields?sort=date.desc&limit=10"]


async def test_a_day_without_a_yield_gives_way_to_the_one_before() -> None:
    table = await yields_of({"date": "2026-11-20"}, {"date": "2026-11-19", "yield_1_year": 3.5})()
    assert table.frame.rows() == [(date(2026, 11, 19), 12.0, 0.035)]
    assert table.left_out == 0


async def test_yields_that_cannot_be_are_left_out_and_counted() -> None:
    row = {"date": "2026-11-20", "yield_1_month": -5.5, "yield_3_month": 50.5, "yield_6_month": -0.5, "yield_1_year": 0}
    table = await yields_of(
        row, {"date": "2126-11-20", "yield_1_month": 4.0}, {"date": "1962-01-02", "yield_1_year": 3}
    )()
    assert table.frame.select("months", "rate").rows() == [(6.0, -0.005), (12.0, 0.0)]
    assert (table.left_out, table.reasons) == (
        3,
        ("a yield outside -5% to 50% a year (2)", "the day is years ahead (1)"),
    )


async def test_without_a_days_yields_there_is_no_row() -> None:
    table = await yields_of({"date": "2026-11-20", "yield_1_month": 51.0}, {"yield_1_month": 4.0}, {"date": "soon"})()
    assert (table.frame.height, table.left_out) == (0, 3)


async def test_a_refusal_names_the_vendors_plan_of_options(server: Server, massive: Massive) -> None:
    server.will(failed(403, {"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}))
    with pytest.raises(ProviderError) as caught:
        await chain(massive)
    assert caught.value.kind is Kind.NOT_ENTITLED
    assert "needs Options Starter or higher" in caught.value.sentence
