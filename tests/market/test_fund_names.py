"""Funds that look leveraged by their names, and those of them nobody registered."""

from pathlib import Path

import polars as pl

from deskview.market.funds import load_funds, looks_leveraged, unregistered
from deskview.market.schema import TICKERS

LEVERAGED = """
2x Chainlink ETF by Volatility Shares
-1x Short VIX Futures ETF
AXS 1.5X PYPL Bear Daily ETF
DB Gold Double Short ETN
Defiance Daily Target 2X Long JPM ETF
Direxion Daily AAPL Bear 1X Shares
Direxion Daily Cloud Computing Bear 2X Shares
Direxion Daily S&P 500 Bull 3X Shares
ETRACS Monthly Pay 2xLeveraged Preferred Stock ETN
GraniteShares 1.25x Long TSLA Daily ETF
Inverse VIX Short-Term Futures Exchange Traded Note
Leverage Shares 2X Long AAL Daily ETF
MAX Auto Industry -3x Inverse Leveraged ETN
MicroSectors FANG & Innovation -3X ETN
ProShares Short 20+ Year Treasury
ProShares Short VIX Short-Term Futures ETF
ProShares Ultra Bloomberg Natural Gas
ProShares Ultra MSCI Brazil Capped
ProShares UltraPro Short QQQ
ProShares UltraShort QQQ
Roundhill BABA WeeklyPay ETF
T-REX 2X Inverse NVIDIA Daily Target ETF
Tradr 1X Short Innovation 100 Monthly ETF
Tradr 2X Long SPY Quarterly ETF
Ultra S&P 500 Equal Weight
""".strip().splitlines()
NOT_LEVERAGED = """
AdvisorShares Pure US Cannabis ETF
BNY Mellon Ultra Short Income ETF
Defiance Leveraged Long + Income MSTR ETF
Eaton Vance Ultra-Short Income ETF
FT Vest U.S. Equity Enhance & Moderate Buffer ETF - June
First Trust Long/Short Equity ETF
Global X S&P 500 Covered Call ETF
GraniteShares YieldBOOST TSLA ETF
Innovator U.S. Equity Accelerated 9 Buffer ETF - July
Invesco DB US Dollar Index Bearish Fund
Invesco QQQ Trust, Series 1
Invesco S&P Ultra Dividend Revenue ETF
Invesco Ultra Short Duration ETF
JPMorgan Ultra-Short Income ETF
Leverage Shares 2x Capped Accelerated NVDA Monthly ETF
MicroSectors FANG+ ETN
NEOS Boosted Nasdaq-100 High Income ETF
Nuveen Ultra Short Municipal Bond ETF
PGIM Ultra Short Bond ETF
PIMCO Enhanced Short Maturity Active Exchange-Traded Fund
ProShares Long Online/Short Stores ETF
ProShares S&P 500 Dividend Aristocrats ETF
ProShares VIX Short-Term Futures ETF
Reckoner Leveraged AAA CLO ETF
Return Stacked U.S. Stocks & Bonds ETF
Roundhill WeeklyPay Universe ETF
SPDR Portfolio Short Term Treasury ETF
T. Rowe Price Ultra Short-Term Bond ETF
VanEck Ultra Short Daily Income ETF
Vanguard Short-Term Bond ETF
VictoryShares UltraShort Bond ETF
Virtus Leveraged Loan ETF
WisdomTree Bloomberg U.S. Dollar Bullish Fund
Xtrackers MSCI EAFE Hedged Equity ETF
YieldMax Short TSLA Option Income Strategy ETF
YieldMax Ultra Option Income Strategy ETF
iShares Short Treasury Bond ETF
iShares Ultra Short Duration Bond Active ETF
""".strip().splitlines()


def universe(shared: Path, day: str) -> pl.DataFrame:
    return pl.read_csv(shared / "data" / f"letf_universe_{day}.csv", infer_schema_length=None)


def looking_leveraged(names: list[str]) -> list[str]:
    return pl.DataFrame({"name": names}).filter(looks_leveraged(pl.col("name")))["name"].to_list()


def test_names_that_say_they_are_leveraged_are_told_from_those_that_do_not() -> None:
    assert looking_leveraged(LEVERAGED + NOT_LEVERAGED) == LEVERAGED
    assert looking_leveraged([name.upper() for name in LEVERAGED + NOT_LEVERAGED]) == [it.upper() for it in LEVERAGED]


def test_nearly_every_registered_fund_looks_leveraged_by_our_name_and_by_its_official_one(shared: Path) -> None:
    ours = load_funds()["name"].to_list()
    assert len(looking_leveraged(ours)) / len(ours) >= 0.99
    for day in ("2026-02-04", "2026-06-01"):
        official = universe(shared, day).join(load_funds(), on="ticker", how="semi")["name"].to_list()
        assert len(official) > 500
        assert len(looking_leveraged(official)) / len(official) >= 0.985


def test_what_is_left_out_on_purpose_does_not_look_leveraged(shared: Path) -> None:
    """Of 120 funds of another kind one stacks 2x of two things, one is a note on VIX, and two are Canadian."""
    others = universe(shared, "2026-06-01").join(load_funds(), on="ticker", how="anti")
    assert others.height > 100
    assert set(others.filter(looks_leveraged(pl.col("name")))["ticker"]) == {"BEGS", "VYLD", "HBTPF", "HZOZF"}


def listing(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["ticker", "name", "type"], orient="row")
    return frame.with_columns(exchange=pl.lit("ARCX"), cik=None, figi=None).match_to_schema(
        dict(TICKERS), missing_columns="raise", integer_cast="forbid", extra_columns="raise"
    )


def test_listed_funds_nobody_registered_are_found() -> None:
    tickers = listing(
        ("ZZZL", "Tradr 2X Long ZZZ Daily ETF", "ETF"),
        ("AAZ", "MicroSectors ZZZ -3X Inverse Leveraged ETN", "ETN"),
        ("COIZ", "2x Coin Trust", "ETV"),
        ("TQQQ", "ProShares UltraPro QQQ", "ETF"),
        ("SPY", "SPDR S&P 500 ETF Trust", "ETF"),
        ("XXII", "Ultra 2X Bull Leveraged Brewing Company", "CS"),
    )
    assert unregistered(tickers, load_funds()).rows() == [
        ("AAZ", "MicroSectors ZZZ -3X Inverse Leveraged ETN"),
        ("COIZ", "2x Coin Trust"),
        ("ZZZL", "Tradr 2X Long ZZZ Daily ETF"),
    ]


def test_what_is_listed_without_a_type_may_be_a_fund() -> None:
    tickers = listing(("ZZZL", "Tradr 2X Long ZZZ Daily ETF", None), ("XYZ", "Some Company Inc.", None))
    assert unregistered(tickers, load_funds()).get_column("ticker").to_list() == ["ZZZL"]


def test_a_fund_the_user_registered_is_not_found(tmp_path: Path) -> None:
    tickers = listing(("ZZZL", "Tradr 2X Long ZZZ Daily ETF", "ETF"))
    extra = tmp_path / "funds.toml"
    extra.write_text('[[fund]]\nticker = "ZZZL"\nleverage = 2\nunderlying = "ZZZ"\nkind = "stock"\n', encoding="utf-8")
    assert unregistered(tickers, load_funds(extra)).is_empty()
