"""The rows of one list at one moment: what each is worth, whether it counts, and why not."""

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from deskview.analytics.holdings.model import ListModel
from deskview.analytics.holdings.structs import Position
from deskview.analytics.leverage import Leverage
from deskview.analytics.measures import Number
from deskview.analytics.momentum import MomentumReading

UNKNOWN, DELISTED, UNPRICED, NO_QUANTITY = "unknown ticker", "delisted", "no price", "no quantity"
"""Why rows are not counted, as `left_out` counts them."""
LAST, PREVIOUS = "last", "previous close"
LONG, SHORT, NEITHER = "long", "short", "neither"
NO_MOMENTUM = "there are no figures of momentum"
NO_LEVERAGE = "there are no figures of leveraged ETFs"
NO_FUND = "of no leveraged fund it is known what it must trade in which name"
_LIVE = ("ticker", "price", "prev_close", "ret", "doubt")


class Flow(NamedTuple):
    """What leveraged funds trade in a name; None is not known, and 0 where no fund reaches it."""

    today_usd: Number
    per_1pct_usd: Number
    of_adv: Number
    reached: bool


@dataclass(frozen=True)
class Beside:
    """Legs and flows of the same moment by ticker; `legs` and `flows` are None for the reasons beside them."""

    legs: dict[str, tuple[str, float]] | None
    no_legs: str
    flows: dict[str, Flow] | None
    no_flows: str
    unreached: Flow


def beside_of(momentum: MomentumReading | None, leverage: Leverage | None) -> Beside:
    """What the readings of the same moment say of names; None where there is no such reading."""
    legs = None
    if momentum is not None and (momentum.long or momentum.short):
        legs = {row.ticker: (LONG, row.weight) for row in momentum.long}
        legs |= {row.ticker: (SHORT, row.weight) for row in momentum.short}
    flows = None
    if leverage is not None and leverage.by_name:
        flows = {
            row.ticker: Flow(row.today_usd, row.per_1pct_usd, row.of_adv, reached=True) for row in leverage.by_name
        }
    today = 0.0 if leverage is not None and leverage.today_usd is not None else None
    return Beside(
        legs=legs,
        no_legs="" if legs else momentum.missing.get("long_return", NO_MOMENTUM) if momentum else NO_MOMENTUM,
        flows=flows,
        no_flows="" if flows else NO_LEVERAGE if leverage is None else NO_FUND,
        unreached=Flow(today, 0.0, today, reached=False),
    )


@dataclass(frozen=True)
class Row:
    """One row with all that is known of it. `price` is what it is valued at, `worth` quantity times price; `left_out`
    is a reason of those above and `reason` the same in a sentence, both empty where the row counts."""

    given: dict[str, Any] = field(repr=False)
    price: Number = field(repr=False)
    price_basis: str | None
    left_out: str
    reason: str
    worth: Number = field(repr=False)

    @property
    def ticker(self) -> str:
        """Its ticker."""
        return str(self.given["ticker"])

    @property
    def counted(self) -> bool:
        """Whether it is in the sums."""
        return not self.left_out

    @property
    def ret(self) -> Number:
        """Its return today; None where it is valued at its previous close, and without one."""
        known = self.price_basis == LAST and _price(self.given["prev_close"]) is not None
        return _number(self.given["ret"]) if known else None

    @property
    def before_usd(self) -> Number:
        """What it was worth at the previous close; None without a return."""
        previous, quantity = _price(self.given["prev_close"]), self.given["quantity"]
        if self.ret is None or previous is None or quantity is None:
            return None
        return float(quantity) * previous

    @property
    def since(self) -> Number:
        """The name's return since the list's price."""
        given = self.given["price"]
        return None if given is None or self.price is None else self.price / float(given) - 1

    @property
    def since_usd(self) -> Number:
        """Gain or loss since the list's price."""
        given, quantity = self.given["price"], self.given["quantity"]
        if given is None or quantity is None or self.price is None:
            return None
        return float(quantity) * (self.price - float(given))


def rows_of(model: ListModel, live: pl.DataFrame) -> list[Row]:
    """The rows of a list at the prices of LIVE, in their order."""
    now = live.select(_LIVE).join(model.rows.select("ticker"), on="ticker", how="semi")
    now = now.unique("ticker", keep="first").rename({"price": "now"}).with_columns(traded=pl.lit(value=True))
    rows = model.rows.join(now, on="ticker", how="left", maintain_order="left")
    return [_row(given, has_quantities=model.has_quantities) for given in rows.iter_rows(named=True)]


def _row(given: dict[str, Any], *, has_quantities: bool) -> Row:
    last, previous, quantity = _price(given["now"]), _price(given["prev_close"]), given["quantity"]
    price, basis = (last, LAST) if last is not None else (previous, PREVIOUS if previous is not None else None)
    left_out, reason = "", ""
    if given["delisted"] is not None:
        left_out, reason = DELISTED, f"delisted on {given['delisted']}"
    elif not given["listed"] and not given["traded"]:
        left_out, reason = UNKNOWN, "no such ticker is listed"
    elif price is None:
        left_out, reason = UNPRICED, "it has neither a trade today nor a previous close"
    elif has_quantities and quantity is None:
        left_out, reason = NO_QUANTITY, "the list does not say how much of it is held"
    if left_out in (DELISTED, UNKNOWN):
        price, basis = None, None
    worth = None if price is None or quantity is None else float(quantity) * price
    return Row(given, price, basis, left_out, reason, worth)


