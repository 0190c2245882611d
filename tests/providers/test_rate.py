"""The pace of requests, on a clock that only moves when somebody sleeps."""

import asyncio

import pytest

from deskview.providers.retry import LONGEST_PAUSE_S, RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def turns(limiter: RateLimiter, clock: Clock, count: int) -> list[float]:
    taken = []
    for _ in range(count):
        await limiter.turn()
        taken.append(round(clock.now, 6))
    return taken


async def test_no_window_holds_more_than_the_plan_allows() -> None:
    clock = Clock()
    limiter = RateLimiter(5, 60.0, clock=clock, sleep=clock.sleep)
    taken = await turns(limiter, clock, 12)
    assert taken == [0.0] * 5 + [60.0] * 5 + [120.0] * 2


async def test_pause_holds_everyone_back() -> None:
    clock = Clock()
    limiter = RateLimiter(5, 1.0, clock=clock, sleep=clock.sleep)
    limiter.pause(7.0)
    assert limiter.paused_s() == 7.0
    assert await turns(limiter, clock, 2) == [7.0, 7.0]
    assert limiter.paused_s() == 0.0


async def test_no_pause_lasts_for_ever() -> None:
    clock = Clock()
    limiter = RateLimiter(5, 1.0, clock=clock, sleep=clock.sleep)
    limiter.pause(99_999_999_999)
    assert await turns(limiter, clock, 1) == [LONGEST_PAUSE_S]


async def test_first_come_first_served() -> None:
    clock = Clock()
    limiter = RateLimiter(1, 1.0, clock=clock, sleep=clock.sleep)
    order: list[int] = []

    async def one(number: int) -> None:
        await limiter.turn()
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("calls", "seconds"), [(0, 1.0), (1, 0.0)])
def test_impossible_pace(calls: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="rate limit"):
        RateLimiter(calls, seconds)
