"""The lists at one moment: their sums, what of them hangs on momentum, and the reason for every null."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.holdings.model import HoldingsModel, ListModel
from deskview.analytics.holdings.rows import (
    LONG,
    NO_QUANTITIES,
    PREVIOUS,
    Beside,
    Flow,
    Row,
    beside_of,
    missing_of,
    positions_of,
    rows_of,
)
from deskview.analytics.holdings.structs import GroupRow, Holdings, ListReading
from deskview.analytics.leverage import Leverage
from deskview.analytics.measures import Number
from deskview.analytics.momentum import MomentumReading

SHOCK_SIGMA = -4.0
LEAST_SHARE = 0.5
"""Share of the gross that must have a beta before one of the list is stated."""
SURE = 1.96
"""Standard deviations either way that hold 95 %."""
NOTHING_COUNTED = "no row of the list counts: each says why"
NO_RETURNS = "no name of the list has a return today"
NO_LIST_PRICES = "the list gives no price for a name that counts"
NO_FLOW = "what funds must trade today is known of none of these names"
NO_ERROR = "too few days of the spread to tell how sure its beta is"


def read(
    model: HoldingsModel,
    live: pl.DataFrame,
    *,
    momentum: MomentumReading | None = None,
    leverage: Leverage | None = None,
    problems: Sequence[str] = (),
) -> Holdings:
    """The reading of the lists from LIVE and the readings of momentum and the leveraged ETFs of that moment.
    `problems` are sentences on what of the files can't be used.

    A row counts where it has a price: today's last trade, else the previous close (`price_basis`). An unknown or
    delisted ticker, one without a price, and in a list with quantities one without a quantity is outside the sums, with
    its reason. The −4σ day is 4 σ of a day of the spread times the list's beta to it, of the rows that have one: with
    less than half of the gross none is stated. Its interval has the error of beta and what moved the list beside
    momentum in the sessions of the beta, as the list is held now.
    """
    beside = beside_of(momentum, leverage)
    lists = [_read_list(model, one, live, beside) for one in model.lists]
    return Holdings(lists=lists, problems=list(problems), missing={})


class _Weighed(NamedTuple):
    """Rows that count, by their place in the list, with their signed weights; they sum to 1 without signs."""

    rows: list[tuple[int, Row]]
    weights: list[float]

    def sum(self, values: Iterable[Number]) -> float:
        """Weights times values, None counting nothing."""
        return math.fsum(w * value for w, value in zip(self.weights, values, strict=True) if value is not None)

    def share(self, known: Iterable[bool]) -> Number:
        """The part of the gross that is known; None where nothing counts."""
        found = math.fsum(abs(w) for w, one in zip(self.weights, known, strict=True) if one)
        return found if self.rows else None

    def of(self, column: str) -> list[Number]:
        """A column of the model's rows."""
        return [row.given[column] for _, row in self.rows]


def _read_list(model: HoldingsModel, one: ListModel, live: pl.DataFrame, beside: Beside) -> ListReading:
    rows = rows_of(one, live)
    counted = [(place, row) for place, row in enumerate(rows) if row.counted]
    gross = math.fsum(abs(row.worth or 0.0) for _, row in counted) if one.has_quantities and counted else None
    weighed = _Weighed(
        counted, [(row.worth or 0.0) / gross if gross is not None else 1 / len(counted) for _, row in counted]
    )
    missing: dict[str, str] = {}
    figures: dict[str, Any] = {
        **_values(weighed, gross),
        **_gains(weighed, has_quantities=one.has_quantities),
        "return_share": weighed.share(row.ret is not None for _, row in counted),
        **_legs(weighed, gross, beside),
        **_betas(model, one, weighed, gross, missing),
        **_flows(weighed, beside),
    }
    positions = positions_of(rows, dict(zip((place for place, _ in counted), weighed.weights, strict=True)), beside)
    return ListReading(
        name=one.name,
        has_quantities=one.has_quantities,
        rows=len(rows),
        counted=len(counted),
        left_out=dict(Counter(row.left_out for row in rows if not row.counted)),
        at_previous_close=sum(row.price_basis == PREVIOUS for _, row in counted),
        in_doubt=[row.ticker for _, row in counted if row.given["doubt"]],
        split_since=[row.ticker for _, row in counted if row.given["split"]],
        **figures,
        by_sector=_groups(weighed, gross, [[row.given["sector"]] for _, row in counted]),
        by_theme=_groups(weighed, gross, [row.given["themes"] or [] for _, row in counted]),
        positions=positions,
        missing=_reasons(model, one, figures, missing, beside)
        | missing_of(rows, positions, beside, has_quantities=one.has_quantities),
    )


