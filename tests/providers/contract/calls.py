"""Every question of the protocol, what it rests on, and the answer the market holds."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from deskview.market import schema
from deskview.market.schema import Schema
from deskview.providers.base import Provider, Table
from deskview.providers.capabilities import Capability
from tests.providers.contract.market import (
    DAY,
    DAY_BEFORE,
    EXPIRIES,
    HOLIDAY,
    OPEN,
    REPORTED,
    SINCE,
    STRIKES,
    UNTIL,
    Market,
)

DATED = pl.col("session") == DAY
WINDOW = 7
WINDOWED: Schema = {**schema.TRADES, "since": schema.UTC_NS}
"""Of prints of windows: TRADES and the start of the window each came from."""


@dataclass(frozen=True)
class Call:
    """One question. `truth` is the table of its `schema` that must come; `ordered`: in that order, else in any."""

    name: str
    capability: Capability
    ask: Callable[[Provider], Coroutine[Any, Any, Any]]
    schema: Schema | None = None
    truth: Callable[[Market], Any] = lambda _: None
    ordered: bool = False
    whole: bool = True
    """Whether it asks for everything there is, however many pages that takes."""

    def holds(self, found: Any, market: Market) -> None:  # noqa: ANN401
        """Asserts that an answer is the market's, to the last value, type and null."""
        if self.schema is None:
            assert found == self.truth(market)
            return
        assert (found.left_out, found.reasons) == (0, ())
        frame, truth = schema.require(found.frame, self.schema, self.name), self.truth(market)
        assert frame.columns == list(self.schema), "the columns stand in the schema's order"
        if not self.ordered:
            frame, truth = (each.sort(pl.all(), nulls_last=True) for each in (frame, truth))
        assert_frame_equal(frame, truth, check_exact=True)


async def _clock(provider: Provider) -> tuple[object, object, str]:
    status = await provider.market_status()
    return status.now, status.now.tzinfo, status.phase


async def _window(provider: Provider) -> Table:
    return provider.prints_of([await provider.trades_window(ticker, OPEN, WINDOW) for ticker in ("NVDA", "AAPL")])


def _prints(market: Market, ticker: str = "NVDA") -> pl.DataFrame:
    inside = market.trades.filter(ticker=ticker).filter(pl.col("sip_time").is_between(OPEN, UNTIL, closed="left"))
    return inside.sort("sip_time", "sequence")


def _first_prints(market: Market) -> pl.DataFrame:
    prints = pl.concat([_prints(market).head(WINDOW), _prints(market, "AAPL")])
    return prints.with_columns(since=pl.lit(OPEN).cast(schema.UTC_NS))


def _bars_of(session: object) -> Callable[[Market], pl.DataFrame]:
    return lambda market: market.bars.filter(session=session)


def _intraday(first: object) -> Callable[[Market], pl.DataFrame]:
    day = pl.col("start").dt.convert_time_zone("America/New_York").dt.date()
    return lambda market: market.intraday.filter(day.is_between(pl.lit(first), DAY)).sort("start")


def _contracts(market: Market) -> pl.DataFrame:
    within = pl.col("expiry").is_between(*EXPIRIES) & pl.col("strike").is_between(*STRIKES)
    return market.chain.filter(within).sort("expiry", "strike", "right")


def _yields(market: Market) -> pl.DataFrame:
    return market.yields.filter(pl.col("day") == pl.col("day").max()).sort("months")


def _newest_counts(market: Market) -> pl.DataFrame:
    inside = market.short_interest.filter(pl.col("settlement") >= SINCE)
    newest = inside.filter(pl.col("settlement") == pl.col("settlement").max().over("ticker"))
    older = inside.join(newest, on=["ticker", "settlement"], how="anti")
    earlier = older.select("ticker", before="settlement", shares_before="shares_short")
    return newest.drop("before", "shares_before").join(earlier, on="ticker", how="left")


def _reported(name: str, *order: str) -> Callable[[Market], pl.DataFrame]:
    within = pl.col("day").is_between(*REPORTED)
    return lambda market: getattr(market, name).filter(within).sort("day", *order)


def _headlines(ticker: str | None) -> Callable[[Market], pl.DataFrame]:
    about = pl.lit(value=True) if ticker is None else pl.col("tickers").list.contains(ticker)
    inside = about & (pl.col("published") >= OPEN)
    return lambda market: market.news.filter(inside).sort("published", descending=True)


def _details(ticker: str) -> Call:
    return Call(
        f"details of {ticker}",
        Capability.SHARES,
        lambda provider: provider.details(ticker, DAY),
        schema.DETAILS,
        lambda market: market.details.filter(ticker=ticker),
    )


