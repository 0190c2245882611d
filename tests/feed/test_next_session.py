"""What begins anew with a session: nothing that was counted of the one before stays on the board."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from deskview.feed.flows import refresh_year
from deskview.feed.inputs import board_inputs
from deskview.providers.base import Table, Window
from tests.feed.opening import NOON, Tape, desk


class Spoilt(Tape):
    """Of the prints that are sampled one row does not fit."""

    def prints_of(self, windows: Sequence[Window]) -> Table:
        """TRADES with `since`, less a row."""
        return Table(super().prints_of(windows).frame, 1, ("price: not a number (1)",))


async def test_rows_left_out_of_samples_are_those_of_the_session(tmp_path: Path) -> None:
    market = Spoilt(NOON)
    async with desk(tmp_path, market) as shown:
        await refresh_year(shown.context)
        counted = board_inputs(market, shown.state).wire
        await shown.at(NOON + timedelta(days=1))
        anew = board_inputs(market, shown.state).wire
    assert counted.left_out["flow samples"] > 0
    assert counted.reasons["flow samples"]
    assert "flow samples" not in anew.left_out
    assert "flow samples" not in anew.reasons
