"""The whole program at a terminal under a monkey, its provider at a socket with faults that come and go.

`python -m tests.benchmarks.monkey SEED` plays a seed that failed once more.
"""

from pathlib import Path

import pytest

from tests.benchmarks.monkey import SECONDS, Monkey
from tests.e2e.loopback import Provider

LONG = [
    pytest.param(seed, SECONDS, marks=[pytest.mark.long, pytest.mark.timeout(3 * SECONDS)]) for seed in range(1, 11)
]


@pytest.mark.parametrize(("seed", "seconds"), [pytest.param(0, 20.0, marks=pytest.mark.timeout(900)), *LONG])
def test_nothing_a_monkey_does_ends_the_program_or_leaves_it_mute(warm_home: Path, seed: int, seconds: float) -> None:
    with Provider(speed=5) as provider:
        monkey = Monkey(seed, provider, warm_home)
        monkey.play(seconds)
    assert len(monkey.done) > seconds
