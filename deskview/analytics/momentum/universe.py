"""Which names a basket may hold when it is formed, why the others may not, and the scores that rank them.

Targets of announced takeovers are told from prices alone: one jump, and hardly a move since. A cash bid pins the price
below the offer, and what is left of the name's return is that of the deal: ranked among the winners for its premium,
it would dilute the leg. No news is read, so a bid in shares, whose target goes on to move with the bidder, and a
rumour are not told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from deskview.analytics.measures import column_sd, prior_returns_at
from deskview.analytics.momentum.rules import MomentumRules
from deskview.analytics.momentum.traits import Traits
from deskview.analytics.panel import Bools, Floats, Ints, Panel

STILL = 1e-6
"""A daily volatility below this is that of a price which does not move."""
LEAST_BEFORE = 20
"""Returns before the jump the volatility of before it must rest on."""


@dataclass(frozen=True)
class Universe:
    """The names of the session at position `t`: `columns` of the panel in ticker order, their prior returns and the
    scores that rank; `left_out` counts the others by reason."""

    t: int
    columns: Ints
    prior: Floats
    score: Floats
    size: str
    left_out: dict[str, int]


@dataclass(frozen=True)
class Candidates:
    """Names that pass every filter but that of size. Figures by column of the panel, good for `columns` alone.

    `volume` is the median dollar volume, `cap` the market cap (NaN where unknown), `volatility` only there where it
    ranks.
    """

    t: int
    columns: Ints
    prior: Floats
    volume: Floats
    cap: Floats
    volatility: Floats | None
    left_out: dict[str, int]

    @property
    def caps_known(self) -> bool:
        """Whether the market cap of every candidate is known."""
        return not np.isnan(self.cap[self.columns]).any()


@dataclass
class _Sieve:
    """The columns still in, and how many each filter took out."""

    columns: Ints
    counts: dict[str, int] = field(default_factory=dict)

    def keep(self, otherwise: str, passes: Bools) -> None:
        """Keeps the columns that pass; `otherwise` is the reason the rest are out."""
        if gone := int((~passes).sum()):
            self.counts[otherwise] = gone
        self.columns = self.columns[passes]


def candidates_at(panel: Panel, traits: Traits, t: int, rules: MomentumRules) -> Candidates:
    """The candidates for the session at position t, from rows before t alone.

    Who was delisted by then is none, and is not counted among those left out.
    """
    prior = prior_returns_at(panel.close, t, lookback=rules.lookback, skip=rules.skip)
    sieve = _Sieve(np.flatnonzero(traits.of_type(rules.types) & ~_delisted_before(panel, traits, t)))
    close = panel.close[t - 1]
    sieve.keep("no recent close", ~np.isnan(close[sieve.columns]))
    price = close if panel.traded is None else panel.traded[t - 1]
    sieve.keep(f"price below {rules.price_floor_usd:g} USD", price[sieve.columns] >= rules.price_floor_usd)
    sieve.keep(f"fewer than {rules.lookback} sessions of history", np.isfinite(prior[sieve.columns]))
    volume = _by_column(panel, sieve.columns, median_volume(panel, t, sieve.columns, rules))
    liquid = volume[sieve.columns] >= rules.volume_floor_usd
    sieve.keep(f"median dollar volume below {rules.volume_floor_usd / 1e6:g}m USD", liquid)
    if rules.exclude_targets:
        sieve.keep("pinned since a takeover bid", ~targets_at(panel.returns, t, sieve.columns, rules))
    if rules.one_line_per_issuer:
        lines = most_liquid_lines(traits.issuer[sieve.columns], volume[sieve.columns])
        sieve.keep("less liquid share class of its issuer", lines)
    volatility = _volatility(panel, t, sieve, rules) if rules.signal == "risk_adjusted" else None
    cap = _by_column(panel, sieve.columns, cap_at(panel, traits, t, sieve.columns))
    return Candidates(t, sieve.columns, prior, volume, cap, volatility, sieve.counts)


def universe_of(found: Candidates, rules: MomentumRules, *, by_cap: bool) -> Universe:
    """The largest of the candidates by market cap, or by median dollar volume; of equal ones those first by ticker."""
    sieve = _Sieve(found.columns, dict(found.left_out))
    size, name = (
        (found.cap, "market cap") if by_cap else (found.volume, f"{rules.volume_sessions}-session median dollar volume")
    )
    large = np.zeros(len(found.columns), dtype=bool)
    large[np.argsort(-size[found.columns], kind="stable")[: rules.universe_size]] = True
    sieve.keep(f"not among the {rules.universe_size} largest by {name}", large)
    chosen = found.prior[sieve.columns]
    adjusted = None if found.volatility is None else chosen / found.volatility[sieve.columns]
    score = chosen if adjusted is None else winsorised_z(adjusted, rules.z_limit)
    return Universe(found.t, sieve.columns, chosen, score, name, sieve.counts)


def universes_at(panel: Panel, traits: Traits, positions: Iterable[int], rules: MomentumRules) -> list[Universe]:
    """The universe of each position, all by the same size: the market cap only where none of any is unknown.

    Names that died have no market cap today: by caps the past would have other names than the rule takes now.
    """
    found = [candidates_at(panel, traits, t, rules) for t in positions]
    some = any(len(one.columns) for one in found)
    by_cap = some and all(one.caps_known for one in found)
    return [universe_of(one, rules, by_cap=by_cap) for one in found]


def _delisted_before(panel: Panel, traits: Traits, t: int) -> Bools:
    """The columns that were traded for the last time before the session at position t (the live one: any that were)."""
    gone = np.zeros(len(panel.tickers), dtype=bool)
    now = panel.sessions[t] if t < len(panel.sessions) else date.max
    gone[[column for column, day in traits.delisted.items() if day < now]] = True
    return gone


def _by_column(panel: Panel, columns: Ints, values: Floats) -> Floats:
    """The values of the columns at their places in the panel, NaN elsewhere."""
    every = np.full(len(panel.tickers), np.nan)
    every[columns] = values
    return every


def median_volume(panel: Panel, t: int, columns: Ints, rules: MomentumRules) -> Floats:
    """Median dollar volume of the sessions before t; a session without a bar counts as zero."""
    window = np.ascontiguousarray(panel.dollar_volume_usd[max(0, t - rules.volume_sessions) : t].T)
    median: Floats = np.median(window[columns], axis=1)  # each name's days side by side: a third faster
    return median


def cap_at(panel: Panel, traits: Traits, t: int, columns: Ints) -> Floats:
    """Market cap at the close before t: today's cap moved back by the price; NaN where it is unknown.

    Both are on today's share basis, so splits cancel; shares issued in between do not.
    """
    caps: Floats = traits.market_cap_usd[columns] * panel.close[t - 1, columns] / panel.close[-1, columns]
    return caps


def most_liquid_lines(issuer: Ints, volume: Floats) -> Bools:
    """Of each issuer's lines the one with the most volume; of equal ones the first."""
    order = np.lexsort((np.arange(len(issuer)), -volume, issuer))
    best = np.zeros(len(issuer), dtype=bool)
    best[order[np.diff(issuer[order], prepend=issuer.min(initial=0) - 1) != 0]] = True
    return best


