"""What flow is read from beside the prints: earlier sessions up to the same hour, and the names the user opened.

Both cost more than a board may: they are kept while they would come out the same.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import polars as pl

from deskview.analytics import flow
from deskview.analytics.flow.name import read_name
from deskview.board.basis import Basis
from deskview.board.inputs import Inputs, OpenedName
from deskview.board.market import Market
from deskview.market.sessions import Calendar

log = logging.getLogger(__name__)
FAULT: Final = "a fault of deskview's own in computing it; the log has the details"
DOLLARS: Final = {"session": pl.Date(), "ticker": pl.String(), "dollar_volume_usd": pl.Float64()}
_PRINTED: Final = [name for name, dtype in flow.FLOW_BARS.items() if dtype == pl.Float64() and "core" not in name]


@dataclass(frozen=True)
class Compared:
    """What `compare` found for the stocks and the funds of a sample, and what it was found from."""

    stocks: flow.Comparison = field(default_factory=flow.Comparison)
    funds: flow.Comparison = field(default_factory=flow.Comparison)
    windows: pl.DataFrame | None = None
    sample: pl.DataFrame | None = None
    basis: Basis | None = None
    minute: datetime | None = None

    def of(self, windows: pl.DataFrame, sample: pl.DataFrame, basis: Basis, minute: datetime) -> bool:
        """Whether it was found from these very tables in this minute."""
        same = self.windows is windows and self.sample is sample and self.basis is basis
        return same and self.minute == minute


def compared(inputs: Inputs, market: Market | None, before: Compared | None) -> Compared:
    """The comparisons up to the moment the prints are counted to, new ones once a minute of the market's clock at most.

    Where comparing fails the percentiles say so and the sums stand.
    """
    given, basis = inputs.flow, inputs.basis
    windows, sample, today = given.windows, given.sample, given.today
    if windows is None or sample is None or today is None or given.as_of is None or basis is None:
        return Compared()
    at = min(given.as_of, today.session_close)
    minute = at.replace(second=0, microsecond=0)
    if before is not None and before.of(windows, sample, basis, minute):
        return before
    dollars = dollars_of(sample.get_column("ticker"), today, basis, market)
    fund = pl.col("kind") == "fund"
    try:
        stocks, funds = (
            flow.compare(windows, names, dollars, session=today.session, at=at, calendar=inputs.calendar)
            if names.height
            else flow.Comparison()
            for names in (sample.filter(~fund), sample.filter(fund))
        )
    except Exception:
        log.exception("flow could not be compared with earlier sessions")
        failed = flow.Ranked(reason=FAULT)
        stocks = funds = flow.Comparison(retail=failed, other=failed)
    return Compared(stocks, funds, windows, sample, basis, minute)


def opened(
    inputs: Inputs, market: Market | None, before: Inputs | None, read: Mapping[str, flow.NameDay]
) -> dict[str, flow.NameDay]:
    """The day of every name that was opened; those `read` before stand while nothing of theirs has changed."""
    basis = inputs.basis
    if basis is None:
        return {}
    known = before.opened if before is not None and before.basis is basis else {}
    return {
        ticker: read[ticker]
        if ticker in read and ticker in known and _same(name, known[ticker])
        else _day(ticker, name, basis, market, inputs.calendar)
        for ticker, name in inputs.opened.items()
    }


def _same(name: OpenedName, before: OpenedName) -> bool:
    return (
        name.today is before.today
        and name.windows is before.windows
        and (name.as_of, name.note) == (before.as_of, before.note)
    )


def _day(ticker: str, name: OpenedName, basis: Basis, market: Market | None, calendar: Calendar | None) -> flow.NameDay:
    def read(given: OpenedName, note: str) -> flow.NameDay:
        dollars = dollars_of([ticker], given.today, basis, market)
        return read_name(
            given.today,
            given.windows,
            dollars,
            basis.session,
            basis.half_day,
            ticker=ticker,
            as_of=given.as_of,
            note=note,
            volume_usd=_traded(market, [ticker]).get(ticker),
            calendar=calendar,
        )

    try:
        return read(name, name.note)
    except Exception:
        log.exception("the prints of %s could not be read", ticker)
        return read(OpenedName(), FAULT)


def dollars_of(
    tickers: Iterable[str], today: flow.FlowState | None, basis: Basis, market: Market | None
) -> pl.DataFrame:
    """(session, ticker, dollar_volume_usd) of the names: of the sessions before, and what was traded so far today.

    Today's is volume by price, or where the snapshot has none what was printed.
    """
    names, session = list(tickers), today.session if today is not None else basis.session
    earlier = basis.history.filter(pl.col("ticker").is_in(names), pl.col("session") < session).select(list(DOLLARS))
    traded = _printed(today) | _traded(market, names)
    rows = [(session, ticker, traded[ticker]) for ticker in names if ticker in traded]
    return pl.concat([earlier, pl.DataFrame(rows, schema=DOLLARS, orient="row")])


def _traded(market: Market | None, tickers: list[str]) -> dict[str, float]:
    """Volume by price so far, of the names that have both."""
    if market is None:
        return {}
    own = market.live.filter(pl.col("ticker").is_in(tickers), pl.col("volume") > 0)
    return dict(own.select("ticker", pl.col("volume") * pl.col("price")).drop_nulls().iter_rows())


def _printed(today: flow.FlowState | None) -> dict[str, float]:
    if today is None:
        return {}
    sums = today.bars.group_by("ticker").agg(usd=pl.sum_horizontal(pl.col(_PRINTED).sum()))
    return dict(sums.iter_rows())
