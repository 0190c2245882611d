"""Which market speaks: a simulated one can't pass for a real one."""

from datetime import date

import httpx
import pytest

from deskview.market.source import Source
from deskview.providers.errors import ProviderError
from deskview.providers.massive.client import source_of
from deskview.providers.massive.provider import Massive
from tests.providers.massive.answers import answering
from tests.providers.scripted import Reply, Server

MARK = "momentum-crash; seed=42; digest=00FFab12"


async def test_simulated_market_names_itself() -> None:
    provider = answering([], {"X-Simulated-Market": MARK})
    assert provider.source.namespace == ""
    await provider.closures()
    assert provider.source == Source("massive", True, "momentum-crash", "simulated-momentum-crash-42-00ffab12")


def test_the_simulated_market_tells_how_fast_its_clock_runs() -> None:
    for told, speed in (("", 1.0), ("; speed=60", 60.0), ("; speed=0", 0.0), ("; speed=0.25", 0.25)):
        source = source_of(httpx.Headers({"X-Simulated-Market": MARK + told}))
        assert (source.scenario, source.speed) == ("momentum-crash", speed)


def test_another_speed_is_not_another_market() -> None:
    slow, fast = (source_of(httpx.Headers({"X-Simulated-Market": f"{MARK}; speed={n}"})) for n in (1, 60))
    assert slow == fast


async def test_real_market() -> None:
    provider = answering([])
    await provider.closures()
    assert provider.source == Source("massive", namespace="massive")


@pytest.mark.parametrize(
    "mark", ["", "x", "../../etc; seed=1; digest=ab", "a; seed=1; digest=zz", f"{'a' * 60}; seed=1; digest=a"]
)
def test_unreadable_mark_is_still_a_simulated_market_of_its_own(mark: str) -> None:
    source = source_of(httpx.Headers({"X-Simulated-Market": mark}))
    assert source.simulated
    assert source.scenario == "unknown"
    assert source.namespace.startswith("simulated-unknown-")
    assert source.namespace.replace("-", "").isalnum()


async def test_market_that_changes_behind_the_address_is_refused(server: Server, massive: Massive) -> None:
    server.will(Reply(body=b"[]", headers={"X-Simulated-Market": MARK}), Reply(body=b"{}"))
    await massive.closures()
    with pytest.raises(ProviderError, match=r"changed from the simulated momentum-crash .* to the real one"):
        await massive.daily_bars(date(2026, 11, 20))
    assert massive.source.simulated