def _values(weighed: _Weighed, gross: Number) -> dict[str, Any]:
    net = math.fsum(weighed.weights) if weighed.rows else None
    worths = [row.worth or 0.0 for _, row in weighed.rows]
    return {
        "gross_usd": gross,
        "net_usd": None if gross is None else math.fsum(worths),
        "long_usd": None if gross is None else math.fsum(worth for worth in worths if worth > 0),
        "short_usd": None if gross is None else math.fsum(worth for worth in worths if worth < 0),
        "net": net,
    }


def _gains(weighed: _Weighed, *, has_quantities: bool) -> dict[str, Any]:
    """Today's over the gross value at the previous close, and that since the list's prices."""
    moved = [row for _, row in weighed.rows if row.ret is not None]
    since = [row for _, row in weighed.rows if row.since is not None]
    found: dict[str, Any] = {"pnl_today_usd": None, "return_today": None, "pnl_since_usd": None}
    if has_quantities and moved:
        before = [row.before_usd or 0.0 for row in moved]  # all have one, as they have a return
        gain = math.fsum((row.worth or 0.0) - was for row, was in zip(moved, before, strict=True))
        found |= {"pnl_today_usd": gain, "return_today": gain / math.fsum(map(abs, before))}
    elif moved:
        found["return_today"] = math.fsum(row.ret or 0.0 for row in moved) / len(moved)
    if has_quantities and since:
        found["pnl_since_usd"] = math.fsum(row.since_usd or 0.0 for row in since)
    return found | {"return_rows": len(moved), "since_rows": len(since)}


def _legs(weighed: _Weighed, gross: Number, beside: Beside) -> dict[str, Any]:
    legs = beside.legs
    if legs is None or not weighed.rows:
        return {"legs": None, "legs_usd": None, "leg_rows": 0}
    signs = {ticker: 1.0 if leg == LONG else -1.0 for ticker, (leg, _) in legs.items()}
    sides = [signs.get(row.ticker, 0.0) for _, row in weighed.rows]
    net = weighed.sum(sides)
    return {"legs": net, "legs_usd": _times(net, gross), "leg_rows": sum(side != 0 for side in sides)}


def _betas(
    model: HoldingsModel, one: ListModel, weighed: _Weighed, gross: Number, missing: dict[str, str]
) -> dict[str, Any]:
    """The betas of the list, how much of it they rest on, and the −4σ day; why there is no beta goes into `missing`."""
    spread, market = weighed.of("beta_spread"), weighed.of("beta_market")
    share, market_share = (weighed.share(beta is not None for beta in betas) for betas in (spread, market))
    beta = weighed.sum(spread) if share is not None and share >= LEAST_SHARE else None
    for path, part, why in (
        ("beta_spread", share, "spread_missing"),
        ("beta_market", market_share, "market_missing"),
    ):
        if part is not None and part < LEAST_SHARE:
            missing[path] = _too_few(part, weighed, why)
    error, rest = _error(model, one, weighed) if beta is not None else (None, None)
    fall = None if model.sigma is None else SHOCK_SIGMA * model.sigma
    shock = None if beta is None or fall is None else fall * beta
    reach = None if shock is None or error is None or rest is None or fall is None else math.hypot(fall * error, rest)
    low = None if shock is None or reach is None else shock - SURE * reach
    high = None if shock is None or reach is None else shock + SURE * reach
    return {
        "beta_market": weighed.sum(market) if market_share is not None and market_share >= LEAST_SHARE else None,
        "market_rows": sum(value is not None for value in market),
        "market_share": market_share,
        "beta_spread": beta,
        "beta_error": error,
        "beta_usd": _times(beta, gross),
        "beta_rows": sum(value is not None for value in spread),
        "beta_share": share,
        "sigma": model.sigma,
        "sigma_basis": model.sigma_basis,
        "shock": shock,
        "shock_low": low,
        "shock_high": high,
        "shock_usd": _times(shock, gross),
        "shock_low_usd": _times(low, gross),
        "shock_high_usd": _times(high, gross),
    }


def _too_few(share: float, weighed: _Weighed, why: str) -> str:
    """Why there is no beta of a list: how little of it has one, and the reason most of the others have."""
    common = Counter(row.given[why] for _, row in weighed.rows if row.given[why]).most_common(1)
    reason = f" ({common[0][0]})" if common else ""
    return f"{share:.0%} of the list's gross has a beta, half of it is needed{reason}"


