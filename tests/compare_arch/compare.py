"""The stationary bootstrap held against arch: exits with 1 where limits differ by more than their own noise.

arch 8 brings pandas, SciPy and statsmodels and so has an environment of its own:

    uv venv /tmp/arch --python 3.11
    uv pip install --python /tmp/arch/bin/python "arch==8.0.0" polars msgspec holidays
    PYTHONPATH=. /tmp/arch/bin/python tests/compare_arch/compare.py

Where arch cannot be imported the script says so and exits with 0; under pytest it is skipped.

Both resample the same events, some that follow one another, by blocks of several lengths. The limits of the median are
quantiles of resamples, each a draw: both are taken REPEATS times, and their means may differ by four standard errors.
"""

import importlib
import importlib.util
import sys

import numpy as np

from deskview.analytics.events.bootstrap import interval, positions
from deskview.analytics.panel import Floats

REPEATS, RESAMPLES = 40, 2_000
BLOCKS = (1.0, 1.7, 3.0, 10.0)


def main() -> int:
    """Writes one line per block length; 1 when limits differ."""
    if importlib.util.find_spec("arch") is None:
        sys.stdout.write("arch is not installed here: nothing compared (see the docstring)\n")
        return 0
    values = samples()
    failures = 0
    for block in BLOCKS:
        own = np.array([_own(values, block, seed) for seed in range(REPEATS)])
        other = np.array([_arch(values, block, seed) for seed in range(REPEATS)])
        noise = np.sqrt((own.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)) / REPEATS)
        apart = np.abs(own.mean(axis=0) - other.mean(axis=0)) / noise
        failures += int((apart > 4).sum())
        sys.stdout.write(
            f"block {block:4}: deskview {own.mean(axis=0).round(5)}, arch {other.mean(axis=0).round(5)},"
            f" apart {apart.round(1)} standard errors\n"
        )
    sys.stdout.write("same limits\n" if not failures else f"{failures} limits differ\n")
    return 1 if failures else 0


def samples() -> Floats:
    """64 returns after events, each like the one before it."""
    rng = np.random.default_rng(64)
    values = rng.normal(-0.005, 0.08, 64)
    for place in range(1, len(values)):
        values[place] += 0.5 * values[place - 1]
    return values


def _own(values: Floats, block: float, seed: int) -> tuple[float, float]:
    draws = positions(len(values), block, resamples=RESAMPLES, seed=seed)
    return interval(np.median(values[draws], axis=1))


def _arch(values: Floats, block: float, seed: int) -> tuple[float, float]:
    bootstrap = importlib.import_module("arch.bootstrap").StationaryBootstrap(block, values, seed=seed)
    low, high = bootstrap.conf_int(np.median, reps=RESAMPLES, method="percentile", size=0.9).ravel()
    return float(low), float(high)


if __name__ == "__main__":
    sys.exit(main())
