"""What holds for a whole session: history on today's share basis, the names, and every method's model."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TypeVar

import polars as pl

from deskview.analytics import breadth, deleveraging, gamma, leverage, momentum, rotation
from deskview.analytics.adjust import last_closes
from deskview.analytics.breadth import BreadthModel
from deskview.analytics.chain import Completed, Gap, complete, unknown_facts, with_types
from deskview.analytics.continuity import open_gaps
from deskview.analytics.hours import VarianceClock, VolumeClock, variance_clock, volume_clock
from deskview.analytics.leverage import Parameters, SupplyAssumptions
from deskview.analytics.live import PriceBasis, no_last_price
from deskview.analytics.momentum import MomentumModel
from deskview.analytics.names import join_names, with_delisted, with_gaps
from deskview.board.past import Past
from deskview.market.own_names import OWN_NAMES
from deskview.market.schema import CONDITIONS, DELISTED, INDEX_DAYS, INTRADAY, SHARE_COUNTS, STOCKS, empty
from deskview.market.sessions import NEW_YORK, PRE_MARKET, Calendar

Model = TypeVar("Model")
log = logging.getLogger(__name__)

INDEX = "SPX"
"""Whose members breadth is measured over."""
WEEK = 5
"""Sessions the leveraged-ETF forecast reaches."""
INTEREST = 1000
"""So many of the largest names by dollar volume are asked for market cap and sector."""


@dataclass(frozen=True)
class Reference:
    """The shipped and the user's reference data: FUNDS, UNDERLYINGS, GROUPS, MEMBERS, and the user's OWN_NAMES."""

    funds: pl.DataFrame
    underlyings: pl.DataFrame
    groups: pl.DataFrame
    members: pl.DataFrame
    own: pl.DataFrame = field(default_factory=lambda: empty(OWN_NAMES))


@dataclass(frozen=True)
class Assumptions:
    """What the user assumes where a method leaves a choice."""

    leverage: Parameters = field(default_factory=Parameters)
    supply: SupplyAssumptions = field(default_factory=SupplyAssumptions)
    basket: momentum.MomentumRules = momentum.DEFAULT_RULES


DEFAULT_ASSUMPTIONS = Assumptions()


@dataclass(frozen=True)
class DailyTables:
    """SPLITS, DIVIDENDS, TICKERS, DETAILS, DELISTED and CONDITIONS as fetched.

    `share_counts` (SHARE_COUNTS) are those of the funds, session by session, `index_days` (INDEX_DAYS) is the index's
    own past over years, `index_minutes` (INTRADAY) its last sessions in five minutes; `reasons` says of a table by its
    name why it is empty.
    """

    splits: pl.DataFrame
    dividends: pl.DataFrame
    tickers: pl.DataFrame
    details: pl.DataFrame
    delisted: pl.DataFrame = field(default_factory=lambda: empty(DELISTED))
    conditions: pl.DataFrame = field(default_factory=lambda: empty(CONDITIONS))
    index_days: pl.DataFrame = field(default_factory=lambda: empty(INDEX_DAYS))
    index_minutes: pl.DataFrame = field(default_factory=lambda: empty(INTRADAY))
    share_counts: pl.DataFrame = field(default_factory=lambda: empty(SHARE_COUNTS))
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Basis:
    """One session's fixed part. A model is None where its method could not be prepared; `reasons` then says why.

    `history` is HISTORY of a year and a month, each name's from its last break on (`breaks`), with the `gaps` (GAPS)
    that may hide a spin-off; `sessions` of the long past lie behind what ranks. `prices` is what live prices are read
    by, `splits_left_out` counts the splits prices do not support. `own` (OWN_FACTS) is what the user's file says of
    names, `unknown` a sentence for each fact that nobody tells of them.
    """

    session: date
    next_sessions: tuple[date, ...]
    half_day: bool
    sessions: int
    history: pl.DataFrame
    breaks: pl.DataFrame
    gaps: pl.DataFrame
    prices: PriceBasis
    splits_left_out: int
    names: pl.DataFrame
    own: pl.DataFrame
    unknown: Mapping[Gap, str]
    reference: Reference
    momentum: momentum.MomentumModel | None
    breadth: breadth.BreadthModel | None
    rotation: rotation.RotationModel | None
    leverage: leverage.LeverageModel | None
    deleveraging: deleveraging.DeleveragingModel | None
    gamma: gamma.GammaModel | None
    reasons: dict[str, str]

    def names_of_interest(self) -> list[str]:
        """Stocks whose cap and sector matter: index members, the largest by dollar volume, all that are ranked, and all
        that leveraged funds' flow is carried into."""
        last = self.history.filter(pl.col("session") == pl.col("session").max())
        stocks = self.names.filter(pl.col("type").is_in(STOCKS))
        large = (
            last.join(stocks.select("ticker"), on="ticker", how="semi")
            .sort(["dollar_volume_usd", "ticker"], descending=[True, False])
            .head(INTEREST)
        )
        members = stocks.filter(pl.col("in_index"))
        ranked = stocks.filter(pl.col("ticker").is_in(self.momentum.ranked if self.momentum else []))
        followed = self.reference.underlyings.select("basket").drop_nulls()
        inside = leverage.constituents(self.reference.members, self.reference.groups)
        carried = stocks.join(inside.join(followed, on="basket", how="semi"), on="ticker", how="semi")
        all_of_them = pl.concat([table.select("ticker") for table in (members, large, ranked, carried)])
        return all_of_them.get_column("ticker").unique(maintain_order=True).to_list()


