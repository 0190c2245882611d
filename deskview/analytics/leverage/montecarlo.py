"""The coming sessions by simulation: fat tails, compounding and wipe-outs, which the closed form leaves out."""

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt

import msgspec
import numpy as np
import polars as pl

from deskview.analytics.assumptions import PATHS
from deskview.analytics.leverage.forecast import Conditional, Exceedance, FanPoint, Simulation
from deskview.analytics.leverage.formula import Floats
from deskview.analytics.leverage.live import Moment, risk_now
from deskview.analytics.leverage.model import LeverageModel, Positions
from deskview.analytics.leverage.readings import Leverage, in_next_week
from deskview.analytics.leverage.risk import Risk

#: Small enough to stay in the cache and below the size at which BLAS starts threads, which only fight for a busy
#: machine's cores here.
CHUNK = 200
LARGEST = 24
QUANTILES = (0.05, 0.16, 0.50, 0.84, 0.95)
BUCKETS = (None, -0.04, -0.02, 0.0, 0.02, 0.04, None)
METHOD = (
    "{paths:,} paths of multivariate t({freedom:g}) returns without drift, with the closed form's covariance; AUM "
    "rolled session by session with a floor at zero; the {largest} underlyings that matter most one by one, the rest "
    "as one basket per leverage. The seed is the first of the sessions: paths are drawn alike all day"
)


@dataclass(frozen=True)
class ReducedBook:
    """The book as k positions of `leverage` and `aum` on factors `column`; `weighted` (T x f) are the factors'
    returns weighted as in Risk, the market last."""

    leverage: Floats
    aum: Floats
    column: Positions
    weighted: Floats


@dataclass(frozen=True)
class Paths:
    """Per path: net flow after each session (n x days), sum of absolute daily net flows, the market's return."""

    net: Floats
    gross: Floats
    market: Floats


def simulate_week(
    model: LeverageModel,
    reading: Leverage,
    live: pl.DataFrame,
    at: datetime,
    *,
    paths: int = PATHS,
    seed: int | None = None,
    degrees_of_freedom: float = 5.0,
) -> Leverage:
    """The reading with a Monte Carlo beside its closed-form week (`next_week.simulation`, `conditional`, `paths`).

    `live` and `at` are what it was read from. The seed is the first of the week's sessions (yyyymmdd) unless one is
    given; same seed and market, same figures. It takes some tenths of a second: call it off the event loop. The reading
    comes back as it is when the closed form is missing. `degrees_of_freedom` must exceed 2.
    """
    if reading.next_week.sd_usd is None:
        return reading
    book = reduced(model, reading, risk_now(model, Moment(model, live), at)[0])
    seed = int(f"{date.fromisoformat(model.sessions[0]):%Y%m%d}") if seed is None else seed
    result = simulate(book, len(model.sessions), paths, seed=seed, degrees_of_freedom=degrees_of_freedom)
    method = METHOD.format(paths=paths, freedom=degrees_of_freedom, largest=LARGEST)
    simulation = _summary(model, result, seed, method)
    week = msgspec.structs.replace(
        reading.next_week, simulation=simulation, conditional=simulation.conditional, paths=paths
    )
    return msgspec.structs.replace(reading, next_week=week)


def reduced(model: LeverageModel, reading: Leverage, risk: Risk) -> ReducedBook:
    """The equity funds of the reading in as few positions as keep the first-order variance of `risk` exact.

    The `LARGEST` underlyings by volatility of their flow stay apart, one position per leverage; all others are
    pooled per leverage into the AUM-weighted basket of their underlyings.
    """
    base = {row.ticker: row.base_aum_usd for row in reading.by_fund if in_next_week(row)}
    aum = np.array([base.get(ticker, 0.0) for ticker in model.book.funds.get_column("ticker")], dtype=np.float64)
    sigma, weighted = risk.sigma, risk.weighted
    aum[~np.isfinite(sigma[model.position])] = 0.0
    dollars = model.leverage * (model.leverage - 1.0) * aum
    importance = np.bincount(model.position, weights=dollars, minlength=len(sigma)) * np.nan_to_num(sigma)
    large = np.argsort(-importance, kind="stable")[:LARGEST]
    own = np.isin(model.position, large)
    pooled: dict[tuple[int, float], float] = {}
    for at in np.flatnonzero(own & (aum > 0)):
        key = (int(model.position[at]), float(model.leverage[at]))
        pooled[key] = pooled.get(key, 0.0) + float(aum[at])
    columns = [weighted[:, u] for u in large]
    for leverage in np.unique(model.leverage[~own & (aum > 0)]):
        chosen = ~own & (model.leverage == leverage)
        size = float(aum[chosen].sum())
        pooled[-len(columns) - 1, float(leverage)] = size
        columns.append(weighted[:, model.position[chosen]] @ aum[chosen] / size)
    place = {int(u): k for k, u in enumerate(large)}
    return ReducedBook(
        np.array([leverage for _, leverage in pooled]),
        np.array(list(pooled.values())),
        np.array([place[u] if u >= 0 else -u - 1 for u, _ in pooled], dtype=np.int64),
        np.column_stack([*columns, risk.market]),
    )


