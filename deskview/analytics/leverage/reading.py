"""The reading: rows and totals of one moment, and what is missing from them."""

from collections import Counter
from collections.abc import Mapping
from itertools import takewhile

import numpy as np
import numpy.typing as npt
import polars as pl

from deskview.analytics.leverage.book import EQUITY_KINDS, OTHER_KINDS, listed
from deskview.analytics.leverage.live import (
    Moment,
    name_flows,
    name_rows,
    nullable,
    sector_rows,
    total_or_none,
    unallocated_usd,
)
from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.readings import FundRow, KindRow, LeftOut, Leverage, NameRow, NextWeek, UnderlyingRow
from deskview.analytics.leverage.week import next_week


def read(model: LeverageModel, live: pl.DataFrame, *, flows: Mapping[str, float] | None = None) -> Leverage:
    """Rebalancing of all funds at the moves of LIVE. `flows`: creations (+) and redemptions (-) per fund, USD.

    During a session `today_usd` is what the close would bring at the present move; after the close it is that of
    the session just ended. Next week starts from the AUM rolled by that move (`next_week.base_aum_usd`).
    Raises ValueError when LIVE holds a ticker twice.
    """
    now = Moment(model, live, flows or {})
    flows_by_name = name_flows(model, now)
    names = name_rows(model, flows_by_name)
    by_underlying = _underlying_rows(model, now)
    left_out = _left_out(model, now)
    equity = now.counted & model.equity[model.position]
    dates = _dates(model, equity)
    today = total_or_none(now.flow[model.equity])
    return Leverage(
        today_usd=today,
        creation_usd=total_or_none(now.creation[equity & now.known]) if flows else None,
        per_1pct_usd=total_or_none(now.exposure[model.equity & (now.count > 0)]),
        funds=int(equity.sum()),
        aum_usd=total_or_none(now.aum[equity]),
        aum_as_of=dates[len(dates) // 2] if dates else None,
        aum_oldest_as_of=dates[0] if dates else None,
        by_underlying=[row for row in by_underlying if row.kind in EQUITY_KINDS],
        by_kind=_kind_rows(by_underlying, EQUITY_KINDS),
        other_kinds=_kind_rows(by_underlying, OTHER_KINDS),
        by_name=names,
        by_sector=sector_rows(model, now, flows_by_name),
        by_fund=_fund_rows(model, now, with_flows=bool(flows)),
        unallocated_usd=unallocated_usd(model, now) if today is not None else None,
        threshold_usd=model.parameters.threshold_usd,
        threshold_names=_above(names, model.parameters.threshold_usd),
        closing_share=model.parameters.closing_share,
        left_out=left_out,
        next_week=_next_week(model, now),
        systematic_supply=model.supply,
        missing=_missing(model, now, today, left_out) | _fund_gaps(model, now, with_flows=bool(flows)),
        notes=_notes(model, now, dates, flows or {}),
    )


def _above(names: list[NameRow], usd: float) -> list[str]:
    """Tickers of the rows of at least `usd` either way; the rows come largest first."""
    return [row.ticker for row in takewhile(lambda row: abs(row.today_usd or 0.0) >= usd, names)]


def _underlying_rows(model: LeverageModel, now: Moment) -> list[UnderlyingRow]:
    table = model.book.underlyings
    source = np.where(np.isfinite(now.proxy_move), "proxy", "fund").tolist()
    move = nullable(now.move)
    rows = list(
        map(
            UnderlyingRow,
            table.get_column("underlying").to_list(),
            table.get_column("name").to_list(),
            table.get_column("kind").to_list(),
            move,
            [s if m is not None else None for s, m in zip(source, move, strict=True)],
            now.exposure.tolist(),
            nullable(now.flow),
            now.count.tolist(),
            now.size.tolist(),
        )
    )
    return sorted((row for row in rows if row.funds), key=lambda row: (-abs(row.today_usd or 0.0), -row.per_1pct_usd))


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


def _fund_rows(model: LeverageModel, now: Moment, *, with_flows: bool) -> list[FundRow]:
    """One row per fund with AUM, the largest trade first."""
    order = np.argsort(-np.abs(np.nan_to_num(now.today)), kind="stable")
    order = order[now.counted[order]]
    base, r = now.rolled[order], nullable(now.r[order])
    low, shortfall, high = (nullable(factor[order] * base) for factor in model.week_factors)
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
            now.per_1pct[order].tolist(),
            nullable(now.rebalance[order]),
            now.creation[order].tolist() if with_flows else [None] * len(order),
            nullable(now.today[order]),
            now.wiped_out[order].tolist(),
            nullable(now.gap[order]),
            base.tolist(),
            low,
            shortfall,
            high,
        )
    )


