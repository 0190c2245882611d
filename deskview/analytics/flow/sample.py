"""Which names' prints are read, and what each of them stands for.

Stocks are drawn by design: the largest are certain, the others come with a probability proportional to their dollar
volume within sector and momentum leg, so that sums weighted by `weight` estimate the sums over all stocks. A stratum of
exchange-traded funds stands beside them, for itself.

The draw is Pareto sampling (Rosen 1997, J. Stat. Plan. Inf. 62:159) with permanent random numbers: seed and ticker give
each name a number u for good, and the names with the smallest odds of u over odds of p are in. So names leave and enter
only as their probabilities move. The correction for small strata is Aires' (2000).
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deskview.analytics.flow.schema import SAMPLE
from deskview.market.schema import empty, require

FRAME = {
    "ticker": pl.String(),
    "sector": pl.String(),
    "leg": pl.String(),
    "dollar_volume_usd": pl.Float64(),
}
"""The stocks a sample is drawn from, with their usual dollar volume a session."""
FUNDS = ("SPY", "QQQ", "IWM", "TQQQ", "SQQQ", "SOXL", "SOXS", "SMH", "TSLL", "NVDL", "XLK", "ARKK")
"""Funds retail trades most: index, sector, leveraged and single-stock ones."""

THIN: Final = 0.5
"""Strata that deserve less of a name than this are drawn from together, leg by leg."""
KEEP: Final = 1.5
"""A name of the last sample stays until its draw is this far beyond the last one taken."""
KEEP_PLACES: Final = 0.25
"""What part of a place a stratum holds on to that had one more in the last sample."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def choose_sample(frame: pl.DataFrame, *, count: int, calls: int, seed: int, kept: Sequence[str] = ()) -> pl.DataFrame:
    """`count` stocks of FRAME as SAMPLE, largest first; `calls` windows a session are shared among them.

    `kept` names were in the sample before: they stay while the draw would nearly take them. Stocks that trade nothing
    are not drawn. ValueError names stocks with a null, a negative volume or two rows.
    """
    stocks = _checked(frame)
    volume = stocks.get_column("dollar_volume_usd").to_numpy()
    draw = _odds(np.array([_number(seed, ticker) for ticker in stocks.get_column("ticker")]))
    before = np.isin(stocks.get_column("ticker").to_list(), list(kept))
    chance = inclusion(volume, count)
    taken = chance >= 1
    rest = np.flatnonzero(~taken)
    open_places = count - int(taken.sum())
    if len(rest):
        names = stocks.select("leg", "sector").rows()
        groups = [rest[stratum] for stratum in _strata([names[place] for place in rest], volume[rest], open_places)]
        for group, places in zip(groups, _places(groups, volume, before, open_places), strict=True):
            chance[group] = inclusion(volume[group], places)
            taken[group[_drawn(draw[group], chance[group], before[group], places)]] = True
    chosen = stocks.with_columns(kind=pl.lit("stock"), certain=pl.Series(chance >= 1), weight=pl.Series(1 / chance))
    return _with_windows(chosen.filter(pl.Series(taken)), calls)


def sample_of(frame: pl.DataFrame, names: Sequence[str], *, calls: int, kind: str = "stock") -> pl.DataFrame:
    """These names as SAMPLE, in their order, each standing for itself; those not in FRAME have no sector.

    A name whose volume is not known gets as many windows as the smallest.
    """
    if not names:
        return empty(SAMPLE)
    listed = require(frame, FRAME, "FRAME").unique("ticker", keep="first")
    own = pl.DataFrame({"ticker": list(dict.fromkeys(names))}).join(listed, "ticker", "left", maintain_order="left")
    volume = pl.col("dollar_volume_usd")
    known = pl.when(volume.is_finite() & (volume > 0)).then(volume)
    own = own.with_columns(
        pl.col("leg").fill_null(""),
        dollar_volume_usd=pl.coalesce(known, known.min(), 1.0),
        kind=pl.lit(kind),
        certain=pl.lit(True),
        weight=pl.lit(1.0),
    )
    return _with_windows(own, calls)


def inclusion(volume: Floats, count: int) -> Floats:
    """The probability of each name to be among `count`: proportional to its volume, none above 1."""
    chance = np.ones(len(volume))
    below = np.ones(len(volume), bool)
    while count < len(volume) and below.any():
        share = (count - int((~below).sum())) * volume[below] / volume[below].sum()
        if share.max() < 1:
            chance[below] = share
            break
        below[below] = share < 1
    return chance


