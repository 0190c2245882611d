"""Returns as a chart, from 0 on: of a group, or of a name or group less those of the index or of a group."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from deskview.analytics.price_lines import day_returns, less, placed, total_returns
from deskview.format import percent, short_sector
from deskview.screens.frame.chart_view import (
    INDEX,
    SESSIONS,
    Hours,
    View,
    days_of,
    hours_of,
    ticks,
    today_of,
)
from deskview.widgets.chartspec import ChartSpec, Level, Series

if TYPE_CHECKING:
    from deskview.board import Basis, Board
    from deskview.screens.frame.detail import Detail


def others_of(board: "Board", detail: "Detail") -> tuple[str, ...]:
    """What the detail's return may be set against, in turn: the index, then the name's sector, or its first theme."""
    index = () if detail.price_of == INDEX else (INDEX,)
    if detail.members_of or board.basis is None:
        return index
    mine = board.basis.reference.groups.filter(pl.col("ticker") == detail.price_of)
    first = mine.sort(pl.col("kind") != "sector", maintain_order=True).get_column("group").head(1)
    return (*index, *first)


def returns_chart(board: "Board", basis: "Basis", detail: "Detail", other: str, view: View) -> ChartSpec | None:
    """The return of the detail's name or group over the span, less that of `other` where there is one."""
    own = _members(basis, detail.members_of) if detail.members_of else [detail.price_of]
    whole = short_sector(detail.members_of) or detail.price_of
    against = [] if not other else [INDEX] if other == INDEX else _members(basis, other)
    name = f"{whole} less {short_sector(other)}" if other else whole
    if view.span == "1d":
        return _session(board, basis, view, own=own, against=against, name=name)
    grid = days_of(board, basis, INDEX if detail.members_of else detail.price_of).tail(SESSIONS[view.span])
    sessions = grid["session"].to_list()
    path = total_returns(basis.history, board.live, own, sessions)
    if against:
        path = less(path, total_returns(basis.history, board.live, against, sessions))
    today = today_of(board, INDEX if detail.members_of else detail.price_of)
    label = today.label if today and path[-1] is not None else ""
    return _chart(f"{view.span}:{sessions[-1:]}", name, range(len(path)), path, x_ticks=ticks(sessions, label))


def _members(basis: "Basis", group: str) -> list[str]:
    return basis.reference.groups.filter(pl.col("group") == group).get_column("ticker").unique().to_list()


def _chart(
    version: str,
    name: str,
    xs: Sequence[float],
    path: Sequence[float | None],
    *,
    x_ticks: tuple[tuple[float, str], ...],
    span: tuple[float, float] | None = None,
) -> ChartSpec | None:
    known = [value for value in path if value is not None]
    if not known:
        return None
    line = Series(tuple(map(float, xs)), tuple(path), percent(known[-1], 2))
    return ChartSpec(
        version=f"{name}:{version}:{len(path)}:{sum(known)}",
        title=name,
        series=(line,),
        levels=(Level(0.0),),
        x_ticks=x_ticks,
        write=percent,
        tick_rows=3,
        span=span,
    )


def _session(
    board: "Board", basis: "Basis", view: View, *, own: list[str], against: list[str], name: str
) -> ChartSpec | None:
    """The day's return since the close before: bar by bar where there are bars of both, else from then to now."""
    hours = hours_of(board, basis)
    now = _now(board, own)
    if against:
        now = less([now], [_now(board, against)])[0]
    by_bars = _by_bars(board, view, hours, own=own, against=against)
    if by_bars:
        xs, path = zip(*by_bars, strict=True)
        path = (*path[:-1], path[-1] if now is None else now)
    elif now is not None:
        xs, path = (0.0, hours.now), (0.0, now)
    else:
        return None
    return _chart(f"1d:{hours.ends}:{xs[-1]:.1f}", name, xs, path, x_ticks=hours.ticks, span=(0.0, float(hours.slots)))


def _now(board: "Board", tickers: list[str]) -> float | None:
    """The mean return since the close before."""
    if board.live is None:
        return None
    value = board.live.filter(pl.col("ticker").is_in(tickers)).get_column("ret").mean()
    return value if isinstance(value, float) else None


def _by_bars(
    board: "Board", view: View, hours: Hours, *, own: list[str], against: list[str]
) -> list[tuple[float, float | None]]:
    """The difference bar by bar of a name and the index; empty without bars of both."""
    if against != [INDEX] or len(own) != 1 or view.bars is None or view.index_bars is None:
        return []
    mine, index = (placed(bars, hours.begins, hours.ends) for bars in (view.bars, view.index_bars))
    if mine.is_empty() or index.is_empty():
        return []
    slots = list(range(int(max(mine["slot"][-1], index["slot"][-1])) + 1))
    path = less(day_returns(mine, _before(board, own[0]), slots), day_returns(index, _before(board, against[0]), slots))
    return list(zip(map(float, slots), path, strict=True))


def _before(board: "Board", ticker: str) -> float | None:
    """The close before, as the day's return is measured from it."""
    if board.live is None:
        return None
    found: list[float | None] = board.live.filter(pl.col("ticker") == ticker).get_column("prev_close").to_list()
    return found[0] if found else None


def bars_missing(view: View, detail: "Detail", other: str) -> str:
    """Why the session has no line bar by bar; empty where it has one."""
    if detail.members_of or other != INDEX:
        return "a group has no bars of the day"
    return "" if view.bars is not None and view.index_bars is not None else view.note