def simulate(book: ReducedBook, days: int, paths: int, *, seed: int, degrees_of_freedom: float = 5.0) -> Paths:
    """Roll the positions over `days` sessions on `paths` independent paths."""
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(book.weighted.T @ book.weighted)
    root = (vectors * np.sqrt(np.clip(values, 0.0, None))).T
    net, gross, market = np.empty((paths, days)), np.empty(paths), np.empty(paths)
    for start in range(0, paths, CHUNK):
        rows = slice(start, min(start + CHUNK, paths))
        _roll(book, root, rng, degrees_of_freedom, (net[rows], gross[rows], market[rows]))
    return Paths(net, gross, market)


def _roll(
    book: ReducedBook, root: Floats, rng: np.random.Generator, freedom: float, out: tuple[Floats, Floats, Floats]
) -> None:
    """One chunk of paths, written into the slices of `out`: cumulative net, gross, market return."""
    net, gross, market = out
    size, days = net.shape
    aum = np.tile(book.aum, (size, 1))
    level, total = np.ones(size), np.zeros(size)
    gross[:] = 0.0
    for day in range(days):
        scale = np.sqrt((freedom - 2.0) / rng.chisquare(freedom, size))
        returns = np.maximum(rng.standard_normal((size, len(root))) @ root * scale[:, None], -1.0)
        flow = _one_session(book, aum, returns[:, book.column])
        total += flow
        net[:, day] = total
        gross += np.abs(flow)
        level *= 1.0 + returns[:, -1]
    market[:] = level - 1.0


def _one_session(book: ReducedBook, aum: Floats, r: Floats) -> Floats:
    """Net flow of each path in one session; rolls `aum` (paths x positions) in place."""
    gain = r * book.leverage
    earned = aum * gain
    flow = np.einsum("ij,j->i", earned, book.leverage - 1.0)
    if gain.min(initial=0.0) <= -1.0:
        wiped = gain <= -1.0
        correction = -book.leverage * (1.0 + r) - (book.leverage - 1.0) * gain
        flow += np.where(wiped, aum * correction, 0.0).sum(axis=1)
    aum += earned
    np.maximum(aum, 0.0, out=aum)
    return np.asarray(flow, dtype=np.float64)


def _summary(model: LeverageModel, result: Paths, seed: int, method: str) -> Simulation:
    last = result.net[:, -1]
    quantiles = np.quantile(result.net, QUANTILES, axis=0)
    worst = np.sort(last)[: max(1, round(0.05 * len(last)))]
    p05, p16, p50, p84, p95 = (float(q) for q in quantiles[:, -1])
    return Simulation(
        paths=len(last),
        seed=seed,
        mean_usd=float(last.mean()),
        error_usd=float(last.std(ddof=1)) / sqrt(len(last)),
        sd_usd=float(last.std(ddof=1)),
        p05_usd=p05,
        p16_usd=p16,
        p50_usd=p50,
        p84_usd=p84,
        p95_usd=p95,
        es05_usd=float(worst.mean()),
        gross_usd=float(result.gross.mean()),
        sell_probability=float((last < 0).mean()),
        exceedance=[Exceedance(usd, float((last <= usd).mean())) for usd in model.parameters.exceedances_usd],
        conditional=conditional_means(last, result.market) if result.market.any() else [],
        fan=[
            FanPoint(session, float(result.net[:, day].std(ddof=1)), *(float(q) for q in quantiles[:, day]))
            for day, session in enumerate(model.sessions)
        ],
        method=method,
    )


def conditional_means(net: Floats, market: Floats) -> list[Conditional]:
    """Mean of `net` over the paths whose market return lies in (above, up to], bucket by bucket."""
    rows = []
    for above, up_to in itertools.pairwise(BUCKETS):
        chosen = (market > (-np.inf if above is None else above)) & (market <= (np.inf if up_to is None else up_to))
        count = int(chosen.sum())
        rows.append(Conditional(above, up_to, float(net[chosen].mean()) if count else None, count))
    return rows
