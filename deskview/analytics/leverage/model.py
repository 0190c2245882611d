"""Once a session: everything about the funds that doesn't change while the market moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.assumptions import Parameters, SupplyAssumptions
from deskview.analytics.leverage.allocate import Allocation, allocation
from deskview.analytics.leverage.baskets import Baskets
from deskview.analytics.leverage.book import EQUITY_KINDS, Book, Texts, build_book, floats, listed, texts
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.risk import Risk, estimate, underlying_returns
from deskview.analytics.leverage.supply import SupplyLadder, supply_ladder
from deskview.analytics.leverage.week import fund_week_es_usd, fund_week_quantile_usd

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FundLabels:
    """Texts per fund: `as_of` is the ISO date of its share count."""

    ticker: Texts
    name: Texts
    underlying: Texts
    kind: Texts
    as_of: Texts


@dataclass(frozen=True)
class LeverageModel:
    """What `read` needs, as arrays. Per fund, in the order of `book.funds`: `leverage`, `shares`, `close`
    (NaN where unknown), `position` of its underlying, `fund_key`; per underlying: `proxy_key` (-1 without a
    proxy) and `equity`. Keys are rows of `keys`, the tickers looked up in LIVE. `sessions` are the coming ones,
    `last_session` the last of the history (empty without one). `notes` are remarks that hold all session.
    `week_factors` are the 5 % quantile, 5 % expected shortfall and 95 % quantile of a fund's week per dollar of AUM.
    """

    book: Book
    allocation: Allocation
    risk: Risk
    parameters: Parameters
    sessions: list[str]
    last_session: str
    notes: dict[str, str]
    labels: FundLabels
    week_factors: tuple[Floats, Floats, Floats]
    supply: SupplyLadder | None
    keys: pl.DataFrame
    leverage: Floats
    shares: Floats
    close: Floats
    position: Positions
    fund_key: Positions
    proxy_key: Positions
    equity: npt.NDArray[np.bool_]


def prepare(
    *,
    funds: pl.DataFrame,
    underlyings: pl.DataFrame,
    details: pl.DataFrame,
    history: pl.DataFrame,
    names: pl.DataFrame,
    baskets: pl.DataFrame | Baskets,
    next_sessions: Sequence[date],
    splits: pl.DataFrame | None = None,
    session: date | None = None,
    parameters: Parameters | None = None,
    supply: SupplyAssumptions | None = None,
) -> LeverageModel:
    """The model of one session.

    `funds` and `underlyings` are the registry (market.funds: FUNDS, UNDERLYINGS).
    `baskets`: underlying, ticker, weight, or what `baskets_from_caps` returns. `details`, `history`, `names` and
    `splits` are the market's tables; `history` ends before the session that is read. `next_sessions` are the
    sessions after it, as far as the forecast reaches. `session` is the basis of LIVE's prices (default: the last
    session of `history`).
    """
    parameters = parameters or Parameters()
    book = build_book(funds, underlyings, details, history, splits=splits, session=session, resets=parameters.resets)
    weights = baskets.weights if isinstance(baskets, Baskets) else baskets
    position = book.funds.get_column("position").to_numpy().astype(np.int64)
    leverage = floats(book.funds, "leverage")
    risk = estimate(*underlying_returns(book, history, parameters.window_sessions, parameters), parameters)
    keys, fund_key, proxy_key = _looked_up_in_live(book)
    return LeverageModel(
        book=book,
        allocation=allocation(book.underlyings.with_row_index("position"), weights, names, history, parameters),
        risk=risk,
        parameters=parameters,
        sessions=[day.isoformat() for day in next_sessions],
        last_session=str(history.get_column("session").max() or ""),
        notes=_notes(book, baskets),
        labels=_labels(book.funds),
        week_factors=_week_factors(leverage, risk.sigma[position], len(next_sessions)),
        supply=supply_ladder(history, supply or SupplyAssumptions(), market=parameters.market),
        keys=keys,
        leverage=leverage,
        shares=floats(book.funds, "shares"),
        close=floats(book.funds, "close"),
        position=position,
        fund_key=fund_key,
        proxy_key=proxy_key,
        equity=book.underlyings.get_column("kind").is_in(EQUITY_KINDS).to_numpy(),
    )


def _looked_up_in_live(book: Book) -> tuple[pl.DataFrame, Positions, Positions]:
    """The tickers LIVE is asked for, and which of them each fund and each underlying's proxy is."""
    proxies, tickers = book.underlyings.get_column("proxy"), book.funds.get_column("ticker")
    keys = pl.DataFrame({"ticker": pl.concat([tickers, proxies.drop_nulls()]).unique(maintain_order=True)})
    numbered = keys.with_row_index("key")
    return keys, _find(numbered, tickers), _find(numbered, proxies)


def _notes(book: Book, baskets: pl.DataFrame | Baskets) -> dict[str, str]:
    words = {}
    if isinstance(baskets, Baskets):
        words["by_name.index_usd"] = baskets.remark()
    other = book.funds.filter(pl.col("reset").fill_null("daily") != "daily").get_column("ticker").to_list()
    if other:
        words["by_fund.reset"] = f"weekly resets treated as daily: {listed(other)}"
    return words


def _labels(funds: pl.DataFrame) -> FundLabels:
    dated = funds.with_columns(pl.col("as_of").dt.to_string("%Y-%m-%d"))
    return FundLabels(*(texts(dated, column) for column in ("ticker", "name", "underlying", "kind", "as_of")))


def _week_factors(leverage: Floats, sigma: Floats, sessions: int) -> tuple[Floats, Floats, Floats]:
    low, high = (fund_week_quantile_usd(leverage, 1.0, sigma, sessions, probability=p) for p in (0.05, 0.95))
    return low, fund_week_es_usd(leverage, 1.0, sigma, sessions, 0.05), high


def _find(numbered: pl.DataFrame, tickers: pl.Series) -> Positions:
    found = tickers.to_frame("ticker").join(numbered, on="ticker", how="left", maintain_order="left")
    return np.asarray(found.get_column("key").cast(pl.Int64).fill_null(-1).to_numpy(), dtype=np.int64)