def wanted_of(tables: DailyTables, reference: Reference, assumptions: Assumptions) -> set[str]:
    """The names the long past is kept of: shares, living and dead, members, groups, leveraged funds and what they
    follow, and the index."""
    shares, tables = pl.col("type").is_in(assumptions.basket.types), _typed(tables, reference)
    chosen = [table.filter(shares).get_column("ticker") for table in (tables.tickers, tables.delisted)]
    chosen += [reference.members.get_column("ticker"), reference.groups.get_column("ticker")]
    chosen += [reference.funds.get_column("ticker"), reference.underlyings.get_column("proxy").drop_nulls()]
    chosen += [reference.funds.get_column("underlying").drop_nulls()]
    return {assumptions.basket.benchmark, *pl.concat(chosen)}


def _typed(tables: DailyTables, reference: Reference) -> DailyTables:
    """The tables with the types the provider does not tell, as far as anyone else does."""
    tickers, delisted = (
        with_types(listing, reference.own, reference.members, reference.funds)
        for listing in (tables.tickers, tables.delisted)
    )
    return replace(tables, tickers=tickers, delisted=delisted)


def _names_of(tables: DailyTables, reference: Reference, past: Past, session: date) -> Completed:
    """NAMES by all who know something of them: the provider, the shipped lists and the user."""
    joined = join_names(tables.tickers, reference.members, tables.details, index=INDEX)
    return complete(
        with_types(joined, reference.own, reference.members, reference.funds),
        reference.own,
        tickers=tables.tickers,
        funds=reference.funds,
        counts=tables.share_counts,
        history=past.history,
        splits=past.splits,
        session=session,
    )


def build_basis(
    session: date,
    tables: DailyTables,
    reference: Reference,
    calendar: Calendar,
    assumptions: Assumptions = DEFAULT_ASSUMPTIONS,
    *,
    past: Past,
) -> Basis:
    """The session's basis from the sessions before it."""
    known = _names_of(tables, reference, past, session)
    made = _Session(
        session=session,
        tables=_typed(tables, reference),
        reference=reference,
        calendar=calendar,
        assumptions=assumptions,
        past=past,
        known=known,
    )
    reasons: dict[str, str] = {}
    momentum_model = _prepared("momentum", made.momentum, reasons)
    breadth_model = _prepared("breadth", made.breadth, reasons)
    return Basis(
        session=session,
        next_sessions=tuple(made.coming),
        half_day=calendar.is_half_day(session),
        sessions=past.sessions,
        history=past.history,
        breaks=past.breaks,
        gaps=made.gaps,
        prices=made.prices(),
        splits_left_out=past.splits_left_out,
        names=known.names,
        own=known.facts,
        unknown=unknown_facts(known.names, made.tables.tickers, tables.details, assumptions.basket.types),
        reference=reference,
        momentum=momentum_model,
        breadth=breadth_model,
        rotation=_prepared("rotation", made.rotation, reasons),
        leverage=_prepared("leverage", made.leverage, reasons),
        deleveraging=_prepared("deleveraging", lambda: made.deleveraging(momentum_model, breadth_model), reasons),
        gamma=_prepared("gamma", made.gamma, reasons),
        reasons=reasons,
    )


def _prepared(part: str, prepare: Callable[[], Model], reasons: dict[str, str]) -> Model | None:
    """The part's model; where its method refuses, none, and the reason among `reasons`."""
    try:
        return prepare()
    except ValueError as error:
        reasons[part] = str(error)
        told = isinstance(error, deleveraging.NoBasketError)  # momentum tells the same
        log.log(logging.DEBUG if told else logging.WARNING, "%s can't be prepared: %s", part, error)
        return None


