"""From the contracts of a chain to strikes: one volatility for both rights, open interest of each, years to settlement.

What is not used is counted by its reason. A book has the strikes of a session with where the price of its underlying is
taken from, to be marked at any. Nothing is made up but the volatility of today's expiry, whose greeks the
vendor does not tell, and that is marked.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from deskview.analytics.gamma.black_scholes import Terms, implied_sigma
from deskview.analytics.panel import Floats, Ints
from deskview.market.sessions import NEW_YORK, OPEN, Calendar

INDEX, INDEX_FUND = "SPX", "SPY"
"""Whose options together are the index's: dollars of both add, as they move alike."""
PARITY_STRIKES = 10
"""At so many strikes, those where call and put cost most alike, parity is asked for the price."""
FLOOR_MINUTES = 30.0
"""Nearer to settlement the gamma at the money grows without bound: so near counts as this."""
YEAR_MINUTES = 525_600.0
LEAST_IV, MOST_IV = 0.01, 4.0
"""Volatilities of the vendor's outside are no volatilities: its own sample has 5.0 beside a gamma of 0."""
TICK_USD = 0.05
MORNING_ROOTS = ("SPX", "NDX", "RUT")
"""Settled at the open of their last day; every other root at the close."""
ADJUSTED = r"\d$"
"""How the root of a contract ends that delivers something else than its shares."""
FROM_VENDOR, FROM_MID, FROM_CLOSE, FROM_NEXT = "vendor", "mid", "close", "next expiry"
SOURCES = (FROM_VENDOR, FROM_MID, FROM_CLOSE, FROM_NEXT)


class Groups(NamedTuple):
    """Values that differ, ascending, and the place among them of each entry."""

    values: "np.ndarray[tuple[int], np.dtype[Any]]"
    place: Ints


@dataclass(frozen=True)
class Strikes:
    """The strikes of a chain that count: arrays of the same length, an entry an expiry, root and strike.

    `calls` and `puts` are open interest times shares a contract, `iv` a year's volatility, `source` an index into
    SOURCES, `settles` the moment of settlement in seconds of the epoch, `label` the strike it is told under.
    `contracts` had open interest, `used` are those with a volatility; `left_out` counts the others by reason.
    """

    expiry: "np.ndarray[tuple[int], np.dtype[np.datetime64]]"
    strike: Floats
    calls: Floats
    puts: Floats
    iv: Floats
    source: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    settles: Floats
    label: Floats
    contracts: int = 0
    used: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    def years(self, now: datetime) -> Floats:
        """Years to settlement, half an hour at least; what has settled has none and is NaN."""
        minutes = (self.settles - now.timestamp()) / 60.0
        return np.where(minutes > 0, np.maximum(minutes, FLOOR_MINUTES) / YEAR_MINUTES, np.nan)

    @cached_property
    def expiries(self) -> Groups:
        """The days of expiry, the nearest first, and which one each entry is of."""
        return Groups(*np.unique(self.expiry.astype("datetime64[D]"), return_inverse=True))

    @cached_property
    def labels(self) -> Groups:
        """The strikes that are told, from the lowest up, and which one each entry is of."""
        return Groups(*np.unique(self.label, return_inverse=True))

    def beside(self, other: "Strikes", scale: float) -> "Strikes":
        """These and the strikes of another underlying that trades at 1/scale of the price: its strikes are scaled, and
        its shares so that their dollars stay the same. They are told under the nearest strike there is here."""
        strike = other.strike * scale
        known = self.labels.values if len(self.label) else strike
        at = np.clip(np.searchsorted(known, strike), 1, max(len(known) - 1, 1))
        low, high = known[at - 1], known[np.minimum(at, len(known) - 1)]
        nearest = np.where(strike - low < high - strike, low, high)
        return Strikes(
            expiry=np.concatenate([self.expiry, other.expiry]),
            strike=np.concatenate([self.strike, strike]),
            calls=np.concatenate([self.calls, other.calls / scale]),
            puts=np.concatenate([self.puts, other.puts / scale]),
            iv=np.concatenate([self.iv, other.iv]),
            source=np.concatenate([self.source, other.source]),
            settles=np.concatenate([self.settles, other.settles]),
            label=np.concatenate([self.label, nearest]),
            contracts=self.contracts + other.contracts,
            used=self.used + other.used,
            left_out=dict(Counter(self.left_out) + Counter(other.left_out)),
        )


