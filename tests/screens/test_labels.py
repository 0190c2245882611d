"""What is missing is told in words, once, and nothing of a field's name is left in them."""

import re

from deskview.analytics.figure import Unit
from deskview.board import Board
from deskview.board.figures import label_of, unit_at
from deskview.board.readings import readings
from deskview.screens.flow import explain as flow
from deskview.screens.leverage.explain import GAPS
from deskview.screens.leverage.remarks import remarks
from tests.screens.moments import whole


def test_every_figure_has_words(board: Board) -> None:
    for reading in readings(whole(board)):
        assert "_" not in label_of(reading.path), reading.path
        assert label_of(reading.path).strip(" :,") == label_of(reading.path)


def test_figures_of_a_name_tell_themselves_apart(board: Board) -> None:
    said: dict[str, str] = {}
    for reading in readings(whole(board)):
        other = said.setdefault(label_of(reading.path), reading.path)
        assert other == reading.path, (label_of(reading.path), other, reading.path)


def test_the_new_figures_of_leveraged_etfs_say_what_they_are() -> None:
    assert label_of("leverage.coverage") == "leveraged ETFs: part of per-1% with a return"
    assert label_of("leverage.next_week.coverage") == "leveraged ETFs, next week: part of per-1% with a risk figure"
    assert label_of("leverage.by_fund.TQQQ.period_return") == "fund TQQQ: return since the last reset"
    assert label_of("leverage.rank.place") == "leveraged ETFs, rank of today: place"
    assert label_of("leverage.next_week.percentile") == "leveraged ETFs, next week: percentile of one σ among past days"
    assert label_of("leverage.by_name.NVDA.week_sd_usd") == "NVDA: leveraged ETFs, next week, one σ"
    assert label_of("leverage.index_weights.S&P 500.r2") == "weights of S&P 500: R²"
    assert unit_at("leverage.by_name.NVDA.week_of_adv") is Unit.FRACTION
    assert GAPS.missing({"by_fund.week_p05_usd": "a", "by_fund.week_p95_usd": "a", "index_weights.r2": "b"}) == [
        ("weeks of single funds", "a"),
        ("R² of index weights", "b"),
    ]
    assert GAPS.title("next_week.percentile") == "next week's place among past days"


def test_the_figures_of_flow_say_what_they_are() -> None:
    assert label_of("flow.retail.percentile_low") == "retail: percentile, low end"
    assert label_of("flow.institutional.net_high_usd") == "non-retail: net, high end"
    assert label_of("flow.by_leg.long.retail_net_usd") == "stocks of the long leg: retail net"
    assert label_of("flow.by_leg.neither.other_low_usd") == "stocks in neither leg: non-retail net, low end"
    assert label_of("flow.by_sector.Energy.retail_high_usd") == "stocks of Energy: retail net, high end"
    assert label_of("flow.funds.retail.percentile") == "funds, retail: percentile"
    assert label_of("flow.funds.by_name.SPY.retail_net_usd") == "SPY, a fund: retail net"
    assert label_of("flow.by_name.NVDA.usual_other") == "NVDA: usual non-retail intensity"
    assert label_of("flow.by_name.NVDA.weight") == "NVDA: dollars one of its own stands for"
    assert label_of("flow.universe_share") == "flow: part of all stocks' dollars that is counted"


def test_what_is_missing_of_groups_is_told_in_one_line() -> None:
    missing = {f"by_leg.{leg}.{end}": "too few drawn" for leg in ("long", "short") for end in ("retail_low_usd",)}
    assert flow.GAPS.missing({**missing, "by_sector.Energy.other_low_usd": "too few drawn"}) == [
        ("limits of some legs", "too few drawn"),
        ("limits of some sectors", "too few drawn"),
    ]
    limits = {f"retail.percentile{end}": "before 10:30" for end in ("", "_low", "_high")}
    assert flow.GAPS.missing(limits) == [("percentile of retail and its limits", "before 10:30")]


def test_a_name_in_all_funds_and_in_those_on_it_alone() -> None:
    assert label_of("leverage.by_name.NVDA.today_usd") == "NVDA: leveraged ETFs, today, all funds"
    assert label_of("leverage.by_underlying.NVDA.today_usd") == "NVDA: leveraged ETFs on it alone, today"
    assert label_of("leverage.by_underlying.NYSE_SEMIS.today_usd").startswith("NYSE Semiconductor: ")
    assert label_of("names.BRK.B.price") == "BRK.B: price"


def test_what_is_told_elsewhere_or_helps_nobody_is_not_told() -> None:
    missing = {
        "funds": "21 funds left out",
        "by_fund.tracking_gap": "without a return",
        "score.hit_rate": "none yet",
        "score.hit_low": "none yet",
        "score": "none yet",
        "by_name.of_adv": "no dollar volume for A, B",
    }
    assert GAPS.missing(missing) == [
        ("score of past forecasts", "none yet"),
        ("% of daily volume", "no dollar volume for A, B"),
    ]
    assert flow.GAPS.missing({"retail.core_net_usd": "retail has no such part"}) == []


def test_underlyings_with_the_same_remark_share_a_row_and_have_titles(board: Board) -> None:
    assert board.leverage.value is not None
    rows = remarks(board.leverage.value.notes)
    (told,) = [words for figure, words in rows if figure.endswith("underlyings")]
    assert "MSCI Brazil" in told and "ARK Innovation" in told
    assert not any(re.search(r"[A-Z]+_[A-Z]+|by_name|by_fund", figure + words) for figure, words in rows)
