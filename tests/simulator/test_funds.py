"""Funds as they are in a real market: hidden weights, total returns, creations, resets, closed ones and strangers."""

from datetime import date
from typing import Any

import httpx
import numpy as np
import polars as pl
import pytest

from deskview.market.funds import load_funds, load_underlyings
from deskview.market.members import index_members
from deskview.simulator.world.held import QUARTER, Multiples, leverages
from deskview.simulator.world.roster import CLOSED, CLOSED_BACK, STRAYS
from deskview.simulator.world.seeded import Floats
from deskview.simulator.world.world import World
from tests.simulator.conftest import GROUPED, SNAPSHOT, asking
from tests.simulator.test_paging import pages, together

BARS = "/v2/aggs/ticker/{}/range/1/day/{}/{}?adjusted=true&limit=50000"
DETAILS = "/v3/reference/tickers/{}?date={}"


async def closes(client: httpx.AsyncClient, ticker: str, since: date, until: date) -> dict[str, float]:
    """Date -> close on today's share basis."""
    bars = (await client.get(BARS.format(ticker, since, until))).json()["results"]
    return {pl.from_epoch(pl.Series([bar["t"]]), "ms")[0].date().isoformat(): bar["c"] for bar in bars}


async def total_levels(client: httpx.AsyncClient, tickers: list[str], days: list[date]) -> dict[str, Floats]:
    """Ticker -> growth of a dollar over the days with dividends reinvested, 1 on the first."""
    found = await pages(client, f"/stocks/v1/dividends?ex_dividend_date.gt={days[0]}&limit=5000")
    paid = {(row["ticker"], row["ex_dividend_date"]): row["split_adjusted_cash_amount"] for row in together(found)}
    levels = {}
    for ticker in tickers:
        close = await closes(client, ticker, days[0], days[-1])
        price = np.array([close[day.isoformat()] for day in days])
        cash = np.array([paid.get((ticker, day.isoformat()), 0.0) for day in days[1:]])
        levels[ticker] = np.concatenate([[1.0], np.cumprod((price[1:] + cash) / price[:-1])])
    return levels


def strays_bp(fund: Floats, levels: dict[str, Floats], weights: dict[str, float]) -> float:
    """Daily standard deviation by which the fund strays from shares that stand in those proportions on the last day."""
    total = sum(weights.values())
    held_value = sum(weight / total * levels[ticker] / levels[ticker][-1] for ticker, weight in weights.items())
    return float(np.std(np.diff(np.log(fund)) - np.diff(np.log(np.asarray(held_value)))) * 1e4)


@pytest.mark.parametrize("ticker", ["QQQ", "SOXX", "XLK"])
async def test_an_index_fund_follows_the_total_return_of_its_hidden_weights(
    noon: httpx.AsyncClient, world: World, ticker: str
) -> None:
    days = world.days[-1 - QUARTER : -1]
    truth = world.index_weights(ticker)
    levels = await total_levels(noon, [ticker, *truth], days)
    caps = {}
    for name in truth:
        shares = (await noon.get(DETAILS.format(name, days[-1]))).json()["results"]["share_class_shares_outstanding"]
        caps[name] = shares * (await closes(noon, name, days[-1], days[-1]))[days[-1].isoformat()]
    assert 1.0 < strays_bp(levels[ticker], levels, truth) < 3.5
    assert strays_bp(levels[ticker], levels, caps) > 3 * strays_bp(levels[ticker], levels, truth)


async def test_weights_keep_to_the_rules_of_their_indices(world: World) -> None:
    truth = {ticker: world.index_weights(ticker) for ticker in ("QQQ", "SOXX", "SOXQ", "XLK", "RSP", "DIA")}
    assert all(sum(weights.values()) == pytest.approx(1) for weights in truth.values())
    assert sum(sorted(truth["QQQ"].values())[-5:]) < 0.40, "the rule cuts all above 4.5 % to 40 % in sum"
    assert all(max(truth[ticker].values()) <= 0.08 + 1e-9 for ticker in ("SOXX", "SOXQ"))
    assert all(sorted(truth[ticker].values())[-6] <= 0.04 + 1e-9 for ticker in ("SOXX", "SOXQ"))
    foreign = {"ARM", "ASML", "ASX", "NVMI", "STM", "TSM", "UMC"}
    abroad = {ticker: sum(truth[ticker].get(name, 0.0) for name in foreign) for ticker in ("SOXX", "SOXQ")}
    assert abroad["SOXX"] == pytest.approx(0.10)
    assert abroad["SOXQ"] > 0.11
    assert sum(weight for weight in truth["XLK"].values() if weight > 0.048) <= 0.50 + 1e-9
    assert np.ptp(list(truth["RSP"].values())) == pytest.approx(0)
    prices = {ticker: world.roster.entries[world.roster.index[ticker]].price for ticker in truth["DIA"]}
    assert max(truth["DIA"], key=lambda ticker: truth["DIA"][ticker]) == max(prices, key=lambda ticker: prices[ticker])
    with pytest.raises(KeyError):
        world.index_weights("NVDA")