def strikes_of(chain: pl.DataFrame, terms: Terms, now: datetime, calendar: Calendar) -> Strikes:
    """The strikes of CHAIN that count at a moment of the market, each with the volatility of the right that is out of
    the money, else of the other: the vendor's, else that of the mid, else of the close.

    Raises ValueError where the spot is no price.
    """
    if not terms.spot > 0:
        raise ValueError(f"the spot is {terms.spot}, which is no price")
    left_out: Counter[str] = Counter()
    rows = _kept(chain, now, calendar, left_out)
    contracts = rows.height
    priced = _with_sigma(rows, terms, now)
    found = _by_strike(priced, terms.spot)
    found = _from_next_expiry(found, terms.spot, now)
    without = found.filter(pl.col("iv").is_null())
    if missing := int(without.get_column("contracts").sum()):
        left_out["no volatility"] += missing
    found = found.filter(pl.col("iv").is_not_null()).sort("expiry", "settles", "strike")
    return Strikes(
        expiry=found.get_column("expiry").to_numpy(),
        strike=found.get_column("strike").to_numpy(),
        calls=found.get_column("calls").to_numpy(),
        puts=found.get_column("puts").to_numpy(),
        iv=found.get_column("iv").to_numpy(),
        source=found.get_column("source").to_numpy(),
        settles=found.get_column("settles").to_numpy(),
        label=found.get_column("strike").to_numpy(),
        contracts=contracts,
        used=contracts - missing,
        left_out=dict(left_out),
    )


def settlement(expiry: date, root: str, calendar: Calendar) -> datetime:
    """When a contract's value is settled, UTC: at the open for roots settled in the morning, else at the close."""
    if root in MORNING_ROOTS:
        return datetime.combine(expiry, OPEN, NEW_YORK)
    return calendar.closes(expiry)


def _kept(chain: pl.DataFrame, now: datetime, calendar: Calendar, left_out: Counter[str]) -> pl.DataFrame:
    """Rows with open interest that are still to settle and are of ordinary contracts, with `settles` in seconds."""
    last = chain.select("root", "expiry").drop_nulls().unique()
    ends = [settlement(day, root, calendar).timestamp() for root, day in last.iter_rows()]
    rows = chain.join(last.with_columns(settles=pl.Series(ends, dtype=pl.Float64)), on=["root", "expiry"], how="left")

    def is_positive(name: str) -> pl.Expr:
        return pl.col(name).is_finite() & (pl.col(name) > 0)  # to polars what is no number is above all numbers

    checks: tuple[tuple[str, pl.Expr], ...] = (
        ("adjusted contract", pl.col("root").str.contains(ADJUSTED)),
        ("no right or strike", ~pl.col("right").is_in(["call", "put"]) | ~is_positive("strike")),
        ("no last day", pl.col("expiry").is_null()),
        ("settled", pl.col("settles") <= now.timestamp()),
        ("open interest not told", ~pl.col("oi").is_finite()),
        ("open interest below zero", pl.col("oi") < 0),
        ("no shares a contract", ~is_positive("multiplier")),
    )
    for reason, wrong in checks:
        is_wrong = wrong.fill_null(value=True)
        if count := rows.select(is_wrong.sum()).item():
            left_out[reason] += count
            rows = rows.filter(~is_wrong)
    told = ["root", "expiry", "strike", "right"]
    if twice := rows.height - rows.unique(told).height:
        left_out["told twice"] += twice
        rows = rows.unique(told, keep="last", maintain_order=True)
    return rows.filter(pl.col("oi") > 0)  # nobody holds the others: they count nowhere and are no fault


def _with_sigma(rows: pl.DataFrame, terms: Terms, now: datetime) -> pl.DataFrame:
    """The rows with `sigma` and `source`, null where none of the three can be had."""
    years = np.maximum((rows.get_column("settles").to_numpy() - now.timestamp()) / 60.0, FLOOR_MINUTES) / YEAR_MINUTES
    call, strike = (rows.get_column("right") == "call").to_numpy(), rows.get_column("strike").to_numpy()
    mid = rows.select(
        pl.when((pl.col("bid") > 0) & (pl.col("ask") >= pl.col("bid"))).then((pl.col("bid") + pl.col("ask")) / 2)
    ).to_series()
    sigma = rows.select(
        pl.when(pl.col("iv").is_finite() & pl.col("iv").is_between(LEAST_IV, MOST_IV)).then(pl.col("iv"))
    ).to_series()
    told = sigma.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
    source = np.where(np.isfinite(told), 0, -1).astype(np.int8)
    for place, prices in ((1, mid), (2, rows.get_column("close"))):
        at = np.flatnonzero(source < 0)
        if not len(at):
            break
        price = prices.cast(pl.Float64).fill_null(np.nan).to_numpy()[at]
        own = implied_sigma(price, terms, strike[at], years[at], call=call[at], tick=TICK_USD)
        own = np.where((own >= LEAST_IV) & (own <= MOST_IV), own, np.nan)
        told[at] = own
        source[at[np.isfinite(own)]] = place
    return rows.with_columns(sigma=pl.Series(told).fill_nan(None), origin=pl.Series(source))


