"""The crash, computed from the wire at the close with a small reference of the desk's methods, hits its marks."""

from datetime import time
from functools import cache
from typing import Any

import httpx
import msgspec
import numpy as np
import polars as pl
import pytest

from deskview.market.funds import load_funds, load_underlyings
from deskview.market.groups import load_groups
from deskview.market.members import index_members
from deskview.market.sessions import Calendar
from deskview.simulator.scenario import parse_scenario, read_scenario
from tests.simulator.conftest import GROUPED, SNAPSHOT, asking

SESSIONS = 530
CRASH = parse_scenario(read_scenario("momentum-crash")[1]).session


class Bar(msgspec.Struct):
    """What is needed of a grouped bar."""

    T: str
    c: float
    v: float


class Day(msgspec.Struct):
    """A grouped answer."""

    results: list[Bar]


async def closes(client: httpx.AsyncClient) -> pl.DataFrame:
    frames = []
    for day in Calendar().before(CRASH, SESSIONS):
        answer = await client.get(f"{GROUPED}/{day}?adjusted=true")
        rows = msgspec.json.decode(answer.content, type=Day).results
        columns = {field: [getattr(row, field) for row in rows] for field in ("T", "c", "v")}
        frames.append(pl.DataFrame(columns).with_columns(day=pl.lit(day)))
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
    aum = {
        ticker: found["share_class_shares_outstanding"] * before[ticker]
        for ticker, found in shares.items()
        if found["active"]
    }
    return {"history": history, "stocks": {row["ticker"] for row in stocks}, "ret": ret, "aum": aum}


_GATHERED: dict[str, Any] = {}


@pytest.fixture
async def crash() -> dict[str, Any]:
    if not _GATHERED:
        _GATHERED.update(await gather())
    return _GATHERED


def wide(values: str) -> tuple[list[str], Any]:
    """Tickers of the stocks and (stocks, sessions) closes or dollars; the rows stand in the same order for both."""
    table = _GATHERED["history"].filter(pl.col("T").is_in(list(_GATHERED["stocks"])))
    table = table.with_columns(usd=pl.col("c") * pl.col("v")).pivot("day", index="T", values=values).sort("T")
    return table["T"].to_list(), table.drop("T").to_numpy()


def deciles(close: Any, usd: Any) -> tuple[Any, Any]:  # noqa: ANN401 - numpy arrays
    """Rows of the winners and of the losers by 12-1, formed after the last session of these arrays."""
    adv = np.median(np.nan_to_num(usd[:, -60:]), axis=1)
    moves = close[:, -251:] / close[:, -252:-1]
    continuous = np.isfinite(close[:, -252:]).all(axis=1) & (np.nan_to_num(moves, nan=9.0) < 3).all(axis=1)
    chosen = np.flatnonzero(continuous & (adv >= 20e6) & (close[:, -1] >= 5))
    chosen = chosen[np.argsort(-adv[chosen])][:1000]
    order = chosen[np.argsort(close[chosen, -21] / close[chosen, -252])]
    tenth = len(order) // 10
    return order[-tenth:], order[:tenth]


@cache
def legs() -> dict[str, Any]:
    """Dollar-neutral; sigma against the history of the rule itself, formed anew every 21 sessions."""
    (tickers, close), (_, usd) = wide("c"), wide("usd")
    moves = np.full(close.shape, np.nan)
    moves[:, 1:] = close[:, 1:] / close[:, :-1] - 1
    own: list[float] = []
    for start in range(SESSIONS - 252, SESSIONS, 21):
        long, short = deciles(close[:, :start], usd[:, :start])
        days = moves[:, start : start + 21]
        own += (np.nanmean(days[long], axis=0) - np.nanmean(days[short], axis=0)).tolist()
    long, short = deciles(close, usd)
    today = np.array([_GATHERED["ret"].get(ticker, 0.0) for ticker in tickers])
    spread = today[long].mean() - today[short].mean()
    deviation = float(np.std(own, ddof=1))
    figures = {"long": today[long].mean(), "short": today[short].mean(), "spread": spread}
    return figures | {"deviation": deviation, "sigma": spread / deviation}


@pytest.mark.parametrize(
    ("figure", "low", "high"),
    [("long", -0.063, -0.050), ("short", 0.015, 0.025), ("spread", -0.085, -0.065), ("deviation", 0.017, 0.023),
     ("sigma", -4.6, -3.5)],
)  # fmt: skip
def test_momentum(crash: dict[str, Any], figure: str, low: float, high: float) -> None:
    assert low <= legs()[figure] <= high


@pytest.mark.parametrize(
    ("ticker", "low", "high"), [("SPY", -0.0065, -0.0035), ("QQQ", -0.0225, -0.0185), ("SOXX", -0.0550, -0.0490)]
)
def test_indices(crash: dict[str, Any], ticker: str, low: float, high: float) -> None:
    """SOXX: the three-times fund on the index it holds stood at -15.6 % at 14:43 of the real session."""
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
        move = crash["ret"].get(under if fund["kind"] == "stock" else proxy.get(under))
        size = crash["aum"].get(fund["ticker"], 0.0)
        flow = (multiple - 1) * size * (crash["ret"][fund["ticker"]] if move is None else multiple * move)
        total += flow
        single[under] += flow if fund["kind"] == "stock" else 0.0
    assert -19e9 <= total <= -15e9
    assert {"NVDA", "TSLA", "MU", "PLTR", "AMD", "MSTR"} <= {name for name, flow in single.items() if flow < -100e6}
