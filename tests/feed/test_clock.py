"""The provider's clock and calendar while the desk is open: one wrong answer changes nothing, an announcement does."""

from datetime import date, time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from deskview.board import Board, Status
from deskview.settings import Refresh, Settings
from deskview.simulator import create_app
from tests.feed.altered import Altered
from tests.feed.markets import LITTLE_FLOW, complete, provider
from tests.feed.running import running

NOW, UPCOMING = "/v1/marketstatus/now", "/v1/marketstatus/upcoming"
OFTEN = Settings(flow=LITTLE_FLOW, refresh=Refresh(snapshot_s=1))
TOMORROW = date(2026, 2, 5)
Body = dict[str, Any]


def shifted(days: int) -> Any:  # noqa: ANN401 - a change of a body
    def change(body: Body) -> None:
        body["serverTime"] = body["serverTime"].replace("2026-02-04", f"2026-02-{4 + days:02d}")

    return change


def figures(board: Board) -> list[object]:
    return [board.momentum.value, board.breadth.value, board.session, board.as_of]


@pytest.mark.parametrize("days", [1, -1])
async def test_a_clock_a_day_off_once_changes_no_figure_and_is_told(warm: Path, days: int) -> None:
    market = Altered({}, at=time(15))
    async with running(provider(market), warm, OFTEN) as shown:
        whole = await shown.until(complete)
        market.changes[NOW] = shifted(days)
        odd = await shown.until(lambda board: "not believed" in board.momentum.doubt)
        del market.changes[NOW]
        well = await shown.until(lambda board: not board.momentum.doubt)
    assert figures(odd) == figures(well) == figures(whole)
    assert odd.momentum.doubt.startswith(f"The provider's clock says 2026-02-0{4 + days} 15:00 where 2026-02-04 15:00")
    assert odd.momentum.status is Status.DOUBT
    assert well.momentum.status is Status.LIVE


async def test_a_clock_that_was_set_is_followed_after_a_while(warm: Path) -> None:
    """A day ahead and staying there: the next session is begun."""
    market = Altered({}, at=time(15))
    async with running(provider(market), warm, OFTEN) as shown:
        await shown.until(complete)
        market.changes[NOW] = shifted(1)
        assert (await shown.until(lambda board: board.session == TOMORROW)).momentum.value is None


@pytest.mark.parametrize("said", ["0001-01-01T00:00:00-05:00", "9999-12-31T23:59:59-05:00", "soon"])
async def test_a_clock_that_is_none_leaves_the_last_one(warm: Path, said: str) -> None:
    market = Altered({}, at=time(15))
    async with running(provider(market), warm, OFTEN) as shown:
        whole = await shown.until(complete)
        market.changes[NOW] = lambda body: body.update(serverTime=said)
        odd = await shown.until(lambda board: bool(board.momentum.note))
        del market.changes[NOW]
        well = await shown.until(complete)
    assert figures(odd) == figures(well) == figures(whole)
    assert "fault of deskview" not in odd.momentum.note


class Announcing(httpx.AsyncBaseTransport):
    """The crash's market from 09:15 on, half a minute a second; the first answer on closures knows nothing."""

    def __init__(self) -> None:
        app = create_app(at=time(9, 15), speed=30, key="demo", compress=False)
        self._market = httpx.ASGITransport(app)
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The market's answer; from the second on a closure of tomorrow stands among the coming ones."""
        response = await self._market.handle_async_request(request)
        if request.url.path != UPCOMING:
            return response
        self.asked += 1
        if self.asked == 1:
            return response
        body = msgspec.json.decode(await response.aread())
        body.append({"exchange": "NYSE", "date": TOMORROW.isoformat(), "name": "Mourning", "status": "closed"})
        headers = {name: value for name, value in response.headers.items() if name.startswith("x-")}
        return httpx.Response(200, headers=headers, content=msgspec.json.encode(body))


async def test_a_closure_announced_while_the_desk_is_open_is_heard_of_before_the_open(warm: Path) -> None:
    async with running(provider(Announcing()), warm, OFTEN) as shown:
        before = await shown.until(lambda board: board.basis is not None)
        assert before.basis is not None
        assert TOMORROW in before.basis.next_sessions
        heard = await shown.until(lambda board: board.basis is not None and TOMORROW not in board.basis.next_sessions)
    assert heard.basis is not None
    assert heard.basis.next_sessions[0] == date(2026, 2, 6)
