"""A market, the models of it, and lists of its names."""

import math
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np
import polars as pl

from deskview.analytics import momentum
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.holdings import HoldingsModel, ListReading, prepare, read
from deskview.analytics.leverage import Leverage
from deskview.analytics.panel import Panel, panel_of
from deskview.market.groups import GROUPS
from deskview.market.own_lists import OWN_LIST, OwnList
from deskview.market.schema import SPLITS, empty
from tests.analytics.markets import CLOSES, LAST, NOW, TODAY, Market, market, unpriced

NAMES, SESSIONS = 440, 530
DEAD = {"GONE": LAST, "ENDED": LAST}
FLOWS = {f"N{number:03d}": (1e6 * (number - 25), 1e5 * (number + 1), 0.001 * (number - 25)) for number in range(60)}
UNPRICED, NEW, UNMOVED = ("N010", "N020"), "N030", ("N040", "N041", "N042")
WRITTEN = date(2026, 1, 20)
LINES = tuple[str, float | None, float | None]
"""Ticker, quantity, price."""


class Given(NamedTuple):
    """A market of 440 names over 530 sessions, its panel and what momentum makes of it."""

    market: Market
    panel: Panel
    names: pl.DataFrame
    groups: pl.DataFrame
    model: momentum.MomentumModel
    reading: momentum.MomentumReading


@cache
def given() -> Given:
    """Made once; two names of NAMES are dead."""
    made = market(names=NAMES, sessions=SESSIONS)
    panel = panel_of(adjusted_history(made.bars, empty(SPLITS), basis=TODAY), before=TODAY)
    model = momentum.prepare(
        panel, made.names, session=TODAY, closes=CLOSES, rules=momentum.MomentumRules(volume_floor_usd=0.0)
    )
    dead = pl.DataFrame({"ticker": list(DEAD), "name": list(DEAD), "delisted": list(DEAD.values())})
    themes = [("Chips", "theme", f"N{number:03d}") for number in range(0, NAMES, 5)]
    themes += [("Clouds", "theme", f"N{number:03d}") for number in range(0, NAMES, 7)]
    themes += [("Energy", "sector", "N000")]
    return Given(
        market=made,
        panel=panel,
        names=pl.concat([made.names, dead], how="diagonal"),
        groups=pl.DataFrame(themes, schema=dict(GROUPS), orient="row"),
        model=model,
        reading=momentum.read(model, made.live, NOW),
    )


def own_list(lines: Iterable[LINES], name: str = "book") -> OwnList:
    """A list of these lines."""
    rows = [(*line, number) for number, line in enumerate(lines, 1)]
    return OwnList(name, Path(f"{name}.csv"), pl.DataFrame(rows, schema=dict(OWN_LIST), orient="row"), (), WRITTEN)


def prepared(*lists: OwnList, **changes: Any) -> HoldingsModel:  # noqa: ANN401 - any argument of prepare
    """The model of these lists."""
    made = given()
    arguments = {"panel": made.panel, "names": made.names, "groups": made.groups, "momentum": made.model, **changes}
    panel, names, groups = (arguments.pop(name) for name in ("panel", "names", "groups"))
    return prepare(lists, panel, names, groups, **arguments)


def reading(
    lines: Iterable[LINES],
    live: pl.DataFrame | None = None,
    *,
    leverage: Leverage | None = None,
    with_momentum: bool = True,
    **changes: Any,  # noqa: ANN401 - any argument of prepare
) -> ListReading:
    """The reading of one list of these lines."""
    made = given()
    (one,) = read(
        prepared(own_list(lines), **changes),
        made.market.live if live is None else live,
        momentum=made.reading if with_momentum else None,
        leverage=leverage,
    ).lists
    return one


def funds(**names: tuple[float | None, float, float | None]) -> Leverage:
    """What leveraged funds trade, by ticker: today, for a move of 1 %, today over its volume."""
    rows = [
        SimpleNamespace(ticker=name, today_usd=today, per_1pct_usd=one, of_adv=of_adv)
        for name, (today, one, of_adv) in names.items()
    ]
    known = [row.today_usd for row in rows if row.today_usd is not None]
    return cast(Leverage, SimpleNamespace(by_name=rows, today_usd=sum(known) if known else None))


def live() -> pl.DataFrame:
    """LIVE in which two names have neither price nor previous close, one no previous close, three no trade today."""
    table = unpriced(given().market.live, *UNPRICED, *UNMOVED)
    nothing = pl.col("ticker").is_in([*UNPRICED, NEW])
    table = table.with_columns(prev_close=pl.when(~nothing).then("prev_close"))
    return table.with_columns(ret=pl.when(~nothing).then("ret"))


def slope(ticker: str, against: str = "spread") -> float:
    """Beta by least squares of numpy, over the last 252 sessions."""
    made = given()
    assert made.model.days is not None
    spread = (made.model.days.long - made.model.days.short)[-252:]
    columns = [made.panel.tickers.index(name) for name in (ticker, "SPY")]
    own, market = made.panel.close[-253:, columns].T
    x = spread if against == "spread" else market[1:] / market[:-1] - 1
    return float(np.polyfit(x, own[1:] / own[:-1] - 1, 1)[0])


def numbers(value: object) -> Iterator[float]:
    """Every number anywhere in a reading."""
    if isinstance(value, float | int):
        yield float(value)
    elif isinstance(value, dict):
        for own in value.values():
            yield from numbers(own)
    elif isinstance(value, list | tuple):
        for own in value:
            yield from numbers(own)


def check_whole(one: ListReading) -> None:
    """Nothing is NaN or infinite, and every null has a reason."""
    assert all(map(math.isfinite, numbers(msgspec.to_builtins(one))))
    fields = msgspec.to_builtins(one)
    free = {"sigma_basis"} if one.sigma is not None else set()
    for path, value in fields.items():
        if value is None and path not in free:
            assert one.missing.get(path), path
    for row in fields["positions"]:
        for path, value in row.items():
            if value is None and path not in ("name", "sector", "reason", "doubt", "split", "price_basis"):
                reason = one.missing.get(f"positions.{path}") or one.missing.get(f"positions.{row['ticker']}.{path}")
                assert reason, (row["ticker"], path)
    nulls = {path for path, value in fields.items() if value is None}
    assert {path for path in one.missing if "." not in path} <= nulls
