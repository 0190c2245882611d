"""Option chains on the wire, as unkind as the vendor's: short pages, last days without greeks, strange contracts."""

from datetime import date, time
from typing import Any

import httpx
import pytest
from massive import RESTClient  # type: ignore[import-untyped]

from deskview.simulator.wire.options import ABSURD_IV
from tests.simulator.conftest import asking
from tests.simulator.test_paging import pages, together

CHAIN = "/v3/snapshot/options"
TODAY = "2026-02-04"


async def rows_of(client: httpx.AsyncClient, call: str) -> list[dict[str, Any]]:
    return together(await pages(client, f"{CHAIN}/{call}{'&' if '?' in call else '?'}limit=250"))


async def test_ten_a_page_unless_asked_and_250_at_most(noon: httpx.AsyncClient) -> None:
    assert len((await noon.get(f"{CHAIN}/SPY")).json()["results"]) == 10
    assert (await noon.get(f"{CHAIN}/SPY?limit=251")).status_code == 400
    assert (await noon.get(f"{CHAIN}/SPY?sort=open_interest")).status_code == 400
    assert (await noon.get(f"{CHAIN}/SPX")).status_code == 404, "an index is asked for with its mark"
    assert (await noon.get(f"{CHAIN}/I:SPX")).status_code == 200


async def test_a_day_asked_for_is_ignored(noon: httpx.AsyncClient) -> None:
    now = (await noon.get(f"{CHAIN}/SPY?limit=5")).json()["results"]
    assert (await noon.get(f"{CHAIN}/SPY?limit=5&as_of=2026-01-05&date=2026-01-05")).json()["results"] == now


async def test_filters_hold_for_every_page(noon: httpx.AsyncClient) -> None:
    call = "NVDA?expiration_date.gte=2026-02-06&expiration_date.lte=2026-02-20&strike_price.gte=160&contract_type=put"
    told = [row["details"] for row in await rows_of(noon, call)]
    assert told
    assert {one["contract_type"] for one in told} == {"put"}
    assert all("2026-02-06" <= one["expiration_date"] <= "2026-02-20" and one["strike_price"] >= 160 for one in told)


async def test_the_first_page_by_ticker_is_the_last_day_without_greeks(noon: httpx.AsyncClient) -> None:
    first = (await noon.get(f"{CHAIN}/SPY?limit=250")).json()["results"]
    assert {row["details"]["expiration_date"] for row in first} == {TODAY}
    assert all("greeks" not in row and "implied_volatility" not in row for row in first)


async def test_strange_contracts_are_among_them(noon: httpx.AsyncClient) -> None:
    rows = await rows_of(noon, "NVDA?expiration_date.gt=2026-02-04")
    assert any(row.get("greeks") == {} for row in rows)
    assert any("implied_volatility" not in row for row in rows)
    absurd = [row for row in rows if row.get("implied_volatility") == ABSURD_IV]
    assert absurd
    assert all(row["greeks"]["gamma"] == 0 for row in absurd)
    assert any(row["details"]["ticker"].startswith("O:NVDA1") for row in rows), "a root that was adjusted"
    assert any(row["open_interest"] == 0 for row in rows)
    assert any(row["day"] == {} for row in rows)


async def test_an_index_has_a_root_of_the_morning_on_third_fridays(noon: httpx.AsyncClient) -> None:
    rows = await rows_of(noon, "I:SPX?expiration_date.lte=2026-02-27&strike_price.gte=6800&strike_price.lte=6900")
    roots = {(row["details"]["expiration_date"], row["details"]["ticker"][2:].rstrip("0123456789CP")) for row in rows}
    by_day = dict(roots)
    assert by_day["2026-02-20"] == "SPX"
    assert {root for day, root in roots if day != "2026-02-20"} == {"SPXW"}
    assert all(row["details"]["exercise_style"] == "european" for row in rows)
    assert all("value" in row["underlying_asset"] and "price" not in row["underlying_asset"] for row in rows)


async def test_open_interest_flickers_from_one_minute_to_the_next() -> None:
    async with asking(at=time(12)) as noon, asking(at=time(12, 1)) as later:
        call = "AAPL?expiration_date.gt=2026-02-04"
        then, now = (
            {row["details"]["ticker"]: row["open_interest"] for row in rows}
            for rows in (await rows_of(noon, call), await rows_of(later, call))
        )
    changed = [ticker for ticker in then if then[ticker] != now[ticker]]
    assert 0 < len(changed) < len(then) / 20


async def test_quotes_come_with_the_plan_that_has_them() -> None:
    async with asking(plan="starter") as client:
        rows = (await client.get(f"{CHAIN}/SPY?limit=250")).json()
    assert rows["status"] == "DELAYED"
    assert not any("last_quote" in row for row in rows["results"])


def test_the_vendor_s_own_client_reads_a_chain(url: str) -> None:
    client = RESTClient("demo", base=url, retries=0)
    chain = list(client.list_snapshot_options_chain("NVDA", params={"expiration_date.gt": TODAY, "limit": 250}))
    assert len(chain) > 100
    assert {one.details.exercise_style for one in chain} == {"american"}
    known = [one for one in chain if one.implied_volatility is not None]
    assert all(one.open_interest >= 0 for one in chain)
    assert max(date.fromisoformat(one.details.expiration_date) for one in known) > date(2026, 3, 1)


@pytest.mark.parametrize("symbol", ["SPY", "QQQ", "IWM", "I:NDX"])
async def test_indices_and_their_funds_have_chains(noon: httpx.AsyncClient, symbol: str) -> None:
    assert (await noon.get(f"{CHAIN}/{symbol}")).json()["results"]


async def test_yields_are_a_row_a_day_up_to_the_day_before(noon: httpx.AsyncClient) -> None:
    path = "/fed/v1/treasury-yields"
    newest = (await noon.get(f"{path}?limit=3&sort=date.desc")).json()["results"]
    assert [row["date"] for row in newest] == ["2026-02-03", "2026-02-02", "2026-01-30"]
    assert 1 < newest[0]["yield_3_month"] < 10, "in per cent"
    oldest = (await noon.get(f"{path}?limit=1")).json()
    assert oldest["results"][0]["date"] < "2024-12-31"
    assert "next_url" in oldest
    of_a_day = (await noon.get(f"{path}?date.gte=2026-02-02&date.lt=2026-02-03")).json()["results"]
    assert [row["date"] for row in of_a_day] == ["2026-02-02"]
    assert (await noon.get(f"{path}?sort=yield")).status_code == 400


@pytest.mark.parametrize(("plan", "has_quotes"), [("starter", False), ("developer", False), ("advanced", True)])
async def test_a_plan_of_options_is_of_the_rank_of_that_of_stocks(plan: str, has_quotes: bool) -> None:
    call = f"{CHAIN}/NVDA?limit=250&expiration_date.gt={TODAY}"
    async with asking(plan=plan) as client, asking(at=time(11, 45)) as before, asking() as now:
        told, then, live = [(await each.get(call)).json()["results"] for each in (client, before, now)]
    assert {"last_quote" in row for row in told} == {has_quotes}
    prices = [{row["underlying_asset"]["price"] for row in rows} for rows in (told, then, live)]
    assert prices[0] == (prices[2] if plan == "advanced" else prices[1])
    assert prices[1] != prices[2]


async def test_below_the_plan_of_options_that_has_chains_they_are_refused() -> None:
    async with asking(plan="basic") as client:
        assert (await client.get(f"{CHAIN}/SPY")).status_code == 403
        assert (await client.get("/fed/v1/treasury-yields")).status_code == 200