def _price(value: object) -> Number:
    """A price above zero, else None."""
    number = _number(value)
    return number if number is not None and number > 0 else None


def _number(value: object) -> Number:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def positions_of(rows: list[Row], weights: dict[int, float], beside: Beside) -> list[Position]:
    """The rows as they are read, with the weights of those that count by their place."""
    return [_position(row, weights.get(place), beside) for place, row in enumerate(rows)]


def _position(row: Row, weight: Number, beside: Beside) -> Position:
    given, before = row.given, row.before_usd
    leg, leg_weight = (None, None) if beside.legs is None else beside.legs.get(row.ticker, (NEITHER, None))
    known = row.left_out not in (UNKNOWN, DELISTED)
    flow = beside.flows.get(row.ticker, beside.unreached) if beside.flows is not None and known else None
    return Position(
        ticker=row.ticker,
        line=given["line"],
        name=given["name"],
        sector=given["sector"],
        themes=given["themes"] or [],
        counted=row.counted,
        reason=row.reason or None,
        doubt=given["doubt"],
        split=given["split"],
        quantity=given["quantity"],
        price=row.price,
        price_basis=row.price_basis,
        list_price=given["price"],
        value_usd=row.worth,
        weight=weight,
        return_=row.ret,
        pnl_today_usd=row.worth - before if row.worth is not None and before is not None else None,
        since_return=row.since,
        pnl_since_usd=row.since_usd,
        leg=leg if known else None,
        leg_weight=leg_weight if known else None,
        beta_market=given["beta_market"],
        beta_spread=given["beta_spread"],
        beta_n=given["beta_n"],
        flow_today_usd=flow.today_usd if flow else None,
        flow_per_1pct_usd=flow.per_1pct_usd if flow else None,
        flow_of_adv=flow.of_adv if flow else None,
    )


NO_TRADE, NO_PREVIOUS = "no trade today", "its previous close is not known"
NO_LIST_PRICE = "the list gives no price for the name"
NO_LEG = "it is in neither leg"
NO_QUANTITIES = "the list has no quantities: every name weighs the same, and there are no dollars"
IN_DOLLARS = ("quantity", "value_usd", "pnl_today_usd", "pnl_since_usd")
OF_PRICES = ("list_price", "since_return", "pnl_since_usd")
OF_LEGS = ("leg", "leg_weight")
OF_FLOW = ("flow_today_usd", "flow_per_1pct_usd", "flow_of_adv")


def missing_of(rows: list[Row], positions: list[Position], beside: Beside, *, has_quantities: bool) -> dict[str, str]:
    """Why figures of rows are null: "positions.field" where it is so of all rows, else "positions.TICKER.field"."""
    missing: dict[str, str] = {}
    if not has_quantities:
        missing |= {f"positions.{name}": NO_QUANTITIES for name in IN_DOLLARS}
    if all(row.given["price"] is None for row in rows):
        missing |= {f"positions.{name}": NO_LIST_PRICE for name in OF_PRICES if f"positions.{name}" not in missing}
    if beside.legs is None:
        missing |= {f"positions.{name}": beside.no_legs for name in OF_LEGS}
    if beside.flows is None:
        missing |= {f"positions.{name}": beside.no_flows for name in OF_FLOW}
    for row, position in zip(rows, positions, strict=True):
        for name, why in _whys(row).items():
            path = name.rstrip("_")
            if getattr(position, name) is None and f"positions.{path}" not in missing:
                missing[f"positions.{row.ticker}.{path}"] = why
    return missing


def _whys(row: Row) -> dict[str, str]:
    """The reason for each figure of a row were it null."""
    given = row.given
    unmoved = row.reason or (NO_TRADE if row.price_basis == PREVIOUS else given["doubt"] or NO_PREVIOUS)
    since = row.reason if row.price is None else NO_LIST_PRICE if given["price"] is None else row.reason
    gone = row.reason if row.left_out in (UNKNOWN, DELISTED) else ""
    return {
        "quantity": "the list does not say how much of it is held",
        "price": row.reason,
        "value_usd": row.reason,
        "weight": row.reason,
        "return_": unmoved,
        "pnl_today_usd": unmoved,
        "list_price": NO_LIST_PRICE,
        "since_return": since,
        "pnl_since_usd": since,
        "leg": gone,
        "leg_weight": gone or NO_LEG,
        "beta_market": given["market_missing"] or "",
        "beta_spread": given["spread_missing"] or "",
        "flow_today_usd": gone or "what funds must trade in it today is not known",
        "flow_per_1pct_usd": gone,
        "flow_of_adv": gone or "today's trade in it or its mean daily volume is not known",
    }
