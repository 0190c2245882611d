"""How true the flow's percentiles are: `python -m tests.benchmarks.flow_truth [--sessions 500] [--seeds 1,2]`.

Straight on the simulated world, no HTTP: a sample is drawn, its windows of a year and of as many sessions as asked for
are labelled and summed, each of these sessions is compared with the 252 before it at 10:30, 12:00 and 16:00, and what
is read is held against the truth. Truth is what the signs were drawn about, over all stocks, up to the same clock;
`--drawn` says how far the drawn signs themselves stray from that. Prints, asserts nothing.

`--prints 200,1000,2000 --windows 4,8` makes the curve: prints of a window, and windows a name and session.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from time import perf_counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deskview.analytics.flow import FRAME, Comparison, choose_sample, compare, window_plan, window_sums
from deskview.analytics.flow.percentile import Ranked
from deskview.market.schema import TRADES, UTC_NS
from deskview.market.sessions import NEW_YORK
from deskview.simulator.app import _world
from deskview.simulator.scenario import read_scenario
from deskview.simulator.world.flows import STRETCH
from deskview.simulator.world.minutes import OPEN
from deskview.simulator.world.prints import CONDITIONS, DAWN_NS, MICRO, MINUTE_NS, Prints
from deskview.simulator.world.world import World

YEAR, LEG, NAMES, LARGEST = 252, 0.1, 50, 100
CLOCKS = (time(10, 30), time(12), time(16))
SIDES = ("retail", "other")
VOLUMES = {"session": pl.Date(), "ticker": pl.String(), "dollar_volume_usd": pl.Float64()}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """So many windows a name and session, of so many prints."""

    windows: int
    prints: int


@dataclass
class Errors:
    """Readings of one side at one clock, in order: intensities and percentiles, read and true, and the limits."""

    intensity: list[tuple[float, float]]
    percentile: list[tuple[float, float]]
    held: list[bool]
    width: list[float]
    reliability: list[float]
    names: list[int]


def frame(world: World) -> pl.DataFrame:
    """FRAME of the listed stocks: median dollar volume of the last 20 sessions, legs by the last year's returns."""
    stocks, newest = world.roster.stocks, world.past.newest
    bars = newest.bars.at((slice(-20, None), slice(0, stocks)))
    dollars = np.nan_to_num(np.nanmedian(bars.volume * np.nan_to_num(bars.close), axis=0))
    rank = np.argsort(np.argsort(newest.momentum[:stocks])) / stocks
    legs = np.where(rank >= 1 - LEG, "long", np.where(rank < LEG, "short", ""))
    entries = world.roster.entries[:stocks]
    rows = zip((e.ticker for e in entries), (e.sector for e in entries), legs.tolist(), dollars.tolist(), strict=True)
    return pl.DataFrame(list(rows), schema=FRAME, orient="row").filter(pl.col("dollar_volume_usd") > 0)


def first_prints(world: World, position: int, number: int, since_ns: int, count: int) -> Prints:
    """The first prints of a name from a moment of a session on, none after the close."""
    plan, close = world.plan(position, number), world.close_minute(number)
    first = (since_ns - plan.midnight_ns - DAWN_NS) // MINUTE_NS
    running = np.concatenate([[0], np.cumsum(plan.prints[:close])])
    stop = min(int(np.searchsorted(running, running[first + 1] + count)), close)
    prints = world.prints(position, number, range(first, max(stop, first + 1)))
    start = int(np.searchsorted(prints.sip_ns, since_ns))
    return prints.take(slice(start, start + count))


def trades(found: Sequence[tuple[str, int, Prints]]) -> pl.DataFrame:
    """TRADES of windows as (ticker, since, prints), with `since` and each print's `place` in its window."""
    made = Prints.joined([prints for _, _, prints in found])
    lengths = [len(prints) for _, _, prints in found]
    window = np.repeat(np.arange(len(found)), lengths)
    codes = pl.Series([list(own) for own in CONDITIONS], dtype=TRADES["conditions"])
    columns = {
        "ticker": pl.Series([ticker for ticker, _, _ in found]).gather(window),
        "time": pl.Series(made.sip_ns - made.lag_ns).cast(UTC_NS),
        "sip_time": pl.Series(made.sip_ns).cast(UTC_NS),
        "sequence": made.sequence,
        "id": pl.Series(made.sequence).cast(pl.String),
        "price": made.price_e4 / 1e4,
        "price_e4": made.price_e4,
        "size": made.size / MICRO,
        "exchange": made.exchange,
        "off_exchange": made.facility > 0,
        "conditions": codes.gather(made.conditions),
        "correction": made.correction,
        "since": pl.Series([since for _, since, _ in found]).gather(window).cast(UTC_NS),
        "place": np.concatenate([np.arange(length) for length in lengths]),
    }
    return pl.DataFrame(columns).with_columns(pl.col(name).cast(dtype) for name, dtype in TRADES.items())


