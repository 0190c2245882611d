"""The daily returns of the rule itself: formed, held through delistings, formed anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from deskview.analytics.measures import Number
from deskview.analytics.momentum.basket import Basket, Formed, LegReturns, form
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits, last_bars
from deskview.analytics.momentum.universe import targets_at, universes_at
from deskview.analytics.panel import Floats, Panel


def rebalances(sessions: Sequence[date], rules: MomentumRules) -> list[int]:
    """Positions of the sessions a new basket is formed for, the first as soon as the lookback is there."""
    first = rules.lookback
    return [
        t
        for t in range(first, len(sessions))
        if t == first or rules.rebalance == "daily" or _new_month(sessions[t - 1], sessions[t])
    ]


def _new_month(before: date, day: date) -> bool:
    return (before.year, before.month) != (day.year, day.month)


def held_returns(panel: Panel, traits: Traits, rules: MomentumRules) -> Floats:
    """The panel's returns as a holder had them: with the delisting return on the session after the last bar.

    For names whose delisting NAMES tells of and that no takeover had pinned; what was paid after the last bar is
    not known, and -30 % is the mean of those where it was (Shumway 1997, performance delistings, NYSE and AMEX;
    on Nasdaq it was nearer -55 %, Shumway and Warther 1999).
    """
    if rules.delisting_return is None or not traits.delisted:
        return panel.returns
    held = panel.returns.copy()
    columns = np.array(list(traits.delisted), dtype=np.int64)
    for column, after in zip(columns, last_bars(panel, columns) + 1, strict=True):
        if after >= len(panel.sessions):
            continue
        own = panel.returns[:, [column]]
        if not targets_at(own, after, np.zeros(1, dtype=np.int64), rules)[0]:
            held[after, column] = rules.delisting_return
    return held


def formations(panel: Panel, traits: Traits, rules: MomentumRules, *, live: date | None = None) -> list[Formed]:
    """Every basket of the history, oldest first; with `live`, the last is the one in force on that session."""
    positions = rebalances([*panel.sessions, live] if live else panel.sessions, rules)
    return [form(panel, traits, universe, rules) for universe in universes_at(panel, traits, positions, rules)]


def spans(formed: Sequence[Formed], panel: Panel) -> list[slice]:
    """The rows of the panel each basket was held over."""
    starts = [one.t for one in formed] + [len(panel.sessions)]
    return [slice(start, end) for start, end in pairwise(starts)]


@dataclass(frozen=True)
class RuleHistory:
    """The formations of a panel, oldest first and at least one, and the returns as a holder had them (held_returns)."""

    panel: Panel
    formed: Sequence[Formed]
    held: Floats
    rules: MomentumRules

    def returns(self, baskets: Sequence[Basket]) -> LegReturns:
        """Daily returns of the legs of one basket a formation from the first on, weights held between rebalances."""
        rows = spans(self.formed, self.panel)
        parts = [basket.returns(self.held[span]) for basket, span in zip(baskets, rows, strict=True)]
        return LegReturns(np.concatenate([part.long for part in parts]), np.concatenate([part.short for part in parts]))

    @property
    def sessions(self) -> tuple[date, ...]:
        """The days of `returns` and `market`."""
        return self.panel.sessions[self.formed[0].t :]

    def market(self) -> Floats:
        """Daily equal-weighted return of the universe then ranked; NaN where nobody of it has one."""
        parts = []
        for one, span in zip(self.formed, spans(self.formed, self.panel), strict=True):
            held = self.held[span][:, one.universe.columns]
            known = ~np.isnan(held)
            with np.errstate(invalid="ignore"):
                parts.append(np.where(known, held, 0.0).sum(axis=1) / known.sum(axis=1))
        return np.concatenate(parts)

    def each_day(self, ratios: Sequence[Number]) -> Floats:
        """One figure a formation on each of the days it was held; NaN where it is missing."""
        days = [span.stop - span.start for span in spans(self.formed, self.panel)]
        return np.repeat(np.array(ratios, dtype=np.float64), days)

    def todays(self, basket: Basket) -> LegReturns:
        """Daily returns the legs would have had over the last sessions of sigma, held as they are today."""
        return basket.returns(self.panel.returns[max(1, len(self.panel.sessions) - self.rules.sigma_sessions) :])