CALLS = (
    Call("clock", Capability.CLOCK, _clock, truth=lambda market: (market.now, market.now.tzinfo, market.phase)),
    Call("closures", Capability.HOLIDAYS, lambda provider: provider.closures(), truth=lambda market: market.closures),
    Call(
        "tickers", Capability.NAMES, lambda provider: provider.tickers(), schema.TICKERS, lambda market: market.tickers
    ),
    Call(
        "delisted",
        Capability.DELISTED,
        lambda provider: provider.delisted(SINCE),
        schema.DELISTED,
        lambda market: market.delisted.filter(pl.col("delisted") >= SINCE).sort("delisted"),
        ordered=True,
    ),
    *map(_details, ("NVDA", "SPY", "AAPL", "ZZZZ")),
    Call("daily bars", Capability.DAILY_BARS, lambda provider: provider.daily_bars(DAY), schema.BARS, _bars_of(DAY)),
    Call(
        "daily bars before",
        Capability.DAILY_BARS,
        lambda provider: provider.daily_bars(DAY_BEFORE),
        schema.BARS,
        _bars_of(DAY_BEFORE),
    ),
    Call(
        "daily bars of a holiday",
        Capability.DAILY_BARS,
        lambda provider: provider.daily_bars(HOLIDAY),
        schema.BARS,
        _bars_of(HOLIDAY),
    ),
    Call(
        "splits",
        Capability.SPLITS,
        lambda provider: provider.splits(SINCE),
        schema.SPLITS,
        lambda market: market.splits.filter(pl.col("execution_date") >= SINCE).sort("execution_date", "ticker"),
        ordered=True,
    ),
    Call(
        "dividends",
        Capability.DIVIDENDS,
        lambda provider: provider.dividends(SINCE),
        schema.DIVIDENDS,
        lambda market: market.dividends.filter(pl.col("ex_date") >= SINCE).sort("ex_date", "ticker"),
        ordered=True,
    ),
    Call(
        "snapshot",
        Capability.SNAPSHOT,
        lambda provider: provider.snapshot(),
        schema.SNAPSHOT,
        lambda market: market.snapshot,
    ),
    Call(
        "trades",
        Capability.TRADES,
        lambda provider: provider.trades("NVDA", OPEN, UNTIL),
        schema.TRADES,
        _prints,
        ordered=True,
    ),
    Call("windows of trades", Capability.TRADES, _window, WINDOWED, _first_prints, ordered=True, whole=False),
    Call(
        "intraday",
        Capability.INTRADAY_BARS,
        lambda provider: provider.intraday("NVDA", DAY, 5),
        schema.INTRADAY,
        _intraday(DAY),
        ordered=True,
    ),
    Call(
        "intraday of sessions",
        Capability.INTRADAY_BARS,
        lambda provider: provider.intraday("NVDA", DAY, 5, since=DAY_BEFORE),
        schema.INTRADAY,
        _intraday(DAY_BEFORE),
        ordered=True,
    ),
    Call(
        "index days",
        Capability.DAILY_BARS,
        lambda provider: provider.index_days("SPY", SINCE, DAY),
        schema.INDEX_DAYS,
        lambda market: market.index_days.sort("session"),
        ordered=True,
    ),
    Call(
        "short volume",
        Capability.SHORT_VOLUME,
        lambda provider: provider.short_volume(DAY),
        schema.SHORT_VOLUME,
        lambda market: market.short_volume.filter(DATED),
    ),
    Call(
        "chain",
        Capability.CHAINS,
        lambda provider: provider.chain("SPX", EXPIRIES, STRIKES),
        schema.CHAIN,
        _contracts,
        ordered=True,
    ),
    Call(
        "chain of a name without options",
        Capability.CHAINS,
        lambda provider: provider.chain("ZZZZ", EXPIRIES, STRIKES),
        schema.CHAIN,
        lambda market: market.chain.clear(),
    ),
    Call(
        "yields",
        Capability.YIELDS,
        lambda provider: provider.yields(),
        schema.YIELDS,
        _yields,
        ordered=True,
    ),
    Call(
        "short interest",
        Capability.SHORT_INTEREST,
        lambda provider: provider.short_interest(SINCE),
        schema.SHORT_INTEREST,
        _newest_counts,
    ),
    Call("floats", Capability.FLOAT, lambda provider: provider.floats(), schema.FLOATS, lambda market: market.floats),
    Call(
        "earnings",
        Capability.EARNINGS,
        lambda provider: provider.earnings(*REPORTED),
        schema.EARNINGS,
        _reported("earnings", "ticker"),
        ordered=True,
    ),
    Call(
        "filings",
        Capability.FILINGS,
        lambda provider: provider.filings(*REPORTED),
        schema.FILINGS,
        _reported("filings", "cik"),
        ordered=True,
    ),
    Call(
        "news of a name",
        Capability.NEWS,
        lambda provider: provider.news("NVDA", OPEN),
        schema.NEWS,
        _headlines("NVDA"),
        ordered=True,
    ),
    Call(
        "news of all names",
        Capability.NEWS,
        lambda provider: provider.news(None, OPEN),
        schema.NEWS,
        _headlines(None),
        ordered=True,
    ),
    Call(
        "news of a name without any",
        Capability.NEWS,
        lambda provider: provider.news("ZZZZ", OPEN),
        schema.NEWS,
        lambda market: market.news.clear(),
    ),
    Call(
        "conditions",
        Capability.CONDITIONS,
        lambda provider: provider.conditions(),
        schema.CONDITIONS,
        lambda market: market.conditions,
    ),
)
CLOCK = CALLS[0]
BARS = next(call for call in CALLS if call.name == "daily bars")