def _next_week(model: LeverageModel, now: Moment) -> NextWeek:
    chosen = now.counted & model.equity[model.position]
    unknown = model.equity & (now.count > 0) & ~np.isfinite(model.risk.sigma)
    labels = model.book.underlyings.get_column("underlying").to_list()
    return next_week(
        risk=model.risk,
        position=model.position[chosen],
        leverage=model.leverage[chosen],
        aum=now.rolled[chosen],
        sessions=model.sessions,
        parameters=model.parameters,
        left_out=[labels[at] for at in np.flatnonzero(unknown)],
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
        else:
            rows.append(LeftOut(ticker, name, kind, "today", "neither its underlying nor the fund has a return"))
    return rows


def _dates(model: LeverageModel, chosen: npt.NDArray[np.bool_]) -> list[str]:
    """Dates of the share counts of the chosen funds, oldest first."""
    return sorted(day for day in model.labels.as_of[chosen].tolist() if day is not None)


def _missing(model: LeverageModel, now: Moment, today: float | None, left_out: list[LeftOut]) -> dict[str, str]:
    words: dict[str, str] = {}
    if today is None:
        words["today_usd"] = "no equity fund has both an AUM and a return"
    if not (now.counted & model.equity[model.position]).any():
        words["per_1pct_usd"] = words["aum_usd"] = "no equity fund has a known AUM"
    if not model.sessions:
        words["next_week.sd_usd"] = "no coming sessions were given"
    elif not np.isfinite(model.risk.sigma).any():
        words["next_week.sd_usd"] = "no underlying has enough history for a covariance"
    elif not np.isfinite(model.risk.beta).any():
        words["next_week.conditional"] = f"no history of {model.parameters.market}"
        words["next_week.scenarios"] = f"beta_usd: no history of {model.parameters.market}"
    if model.supply is None:
        words["systematic_supply"] = f"fewer than 60 closes of {model.parameters.market} in the history"
    if left_out:
        words["funds"] = _counted(left_out)
    if model.allocation.without_adv:
        words["by_name.of_adv"] = f"no dollar volume for {listed(model.allocation.without_adv)}"
    return words


def _fund_gaps(model: LeverageModel, now: Moment, *, with_flows: bool) -> dict[str, str]:
    """Why figures of single funds are null; `left_out` has those without a return."""
    words: dict[str, str] = {}
    if not with_flows:
        words["creation_usd"] = words["by_fund.creation_usd"] = "no creations and redemptions were given"
    apart = now.counted & ~np.isfinite(now.gap)
    if apart.any():
        without = model.labels.ticker[apart].tolist()
        words["by_fund.tracking_gap"] = f"fund or underlying without a return of its own: {listed(without)}"
    still = now.counted & ~now.known
    if still.any():
        why = f"neither the underlying nor the fund has a return: {listed(model.labels.ticker[still].tolist())}"
        words |= dict.fromkeys(("by_fund.return", "by_fund.rebalance_usd", "by_fund.today_usd"), why)
    unknown = now.counted & ~np.isfinite(model.week_factors[0])
    if unknown.any():
        why = f"too little history of the underlying: {listed(model.labels.ticker[unknown].tolist())}"
        words |= dict.fromkeys(("by_fund.week_p05_usd", "by_fund.week_es05_usd", "by_fund.week_p95_usd"), why)
    return words


def _notes(model: LeverageModel, now: Moment, dates: list[str], flows: Mapping[str, float]) -> dict[str, str]:
    words = model.notes | {
        f"by_name.{underlying}": problem for underlying, problem in model.allocation.problems.items()
    }
    words["by_name.of_close"] = (
        f"closing auction taken as {model.parameters.closing_share:.0%} of a day's volume: assumption"
    )
    words["by_name.impact_bp"] = f"{model.parameters.impact_coefficient:g}·σ·√(flow/ADV): an estimate"
    fallback = model.labels.ticker[now.from_fund & now.counted].tolist()
    if fallback:
        words["by_fund.return"] = f"the fund's own return where the underlying has none: {listed(fallback)}"
    if flows:
        strangers = sorted(flows.keys() - set(model.labels.ticker))
        words["creation_usd"] = f"known for {len(flows) - len(strangers)} of {len(model.leverage)} funds" + (
            f"; not funds of this book: {listed(strangers)}" if strangers else ""
        )
    if dates:
        older = sum(day < model.last_session for day in dates)
        words["aum_as_of"] = (
            f"shares counted between {dates[0]} and {dates[-1]}, {older} of {len(dates)} before the last session "
            f"({model.last_session}); priced at the previous close"
        )
    return words


def _counted(left_out: list[LeftOut]) -> str:
    reasons = Counter(row.reason for row in left_out)
    funds = "fund" if len(left_out) == 1 else "funds"
    return f"{len(left_out)} {funds} left out: " + "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
