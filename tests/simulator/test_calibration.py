"""The crash, computed from the wire at the close with a small reference of the desk's methods, hits its marks."""

from datetime import time
from functools import cache
from typing import Any

import httpx
import numpy as np
import polars as pl
import pytest

from deskview.market.funds import load_funds, load_underlyings
from deskview.market.groups import load_groups
from deskview.market.members import index_members
from deskview.market.sessions import Calendar
from deskview.simulator.scenario import parse_scenario, read_scenario
from tests.simulator.conftest import GROUPED, SNAPSHOT, asking

CRASH = parse_scenario(read_scenario("momentum-crash")[1]).session


async def closes(client: httpx.AsyncClient) -> pl.DataFrame:
    frames = []
    for day in Calendar().before(CRASH, 253):
        rows = (await client.get(f"{GROUPED}/{day}?adjusted=true")).json()["results"]
        frames.append(pl.DataFrame(rows).select("T", "c", "v", day=pl.lit(day)))
    return pl.concat(frames)


async def gather() -> dict[str, Any]:
    async with asking(at=time(16, 0, 1), compress=False) as client:
        history = await closes(client)
        stocks: list[dict[str, Any]] = []
        for kind in ("CS", "ADRC"):
            following: str | None = f"/v3/reference/tickers?type={kind}&limit=1000"
            while following:
                body = (await client.get(following)).json()
                stocks, following = stocks + body["results"], body.get("next_url")
        rows = (await client.get(SNAPSHOT)).json()["tickers"]
        shares = {
            ticker: (await client.get(f"/v3/reference/tickers/{ticker}?date={CRASH}")).json()["results"]
            for ticker in load_funds()["ticker"]
        }
    ret = {row["ticker"]: row["day"]["c"] / row["prevDay"]["c"] - 1 for row in rows if row["day"]["c"]}
    before = {row["ticker"]: row["prevDay"]["c"] for row in rows}
    aum = {ticker: found["share_class_shares_outstanding"] * before[ticker] for ticker, found in shares.items()}
    return {"history": history, "stocks": {row["ticker"] for row in stocks}, "ret": ret, "aum": aum}


_GATHERED: dict[str, Any] = {}


@pytest.fixture
async def crash() -> dict[str, Any]:
    if not _GATHERED:
        _GATHERED.update(await gather())
    return _GATHERED


@cache
def legs() -> dict[str, Any]:
    history, ret = _GATHERED["history"], _GATHERED["ret"]
    wide = history.pivot("day", index="T", values="c").filter(pl.col("T").is_in(list(_GATHERED["stocks"])))
    dollars = (
        history.filter(pl.col("day") >= Calendar().before(CRASH, 60)[0])
        .group_by("T")
        .agg((pl.col("c") * pl.col("v")).median().alias("adv"), pl.col("c").sort_by("day").last())
        .filter((pl.col("adv") >= 20e6) & (pl.col("c") >= 5))
    )
    chosen = wide.join(dollars.select("T", "adv"), on="T").drop_nulls().sort("adv", "T", descending=True).head(1000)
    prices = chosen.drop("T", "adv").to_numpy()
    order = np.argsort(prices[:, -21] / prices[:, -252] - 1)
    tenth = len(order) // 10
    moves = prices[:, 1:] / prices[:, :-1] - 1
    spy = wide_returns(history, "SPY")
    beta = 0.67 * ((moves - moves.mean(1, keepdims=True)) @ (spy - spy.mean()) / len(spy) / spy.var()) + 0.33
    today = np.array([ret.get(ticker, 0.0) for ticker in chosen["T"]])
    long, short = order[-tenth:], order[:tenth]
    ratio = beta[long].mean() / beta[short].mean()
    sigma = (moves[long].mean(0) - ratio * moves[short].mean(0)).std(ddof=1)
    spread = today[long].mean() - ratio * today[short].mean()
    return {"long": today[long].mean(), "short": today[short].mean(), "spread": spread, "sigma": spread / sigma}


def wide_returns(history: pl.DataFrame, ticker: str) -> Any:  # noqa: ANN401 - a numpy array
    close = history.filter(pl.col("T") == ticker).sort("day")["c"].to_numpy()
    return close[1:] / close[:-1] - 1


@pytest.mark.parametrize(
    ("figure", "low", "high"),
    [("long", -0.063, -0.050), ("short", 0.015, 0.025), ("spread", -0.085, -0.065), ("sigma", -4.6, -3.5)],
)
def test_momentum(crash: dict[str, Any], figure: str, low: float, high: float) -> None:
    assert low <= legs()[figure] <= high


@pytest.mark.parametrize(
    ("ticker", "low", "high"), [("SPY", -0.0065, -0.0035), ("QQQ", -0.0205, -0.0165), ("SOXX", -0.0505, -0.0445)]
)
def test_indices(crash: dict[str, Any], ticker: str, low: float, high: float) -> None:
    assert low <= crash["ret"][ticker] <= high


def test_breadth(crash: dict[str, Any]) -> None:
    members = [ticker for ticker in index_members("SPX") if ticker in crash["ret"]]
    assert len(members) > 490
    assert 0.70 <= np.mean([crash["ret"][ticker] > crash["ret"]["SPY"] for ticker in members]) <= 0.78


def test_rotation(crash: dict[str, Any]) -> None:
    themes = load_groups().filter(pl.col("kind") == "theme")
    moves = {
        str(name): float(np.mean([crash["ret"][ticker] for ticker in part["ticker"] if ticker in crash["ret"]]))
        for (name,), part in themes.group_by("group", maintain_order=True)
    }
    worst = sorted(moves, key=lambda name: moves[name])[:8]
    assert {"AI compute", "National security", "Bitcoin miners", "Quantum"} <= set(worst)
    assert moves["Chemicals"] == pytest.approx(0.03, abs=0.006)
    for name in ("Banks", "Regional banks", "Cyclicals"):
        assert 0.013 <= moves[name] <= 0.027


def test_leveraged_funds(crash: dict[str, Any]) -> None:
    proxy = dict(zip(load_underlyings()["underlying"], load_underlyings()["proxy"], strict=True))
    total, single = 0.0, dict.fromkeys(load_funds()["underlying"], 0.0)
    for fund in load_funds().filter(pl.col("kind").is_in(["index", "sector", "stock"])).iter_rows(named=True):
        multiple, under = fund["leverage"], fund["underlying"]
        move = crash["ret"][under if fund["kind"] == "stock" else proxy[under]] if under else None
        size = crash["aum"][fund["ticker"]]
        flow = (multiple - 1) * size * (crash["ret"][fund["ticker"]] if move is None else multiple * move)
        total += flow
        single[under] += flow if fund["kind"] == "stock" else 0.0
    assert -19e9 <= total <= -15e9
    assert {"NVDA", "TSLA", "MU", "PLTR", "AMD", "MSTR"} <= {name for name, flow in single.items() if flow < -100e6}
