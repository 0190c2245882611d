"""The signs in the prints can be recovered: retail by its sub-penny prices, the rest by the tick rule."""

from datetime import date, datetime, time
from typing import Any

import httpx
import numpy as np

from deskview.market.sessions import NEW_YORK
from deskview.simulator.world.world import World
from tests.simulator.conftest import asking

NAMES = ["NVDA", "TSLA", "AAPL", "PLTR", "AMD", "MU", "BAC", "INTC"]
CRASH = date(2026, 2, 4)
COUNTED = [[], [14], [37], [14, 37]]


async def flows(client: httpx.AsyncClient, day: date) -> np.ndarray[Any, Any]:
    """(retail or rest, bought or sold, before or after noon) dollars of the names in a session."""
    total = np.zeros((2, 2, 2))
    for ticker in NAMES:
        following: str | None = f"/v3/trades/{ticker}?timestamp={day}&order=asc&limit=50000"
        while following:
            body = (await client.get(following)).json()
            total += signed(body["results"], day)
            following = body.get("next_url")
    return total


def signed(prints: list[dict[str, Any]], day: date) -> np.ndarray[Any, Any]:
    total, last, way = np.zeros((2, 2, 2)), 0, 0
    noon_ns = int(datetime.combine(day, time(12), NEW_YORK).timestamp()) * 10**9
    for found in prints:
        if "correction" in found or found.get("conditions", []) not in COUNTED:
            continue
        price = round(found["price"] * 10_000)
        subpenny, half = price % 100, int(found["sip_timestamp"] >= noon_ns)
        dollars = found["price"] * float(found["decimal_size"])
        if subpenny and "trf_id" in found:
            if subpenny != 50:
                total[0, int(subpenny < 50), half] += dollars
            continue
        way = way if price == last else int(price < last)
        last = price
        total[1, way, half] += dollars
    return total


def imbalance(total: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Of retail and of the rest, over the whole session."""
    day = total.sum(axis=2)
    return np.asarray((day[:, 0] - day[:, 1]) / day.sum(axis=1))


async def test_the_crash_is_sold_in_the_morning_and_bought_by_retail_in_the_afternoon() -> None:
    async with asking(at=time(20)) as client:
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
        async with asking() as client:
            low = imbalance(await flows(client, world.days[world.oldest + lowest]))[row]
            high = imbalance(await flows(client, world.days[world.oldest + highest]))[row]
        assert high - low > 0.5 * (levels[highest] - levels[lowest])


def test_on_a_day_of_one_crowd_single_names_stray_less(world: World) -> None:
    def strays(session: int) -> tuple[float, float]:
        levels = np.array([world.flows.imbalances(f"N{number}", session) for number in range(300)])
        retail, other = levels.mean(axis=2).std(axis=0)
        return float(retail), float(other)

    today, before = strays(world.sessions), strays(world.sessions - 1)
    assert world.scenario.flow.stray == 0.3
    for now, ordinary in zip(today, before, strict=True):
        assert 0.25 < now / ordinary < 0.36
