"""Random numbers that depend on a seed and on names alone, so the same seed gives the same bytes."""

from functools import cache
from statistics import NormalDist
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]

_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def word(*labels: str | int) -> int:
    """A 32-bit number of the labels."""
    return crc32("/".join(map(str, labels)).encode())


def stream(seed: int, *labels: str | int) -> np.random.Generator:
    """A generator of its own for these labels."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, word(*labels)])))


def uniforms(keys: Words, counters: Words) -> Floats:
    """Uniform numbers in [0, 1) for every pair of key and counter (broadcast), by SplitMix64 (Steele et al., 2014).

    A number depends on its own key and counter only: one row computed alone equals that row of a whole matrix.
    """
    with np.errstate(over="ignore"):
        state = keys + counters * _MIX[0]
        state = (state ^ (state >> np.uint64(30))) * _MIX[1]
        state = (state ^ (state >> np.uint64(27))) * _MIX[2]
        state ^= state >> np.uint64(31)
    result: Floats = (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return result


#: Steps of a normal number's table.
NORMAL_BITS = 13


@cache
def normal_table() -> Floats:
    """Quantiles of the standard normal distribution at the middle of each of 8,192 equally likely steps."""
    steps = 1 << NORMAL_BITS
    return np.array([NormalDist().inv_cdf((step + 0.5) / steps) for step in range(steps)])


def normals(keys: Words, counters: Words) -> Floats:
    """Standard normal numbers for every pair of key and counter (broadcast)."""
    place = (uniforms(keys, counters) * (1 << NORMAL_BITS)).astype(np.int64)
    return np.asarray(normal_table()[place])


def keys(seed: int, names: list[str], *labels: str | int) -> Words:
    """One 64-bit key per name."""
    high = np.uint64(word(seed, *labels)) << np.uint64(32)
    return np.array([crc32(name.encode()) for name in names], dtype=np.uint64) | high