def _by_strike(rows: pl.DataFrame, spot: float) -> pl.DataFrame:
    """A row an expiry, settlement and strike; the volatility is that of the right out of the money where it has one."""
    outer = pl.col("right") == pl.when(pl.col("strike") >= spot).then(pl.lit("call")).otherwise(pl.lit("put"))
    known = pl.col("sigma").is_not_null()
    shares = pl.col("oi") * pl.col("multiplier")
    best = (known & outer).cast(pl.Int8) * 2 + known.cast(pl.Int8)
    return (
        rows.with_columns(best=best)
        .sort("best", descending=True, maintain_order=True)
        .group_by("expiry", "settles", "strike", maintain_order=True)
        .agg(
            calls=shares.filter(pl.col("right") == "call").sum().cast(pl.Float64),
            puts=shares.filter(pl.col("right") == "put").sum().cast(pl.Float64),
            iv=pl.col("sigma").first(),
            source=pl.col("origin").first(),
            contracts=pl.len(),
        )
    )


def _from_next_expiry(strikes: pl.DataFrame, spot: float, now: datetime) -> pl.DataFrame:
    """Strikes of the first expiry without a volatility get that of the expiry after it at the same moneyness.

    The vendor tells no greeks on an expiry's own day, and a bid may be wanting.
    """
    if strikes.is_empty():
        return strikes
    today = now.astimezone(NEW_YORK).date()
    is_bare = (pl.col("expiry") == today) & pl.col("iv").is_null()
    later = strikes.filter((pl.col("expiry") > today) & pl.col("iv").is_not_null())
    if later.is_empty() or strikes.filter(is_bare).is_empty():
        return strikes
    following = later.filter(pl.col("settles") == pl.col("settles").min()).sort("strike")
    x, y = following.get_column("strike").to_numpy() / spot, following.get_column("iv").to_numpy()
    wanted = strikes.get_column("strike").to_numpy() / spot
    smile = pl.Series(np.interp(wanted, x, y, left=np.nan, right=np.nan)).fill_nan(None)
    place = pl.lit(SOURCES.index(FROM_NEXT), dtype=pl.Int8)
    return strikes.with_columns(
        source=pl.when(is_bare & smile.is_not_null()).then(place).otherwise(pl.col("source")),
        iv=pl.when(is_bare).then(smile).otherwise(pl.col("iv")),
    )


@dataclass(frozen=True)
class OptionBook:
    """`strikes` of a session, to be marked at any price: that of `proxy` times `ratio`.

    `spot_source` says where the price comes from, `oi_as_of` is the close open interest was counted at, `coverage`
    which contracts were asked for. When it was `fetched` its own price was `spot`.
    """

    underlying: str
    title: str
    strikes: Strikes
    oi_as_of: date
    coverage: str = ""
    proxy: str = ""
    ratio: float = 1.0
    spot_source: str = "its last trade"
    rate: float = 0.0
    dividend: float = 0.0
    fetched: datetime | None = None
    spot: float = 0.0

    def terms(self, price: float) -> Terms:
        """What its contracts are valued by while the proxy is at `price`."""
        return Terms(price * self.ratio, self.rate, self.dividend)


def combined(index: OptionBook, fund: OptionBook) -> OptionBook:
    """The options on an index and on the fund that holds it as one book, in points of the index."""
    scale = index.ratio / fund.ratio
    return replace(
        index,
        title=f"{index.title}: {index.underlying} + {fund.underlying}",
        strikes=index.strikes.beside(fund.strikes, scale),
        coverage=f"{index.underlying} {index.coverage}; {fund.underlying} {fund.coverage}",
    )


def spot_by_parity(chain: pl.DataFrame, rate: float, now: datetime) -> float | None:
    """The underlying's price by the calls and puts of the nearest expiry after today, from CHAIN; None without quotes.

    The median over the strikes where both cost most alike of strike + (call - put) e^{rT}, taken back to today. Quotes
    of one moment are needed: closes of two contracts may be hours apart.
    """
    mid = pl.when((pl.col("bid") > 0) & (pl.col("ask") >= pl.col("bid"))).then((pl.col("bid") + pl.col("ask")) / 2)
    ordinary = (pl.col("expiry") > now.date()) & ~pl.col("root").str.contains(ADJUSTED)
    quoted = chain.filter(ordinary).with_columns(mid=mid).drop_nulls("mid")
    sides = [quoted.filter(pl.col("right") == right) for right in ("call", "put")]
    both = sides[0].join(sides[1], on=["root", "expiry", "strike"], suffix="_put")
    if both.is_empty():
        return None
    nearest = both.filter(pl.col("expiry") == pl.col("expiry").min()).with_columns(
        apart=pl.col("mid") - pl.col("mid_put")
    )
    closest = nearest.sort(pl.col("apart").abs()).head(PARITY_STRIKES)
    years = (closest.get_column("expiry")[0] - now.date()).days / 365
    discount = float(np.exp(-rate * years))
    found = closest.select((pl.col("strike") * discount + pl.col("apart")).median()).item()
    return float(found) if found is not None and found > 0 else None
