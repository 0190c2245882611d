"""The chart of a name or group: what it is made of, hour by hour, span by span, and what it says without that."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from deskview.analytics.adjust import adjusted_history
from deskview.app.appearance import in_ascii
from deskview.board import Board
from deskview.format import percent, price
from deskview.market.schema import BARS, HISTORY, INTRADAY, SPLITS
from deskview.market.sessions import Calendar
from deskview.screens.frame.chart_view import FETCHING, View
from deskview.screens.frame.detail import Detail
from deskview.screens.frame.price_chart import with_chart
from deskview.screens.frame.target import Kind, Target
from deskview.screens.subjects import detail_of
from deskview.widgets.chartspec import ChartSpec
from deskview.widgets.drawing import draw

OPENS = datetime(2026, 2, 4, 14, 30, tzinfo=UTC)
NVDA = Target(Kind.NAME, "NVDA")


def at(board: Board, hour: int, minute: int = 0) -> Board:
    """The board as of that time in New York."""
    return replace(board, as_of=OPENS.replace(hour=hour + 5, minute=minute))


def minutes(*starts: int, volume: float = 10.0, ticker: str = "NVDA") -> pl.DataFrame:
    """A bar of 100 to 110 for each of these minutes from the open on, the close one higher each time."""
    rows = [
        {"ticker": ticker, "start": OPENS + timedelta(minutes=start), "open": 100.0, "high": 110.0, "low": 100.0}
        | {"close": 101.0 + place, "volume": volume}
        for place, start in enumerate(starts)
    ]
    return pl.DataFrame(rows, schema=dict(INTRADAY))


def shown(board: Board, view: View, target: Target = NVDA) -> Detail:
    return with_chart(board, detail_of(board, target), view)


def chart_of(board: Board, view: View, target: Target = NVDA) -> ChartSpec:
    chart = shown(board, view, target).chart
    assert chart is not None
    return chart


def legend(chart: ChartSpec, width: int = 120, *, ascii_only: bool = False) -> str:
    return "".join(piece.text for piece in draw(chart, width, 24, ascii_only)[0])


def labels(chart: ChartSpec) -> list[str]:
    return [label for _, label in chart.x_ticks]


def with_history(board: Board, history: pl.DataFrame) -> Board:
    """The board whose past this is."""
    assert board.basis is not None
    return replace(board, basis=replace(board.basis, history=history))


def sessions_before(board: Board, count: int) -> list[date]:
    assert board.session is not None
    return Calendar().before(board.session, count)


def test_the_regular_session_alone_is_in_view_empty_to_the_right(board: Board) -> None:
    chart = chart_of(at(board, 11), View("1d", bars=minutes(-5, 0, 5, 30, 390)))
    assert [(bar.x, bar.close) for bar in chart.candles] == [(0.0, 102.0), (1.0, 103.0), (6.0, 104.0)]
    assert chart.span == (0.0, 78.0)
    assert (chart.x_ticks[0], chart.x_ticks[-1]) == ((0.0, "09:30"), (78.0, "16:00"))
    assert labels(chart)[1:-1] == ["11:00", "12:00", "13:00", "14:00", "15:00"]


def test_a_half_day_ends_at_one(board: Board) -> None:
    assert board.basis is not None
    prices = replace(board.basis.prices, bell=OPENS.replace(hour=18, minute=0))
    half = replace(board, basis=replace(board.basis, prices=prices))
    chart = chart_of(at(half, 11), View("1d", bars=minutes(0, 205, 210)))
    assert chart.span == (0.0, 42.0)
    assert labels(chart) == ["09:30", "11:00", "12:00", "13:00"]
    assert [bar.x for bar in chart.candles] == [0.0, 41.0]


def test_before_the_open_the_bars_before_it_are_in_view_and_the_title_says_so(board: Board) -> None:
    early = shown(at(board, 8), View("1d", bars=minutes(-330, -60)))
    assert early.chart is not None
    assert early.chart_title.endswith("before the open")
    assert [bar.x for bar in early.chart.candles] == [0.0, 54.0]
    assert labels(early.chart)[0] == "04:00" and labels(early.chart)[-1] == "09:30"
    assert [level.label for level in early.chart.levels] == ["previous close"], "no opening range yet"
    begun = shown(at(board, 10), View("1d", bars=minutes(-330, -60), note="none to be had"))
    assert begun.chart is not None
    assert not begun.chart.candles
    assert begun.chart_title.endswith("none to be had"), "those before the open are no bars of the session"


def test_vwap_and_the_opening_range_stand_in_the_legend(board: Board) -> None:
    chart = chart_of(at(board, 11), View("1d", bars=minutes(0, 5, 35)))
    # closes 101, 102, 103: typical prices 103.67, 104, 104.33 of one volume each
    assert chart.series[0].y == pytest.approx((311 / 3, 623 / 6, 104.0))
    assert "━ VWAP ≈104.00  ─ range 100.00–110.00  ─ prev 180.00" in legend(chart)
    assert [(level.y, level.label) for level in chart.levels] == [
        (110.0, "opening range, high"),
        (100.0, "opening range, low"),
        (180.0, "previous close"),
    ]


@pytest.mark.parametrize(("minute", "starts", "known"), [(59, (0, 25), 0), (0, (0, 30), 2), (21, (0, 25), 2)])
def test_the_opening_range_waits_until_ten(board: Board, minute: int, starts: tuple[int, ...], known: int) -> None:
    moment = at(board, 9 if minute == 59 else 10, minute)
    assert len(chart_of(moment, View("1d", bars=minutes(*starts))).levels) == known + 1


def test_without_volume_neither_vwap_nor_bars_below(board: Board) -> None:
    chart = chart_of(at(board, 11), View("1d", bars=minutes(0, 5, volume=0.0)))
    assert "VWAP: no volume" in legend(chart)
    assert not any("█" in piece.text for line in draw(chart, 70, 20) for piece in line if piece.tone == "dim")


def test_one_bar_and_a_gap_are_drawn_where_they_are(board: Board) -> None:
    one = chart_of(at(board, 11), View("1d", bars=minutes(60)))
    assert [bar.x for bar in one.candles] == [12.0]
    assert len(draw(one, 70, 20)) == 20
    gap = chart_of(at(board, 16), View("1d", bars=minutes(0, 300)))
    assert [bar.x for bar in gap.candles] == [0.0, 60.0]


def test_without_bars_there_is_the_price_of_now_and_no_way_to_it(board: Board) -> None:
    waiting = shown(at(board, 12, 45), View("1d"))
    assert waiting.chart_title.endswith(FETCHING)
    assert waiting.chart is not None
    assert set(waiting.chart.series[0].x) == {39.0}
    assert len(set(waiting.chart.series[0].y)) == 1
    assert [level.y for level in waiting.chart.levels] == [180.0]
    empty = shown(at(board, 12, 45), View("1d", bars=minutes(), note="none to be had"))
    assert empty.chart_title.endswith("none to be had")


def test_usual_volume_is_marked_where_the_hours_of_volume_are_known(board: Board) -> None:
    chart = chart_of(at(board, 11), View("1d", bars=minutes(0, 5)))
    assert chart.volumes is not None and board.basis is not None
    clock, days = board.basis.deleveraging, board.basis.history.filter(pl.col("ticker") == "NVDA")
    assert clock is not None and clock.volume is not None
    mean = days.sort("session")["volume"].tail(20).mean()
    assert isinstance(mean, float)
    behind = clock.volume.behind
    assert chart.volumes.usual == pytest.approx((mean * (behind[1] - behind[0]), mean * (behind[2] - behind[1])))
    without = replace(board, basis=replace(board.basis, deleveraging=None))
    other = chart_of(at(without, 11), View("1d", bars=minutes(0, 5)))
    assert other.volumes is not None
    assert other.volumes.usual == (None, None)
    assert "usual" not in legend(other)


def test_candles_of_minutes_are_joined_evenly_where_columns_lack(board: Board) -> None:
    chart = chart_of(at(board, 16), View("1d", bars=minutes(*range(0, 390, 5))))
    for width, words in ((160, "5-min candles"), (70, "10-min candles"), (34, "20-min candles")):
        assert legend(chart, width).startswith(words)


def test_the_means_are_of_all_the_closes_that_are_held_and_end_with_today(board: Board) -> None:
    assert board.basis is not None and board.snapshot is not None
    days = board.basis.history.filter(pl.col("ticker") == "NVDA").sort("session")["close"].to_list()
    closes = [*days, board.snapshot.filter(pl.col("ticker") == "NVDA")["day_close"].item()]
    for span in ("5d", "1y"):
        chart = chart_of(board, View(span))
        for series, count in zip(chart.series, (20, 50, 200), strict=True):
            assert series.y[-1] == pytest.approx(sum(closes[-count:]) / count)
            assert series.y[-2] == pytest.approx(sum(closes[-count - 1 : -1]) / count)
            assert series.label == f"{count} d {price(series.y[-1])}"
    assert legend(chart, 120).startswith("close  ━ 20 d")


def test_a_mean_out_of_view_says_on_which_side(board: Board) -> None:
    chart = chart_of(board, View("5d"))
    assert min(bar.low for bar in chart.candles) > (chart.series[2].y[-1] or 0)
    assert f"{chart.series[2].label} ↓" in legend(chart)


def test_a_name_of_thirty_sessions_has_the_means_it_has(board: Board) -> None:
    assert board.basis is not None
    past = board.basis.history.filter(pl.col("ticker") == "NVDA").sort("session").tail(30)
    chart = chart_of(with_history(board, past), View("1y"))
    assert len(chart.candles) == 31
    assert chart.series[0].label.startswith("20 d 1")
    assert [series.label for series in chart.series[1:]] == ["50 d: 31 closes", "200 d: 31 closes"]
    assert "  50 d: 31 closes  200 d: 31 closes" in legend(chart)
    first = chart_of(with_history(board, past.clear()), View("1y"))
    assert len(first.candles) == 1
    assert len(draw(first, 70, 20)) == 20


def test_a_split_inside_the_span_leaves_no_step(board: Board) -> None:
    days = sessions_before(board, 60)
    rows = [
        {"ticker": "NVDA", "session": day, "volume": 1e6 if place < 30 else 2e6, "vwap": 1.0, "trades": 1}
        | dict.fromkeys(("open", "high", "low", "close"), 200.0 if place < 30 else 100.0)
        for place, day in enumerate(days)
    ]
    split = pl.DataFrame([("NVDA", days[30], 1.0, 2.0, 0.5)], schema=dict(SPLITS), orient="row")
    assert board.session is not None
    past = adjusted_history(pl.DataFrame(rows, schema=dict(BARS)), split, basis=board.session)
    chart = chart_of(with_history(board, past), View("3m"))
    assert {bar.close for bar in chart.candles[:-1]} == {100.0}
    assert chart.volumes is not None and set(chart.volumes.y[:-1]) == {2e6}
    assert chart.series[1].y[-2] == 100.0


def test_sessions_without_a_trade_have_no_candle(board: Board) -> None:
    days = [day for day in sessions_before(board, 10) if day.day % 2]
    rows = [
        {"ticker": "NVDA", "session": day, "volume": None} | dict.fromkeys(("open", "high", "low", "close"), 100.0)
        for day in days
    ]
    chart = chart_of(with_history(board, pl.DataFrame(rows, schema=dict(HISTORY))), View("1m"))
    assert len(chart.candles) == len(days) + 1
    assert chart.volumes is not None and set(chart.volumes.y[:-1]) == {None}


def closes_of(board: Board, ticker: str, count: int) -> list[float]:
    assert board.basis is not None
    days = board.basis.history.filter(pl.col("ticker") == ticker).sort("session")
    found: list[float] = days["total_close"].tail(count).to_list()
    return found


def ret_of(board: Board, ticker: str) -> float:
    assert board.live is not None
    return float(board.live.filter(pl.col("ticker") == ticker)["ret"].item())


def total(board: Board, ticker: str, count: int) -> float:
    closes = closes_of(board, ticker, count)
    return closes[-1] / closes[0] * (1 + ret_of(board, ticker)) - 1


def test_relative_is_the_return_less_that_of_the_index_then_of_the_sector(board: Board) -> None:
    spy = shown(board, View("1m", turn=1))
    assert spy.chart is not None
    assert spy.chart_title == "1m less SPY  [ ] x  total return"
    wanted = total(board, "NVDA", 21) - total(board, "SPY", 21)
    assert spy.chart.series[0].y[0] == 0.0
    assert spy.chart.series[0].y[-1] == pytest.approx(wanted)
    assert legend(spy.chart) == f"NVDA less SPY  ━ {percent(wanted, 2)}"
    sector = shown(board, View("1m", turn=2))
    assert sector.chart is not None and board.basis is not None
    assert sector.chart_title.startswith("1m less Info Tech")
    groups = board.basis.reference.groups.filter(pl.col("group") == "Information Technology")
    known = set(board.basis.history["ticker"])
    members = [total(board, ticker, 21) for ticker in groups["ticker"].unique() if ticker in known]
    group = sum(members) / len(members)
    assert sector.chart.series[0].y[-1] == pytest.approx(total(board, "NVDA", 21) - group)
    assert sector.turns == 3


def test_the_day_relative_to_the_index_goes_bar_by_bar_where_both_have_bars(board: Board) -> None:
    index = minutes(0, 5, 10, ticker="SPY")
    both = shown(at(board, 11), View("1d", turn=1, bars=minutes(0, 10), index_bars=index))
    assert both.chart is not None and board.live is not None
    before = {ticker: board.live.filter(pl.col("ticker") == ticker)["prev_close"].item() for ticker in ("NVDA", "SPY")}
    own, other = ((101 / before["NVDA"], 101 / before["NVDA"]), (101 / before["SPY"], 102 / before["SPY"]))
    now = ret_of(board, "NVDA") - ret_of(board, "SPY")
    assert both.chart.series[0].y == pytest.approx((own[0] - other[0], own[1] - other[1], now))
    assert both.chart_title == "1d less SPY  [ ] x"
    none = shown(at(board, 11), View("1d", turn=1, bars=minutes(0), note="none to be had"))
    assert none.chart is not None
    assert none.chart.series[0].y == pytest.approx((0.0, now))
    assert none.chart_title.endswith("none to be had")
    assert shown(board, View("1d", turn=2)).chart_title.endswith("a group has no bars of the day")


def test_a_groups_chart_is_the_mean_of_its_members_and_relative_to_the_index_alone(board: Board) -> None:
    assert board.rotation.value is not None
    group = next(group for group in board.rotation.value.groups if group.name == "Airlines")
    target = Target(Kind.GROUP, "Airlines")
    own = shown(board, View("1m"), target)
    assert own.chart is not None and board.basis is not None
    assert own.chart_title.startswith("1m, mean of its members  [ ] x")
    tickers = board.basis.reference.groups.filter(pl.col("group") == "Airlines")["ticker"].unique()
    members = [total(board, ticker, 21) for ticker in tickers]
    assert own.chart.series[0].y[-1] == pytest.approx(sum(members) / len(members))
    for turn in (1, 2):
        less = shown(board, View("1m", turn=turn), target)
        assert less.chart_title.startswith("1m less SPY")
    day = chart_of(board, View("1d"), target)
    assert day.series[0].y == pytest.approx((0.0, group.returns["now"]))


def test_the_index_can_be_set_against_nothing_but_its_groups(board: Board) -> None:
    detail = shown(board, View("1m", turn=1), Target(Kind.NAME, "SPY"))
    assert detail.turns == 1
    assert detail.chart_title == "1m, adjusted  [ ]"


@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize(("width", "height"), [(32, 8), (60, 14), (70, 20), (78, 20), (152, 27), (198, 55)])
def test_every_chart_fits_its_pane(board: Board, width: int, height: int, ascii_only: bool, turn: int) -> None:
    bars = minutes(*range(0, 390, 5))
    for span in ("1d", "5d", "1m", "3m", "1y"):
        chart = chart_of(board, View(span, turn, bars=bars, index_bars=bars))
        lines = ["".join(piece.text for piece in line) for line in draw(chart, width, height, ascii_only)]
        assert len(lines) == height
        assert all(len(line) <= width for line in lines)
        assert not ascii_only or "?" not in in_ascii("".join(lines))
        boxed = chart.boxed[0] if chart.boxed else chart.candles[-1].close if chart.candles else chart.series[0].y[-1]
        assert boxed is not None
        assert any(line.rstrip().endswith(chart.write(boxed)) for line in lines), "the axis's newest is whole"
