"""The signs in the prints can be recovered: retail by its sub-penny prices, the rest by the tick rule."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest

from deskview.market.sessions import NEW_YORK
from deskview.simulator.scenario import parse_scenario, read_scenario
from deskview.simulator.world.world import World
from tests.simulator.conftest import asking

NAMES = ["NVDA", "TSLA", "AAPL", "PLTR", "AMD", "MU", "BAC", "INTC"]
CRASH = date(2026, 2, 4)
COUNTED = {(), (14,), (37,), (14, 37)}


class Trade(msgspec.Struct, gc=False):
    """What is needed of a print."""

    price: float
    sip_timestamp: int
    decimal_size: str
    conditions: tuple[int, ...] = ()
    correction: int = 0
    trf_id: int = 0


class Page(msgspec.Struct):
    """An answer."""

    results: list[Trade]
    next_url: str | None = None


async def flows(client: httpx.AsyncClient, day: date, names: Sequence[str] = NAMES) -> np.ndarray[Any, Any]:
    """(retail or rest, bought or sold, before or after noon) dollars of the names in a session."""
    total = np.zeros((2, 2, 2))
    for ticker in names:
        following: str | None = f"/v3/trades/{ticker}?timestamp={day}&order=asc&limit=50000"
        while following:
            page = msgspec.json.decode((await client.get(following)).content, type=Page)
            total += signed(page.results, day)
            following = page.next_url
    return total


def signed(rows: list[Trade], day: date) -> np.ndarray[Any, Any]:
    """The same of a page: retail by its sub-penny price, the rest by the tick rule."""
    prints = [row for row in rows if not row.correction and row.conditions in COUNTED]
    if not prints:
        return np.zeros((2, 2, 2))
    noon_ns = int(datetime.combine(day, time(12), NEW_YORK).timestamp()) * 10**9
    price = np.array([round(row.price * 10_000) for row in prints])
    usd = price / 10_000 * np.array([float(row.decimal_size) for row in prints])
    later = np.array([row.sip_timestamp >= noon_ns for row in prints])
    fraction = price % 100
    improved = (fraction > 0) & np.array([row.trf_id > 0 for row in prints])
    rest = np.flatnonzero(~improved)
    change = np.sign(np.diff(price[rest], prepend=price[rest[0]]))
    latest = np.maximum.accumulate(np.where(change != 0, np.arange(len(rest)), 0))
    total = np.zeros((2, 2, 2))
    retail = np.flatnonzero(improved & (fraction != 50))
    kinds = ((retail, fraction[retail] < 50), (rest, change[latest] < 0))
    for place, (which, sold) in enumerate(kinds):
        total[place] = np.bincount(2 * sold + later[which], usd[which], 4).reshape(2, 2)
    return total


def imbalance(total: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Of retail and of the rest, over the whole session."""
    day = total.sum(axis=2)
    return np.asarray((day[:, 0] - day[:, 1]) / day.sum(axis=1))


async def test_the_crash_is_sold_in_the_morning_and_bought_by_retail_in_the_afternoon() -> None:
    async with asking(at=time(20), compress=False) as client:
        total = await flows(client, CRASH)
    net = total[:, 0] - total[:, 1]
    assert net[0, 0] < 0 < net[0, 1]
    assert net[1].max() < 0
    assert net[1, 0] < net[1, 1]
    assert 0 < imbalance(total)[0] < 0.06
    assert 0.10 < total[0].sum() / total.sum() < 0.30


async def test_a_day_of_strong_buying_shows_in_the_prints(world: World) -> None:
    for row, levels in enumerate((world.flows.retail, world.flows.nonretail)):
        lowest, highest = int(np.argmin(levels[60:])) + 60, int(np.argmax(levels[60:])) + 60
        async with asking(compress=False) as client:
            low = imbalance(await flows(client, world.days[world.oldest + lowest], NAMES[:4]))[row]
            high = imbalance(await flows(client, world.days[world.oldest + highest], NAMES[:4]))[row]
        assert high - low > 0.5 * (levels[highest] - levels[lowest])


