"""The market as it is shown: LIVE of the snapshot that passed the gate, its time, and how old its data are."""

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from deskview.analytics.gate import Action, Seen, Verdict, judge
from deskview.analytics.live import AHEAD, live_market, old_trades
from deskview.analytics.momentum import DEFAULT_RULES
from deskview.board.basis import Basis
from deskview.board.inputs import Inputs


@dataclass(frozen=True)
class Market:
    """`snapshot` is the SNAPSHOT that is shown, `seen` its LIVE and what the next one is held against.

    `received` is the monotonic clock when it came, `data_as_of` the time of its newest price. `age_s` is how much older
    that was than the moment the snapshot is of; None from the close on, when there is nothing newer.
    """

    snapshot: pl.DataFrame
    seen: Seen
    received: float
    data_as_of: datetime | None
    age_s: float | None

    @property
    def live(self) -> pl.DataFrame:
        """LIVE that is shown."""
        return self.seen.live

    @property
    def at(self) -> datetime:
        """The moment it is of."""
        return self.seen.at

    @property
    def verdict(self) -> Verdict:
        """What became of the snapshot that came last."""
        return self.seen.verdict


def market_of(inputs: Inputs, before: "Market | None", basis_before: Basis | None) -> Market | None:
    """The market of the inputs held against the one `before`; None while basis or snapshot are still to come."""
    basis, snapshot, at = inputs.basis, inputs.snapshot, inputs.snapshot_at
    if basis is None or snapshot is None or at is None:
        return None
    arrived = live_market(snapshot, basis.prices, at)
    seen = judge(
        arrived,
        at,
        basis.prices,
        before.seen if before else None,
        left_out=inputs.snapshot_left_out,
        old_trades=old_trades(snapshot, basis.prices.begins),
        benchmark=DEFAULT_RULES.benchmark,
    )
    if before is None or seen.verdict.action is not Action.SET_ASIDE:
        return _market(snapshot, seen, inputs.snapshot_received, basis)
    if basis is not basis_before:  # the closes before may be others now
        seen = replace(seen, live=_on_closes(before, basis))
    return Market(before.snapshot, seen, before.received, before.data_as_of, before.age_s)


def _on_closes(before: Market, basis: Basis) -> pl.DataFrame:
    """LIVE that is shown, its returns against the closes of another basis; prices that are kept stay kept."""
    anew = live_market(before.snapshot, basis.prices, before.at)
    kept = before.live.filter(pl.col("ticker").is_in(list(before.seen.odd))).drop("ret", "prev_close")
    closes = anew.select("ticker", "prev_close").join(kept, on="ticker")
    rows = closes.with_columns(ret=pl.col("price") / pl.col("prev_close") - 1).select(anew.columns)
    return pl.concat([anew.join(kept, on="ticker", how="anti"), rows])


def _market(snapshot: pl.DataFrame, seen: Seen, received: float, basis: Basis) -> Market:
    newest = seen.live.get_column("price_time").max()
    data_as_of = newest if isinstance(newest, datetime) else None
    closed = seen.at >= basis.prices.bell
    if data_as_of is None or (closed and data_as_of >= basis.prices.bell - AHEAD):
        return Market(snapshot, seen, received, data_as_of, None if closed else 0.0)
    age = (seen.at - data_as_of).total_seconds()
    return Market(snapshot, seen, received, data_as_of, max(age, 0.0))
