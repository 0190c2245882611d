"""A list of 500 rows at live prices: its sums against sums made apart, and who is left out of them."""

import math
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from deskview.analytics.holdings import ListReading, read
from deskview.market.own_lists import load_own_lists
from tests.analytics.holdings import book
from tests.analytics.holdings.book import (
    DEAD,
    FLOWS,
    NAMES,
    UNMOVED,
    UNPRICED,
    check_whole,
    funds,
    live,
    prepared,
    slope,
)

Held: TypeAlias = dict[str, tuple[float, float | None]]
"""Quantity and price in the list by ticker."""
Big: TypeAlias = tuple[ListReading, Held]


def big_list(folder: Path) -> tuple[str, Held]:
    """A file of 500 rows, and what is held by its rows put together by hand: quantity and price by ticker."""
    rng = np.random.default_rng(7)
    lines: list[tuple[str, float, float | None]] = []
    for number in range(450):
        quantity = round(float(rng.normal(0, 400)), 3) or 1.0
        price = round(float(rng.uniform(20, 300)), 2) if number % 3 == 0 else None
        lines.append((f"N{number:03d}" if number < NAMES else f"ZZ{number - NAMES}Q", quantity, price))
    lines += [(ticker, 100.0, 50.0) for ticker in DEAD]
    lines += [(f"N{number:03d}", 12.5, None) for number in range(0, 480, 10)]
    text = "".join(f"{ticker},{quantity},{'' if price is None else price}\n" for ticker, quantity, price in lines)
    folder.mkdir()
    (folder / "big.csv").write_text("ticker,quantity,price\n" + text)
    (folder / "big.csv").chmod(0o600)
    held: Held = {}
    for ticker, quantity, price in lines:
        before = held.get(ticker)
        held[ticker] = (quantity, price) if before is None else (before[0] + quantity, None)
    return text, held


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Big:
    folder = tmp_path_factory.mktemp("own") / "lists"
    text, held = big_list(folder)
    assert text.count("\n") == 500
    own = load_own_lists(folder)
    assert sum("as well" in sentence for sentence in own.problems) == 20  # of 48 the others are counted
    model = prepared(*own.lists)
    (one,) = read(model, live(), momentum=book.given().reading, leverage=funds(**FLOWS)).lists
    return one, held


def values(held: Held) -> dict[str, tuple[float, float, float | None]]:
    """Quantity, price and previous close of what counts, from LIVE by hand."""
    prices = {row["ticker"]: (row["price"], row["prev_close"]) for row in live().iter_rows(named=True)}
    found = {}
    for ticker, (quantity, _) in held.items():
        last, previous = prices.get(ticker, (None, None))
        price = last if last is not None else previous
        if price is not None and ticker not in DEAD:
            found[ticker] = (quantity, price, previous if last is not None else None)
    return found


def test_the_sums_are_those_made_by_hand(big: Big) -> None:
    one, held = big
    counted = values(held)
    worth = {ticker: quantity * price for ticker, (quantity, price, _) in counted.items()}
    gain = {ticker: q * (price - previous) for ticker, (q, price, previous) in counted.items() if previous is not None}
    before = {ticker: abs(q * previous) for ticker, (q, _, previous) in counted.items() if previous is not None}
    since = {
        ticker: q * (price - cost) for ticker, (q, price, _) in counted.items() if (cost := held[ticker][1]) is not None
    }
    assert (one.rows, one.counted) == (len(held), len(counted))
    assert one.gross_usd == pytest.approx(sum(map(abs, worth.values())))
    assert one.net_usd == pytest.approx(sum(worth.values()))
    assert one.long_usd == pytest.approx(sum(value for value in worth.values() if value > 0))
    assert one.short_usd == pytest.approx(sum(value for value in worth.values() if value < 0))
    assert one.pnl_today_usd == pytest.approx(sum(gain.values()))
    assert one.return_today == pytest.approx(sum(gain.values()) / sum(before.values()))
    assert one.return_rows == len(gain)
    assert one.pnl_since_usd == pytest.approx(sum(since.values()))
    assert one.since_rows == len(since)
    assert one.at_previous_close == len(UNMOVED)


def test_momentum_is_that_made_by_hand(big: Big) -> None:
    one, held = big
    made = book.given()
    worth = {ticker: quantity * price for ticker, (quantity, price, _) in values(held).items()}
    legs = dict.fromkeys((row.ticker for row in made.reading.long), 1) | dict.fromkeys(
        (row.ticker for row in made.reading.short), -1
    )
    inside = {ticker: value for ticker, value in worth.items() if ticker in legs}
    assert len(inside) > 50
    assert one.leg_rows == len(inside)
    assert one.legs_usd == pytest.approx(sum(value * legs[ticker] for ticker, value in inside.items()))
    beta_usd = sum(value * slope(ticker) for ticker, value in worth.items())
    gross = sum(map(abs, worth.values()))
    assert one.beta_rows == one.counted
    assert one.beta_share == pytest.approx(1)
    assert one.beta_usd == pytest.approx(beta_usd)
    assert one.beta_market == pytest.approx(
        sum(value * slope(ticker, "SPY") for ticker, value in worth.items()) / gross
    )
    assert made.model.days is not None
    sigma = float(np.std((made.model.days.long - made.model.days.short)[-252:], ddof=1))
    assert one.sigma == pytest.approx(sigma)
    assert one.shock_usd == pytest.approx(-4 * sigma * beta_usd)
    assert one.shock == pytest.approx(-4 * sigma * beta_usd / gross)


