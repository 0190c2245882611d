"""No false alarm: thousands of boards of ordinary and of the hardest days there were, minute by minute."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

import msgspec
import numpy as np
import polars as pl
import pytest

from deskview.analytics.gate import Action, Seen, judge
from deskview.analytics.live import CLOSES, PriceBasis, live_market
from deskview.market.sessions import NEW_YORK, Calendar
from deskview.providers.massive import tables, wire
from deskview.providers.massive.cleaning import Rejects
from deskview.simulator.scenario import parse_scenario, read_scenario
from deskview.simulator.wire.backend import Clock, Market
from deskview.simulator.wire.protocol import encoded
from deskview.simulator.wire.snapshot import snapshot_rows
from deskview.simulator.world.world import World
from tests.analytics.gate.tables import NAMES, OPENS, prices_of, snapshot

MINUTE = timedelta(minutes=1)
ROWS = msgspec.json.Decoder(list[wire.SnapshotRow])
DAYS = ["calm", "momentum-crash", "squeeze", "half-day"]


def simulated(scenario: str, moments: Callable[[datetime, datetime], list[datetime]]) -> Iterator[Seen]:
    """What the gate makes of a simulated market's snapshots at these moments between open and close."""
    name, data = read_scenario(scenario)
    world = World(name, data, parse_scenario(data), 1, None)
    session, calendar = world.scenario.session, Calendar()
    opens, bell = calendar.opens(session), calendar.closes(session)
    ticks = iter(moments(opens, bell))
    begins = now = datetime.combine(session, time(4), NEW_YORK)

    def passed() -> float:
        return (now - begins).total_seconds()

    market = Market(world, Clock(session, time(4), 1.0, passed), world.sessions)
    market.clock.now()  # begins at 04:00
    some = np.arange(0, len(world.roster.entries), 5)
    before: Seen | None = None
    basis: PriceBasis | None = None
    for now in ticks:
        rows = ROWS.decode(encoded(snapshot_rows(market, some)))
        table = tables.snapshot([rows], Rejects())
        if basis is None:
            closes = table.select("ticker", stored_close="prev_close", unsplit_close="prev_close", cash_usd=pl.lit(0.0))
            basis = PriceBasis(begins, bell, closes.select(list(CLOSES)))
        before = judge(live_market(table, basis, now), now, basis, before)
        yield before


def every(seconds: float, first: timedelta, last: timedelta) -> Callable[[datetime, datetime], list[datetime]]:
    """Moments from so long after the open to so long after the close."""

    def moments(opens: datetime, bell: datetime) -> list[datetime]:
        count = int((bell + last - opens - first).total_seconds() // seconds)
        return [opens + first + timedelta(seconds=seconds * step) for step in range(count)]

    return moments


def is_quiet(found: Seen) -> bool:
    return found.verdict.action is Action.TAKEN and not found.kept and found.suspects.is_empty()


LONG = [pytest.param(scenario, marks=pytest.mark.long) for scenario in DAYS if scenario != "momentum-crash"]


@pytest.mark.parametrize("scenario", ["momentum-crash", *LONG])
def test_no_doubt_on_an_ordinary_day_from_before_the_open_to_the_evening(scenario: str) -> None:
    """500 boards a day, a minute apart, from 08:10 on; four days are 2,000."""
    moments = every(60, -80 * MINUTE, 120 * MINUTE)
    boards = list(itertools.islice(simulated(scenario, moments), 500))
    assert len(boards) >= 410
    assert [(found.at, found.verdict.sentence) for found in boards if not is_quiet(found)] == []


@pytest.mark.parametrize("scenario", ["momentum-crash", *LONG])
@pytest.mark.parametrize("around", ["open", "close"])
def test_no_doubt_around_open_and_close(scenario: str, around: str) -> None:
    """Ten seconds apart, as the desk asks."""

    def moments(opens: datetime, bell: datetime) -> list[datetime]:
        middle = opens if around == "open" else bell
        return [middle + timedelta(seconds=10 * step) for step in range(-30, 30)]

    assert all(is_quiet(found) for found in simulated(scenario, moments))


SHAPES = {
    # The index's day by the minute of New York (published turning points), and the spread of single names about it.
    "1987-10-19": (
        [(0, 0.0), (30, -0.062), (60, -0.045), (120, -0.08), (210, -0.075), (300, -0.13), (390, -0.226)],
        0.07,
    ),
    "2020-03-16": ([(0, -0.081), (15, -0.081), (30, -0.092), (120, -0.075), (270, -0.08), (390, -0.12)], 0.06),
    "2025-04-09": (
        [(0, -0.004), (120, 0.008), (228, 0.002), (233, 0.055), (240, 0.068), (300, 0.083), (390, 0.095)],
        0.04,
    ),
}


def shape(day: str, step: timedelta) -> Iterator[tuple[datetime, pl.DataFrame]]:
    """SNAPSHOT by the minute: beta and noise of each name, one in two opening late in 1987, one in thirty halted."""
    points, spread = SHAPES[day]
    minute_of, level = [minute for minute, _ in points], [value for _, value in points]
    rng = np.random.default_rng(11)
    beta = rng.uniform(0.5, 1.7, NAMES)
    own = rng.normal(0, spread, NAMES)
    late = np.where(rng.random(NAMES) < (0.5 if day == "1987-10-19" else 0.02), rng.uniform(5, 115, NAMES), 0.0)
    halted_from = np.where(rng.random(NAMES) < 1 / 30, rng.uniform(20, 360, NAMES), 1e9)
    market_halt = (0.0, 15.0) if day == "2020-03-16" else (1e9, 1e9)
    last, last_at = np.full(NAMES, np.nan), np.zeros(NAMES)
    minutes = 0.0
    while minutes <= 390:
        at = OPENS + timedelta(minutes=minutes)
        index = np.interp(minutes, minute_of, level)
        fair = np.maximum(index * beta + own * np.sqrt(max(minutes, 1) / 390), -0.95)
        open_ = (minutes >= late) & ~((halted_from <= minutes) & (minutes < halted_from + 10))
        open_ &= not market_halt[0] < minutes < market_halt[1]
        last, last_at = np.where(open_, fair, last), np.where(open_, minutes, last_at)
        yield at, snapshot(last, at, traded=(minutes - last_at) * 60)
        minutes += step.total_seconds() / 60


@pytest.mark.parametrize("day", SHAPES)
@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(minutes=5)])
def test_the_hardest_days_there_were_raise_no_doubt(day: str, step: timedelta) -> None:
    before: Seen | None = None
    for at, table in shape(day, step):
        before = judge(live_market(table, prices_of(), at), at, prices_of(), before)
        assert is_quiet(before), (at, before.verdict.sentence, before.live.filter(pl.col("doubt").is_not_null()))


@pytest.mark.parametrize("day", SHAPES)
@pytest.mark.parametrize("minutes", [1, 15, 45, 130, 300, 385])
def test_a_desk_opened_in_the_middle_of_them_has_no_doubt(day: str, minutes: int) -> None:
    at, table = next((at, table) for at, table in shape(day, MINUTE) if at >= OPENS + minutes * MINUTE)
    assert is_quiet(judge(live_market(table, prices_of(), at), at, prices_of(), None))
