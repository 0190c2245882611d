"""The chart of a detail over the span and in the form the user chose."""

from dataclasses import replace
from typing import TYPE_CHECKING

from deskview.analytics.price_lines import mean_closes
from deskview.format import price, shares, short_sector
from deskview.screens.frame.chart_view import SESSIONS, Today, View, days_of, hours_of, ticks, today_of
from deskview.screens.frame.relative_chart import bars_missing, others_of, returns_chart
from deskview.screens.frame.session_chart import no_bars, session_chart
from deskview.widgets.chartspec import Candle, ChartSpec, Series, Volumes

if TYPE_CHECKING:
    import polars as pl

    from deskview.board import Basis, Board
    from deskview.screens.frame.detail import Detail

MEANS = ((20, "", 0), (50, "flat", 4), (200, "dim", 2))
"""The means of so many closes, each with its tone and dash."""


def with_chart(board: "Board", detail: "Detail", view: View) -> "Detail":
    """The detail with the chart of its price over the view's span; slow enough for a thread."""
    basis = board.basis
    if basis is None or not (detail.price_of or detail.members_of):
        return detail
    forms = ("", *others_of(board, detail))
    other = forms[min(view.turn, len(forms) - 1)]
    if other or detail.members_of:
        chart = returns_chart(board, basis, detail, other, view)
    elif view.span == "1d":
        chart = session_chart(board, basis, detail.price_of, view)
    else:
        chart = _days(detail.price_of, days_of(board, basis, detail.price_of), today_of(board, detail.price_of), view)
    keys = "  [ ] x" if len(forms) > 1 else "  [ ]"
    title = f"{_form(detail, other, view)}{keys}{_note(board, basis, detail, other, view)}"
    return replace(detail, chart=chart, chart_title=title if chart is not None else "", turns=len(forms))


def _form(detail: "Detail", other: str, view: View) -> str:
    if other:
        return f"{view.span} less {short_sector(other)}"
    if detail.members_of:
        return f"{view.span}, mean of its members"
    return view.span if view.span == "1d" else f"{view.span}, adjusted"


def _note(board: "Board", basis: "Basis", detail: "Detail", other: str, view: View) -> str:
    """What is to be known of the form: which hours, why there are no bars, what a return has in it."""
    if view.span != "1d":
        return "  total return" if other or detail.members_of else ""
    missing = bars_missing(view, detail, other) if other or detail.members_of else no_bars(board, view)
    early = "before the open" if hours_of(board, basis).before_open else ""
    return "".join(f"  {part}" for part in (early, missing) if part)


def _days(ticker: str, days: "pl.DataFrame", today: Today | None, view: View) -> ChartSpec | None:
    """As many candles as the span has sessions, that under way among them once it has traded; volume and means."""
    whole = days.drop_nulls(["open", "high", "low", "close"])
    newest = [(*today.candle, today.volume)] if today is not None and today.candle is not None else []
    rows = [*whole.select("open", "high", "low", "close", "volume").rows(), *newest]
    if not rows:
        return None
    shown = rows[-SESSIONS[view.span] :]
    sessions = whole["session"].tail(len(shown) - len(newest)).to_list() if len(shown) > len(newest) else []
    xs = tuple(map(float, range(len(shown))))
    label = today.label if newest and today is not None else ""
    return ChartSpec(
        version=f"{ticker}:{view.span}:{sessions[-1:]}:{len(rows)}:{shown[0]}:{today}",
        series=tuple(_mean([row[3] for row in rows], count, xs, tone=tone, dash=dash) for count, tone, dash in MEANS),
        candles=tuple(Candle(x, *row[:4]) for x, row in zip(xs, shown, strict=True)),
        x_ticks=ticks(sessions, label),
        write=price,
        tick_rows=3,
        volumes=Volumes(xs, tuple(row[4] for row in shown), label="volume", write=shares),
        span=(-0.5, len(shown) - 0.5),
    )


def _mean(closes: list[float], count: int, xs: tuple[float, ...], *, tone: str, dash: int) -> Series:
    """The mean of so many closes, named with its newest value; where there are too few, with how many there are."""
    if len(closes) < count:
        return Series((), (), f"{count} d: {len(closes)} closes", "dim")
    means = mean_closes(closes, count)
    return Series(xs, tuple(means[-len(xs) :]), f"{count} d {price(means[-1])}", tone, True, dash, fit=False)