def sums(world: World, number: int, asked: pl.DataFrame, prints: Sequence[int]) -> dict[int, pl.DataFrame]:
    """FLOW_WINDOWS of a session by the number of prints of a window: the shorter are the beginnings of the longest."""
    rows = asked.with_columns(ns=pl.col("since").dt.timestamp("ns")).select("ticker", "ns").rows()
    places = world.roster.index
    found = [(name, ns, first_prints(world, places[name], number, ns, max(prints))) for name, ns in rows]
    every = trades(found)
    return {
        count: window_sums(every.filter(pl.col("place") < count).drop("place"), asked, count=count) for count in prints
    }


def traded(world: World, number: int, tickers: Sequence[str], until: time | None = None) -> list[tuple[object, ...]]:
    """Rows of VOLUMES of a session, up to the clock or by its daily bars."""
    day, places = world.days[number], [world.roster.index[ticker] for ticker in tickers]
    if until is None:
        bars = world.past.session(number).at(places)
        dollars = bars.volume * np.nan_to_num(bars.high + bars.low + bars.close) / 3
    else:
        plans = [world.plan(place, number) for place in places]
        minutes = slice(OPEN, min(OPEN + _minutes(until), world.close_minute(number)))
        dollars = np.array([float(plan.shares[minutes] @ plan.mid[:-1][minutes]) for plan in plans])
    return [(day, ticker, usd) for ticker, usd in zip(tickers, dollars.tolist(), strict=True) if usd > 0]


def _minutes(clock: time) -> int:
    """Since the open."""
    return clock.hour * 60 + clock.minute - 570