async def counts(client: httpx.AsyncClient, ticker: str, days: list[date]) -> Floats:
    rows = [(await client.get(DETAILS.format(ticker, day))).json()["results"] for day in days]
    return np.array([row["share_class_shares_outstanding"] for row in rows], dtype=np.float64)


async def bought_and_moved(client: httpx.AsyncClient, ticker: str, days: list[date]) -> tuple[Floats, Floats]:
    """Growth of the count and return of the fund, session by session."""
    close = await closes(client, ticker, days[0], days[-1])
    price = np.array([close[day.isoformat()] for day in days])
    return np.diff(np.log(await counts(client, ticker, days))), np.diff(np.log(price))


async def test_counts_go_by_units_and_against_the_move(noon: httpx.AsyncClient, world: World) -> None:
    days = world.days[-48:-1]
    assert not (await counts(noon, "TQQQ", days) % 10_000).any()
    bought, moved = await bought_and_moved(noon, "TQQQ", days)
    assert -0.8 < np.corrcoef(bought, moved)[0, 1] < -0.35
    assert 0.004 < bought.std() < 0.03


async def test_some_issuers_tell_of_creations_a_session_later(noon: httpx.AsyncClient, world: World) -> None:
    bought, moved = await bought_and_moved(noon, "SOXL", world.days[-122:-1])
    assert abs(np.corrcoef(bought, moved)[0, 1]) < 0.3
    assert -0.8 < np.corrcoef(bought[1:], moved[:-1])[0, 1] < -0.35
    funds = world.creations(0).late[world.proxies.listed :]
    late = {issuer for issuer, told in zip(load_funds()["issuer"], funds.tolist(), strict=False) if told}
    assert 0.2 < len(late) / load_funds()["issuer"].n_unique() < 0.5
    today = await counts(noon, "SOXL", world.days[-2:])
    assert today[1] != today[0], "the creations of the session before are told today"
    assert np.ptp(await counts(noon, "TQQQ", world.days[-2:])) == 0, "those of today are told by nobody yet"


async def test_a_small_fund_keeps_its_count_for_days(noon: httpx.AsyncClient, world: World) -> None:
    changed = np.diff(await counts(noon, "SPYQ", world.days[-122:-1])) != 0
    still = np.diff(np.flatnonzero(np.concatenate([[True], changed, [True]])))
    assert 3 < changed.sum() < 80
    assert still.max() >= 5


async def test_a_split_moves_the_count_and_leaves_the_assets(noon: httpx.AsyncClient, world: World) -> None:
    row = (await noon.get("/stocks/v1/splits?ticker=TQQQ")).json()["results"][0]
    number = world.numbers[date.fromisoformat(row["execution_date"])]
    days = world.days[number - 1 : number + 1]
    before, after = await counts(noon, "TQQQ", days)
    raw = [
        {bar["T"]: bar["c"] for bar in (await noon.get(f"{GROUPED}/{day}?adjusted=false")).json()["results"]}["TQQQ"]
        for day in days
    ]
    assert row["split_to"] / row["split_from"] == 2
    assert after / before == pytest.approx(2, abs=0.1)
    assert raw[1] * after / (raw[0] * before) == pytest.approx(1, abs=0.2)


async def test_a_day_without_session_has_the_count_of_the_session_before(noon: httpx.AsyncClient) -> None:
    friday, sunday = await counts(noon, "TQQQ", [date(2026, 1, 30), date(2026, 2, 1)])
    assert friday == sunday


async def test_assets_are_near_the_sizes_the_market_starts_from(noon: httpx.AsyncClient, world: World) -> None:
    for ticker in ("TQQQ", "SOXL", "SQQQ", "NVDL", "TECL"):
        entry = world.roster.entries[world.roster.index[ticker]]
        day = world.days[-2]
        close = (await closes(noon, ticker, day, day))[day.isoformat()]
        assert (await counts(noon, ticker, [day]))[0] * close == pytest.approx(entry.size_usd, rel=0.05)


async def listing(client: httpx.AsyncClient, active: str) -> dict[str, dict[str, Any]]:
    found = await pages(client, f"/v3/reference/tickers?active={active}&limit=1000")
    return {row["ticker"]: row for row in together(found)}


async def test_notes_are_listed_as_notes(noon: httpx.AsyncClient) -> None:
    listed = await listing(noon, "true")
    for ticker, structure in load_funds().filter(pl.col("ticker") != CLOSED).select("ticker", "structure").iter_rows():
        assert listed[ticker]["type"] == structure


async def test_a_fund_of_the_registry_that_closed(noon: httpx.AsyncClient, world: World) -> None:
    last = world.days[world.sessions - CLOSED_BACK]
    assert CLOSED in load_funds()["ticker"].to_list()
    assert CLOSED not in await listing(noon, "true")
    gone = (await listing(noon, "false"))[CLOSED]
    assert (gone["type"], gone["delisted_utc"][:10]) == ("ETF", last.isoformat())
    assert (await noon.get(f"{SNAPSHOT}/{CLOSED}")).status_code == 404
    assert max(await closes(noon, CLOSED, world.days[-60], world.days[-1])) == last.isoformat()


