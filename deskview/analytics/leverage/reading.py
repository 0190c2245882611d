"""The reading: rows and totals of one moment, and what is missing from them."""

from datetime import datetime
from itertools import takewhile
from typing import Any

import numpy as np
import polars as pl

from deskview.analytics.leverage.forecast import NextWeek
from deskview.analytics.leverage.live import (
    Moment,
    name_flows,
    name_rows,
    name_weeks,
    nullable,
    risk_now,
    sector_rows,
    total_or_none,
    unallocated_usd,
)
from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.past import rank_of
from deskview.analytics.leverage.readings import (
    EQUITY_KINDS,
    OTHER_KINDS,
    PROVIDER,
    FamilyRow,
    FundRow,
    KindRow,
    LeftOut,
    Leverage,
    NameRow,
    Rank,
    UnderlyingRow,
)
from deskview.analytics.leverage.remarks import count_dates, day_notes, missing, notes, own_counted, unranked
from deskview.analytics.leverage.risk import Risk
from deskview.analytics.leverage.supply import supply_ladder
from deskview.analytics.leverage.week import fund_week_es_usd, fund_week_quantile_usd, next_week, why_missing
from deskview.market.funds import FAMILIES


def read(model: LeverageModel, live: pl.DataFrame, at: datetime) -> Leverage:
    """Rebalancing of all funds at the moves of LIVE at the market's time `at`.

    During a session `today_usd` is what the close would bring at the present move; after the close it is that of
    the session just ended. Next week starts from the AUM rolled by that move (`next_week.base_aum_usd`), and the move
    itself is the newest of the days its spread is estimated from. Raises ValueError when LIVE holds a ticker twice.
    """
    now = Moment(model, live)
    risk, day_share = risk_now(model, now, at)
    flows = name_flows(model, now)
    names = name_rows(model, flows, name_weeks(model, risk, now.coming_usd))
    week, left_out = _next_week(model, now, risk, day_share), _left_out(model, now)
    today, rank = total_or_none(now.flow[model.equity]) if now.moved else None, _rank(model, now, at)
    ladder = supply_ladder(model.past.market_closes, now.market, model.supply, market=model.parameters.market)
    return Leverage(
        today_usd=today,
        coverage=now.coverage,
        rank=rank,
        **_totals(model, now),
        **_groups(model, now),
        by_name=names,
        by_sector=sector_rows(model, now, flows),
        by_fund=_fund_rows(model, now, risk),
        unallocated_usd=unallocated_usd(model, now) if today is not None else None,
        threshold_usd=model.parameters.threshold_usd,
        threshold_names=_above(names, model.parameters.threshold_usd),
        closing_share=model.parameters.closing_share,
        cash_share=model.parameters.cash_share,
        left_out=left_out,
        index_weights=model.index_weights,
        unregistered=model.unregistered,
        next_week=week,
        supply=ladder[0] if ladder else [],
        supply_basis=ladder[1] if ladder else None,
        missing=why_missing(week) | missing(model, now, left_out) | ({} if rank else unranked(model, now, at)),
        notes=notes(model, now) | day_notes(model, now, risk, day_share),
    )


