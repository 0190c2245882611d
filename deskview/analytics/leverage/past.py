"""The sessions held: how the underlyings moved in them, and what today's book would have traded."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deskview.analytics.assumptions import Parameters
from deskview.analytics.leverage.book import Book
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.readings import Rank
from deskview.analytics.leverage.risk import underlying_returns
from deskview.analytics.panel import Panel

LEAST_SESSIONS = 60
"""Today has no rank among fewer sessions."""


@dataclass(frozen=True)
class PastSessions:
    """`returns` (T x underlyings) and `market` (T,), NaN for gaps, of the sessions with the ISO dates `dates`.

    `fund_closes` (T+1 x funds, NaN where unknown) begin with the session before the first; they and `market_closes`
    (without gaps) are on one share basis, dividends reinvested. A session counts where underlyings with
    `least_coverage` of a book's exposure have a return in it; the others are taken to move with the market, `filler`
    (by underlying) times as far.
    """

    dates: list[str]
    returns: Floats
    market: Floats
    market_closes: Floats
    fund_closes: Floats
    least_coverage: float
    filler: Floats | None = None

    def last(self, sessions: int) -> tuple[Floats, Floats]:
        """Returns of the underlyings and of the market in the last sessions."""
        return self.returns[-sessions:], self.market[-sessions:]

    @cached_property
    def _present(self) -> Floats:
        return np.isfinite(self.returns).astype(np.float64)

    @cached_property
    def filled(self) -> Floats:
        """`returns` with what the market did in the gaps, `filler` times."""
        moves = np.nan_to_num(self.market)[:, None] * (1.0 if self.filler is None else self.filler)
        return np.where(np.isfinite(self.returns), self.returns, moves)

    def flows(self, exposure: Floats) -> Floats:
        """What a book of `exposure` (USD per unit return, by underlying) trades in each session (T,).

        NaN in a session with too little.
        """
        covered = self._present @ exposure
        enough = (covered > 0) & (covered >= self.least_coverage * exposure.sum())
        return np.where(enough, self.filled @ exposure, np.nan)


def past_sessions(book: Book, panel: Panel, parameters: Parameters) -> PastSessions:
    """The sessions of the panel as the book sees them."""
    returns, market = underlying_returns(book, panel, parameters)
    at, columns = panel.column(parameters.market), panel.columns(book.funds.get_column("ticker"))
    own = panel.close[:, at] if at is not None else np.empty(0)
    closes = np.where(columns >= 0, panel.close[:, columns], np.nan) if panel.tickers else np.empty((0, len(columns)))
    return PastSessions(
        [day.isoformat() for day in panel.sessions[1:]],
        returns,
        market,
        own[np.isfinite(own)],
        closes,
        parameters.least_coverage,
    )


def rank_of(today: float | None, flows: Floats, dates: list[str]) -> Rank | None:
    """Where today's flow stands among those of the sessions held, by size among all sales or all purchases.

    None without a flow today, where it is 0, and with fewer than LEAST_SESSIONS sessions that count.
    """
    known = np.isfinite(flows)
    if not today or known.sum() < LEAST_SESSIONS:
        return None
    same = (-1.0 if today < 0 else 1.0) * flows[known]
    return Rank(
        place=int((same > abs(today)).sum()) + 1,
        of=int(known.sum()) + 1,
        side="sale" if today < 0 else "purchase",
        since=dates[int(known.argmax())],
        of_side=int((same > 0).sum()) + 1,
    )
