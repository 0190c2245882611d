"""What is fixed for a session: whose options are asked for, how far each underlying follows the index, what it pays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.assumptions import YEAR
from deskview.analytics.gamma.chain import INDEX, INDEX_FUND
from deskview.analytics.measures import betas
from deskview.analytics.panel import Panel
from deskview.market.schema import STOCKS
from deskview.market.sessions import Calendar

NAMES, ADV_SESSIONS = 20, 20
"""So many stocks that trade most have their options asked for."""
BETA_LEAST = 60
"""With fewer sessions in common there is no beta."""
MOST_PAID = 0.10
"""Of the price: more in one payment is no dividend that comes again."""


class Wanted(NamedTuple):
    """An underlying whose options are asked for. It trades at about `scale` times the price of `proxy`."""

    underlying: str
    title: str
    proxy: str
    scale: float = 1.0


OF_INDICES = (
    Wanted(INDEX_FUND, "SPDR S&P 500 ETF", INDEX_FUND),
    Wanted(INDEX, "S&P 500", INDEX_FUND, 10.0),
    Wanted("QQQ", "Invesco QQQ", "QQQ"),
    Wanted("NDX", "Nasdaq-100", "QQQ", 41.0),
    Wanted("IWM", "iShares Russell 2000 ETF", "IWM"),
)
"""In the order they are asked for: the fund first, as its price is what the index's is taken from."""


@dataclass(frozen=True)
class GammaModel:
    """One session's. `wanted` in the order they are asked for; `betas` to the benchmark by ticker (proxies, names),
    `proxies` from an underlying of funds to the ticker that moves as it does, `dividends` a year's by ticker, as a
    part of the price. `betas_missing` says why there are no betas.
    """

    session: date
    calendar: Calendar
    wanted: tuple[Wanted, ...]
    betas: dict[str, float]
    proxies: dict[str, str]
    dividends: dict[str, float]
    benchmark: str = INDEX_FUND
    betas_missing: str = ""

    def beta_of(self, underlying: str) -> float | None:
        """That of what funds or options are on, by its proxy; None where it is not known."""
        wanted = {each.underlying: each.proxy for each in self.wanted}
        return self.betas.get(wanted.get(underlying) or self.proxies.get(underlying) or underlying)


def prepare(
    panel: Panel,
    names: pl.DataFrame,
    underlyings: pl.DataFrame,
    followed: Iterable[str],
    dividends: pl.DataFrame,
    *,
    session: date,
    calendar: Calendar,
) -> GammaModel:
    """The model of a session from the closes before it, NAMES, UNDERLYINGS, what funds follow, and DIVIDENDS."""
    largest = _largest(panel, names)
    wanted = (*OF_INDICES, *(Wanted(ticker, title, ticker) for ticker, title in largest))
    proxies = dict(underlyings.select("underlying", "proxy").drop_nulls().iter_rows())
    tickers = sorted({*panel.tickers} & {*(each.proxy for each in wanted), *proxies.values(), *followed})
    betas, why_not = _betas(panel, tickers)
    return GammaModel(
        session=session,
        calendar=calendar,
        wanted=wanted,
        betas=betas,
        betas_missing=why_not,
        proxies=proxies,
        dividends=_dividends(panel, dividends, [each.proxy for each in wanted], session),
    )


def _largest(panel: Panel, names: pl.DataFrame) -> list[tuple[str, str]]:
    """The stocks that trade most, with what they are called."""
    titles = dict(names.filter(pl.col("type").is_in(STOCKS)).select("ticker", "name").iter_rows())
    traded = panel.dollar_volume_usd[-ADV_SESSIONS:].mean(axis=0) if panel.sessions else np.zeros(len(panel.tickers))
    order = np.argsort(-traded, kind="stable").tolist()
    found = [panel.tickers[place] for place in order if panel.tickers[place] in titles and traded[place] > 0]
    return [(ticker, titles[ticker] or ticker) for ticker in found[:NAMES]]


def _betas(panel: Panel, tickers: Sequence[str]) -> tuple[dict[str, float], str]:
    """By ticker, or why there are none."""
    market = panel.column(INDEX_FUND)
    index = panel.returns[-YEAR:, market] if market is not None else np.empty(0)
    if (known := int(np.isfinite(index).sum())) < BETA_LEAST:
        return {}, f"{INDEX_FUND} has {known} daily returns, {BETA_LEAST} are needed for a beta"
    own = panel.returns[-YEAR:, panel.columns(tickers)]
    slopes = betas(own, index)
    enough = np.isfinite(own).sum(axis=0) >= BETA_LEAST
    pairs = zip(tickers, slopes.tolist(), (enough & np.isfinite(slopes)).tolist(), strict=True)
    return {ticker: slope for ticker, slope, is_known in pairs if is_known}, ""


def _dividends(panel: Panel, dividends: pl.DataFrame, tickers: Sequence[str], session: date) -> dict[str, float]:
    """What each paid over the last year for a dollar of its last close; of who paid nothing none."""
    since = session - timedelta(days=365)
    year = dividends.filter(pl.col("ex_date").is_between(since, session, closed="left"))
    paid = year.filter(pl.col("ticker").is_in(list(tickers))).select("ticker", "cash_usd")
    found: dict[str, float] = {}
    for ticker, cash in paid.iter_rows():
        column = panel.column(ticker)
        close = float(panel.close[-1, column]) if column is not None and panel.sessions else float("nan")
        if cash > 0 and close > 0 and cash / close < MOST_PAID:
            found[ticker] = found.get(ticker, 0.0) + cash / close
    return found
