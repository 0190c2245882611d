"""One complete refresh, and what must always hold in its JSON."""

from math import isclose

import pytest

from tests.feed.markets import PARTS, Made
from tests.feed.reading import Reading, leaves, reading_of

CENT = 0.01
SIDES = ("retail", "institutional")
HEADLINES = {
    "momentum": ("return", "sigma", "sigma_ewma", "long_return", "short_return", "long_share", "hedge_ratio"),
    "breadth": ("index_return", "beat_share", "up_share", "equal_weight_return", "cap_weight_return", "dispersion"),
    "leverage": ("today_usd", "per_1pct_usd", "aum_usd"),
}
ROW_FIGURES = {
    *("weight", "return", "contribution", "score", "today_usd", "per_1pct_usd", "of_adv", "single_stock_usd"),
    *("index_usd", "mean_usd", "sd_usd", "p05_usd", "p50_usd", "p95_usd", "es05_usd", "gross_usd", "sell_probability"),
    *("net_usd", "core_net_usd", "intensity", "percentile", "morning_usd", "afternoon_usd", "buy_usd", "sell_usd"),
    *("now", "1d", "5d", "1m", "3m", "6m", "12m"),
}
"""What other programs read, beside the headlines."""


@pytest.fixture(scope="module")
def reading(crash: Made) -> Reading:
    return reading_of(crash.board)


def test_every_part_has_figures_of_the_session(reading: Reading) -> None:
    assert reading["session"] == "2026-02-04"
    assert reading["as_of"] == "2026-02-04T21:00:00Z"
    assert reading["source"] == {"provider": "massive", "simulated": True, "scenario": "momentum-crash"}
    for part in PARTS:
        assert reading[part]["status"] in {"live", "partial"}
        assert reading[part]["as_of"] == "2026-02-04T21:00:00Z"
        assert reading[part]["note"] == ""
    for part, figures in HEADLINES.items():
        assert all(isinstance(reading[part][figure], float) for figure in figures)


@pytest.mark.parametrize("way", ["plain", "sector_neutral"])
def test_the_contributions_make_the_return(reading: Reading, way: str) -> None:
    momentum = reading["momentum"] if way == "plain" else reading["momentum"]["sector_neutral"]
    long, short = momentum["long"], momentum["short"]
    legs = momentum["long_return"] - momentum["hedge_ratio"] * momentum["short_return"]
    assert isclose(momentum["return"], legs, abs_tol=1e-12)
    assert isclose(momentum["return"], sum(name["contribution"] for name in (*long, *short)), abs_tol=1e-12)
    for leg, returned in ((long, momentum["long_return"]), (short, momentum["short_return"])):
        assert isclose(sum(name["weight"] for name in leg), 1, abs_tol=1e-12)
        assert isclose(sum(name["weight"] * name["return"] for name in leg), returned, abs_tol=1e-12)
    assert not {name["ticker"] for name in long} & {name["ticker"] for name in short}


@pytest.mark.parametrize("figure", ["today_usd", "per_1pct_usd"])
def test_what_the_funds_trade_adds_up(reading: Reading, figure: str) -> None:
    leverage = reading["leverage"]
    for parts in ("by_underlying", "by_kind"):
        assert isclose(leverage[figure], sum(row[figure] for row in leverage[parts]), abs_tol=CENT)
    equity = {row["kind"] for row in leverage["by_kind"]}
    funds = [row[figure] for row in leverage["by_fund"] if row["kind"] in equity]
    assert isclose(leverage[figure], sum(funds), abs_tol=CENT)
    assert len(funds) == leverage["funds"]


def test_a_name_is_traded_through_its_own_funds_and_through_index_funds(reading: Reading) -> None:
    leverage = reading["leverage"]
    for name in leverage["by_name"]:
        assert isclose(name["single_stock_usd"] + name["index_usd"], name["today_usd"], abs_tol=CENT)
    traced = sum(name["today_usd"] for name in leverage["by_name"])
    assert isclose(traced + leverage["unallocated_usd"], leverage["today_usd"], abs_tol=1.0)
    beyond = [name["ticker"] for name in leverage["by_name"] if abs(name["today_usd"]) >= leverage["threshold_usd"]]
    assert sorted(beyond) == sorted(leverage["threshold_names"])


