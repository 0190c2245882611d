"""Once a session: everything about the funds that doesn't change while the market moves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.assumptions import Parameters, SupplyAssumptions
from deskview.analytics.hours import VarianceClock
from deskview.analytics.leverage.allocate import Allocation, allocation
from deskview.analytics.leverage.book import Book, Texts, build_book, floats, listed, texts
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.index_weights import Baskets
from deskview.analytics.leverage.past import PastSessions, past_sessions
from deskview.analytics.leverage.readings import EQUITY_KINDS, IndexWeights, Unregistered
from deskview.analytics.leverage.resets import Drift, drift_of, reset_days
from deskview.analytics.leverage.risk import Risk, estimate
from deskview.analytics.panel import Panel, panel_of
from deskview.market.funds import unregistered
from deskview.market.sessions import Calendar

Positions = npt.NDArray[np.int64]
CALENDAR = Calendar()


@dataclass(frozen=True)
class FundLabels:
    """Texts per fund: `as_of` is the ISO date since which its share count stands, `resets_on` that of its next reset,
    None for daily ones, `source` what of the user's file it rests on, None where it is the provider's."""

    ticker: Texts
    name: Texts
    underlying: Texts
    kind: Texts
    as_of: Texts
    structure: Texts
    reset: Texts
    resets_on: Texts
    source: Texts


@dataclass(frozen=True)
class LeverageModel:
    """What `read` needs, as arrays. Per fund, in the order of `book.funds`: `leverage`, `shares`, `close`
    (NaN where unknown), `position` of its underlying, `fund_key`, `drift` and `creation` (L times the dollars created,
    net, in `creation_session`; NaN where a count is missing). Per underlying: `proxy_key` (-1 without a proxy) and
    `equity`; `market_key` is the index's. Keys are rows of `keys`, the tickers looked up in LIVE.

    `sessions` are the coming ones, `past` those held, `risk` is estimated from the last of them, without today's.
    `clock` tells how much of a day's variance is behind one, `clock_missing` why that is not known, `opens` is when the
    session does. `notes` are
    remarks that hold all session.
    """

    book: Book
    allocation: Allocation
    risk: Risk
    parameters: Parameters
    sessions: list[str]
    notes: dict[str, str]
    labels: FundLabels
    supply: SupplyAssumptions
    past: PastSessions
    clock: VarianceClock | None
    clock_missing: str
    opens: datetime | None
    index_weights: list[IndexWeights]
    unregistered: list[Unregistered]
    keys: pl.DataFrame
    leverage: Floats
    shares: Floats
    close: Floats
    position: Positions
    fund_key: Positions
    drift: Drift
    creation: Floats
    last_session: str
    proxy_key: Positions
    market_key: int
    equity: npt.NDArray[np.bool_]

    def begun(self, at: datetime) -> bool:
        """Whether regular trading of the session has begun; where that is not known, it has."""
        opens = self.opens or (self.clock.opens if self.clock else None)
        return opens is None or at >= opens


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
    panel: Panel | None = None,
    clock: VarianceClock | None = None,
    clock_missing: str = "",
    counts: pl.DataFrame | None = None,
    own: pl.DataFrame | None = None,
    tickers: pl.DataFrame | None = None,
    calendar: Calendar = CALENDAR,
) -> LeverageModel:
    """The model of one session.

    `funds` and `underlyings` are the registry; `baskets`: underlying, ticker, weight, or what `baskets_of` returns.
    `history` ends before the session that is read, `next_sessions` come after it. `session` is the basis of LIVE's
    prices (default: the last of `history`). `panel` is the long past of funds, proxies and the market (default: that of
    `history`), for spread, score, rank. `counts`: SHARE_COUNTS; `own`: OWN_COUNTS; funds not in `tickers` are unlisted.
    """
    parameters = parameters or Parameters()
    book = build_book(
        funds, underlyings, details, history, splits=splits, session=session, counts=counts, own=own, tickers=tickers
    )
    past, risk = _past(book, panel or panel_of(history), parameters)
    return LeverageModel(
        book=book,
        allocation=_allocation(book, baskets, names, history, parameters),
        risk=risk,
        parameters=parameters,
        sessions=list(map(str, next_sessions)),
        notes=_notes(book, baskets),
        supply=supply or SupplyAssumptions(),
        past=past,
        clock=clock,
        clock_missing=clock_missing,
        index_weights=_indexes(baskets),
        unregistered=_unregistered(tickers, funds),
        last_session=str(history.get_column("session").max() or ""),
        **_keys(book, parameters.market),
        **_arrays(book, past, session, calendar),
    )


def _past(book: Book, panel: Panel, parameters: Parameters) -> tuple[PastSessions, Risk]:
    """The sessions held, and the risk estimated from the last of them, by which their gaps are filled."""
    past = past_sessions(book, panel, parameters)
    risk = estimate(*past.last(parameters.window_sessions), parameters)
    return replace(past, filler=risk.relative), risk


def _indexes(baskets: pl.DataFrame | Baskets) -> list[IndexWeights]:
    return baskets.indexes if isinstance(baskets, Baskets) else []


def _allocation(
    book: Book, baskets: pl.DataFrame | Baskets, names: pl.DataFrame, history: pl.DataFrame, parameters: Parameters
) -> Allocation:
    weights = baskets.weights if isinstance(baskets, Baskets) else baskets
    why = {row.index: row.reason for row in _indexes(baskets) if row.reason}
    return allocation(book.underlyings.with_row_index("position"), weights, names, history, parameters, reasons=why)


def _arrays(book: Book, past: PastSessions, session: date | None, calendar: Calendar) -> dict[str, Any]:
    """The model's arrays by fund and by underlying, the labels, and when the session opens; with no session every fund
    resets daily."""
    days = reset_days(session, calendar) if session else {}
    reset = book.funds.get_column("reset").fill_null("daily").to_list()
    position = book.funds.get_column("position").to_numpy().astype(np.int64)
    leverage, close = floats(book.funds, "leverage"), floats(book.funds, "close")
    return {
        "opens": calendar.opens(session) if session else None,
        "labels": _labels(book.funds, {kind: each.next.isoformat() for kind, each in days.items()}),
        "leverage": leverage,
        "shares": floats(book.funds, "shares"),
        "close": close,
        "position": position,
        "drift": drift_of(past, leverage, position, reset, days=days, session=session),
        "creation": leverage * floats(book.funds, "change") * close,
        "equity": book.underlyings.get_column("kind").is_in(EQUITY_KINDS).to_numpy(),
    }


def _keys(book: Book, market: str) -> dict[str, Any]:
    """The tickers LIVE is asked for, and which of them each fund, each underlying's proxy and the market is."""
    proxies, tickers = book.underlyings.get_column("proxy"), book.funds.get_column("ticker")
    wanted = pl.concat([tickers, proxies.drop_nulls(), pl.Series([market])])
    keys = pl.DataFrame({"ticker": wanted.unique(maintain_order=True)})
    numbered = keys.with_row_index("key")
    return {
        "keys": keys,
        "fund_key": _find(numbered, tickers),
        "proxy_key": _find(numbered, proxies),
        "market_key": keys.get_column("ticker").to_list().index(market),
    }


