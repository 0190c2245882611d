"""What is always wrong with the market: prints, tables and names as a vendor has them on an ordinary day."""

from collections import Counter
from datetime import time
from itertools import pairwise
from typing import Any

import httpx
import numpy as np
import pytest

from deskview.simulator.world.roster import CLOSED, FAILED, PAIRS, REUSED, SPLITTING, SPUN_OFF, TAKEN_OVER
from deskview.simulator.world.world import World
from tests.simulator.conftest import GROUPED, SNAPSHOT, asking
from tests.simulator.test_paging import pages, together

DAY = "2026-02-04"
BEFORE = f"{GROUPED}/2026-02-03"
YEARS = "/v2/aggs/ticker/{}/range/1/day/2023-01-03/2026-02-03?adjusted=true&limit=50000"
LISTED = "/v3/reference/tickers?active={}&limit=1000"
UNPRICED = {2, 7, 10, 22, 52, 53}


async def rows_at(at: time, scenario: str = "momentum-crash") -> dict[str, Any]:
    async with asking(at=at, scenario=scenario) as client:
        return {row["ticker"]: row for row in (await client.get(SNAPSHOT)).json()["tickers"]}


def ticker(world: World, place: int) -> str:
    return world.roster.tickers[world.roster.invented + place]


@pytest.mark.parametrize(("scenario", "close"), [("momentum-crash", time(16)), ("half-day", time(13))])
async def test_from_the_bell_on_the_day_stands(scenario: str, close: time) -> None:
    bell, later, night = [await rows_at(at, scenario) for at in (close, time(18), time(20))]
    for name, row in bell.items():
        day = {key: row["day"][key] for key in ("o", "h", "l", "c", "vw")}
        assert day["c"] > 0
        assert day == {key: later[name]["day"][key] for key in day} == {key: night[name]["day"][key] for key in day}


async def test_evening_trades_move_and_say_what_they_are() -> None:
    rows = await rows_at(time(18))
    evening = [row for row in rows.values() if row["lastTrade"]["c"] in ([12], [12, 37])]
    moves = np.array([abs(row["lastTrade"]["p"] / row["day"]["c"] - 1) for row in evening])
    assert len(evening) > 0.7 * len(rows)
    assert 0.0005 < np.median(moves) < 0.004
    assert 0.06 < moves.max() < 0.12
    assert 0.005 < np.mean(moves > 0.02) < 0.03
    for row in evening[:200]:
        assert row["min"]["c"] == pytest.approx(row["lastTrade"]["p"], rel=0.006, abs=0.011)
        assert row["todaysChange"] == pytest.approx(row["lastTrade"]["p"] - row["prevDay"]["c"], abs=1e-6)


async def test_before_the_open_trades_say_so() -> None:
    traded = [row["lastTrade"] for row in (await rows_at(time(8))).values() if row["lastTrade"]["p"]]
    assert Counter(str(found["c"]) for found in traded if not UNPRICED & set(found["c"])).keys() == {"[12]", "[12, 37]"}


@pytest.mark.parametrize("at", [time(10, 15), time(12), time(15, 59), time(16), time(18)])
async def test_a_few_last_trades_set_no_price(at: time) -> None:
    rows = await rows_at(at)
    strange = [row for row in rows.values() if UNPRICED & set(row["lastTrade"]["c"] or ())]
    assert 0.001 < len(strange) / len(rows) < 0.008
    for row in strange:
        off = abs(row["lastTrade"]["p"] / row["min"]["c"] - 1)
        assert 0.01 < off < 0.15
        assert row["todaysChange"] + row["prevDay"]["c"] == pytest.approx(row["min"]["c"], rel=0.006, abs=0.02)
    ordinary = [row for row in rows.values() if row not in strange and at < time(16)]
    assert all(row["lastTrade"]["p"] == pytest.approx(row["day"]["c"], rel=0.006, abs=0.02) for row in ordinary)


async def test_odd_lots_are_common_and_every_condition_has_its_rule() -> None:
    rows = await rows_at(time(12))
    codes = Counter(code for row in rows.values() for code in row["lastTrade"]["c"] or ())
    assert codes[37] > 0.2 * len(rows)
    async with asking() as client:
        table = (await client.get("/v3/reference/conditions?data_type=trade&limit=1000")).json()["results"]
    rules = {row["id"]: row["update_rules"]["consolidated"] for row in table}
    assert set(codes) | UNPRICED <= set(rules)
    assert not any(rules[code]["updates_open_close"] for code in UNPRICED)


async def test_a_split_is_told_at_noon_while_the_price_before_is_on_the_new_basis(world: World) -> None:
    name = ticker(world, SPLITTING)
    for at, told in ((time(10), False), (time(12), True)):
        async with asking(at=at) as client:
            row = (await client.get(f"{SNAPSHOT}/{name}")).json()["ticker"]
            splits = (await client.get(f"/stocks/v1/splits?ticker={name}")).json()["results"]
            raw, adjusted = [
                {bar["T"]: bar["c"] for bar in (await client.get(f"{BEFORE}?adjusted={word}")).json()["results"]}
                for word in ("false", "true")
            ]  # fmt: skip
            one = (await client.get(YEARS.format(name))).json()["results"][-1]["c"]
        assert [split["execution_date"] for split in splits] == [DAY] * told
        assert row["prevDay"]["c"] == pytest.approx(raw[name] / 10, abs=1e-4)
        assert adjusted[name] == one == pytest.approx(raw[name] / (10 if told else 1), abs=1e-4)
        assert abs(row["todaysChangePerc"]) < 25