async def test_funds_no_registry_knows(noon: httpx.AsyncClient) -> None:
    listed = await listing(noon, "true")
    rows = {row["ticker"] for row in (await noon.get(SNAPSHOT)).json()["tickers"]}
    for stray in STRAYS:
        assert stray.ticker not in load_funds()["ticker"].to_list()
        assert (listed[stray.ticker]["name"], listed[stray.ticker]["type"]) == (stray.name, "ETF")
        assert stray.ticker in rows


@pytest.mark.parametrize(("ticker", "months", "slope"), [("MQQQ", 1, 1), ("QQQP", 3, 1), ("QLD", 1, 0), ("QLD", 3, 0)])
async def test_a_fund_follows_its_index_since_the_last_reset(
    noon: httpx.AsyncClient, world: World, ticker: str, months: int, slope: int
) -> None:
    """What a day's return is beyond twice the index goes with what 2 x / (1 + 2 (x - 1)) is beyond 2: all or nothing.

    x is the index since the month or quarter began; the sessions cross all blocks a history is made in.
    """
    days = world.days[:-1]
    close = [await closes(noon, name, days[0], days[-1]) for name in ("QQQ", ticker)]
    index, fund = (np.diff(np.log([found[day.isoformat()] for day in days])) for found in close)
    periods = np.array([(day.year * 12 + day.month - 1) // months for day in days])
    ends = np.flatnonzero(np.diff(periods))
    later = range(ends[0], len(index))
    grown = np.exp([index[ends[ends <= k].max() : k].sum() for k in later])
    day = np.expm1(index[ends[0] :])
    expected = (2 * grown / (1 + 2 * (grown - 1)) - 2) * day
    found = np.polyfit(expected, np.expm1(fund[ends[0] :]) - 2 * day, 1)[0]
    assert found == pytest.approx(slope, abs=0.2)


def test_a_week_begins_with_its_first_session() -> None:
    days = [date(2026, 1, 8), date(2026, 1, 9), date(2026, 1, 12), date(2026, 1, 13), date(2026, 1, 20)]
    moves = np.log1p(np.array([[0.0], [0.0], [0.10], [-0.05]]))
    funds = Multiples(np.array([2.0, 2.0]), np.array([0, 0]), np.array([1, 0]))
    weekly, daily = leverages(funds, moves, None, days).T
    assert weekly.tolist() == pytest.approx([2, 2, 2, 2 * 1.1 / 1.2, 2])
    assert daily.tolist() == [2.0] * 5


def test_funds_of_an_index_no_fund_holds_follow_its_members(world: World) -> None:
    """FANG Innovation weighs its names alike; of Dow Jones US Semiconductors the largest move the fund."""
    block = world.past.newest
    for ticker, underlying, leverage in (("BULZ", "FANG_INNOVATION", 3), ("USD", "SEMIS", 2)):
        row = load_underlyings().row(by_predicate=pl.col("underlying") == underlying, named=True)
        assert row["proxy"] is None
        members = world.roster.positions(index_members(row["basket"].partition(":")[2]))
        own = np.where(row["weights"] == "cap", world.roster.column("size_usd")[members], 1.0)
        fund, moves = (
            np.expm1(np.diff(np.log(block.bars.close[-40:, columns]), axis=0))
            for columns in (world.roster.index[ticker], members)
        )
        expected = leverage * np.average(moves, axis=1, weights=own)
        assert np.corrcoef(fund, expected)[0, 1] > 0.98
        assert np.std(fund - expected) < 0.2 * np.std(expected)


@pytest.mark.parametrize("path", ["/v2/aggs/ticker/TQQQ/prev", BARS.format("TQQQ", "2026-01-30", "2026-02-04")])
async def test_an_unlisted_fund_is_gone_from_list_snapshot_and_last_bars(path: str) -> None:
    async with asking(faults=["fund-unlisted"]) as client:
        assert "TQQQ" not in await listing(client, "true")
        assert "TQQQ" not in await listing(client, "false")
        assert "TQQQ" not in {row["ticker"] for row in (await client.get(SNAPSHOT)).json()["tickers"]}
        there = {
            day: "TQQQ" in {bar["T"] for bar in (await client.get(f"{GROUPED}/{day}")).json()["results"]}
            for day in ("2026-01-29", "2026-01-30", "2026-02-02", "2026-02-03", "2026-02-04")
        }
        body = (await client.get(path)).json()
        other = {bar["T"] for bar in (await client.get(f"{GROUPED}/2026-02-03")).json()["results"]}
    assert [day for day, found in there.items() if found] == ["2026-01-29"]
    assert body["resultsCount"] == 0
    assert {"SQQQ", "QQQ"} <= other