def test_how_sure_the_momentum_day_is_follows_from_the_list_s_own_past(
    big: Big,
) -> None:
    """The list held back over the sessions, one regression of it on the spread: its slope and its errors."""
    one, held = big
    made = book.given()
    assert made.model.days is not None
    spread = (made.model.days.long - made.model.days.short)[-252:]
    past = np.zeros(252)
    for ticker, (quantity, price, _) in values(held).items():
        close = made.panel.close[-253:, made.panel.tickers.index(ticker)]
        past += quantity * price * (close[1:] / close[:-1] - 1)
    design = np.column_stack([np.ones(252), spread])
    fit, residue, *_ = np.linalg.lstsq(design, past, rcond=None)
    variance = float(residue[0]) / 250
    error = math.sqrt(variance * float(np.linalg.inv(design.T @ design)[1, 1]))
    assert one.gross_usd is not None
    assert one.sigma is not None
    assert one.beta_usd == pytest.approx(fit[1])
    assert one.beta_error == pytest.approx(error / one.gross_usd)
    reach = 1.96 * math.sqrt((4 * one.sigma * error) ** 2 + variance)
    assert one.shock_low_usd == pytest.approx(-4 * one.sigma * fit[1] - reach)
    assert one.shock_high_usd == pytest.approx(-4 * one.sigma * fit[1] + reach)


def test_the_funds_flow_is_that_made_by_hand(big: Big) -> None:
    one, held = big
    counted = values(held)
    mine = {ticker: FLOWS[ticker] for ticker in counted if ticker in FLOWS}
    assert one.flow_rows == len(mine) == 58
    assert one.flow_today_usd == pytest.approx(sum(today for today, _, _ in mine.values()))
    assert one.flow_per_1pct_usd == pytest.approx(sum(per for _, per, _ in mine.values()))
    longs = math.fsum(today for ticker, (today, _, _) in mine.items() if counted[ticker][0] > 0)
    assert one.flow_today_long_usd == pytest.approx(longs)
    assert one.flow_today_short_usd == pytest.approx(math.fsum(today for today, _, _ in mine.values()) - longs)
    assert one.flow_unknown == 0


def test_sectors_and_themes_are_those_made_by_hand(
    big: Big,
) -> None:
    one, held = big
    made = book.given()
    worth = {ticker: quantity * price for ticker, (quantity, price, _) in values(held).items()}
    gross = sum(map(abs, worth.values()))
    sector_of = dict(made.market.names.select("ticker", "sector").rows())
    themes = made.groups.filter(kind="theme").select("group", "ticker").rows()
    by_sector: dict[str | None, list[float]] = {}
    by_theme: dict[str | None, list[float]] = {}
    for ticker, value in worth.items():
        by_sector.setdefault(sector_of[ticker], []).append(value)
    for group, ticker in themes:
        by_theme.setdefault(group, []).extend([worth[ticker]] if ticker in worth else [])
    for rows, expected in ((one.by_sector, by_sector), (one.by_theme, by_theme)):
        assert {row.group for row in rows} == set(expected)
        for row in rows:
            own = expected[row.group]
            assert row.names == len(own)
            assert row.value_usd == pytest.approx(sum(own))
            assert row.weight == pytest.approx(sum(own) / gross)
            assert row.share == pytest.approx(sum(map(abs, own)) / gross)
    assert sum(row.share for row in one.by_sector) == pytest.approx(1)
    assert None in by_sector


def test_every_row_left_out_says_why_and_is_counted(
    big: Big,
) -> None:
    one, held = big
    out = [row for row in one.positions if not row.counted]
    assert one.left_out == {"unknown ticker": 14, "delisted": 2, "no price": 2}
    assert one.rows - one.counted == len(out) == 18
    assert {row.ticker: row.reason for row in out if row.ticker in DEAD} == {
        ticker: f"delisted on {day}" for ticker, day in DEAD.items()
    }
    assert {row.ticker for row in out if row.reason == "no such ticker is listed"} == {
        ticker for ticker in held if ticker not in DEAD and ticker not in set(book.given().panel.tickers)
    }
    assert {row.ticker for row in out if row.reason == "it has neither a trade today nor a previous close"} == set(
        UNPRICED
    )
    for row in out:
        assert row.weight is None
        assert row.value_usd is None
        assert one.missing[f"positions.{row.ticker}.value_usd"] == row.reason


def test_nothing_is_nan_and_every_null_has_its_reason(
    big: Big,
) -> None:
    check_whole(big[0])