def _volatility(panel: Panel, t: int, sieve: _Sieve, rules: MomentumRules) -> Floats:
    """Daily volatility by column of the panel; names without one are sifted out."""
    own = column_sd(panel.returns[max(1, t - rules.signal_vol_sessions) : t, sieve.columns])
    every = _by_column(panel, sieve.columns, own)
    sieve.keep("price does not move", own > STILL)
    return every


def winsorised_z(values: Floats, limit: float) -> Floats:
    """(value - mean) / sample sd over the universe, held to +-limit; all 0 where nothing varies."""
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    if sd == 0:
        return np.zeros(len(values))
    held: Floats = np.clip((values - values.mean()) / sd, -limit, limit)
    return held


def targets_at(returns: Floats, t: int, columns: Ints, rules: MomentumRules) -> Bools:
    """Whether each of the columns is pinned at position t, from rows before t of `returns` alone.

    Its last jump of target_jump or more came within target_sessions and at least target_least sessions ago; the
    daily volatility since (over at most the last target_quiet_sessions) is below target_vol and below
    target_vol_ratio of the volatility of the year before the jump.
    """
    pinned = np.zeros(len(columns), dtype=bool)
    first = max(1, t - rules.target_sessions)
    with np.errstate(invalid="ignore"):
        jumps = returns[first:t] >= rules.target_jump
    some = np.flatnonzero(np.any(jumps, axis=0)[columns])
    if not len(some):
        return pinned
    jump = t - 1 - jumps[::-1, columns[some]].argmax(axis=0)
    quiet = _sd_between(returns, columns[some], np.maximum(jump + 1, t - rules.target_quiet_sessions), t)
    still = (quiet < rules.target_vol) & (t - 1 - jump >= rules.target_least)
    some, jump, quiet = some[still], jump[still], quiet[still]
    before = _sd_between(returns, columns[some], np.maximum(1, jump - rules.target_sessions), jump, LEAST_BEFORE)
    pinned[some] = quiet < rules.target_vol_ratio * before
    return pinned


def _sd_between(returns: Floats, columns: Ints, start: Ints, end: Ints | int, least: int = 2) -> Floats:
    """Sample sd of each column over its own rows start to end; NaN (nothing is below it) with too few returns."""
    if not len(columns):
        return np.empty(0)
    top, bottom = int(start.min()), int(np.max(end))
    window, row = returns[top:bottom, columns], np.arange(top, bottom)[:, None]
    known = (row >= start) & (row < end) & ~np.isnan(window)
    return np.where(known.sum(axis=0) >= least, column_sd(window, known), np.nan)
