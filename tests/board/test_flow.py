"""Flow on the board: what it is compared with and when anew, how old its prints are, and names that were opened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import polars as pl
import pytest

from deskview.analytics import flow
from deskview.analytics.flow import FLOW_BARS, FLOW_WINDOWS, FlowState
from deskview.board import Board, FlowInputs, Inputs, Notice, OpenedName, Status, build, build_board
from deskview.board.export import board_to_builtins
from deskview.board.flows import dollars_of
from deskview.market.sessions import Calendar, Closure
from tests.analytics.flow.market import itself

CLOSE = datetime(2026, 2, 4, 21, tzinfo=UTC)
THREE = CLOSE - timedelta(hours=1)
STOCKS, FUNDS = ("AAPL", "NVDA", "MSFT"), ("SPY", "QQQ")
SAMPLE = pl.concat([itself(*STOCKS, sector="Technology"), itself(*FUNDS, kind="fund")])
USD = ("retail_buy_usd", "retail_sell_usd", "other_buy_usd", "other_sell_usd")


def bars(board: Board, tickers: Sequence[str]) -> pl.DataFrame:
    """FLOW_BARS of the morning in which retail sold and the others bought."""
    row = dict.fromkeys(FLOW_BARS, 0.0) | {"session": board.session, "half_hour": 1, "prints": 9, "retail_prints": 3}
    row |= {"retail_sell_usd": 3e6, "other_buy_usd": 5e6, "auction_usd": 1e6}
    return pl.DataFrame([row | {"ticker": ticker} for ticker in tickers], schema=dict(FLOW_BARS))


def windows(board: Board, tickers: Sequence[str]) -> pl.DataFrame:
    """FLOW_WINDOWS, two an hour: retail bought a bit less every session and sells today."""
    assert board.basis is not None and board.session is not None
    days = board.basis.history.get_column("session").unique().sort().tail(30).to_list()
    rows = []
    for number, day in enumerate([*days, board.session]):
        for ticker in tickers:
            for half in range(12):
                since = datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC) + timedelta(minutes=30 * half + 1)
                usd = dict(zip(USD, (1e4 * (60 - number), 4e5, 5e5 + 1e3 * half, 5e5), strict=True))
                usd |= {"retail_buy_usd": 0.0} if day == board.session else {}
                counts = {"counted_usd": sum(usd.values()), "prints": 100}
                rows.append({"session": day, "ticker": ticker, "since": since, "last": since} | usd | counts)
    return pl.DataFrame(rows, schema=dict(FLOW_WINDOWS))


@pytest.fixture
def inputs(board: Board) -> Inputs:
    """The crash with prints of three stocks and two funds up to 15:00, and a past of windows."""
    assert board.session is not None
    names = (*STOCKS, *FUNDS)
    today = FlowState(board.session, CLOSE.replace(hour=14, minute=30), CLOSE, bars=bars(board, names))
    given = FlowInputs(
        today,
        THREE,
        1.0,
        sample=SAMPLE,
        windows=windows(board, names),
        counted=names,
        universe=3000,
        universe_share=0.2,
    )
    return Inputs(
        source=board.source,
        now=THREE,
        phase="open",
        session=board.session,
        basis=board.basis,
        snapshot=board.snapshot,
        snapshot_at=THREE,
        flow=given,
    )


def with_flow(inputs: Inputs, **fields: Any) -> Inputs:  # noqa: ANN401 - any field of FlowInputs
    """The inputs with others of flow."""
    return replace(inputs, flow=replace(inputs.flow, **fields))


def reading(inputs: Inputs) -> flow.Flow:
    """The flow of the inputs' board."""
    found = build_board(inputs).flow.value
    assert found is not None
    return found


def test_stocks_and_funds_are_compared_by_themselves_with_sessions_up_to_the_same_hour(inputs: Inputs) -> None:
    """Of the 30 sessions Christmas Eve had no 15:00."""
    found = reading(inputs)
    assert found.comparison == "today's windows up to 15:00 against those of 29 sessions up to 15:00, 3 names"
    assert (found.retail.percentile, found.retail.clock, found.retail.days, found.retail.names) == (0, "15:00", 29, 3)
    assert found.retail.percentile_low == 0
    assert found.retail.percentile_high is not None and found.retail.percentile_high < 100
    assert found.retail.net_usd == -9e6
    assert found.funds is not None
    assert (found.funds.retail.percentile, found.funds.retail.names, found.funds.retail.net_usd) == (0, 2, -6e6)
    assert (found.universe, found.universe_share) == (3000, 0.2)


def test_a_session_that_closed_early_as_only_the_provider_knew_is_no_day_of_the_afternoon(inputs: Inputs) -> None:
    """With Christmas Eve it is the second that had no 15:00; of the sample as of a name that was opened."""
    assert inputs.session is not None and inputs.flow.windows is not None
    early = Calendar().before(inputs.session, 5)[0]
    told = replace(inputs, calendar=Calendar().with_closures([(early, Closure.EARLY_CLOSE)]))
    own = OpenedName(inputs.flow.today, inputs.flow.windows.filter(pl.col("ticker") == "AAPL"), THREE, 1.0)
    known = replace(told, opened={"AAPL": own})
    assert (reading(inputs).retail.days, reading(told).retail.days) == (29, 28)
    assert build_board(known).opened["AAPL"].retail.days == 28


