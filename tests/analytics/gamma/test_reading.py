"""The part's reading: the index's options together, mornings, and dealers beside leveraged funds through one shock."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast

import numpy as np
import polars as pl
import pytest

from deskview.analytics.gamma import (
    SHOCKS,
    UNSIGNED,
    Curves,
    Gamma,
    GammaModel,
    Kept,
    Morning,
    OptionBook,
    Quotes,
    Terms,
    Wanted,
    curve_of,
    morning_of,
    prepare,
    read,
    strikes_of,
)
from deskview.analytics.leverage import Leverage
from deskview.analytics.panel import Panel
from deskview.market.schema import DIVIDENDS, LIVE
from deskview.market.sessions import Calendar
from tests.analytics.gamma.test_gamma import IN_16_DAYS, chain, contract

CALENDAR = Calendar()
SESSION = date(2026, 1, 7)
NOON = datetime(2026, 1, 7, 17, 0, tzinfo=UTC)
MODEL = GammaModel(
    session=SESSION,
    calendar=CALENDAR,
    wanted=(Wanted("SPY", "the fund", "SPY"), Wanted("SPX", "S&P 500", "SPY", 10.0), Wanted("NVDA", "Nvidia", "NVDA")),
    betas={"SPY": 1.0, "QQQ": 1.5, "NVDA": 2.0},
    proxies={"SPX": "SPY", "NDX": "QQQ"},
    dividends={"SPY": 0.012},
)


def book(underlying: str, spot: float, proxy: str, ratio: float = 1.0, right: str = "call") -> OptionBook:
    """A book of a few strikes around the spot, all of one right."""
    rows = [contract(round(spot * (1 + step)), right, IN_16_DAYS, 0.2, 10_000.0) for step in (-0.02, 0.0, 0.02)]
    strikes = strikes_of(chain(*rows), Terms(spot), NOON, CALENDAR)
    return OptionBook(underlying, underlying, strikes, date(2026, 1, 6), proxy=proxy, ratio=ratio)


def live(**moves: float) -> pl.DataFrame:
    """LIVE with these returns; SPY was at 690, all others at 100."""
    rows = [
        {
            **dict.fromkeys(LIVE),
            "ticker": ticker,
            "price": (690.0 if ticker == "SPY" else 100.0) * (1 + move),
            "prev_close": 690.0 if ticker == "SPY" else 100.0,
            "ret": move,
        }
        for ticker, move in moves.items()
    ]
    return pl.DataFrame(rows, schema=dict(LIVE))


def funds(today_usd: float | None = -15e9, **per_1pct: float) -> Leverage:
    """Leveraged funds by what they trade for 1 % of their underlying."""
    rows = [SimpleNamespace(underlying=name, kind="index", per_1pct_usd=usd) for name, usd in per_1pct.items()]
    return cast(Leverage, SimpleNamespace(by_underlying=rows, today_usd=today_usd, missing={}))


def curves_of(kept: Kept, table: pl.DataFrame) -> Curves:
    """Profiles of now and of the morning."""
    prices, before = (dict(table.select("ticker", name).iter_rows()) for name in ("price", "prev_close"))
    opens = CALENDAR.opens(SESSION)
    found = []
    for quotes, at in ((prices, NOON), (before, opens)):
        each = {name: curve_of(one, quotes.get(one.proxy), at, kept.convention) for name, one in kept.all_books.items()}
        found.append({name: curve for name, curve in each.items() if curve is not None})
    return Curves(*found)


def reading(kept: Kept, table: pl.DataFrame, beside: Leverage | None) -> Gamma:
    return read(MODEL, kept, table, NOON, funds=beside, curves=curves_of(kept, table))


KEPT = Kept({"SPY": book("SPY", 690, "SPY"), "SPX": book("SPX", 6900, "SPY", 10.0)})


def of(value: float | None) -> float:
    assert value is not None
    return value


def test_the_index_is_its_options_and_those_of_its_fund() -> None:
    found = reading(KEPT, live(SPY=0.0), None)
    by = {row.underlying: row for row in found.by_underlying}
    assert found.index is not None
    assert of(found.index.net_usd_per_1pct) == pytest.approx(
        of(by["SPX"].net_usd_per_1pct) + of(by["SPY"].net_usd_per_1pct)
    )
    assert found.index.spot == pytest.approx(6900)
    alone = reading(Kept({"SPY": KEPT.books["SPY"]}, {"SPX": "its chain broke off"}), live(SPY=0.0), None)
    assert alone.index is not None
    assert alone.index.title == "S&P 500: SPY alone"
    assert alone.missing["by_underlying.SPX"] == "its chain broke off"
    names = reading(Kept({"NVDA": book("NVDA", 100, "NVDA")}, {"SPX": "not here"}), live(SPY=0.0, NVDA=0.0), None)
    assert names.index is None
    assert names.missing["index"] == "not here"


def test_each_underlying_moves_by_its_beta_and_dollars_add_only_then() -> None:
    kept = Kept({**KEPT.books, "NVDA": book("NVDA", 100, "NVDA")})
    found = reading(kept, live(SPY=0.0, NVDA=0.0), funds(SPX=2e9, NDX=4e9, NVDA=1e9, UNKNOWN=1e9))
    two = next(row for row in found.by_shock if row.move == -0.02)
    assert [row.move for row in found.by_shock] == list(SHOCKS)
    assert of(two.funds_usd) == pytest.approx(-2 * (2e9 + 1.5 * 4e9 + 2 * 1e9))
    assert of(two.dealers_usd) > 0, "long gamma buys what falls"
    assert two.net_usd == pytest.approx(of(two.dealers_usd) + of(two.funds_usd))
    assert two.effect == "amplify"
    assert "of the funds 88%" in found.betas
    without = reading(KEPT, live(SPY=0.0, NVDA=0.0), funds(SPX=2e9))
    assert of(two.dealers_usd) > of(next(row for row in without.by_shock if row.move == -0.02).dealers_usd)


def test_what_was_traded_since_the_close_goes_by_each_ones_own_move() -> None:
    kept = Kept({**KEPT.books, "NVDA": book("NVDA", 100, "NVDA")})
    calm = reading(kept, live(SPY=-0.005, NVDA=0.0), funds(SPX=2e9))
    fell = reading(kept, live(SPY=-0.005, NVDA=-0.03), funds(SPX=2e9))
    assert calm.today is not None
    assert fell.today is not None
    assert calm.today.move == fell.today.move == -0.005
    assert calm.today.funds_usd == -15e9
    assert of(fell.today.dealers_usd) > of(calm.today.dealers_usd) > 0
    assert calm.today.effect == "amplify"


def test_a_name_that_moved_further_than_its_profile_reaches_costs_itself_alone() -> None:
    kept = Kept({**KEPT.books, "NVDA": book("NVDA", 100, "NVDA")})
    near = reading(kept, live(SPY=-0.005, NVDA=0.19), funds(SPX=2e9))
    assert near.today is not None
    assert "dealers' options" not in near.betas
    far = reading(kept, live(SPY=-0.005, NVDA=0.25), funds(SPX=2e9))
    index = reading(KEPT, live(SPY=-0.005), funds(SPX=2e9))
    assert far.today == index.today != near.today
    assert far.betas.endswith("dealers' options of 2 of 2 underlyings, today so far of 1")
    crash = reading(KEPT, live(SPY=-0.25), funds(SPX=2e9))
    assert crash.today is not None
    assert (crash.today.dealers_usd, crash.today.effect) == (None, None)
    assert crash.missing["today"] == "the index has moved by -25.0%, further than its profile reaches"


def test_underlyings_without_a_profile_are_told_where_dealers_trades_are() -> None:
    found = reading(Kept(KEPT.books, {"NVDA": "its chain broke off"}), live(SPY=-0.005, NVDA=0.1), funds(SPX=2e9))
    assert found.betas.endswith("dealers' options of 1 of 2 underlyings, today so far of 1")


def test_a_fund_s_chain_alone_is_not_the_index_while_the_index_s_own_is_to_come() -> None:
    found = reading(Kept({"SPY": KEPT.books["SPY"]}), live(SPY=0.0), funds(SPX=2e9))
    assert found.index is None
    assert found.missing["index"] == "of SPX and SPY only the chain of SPY is here yet"
    assert found.missing["by_shock"] == found.missing["index"]
    assert {row.dealers_usd for row in found.by_shock} == {None}


def test_a_chain_of_which_nothing_counts_is_no_gamma_of_zero_and_takes_nothing_down() -> None:
    bare = strikes_of(chain(contract(6900, "call", IN_16_DAYS, 0.2, None)), Terms(6900), NOON, CALENDAR)
    nobody = OptionBook("SPX", "S&P 500", bare, date(2026, 1, 6), proxy="SPY", ratio=10.0)
    alone = reading(Kept({"SPX": nobody}, {"SPY": "not here"}), live(SPY=-0.005), funds(SPX=2e9))
    assert {row.dealers_usd for row in (*alone.by_shock, alone.today) if row is not None} == {None}
    assert alone.missing["by_shock"] == "the index's options have no profile"
    both = Kept({"SPX": nobody, "SPY": KEPT.books["SPY"]})
    assert of(both.all_books["S&P 500"].strikes.calls.sum()) == pytest.approx(
        KEPT.books["SPY"].strikes.calls.sum() / 10
    )


def test_what_is_missing_of_today_is_told_by_what_is_missing() -> None:
    found = reading(KEPT, live(SPY=-0.005), funds(None, SPX=2e9))
    assert found.today is not None
    assert found.today.dealers_usd is not None
    assert found.missing["today"] == "what leveraged funds trade is not known"
    assert reading(KEPT, live(QQQ=0.0), funds(SPX=2e9)).missing["today"] == "the index has no return yet"


def test_without_a_part_of_it_nothing_is_told_of_both() -> None:
    found = reading(KEPT, live(SPY=0.0), None)
    assert {row.net_usd for row in found.by_shock} == {None}
    assert found.missing["by_shock"] == "what leveraged funds trade is not known"
    assert found.by_shock[0].dealers_usd is not None
    unsigned = reading(Kept(KEPT.books, convention=UNSIGNED), live(SPY=0.0), funds(SPX=2e9))
    assert {row.dealers_usd for row in unsigned.by_shock} == {None}
    assert "unsigned" in unsigned.missing["by_shock"]
    no_price = reading(KEPT, live(QQQ=0.0), funds(SPX=2e9))
    assert no_price.index is not None
    assert no_price.index.net_usd_per_1pct is None
    assert no_price.index.missing["net_usd_per_1pct"] == "SPY has no price"
    assert {row.dealers_usd for row in no_price.by_shock} == {None}
    with pytest.raises(ValueError, match="no option chain"):
        reading(Kept(), live(SPY=0.0), None)


def test_mornings_are_of_the_close_before_and_a_mean_takes_five() -> None:
    quotes = Quotes({}, {"SPY": 690.0}, {})
    own = morning_of(MODEL, KEPT, quotes)
    assert own is not None
    assert own.session == SESSION
    assert own.spot == pytest.approx(6900)
    assert own == morning_of(MODEL, KEPT, Quotes({"SPY": 600.0}, {"SPY": 690.0}, {"SPY": -0.1})), "whatever came since"
    assert morning_of(MODEL, KEPT, Quotes({}, {}, {})) is None
    days = CALENDAR.before(SESSION, 6)
    before = [
        Morning(session=day, net_usd=number * 1e9, mass_usd=50e9, flip=None, spot=6900.0)
        for number, day in enumerate(days, 1)
    ]
    found = reading(Kept(KEPT.books, mornings=(*before, own)), live(SPY=0.0), None)
    assert found.mean_before_usd == 4e9
    assert found.this_morning_usd == own.net_usd
    without = reading(Kept(KEPT.books, mornings=tuple(before)), live(SPY=0.0), None)
    assert without.this_morning_usd is None, "the morning of another session is not this one"
    assert "both SPX and SPY" in without.missing["this_morning_usd"]
    few = reading(Kept(KEPT.books, mornings=(*before[:4], own)), live(SPY=0.0), None)
    assert few.mean_before_usd is None
    assert few.missing["mean_before_usd"].startswith("3 of 5 earlier mornings"), "not those of longer ago"


def test_betas_and_what_is_paid_are_of_the_sessions_before() -> None:
    rng = np.random.default_rng(3)
    index, days = rng.normal(0, 0.01, 300), CALENDAR.before(SESSION, 300)
    own = np.column_stack([index, 2 * index, rng.normal(0, 0.01, 300)])
    tickers = ("AAA", "SPY", "YOUNG")
    returns = np.column_stack([own[:, 1], own[:, 0], own[:, 2]])
    close = np.array(100 * np.cumprod(1 + returns, axis=0), dtype=np.float64)
    close[:260, 2] = np.nan
    panel = Panel(tuple(days), tickers, close, np.tile([3e9, 9e9, 1e9], (300, 1)))
    names = pl.DataFrame({"ticker": list(tickers), "name": ["A", "S", "Y"], "type": ["CS", "ETF", "CS"]})
    underlyings = pl.DataFrame({"underlying": ["SPX"], "proxy": ["SPY"]})
    paid = [("SPY", date(2025, 3, 21), 0.3), ("SPY", date(2024, 3, 15), 9.0), ("AAA", date(2025, 9, 1), 60.0)]
    dividends = pl.DataFrame(paid, schema=dict(DIVIDENDS), orient="row")
    model = prepare(panel, names, underlyings, ["AAA"], dividends, session=SESSION, calendar=CALENDAR)
    assert model.beta_of("SPX") == pytest.approx(1)
    assert model.beta_of("AAA") == pytest.approx(2)
    assert model.beta_of("YOUNG") is None, "40 sessions are too few"
    assert [each.underlying for each in model.wanted] == ["SPY", "SPX", "QQQ", "NDX", "IWM", "AAA", "YOUNG"]
    assert model.dividends == {"SPY": pytest.approx(0.3 / close[-1, 1])}, "a year's, and nothing that is no dividend"
    alone = Panel(tuple(days), ("AAA",), close[:, :1], np.ones((300, 1)))
    without = prepare(alone, names, underlyings, [], dividends, session=SESSION, calendar=CALENDAR)
    assert without.beta_of("AAA") is None
    assert without.betas_missing == "SPY has 0 daily returns, 60 are needed for a beta"
