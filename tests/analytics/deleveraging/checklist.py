"""A market in which every sign of the checklist can be turned on and off by itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np
import polars as pl

from deskview.analytics import breadth, momentum
from deskview.analytics.adjust import adjusted_history
from deskview.analytics.deleveraging import Beside, DeleveragingModel, DeleveragingReading, prepare, read
from deskview.analytics.hours import VarianceClock, VolumeClock
from deskview.analytics.leverage import Leverage
from deskview.analytics.panel import panel_of
from deskview.market.schema import SPLITS, empty
from tests.analytics.markets import CLOSES, NOW, TODAY, market

OPENS = CLOSES - timedelta(hours=6, minutes=30)
CLOCK = VarianceClock(OPENS, CLOSES, np.linspace(1 / 78, 1.0, 78), 60)
VOLUME = VolumeClock(OPENS, CLOSES, np.linspace(0.02, 0.90, 79), 60)
NAMES = 440


class Prepared(NamedTuple):
    """The models of a market of 440 names, and the readings of breadth and momentum in it."""

    model: DeleveragingModel
    of_momentum: momentum.MomentumModel
    of_breadth: breadth.BreadthModel
    beside: Beside


@cache
def prepared() -> Prepared:
    """Made once."""
    given = market(names=NAMES, sessions=530)
    history = adjusted_history(given.bars, empty(SPLITS), basis=TODAY)
    panel = panel_of(history, before=TODAY)
    rules = momentum.MomentumRules(volume_floor_usd=0.0)
    rule = momentum.prepare(panel, given.names, session=TODAY, closes=CLOSES, rules=rules, clock=CLOCK)
    inside = breadth.prepare(panel, given.names, closes=CLOSES, clock=CLOCK)
    model = prepare(panel, history, given.names, momentum=rule, breadth=inside, volume=VOLUME)
    readings = momentum.read(rule, given.live, NOW), breadth.read(inside, given.live, NOW)
    return Prepared(model, rule, inside, Beside(*readings))


def models(record_of: momentum.model.RuleDays | None = None, **past: np.ndarray) -> DeleveragingModel:
    """The model with other days of the rule, and another past of the index and its dispersion."""
    given = market(names=NAMES, sessions=530)
    history = adjusted_history(given.bars, empty(SPLITS), basis=TODAY)
    found = prepared()
    return prepare(
        panel_of(history, before=TODAY),
        history,
        given.names,
        momentum=replace(found.of_momentum, days=record_of or found.of_momentum.days),
        breadth=replace(found.of_breadth, past={**found.of_breadth.past, **past}),
        volume=VOLUME,
    )


def beside(**changes: Any) -> Beside:  # noqa: ANN401 - any figure of either reading
    """The readings with these figures: sigma, share, spread of momentum; index, dispersion of breadth.

    Without any change no sign holds.
    """
    found = {"sigma": -0.5, "share": 0.5, "spread": -0.01, "index": 0.08, "dispersion": 50.0, **changes}
    own, inside = prepared().beside.momentum, prepared().beside.breadth
    assert own is not None
    assert inside is not None
    return Beside(
        momentum=msgspec.structs.replace(
            own, return_=found["spread"], sigma_of_hour=found["sigma"], sigma=found["sigma"], long_share=found["share"]
        ),
        breadth=msgspec.structs.replace(
            inside, index_return=found["index"], percentile={**inside.percentile, "dispersion": found["dispersion"]}
        ),
        leverage=found.get("leverage"),
        favourites=found.get("favourites"),
        retail=found.get("retail"),
    )


def live(*, by: str = "sector", volume: float = 1.0, at: datetime = NOW) -> pl.DataFrame:
    """LIVE in which returns go by sector or by score, and everybody trades so many times what is usual by then."""
    names = prepared().model.names
    rng = np.random.default_rng(3)
    sector = names.get_column("sector").rank("dense").fill_null(0).to_numpy().astype(np.float64)
    score = np.nan_to_num(names.get_column("score").to_numpy())
    move = 0.01 * sector if by == "sector" else -0.02 * score / score.std()
    done = VOLUME.share(at) or 0.01
    return names.select(
        "ticker",
        ret=pl.Series(move + rng.normal(0, 0.005, names.height)),
        volume=pl.col("usual_shares") * done * volume,
    )


def reading(
    changed: Beside | None = None,
    table: pl.DataFrame | None = None,
    *,
    model: DeleveragingModel | None = None,
    at: datetime = NOW,
) -> DeleveragingReading:
    """The checklist of these; without any, one in which no sign holds."""
    return read(model or prepared().model, live(at=at) if table is None else table, at, changed or beside())


def funds(**per_1pct: tuple[float, float | None]) -> Leverage:
    """What funds must trade for a move of 1 %, and the daily volume, by ticker: all the checklist looks at."""
    rows = [SimpleNamespace(ticker=name, per_1pct_usd=usd, adv_usd=adv) for name, (usd, adv) in per_1pct.items()]
    return cast(Leverage, SimpleNamespace(by_name=rows))