def test_the_json_has_the_keys_of_the_contract(inputs: Inputs) -> None:
    plain = board_to_builtins(build_board(inputs))["flow"]
    sides = [plain["retail"], plain["institutional"], plain["funds"]["retail"], plain["funds"]["institutional"]]
    for side in sides:
        assert {"percentile_low", "percentile_high", "names", "days", "basis", "clock"} < set(side)
        assert side["basis"] == "sample"
    assert plain["status"] == "live"


def test_before_half_past_ten_there_is_no_percentile_and_the_sums_stand(inputs: Inputs) -> None:
    early = with_flow(inputs, as_of=CLOSE.replace(hour=15, minute=21))
    found = reading(early)
    assert (found.retail.percentile, found.retail.percentile_low, found.retail.clock) == (None, None, "")
    assert "10:30" in found.missing["retail.percentile"] and "10:30" in found.comparison
    assert found.retail.net_usd == -9e6


def test_without_windows_the_sums_stand(inputs: Inputs) -> None:
    found = reading(with_flow(inputs, windows=None))
    assert found.retail.net_usd == -9e6
    assert found.missing["retail.percentile"] == "the windows of earlier sessions are still to come"


def test_what_was_compared_is_kept_within_the_minute_and_made_anew_after_it(inputs: Inputs) -> None:
    first = build(inputs)
    seconds = build(with_flow(inputs, as_of=THREE + timedelta(seconds=50)), first)
    assert seconds.compared is first.compared
    assert seconds.board.flow.value == first.board.flow.value
    minute = build(with_flow(inputs, as_of=THREE + timedelta(minutes=31)), seconds)
    assert minute.compared is not first.compared
    assert minute.board.flow.value is not None
    assert minute.board.flow.value.retail.clock == "15:31"


@pytest.mark.parametrize("what", ["windows", "sample", "as_of"])
def test_what_is_kept_changes_no_figure(inputs: Inputs, what: str) -> None:
    changed: dict[str, Any] = {
        "windows": inputs.flow.windows.filter(pl.col("ticker") != "NVDA"),  # type: ignore[union-attr]
        "sample": SAMPLE.filter(pl.col("ticker") != "NVDA"),
        "as_of": THREE + timedelta(minutes=1),
    }
    later = with_flow(inputs, **{what: changed[what]})
    assert build(later, build(inputs)).board.flow.value == reading(later) != reading(inputs)


def test_after_the_close_the_day_is_compared_up_to_its_bell(inputs: Inputs) -> None:
    evening = replace(with_flow(inputs, as_of=CLOSE + timedelta(minutes=20)), snapshot_at=CLOSE + timedelta(hours=2))
    part = build_board(evening).flow
    assert part.value is not None
    assert (part.value.retail.clock, part.age_s, part.status) == ("16:00", None, Status.LIVE)


