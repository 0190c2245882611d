"""What a list lacks: who is out of its sums, what is null and why, and how sure the rest looks."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from deskview.analytics.holdings import Holdings, Position, read
from deskview.analytics.momentum.risk import Risk
from deskview.analytics.panel import Panel
from tests.analytics.holdings import book
from tests.analytics.holdings.book import (
    FLOWS,
    LINES,
    NAMES,
    WRITTEN,
    check_whole,
    funds,
    live,
    own_list,
    prepared,
    reading,
    slope,
)
from tests.analytics.markets import TODAY, split, unpriced


def test_a_list_without_quantities_weighs_every_name_the_same_and_has_no_dollars() -> None:
    names = ["N001", "N002", "N003", "N040", "ZZZZQ"]
    one = reading([(name, None, 100.0 if name == "N001" else None) for name in names], live(), leverage=funds(**FLOWS))
    ret = dict(live().select("ticker", "ret").rows())
    assert [row.weight for row in one.positions] == [0.25, 0.25, 0.25, 0.25, None]
    assert one.return_today == pytest.approx(sum(ret[name] for name in names[:3]) / 3)
    assert one.beta_spread == pytest.approx(sum(map(slope, names[:4])) / 4)
    assert one.sigma is not None
    assert one.beta_spread is not None
    assert one.shock == pytest.approx(-4 * one.sigma * one.beta_spread)
    assert one.flow_per_1pct_usd == pytest.approx(sum(FLOWS[name][1] for name in names[:4]))
    assert [row.share for row in one.by_sector] == [0.25] * 4
    prices = dict(live().select("ticker", "price").rows())
    assert one.positions[0].since_return == pytest.approx(prices["N001"] / 100 - 1)
    dollars = [name for name in one.__struct_fields__ if name.endswith("_usd") and not name.startswith("flow")]
    assert len(dollars) == 11
    for name in dollars:
        assert getattr(one, name) is None
        assert one.missing[name].startswith("the list has no quantities")
    check_whole(one)


def test_a_row_without_a_quantity_in_a_list_with_some_is_out_of_the_sums() -> None:
    one = reading([("N001", 100.0, None), ("N002", None, None)])
    assert one.left_out == {"no quantity": 1}
    assert one.gross_usd == one.positions[0].value_usd
    assert one.positions[1].reason == "the list does not say how much of it is held"
    check_whole(one)


def test_a_list_of_which_nothing_counts_says_so() -> None:
    one = reading([("ZZZZQ", 100.0, None), ("GONE", 1.0, None)])
    assert one.gross_usd is None
    assert one.missing["gross_usd"] == "no row of the list counts: each says why"
    check_whole(one)


def test_before_anything_has_traded_positions_are_at_their_previous_close_and_nothing_is_gained() -> None:
    market = book.given().market.live
    one = reading([("N001", 100.0, None), ("N002", -50.0, None)], unpriced(market, "N001", "N002"))
    before = dict(market.select("ticker", "prev_close").rows())
    assert one.net_usd == pytest.approx(100 * before["N001"] - 50 * before["N002"])
    assert [row.price_basis for row in one.positions] == ["previous close"] * 2
    assert (one.at_previous_close, one.return_rows, one.return_share) == (2, 0, 0)
    assert one.pnl_today_usd is None
    assert one.missing["pnl_today_usd"] == "no name of the list has a return today"
    assert one.missing["positions.N001.return"] == "no trade today"
    check_whole(one)


def test_a_return_in_doubt_is_told() -> None:
    doubt = pl.when(pl.col("ticker") == "N001").then(pl.lit("moved too far"))
    table = book.given().market.live.with_columns(doubt=doubt, ret=pl.when(pl.col("ticker") != "N001").then("ret"))
    one = reading([("N001", 100.0, None), ("N002", -50.0, None)], table)
    assert one.in_doubt == ["N001"]
    assert one.positions[0].value_usd is not None
    assert one.missing["positions.N001.return"] == "moved too far"
    assert one.return_rows == 1
    check_whole(one)


def short_history(sessions: int, *tickers: str) -> Panel:
    """The panel in which these names were listed so many sessions ago."""
    panel = book.given().panel
    close = panel.close.copy()
    close[:-sessions, [panel.tickers.index(ticker) for ticker in tickers]] = np.nan
    return replace(panel, close=close)


def test_a_beta_needs_half_a_year_and_says_of_how_many_sessions_it_is() -> None:
    lines: list[LINES] = [("N001", 1.0, None), ("N002", 1.0, None), ("N003", 1.0, None), ("N004", 1.0, None)]
    one = reading(lines, panel=short_history(126, "N001"))
    assert one.positions[0].beta_spread is None
    assert one.positions[0].beta_n == 125
    reason = "needs 126 sessions with a return of it and of the momentum spread, 125 are held"
    assert one.missing["positions.N001.beta_spread"] == reason
    assert "and of SPY, 125 are held" in one.missing["positions.N001.beta_market"]
    enough = reading(lines, panel=short_history(127, "N001"))
    assert enough.positions[0].beta_n == 126
    assert enough.positions[0].beta_spread is not None
    assert [row.beta_n for row in enough.positions[1:]] == [252] * 3


def test_the_momentum_day_says_of_how_much_of_the_list_it_is_told() -> None:
    lines: list[LINES] = [("N001", 1.0, None), ("N002", 1.0, None)]
    one = reading(lines, panel=short_history(100, "N001"))
    first, second = (row.value_usd or math.nan for row in one.positions)
    assert one.beta_rows == 1
    assert one.beta_share == pytest.approx(second / (first + second))
    heavy = reading([("N001", 1e6, None), ("N002", 1.0, None)], panel=short_history(100, "N001"))
    assert heavy.shock_usd is heavy.beta_usd is heavy.beta_spread is None
    assert heavy.missing["shock_usd"] == (
        "0% of the list's gross has a beta, half of it is needed (needs 126 sessions with a return of it and of the "
        "momentum spread, 99 are held)"
    )
    light = reading([("N001", 1.0, None), ("N002", -1e6, None)], panel=short_history(100, "N001"))
    assert light.beta_usd == pytest.approx(
        -1e6 * (dict(live().select("ticker", "price").rows())["N002"]) * slope("N002")
    )
    assert light.beta_share is not None
    assert light.beta_share < 1
    for each in (one, heavy, light):
        check_whole(each)


def test_days_that_a_name_lacks_make_the_momentum_day_no_surer() -> None:
    """What momentum leaves over of its 139 days stands for that of all 252: none of it is taken to be nothing."""
    one = reading([("N001", 1e4, None)], panel=short_history(140, "N001"))
    made = book.given()
    assert made.model.days is not None
    spread = (made.model.days.long - made.model.days.short)[-252:]
    close = made.panel.close[-140:, made.panel.tickers.index("N001")]
    _, squares, *_ = np.polyfit(spread[-139:], close[1:] / close[:-1] - 1, 1, full=True)
    variance = float(squares[0]) * 252 / 139 / 250
    assert one.beta_error == pytest.approx(math.sqrt(variance / float(((spread - spread.mean()) ** 2).sum())))


def test_a_delisted_name_is_out_whatever_price_is_still_sent() -> None:
    table = pl.concat([live(), live().filter(ticker="N001").with_columns(ticker=pl.lit("GONE"))])
    one = reading([("GONE", 5.0, 3.0), ("N002", 1.0, None)], table)
    assert one.gross_usd == one.positions[1].value_usd
    gone = one.positions[0]
    assert (gone.price, gone.value_usd, gone.pnl_today_usd, gone.pnl_since_usd) == (None, None, None, None)
    check_whole(one)


def test_a_split_since_the_list_was_written_is_told() -> None:
    days = {"N001": date(2026, 1, 19), "N002": WRITTEN, "N003": TODAY, "N004": TODAY + timedelta(days=1)}
    splits = pl.concat([split(ticker, day, 2.0, 3.5) for ticker, day in days.items()])
    lines: list[LINES] = [(ticker, 1.0, None) for ticker in days]
    one = reading(lines, splits=splits, session=TODAY)
    assert one.split_since == ["N002", "N003"]
    told = "the list is of 2026-01-20, and its quantity and price are taken as they stand there"
    assert [row.split for row in one.positions] == [
        None,
        f"split 3.5 for 2 on 2026-01-20: {told}",
        f"split 3.5 for 2 on 2026-02-04: {told}",
        None,
    ]
    assert one.gross_usd == reading(lines).gross_usd
    check_whole(one)


def test_an_unknown_name_of_the_history_has_no_beta_and_its_value_counts() -> None:
    table = pl.concat([live(), live().filter(ticker="N001").with_columns(ticker=pl.lit("NEWQ"))])
    one = reading([("NEWQ", 1.0, None), ("N002", 30.0, None)], table)
    assert one.counted == 2
    assert one.missing["positions.NEWQ.beta_spread"] == "no daily history of it is held"
    check_whole(one)


def test_without_momentum_its_figures_are_null_with_the_reason() -> None:
    one = reading([("N001", 1.0, None)], momentum=None, momentum_missing="its history is short", with_momentum=False)
    assert one.missing["legs_usd"] == "there are no figures of momentum"
    assert "there is no momentum spread: its history is short" in one.missing["beta_usd"]
    assert one.missing["sigma"] == "there is no momentum spread: its history is short"
    assert one.gross_usd is not None
    assert one.beta_market is not None
    assert one.missing["positions.leg"] == "there are no figures of momentum"
    check_whole(one)


def test_without_a_sigma_there_is_no_momentum_day() -> None:
    made = book.given()
    assert made.model.raw is not None
    risk = Risk(None, None, 40, "rule", made.model.raw.risk.spreads)
    one = reading([("N001", 1.0, None)], momentum=replace(made.model, raw=replace(made.model.raw, risk=risk)))
    assert one.beta_usd is not None
    assert one.shock_usd is None
    assert "40 days" in one.missing["shock_usd"]
    check_whole(one)


def test_without_leveraged_funds_their_flow_is_null_and_without_a_reach_it_is_nothing() -> None:
    lines: list[LINES] = [("N001", 1.0, None), ("N002", -1.0, None)]
    none = reading(lines)
    assert none.flow_today_usd is None
    assert none.missing["flow_today_usd"] == "there are no figures of leveraged ETFs"
    assert none.missing["positions.flow_today_usd"] == "there are no figures of leveraged ETFs"
    reached = reading(lines, leverage=funds(N001=(5e6, 1e6, 0.02)))
    assert reached.positions[1].flow_today_usd == 0
    assert reached.flow_today_usd == 5e6
    assert (reached.flow_rows, reached.flow_today_short_usd) == (1, 0)
    early = reading(lines, leverage=funds(N001=(None, 1e6, None)))
    assert early.flow_today_usd is None
    assert early.positions[1].flow_today_usd is None
    assert early.flow_per_1pct_usd == 1e6
    assert early.flow_unknown == 1
    for each in (none, reached, early):
        check_whole(each)


def test_a_name_of_a_leg_has_its_weight_and_one_of_none_is_in_neither() -> None:
    made = book.given()
    long, short = made.reading.long[0], made.reading.short[0]
    neither = next(
        f"N{number:03d}"
        for number in range(NAMES)
        if f"N{number:03d}" not in {row.ticker for row in (*made.reading.long, *made.reading.short)}
    )
    one = reading([(long.ticker, -1.0, None), (short.ticker, 1.0, None), (neither, 1.0, None)])
    assert [(row.leg, row.leg_weight) for row in one.positions] == [
        ("long", long.weight),
        ("short", short.weight),
        ("neither", None),
    ]
    assert one.legs_usd is not None
    assert one.legs_usd < 0
    check_whole(one)


def test_lists_come_in_their_order_each_by_itself() -> None:
    first, second = own_list([("N001", 1.0, None)], "a"), own_list([("N002", None, None)], "b")
    lists = read(prepared(first, second), live()).lists
    assert [(one.name, one.has_quantities, one.rows) for one in lists] == [("a", True, 1), ("b", False, 1)]
    assert read(prepared(), live()) == Holdings(lists=[], problems=[], missing={})


def test_no_repr_shows_what_is_held() -> None:
    model = prepared(own_list([("N001", 7777.0, 8888.0)]))
    (one,) = (found := read(model, live(), momentum=book.given().reading)).lists
    shown = f"{model!r}{one!r}{found!r}{one.positions!r}{one.by_sector!r}{list(one.__rich_repr__())}"
    assert isinstance(one.positions[0], Position)
    assert "7777" not in shown
    assert "8888" not in shown
    assert str(one.gross_usd)[:5] not in shown