def test_on_a_day_of_one_crowd_single_names_stray_less(world: World) -> None:
    def strays(session: int) -> tuple[float, float]:
        retail, other = world.flows.levels([f"N{number}" for number in range(1000)], session)
        return float(retail.mean(axis=1).std()), float(other.mean(axis=1).std())

    today, before = strays(world.sessions), strays(world.sessions - 1)
    assert world.scenario.flow.stray == 0.3
    for now, ordinary in zip(today, before, strict=True):
        assert 0.25 < now / ordinary < 0.36


def test_imbalances_spread_as_far_as_the_specification_says(world: World) -> None:
    names, sessions = [f"N{number}" for number in range(300)], range(world.sessions - 150, world.sessions)
    for side in (0, 1):
        levels = np.array([world.flows.levels(names, session)[side] for session in sessions])
        by_half_hour = levels.reshape(len(sessions), len(names), 13, 6)
        stretch = by_half_hour - by_half_hour.mean(axis=3, keepdims=True)
        assert stretch.std() * (6 / 5) ** 0.5 == pytest.approx(0.25, rel=0.02)
        half_hour = by_half_hour.mean(axis=3) - levels.mean(axis=2, keepdims=True)
        half_hour -= half_hour.mean(axis=(0, 1))
        variance = half_hour.var() * 13 / 12 - 0.25**2 / 6
        assert variance**0.5 == pytest.approx(0.10, rel=0.03)
        shared = half_hour.mean(axis=1).var() * 13 / 12
        assert shared / variance == pytest.approx(0.5, abs=0.05)


def test_stretches_of_a_name_are_its_own_and_retails_are_not_the_others(world: World) -> None:
    retail, other = world.flows.levels([f"N{number}" for number in range(2000)], world.sessions - 1)
    noise = [side - side.mean(axis=1, keepdims=True) - side.mean(axis=0) for side in (retail, other)]
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(noise[0][:-1].ravel(), noise[0][1:].ravel())[0, 1]) < 0.02
    alone = world.flows.levels(["N7"], world.sessions - 1)
    assert np.array_equal(alone[0][0], retail[7])
    assert np.array_equal(alone[1][0], other[7])


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_crash_stands_where_it_should_in_its_year(seed: int) -> None:
    retail, other = ranks_at_the_close("momentum-crash", seed)
    assert 0.10 <= retail <= 0.22
    assert 0.05 <= other <= 0.17


def ranks_at_the_close(scenario: str, seed: int) -> tuple[float, float]:
    """The rank of the session among the 252 before it, by what is drawn for all stocks."""
    name, data = read_scenario(scenario)
    market = World(name, data, parse_scenario(data), seed)
    year = range(market.sessions - 252, market.sessions)
    days = np.array([imbalances(market, number) for number in [*year, market.sessions]])
    return tuple((days[:-1] < days[-1]).mean(axis=0))


def imbalances(market: World, number: int) -> tuple[float, float]:
    """Of all stocks in a session, retail's and the others'."""
    levels, stocks = market.levels(number), slice(market.roster.stocks)
    retail = np.average(levels.retail[stocks], weights=levels.retail_usd[stocks])
    return float(retail), float(np.average(levels.other[stocks], weights=levels.other_usd[stocks]))


def test_of_reversed_flow_the_truth_has_the_opposite_shape() -> None:
    name, data = read_scenario("reversed-flow")
    market = World(name, data, parse_scenario(data), 1)
    levels, stocks = market.levels(market.sessions), slice(market.roster.stocks)
    nets = [(levels.retail * levels.retail_usd)[stocks], (levels.other * levels.other_usd)[stocks]]
    morning, afternoon = ([float(net[:, part].sum()) for net in nets] for part in (slice(30), slice(42, None)))
    assert morning[0] > 0 > afternoon[0]
    assert morning[1] > 0 > afternoon[1]
