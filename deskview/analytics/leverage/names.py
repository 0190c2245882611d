"""What the funds' trades mean for single stocks and, through them, for sectors."""

from dataclasses import dataclass
from math import fsum

import numpy as np

from deskview.analytics.leverage.allocate import UNCLASSIFIED
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.live import Moment, nullable
from deskview.analytics.leverage.model import LeverageModel
from deskview.analytics.leverage.readings import NameRow, SectorRow

NOT_TRACED = "Not traced to names"


@dataclass(frozen=True)
class NameFlows:
    """Flow per name of the allocation: `single` and `index` parts and their sum `today`, NaN for unknown."""

    single: Floats
    index: Floats
    today: Floats
    per_1pct: Floats


def name_flows(model: LeverageModel, now: Moment) -> NameFlows:
    """Today's flow carried into the names; a part that is unknown counts nothing in the sum."""
    legs = model.allocation
    single, index = legs.single.spread(now.flow), legs.index.spread(now.flow)
    told = legs.single.told(now.flow) | legs.index.told(now.flow)
    today = np.where(told, np.nan_to_num(single) + np.nan_to_num(index), np.nan)
    return NameFlows(single, index, today, legs.single.spread(now.exposure) + legs.index.spread(now.exposure))


def name_rows(model: LeverageModel, flows: NameFlows) -> list[NameRow]:
    """One row per name any equity fund reaches, the largest flow first."""
    legs, today = model.allocation, flows.today
    of_adv = today / legs.adv_usd
    impact = np.sign(today) * model.parameters.impact_coefficient * legs.sigma * np.sqrt(np.abs(of_adv)) * 1e4
    size = np.abs(np.nan_to_num(today))
    order = np.argsort(-size if size.any() else -flows.per_1pct, kind="stable")
    order = order[flows.per_1pct[order] != 0.0]
    return list(
        map(
            NameRow,
            legs.tickers[order].tolist(),
            legs.names[order].tolist(),
            legs.sectors[order].tolist(),
            nullable(today[order]),
            nullable(flows.single[order]),
            nullable(flows.index[order]),
            flows.per_1pct[order].tolist(),
            nullable(legs.adv_usd[order]),
            nullable(of_adv[order]),
            nullable(of_adv[order] / model.parameters.closing_share),
            nullable(impact[order]),
        )
    )


def _untraced(model: LeverageModel, values: Floats) -> float:
    """Sum over equity underlyings of what their weights don't reach."""
    return fsum((np.nan_to_num(values) * (1.0 - model.allocation.reached))[model.equity].tolist())


def unallocated_usd(model: LeverageModel, now: Moment) -> float:
    """The part of today's flow that can't be traced to names."""
    return _untraced(model, now.flow)


def sector_rows(model: LeverageModel, now: Moment, flows: NameFlows) -> list[SectorRow]:
    """Names grouped by sector, then names without a sector, then what is not traced to names."""
    labels, group = model.allocation.sector_groups
    reached = flows.per_1pct != 0.0
    today = np.bincount(group, weights=np.nan_to_num(flows.today), minlength=len(labels)).tolist()
    per_1pct = np.bincount(group, weights=flows.per_1pct, minlength=len(labels)).tolist()
    count = np.bincount(group[reached], minlength=len(labels)).tolist()
    rows = [SectorRow(*row) for row in zip(labels, today, per_1pct, count, strict=True) if row[3]]
    rows.sort(key=lambda row: (row.sector == UNCLASSIFIED, -abs(row.today_usd)))
    rest = SectorRow(NOT_TRACED, _untraced(model, now.flow), _untraced(model, now.exposure), 0)
    return [*rows, rest] if rest.per_1pct_usd or rest.today_usd else rows
