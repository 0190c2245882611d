"""The top line: the whole desk at a glance."""

from typing import TYPE_CHECKING

from deskview.screens.format import clock, percent, percentile, share, sigma, tone, usd
from deskview.widgets.strip import Segment

if TYPE_CHECKING:
    from deskview.board import Board


def segments(board: "Board | None", *, frozen: bool = False) -> list[Segment]:
    """The strip's figures, the ones that matter least to be left out first."""
    if board is None:
        return [Segment("name", "deskview", "strong"), Segment("state", "opening the market", "dim")]
    return [*_source(board, frozen=frozen), *_figures(board)]


def _source(board: "Board", *, frozen: bool) -> list[Segment]:
    source = board.source
    found = [Segment("name", "deskview", "strong", priority=9)]
    if source.simulated:
        found.append(Segment("simulated", " SIMULATED ", "simulated", priority=0))
        found.append(Segment("scenario", source.scenario or "", "", priority=7))
    else:
        found.append(Segment("provider", source.provider.upper(), "accent", priority=6))
    if frozen:
        found.append(Segment("frozen", " FROZEN ", "simulated", priority=0))
    found.append(Segment("clock", f"{clock(board.as_of)} ET", "", priority=1))
    if board.phase:
        found.append(Segment("phase", board.phase, "dim", priority=8))
    return found


def _figures(board: "Board") -> list[Segment]:
    found: list[Segment] = []
    if (momentum := board.momentum.value) is not None:
        text = f"MOMO {percent(momentum.return_)} {sigma(momentum.sigma)}"
        found.append(Segment("momentum", text, f"{tone(momentum.return_)} strong", priority=1))
    if (breadth := board.breadth.value) is not None:
        index = f"{breadth.index} {percent(breadth.index_return)}"
        found.append(Segment("index", index, tone(breadth.index_return), priority=3))
        found.append(Segment("beat", f"{share(breadth.beat_share)} beat", "", priority=5))
    if (leverage := board.leverage.value) is not None:
        found.append(Segment("letf", f"LETF {usd(leverage.today_usd)}", tone(leverage.today_usd), priority=2))
        week = f"wk ±{usd(leverage.next_week.sd_usd, sign=False)}"
        found.append(Segment("week", week, "", priority=6))
    if (flow := board.flow.value) is not None:
        retail, other = flow.retail, flow.institutional
        found.append(Segment("retail", f"retail {percentile(retail.percentile)}", tone(retail.net_usd), priority=4))
        found.append(Segment("other", f"non-ret {percentile(other.percentile)}", tone(other.net_usd), priority=4))
    return found