def test_the_week_is_a_distribution_in_order(reading: Reading) -> None:
    week = reading["leverage"]["next_week"]
    assert week["sessions"] == ["2026-02-05", "2026-02-06", "2026-02-09", "2026-02-10", "2026-02-11"]
    levels = [week[f"{level}_usd"] for level in ("es05", "p05", "p16", "p50", "p84", "p95")]
    assert levels == sorted(levels)
    assert week["sd_usd"] > 0
    assert 0 <= week["sell_probability"] <= 1


@pytest.mark.parametrize("side", SIDES)
def test_the_half_hours_make_the_day(reading: Reading, side: str) -> None:
    flow = reading["flow"][side]
    net = {half["start"]: half["buy_usd"] - half["sell_usd"] for half in flow["by_half_hour"]}
    assert list(net) == [f"{9 + (30 + 30 * i) // 60:02d}:{(30 + 30 * i) % 60:02d}" for i in range(13)]
    morning = sum(dollars for start, dollars in net.items() if start < "12:00")
    afternoon = sum(dollars for start, dollars in net.items() if start >= "12:00")
    assert isclose(flow["morning_usd"], morning, abs_tol=CENT)
    assert isclose(flow["afternoon_usd"], afternoon, abs_tol=CENT)
    assert isclose(flow["net_usd"], morning + afternoon, abs_tol=CENT)
    assert flow["days"] == 20
    assert flow["names"] == 2


def test_percentiles_and_shares_stay_in_their_range(reading: Reading) -> None:
    percentiles = [reading["flow"][side]["percentile"] for side in SIDES]
    percentiles += [value for value in reading["breadth"]["percentile"].values() if value is not None]
    assert all(0 <= value <= 100 for value in percentiles)
    assert all(0 <= reading["breadth"][share] <= 1 for share in ("beat_share", "up_share"))


def test_ranks_follow_the_returns(reading: Reading) -> None:
    rotation = reading["rotation"]
    assert rotation["horizons"] == ["now", "1d", "5d", "1m", "3m", "6m", "12m"]
    for horizon in rotation["horizons"]:
        ranked = [group for group in rotation["groups"] if group["rank"][horizon] is not None]
        returns = [group["returns"][horizon] for group in sorted(ranked, key=lambda group: group["rank"][horizon])]
        assert returns == sorted(returns, reverse=True)
        assert len(returns) == len(rotation["groups"])
        for group in ranked:
            over = group["returns"][horizon] - rotation["benchmark_returns"][horizon]
            assert isclose(group["relative"][horizon], over, abs_tol=1e-12)


@pytest.mark.parametrize("part", PARTS)
def test_every_figure_that_is_missing_has_its_reason(reading: Reading, part: str) -> None:
    told = reading[part]["missing"] | reading[part].get("notes", {})
    promised = ROW_FIGURES | set(HEADLINES.get(part, ()))
    nulls = {path for path, value in leaves(reading[part]) if value is None}
    assert {path for path in nulls if path.rpartition(".")[2] in promised} <= set(told)
    assert all(reason.strip() for reason in reading[part]["missing"].values())


def test_no_figure_is_a_zero_standing_for_nothing(reading: Reading) -> None:
    assert all(name["return"] != 0 or name["covered"] for name in reading["momentum"]["long"])
    assert all(half["buy_usd"] > 0 for side in SIDES for half in reading["flow"][side]["by_half_hour"])


def test_every_name_that_is_ranked_stands_in_a_sector(reading: Reading) -> None:
    """The vendor knows one for each: they are asked for, whatever ranks or ranked."""
    assert reading["momentum"]["without_sector"] == 0
