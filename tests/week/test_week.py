"""A desk that is left open shows what a fresh start shows, at every moment of days that follow one another.

The market goes from the 1st of October to the 1st of December 2025; between the stretches the computer sleeps.
"""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest
import stamina

from deskview.market.sessions import NEW_YORK
from deskview.settings import Settings
from tests.week.desks import SETTINGS, Desk, Market, Work

MOMENTS = {
    "evening": (10, 2, 20, 30),
    "a company newly listed": (10, 3, 10, 0),
    "weekend": (10, 4, 12, 0),
    "pre-market after it": (10, 6, 9, 0),
    "a company on its last day, after 18 days asleep": (10, 24, 15, 0),
    "a company delisted over the weekend": (10, 27, 10, 30),
    "after hours": (10, 30, 19, 0),
    "last minute of a month": (10, 31, 15, 59),
    "night": (11, 1, 23, 0),
    "the clocks have changed": (11, 2, 12, 0),
    "the vendor has let go of the session before": (11, 3, 3, 45),
    "pre-market of a month's first session": (11, 3, 8, 0),
    "mid-day with momentum's new baskets": (11, 3, 12, 0),
    "close, a fund's last day": (11, 5, 16, 5),
    "the fund has closed": (11, 6, 11, 0),
    "evening before a split": (11, 11, 17, 0),
    "split overnight": (11, 12, 7, 0),
    "mid-day after it": (11, 12, 13, 0),
    "two weeks asleep": (11, 25, 14, 0),
    "five minutes after the open": (11, 26, 9, 35),
    "after the close": (11, 26, 16, 20),
    "holiday": (11, 27, 11, 0),
    "night before a half day": (11, 28, 2, 0),
    "half day": (11, 28, 10, 0),
    "its last minute": (11, 28, 12, 59),
    "half an hour after its close": (11, 28, 13, 30),
    "evening of the weekend after": (11, 30, 18, 0),
    "first pre-market trades of a month": (12, 1, 4, 30),
    "a split the table does not have yet": (12, 1, 11, 0),
    "the split is told": (12, 1, 12, 30),
    "evening of the last day": (12, 1, 19, 30),
}
CHANGE_OF_DAY = ("evening before a split", "split overnight", "mid-day after it")
LITTLE = msgspec.structs.replace(SETTINGS, history_sessions=60)


async def compared(folder: Path, work: Work, moments: list[str], settings: Settings = SETTINGS) -> None:
    """Both desks at each moment."""
    found = {}
    with stamina.set_testing(True):
        async with Desk(Market(folder), folder / "cache", work, settings).open() as desk:
            for name in moments:
                found[name] = await desk.differences(datetime(2025, *MOMENTS[name], tzinfo=NEW_YORK))
    assert found == {name: {} for name in moments}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    counted = Work()
    counted.watch(monkeypatch)
    return counted


@pytest.mark.timeout(900)
async def test_over_a_change_of_day_a_desk_left_open_shows_what_a_fresh_start_shows(tmp_path: Path, work: Work) -> None:
    await compared(tmp_path, work, list(CHANGE_OF_DAY), LITTLE)


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_over_weeks_a_desk_left_open_shows_what_a_fresh_start_shows(tmp_path: Path, work: Work) -> None:
    await compared(tmp_path, work, list(MOMENTS))