def _totals(model: LeverageModel, now: Moment) -> dict[str, Any]:
    """What the headline rests on: over the used equity funds, and the creations of those whose counts are known."""
    used, dates = now.used & now.equity, count_dates(model, now)
    created = np.isfinite(model.creation) & now.equity
    return {
        "per_1pct_usd": total_or_none(now.exposure[model.equity & (now.count > 0)]),
        "funds": int(used.sum()),
        "funds_known": int(now.equity.sum()),
        "own_funds": len(own_counted(model, now)),
        "aum_usd": total_or_none(now.aum[used]),
        "aum_as_of": dates[len(dates) // 2] if dates else None,
        "aum_oldest_as_of": dates[0] if dates else None,
        "creation_usd": total_or_none(model.creation[created]),
        "creation_session": model.last_session if created.any() else None,
        "creation_funds": int(created.sum()),
        "creation_coverage": float(now.aum[created].sum() / now.aum[now.equity].sum()) if created.any() else None,
    }


def _groups(model: LeverageModel, now: Moment) -> dict[str, Any]:
    """The headline by underlying, kind and family, and the other kinds."""
    rows, families = _underlying_rows(model, now), _family_rows(model, now)
    technology = np.array([np.nan if row.today_usd is None else row.today_usd for row in families])
    return {
        "by_underlying": [row for row in rows if row.kind in EQUITY_KINDS],
        "by_kind": _kind_rows(rows, EQUITY_KINDS),
        "other_kinds": _kind_rows(rows, OTHER_KINDS),
        "by_family": families,
        "technology_usd": total_or_none(technology),
    }


def _rank(model: LeverageModel, now: Moment, at: datetime) -> Rank | None:
    """Today's among the sessions held, of the same funds at today's assets; None where these are too few of all, and
    before the open."""
    if not model.begun(at) or now.coverage is None or now.coverage < model.parameters.least_coverage:
        return None
    return rank_of(now.daily_today, model.past.flows(now.daily_usd), model.past.dates)


def _above(names: list[NameRow], usd: float) -> list[str]:
    """Tickers of the rows of at least `usd` either way; the rows come largest first."""
    return [row.ticker for row in takewhile(lambda row: abs(row.today_usd or 0.0) >= usd, names)]


def _underlying_rows(model: LeverageModel, now: Moment) -> list[UnderlyingRow]:
    table = model.book.underlyings
    source = np.where(np.isfinite(now.proxy_move), "proxy", "fund").tolist()
    move = nullable(now.move)
    flow = np.where(now.count > 0, now.flow, np.nan)
    rows = list(
        map(
            UnderlyingRow,
            table.get_column("underlying").to_list(),
            table.get_column("name").to_list(),
            table.get_column("kind").to_list(),
            move,
            [s if m is not None else None for s, m in zip(source, move, strict=True)],
            now.exposure.tolist(),
            nullable(flow),
            now.count.tolist(),
            now.size.tolist(),
        )
    )
    return sorted((row for row in rows if row.funds), key=lambda row: (-abs(row.today_usd or 0.0), -row.per_1pct_usd))


def _family_rows(model: LeverageModel, now: Moment) -> list[FamilyRow]:
    """One row a family with funds of index or sector, in the order of FAMILIES."""
    of = model.book.underlyings.get_column("family").to_numpy()
    rows = []
    for family in FAMILIES:
        mine = (of == family) & (now.count > 0)
        if mine.any():
            exposure = total_or_none(now.exposure[mine]) or 0.0
            rows.append(FamilyRow(family, total_or_none(now.flow[mine]), exposure, int(now.count[mine].sum())))
    return rows


def _kind_rows(rows: list[UnderlyingRow], kinds: tuple[str, ...]) -> list[KindRow]:
    table = []
    for kind in kinds:
        mine = [row for row in rows if row.kind == kind]
        flow = np.array([np.nan if row.today_usd is None else row.today_usd for row in mine], dtype=np.float64)
        table.append(
            KindRow(
                kind,
                total_or_none(flow),
                total_or_none(np.array([row.per_1pct_usd for row in mine])) or 0.0,
                sum(row.funds for row in mine),
                total_or_none(np.array([row.aum_usd for row in mine])) or 0.0,
            )
        )
    return table


def _fund_rows(model: LeverageModel, now: Moment, risk: Risk) -> list[FundRow]:
    """One row per fund with AUM, the largest trade first."""
    order = np.argsort(-np.abs(np.nan_to_num(now.today)), kind="stable")
    order = order[now.counted[order]]
    base, r = now.rolled[order], nullable(now.r[order])
    leverage, sigma = model.leverage[order], np.where(model.drift.daily, risk.sigma[model.position], np.nan)[order]
    days = len(model.sessions)
    low, high = (fund_week_quantile_usd(leverage, base, sigma, days, probability=p) for p in (0.05, 0.95))
    shortfall = fund_week_es_usd(leverage, base, sigma, days, 0.05)
    source = np.where(now.from_fund[order], "fund", "underlying").tolist()
    labels = model.labels
    return list(
        map(
            FundRow,
            labels.ticker[order].tolist(),
            labels.name[order].tolist(),
            labels.underlying[order].tolist(),
            labels.kind[order].tolist(),
            model.leverage[order].tolist(),
            now.aum[order].tolist(),
            labels.as_of[order].tolist(),
            r,
            [None if move is None else s for s, move in zip(source, r, strict=True)],
            np.nan_to_num(now.per_1pct[order]).tolist(),
            nullable(model.creation[order]),
            nullable(now.today[order]),
            now.wiped_out[order].tolist(),
            nullable(now.gap[order]),
            base.tolist(),
            nullable(low),
            nullable(shortfall),
            nullable(high),
            labels.structure[order].tolist(),
            labels.reset[order].tolist(),
            labels.resets_on[order].tolist(),
            nullable(now.period[order]),
            nullable(now.base[order]),
            [source or PROVIDER for source in labels.source[order]],
        )
    )


def _next_week(model: LeverageModel, now: Moment, risk: Risk, day_share: float | None) -> NextWeek:
    chosen = now.equity & model.drift.daily
    unknown = (now.coming_usd > 0) & ~np.isfinite(risk.sigma)
    labels = model.book.underlyings.get_column("underlying").to_list()
    return next_week(
        risk=risk,
        without_today=None if risk is model.risk else model.risk,
        day_share=day_share,
        position=model.position[chosen],
        leverage=model.leverage[chosen],
        aum=now.rolled[chosen],
        sessions=model.sessions,
        parameters=model.parameters,
        left_out=[labels[at] for at in np.flatnonzero(unknown)],
        lost=model.book.lost_usd,
        past=model.past.flows(now.coming_usd * risk.known),
    )


def _left_out(model: LeverageModel, now: Moment) -> list[LeftOut]:
    """Funds of the registry that are refused, that have no AUM, or no return."""
    rows = list(model.book.left_out)
    unpriced, still = ~now.counted, now.counted & ~now.known
    labels = model.labels
    for at in np.flatnonzero(unpriced | still):
        ticker, name, kind = labels.ticker[at], labels.name[at], labels.kind[at]
        if unpriced[at]:
            rows.append(LeftOut(ticker, name, kind, "all", "it has no previous close, so its AUM is not known"))
        elif not np.isfinite(model.drift.base[at]):
            rows.append(LeftOut(ticker, name, kind, "today", "its price at its last reset is not known"))
        else:
            rows.append(LeftOut(ticker, name, kind, "today", "neither its underlying nor the fund has a return"))
    return rows