def _error(model: HoldingsModel, one: ListModel, weighed: _Weighed) -> tuple[Number, Number]:
    """Standard error of the list's beta to the spread, and the sd of a day that the spread leaves over, by weight."""
    if model.spread_n <= 2 or model.spread_squares <= 0:
        return None, None
    places = [place for place, row in weighed.rows if row.given["beta_spread"] is not None]
    weights = [w for w, beta in zip(weighed.weights, weighed.of("beta_spread"), strict=True) if beta is not None]
    left = one.rest[:, places] @ np.array(weights)
    variance = float(left @ left) / (model.spread_n - 2)
    return math.sqrt(variance / model.spread_squares), math.sqrt(variance)


def _flows(weighed: _Weighed, beside: Beside) -> dict[str, Any]:
    """Sums over the names, those held long and sold short apart; a name no fund reaches adds nothing."""
    none = dict.fromkeys(("flow_today_usd", "flow_today_long_usd", "flow_today_short_usd", "flow_per_1pct_usd"), None)
    if beside.flows is None or not weighed.rows:
        return {**none, "flow_rows": 0, "flow_unknown": 0}
    flows = [beside.flows.get(row.ticker, beside.unreached) for _, row in weighed.rows]
    signed = list(zip(flows, weighed.weights, strict=True))
    return {
        "flow_today_usd": _today(flows),
        "flow_today_long_usd": _today([flow for flow, weight in signed if weight > 0]),
        "flow_today_short_usd": _today([flow for flow, weight in signed if weight < 0]),
        "flow_per_1pct_usd": math.fsum(flow.per_1pct_usd or 0.0 for flow in flows),
        "flow_rows": sum(flow.reached for flow in flows),
        "flow_unknown": sum(flow.reached and flow.today_usd is None for flow in flows),
    }


def _today(flows: Sequence[Flow]) -> Number:
    """Today's sum; None where of none of some names it is known, 0 of no names."""
    known = [flow.today_usd for flow in flows if flow.today_usd is not None]
    return math.fsum(known) if known or not flows else None


def _groups(weighed: _Weighed, gross: Number, groups: list[list[str | None]]) -> list[GroupRow]:
    """What the list has of each group, the largest first; a name may be in several."""
    weights: dict[str | None, list[float]] = {}
    for weight, own in zip(weighed.weights, groups, strict=True):
        for group in own:
            weights.setdefault(group, []).append(weight)
    rows = [
        GroupRow(
            group=group,
            names=len(own),
            value_usd=_times(math.fsum(own), gross),
            weight=math.fsum(own),
            share=math.fsum(map(abs, own)),
        )
        for group, own in weights.items()
    ]
    return sorted(rows, key=lambda row: (-row.share, row.group is None, row.group or ""))


def _times(value: Number, gross: Number) -> Number:
    return None if value is None or gross is None else value * gross


def _reasons(
    model: HoldingsModel, one: ListModel, figures: dict[str, Any], missing: dict[str, str], beside: Beside
) -> dict[str, str]:
    """Why sums are null, by their path; `missing` has the reasons of betas that are not stated."""
    no_spread = missing.get("beta_spread", "")
    shock = no_spread or model.sigma_missing
    whys = {
        "pnl_today_usd": NO_RETURNS,
        "return_today": NO_RETURNS,
        "pnl_since_usd": NO_LIST_PRICES,
        "legs": beside.no_legs,
        "legs_usd": beside.no_legs,
        "beta_market": missing.get("beta_market", ""),
        **dict.fromkeys(("beta_spread", "beta_usd"), no_spread),
        "beta_error": no_spread or NO_ERROR,
        **dict.fromkeys(("shock", "shock_usd"), shock),
        **dict.fromkeys(("shock_low", "shock_high", "shock_low_usd", "shock_high_usd"), shock or NO_ERROR),
        "flow_per_1pct_usd": beside.no_flows,
        **dict.fromkeys(("flow_today_usd", "flow_today_long_usd", "flow_today_short_usd"), beside.no_flows or NO_FLOW),
    }
    found = {}
    for path in (path for path, value in figures.items() if value is None):
        if path in ("sigma", "sigma_basis"):
            found[path] = model.sigma_missing
        elif not one.has_quantities and path.endswith("_usd") and not path.startswith("flow"):
            found[path] = NO_QUANTITIES
        else:
            found[path] = whys.get(path, NOTHING_COUNTED) if figures["net"] is not None else NOTHING_COUNTED
    return found
