"""What none of the day's prints tells: said from so many prints on, no longer once one tells it, anew each session."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from deskview.analytics.gate.clock import BELIEVED_AFTER
from deskview.board import Board, Status
from deskview.feed import Feed
from deskview.market.schema import TRADES, UTC_NS, empty
from deskview.providers.base import Table
from deskview.providers.capabilities import Capability
from deskview.providers.errors import Kind, ProviderError
from deskview.settings import Flow, Settings
from tests.feed.tiny import TinyMarket, prints_after

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
SETTINGS = Settings(history_sessions=60, flow=Flow(names=("AAPL",), history_sessions=20, calls_per_session=2))
OFF, TIME = Capability.OFF_EXCHANGE, Capability.PARTICIPANT_TIME
ENOUGH = 1_000


class Prints(TinyMarket):
    """So many prints an hour before its clock, none of which tells what `lacks` says."""

    def __init__(self, count: int, *lacks: Capability) -> None:
        super().__init__(NOON)
        self.count, self.lacks, self.fails = count, frozenset(lacks), False

    async def trades(self, ticker: str, since: datetime, until: datetime) -> Table:
        if self.fails:
            raise ProviderError(Kind.UNREACHABLE, "The line is down.", capability=Capability.TRADES)
        at = self.clock - timedelta(hours=1)
        if not since <= at < until:
            return Table(empty(TRADES))
        first = at.hour * ENOUGH
        rows = pl.concat([prints_after(ticker, at).head(1)] * self.count).with_columns(
            sequence=first + pl.int_range(self.count, dtype=pl.Int64()),
            id=(first + pl.int_range(self.count)).cast(pl.String()),
            off_exchange=pl.lit(OFF not in self.lacks),
            sip_time=pl.lit(at).cast(UTC_NS),
        )
        return Table(rows, lacks=self.lacks)


async def board_of(folder: Path, market: Prints) -> Board:
    return await Feed(market, folder, SETTINGS).once()


async def turned(feed: Feed, market: Prints, clock: datetime) -> Board:
    """The board at another time, which is believed when the next answers agree."""
    market.clock = clock
    return [await feed.once() for _ in range(BELIEVED_AFTER + 1)][-1]


@pytest.mark.parametrize(
    ("count", "lacks", "status"),
    [
        (ENOUGH - 1, (OFF, TIME), None),
        (ENOUGH, (OFF, TIME), Status.DOUBT),
        (ENOUGH, (OFF,), Status.DOUBT),
        (ENOUGH, (TIME,), None),
        (ENOUGH, (), None),
    ],
)
async def test_it_is_said_from_a_thousand_prints_on(
    tmp_path: Path, count: int, lacks: Collection[Capability], status: Status | None
) -> None:
    flow = (await board_of(tmp_path, Prints(count, *lacks))).flow
    assert (flow.status is Status.DOUBT) == (status is Status.DOUBT)
    assert ("None of the 1,000 prints read today was reported off exchange" in flow.doubt) == (status is not None)
    late = count == ENOUGH and lacks == (TIME,)
    assert ("None of the 1,000 prints read today says when the trade was made" in flow.note) == late


async def test_one_print_that_tells_it_ends_it_and_a_new_session_begins_anew(tmp_path: Path) -> None:
    market = Prints(ENOUGH, OFF)
    feed = Feed(market, tmp_path, SETTINGS)
    assert (await feed.once()).flow.status is Status.DOUBT
    market.lacks, market.count = frozenset(), 1
    assert (await turned(feed, market, NOON.replace(hour=18))).flow.doubt == ""
    market.lacks, market.count = frozenset({OFF}), ENOUGH - 1
    assert (await turned(feed, market, NOON.replace(day=3))).flow.doubt == ""
    market.count = 1
    later = await turned(feed, market, NOON.replace(day=3, hour=18))
    assert "None of the 1,000 prints read today" in later.flow.doubt


async def test_prints_that_come_with_every_question_count_once(tmp_path: Path) -> None:
    feed = Feed(Prints(ENOUGH // 2, OFF), tmp_path, SETTINGS)
    assert [(await feed.once()).flow.doubt for _ in range(3)] == [""] * 3


async def test_a_fault_does_not_make_figures_in_doubt_surer(tmp_path: Path) -> None:
    market = Prints(ENOUGH, OFF)
    feed = Feed(market, tmp_path, SETTINGS)
    await feed.once()
    market.fails = True
    flow = (await feed.once()).flow
    assert flow.status is Status.DOUBT
    assert "None of the 1,000 prints" in flow.doubt and "The line is down." in flow.doubt