def _notes(book: Book, baskets: pl.DataFrame | Baskets) -> dict[str, str]:
    words = {}
    if isinstance(baskets, Baskets):
        words["by_name.index_usd"] = baskets.remark()
    other = book.funds.filter(pl.col("reset").fill_null("daily") != "daily").get_column("ticker").to_list()
    if other:
        words["by_fund.reset"] = f"not daily: they trade on their reset day alone, in next week not: {listed(other)}"
    return words


def _labels(funds: pl.DataFrame, resets_on: dict[str, str]) -> FundLabels:
    dated = funds.with_columns(
        pl.col("as_of").dt.to_string("%Y-%m-%d"),
        pl.col("reset").fill_null("daily"),
        pl.col("structure").fill_null("ETF"),
        resets_on=pl.col("reset").replace_strict(resets_on, default=None, return_dtype=pl.String()),
    )
    columns = ("ticker", "name", "underlying", "kind", "as_of", "structure", "reset", "resets_on", "source")
    return FundLabels(*(texts(dated, column) for column in columns))


def _unregistered(tickers: pl.DataFrame | None, funds: pl.DataFrame) -> list[Unregistered]:
    return [] if tickers is None else [Unregistered(*row) for row in unregistered(tickers, funds).iter_rows()]


def _find(numbered: pl.DataFrame, tickers: pl.Series) -> Positions:
    found = tickers.to_frame("ticker").join(numbered, on="ticker", how="left", maintain_order="left")
    return np.asarray(found.get_column("key").cast(pl.Int64).fill_null(-1).to_numpy(), dtype=np.int64)