@dataclass(frozen=True, kw_only=True)
class _Session:
    """What the models of one session are prepared from, and each model."""

    session: date
    tables: DailyTables
    reference: Reference
    calendar: Calendar
    assumptions: Assumptions
    past: Past
    known: Completed

    @property
    def names(self) -> pl.DataFrame:
        """NAMES, completed."""
        return self.known.names

    @property
    def closes(self) -> datetime:
        """The end of regular trading."""
        return self.calendar.closes(self.session)

    @property
    def coming(self) -> list[date]:
        """The sessions the forecast reaches over."""
        return self.calendar.after(self.session, WEEK)

    @cached_property
    def clock(self) -> tuple[VarianceClock | None, str]:
        """How much of the day's variance is behind one at a time, or none and why."""
        if reason := self.tables.reasons.get("index-minutes"):
            return None, reason
        opens, minutes = self.calendar.opens(self.session), self.tables.index_minutes
        try:
            return variance_clock(minutes, self.calendar, opens=opens, closes=self.closes), ""
        except ValueError as error:
            return None, str(error)

    @property
    def volume(self) -> tuple[VolumeClock | None, str]:
        """How much of the day's volume is usually done at a time, or none and why."""
        if self.calendar.is_half_day(self.session):
            return None, "a half day's volume is held against no full day's"
        if reason := self.tables.reasons.get("index-minutes"):
            return None, reason
        opens, minutes = self.calendar.opens(self.session), self.tables.index_minutes
        try:
            return volume_clock(minutes, self.calendar, opens=opens, closes=self.closes), ""
        except ValueError as error:
            return None, str(error)

    @cached_property
    def gaps(self) -> pl.DataFrame:
        """Low opens that nothing explains; a dividend of 0 says that there was nothing to explain."""
        return open_gaps(self.past.history, self.tables.dividends.filter(pl.col("cash_usd") == 0))

    def prices(self) -> PriceBasis:
        """What live prices are read by."""
        before, splits, dividends = self.calendar.previous(self.session), self.past.splits, self.tables.dividends
        closes = last_closes(self.past.history, splits, dividends, before=before, today=self.session)
        begins = datetime.combine(self.session, PRE_MARKET, NEW_YORK).astimezone(UTC)
        return PriceBasis(begins, self.closes, closes, no_last_price(self.tables.conditions))

    def momentum(self) -> momentum.MomentumModel:
        """From the long past, the dead among its names."""
        clock, missing = self.clock
        return momentum.prepare(
            self.past.panel,
            with_gaps(with_delisted(self.names, self.tables.tickers, self.tables.delisted), self.gaps),
            session=self.session,
            closes=self.closes,
            rules=self.assumptions.basket,
            clock=clock,
            clock_missing=missing,
            index_days=self.tables.index_days.filter(pl.col("session") < self.session),
            index_missing=self.tables.reasons.get("index-days", ""),
        )

    def breadth(self) -> breadth.BreadthModel:
        """Of the index's members."""
        clock, missing = self.clock
        return breadth.prepare(self.past.panel, self.names, closes=self.closes, clock=clock, clock_missing=missing)

    def rotation(self) -> rotation.RotationModel:
        """Of the sectors and themes."""
        return rotation.prepare(self.past.panel, self.reference.groups, self.names)

    def leverage(self) -> leverage.LeverageModel:
        """Of the leveraged funds."""
        reference, clock = self.reference, self.clock
        return leverage.prepare(
            funds=reference.funds,
            underlyings=reference.underlyings,
            details=self.tables.details,
            history=self.past.history,
            names=self.names,
            baskets=leverage.baskets_of(
                reference.underlyings, reference.members, reference.groups, self.names, self.past.panel
            ),
            next_sessions=self.coming,
            splits=self.past.splits,
            session=self.session,
            parameters=self.assumptions.leverage,
            supply=self.assumptions.supply,
            panel=self.past.panel,
            clock=clock[0],
            clock_missing=clock[1],
            counts=self.tables.share_counts,
            own=self.known.counts,
            tickers=self.tables.tickers,
            calendar=self.calendar,
        )

    def gamma(self) -> gamma.GammaModel:
        """Of the options that are asked for, beside the funds."""
        reference = self.reference
        return gamma.prepare(
            self.past.panel,
            self.names,
            reference.underlyings,
            reference.funds.get_column("underlying").drop_nulls().unique(),
            self.tables.dividends,
            session=self.session,
            calendar=self.calendar,
        )

    def deleveraging(self, rule: MomentumModel | None, inside: BreadthModel | None) -> deleveraging.DeleveragingModel:
        """Of the momentum universe, by the models of momentum and breadth."""
        volume, missing = self.volume
        return deleveraging.prepare(
            self.past.panel,
            self.past.history,
            self.names,
            momentum=rule,
            breadth=inside,
            volume=volume,
            volume_missing=missing,
        )
