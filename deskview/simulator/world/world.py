"""The simulated market of one scenario and seed. Built on first use, part by part; the same inputs, the same bytes."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import date, datetime, time
from functools import cached_property, lru_cache

import numpy as np

from deskview.market.members import SECTORS, load_members
from deskview.market.sessions import NEW_YORK, Calendar
from deskview.simulator.scenario import Scenario, ScenarioError, check_groups
from deskview.simulator.world import actions, creations, factors, held, history, today
from deskview.simulator.world.flows import STRETCH, FlowHistory, Levels, make_flows, retail_shares
from deskview.simulator.world.minutes import (
    CONTINUOUS,
    E4,
    FULL_CLOSE,
    HALF_CLOSE,
    MINUTES,
    OPEN,
    Plan,
    Turnover,
    Volumes,
    bridge,
    profile,
    spread_volume,
    spreads_e4,
)
from deskview.simulator.world.prints import Drawn, Prints, Sides, drawn, make_prints
from deskview.simulator.world.roster import HALT_MINUTE, HALTED, SIZES, Roster, build_roster
from deskview.simulator.world.seeded import Floats, Integers, keys, stream
from deskview.simulator.world.spec import digest, load_spec

_VENUE = {"XNYS": 10, "XNAS": 12, "ARCX": 11}


class World:
    """One market: `number` counts sessions, `sessions` is the scenario's own; those before may be gone through as well.

    From `oldest` on all names have bars; before that, from 0 on, only funds. `names` is how many are listed (None: as
    the specification says).
    """

    def __init__(self, name: str, data: bytes, scenario: Scenario, seed: int, names: int | None = None) -> None:
        self.name = name
        self.scenario = scenario
        self.seed = seed
        self.names = names
        self.digest = digest(data, seed, names)
        self.spec = load_spec()
        self.calendar = Calendar()
        self.sessions = self.spec.fund_sessions
        self.oldest = self.sessions - self.spec.sessions
        self._check()
        self.past = history.Past(self.sessions, self.spec.block, self._block)
        self._moves = lru_cache(2)(self._make_moves)
        self.creations = lru_cache(None)(self._creations)
        self.closes_before = lru_cache(4)(self._closes_before)
        self.day = lru_cache(2)(self._day)
        self.plan = lru_cache(256)(self._plan)
        self.sides = lru_cache(256)(self._sides)
        self.prints = lru_cache(8)(self._prints)

    def _check(self) -> None:
        shock, day = self.scenario.shock, self.scenario.session
        check_groups(shock.sectors, list(SECTORS), "sector")
        check_groups(shock.themes, list(self.spec.themes), "theme")
        check_groups(shock.factors, list(self.spec.factors), "factor")
        check_groups(shock.names, load_members()["ticker"].to_list(), "stock")
        if not self.calendar.is_session(day):
            raise ScenarioError(f"scenario: session {day} is not a trading day")
        if self.names is not None and self.names not in SIZES:
            raise ScenarioError(f"{self.names} listed names: must be from {SIZES.start} to {SIZES.stop - 1}")

    @cached_property
    def days(self) -> list[date]:
        """Dates of all sessions, the scenario's last."""
        return [*self.calendar.before(self.scenario.session, self.sessions), self.scenario.session]

    @cached_property
    def numbers(self) -> dict[date, int]:
        """Session number by date."""
        return {day: number for number, day in enumerate(self.days)}

    @cached_property
    def roster(self) -> Roster:
        """Who is listed."""
        return build_roster(self.spec, self.seed, self.names)

    @cached_property
    def loadings(self) -> factors.Loadings:
        """Exposures of the stocks."""
        return factors.load(self.roster, self.spec, self.seed)

    @cached_property
    def proxies(self) -> held.Proxies:
        """What unleveraged funds follow: the hidden weights."""
        return held.make_proxies(self.roster, self.loadings.drift, self.seed)

    @cached_property
    def multiples(self) -> held.Multiples:
        """What leveraged funds follow."""
        return held.make_multiples(self.roster, self.proxies)

    def index_weights(self, ticker: str) -> dict[str, float]:
        """The truth behind an index fund, told by no answer: what it holds at the close before the session.

        Ticker of the stock -> weight; empty for a fund that holds no stocks. KeyError for what is no index fund.
        """
        place = self.roster.index[ticker] - self.roster.stocks
        if not 0 <= place < self.proxies.listed:
            raise KeyError(ticker)
        row = self.proxies.weights[place]
        return {self.roster.tickers[position]: float(row[position]) for position in np.flatnonzero(row)}

    @cached_property
    def splits(self) -> list[actions.Split]:
        """Splits of the history and of the scenario's session."""
        return actions.make_splits(self.roster, self.sessions)

    @cached_property
    def dividends(self) -> actions.Dividends:
        """Dividends of the history and of the scenario's session."""
        return actions.make_dividends(self.roster, range(self.oldest, self.sessions + 1), self.days, self.seed)

    def split_factors(self, number: int, until: int) -> Floats:
        """(names) onto the share basis after the splits up to session `until` from that of session `number`."""
        known = [split for split in self.splits if split.session <= until]
        return actions.split_factors(known, number, len(self.roster.entries))

    def split_factor(self, position: int, number: int, until: int) -> float:
        """One name's `split_factors`."""
        later = (split for split in self._splits_of.get(position, ()) if number < split.session <= until)
        return math.prod(split.old / split.new for split in later)

    @cached_property
    def _splits_of(self) -> dict[int, list[actions.Split]]:
        found: dict[int, list[actions.Split]] = {}
        for split in self.splits:
            found.setdefault(split.position, []).append(split)
        return found

    def first_of(self, back: int) -> int:
        """The number of the first session of a block."""
        return self.sessions - self.spec.block * (back + 1)

    def _make_moves(self, back: int) -> Floats:
        """(sessions, stocks and indices) log total returns of a block."""
        moves = factors.draw_factors(self.loadings, self.spec, self.seed, back)
        stocks = factors.stock_returns(self.loadings, moves, self.seed, back)
        actions.apply_fates(stocks, self.roster, self.first_of(back))
        return held.with_indices(stocks, moves.market, proxies=self.proxies, spec=self.spec, seed=self.seed, block=back)

    def _leverages(self, back: int) -> Floats:
        """(sessions + 1, funds) what multiple of a session's return they have, in a block and in the next session."""
        first = self.first_of(back)
        older = self._moves(back + 1) if first > 0 else None
        days = self.days[first - held.tail_of(first) : first + self.spec.block + 1]
        return held.leverages(self.multiples, self._moves(back), older, days)

    def _noise(self, back: int, sessions: int) -> Floats:
        """(sessions, proxies and funds) by how much closes stray; block -1 begins with the scenario's session."""
        return held.closing_noise(self.roster, self.seed, back, sessions)

    def _block(self, back: int, newer: history.Block | None) -> history.Block:
        """Daily bars of a block before the scenario's session, `back` blocks before the newest."""
        first = self.first_of(back)
        returns = held.fund_returns(self._moves(back), self._leverages(back)[:-1], self.proxies, self.multiples)
        size = self.spec.block
        noise = np.vstack([self._noise(back + 1, size)[-1:], self._noise(back, size)])
        returns[:, self.roster.stocks :] += np.diff(noise, axis=0)
        actions.apply_dividends(returns, self.dividends, first)
        start = self.roster.stocks if first < self.oldest else 0
        end = self.roster.column("price") if newer is None else newer.level
        breaks = actions.make_breaks(self.roster, self.sessions)
        span = range(first - 1, first + len(returns))
        basis = actions.bases(self.splits, breaks, span, len(self.roster.entries))
        end = end[start - (newer.start if newer else 0) :]
        return history.build_block(self.roster, returns[:, start:], basis[:, start:], end, first=first, seed=self.seed)

    def _creations(self, back: int) -> creations.Creations:
        """Share counts of funds in a block."""
        first, stocks = self.first_of(back), self.roster.stocks
        block = self.past.block(first)
        newer = self.creations(back - 1) if back else None
        count = len(self.roster.entries)
        basis = actions.bases(self.splits, [], range(first - 1, first + self.spec.block), count)[:, stocks:]
        close = np.vstack([block.before, block.bars.close])[:, stocks - block.start :] / basis
        start = self.roster.column("size_usd")[stocks:] / self.closes_before(self.sessions)[stocks:]
        return creations.make(self.roster, self.multiples, close, basis, newer or start, seed=self.seed, block=back)

    def fund_shares(self, position: int, number: int, today: int) -> int:
        """Shares of a fund that a vendor tells of in a session, on its share basis: the creations of a third of the
        issuers are told a session later; those of `today`'s session by none yet."""
        late = self.creations(0).late[position - self.roster.stocks]
        known = max(min(number - late, today - 1), 0)
        back = (self.sessions - 1 - known) // self.spec.block
        found = self.creations(back).shares[known - self.first_of(back), position - self.roster.stocks]
        moved = self.split_factor(position, known, self.sessions) / self.split_factor(position, number, self.sessions)
        return round(float(found) / moved)

    @cached_property
    def flows(self) -> FlowHistory:
        """Imbalances."""
        return make_flows(self.spec.flow, self.scenario.flow, range(self.oldest, self.sessions), self.seed)

    def _closes_before(self, number: int) -> Floats:
        """(names) last close before a session, on its share basis; of a name that has none the price it ends at."""
        last = self.past.session(number - 1).close
        last = np.where(np.isnan(last), history.rounded(self.roster.column("price")), last)
        return np.round(last * self.split_factors(number - 1, number), 4)

    @cached_property
    def session(self) -> today.Session:
        """What moves in the scenario's session."""
        return today.Session(self.scenario, self.spec, self.seed, self.close_minute(self.sessions))

    @cached_property
    def mids(self) -> Floats:
        """(names, MINUTES + 1) prices of the scenario's session."""
        young = self.roster.spans()[0][: self.roster.stocks] > self.sessions - 253
        scores = today.momentum_scores(self.past.newest.momentum[: self.roster.stocks], ~young)
        targets = today.stock_targets(self.session, self.roster, self.loadings, scores)
        stocks = today.stock_paths(self.session, self.loadings, targets)
        halted, stop = self.halted, HALT_MINUTE + 1
        stocks[halted, stop:] = stocks[halted, stop, None]
        multiples = replace(self.multiples, leverage=self._leverages(0)[-1])
        noise = np.vstack([self._noise(0, self.spec.block)[-1:], self._noise(-1, 1)])
        funds = today.held_paths(self.session, stocks, self.proxies, multiples, noise)
        later = today.evening(self.session, self.loadings, self.proxies, multiples, halted)
        return today.whole_day(self.closes_before(self.sessions) * self._ex, np.vstack([stocks, funds]), later)

    @property
    def _ex(self) -> Floats:
        """(names) what is left of the price before by a dividend that goes ex in the session."""
        left = np.ones(len(self.roster.entries))
        goes_ex = self.dividends.session == self.sessions
        left[self.dividends.position[goes_ex]] -= self.dividends.share[goes_ex]
        return left

    @cached_property
    def halted(self) -> int:
        """Position of the name that is halted in the session."""
        return self.roster.invented + HALTED

    @cached_property
    def volumes(self) -> Volumes:
        """Volume of the scenario's session by minute."""
        move = np.abs(self.mids[:, -1] / self.closes_before(self.sessions) - 1)
        typical = np.median(self.past.newest.bars.volume[-20:], axis=0) * self.scenario.volume
        typical = typical / self.split_factors(self.sessions - 1, self.sessions)
        luck = keys(self.seed, self.roster.tickers, "today")
        noise = 0.8 + 0.4 * (luck % np.uint64(1000)).astype(np.float64) / 1000
        total = np.maximum(typical * noise * (0.8 + 6 * np.minimum(move, 0.2)), 1).astype(np.int64)
        total = np.where(self.roster.spans()[1] >= self.sessions, total, 0)
        total = np.where(self.stops < MINUTES, total // 3, total)
        return self._split_volume(
            self.roster.tickers, total, self.closes_before(self.sessions), self.sessions, self.stops
        )

    @cached_property
    def stops(self) -> Integers:
        """(names) minute after which a name does not trade in the session."""
        stops = np.full(len(self.roster.entries), MINUTES)
        stops[self.halted] = OPEN + HALT_MINUTE
        return stops

    def _day(self, number: int) -> today.Day:
        """A session that can be gone through: the scenario's own, or one of those before, which ends as history has it.

        For the latter a path is made for each name: half a second.
        """
        close, previous = self.close_minute(number), self.closes_before(number)
        if number == self.sessions:
            ticks = history.tick_e4(previous)
            spreads = spreads_e4(previous, self.roster.column("adv_usd"), ticks)
            return today.Day(number, close, previous, self.mids, self.volumes, ticks, spreads)
        count = len(self.roster.entries)
        mids, (ticks, spreads, volume) = np.empty((count, MINUTES + 1)), np.empty((3, count), np.int64)
        for position in range(count):
            mids[position], ticks[position], spreads[position], volume[position] = self._past(position, number)
        stops = np.full(count, MINUTES)
        volumes = self._split_volume(self.roster.tickers, volume, mids[:, close], number, stops)
        return today.Day(number, close, previous, mids, volumes, ticks, spreads, self.past.session(number))

    def close_minute(self, number: int) -> int:
        """The minute of the grid at which regular trading ends."""
        return HALF_CLOSE if self.calendar.is_half_day(self.days[number]) else FULL_CLOSE

    def midnight_ns(self, number: int) -> int:
        """00:00 New York of a session, Unix nanoseconds; clocks change on Sundays, never in a session."""
        return self._midnights[number]

    def numbers_between(self, after_ns: int, before_ns: int) -> range:
        """Sessions whose midnight lies later than the one moment and earlier than the other."""
        return range(bisect_right(self._midnights, after_ns), bisect_left(self._midnights, before_ns))

    @cached_property
    def _midnights(self) -> list[int]:
        """Asked for many times with every request for trades."""
        return [int(datetime.combine(day, time(), NEW_YORK).timestamp()) * 10**9 for day in self.days]

    @cached_property
    def retail_shares(self) -> Floats:
        """(names) retail's share of the dollars that trade outside the auctions."""
        return retail_shares(self.loadings.retail, len(self.roster.entries) - self.roster.stocks)

    def _sides(self, position: int, number: int) -> Sides:
        """Signs and venues of a name's prints."""
        entry = self.roster.entries[position]
        retail, other = self.flows.levels([entry.ticker], number)
        share = float(self.retail_shares[position])
        return Sides(retail[0], other[0], share, _VENUE.get(entry.exchange, 11))

    def _prints(self, position: int, number: int, minutes: range) -> Prints:
        """Those of some minutes; the last few answers are kept, so at most tens of thousands should be asked for."""
        return make_prints(self.plan(position, number), self.sides(position, number), minutes, self.seed)

    def drawn(self, position: int, number: int, minutes: range | None = None) -> Drawn:
        """The truth of a name's prints in some minutes of the grid (None: in regular hours), told by no answer."""
        wanted = range(OPEN, self.close_minute(number)) if minutes is None else minutes
        return drawn(make_prints(self.plan(position, number), self.sides(position, number), wanted, self.seed))

    def levels(self, number: int) -> Levels:
        """The truth of a session for all names, told by no answer: what their prints' signs are drawn about."""
        close, tickers = self.close_minute(number), self.roster.tickers
        retail, other = self.flows.levels(tickers, number)
        stretches = (close - OPEN) // STRETCH
        usd = self._regular_usd(number, close).reshape(len(tickers), stretches, STRETCH).sum(axis=2)
        share = np.where(self._ticks_of(number) == E4 // 100, self.retail_shares, 0.0)[:, None]
        return Levels(retail[:, :stretches], other[:, :stretches], usd * share, usd * (1 - share))

    def _regular_usd(self, number: int, close: int) -> Floats:
        """(names, minutes of regular hours) dollars expected to trade outside the auctions."""
        if number == self.sessions:
            return np.asarray(self.volumes.shares[:, OPEN:close] * self.mids[:, OPEN:close])
        bars = self.past.session(number)
        usd = bars.volume * CONTINUOUS * np.nan_to_num((bars.high + bars.low + 2 * bars.close) / 4)
        return np.asarray(usd[:, None] * profile(close)[OPEN:close])

    def _ticks_of(self, number: int) -> Integers:
        """(names) grid of a session's prices, 1/10000 dollar."""
        if number == self.sessions:
            return self.day(number).ticks
        return history.tick_e4(self.past.session(number).low)

    def _plan(self, position: int, number: int) -> Plan:
        ticker, close = self.roster.tickers[position], self.close_minute(number)
        if number == self.sessions:
            day = self.day(number)
            mid, tick, spread = day.mids[position], int(day.ticks[position]), int(day.spreads[position])
            volumes, row = day.volumes, position
        else:
            mid, tick, spread, volume = self._past(position, number)
            price = np.array([mid[close]])
            volumes = self._split_volume([ticker], np.array([volume]), price, number, np.array([MINUTES]))
            row = 0
        return Plan(
            ticker, number, self.days[number], self.midnight_ns(number), close, mid, volumes.shares[row],
            volumes.prints[row], int(volumes.opening[row]), int(volumes.closing[row]), spread, tick,
        )  # fmt: skip

    def _past(self, position: int, number: int) -> tuple[Floats, int, int, int]:
        past = self.past.name(position, [number])
        bar = [float(array[0]) for array in (past.open, past.high, past.low, past.close)]
        if np.isnan(bar[3]):
            return np.zeros(MINUTES + 1), 100, 100, 0
        before = self.past.close_before(position, number)
        tick = int(history.tick_e4(np.array(bar[2:3]))[0])
        adv = np.array([self.roster.entries[position].adv_usd])
        wanted = int(spreads_e4(np.array(bar[3:]), adv, np.array([tick]))[0])
        room = round((bar[1] - bar[2]) * 1e4) // tick * tick
        spread = max(tick, min(wanted, room))
        path = (bar[0] if np.isnan(before) else before, *bar)
        ticker, close = self.roster.tickers[position], self.close_minute(number)
        mids = bridge(stream(self.seed, "path", ticker, number), path, close, spread / 1e4)
        return mids, tick, spread, int(past.volume[0])

    def _split_volume(
        self, tickers: list[str], volume: Integers, price: Floats, number: int, stops: Integers
    ) -> Volumes:
        luck = keys(self.seed, tickers, "minutes", number)
        counts = history.print_counts(volume, np.asarray(volume * np.nan_to_num(price)))
        return spread_volume(Turnover(luck, volume, counts, stops), self.close_minute(number))
