"""The short form of the soak: whatever is opened, however often the market is asked, both processes stay as they are.

`python -m tests.benchmarks.soak` is the long one.
"""

from pathlib import Path

import pytest

from tests.benchmarks.desk import HAS_PROC
from tests.benchmarks.soak import PLACES, SNAPSHOT_S, Soak, is_ready
from tests.e2e.conftest import surroundings
from tests.e2e.loopback import DESK, Provider
from tests.e2e.terminal import Seat

REFRESHES = 60


@pytest.mark.timeout(900)
@pytest.mark.skipif(not HAS_PROC, reason="descriptors and threads are read from /proc")
def test_no_refresh_is_lost_and_descriptors_and_threads_do_not_grow_with_what_is_opened(warm_home: Path) -> None:
    environment = surroundings(warm_home) | {"SNAPSHOT_S": str(SNAPSHOT_S)}
    with (
        Provider(at="11:00") as provider,
        Seat(*DESK, "--base-url", provider.url, environment=environment) as seat,
    ):
        seat.wait_for(is_ready)
        soak = Soak(seat, provider)
        soak.live(REFRESHES, len(PLACES), len(PLACES), looks=2)
    assert soak.last.asked - soak.first.asked >= REFRESHES
    assert soak.lost == 0
    assert seat.code == 0
    assert not soak.more_held()
    log = (warm_home / ".local" / "state" / "deskview" / "deskview.log").read_text()
    assert "Traceback" not in log
    assert "market snapshot:" not in log