def truth(world: World, number: int, stocks: Sequence[int] | None = None) -> dict[tuple[time, str], float]:
    """The intensity of all stocks (or of these positions) up to each clock, by side."""
    levels, found = world.levels(number), {}
    chosen = range(world.roster.stocks) if stocks is None else stocks
    for side, level, usd in (
        ("retail", levels.retail[chosen], levels.retail_usd[chosen]),
        ("other", levels.other[chosen], levels.other_usd[chosen]),
    ):
        for clock in CLOCKS:
            stretches = slice(0, _minutes(clock) // STRETCH)
            found[clock, side] = float((level * usd)[:, stretches].sum() / usd[:, stretches].sum())
    return found


@dataclass(frozen=True)
class Year:
    """What is read of a world, case by case, and the truth, both session by session from number `first` on."""

    world: World
    first: int
    samples: dict[int, pl.DataFrame]
    windows: dict[Case, pl.DataFrame]
    volumes: pl.DataFrame
    so_far: dict[tuple[int, time], pl.DataFrame]
    truth: list[dict[tuple[time, str], float]]


def read_year(world: World, sessions: int, windows: Sequence[int], prints: Sequence[int]) -> Year:
    """Windows, dollars and truth of the last sessions of a world, those before the scenario's own."""
    stocks, seed = frame(world), world.seed
    samples = {count: choose_sample(stocks, count=NAMES, calls=NAMES * count, seed=seed) for count in windows}
    widest = samples[max(windows)]
    tickers = widest.get_column("ticker").to_list()
    first = world.sessions - YEAR - sessions
    numbers = range(first, world.sessions)
    plans = {count: window_plan([world.days[n] for n in numbers], own, seed) for count, own in samples.items()}
    by_day = plans[max(windows)].partition_by("session", as_dict=True)
    made: dict[int, list[pl.DataFrame]] = {count: [] for count in prints}
    so_far: dict[tuple[int, time], pl.DataFrame] = {}
    for number in numbers:
        for count, read in sums(world, number, by_day[world.days[number],], prints).items():
            made[count].append(read)
        if number >= first + YEAR:
            so_far |= {(number, clock): _volumes(traded(world, number, tickers, clock)) for clock in CLOCKS}
    every = {count: pl.concat(parts) for count, parts in made.items()}
    cases = {
        Case(count, length): every[length].join(
            plans[count], on=plans[count].columns, how="semi", maintain_order="left"
        )
        for count in windows
        for length in prints
    }
    days = _volumes([row for number in numbers for row in traded(world, number, tickers)])
    return Year(world, first, samples, cases, days, so_far, [truth(world, number) for number in numbers])


def _volumes(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=VOLUMES, orient="row")


def comparisons(year: Year, case: Case, clock: time) -> Iterator[tuple[int, Comparison]]:
    """Each session after the first year against those before it."""
    world, windows = year.world, year.windows[case]
    for number in range(year.first + YEAR, world.sessions):
        day, oldest = world.days[number], world.days[number - YEAR]
        past = year.volumes.filter(pl.col("session").is_between(oldest, day, closed="left"))
        dollars = pl.concat([past, year.so_far[number, clock]])
        recent = windows.filter(pl.col("session").is_between(oldest, day))
        at = datetime.combine(day, clock, NEW_YORK)
        yield number, compare(recent, year.samples[case.windows], dollars, session=day, at=at)


def errors(years: Sequence[Year], case: Case) -> dict[tuple[time, str], Errors]:
    """What was read against what was true."""
    found = {(clock, side): Errors([], [], [], [], [], []) for clock in CLOCKS for side in SIDES}
    for year in years:
        for clock in CLOCKS:
            for number, compared in comparisons(year, case, clock):
                for side in SIDES:
                    _add(found[clock, side], year, number, (clock, side), compared)
    return found


def _add(found: Errors, year: Year, number: int, which: tuple[time, str], compared: Comparison) -> None:
    side: Ranked = getattr(compared, which[1])
    if side.percentile is None or side.intensity is None or side.low is None or side.high is None:
        print(f"  {year.world.days[number]} {which[0]:%H:%M} {which[1]}: {side.reason}")
        return
    place = number - year.first
    true = year.truth[place][which]
    past = np.array([year.truth[earlier][which] for earlier in range(place - YEAR, place)])
    rank = 100 * float((past < true).mean())
    found.intensity.append((side.intensity, true))
    found.percentile.append((side.percentile, rank))
    found.held.append(side.low <= rank <= side.high)
    found.width.append(side.high - side.low)
    found.reliability.append(side.reliability or 0.0)
    found.names.append(compared.names)


def report(case: Case, found: dict[tuple[time, str], Errors]) -> None:
    """One line a clock and side."""
    print(f"\n{NAMES} names, {case.windows} windows a name and session, {case.prints} prints a window")
    print("clock side        n  names  correlation  MAE  interval holds  its width  reliability  under the 10th")
    for (clock, side), own in found.items():
        read, true = np.array(own.percentile).T
        correlation = np.corrcoef(np.array(own.intensity).T)[0, 1]
        print(
            f"{clock:%H:%M} {'retail' if side == 'retail' else 'non-retail':10}{len(read):4}{np.mean(own.names):7.1f}"
            f"{correlation:13.3f}{np.abs(read - true).mean():5.1f}{100 * np.mean(own.held):14.1f} %"
            f"{np.mean(own.width):11.0f}{np.mean(own.reliability):13.3f}{100 * (read < 10).mean():14.1f} %"
        )


def drawn_against_levels(world: World, sessions: int) -> None:
    """How far the signs drawn for all prints of the largest stocks stray from what they were drawn about."""
    largest = frame(world).top_k(LARGEST, by="dollar_volume_usd").get_column("ticker")
    places = [world.roster.index[ticker] for ticker in largest]
    print(f"\nthe {LARGEST} largest stocks\nsession    clock side      levels  signs drawn")
    for number in range(world.sessions - sessions, world.sessions):
        levels = truth(world, number, places)
        sums = {key: np.zeros(2) for key in levels}
        for place in places:
            prints = world.drawn(place, number)
            minute = (prints.ns - world.midnight_ns(number) - DAWN_NS) // MINUTE_NS - OPEN
            for clock, side in levels:
                own = (minute < _minutes(clock)) & (prints.retail == (side == "retail"))
                sums[clock, side] += ((prints.usd * prints.sign)[own].sum(), prints.usd[own].sum())
        for (clock, side), level in levels.items():
            net, gross = sums[clock, side]
            print(f"{world.days[number]} {clock:%H:%M} {side:6}{level:10.4f}{net / gross:10.4f}")


def main() -> None:
    """Reads the worlds and prints the tables."""
    numbers = lambda text: [int(part) for part in text.split(",")]  # noqa: E731
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=500, help="sessions compared, over all seeds")
    parser.add_argument("--seeds", type=numbers, default=[1, 2])
    parser.add_argument("--windows", type=numbers, default=[4], help="windows a name and session")
    parser.add_argument("--prints", type=numbers, default=[1000], help="prints a window")
    parser.add_argument("--drawn", type=int, default=0, help="sessions whose every print is held against the levels")
    asked = parser.parse_args()
    each, started = -(-asked.sessions // len(asked.seeds)), perf_counter()
    worlds = [_world(*read_scenario("calm"), seed, None) for seed in asked.seeds]
    if asked.drawn:
        drawn_against_levels(worlds[0], asked.drawn)
    years = []
    for world in worlds:
        years.append(read_year(world, each, asked.windows, asked.prints))
        print(f"seed {world.seed}: {each} sessions and the year before, read after {perf_counter() - started:.0f} s")
    for case in years[0].windows:
        report(case, errors(years, case))


if __name__ == "__main__":
    main()