async def test_rows_twice_and_a_wrong_one(noon: httpx.AsyncClient) -> None:
    since = "ex_dividend_date.gte=2024-01-01&limit=5000"
    dividends = together(await pages(noon, f"/stocks/v1/dividends?{since}"))
    times = Counter(row["id"] for row in dividends)
    assert 0.001 < np.mean([count == 2 for count in times.values()]) < 0.01
    assert set(times.values()) == {1, 2}
    today = (await noon.get(f"/stocks/v1/dividends?ex_dividend_date={DAY}&limit=5000")).json()["results"]
    assert 2 in Counter(row["id"] for row in today).values()
    splits = (await noon.get("/stocks/v1/splits?limit=5000")).json()["results"]
    [(name, day)] = [
        key for key, n in Counter((row["ticker"], row["execution_date"]) for row in splits).items() if n > 1
    ]
    wrong, right = [row for row in splits if (row["ticker"], row["execution_date"]) == (name, day)]
    assert wrong["id"] != right["id"]
    bars = (await noon.get(YEARS.format(name).replace("adjusted=true", "adjusted=false"))).json()["results"]
    moves = [after["o"] / before["c"] for before, after in pairwise(bars)]
    ratios = [row["split_from"] / row["split_to"] for row in (right, wrong)]
    assert min(abs(move - ratios[0]) for move in moves) < 0.05
    assert min(abs(move - ratios[1]) for move in moves) > 0.1


async def test_a_ticker_of_two_companies(noon: httpx.AsyncClient, world: World) -> None:
    name = ticker(world, REUSED)
    [new], [old] = [
        (await noon.get(f"/v3/reference/tickers?ticker={name}&active={word}")).json()["results"]
        for word in ("true", "false")
    ]
    assert len({new["composite_figi"], old["composite_figi"]}) == len({new["cik"], old["cik"]}) == 2
    listed = (await noon.get(f"/v3/reference/tickers/{name}")).json()["results"]
    before = (await noon.get(f"/v3/reference/tickers/{name}?date=2025-03-03")).json()["results"]
    assert (listed["composite_figi"], before["composite_figi"]) == (new["composite_figi"], old["composite_figi"])
    assert old["delisted_utc"][:10] < listed["list_date"]
    close = [bar["c"] for bar in (await noon.get(YEARS.format(name))).json()["results"]]
    missing = world.sessions - world.oldest - len(close)
    assert missing > 0
    assert close[-21] / close[-252 + missing] > 6


async def test_delisted_names(noon: httpx.AsyncClient, world: World) -> None:
    gone = {row["ticker"]: row for row in (await noon.get(LISTED.format("false"))).json()["results"]}
    living = {row["ticker"] for row in together(await pages(noon, LISTED.format("true")))}
    recent = [row for row in gone.values() if row["delisted_utc"][:10] >= world.days[world.sessions - 530].isoformat()]
    assert len(recent) >= 10
    assert all(row["cik"] and row["composite_figi"] for row in recent)
    assert {row["ticker"] for row in recent if row["type"] != "CS"} == {CLOSED}
    for place in FAILED:
        close = [bar["c"] for bar in (await noon.get(YEARS.format(ticker(world, place)))).json()["results"]]
        assert ticker(world, place) in gone
        assert ticker(world, place) not in living
        assert close[-1] < 0.2 * max(close[-90:])
        assert close[-1] / close[-2] < 0.75
    for place in TAKEN_OVER:
        bars = (await noon.get(YEARS.format(ticker(world, place)))).json()["results"]
        pinned = np.array([bar["c"] for bar in bars[-44:]])
        assert np.ptp(pinned) / pinned[-1] < 0.03
        assert pinned[0] / bars[-47]["c"] > 1.2


async def test_lines_of_one_company_share_its_number_and_its_size(noon: httpx.AsyncClient, world: World) -> None:
    invented = [tuple(ticker(world, place) for place in PAIRS[start : start + 2]) for start in range(0, len(PAIRS), 2)]
    for pair in (("GOOG", "GOOGL"), ("FOX", "FOXA"), ("NWS", "NWSA"), *invented):
        one, other = [(await noon.get(f"/v3/reference/tickers/{name}")).json()["results"] for name in pair]
        assert one["cik"] == other["cik"]
        assert one["composite_figi"] != other["composite_figi"]
        assert one["market_cap"] == other["market_cap"]
        assert one["share_class_shares_outstanding"] < one["weighted_shares_outstanding"]
    assert 3.5e12 < (await noon.get("/v3/reference/tickers/GOOG")).json()["results"]["market_cap"] < 4.1e12


async def test_a_spin_off_no_table_tells_of(noon: httpx.AsyncClient, world: World) -> None:
    name = ticker(world, SPUN_OFF)
    bars = (await noon.get(YEARS.format(name))).json()["results"]
    gaps = [after["o"] / before["c"] - 1 for before, after in pairwise(bars)]
    assert -0.30 < min(gaps) < -0.20
    assert sorted(gaps)[1] > -0.12
    assert gaps.index(min(gaps)) > len(gaps) - 252
    assert (await noon.get(f"/stocks/v1/splits?ticker={name}")).json()["results"] == []