def test_where_comparing_fails_the_sums_stand_and_the_reason_is_told(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("in the middle of it")

    monkeypatch.setattr("deskview.analytics.flow.compare", broken)
    found = reading(inputs)
    assert found.retail.net_usd == -9e6
    assert "fault of deskview's own" in found.missing["retail.percentile"]
    assert "in the middle of it" in caplog.text


def test_names_that_are_still_to_come_make_it_partial(inputs: Inputs) -> None:
    part = build_board(with_flow(inputs, counted=("AAPL", *FUNDS))).flow
    assert part.value is not None
    assert (part.status, part.value.names, part.value.focus, part.value.retail.net_usd) == (Status.PARTIAL, 1, 3, -3e6)
    assert part.value.comparison.endswith("the sums are of 1 of 3 names")


@pytest.mark.parametrize(("minutes", "status"), [(0, Status.LIVE), (5, Status.LIVE), (6, Status.STALE)])
def test_prints_that_lie_behind_the_markets_clock_are_stale(inputs: Inputs, minutes: int, status: Status) -> None:
    part = build_board(replace(inputs, snapshot_at=THREE + timedelta(minutes=minutes))).flow
    assert part.status is status
    assert (f"{minutes} minutes behind" in part.note) is (status is Status.STALE)
    assert part.as_of == THREE


def test_prints_of_the_afternoon_are_stale_in_the_evening(inputs: Inputs) -> None:
    part = build_board(replace(inputs, snapshot_at=CLOSE + timedelta(hours=2))).flow
    assert (part.status, part.data_as_of) == (Status.STALE, THREE)


def test_a_fault_is_told_before_the_age(inputs: Inputs) -> None:
    failed = replace(inputs, snapshot_at=CLOSE, notices={"flow": Notice("The prints failed.", fault=True)})
    part = build_board(failed).flow
    assert (part.status, part.note) == (Status.STALE, "The prints failed.")


def test_without_a_sample_flow_waits(inputs: Inputs) -> None:
    part = build_board(with_flow(inputs, sample=None)).flow
    assert (part.value, part.status) == (None, Status.UNAVAILABLE)


def test_dollars_are_the_daily_bars_and_todays_volume_so_far(inputs: Inputs) -> None:
    built = build(inputs)
    basis, market, today = inputs.basis, built.market, inputs.flow.today
    assert basis is not None and market is not None and today is not None
    dollars = dollars_of([*STOCKS, "NONE"], today, basis, market)
    bar = basis.history.filter(pl.col("ticker") == "AAPL").row(-1, named=True)
    assert (
        dollars.filter(pl.col("ticker") == "AAPL", pl.col("session") == bar["session"]).row(0)[2]
        == (bar["dollar_volume_usd"])
    )
    now = market.live.row(by_predicate=pl.col("ticker") == "NVDA", named=True)
    of_today = dict(dollars.filter(pl.col("session") == today.session).select("ticker", "dollar_volume_usd").rows())
    assert of_today["NVDA"] == now["volume"] * now["price"]
    assert of_today.keys() == set(STOCKS)
    assert not dollars.select(pl.struct("session", "ticker").is_duplicated().any()).item()


def test_where_the_snapshot_has_no_volume_what_was_printed_counts(inputs: Inputs) -> None:
    basis, today = inputs.basis, inputs.flow.today
    assert basis is not None and today is not None
    dollars = dollars_of(STOCKS, today, basis, None).filter(pl.col("session") == today.session)
    assert dollars.get_column("dollar_volume_usd").to_list() == [9e6] * 3


def opened(inputs: Inputs, ticker: str = "AMD", **fields: Any) -> Inputs:  # noqa: ANN401 - any field of OpenedName
    """The inputs with a name the user opened, up to 15:00."""
    today = inputs.flow.today
    assert inputs.session is not None and today is not None
    rows = today.bars.head(1).with_columns(ticker=pl.lit(ticker))
    assert inputs.flow.windows is not None
    own = inputs.flow.windows.filter(pl.col("ticker") == "NVDA").with_columns(ticker=pl.lit(ticker))
    given: dict[str, Any] = {"today": replace(today, bars=rows), "windows": own, "as_of": THREE, "note": ""} | fields
    return replace(inputs, opened={**inputs.opened, ticker: OpenedName(**given)})


def test_an_opened_name_has_its_own_day_beside_the_sample(inputs: Inputs) -> None:
    board = build_board(opened(inputs))
    day = board.opened["AMD"]
    assert (day.retail.net_usd, day.retail.percentile, day.retail.clock, day.as_of) == (-3e6, 0, "15:00", THREE)
    assert board.live is not None
    now = board.live.row(by_predicate=pl.col("ticker") == "AMD", named=True)
    assert day.volume_share == pytest.approx(9e6 / (now["volume"] * now["price"]))
    assert board.flow.value == reading(inputs), "it is in no sum"
    assert build_board(inputs).opened == {}


def test_an_opened_name_that_is_nowhere_in_the_market_says_what_is_lacking(inputs: Inputs) -> None:
    day = build_board(opened(inputs, "NOWHERE", note="NOWHERE had no print today")).opened["NOWHERE"]
    assert (day.volume_share, day.retail.percentile, day.note) == (None, None, "NOWHERE had no print today")
    assert {"volume_share", "retail.percentile"} < day.missing.keys()
    waits = build_board(opened(inputs, today=None, windows=None, as_of=None)).opened["AMD"]
    assert (waits.retail.net_usd, waits.as_of) == (None, None)
    assert "to come" in waits.missing["retail.net_usd"]


def test_the_day_of_an_opened_name_stands_while_nothing_of_it_has_changed(inputs: Inputs) -> None:
    first = build(opened(inputs))
    again = build(
        opened(inputs, today=first.inputs.opened["AMD"].today, windows=first.inputs.opened["AMD"].windows), first
    )
    assert again.board.opened["AMD"] is first.board.opened["AMD"]
    later = build(opened(inputs, as_of=THREE + timedelta(minutes=31)), again)
    assert later.board.opened["AMD"].retail.clock == "15:31"
    assert build(inputs, later).board.opened == {}


def test_a_name_that_can_not_be_read_costs_no_other_figure(inputs: Inputs, caplog: pytest.LogCaptureFixture) -> None:
    broken = pl.DataFrame({"nothing": [1]})
    board = build_board(opened(opened(inputs, windows=broken), "TSLA"))
    assert "fault of deskview's own" in board.opened["AMD"].note
    assert board.opened["AMD"].retail.net_usd is None
    assert board.opened["TSLA"].retail.net_usd == -3e6
    assert board.flow.value == reading(inputs)
    assert "AMD" in caplog.text


def test_flow_encodes_without_gaps(inputs: Inputs) -> None:
    assert msgspec.json.decode(msgspec.json.encode(reading(inputs)), type=flow.Flow) == reading(inputs)
