"""The six signs: each reached and missed by itself, none told from nothing, and what days like it were followed by."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from deskview.analytics import deleveraging
from deskview.analytics.deleveraging import DEFAULT_RULES, Beside, DeleveragingReading, Sign
from deskview.analytics.favourites import Favourite
from deskview.analytics.momentum.model import RuleDays
from tests.analytics.deleveraging.checklist import OPENS, beside, funds, live, models, prepared, reading
from tests.analytics.markets import CLOSES, LAST, NOW, weekdays
from tests.screens.moments import favourites

SIGNS = ["fall", "long_led", "calm_index", "dispersion", "volume", "crowding"]
FALL: dict[str, Any] = {"sigma": -3.0, "share": 0.7, "spread": -0.05, "index": -0.001, "dispersion": 99.0}


def sign(found: DeleveragingReading, name: str) -> Sign:
    return next(flag for flag in found.flags if flag.name == name)


def held(found: DeleveragingReading) -> list[str]:
    return [flag.name for flag in found.flags if flag.met]


def test_where_no_sign_holds_all_can_be_told() -> None:
    found = reading()
    assert [flag.name for flag in found.flags] == SIGNS
    assert [flag.met for flag in found.flags] == [False] * 6
    assert (found.met, found.of, found.words) == (0, 6, "no sign of it")


@pytest.mark.parametrize(
    ("name", "changes", "table"),
    [
        ("fall", {"sigma": -2.0}, {}),
        ("long_led", {"share": 2 / 3}, {}),
        ("calm_index", {"index": 0.001}, {}),
        ("dispersion", {"dispersion": 95.0}, {}),
        ("volume", {}, {"volume": 1.51}),
        ("crowding", {}, {"by": "score"}),
    ],
    ids=SIGNS,
)
def test_each_sign_holds_by_itself(name: str, changes: dict[str, Any], table: dict[str, Any]) -> None:
    found = reading(beside(**changes), live(**table))
    assert held(found) == [name]
    assert found.words == "1 of 6 signs"


@pytest.mark.parametrize(
    ("name", "changes", "table"),
    [
        ("fall", {**FALL, "sigma": -1.99}, {"volume": 2, "by": "score"}),
        ("long_led", {**FALL, "share": 0.66}, {"volume": 2, "by": "score"}),
        ("calm_index", {**FALL, "index": -0.08}, {"volume": 2, "by": "score"}),
        ("dispersion", {**FALL, "dispersion": 94.9}, {"volume": 2, "by": "score"}),
        ("volume", FALL, {"volume": 1.49, "by": "score"}),
        ("crowding", FALL, {"volume": 2, "by": "sector"}),
    ],
    ids=SIGNS,
)
def test_each_sign_is_missed_by_itself(name: str, changes: dict[str, Any], table: dict[str, Any]) -> None:
    found = reading(beside(**changes), live(**table))
    assert held(found) == [one for one in SIGNS if one != name]
    assert found.words == ("5 of 6 signs" if name == "fall" else "positions cut, 5 of 6 signs")


def test_positions_are_called_cut_from_four_signs_on_with_a_fall_among_them() -> None:
    four = {**FALL, "dispersion": 10.0}
    assert reading(beside(**four), live(by="score")).words == "positions cut, 4 of 6 signs"
    assert reading(beside(**four)).words == "3 of 6 signs"
    assert reading(beside(**{**FALL, "sigma": None}), live(by="score")).words == "momentum can't be told"


def test_a_rise_of_momentum_is_led_by_no_cut_whatever_its_parts() -> None:
    assert sign(reading(beside(spread=0.03, sigma=2.5, share=0.9)), "long_led").met is False
    tiny = reading(beside(spread=0.0003, share=None))
    assert sign(tiny, "long_led").met is False
    assert "too small to have parts" in tiny.missing["flags.long_led.value"]
    assert sign(reading(beside(spread=-0.0003, share=None)), "long_led").met is None


def test_the_values_are_the_figures_held_against_the_rules() -> None:
    found = reading(beside(**FALL), live(volume=1.25))
    v = (NOW - OPENS) / (CLOSES - OPENS) * 0.65 + 0.35
    sd = prepared().model.index_sd
    assert sd is not None
    assert sign(found, "calm_index").value == pytest.approx(-0.001 / sd / v**0.5, rel=1e-3)
    assert sign(found, "volume").value == pytest.approx(1.25)
    assert [sign(found, name).value for name in ("fall", "long_led", "dispersion")] == [-3.0, 0.7, 99.0]
    assert [flag.unit for flag in found.flags] == ["sigma", "fraction", "sigma", "percentile", "number", "fraction"]
    assert sign(found, "fall").rule == "σ of the hour at or below −2"


def test_without_a_clock_both_sigmas_are_of_the_day() -> None:
    found = reading(beside(**FALL), model=replace(prepared().model, clock=None))
    sd = prepared().model.index_sd
    assert sd is not None
    assert found.z_basis == "day"
    assert sign(found, "calm_index").value == pytest.approx(-0.001 / sd)
    assert "σ of the day" in sign(found, "fall").rule


@pytest.mark.parametrize(
    ("name", "changes", "why"),
    [
        ("fall", {"momentum": None}, "no figures of momentum"),
        ("long_led", {"momentum": None}, "no figures of momentum"),
        ("calm_index", {"breadth": None}, "no figures of breadth"),
        ("dispersion", {"breadth": None}, "no figures of breadth"),
    ],
)
def test_what_can_not_be_told_is_null_with_its_reason_and_in_no_count(
    name: str, changes: dict[str, Any], why: str
) -> None:
    found = reading(replace(beside(**FALL), **changes), live(volume=2, by="score"))
    own = sign(found, name)
    assert (own.value, own.met) == (None, None)
    assert why in (own.reason or "")
    assert found.missing[f"flags.{name}.met"] == found.missing[f"flags.{name}.value"] == own.reason
    assert (found.met, found.of) == (4, 4)


@pytest.mark.parametrize(
    ("changes", "at", "why"),
    [
        ({"volume": None, "volume_missing": "no bars of SPY"}, NOW, "no bars of SPY"),
        ({}, OPENS + timedelta(minutes=29), "too little of a day's volume is done"),
        ({"long_leg": frozenset()}, NOW, "0 crowded names have a volume and a usual one, 10 are needed"),
    ],
    ids=["no bars", "early", "no names"],
)
def test_volume_that_can_not_be_compared_is_null(changes: dict[str, Any], at: Any, why: str) -> None:  # noqa: ANN401
    found = reading(model=replace(prepared().model, **changes), at=at)
    assert sign(found, "volume").value is None
    assert why in (sign(found, "volume").reason or "")
    assert found.of == 5


def test_from_the_close_on_the_days_volume_is_whole() -> None:
    table = live(volume=1.6 / 0.9, at=CLOSES - timedelta(seconds=1))
    assert sign(reading(table=table, at=CLOSES), "volume").value == pytest.approx(1.6, rel=1e-3)


def test_the_favourites_are_crowded_beside_the_long_leg() -> None:
    leg = prepared().model.long_leg
    others = [ticker for ticker in prepared().model.names["ticker"] if ticker not in leg][:100]
    wild = live().with_columns(
        volume=pl.when(pl.col("ticker").is_in(others)).then(3.0).otherwise(1.0) * pl.col("volume")
    )
    alone = reading(table=wild)
    named = [Favourite(ticker=ticker, share=0.2, leg="") for ticker in others]
    both = reading(beside(favourites=msgspec.structs.replace(favourites(), favourites=named)), wild)
    assert (alone.crowded, both.crowded) == (len(leg), len(leg) + 100)
    assert sign(alone, "volume").value == pytest.approx(1.0)
    assert sign(both, "volume").value == pytest.approx(3.0)


def test_what_the_returns_go_by_and_what_is_absent() -> None:
    names = prepared().model.names
    retail = names.select("ticker", share=pl.Series(np.random.default_rng(5).uniform(0.05, 0.3, names.height)))
    reached = {ticker: (1e6 * at, 1e8) for at, ticker in enumerate(names["ticker"][:40])}
    found = reading(beside(**FALL, retail=retail, leverage=funds(**reached)), live(by="score"))
    own = {one.name: one for one in found.drivers}
    assert list(own) == ["score", "leveraged_etfs", "retail_share", "short_interest"]
    assert own["score"].coefficient_bp == pytest.approx(-200, abs=15)
    assert own["score"].t is not None
    assert own["score"].t < -20
    assert all(abs(own[name].t or 99) < 4 for name in ("leveraged_etfs", "retail_share"))
    assert own["short_interest"].reason == "short interest is not taken in yet"
    assert (own["short_interest"].coefficient_bp, own["short_interest"].n) == (None, 0)
    assert found.missing["drivers.short_interest.t"] == own["short_interest"].reason
    assert (found.section.r2_crowding or 0) > 0.8
    assert (found.section.r2_sectors or 1) < 0.2
    assert (found.section.r2 or 0) >= (found.section.r2_crowding or 1)
    assert own["score"].n == found.section.names < names.height, "names without a sector are left out"
    assert found.section.names + found.section.left_out == names.height


def test_a_column_too_few_have_costs_no_other_its_names() -> None:
    few = prepared().model.names.head(100).select("ticker", share=pl.lit(0.1))
    found = reading(beside(retail=few), live(by="score"))
    own = {one.name: one for one in found.drivers}
    nobody = prepared().model.names.select("ticker", share=pl.lit(0.0))
    untold = {one.name: one.reason for one in reading(beside(retail=nobody)).drivers}
    assert untold["retail_share"] == "no print could be told to be retail's"
    assert "of 300 that are needed, have it" in (own["retail_share"].reason or "")
    assert own["leveraged_etfs"].reason == "there are no figures of leveraged ETFs"
    empty = {one.name: one.reason for one in reading(beside(leverage=funds())).drivers}
    assert "of no leveraged fund" in (empty["leveraged_etfs"] or "")
    assert found.section.names == reading(table=live(by="score")).section.names


def test_a_name_whose_volume_is_not_known_has_no_share_of_it_and_one_no_fund_reaches_has_none_to_trade() -> None:
    first = prepared().model.names.drop_nulls("sector")["ticker"][0]
    whole = reading(beside(leverage=funds(**{first: (1e6, 1e8)})))
    gap = reading(beside(leverage=funds(**{first: (1e6, None)})))
    assert gap.section.names == whole.section.names - 1
    assert {one.name: one.reason for one in gap.drivers}["leveraged_etfs"] == "it is the same for every row"


def test_a_market_that_is_hardly_priced_has_no_cross_section() -> None:
    thin = live().with_columns(ret=pl.when(pl.int_range(pl.len()) < 200).then("ret"))
    found = reading(table=thin)
    assert (sign(found, "crowding").value, sign(found, "crowding").met) == (None, None)
    assert "of 300 that are needed, have a return and a sector" in (sign(found, "crowding").reason or "")
    paths = ("section.r2", "section.r2_crowding", "section.r2_sectors", "drivers.score.t", "flags.crowding.value")
    assert all(path in found.missing for path in paths)
    still = reading(table=live().with_columns(ret=pl.lit(0.01)))
    assert sign(still, "crowding").reason == "today's returns do not differ"


def record(
    days: list[tuple[float, float]],
    *,
    calm: int = 252,
    repeat: int = 1,
    market: float = 0.0,
    index_moves: float = 0.001,
) -> deleveraging.DeleveragingModel:
    """A model whose rule had a year of ±1 % and then these days, each the long leg's return and the dispersion.

    The short basket stood still; on these days the universe and the index moved as told.
    """
    own = days * repeat
    long = np.concatenate([np.resize([0.01, -0.01], calm), [move for move, _ in own]])
    dispersion = np.concatenate([np.linspace(0.01, 0.02, 126), [value for _, value in own]])
    still = np.zeros(len(long))
    index = np.concatenate([np.resize([0.01, -0.01], 126), np.full(len(own), index_moves)])
    universe = np.concatenate([np.zeros(calm), np.full(len(own), market)])
    sessions = tuple(weekdays(len(long), LAST))
    return models(RuleDays(sessions, long, still, universe), dispersion=dispersion, index_return=index)


def test_days_like_today_are_counted_with_what_followed() -> None:
    days = [(-0.05, 0.03), (-0.01, 0.015), (0.02, 0.015), (-0.06, 0.0), (0.01, 0.015), (-0.05, 0.04), (0.01, 0.015)]
    found = reading(beside(**FALL), live(), model=record(days))
    assert held(found)[:4] == SIGNS[:4]
    assert found.record_days == len(days)
    assert found.record_falls == 3
    assert found.record_n == 2, "on the third the members did not move apart"
    one, five, month = found.followed
    assert (one.sessions, one.n, one.fell, one.median) == (1, 2, 1, None)
    assert (five.n, five.fell) == (1, 1), "the second is too young"
    assert (month.n, month.fell) == (0, 0)
    assert found.missing["followed.1.median"] == "2 such days: of fewer than 20 no middle is stated"


def test_a_past_day_is_held_against_the_days_before_it_alone() -> None:
    barely = reading(beside(**FALL), live(), model=record([(-0.02005, 0.03)]))
    assert (barely.record_falls, barely.record_n) == (1, 1), "with the day itself in its σ it would be 1.99"
    short = reading(beside(**FALL), live(), model=record([(-0.02, 0.03)]))
    assert (short.record_falls, short.record_n) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "days"),
    [({}, 1), ({"market": -0.04}, 0), ({"index_moves": -0.05}, 0), ({"index_moves": 0.05}, 0)],
    ids=["by its longs, on a still index", "with the universe", "index falls", "index rises"],
)
def test_past_days_are_by_the_same_rules(changes: dict[str, float], days: int) -> None:
    found = reading(beside(**FALL), live(), model=record([(-0.05, 0.03)], **changes))  # type: ignore[arg-type]
    assert (found.record_days, found.record_falls, found.record_n) == (1, 1, days)


def test_three_of_four_are_enough_where_today_has_three() -> None:
    days = [(-0.05, 0.03), (-0.06, 0.0), (0.01, 0.015)]
    three = {**FALL, "dispersion": 10.0}
    assert reading(beside(**three), live(), model=record(days)).record_n == 2
    untold = replace(beside(**FALL), breadth=None)
    assert reading(untold, live(), model=record(days)).record_n == 2, "of the two that can be told"


def test_from_twenty_days_on_their_middle_is_stated() -> None:
    found = reading(beside(**{**FALL, "dispersion": 0.0}), live(), model=record([(-0.09, 0.0), (0.02, 0.0)], repeat=25))
    assert (found.record_n or 0) >= 20
    assert found.followed[0].median == pytest.approx(0.02)
    assert found.followed[0].fell == 0
    assert "followed.1.median" not in found.missing


def test_what_followed_is_compounded_and_nothing_is_looked_for_without_a_fall() -> None:
    days = [(-0.05, 0.03), (0.1, 0.015), (0.1, 0.015), (-0.1, 0.015), (-0.1, 0.015), (-0.001, 0.015)]
    found = reading(beside(**FALL), live(), model=record(days))
    assert (found.followed[1].n, found.followed[1].fell) == (1, 1), "1.1² × 0.9² × 0.999 is a loss"
    calm = reading(model=record(days))
    assert calm.record_n is None
    assert calm.followed == []
    assert "momentum does not fall" in calm.missing["record_n"]
    short = RuleDays(tuple(weekdays(30)), np.full(30, 0.01), np.zeros(30), np.zeros(30))
    young = reading(beside(**FALL), live(), model=models(short))
    assert young.record_n is None
    assert "the history held is too short" in young.missing["record_n"]


def test_without_a_basket_there_is_no_checklist() -> None:
    found = prepared()
    none = replace(found.of_momentum, raw=None, why_not="only 3 names qualify for the universe")
    panel, history = None, pl.DataFrame()
    with pytest.raises(ValueError, match="no momentum basket: only 3 names qualify"):
        deleveraging.prepare(panel, history, history, momentum=none, breadth=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="momentum could not be prepared"):
        deleveraging.prepare(panel, history, history, momentum=None, breadth=None)  # type: ignore[arg-type]


def test_every_null_of_the_json_has_its_reason() -> None:
    thin = live().with_columns(ret=pl.lit(None, pl.Float64), volume=pl.lit(None, pl.Float64))
    found = reading(Beside(), thin, model=replace(prepared().model, clock=None, volume=None))
    plain = msgspec.to_builtins(found)
    assert [flag["met"] for flag in plain["flags"]] == [None] * 6
    assert (found.met, found.of, found.words) == (0, 0, "momentum can't be told")
    nulls = [f"flags.{row['name']}.{key}" for row in plain["flags"] for key in ("value", "met") if row[key] is None]
    nulls += [f"drivers.{row['name']}.{key}" for row in plain["drivers"] for key in ("coefficient_bp", "t")]
    nulls += [f"section.{key}" for key, value in plain["section"].items() if value is None]
    assert [path for path in [*nulls, "record_n"] if path not in found.missing] == []
    assert DEFAULT_RULES.cut_least == 4


def test_the_keys_of_the_json() -> None:
    plain = msgspec.to_builtins(reading(beside(**FALL), live(by="score")))
    assert list(plain) == [
        *("words", "met", "of", "flags", "z_basis", "crowded", "record_n", "record_days", "record_falls"),
        *("record_basis", "followed", "section", "drivers", "missing"),
    ]
    assert list(plain["flags"][0]) == ["name", "title", "value", "unit", "rule", "met", "reason"]
    assert list(plain["drivers"][0]) == ["name", "title", "coefficient_bp", "t", "n", "reason"]
    assert "forced" not in str(plain)