def _checked(frame: pl.DataFrame) -> pl.DataFrame:
    """The stocks that trade, largest first, of equal ones the first in the alphabet."""
    stocks = require(frame, FRAME, "FRAME")
    volume = pl.col("dollar_volume_usd")
    faults = {
        "no value in a column": pl.any_horizontal(pl.col("ticker", "leg", "dollar_volume_usd").is_null()),
        "a dollar volume that is none": (volume < 0) | ~volume.is_finite(),
        "more than one row": pl.col("ticker").is_duplicated(),
    }
    for fault, found in faults.items():
        tickers = stocks.filter(found).get_column("ticker").fill_null("(no ticker)").unique().sort()
        if not tickers.is_empty():
            raise ValueError(f"FRAME: {fault}: {', '.join(tickers.head(5))}, {tickers.len()} in all")
    return stocks.filter(volume > 0).sort(["dollar_volume_usd", "ticker"], descending=[True, False])


def _number(seed: int, ticker: str) -> float:
    """The name's permanent random number, within 0 and 1 without either."""
    digest = blake2b(f"{seed}:{ticker}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) + 0.5) / 2**64


def _odds(chance: Floats) -> Floats:
    odds: Floats = chance / (1 - chance)
    return odds


def _strata(names: Sequence[tuple[str, str | None]], volume: Floats, places: int) -> list[Integers]:
    """The names of each stratum: leg and sector, thin ones together within their leg, so few that each has a place."""
    deserved: dict[tuple[str, str | None], float] = {}
    for name, share in zip(names, volume * (places / volume.sum()), strict=True):
        deserved[name] = deserved.get(name, 0.0) + share
    for thin in (THIN, *sorted(value for value in deserved.values() if value > THIN), np.inf):
        strata = _pooled(deserved, thin)
        if sum(max(1, int(sum(deserved[own] for own in stratum))) for stratum in strata) <= places:
            break
    else:
        strata = [list(deserved)]
    number = {own: place for place, stratum in enumerate(strata) for own in stratum}
    numbers = np.array([number[name] for name in names])
    return [np.flatnonzero(numbers == place) for place in range(len(strata))]


def _pooled(deserved: Mapping[tuple[str, str | None], float], thin: float) -> list[list[tuple[str, str | None]]]:
    """Strata as lists of (leg, sector): those below `thin` together, with the next where they are no half name yet."""
    strata = []
    for leg in sorted({leg for leg, _ in deserved}):
        own = sorted((key for key in deserved if key[0] == leg), key=lambda key: (deserved[key], key[1] or ""))
        pool: list[tuple[str, str | None]] = []
        for key in own:
            if deserved[key] < thin or 0 < sum(deserved[pooled] for pooled in pool) < THIN:
                pool.append(key)
            else:
                strata.append([key])
        strata += [pool] if pool else []
    return strata


def _places(groups: Sequence[Integers], volume: Floats, before: Flags, places: int) -> Integers:
    """How many names are drawn from each stratum: by its dollars, at least one, the largest remainders rounded up."""
    dollars = np.array([volume[group].sum() for group in groups])
    deserved = dollars * (places / dollars.sum())
    result: Integers = np.maximum(1, deserved.astype(np.int64))
    over = deserved - result
    had_more = np.array([int(before[group].sum()) for group in groups]) > result
    over = np.where((over > 0) & had_more, over + KEEP_PLACES, over)
    result[np.argsort(-over, kind="stable")[: places - int(result.sum())]] += 1
    return result


def _drawn(draw: Floats, chance: Floats, before: Flags, places: int) -> Integers:
    """Places of the names with the smallest ratios of odds; those of the last sample have theirs divided by KEEP."""
    sure = chance >= 1
    spread = chance * (1 - chance)
    ratio = np.zeros(len(chance))
    ratio[~sure] = draw[~sure] / _odds(chance[~sure])
    if spread.sum() > 0:
        ratio *= np.exp(spread * (chance - 0.5) / spread.sum() ** 2)
    return np.argsort(np.where(before, ratio / KEEP, ratio), kind="stable")[:places]


def _with_windows(chosen: pl.DataFrame, calls: int) -> pl.DataFrame:
    """SAMPLE, with the calls shared by the dollars each name stands for."""
    stake = (chosen.get_column("weight") * chosen.get_column("dollar_volume_usd")).to_numpy()
    return chosen.with_columns(windows=pl.Series(_shared(stake, calls), dtype=pl.Int64)).select(list(SAMPLE))


def _shared(stake: Floats, calls: int) -> Integers:
    """At least one call each, the others by stake: `calls` in all, or one each where those are more."""
    deserved = np.ones(len(stake))
    more = np.full(len(stake), calls > len(stake))
    while more.any():
        deserved[more] = stake[more] * ((calls - int((~more).sum())) / stake[more].sum())
        few = more & (deserved < 1)
        if not few.any():
            break
        deserved[few] = 1
        more &= ~few
    windows = deserved.astype(np.int64)
    left = max(calls, len(stake)) - int(windows.sum())
    windows[np.argsort(windows - deserved, kind="stable")[:left]] += 1
    return windows
